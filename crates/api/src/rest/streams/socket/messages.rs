//! What is said over a WebSocket.

use gateway::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum MessageIn {
    /// Who it is; again, before a token is over.
    Authenticate {
        /// An access token or an API key.
        token: String,
    },
    /// Tell of this from now on.
    Subscribe(Subscribe),
    /// Tell of this no more.
    Unsubscribe {
        /// What.
        topic: String,
    },
    /// Are you there?
    Ping {},
}

/// What is to be told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscribe {
    /// `order:{id}`, `product:{id}:availability` or `events`.
    pub(super) topic: String,
    /// The event after which `events` begins.
    pub(super) after: Option<i64>,
    /// Names of events, as `filter[type]` has them.
    #[serde(default)]
    pub(super) types: Vec<String>,
    /// What the events happened to.
    pub(super) aggregate_id: Option<String>,
    /// The token of the cart that the order came of.
    pub(super) cart_token: Option<String>,
}

impl MessageIn {
    /// Reads a message.
    ///
    /// # Errors
    /// What to send instead.
    pub(super) fn parse(text: &str) -> Result<Self, Refused> {
        serde_json::from_str(text).map_err(|error| {
            // serde quotes what it read, which may be a token.
            let place = format!("line {} column {}", error.line(), error.column());
            let message = format!(
                "cannot be read ({place}); send {{\"type\":\"subscribe\",\"topic\":\"…\"}}, unsubscribe, authenticate with a token, or ping"
            );
            Refused::new("malformed_message", message)
        })
    }
}

/// Why a message is refused.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// What is sent of it.
    pub(super) fn text(&self, topic: Option<&str>) -> String {
        let Self { code, message } = self;
        let error = match topic {
            Some(topic) => json!({ "type": "error", "code": code, "message": message, "topic": topic }),
            None => json!({ "type": "error", "code": code, "message": message }),
        };
        error.to_string()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::new(problem.code(), problem.message())
    }
}

/// An answer about a topic.
pub(super) fn about(kind: &str, topic: &str) -> String {
    json!({ "type": kind, "topic": topic }).to_string()
}

/// How something stands.
pub(super) fn state(kind: &str, topic: &str, data: &Value) -> String {
    json!({ "type": kind, "topic": topic, "data": data }).to_string()
}
