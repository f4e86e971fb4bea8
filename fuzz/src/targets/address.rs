//! Postal addresses, as customers type them.

use accounts::addresses::{Address, RawAddress};

/// An address that is accepted is accepted again as it was written, and its stored form reads as the same address.
///
/// # Panics
/// Where it is not.
pub fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n').map(str::to_owned);
    let raw = RawAddress {
        country: lines.next(),
        region: lines.next(),
        postal_code: lines.next(),
        name: lines.next(),
        line1: lines.next(),
        city: lines.next(),
        phone: lines.next(),
        company: lines.next(),
        line2: lines.next(),
    };
    let Ok(address) = Address::parse(raw) else { return };
    let again = Address::parse(as_typed(&address)).ok();
    assert!(again.as_ref() == Some(&address), "{text:?} changes when it is read again");
    let stored = serde_json::to_string(&address).ok();
    let read = stored.and_then(|stored| serde_json::from_str::<Address>(&stored).ok());
    assert!(read == Some(address), "{text:?} is lost on its way through the database");
}

fn as_typed(address: &Address) -> RawAddress {
    let text = |text: &str| Some(text.to_owned());
    RawAddress {
        name: text(address.name()),
        company: address.company().map(str::to_owned),
        line1: text(address.line1()),
        line2: address.line2().map(str::to_owned),
        city: text(address.city()),
        region: address.region().map(str::to_owned),
        postal_code: address.postal_code().map(str::to_owned),
        country: text(address.country().code()),
        phone: address.phone().map(str::to_owned),
    }
}
