//! What letters can tell: the names that templates use.

use serde::Serialize;

use super::locale::MailLocale;

/// Everything that a template is given.
#[derive(Debug, Clone, Serialize)]
pub struct LetterWords {
    /// Who reads: `de-CH`.
    pub locale: MailLocale,
    /// Who writes.
    pub shop: ShopWords,
    /// What about.
    #[serde(flatten)]
    pub about: Words,
}

/// Who writes.
#[derive(Debug, Clone, Serialize)]
pub struct ShopWords {
    /// What the shop is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Where readers write to.
    pub support_email: Option<String>,
}

/// What a letter is about: `order` and `parcel`, `cards`, `payment` or `returned`, `customer`, `cart`, `product` or `endpoint`.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Words {
    /// An order, and the parcel that left.
    Shipped {
        /// The order.
        order: Box<OrderWords>,
        /// The parcel.
        parcel: ParcelWords,
    },
    /// An order, and the gift cards that it brings.
    GiftCards {
        /// The order.
        order: Box<OrderWords>,
        /// The gift cards.
        cards: Vec<GiftCardWords>,
    },
    /// An order that is to be paid.
    Pay {
        /// The order.
        order: Box<OrderWords>,
        /// What is due.
        payment: PaymentWords,
    },
    /// An order, and what comes back of it.
    Returned {
        /// The order.
        order: Box<OrderWords>,
        /// What comes back.
        returned: ReturnedWords,
    },
    /// An order.
    Ordered {
        /// The order.
        order: Box<OrderWords>,
    },
    /// Somebody with an account.
    Customer {
        /// Who.
        customer: CustomerWords,
    },
    /// A cart that was left behind.
    Cart {
        /// The cart.
        cart: CartWords,
        /// Where its reader says that such letters are not wanted.
        unsubscribe_url: String,
    },
    /// Something of which little is left.
    Stock {
        /// What.
        product: StockWords,
    },
    /// A webhook endpoint that is not well.
    Endpoint {
        /// Which one.
        endpoint: EndpointWords,
    },
}

/// What is due of an order, as its customer reads it.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentWords {
    /// Where it is paid.
    pub url: String,
    /// How much.
    pub due: String,
    /// Until when the order waits, where it does.
    pub until: Option<String>,
}

/// An order; amounts and days are texts as the reader writes them.
#[derive(Debug, Clone, Serialize)]
pub struct OrderWords {
    /// The number that people use.
    pub number: i64,
    /// The day on which it was placed.
    pub placed_on: String,
    /// Who placed it, where that is known.
    pub customer_name: Option<String>,
    /// What was bought.
    pub lines: Vec<LineWords>,
    /// Lines before discounts.
    pub subtotal: String,
    /// Discounts, where there are any.
    pub discount: Option<String>,
    /// Shipping, where something is sent.
    pub shipping: Option<String>,
    /// All tax, where there is any.
    pub tax: Option<String>,
    /// Whether prices contain the tax.
    pub tax_included: bool,
    /// What it costs.
    pub total: String,
    /// How it is sent.
    pub shipping_method: Option<String>,
    /// Where it goes, line by line.
    pub shipping_address: Option<Vec<String>>,
    /// Who is billed, line by line, where that is another.
    pub billing_address: Option<Vec<String>>,
}

/// One line of an order.
#[derive(Debug, Clone, Serialize)]
pub struct LineWords {
    /// What.
    pub title: String,
    /// Which of it, where there are several.
    pub variant: Option<String>,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// How many.
    pub quantity: i64,
    /// What one costs.
    pub unit_price: String,
    /// What all cost, with tax, after discounts.
    pub total: String,
}

/// A parcel.
#[derive(Debug, Clone, Serialize)]
pub struct ParcelWords {
    /// Who carries it.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking_number: Option<String>,
    /// Where it is followed.
    pub tracking_url: Option<String>,
    /// What is in it.
    pub lines: Vec<PieceWords>,
}

/// A gift card.
#[derive(Debug, Clone, Serialize)]
pub struct GiftCardWords {
    /// Its code.
    pub code: String,
    /// What is on it.
    pub amount: String,
}

/// What comes back of an order.
#[derive(Debug, Clone, Serialize)]
pub struct ReturnedWords {
    /// How many pieces of what: those that are asked back, that may come, or that came.
    pub lines: Vec<PieceWords>,
    /// How the parcel comes back.
    pub instructions: Option<String>,
    /// Where its label is.
    pub label_url: Option<String>,
    /// Why it may not come.
    pub rejection: Option<String>,
}

/// Some pieces of one thing.
#[derive(Debug, Clone, Serialize)]
pub struct PieceWords {
    /// What.
    pub title: String,
    /// Which of it, where there are several.
    pub variant: Option<String>,
    /// How many.
    pub quantity: i64,
}

/// Somebody with an account.
#[derive(Debug, Clone, Serialize)]
pub struct CustomerWords {
    /// What it is called, where that is known.
    pub name: Option<String>,
}

/// A cart.
#[derive(Debug, Clone, Serialize)]
pub struct CartWords {
    /// Where it is opened again.
    pub url: String,
    /// What is in it.
    pub lines: Vec<PieceWords>,
}

/// Something of which little is left.
#[derive(Debug, Clone, Serialize)]
pub struct StockWords {
    /// What.
    pub title: String,
    /// Which of it, where there are several.
    pub variant: Option<String>,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// How many are ready to be sold.
    pub ready: i64,
    /// From how many on that is little.
    pub threshold: Option<i64>,
}

/// A webhook endpoint that is not well.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointWords {
    /// Where messages go.
    pub url: String,
    /// Since when nothing arrives, where that is known.
    pub failing_since: Option<String>,
    /// What it last said, where it said anything.
    pub last_answer: Option<String>,
}
