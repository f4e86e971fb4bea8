//! When a job that comes back does: a cron expression, read by the clocks of a time zone.

use chrono_tz::Tz;
use croner::Cron;
use kernel::Timestamp;

use super::kind::JobKind;
use super::model::NewJob;

/// A job that is enqueued at each slot of its time-table. It is called what the kind of its jobs is called.
#[derive(Debug, Clone)]
pub struct Schedule {
    pub(super) kind: JobKind,
    cron: Cron,
    /// The cron expression.
    pub(super) text: String,
    zone: Zone,
    payload: serde_json::Value,
}

/// Whose clock a time-table is read by.
#[derive(Debug, Clone, Copy)]
enum Zone {
    Of(Tz),
    /// The shop's own, whatever it is today.
    Home,
}

/// Not a time-table.
#[derive(Debug, thiserror::Error)]
#[error("the time-table of {kind} cannot be read: {source}")]
pub struct TimetableError {
    kind: JobKind,
    source: croner::errors::CronError,
}

impl Schedule {
    /// A job of this kind at the moments that a cron expression of five fields names, in UTC.
    ///
    /// # Errors
    /// `TimetableError` for what is none.
    pub fn new(kind: JobKind, cron: &str, payload: serde_json::Value) -> Result<Self, TimetableError> {
        let text = cron.to_owned();
        let cron = cron.parse().map_err(|source| TimetableError { kind, source })?;
        Ok(Self { kind, cron, text, zone: Zone::Of(Tz::UTC), payload })
    }

    /// By the clocks of this time zone. Where they go back, what stands at an hour of the day comes once; where they go forward over it, it
    /// comes at the change.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone: Zone::Of(zone), ..self }
    }

    /// By the clocks on the shop's own wall.
    #[must_use]
    pub fn at_home(self) -> Self {
        Self { zone: Zone::Home, ..self }
    }

    pub(super) fn zone(&self, home: Tz) -> Tz {
        match self.zone {
            Zone::Of(zone) => zone,
            Zone::Home => home,
        }
    }

    /// The latest slot up to this moment; `None` for a table that never came to one.
    pub(super) fn latest_slot(&self, now: Timestamp, home: Tz) -> Option<Timestamp> {
        let here = now.with_timezone(&self.zone(home));
        self.cron.find_previous_occurrence(&here, true).ok().map(|slot| slot.with_timezone(&chrono::Utc))
    }

    /// The first slot after this moment.
    pub(super) fn next_slot(&self, now: Timestamp, home: Tz) -> Option<Timestamp> {
        let here = now.with_timezone(&self.zone(home));
        self.cron.find_next_occurrence(&here, false).ok().map(|slot| slot.with_timezone(&chrono::Utc))
    }

    pub(super) fn job(&self, now: Timestamp) -> NewJob {
        NewJob::new(self.kind, self.payload.clone(), now).unique(format!("recurring:{}", self.kind))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn schedule(cron: &str, zone: Tz) -> Schedule {
        Schedule::new(JobKind::new("x"), cron, Value::Null).expect("a time-table").in_zone(zone)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_latest_slot_is_in_the_past_or_now_and_the_next_is_not() {
        let daily = schedule("30 3 * * *", Tz::UTC);
        for (now, latest, next) in [
            ("2026-03-02T09:30:00Z", "2026-03-02T03:30:00Z", "2026-03-03T03:30:00Z"),
            ("2026-03-02T03:30:00Z", "2026-03-02T03:30:00Z", "2026-03-03T03:30:00Z"),
            ("2026-03-02T03:29:59Z", "2026-03-01T03:30:00Z", "2026-03-02T03:30:00Z"),
        ] {
            assert_eq!(
                (daily.latest_slot(at(now), Tz::UTC), daily.next_slot(at(now), Tz::UTC)),
                (Some(at(latest)), Some(at(next))),
                "{now}"
            );
        }
        let refused = Schedule::new(JobKind::new("x.y"), "every day", Value::Null).expect_err("refused").to_string();
        assert!(refused.contains("x.y"), "{refused}");
    }

    /// Every slot that somebody sees who looks once a minute.
    fn slots(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
        let (mut now, mut seen, mut slots) = (at(from), at(from), Vec::new());
        while now <= at(to) {
            let slot = schedule.latest_slot(now, Tz::UTC).expect("a slot");
            if slot > seen {
                seen = slot;
                slots.push(slot.format("%dT%H:%M").to_string());
            }
            now += chrono::TimeDelta::minutes(1);
        }
        slots
    }

    /// Berlin, 29 March 2026: 02:00 is 03:00. What stands at half past two comes at the change; what comes each half hour leaves out what
    /// does not exist.
    #[test]
    fn where_clocks_go_forward_a_slot_that_does_not_exist_comes_at_the_change() {
        let daily = schedule("30 2 * * *", Tz::Europe__Berlin);
        let seen = slots(&daily, "2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z");
        assert_eq!(seen, ["28T01:30", "29T01:00", "30T00:30", "31T00:30"]);
        let often = schedule("*/30 * * * *", Tz::Europe__Berlin);
        assert_eq!(slots(&often, "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"), ["29T00:30", "29T01:00", "29T01:30", "29T02:00"]);
    }

    /// Berlin, 25 October 2026: 03:00 is 02:00 again. What stands at half past two comes once; what comes each half hour goes on.
    #[test]
    fn where_clocks_go_back_a_slot_comes_once() {
        let daily = schedule("30 2 * * *", Tz::Europe__Berlin);
        let seen = slots(&daily, "2026-10-23T12:00:00Z", "2026-10-27T12:00:00Z");
        assert_eq!(seen, ["24T00:30", "25T00:30", "26T01:30", "27T01:30"]);
        let often = schedule("*/30 * * * *", Tz::Europe__Berlin);
        let seen = slots(&often, "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z");
        assert_eq!(seen, ["25T00:00", "25T00:30", "25T01:00", "25T01:30", "25T02:00"]);
    }

    /// New York and Lord Howe Island, whose clocks move by half an hour.
    #[test]
    fn every_zone_changes_in_its_own_way() {
        let new_york = schedule("30 1 * * *", Tz::America__New_York);
        let seen = slots(&new_york, "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z");
        assert_eq!(seen, ["01T05:30", "02T06:30"]);
        let lord_howe = schedule("15 2 * * *", Tz::Australia__Lord_Howe);
        let seen = slots(&lord_howe, "2026-10-02T20:00:00Z", "2026-10-05T12:00:00Z");
        assert_eq!(seen, ["03T15:30", "04T15:15"]);
    }
}
