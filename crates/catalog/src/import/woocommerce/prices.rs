//! Regular and sale price, and the dates between which the sale counts.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use kernel::Currency;

use super::columns::Column;
use crate::import::cells::{Unreadable, decimal_point};
use crate::import::field::Field;
use crate::import::reading::Reading;
use crate::import::variant_record::{Amount, PriceRecord};

/// A date without a time, or a moment. The shop's time zone is not in the file: it is read as UTC.
#[derive(Debug, Clone, Copy)]
enum Date {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

impl Date {
    fn parse(text: &str) -> Result<Self, Unreadable> {
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Day(day));
        }
        let local = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
        let moment = local.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|moment| moment.and_utc());
        let moment = moment.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc()));
        moment.map(Self::Moment).ok_or(Unreadable("is not a date like 2025-01-31 or 2025-01-31 12:00:00"))
    }

    fn start(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
            Self::Moment(moment) => moment,
        }
    }

    /// A sale that ends on a day counts to the end of that day.
    fn end(self) -> DateTime<Utc> {
        match self {
            Self::Day(day) => Self::Day(day.checked_add_days(Days::new(1)).unwrap_or(day)).start(),
            Self::Moment(moment) => moment,
        }
    }
}

/// Reads the prices of a row: the plain price, and a second one for the time of the sale where it has dates.
pub(crate) fn read(reading: &mut Reading<'_, Column>, currency: Currency) -> Field<Vec<PriceRecord>> {
    let amount = |text: &str| Amount::parse(&decimal_point(text), currency);
    let regular = reading.parse(Column::RegularPrice, amount);
    let sale = reading.parse(Column::SalePrice, amount);
    let starts_at = reading.parse(Column::SaleStarts, Date::parse).into_option().map(Date::start);
    let ends_at = reading.parse(Column::SaleEnds, Date::parse).into_option().map(Date::end);
    if regular.is_keep() && sale.is_keep() {
        return Field::Keep;
    }
    if sale.get().is_none() {
        reading.warn_of_filled(&[Column::SaleStarts, Column::SaleEnds], "is not taken without a sale price");
    }
    let prices = match (regular.into_option(), sale.into_option()) {
        (None, None) => return Field::Clear,
        (Some(regular), None) => vec![PriceRecord::plain(regular, None)],
        (None, Some(sale)) => vec![PriceRecord { starts_at, ends_at, ..PriceRecord::plain(sale, None) }],
        (Some(regular), Some(sale)) if sale.money().minor() >= regular.money().minor() => {
            reading.warn(Column::SalePrice, "is not below the regular price and is not taken");
            reading.warn_of_filled(&[Column::SaleStarts, Column::SaleEnds], "is the time of a sale price that is not taken");
            vec![PriceRecord::plain(regular, None)]
        }
        (Some(regular), Some(sale)) if starts_at.is_none() && ends_at.is_none() => vec![PriceRecord::plain(sale, Some(regular))],
        (Some(regular), Some(sale)) => {
            if starts_at.zip(ends_at).is_some_and(|(start, end)| end <= start) {
                reading.error(Column::SaleEnds, "is before the sale starts");
            }
            let sale = PriceRecord { starts_at, ends_at, ..PriceRecord::plain(sale, Some(regular)) };
            vec![PriceRecord::plain(regular, None), sale]
        }
    };
    Field::Set(prices)
}
