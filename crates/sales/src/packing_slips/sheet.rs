//! What a packing slip shows.

use accounts::addresses::Address;
use catalog::channels::Channel;
use chrono_tz::Tz;
use kernel::Timestamp;
use paper::{Fact, Numbering, Row, Sheet};

use super::contents::Contents;
use super::words::{Words, words_of};
use crate::invoices::{is_on_letter, place_of};
use crate::orders::{Fulfilment, OrderDetails, OrderLine};
use crate::reports::day_of;
use crate::settings::Seller;

/// What is packed for whom, by whom and where.
pub(super) struct Packed<'a> {
    pub(super) details: &'a OrderDetails,
    pub(super) contents: Contents<'a>,
    pub(super) seller: Option<&'a Seller>,
    pub(super) channel: &'a Channel,
    pub(super) now: Timestamp,
}

pub(super) fn sheet_of(packed: &Packed<'_>) -> Sheet {
    let words = words_of(&packed.channel.locale);
    let sender = packed.seller.map(|seller| &seller.address);
    Sheet {
        language: words.language,
        kind: words.packing_slip,
        number: packed.details.order.number.to_string(),
        sender_name: sender.map_or(packed.channel.name.as_str(), |sender| sender.company().unwrap_or(sender.name())).to_owned(),
        sender: sender.map(|sender| place_of(sender, None)).unwrap_or_default(),
        sender_facts: Vec::new(),
        recipient_head: words.ship_to,
        recipient: packed.details.contact.shipping_address.as_ref().map(recipient).unwrap_or_default(),
        facts: facts_of(packed, words),
        heads: vec![words.description, words.sku, words.quantity],
        rows: packed.contents.lines.iter().map(|(line, pieces)| row(line, *pieces)).collect(),
        tax_heads: Default::default(),
        taxes: Vec::new(),
        sums: Vec::new(),
        total: None,
        payment: Vec::new(),
        notes: Vec::new(),
        numbering: Numbering { page: words.page, of: words.of },
        is_letter: sender.or(packed.details.contact.shipping_address.as_ref()).is_some_and(is_on_letter),
        made_at: packed.contents.parcel.map_or(packed.now, |parcel| parcel.created_at),
    }
}

fn recipient(address: &Address) -> Vec<String> {
    address.company().map(str::to_owned).into_iter().chain(place_of(address, Some(address.name()))).collect()
}

fn facts_of(packed: &Packed<'_>, words: &Words) -> Vec<Fact> {
    let (order, zone) = (&packed.details.order, packed.channel.time_zone.parse().unwrap_or(Tz::UTC));
    let day = |moment| words.day(day_of(moment, zone));
    let pieces: i64 = packed.contents.lines.iter().map(|(_, pieces)| pieces).sum();
    let parcel =
        |name, of: fn(&Fulfilment) -> Option<&String>| packed.contents.parcel.and_then(of).map(|value| Fact::of(name, value.as_str()));
    let given = [
        Some(Fact::of(words.order, order.number.to_string())),
        Some(Fact::of(words.ordered_on, day(order.placed_at))),
        packed.contents.parcel.map(|parcel| Fact::of(words.packed_on, day(parcel.created_at))),
        order.shipping_method_name.as_ref().map(|name| Fact::of(words.shipping, name.as_str())),
        parcel(words.carrier, |parcel| parcel.carrier.as_ref()),
        parcel(words.tracking, |parcel| parcel.tracking_number.as_ref()),
        Some(Fact::of(words.pieces, pieces.to_string())),
    ];
    given.into_iter().flatten().collect()
}

/// What the customer asked for beyond the variant is packed, too.
fn row(line: &OrderLine, pieces: i64) -> Row {
    let asked = line.custom_options.as_object().into_iter().flatten();
    let asked = asked.map(|(name, value)| format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    let detail = Some(line.variant_title.clone()).filter(|title| !title.is_empty()).into_iter().chain(asked);
    let cells = vec![line.sku.clone().unwrap_or_default(), pieces.to_string()];
    Row { title: line.title.clone(), detail: detail.collect::<Vec<_>>().join(" · "), cells }
}
