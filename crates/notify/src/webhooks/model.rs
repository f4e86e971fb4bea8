//! Endpoints, what they want to be told, and how often a delivery is tried.

use chrono::TimeDelta;
use kernel::{Timestamp, WebhookEndpointId, text_enum};
use platform::outbox::FactKinds;
use serde::Serialize;
use serde_json::Value;

use crate::tries::Tries;

text_enum! {
    /// Whether an endpoint is told.
    pub enum EndpointState {
        /// It is.
        Enabled = "enabled",
        /// It is, but nothing has arrived of late.
        Failing = "failing",
        /// It is not; its owner enables it again.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Why an endpoint is not told any more.
    pub enum DisabledBecause {
        /// Its owner said so.
        Owner = "owner",
        /// It answered 410.
        Gone = "gone",
        /// Nothing arrived for five days.
        Failing = "failing",
    }
}

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// Waits for its time.
        Queued = "queued",
        /// The endpoint has taken it.
        Delivered = "delivered",
        /// Given up after its last try; it can be asked for again.
        Exhausted = "exhausted",
    }
}

/// An address that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Where messages go.
    pub url: String,
    /// What people call it.
    pub description: Option<String>,
    /// What it wants to be told.
    pub events: EventPatterns,
    /// Whether what happened to one thing arrives in order: what follows waits for what is tried again.
    pub in_order: bool,
    /// Why it is not told, where it is not.
    pub disabled_because: Option<DisabledBecause>,
    /// The half of its key that everybody may know: `whpk_…`.
    pub public_key: String,
    /// Until when messages are signed with the key before, too.
    pub previous_key_until: Option<Timestamp>,
    /// Nothing has arrived since then.
    pub failing_since: Option<Timestamp>,
    /// When something last arrived.
    pub last_delivered_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl Endpoint {
    /// Whether it is told.
    #[must_use]
    pub const fn state(&self) -> EndpointState {
        match (self.disabled_because, self.failing_since) {
            (Some(_), _) => EndpointState::Disabled,
            (None, Some(_)) => EndpointState::Failing,
            (None, None) => EndpointState::Enabled,
        }
    }

    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> Value {
        let Self { url, description, events, in_order, disabled_because, public_key, .. } = self;
        serde_json::json!({ "url": url, "description": description, "events": events, "in_order": in_order,
            "disabled_because": disabled_because, "public_key": public_key })
    }
}

/// What an endpoint wants to be told: names of events (`order.placed`), all of one kind of thing (`order.*`), or all (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EventPatterns(Vec<String>);

impl EventPatterns {
    /// More than there are kinds of things.
    pub const MOST: usize = 50;

    /// Reads patterns; each must match something that the program tells.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(raw: Vec<String>, kinds: &FactKinds) -> Result<Self, String> {
        if raw.is_empty() || raw.len() > Self::MOST {
            return Err(format!("must name 1 to {} events", Self::MOST));
        }
        match raw.iter().find(|pattern| !kinds.names().any(|name| matches(pattern, name))) {
            Some(unknown) => Err(format!("there is no event {unknown}; name one, all of a kind like order.*, or *")),
            None => Ok(Self(raw)),
        }
    }

    /// What the database says, which was looked at when it was written.
    pub(super) const fn stored(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// True where an event of this name is wanted.
    #[must_use]
    pub fn want(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| matches(pattern, name))
    }

    /// The patterns.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(kind) => kind.ends_with('.') && name.starts_with(kind),
        None => pattern == name,
    }
}

/// The pauses between tries of Standard Webhooks: ten tries over three days.
const PAUSES_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// How a delivery is tried until it is given up.
pub(super) const TRIES: Tries = Tries::apart(&PAUSES_S).give_or_take(JITTER_PERCENT);
/// So that what failed together does not return together.
const JITTER_PERCENT: i64 = 20;
/// An endpoint at which nothing has arrived for so long is not told any more.
pub(super) const PATIENCE: TimeDelta = TimeDelta::days(5);
/// Longer than the longest pause between tries: if nothing was tried for so long, whatever fails now fails anew.
pub(super) const SILENCE: TimeDelta = TimeDelta::days(2);
/// How long nothing arrives until somebody is told so, and until he is told again.
const NOTICES: [TimeDelta; 2] = [TimeDelta::hours(1), TimeDelta::days(1)];

/// How many notices were due by the time that nothing had arrived for so long.
pub(super) fn notices_after(failing_for: TimeDelta) -> i64 {
    NOTICES.iter().map(|after| i64::from(failing_for >= *after)).sum()
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Any 2xx.
    Arrived,
    /// 410: the endpoint wants nothing any more.
    Gone,
    /// Anything else, no answer and a redirect among it; the other side may have asked for a pause.
    Failed(Option<TimeDelta>),
}

