//! Fields as Stripe reads them: a form whose names nest by brackets, as in `metadata[payment_id]`.

use url::form_urlencoded::Serializer;

/// Fields in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// With one more field.
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// With the fields of another one, nested below a name.
    pub(super) fn with_nested(mut self, name: &str, inner: Self) -> Self {
        let nested = inner.0.into_iter().map(|(field, value)| {
            let (first, rest) = field.split_at(field.find('[').unwrap_or(field.len()));
            (format!("{name}[{first}]{rest}"), value)
        });
        self.0.extend(nested);
        self
    }

    /// As it is sent: `application/x-www-form-urlencoded`, in a body or behind a question mark.
    pub(super) fn encode(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::form_urlencoded::parse;

    use super::*;

    fn decoded(form: &Form) -> Vec<(String, String)> {
        parse(form.encode().as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    #[test]
    fn names_nest_by_brackets() {
        let price = Form::default().with("currency", "eur").with_nested("product_data", Form::default().with("name", "Mugs & Möre"));
        let item = Form::default().with("quantity", 1).with_nested("price_data", price);
        let form = Form::default().with("mode", "payment").with_nested("line_items", Form::default().with_nested("0", item));
        let names: Vec<String> = decoded(&form).into_iter().map(|(name, _)| name).collect();
        let nested =
            ["[quantity]", "[price_data][currency]", "[price_data][product_data][name]"].map(|rest| format!("line_items[0]{rest}"));
        assert_eq!(names, [&["mode".to_owned()][..], &nested].concat());
        assert!(form.encode().ends_with("=Mugs+%26+M%C3%B6re"), "{}", form.encode());
    }

    proptest! {
        #[test]
        fn whatever_is_told_arrives(values in proptest::collection::vec(("[a-z_]{1,12}", any::<String>()), 0..8)) {
            let add = |form: Form, (name, value): &(String, String)| form.with(name, value);
            let inner = values.iter().fold(Form::default(), add);
            prop_assert_eq!(decoded(&inner), values.clone());
            let nested = decoded(&Form::default().with_nested("a", Form::default().with_nested("b", inner)));
            let expected: Vec<_> = values.into_iter().map(|(name, value)| (format!("a[b][{name}]"), value)).collect();
            prop_assert_eq!(nested, expected);
        }
    }
}
