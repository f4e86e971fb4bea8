//! What is told Stripe of a call, and by what it is found again.

use kernel::{OperationId, PaymentId};
use platform::config::{Config, StripeSettings};
use serde_json::{Map, Value};

use super::amounts::{code, in_their_units};
use super::form::Form;
use crate::payments::OperationKind;
use crate::providers::Call;

/// Under which names our ids stand in the metadata of whatever is made at Stripe.
pub(super) const PAYMENT_ID: &str = "payment_id";
const OPERATION_ID: &str = "operation_id";
const REFERENCE_ID: &str = "reference_id";

/// What the customer is asked for, and where they are led.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) settings: StripeSettings,
    /// What stands on the page to pay on.
    title: String,
}

/// Our ids, on everything that is made.
pub(super) fn metadata(call: &Call) -> Form {
    let of = Form::default().with(PAYMENT_ID, call.payment_id).with(OPERATION_ID, call.operation_id);
    of.with(REFERENCE_ID, call.reference_id)
}

/// Which operation of ours metadata names.
pub(super) fn operation_of(metadata: Option<&Map<String, Value>>) -> Option<OperationId> {
    metadata?.get(OPERATION_ID)?.as_str()?.parse().ok()
}

/// True where metadata names this operation of this payment.
pub(super) fn is_of(metadata: Option<&Map<String, Value>>, call: &Call) -> bool {
    let names = |name: &str, id: String| metadata.and_then(|all| all.get(name)).and_then(Value::as_str) == Some(&id);
    let ids: (PaymentId, OperationId) = (call.payment_id, call.operation_id);
    names(PAYMENT_ID, ids.0.to_string()) && names(OPERATION_ID, ids.1.to_string())
}

/// What is asked for, as `amount` and `currency`; none for an amount that Stripe does not take.
fn amount(call: &Call) -> Option<Form> {
    Some(Form::default().with("amount", in_their_units(call.amount)?).with("currency", code(call.amount)))
}

const fn capture_method(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Authorise => "manual",
        OperationKind::Capture | OperationKind::Void | OperationKind::Refund => "automatic",
    }
}

/// An intent that the customer agrees to by whatever method the account offers.
pub(super) fn new_intent(call: &Call) -> Option<Form> {
    let form = amount(call)?.with("capture_method", capture_method(call.kind));
    Some(form.with_nested("automatic_payment_methods", Form::default().with("enabled", true)).with_nested("metadata", metadata(call)))
}

/// What is held is taken: so much of it, for the last time.
pub(super) fn capture(call: &Call) -> Option<Form> {
    Some(Form::default().with("amount_to_capture", in_their_units(call.amount)?))
}

/// Money that goes back, of an intent.
pub(super) fn refund(call: &Call, intent: &str) -> Option<Form> {
    let form = Form::default().with("payment_intent", intent).with("amount", in_their_units(call.amount)?);
    Some(form.with_nested("metadata", metadata(call)))
}

impl Terms {
    pub(super) fn of(config: &Config) -> Self {
        Self { settings: config.payments.stripe.clone(), title: config.shop.name.clone() }
    }

    /// A page of Stripe's to pay on. Session and intent both carry our ids.
    pub(super) fn new_session(&self, call: &Call) -> Option<Form> {
        let title = Form::default().with("name", &self.title);
        let price = Form::default().with("currency", code(call.amount)).with("unit_amount", in_their_units(call.amount)?);
        let item = Form::default().with("quantity", 1).with_nested("price_data", price.with_nested("product_data", title));
        let intent = Form::default().with("capture_method", capture_method(call.kind)).with_nested("metadata", metadata(call));
        let place = |address: &str| address.replace("{payment_id}", &call.payment_id.to_string());
        let form = Form::default().with("mode", "payment").with("client_reference_id", call.payment_id);
        let form = form.with("success_url", place(&self.settings.success_url)).with("cancel_url", place(&self.settings.cancel_url));
        let form = form.with_nested("line_items", Form::default().with_nested("0", item));
        Some(form.with_nested("payment_intent_data", intent).with_nested("metadata", metadata(call)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use kernel::{Currency, Money, Timestamp};
    use platform::config::{Flags, load};

    use super::*;

    /// Twelve euros and a half.
    pub(in crate::providers::stripe) fn call(kind: OperationKind) -> Call {
        Call {
            operation_id: OperationId::generate(),
            payment_id: PaymentId::generate(),
            reference_id: PaymentId::generate().uuid(),
            kind,
            amount: Money::new(1_250, Currency::EUR),
            provider_reference: None,
            asked_at: Timestamp::default(),
        }
    }

    fn told(form: Form) -> Vec<(String, String)> {
        url::form_urlencoded::parse(form.encode().as_bytes()).map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn has(form: &[(String, String)], name: &str, value: &str) -> bool {
        form.iter().any(|(field, told)| field == name && told == value)
    }

    #[test]
    fn an_intent_carries_our_ids_and_takes_or_holds() {
        for (kind, method) in [(OperationKind::Capture, "automatic"), (OperationKind::Authorise, "manual")] {
            let call = call(kind);
            let form = told(new_intent(&call).expect("an intent"));
            for (name, value) in [
                ("amount", "1250"),
                ("currency", "eur"),
                ("capture_method", method),
                ("automatic_payment_methods[enabled]", "true"),
                ("metadata[payment_id]", &call.payment_id.to_string()),
                ("metadata[operation_id]", &call.operation_id.to_string()),
                ("metadata[reference_id]", &call.reference_id.to_string()),
            ] {
                assert!(has(&form, name, value), "{name} {form:?}");
            }
        }
    }

    #[test]
    fn a_page_to_pay_on_leads_back_to_where_the_payment_is_named() {
        let mut config = load(&Flags::default()).expect("defaults").config;
        config.payments.stripe.success_url = "https://shop.example/paid?payment={payment_id}".to_owned();
        config.payments.stripe.cancel_url = "https://shop.example/cart".to_owned();
        let call = call(OperationKind::Authorise);
        let form = told(Terms::of(&config).new_session(&call).expect("a session"));
        for (name, value) in [
            ("mode", "payment"),
            ("success_url", &format!("https://shop.example/paid?payment={}", call.payment_id)[..]),
            ("cancel_url", "https://shop.example/cart"),
            ("line_items[0][price_data][unit_amount]", "1250"),
            ("line_items[0][price_data][product_data][name]", "Tradewind"),
            ("payment_intent_data[capture_method]", "manual"),
            ("payment_intent_data[metadata][operation_id]", &call.operation_id.to_string()),
            ("metadata[payment_id]", &call.payment_id.to_string()),
        ] {
            assert!(has(&form, name, value), "{name} {form:?}");
        }
    }

    #[test]
    fn what_carries_our_ids_is_ours() {
        let (ours, other) = (call(OperationKind::Refund), call(OperationKind::Refund));
        let fields = told(metadata(&ours)).into_iter().map(|(name, value)| (name, Value::from(value)));
        let told: Map<String, Value> = fields.collect();
        assert!(is_of(Some(&told), &ours) && !is_of(Some(&told), &other) && !is_of(None, &ours));
        let same_payment = Call { payment_id: ours.payment_id, ..other };
        assert!(!is_of(Some(&told), &same_payment));
    }
}