impl Verdict {
    pub(super) fn of(status: Option<u16>, retry_after: Option<TimeDelta>) -> Self {
        match status {
            Some(200..=299) => Self::Arrived,
            Some(410) => Self::Gone,
            _ => Self::Failed(retry_after.map(|asked| asked.clamp(TimeDelta::zero(), TRIES.longest_wait()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::WebhookEndpointTag;
    use platform::outbox::FactKind;

    use super::*;
    use crate::mail_templates::MailTemplateEvent;
    use platform::ip_blocks::IpBlockEvent;

    fn kinds() -> FactKinds {
        FactKinds::new(vec![FactKind::of::<MailTemplateEvent>(), FactKind::of::<IpBlockEvent>()])
    }

    fn patterns(raw: &[&str]) -> Result<EventPatterns, String> {
        EventPatterns::parse(raw.iter().map(ToString::to_string).collect(), &kinds())
    }

    #[test]
    fn a_pattern_names_one_event_all_of_a_kind_or_all() {
        let wanted = |raw: &[&str]| {
            let patterns = patterns(raw).expect("patterns");
            ["mail_template.changed", "mail_template.reset", "ip_block.created", "mail_templates.changed"].map(|name| patterns.want(name))
        };
        assert_eq!(wanted(&["mail_template.changed"]), [true, false, false, false]);
        assert_eq!(wanted(&["mail_template.*"]), [true, true, false, false]);
        assert_eq!(wanted(&["ip_block.created", "mail_template.reset"]), [false, true, true, false]);
        assert_eq!(wanted(&["*"]), [true; 4]);
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_a_mistake() {
        for raw in [
            &["mail_template.chnaged"][..],
            &["mail_templates.*"],
            &["mail_template*"],
            &["mail_template."],
            &[""],
            &["mail_template.*", "nothing.*"],
            &[],
        ] {
            assert!(patterns(raw).is_err(), "{raw:?}");
        }
        assert!(patterns(&["*"; 50]).is_ok() && patterns(&["*"; 51]).is_err());
        assert_eq!(
            patterns(&["mail_template.*", "ip_block.created"]).expect("patterns").as_slice(),
            ["mail_template.*", "ip_block.created"]
        );
    }

    #[test]
    fn pauses_are_those_of_standard_webhooks_and_end_after_ten_tries() {
        let sum: i64 = PAUSES_S.iter().sum();
        assert_eq!(sum, 75 * 3_600 + 35 * 60 + 5);
        assert_eq!((TRIES.pause_after(9, None).is_some(), TRIES.pause_after(10, None)), (true, None));
        let asked = |asked| TRIES.pause_after(1, Some(asked));
        assert_eq!((asked(TimeDelta::hours(1)), asked(TimeDelta::days(3))), (Some(TimeDelta::hours(1)), Some(TimeDelta::days(1))));
        assert!(asked(TimeDelta::zero()).is_some_and(|pause| pause >= TimeDelta::seconds(4)));
    }

    #[test]
    fn somebody_is_told_after_an_hour_and_after_a_day() {
        let cases = [(0, 0), (3_599, 0), (3_600, 1), (86_399, 1), (86_400, 2), (400_000, 2)];
        assert_eq!(cases.map(|(seconds, _)| notices_after(TimeDelta::seconds(seconds))), cases.map(|(_, notices)| notices));
        let longest = PAUSES_S.iter().max().map(|pause_s| pause_s * (100 + JITTER_PERCENT) / 100);
        assert!(longest.is_some_and(|pause_s| pause_s < SILENCE.num_seconds()), "a pause is no silence");
    }

    #[test]
    fn only_a_2xx_is_an_arrival_and_410_is_for_good() {
        for status in [200, 201, 204, 299] {
            assert_eq!(Verdict::of(Some(status), None), Verdict::Arrived, "{status}");
        }
        for status in [199, 301, 302, 307, 400, 404, 409, 411, 429, 500, 503] {
            assert_eq!(Verdict::of(Some(status), None), Verdict::Failed(None), "{status}");
        }
        assert_eq!((Verdict::of(Some(410), None), Verdict::of(None, None)), (Verdict::Gone, Verdict::Failed(None)));
        let asked = |seconds| Verdict::of(Some(429), Some(TimeDelta::seconds(seconds)));
        assert_eq!(asked(30), Verdict::Failed(Some(TimeDelta::seconds(30))));
        assert_eq!((asked(-1), asked(1_000_000)), (Verdict::Failed(Some(TimeDelta::zero())), Verdict::Failed(Some(TimeDelta::days(1)))));
    }

    #[test]
    fn an_endpoint_is_disabled_before_it_is_failing() {
        let now = Timestamp::default();
        let endpoint = |disabled_because: Option<DisabledBecause>, failing_since: Option<Timestamp>| Endpoint {
            id: kernel::Id::<WebhookEndpointTag>::generate(),
            url: String::new(),
            description: None,
            events: EventPatterns::stored(vec!["*".to_owned()]),
            in_order: false,
            disabled_because,
            public_key: "whpk_x".to_owned(),
            previous_key_until: None,
            failing_since,
            last_delivered_at: None,
            version: 1,
            created_at: now,
            created_by: String::new(),
        };
        let state = |because: Option<DisabledBecause>, failing: Option<Timestamp>| endpoint(because, failing).state();
        assert_eq!((state(None, None), state(None, Some(now))), (EndpointState::Enabled, EndpointState::Failing));
        assert_eq!(state(Some(DisabledBecause::Gone), Some(now)), EndpointState::Disabled);
        let recorded = endpoint(Some(DisabledBecause::Owner), None).recorded();
        assert_eq!(
            (&recorded["disabled_because"], &recorded["public_key"], &recorded["events"][0]),
            (&"owner".into(), &"whpk_x".into(), &"*".into())
        );
    }
}
