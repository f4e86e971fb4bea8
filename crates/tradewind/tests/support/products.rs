//! Products for tests: built by their front door, with good defaults.

use catalog::assortment::{self, CreateProduct, ProductDocument, WriteProductError};
use catalog::categories::Category;
use catalog::products::{OptionInput, ProductChanges, ProductInput};
use catalog::variants::{MoneyInput, VariantChanges, VariantInput};

use super::{TestResult, TestShop};

/// An amount in the test shop's currency.
pub(crate) fn usd(amount: i64) -> MoneyInput {
    MoneyInput { amount, currency: "USD".to_owned() }
}

/// A variant with this SKU and price.
pub(crate) fn variant(sku: &str, amount: i64) -> VariantInput {
    VariantInput { sku: Some(Some(sku.to_owned())), price: Some(Some(usd(amount))), ..VariantInput::default() }
}

/// The same with options.
pub(crate) fn variant_of(sku: &str, amount: i64, options: &[(&str, &str)]) -> VariantInput {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    VariantInput { options: Some(options), ..variant(sku, amount) }
}

/// An option with its values.
pub(crate) fn option(name: &str, values: &[&str]) -> OptionInput {
    OptionInput { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// A product to be made; active unless told otherwise.
pub(crate) struct ProductBuilder {
    shop: TestShop,
    input: ProductInput,
    variants: Vec<VariantInput>,
}

impl TestShop {
    /// An active product of this title, still without variants.
    pub(crate) fn product(&self, title: &str) -> ProductBuilder {
        let input = ProductInput { title: Some(title.to_owned()), status: Some("active".to_owned()), ..ProductInput::default() };
        ProductBuilder { shop: self.clone(), input, variants: Vec::new() }
    }
}

impl ProductBuilder {
    /// With fields of the product changed.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut ProductInput)) -> Self {
        change(&mut self.input);
        self
    }

    /// In this state.
    pub(crate) fn status(self, status: &str) -> Self {
        self.with(|input| input.status = Some(status.to_owned()))
    }

    /// In these categories.
    pub(crate) fn categories(self, categories: &[&Category]) -> Self {
        self.with(|input| input.category_ids = Some(categories.iter().map(|category| category.id.to_string()).collect()))
    }

    /// With one more option.
    pub(crate) fn option(self, name: &str, values: &[&str]) -> Self {
        self.with(|input| input.options.get_or_insert_default().push(option(name, values)))
    }

    /// With one more variant.
    pub(crate) fn variant(mut self, variant: VariantInput) -> Self {
        self.variants.push(variant);
        self
    }

    /// What the use case takes.
    pub(crate) fn command(self) -> TestResult<CreateProduct> {
        let variants = self.variants.into_iter().map(VariantChanges::parse).collect::<Result<_, _>>()?;
        Ok(CreateProduct { product: ProductChanges::parse_whole(self.input)?, variants })
    }

    /// Makes it.
    pub(crate) async fn create(self) -> TestResult<ProductDocument> {
        Ok(self.try_create().await??)
    }

    /// Tries to make it.
    pub(crate) async fn try_create(self) -> TestResult<Result<ProductDocument, WriteProductError>> {
        let shop = self.shop.clone();
        let command = self.command()?;
        Ok(assortment::create(shop.context(), &shop.origin(), command).await)
    }
}
