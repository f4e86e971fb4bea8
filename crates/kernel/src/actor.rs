//! Who does something, and from where the wish came.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::{ApiKeyId, CartId, Country, UserId};

/// Who acts; stored as text in `created_by`, `updated_by`, history and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The shop itself: a job, the relay, the first start.
    System,
    /// Whoever sits at the machine's command line.
    CommandLine,
    /// A request without any credential.
    Anonymous,
    /// The holder of a cart's token.
    Guest(CartId),
    /// A program with an API key.
    ApiKey(ApiKeyId),
    /// A signed-in person.
    User(UserId),
}

/// A text that names no actor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an actor")]
pub struct ActorParseError;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::CommandLine => f.write_str("cli"),
            Self::Anonymous => f.write_str("anonymous"),
            Self::Guest(cart) => cart.fmt(f),
            Self::ApiKey(key) => key.fmt(f),
            Self::User(user) => user.fmt(f),
        }
    }
}

impl FromStr for Actor {
    type Err = ActorParseError;

    fn from_str(text: &str) -> Result<Self, ActorParseError> {
        match text {
            "system" => Ok(Self::System),
            "cli" => Ok(Self::CommandLine),
            "anonymous" => Ok(Self::Anonymous),
            _ => (text.parse().map(Self::Guest))
                .or_else(|_| text.parse().map(Self::ApiKey))
                .or_else(|_| text.parse().map(Self::User))
                .map_err(|_| ActorParseError),
        }
    }
}

/// Who wants something done and in which request; every write carries it into history and events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who acts.
    pub actor: Actor,
    /// The request's id, where there is a request.
    pub request_id: Option<String>,
    /// W3C trace context of the request, where it has one.
    pub traceparent: Option<String>,
    /// From where the request came.
    pub client: Client,
}

/// From where a request came: personal data, kept in sessions and beside the audit log, never in logs or events.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The address of whoever asks, behind proxies that are trusted.
    pub ip: Option<IpAddr>,
    /// What the program calls itself.
    pub user_agent: Option<String>,
    /// In which country that address is, where a proxy that is trusted says so.
    pub country: Option<Country>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client(…)")
    }
}

impl Origin {
    /// An act outside any request.
    #[must_use]
    pub const fn of(actor: Actor) -> Self {
        Self { actor, request_id: None, traceparent: None, client: Client { ip: None, user_agent: None, country: None } }
    }

    /// The shop itself acts.
    #[must_use]
    pub const fn system() -> Self {
        Self::of(Actor::System)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_survives_its_text_form() {
        let actors = [
            Actor::System,
            Actor::CommandLine,
            Actor::Anonymous,
            Actor::Guest(CartId::generate()),
            Actor::ApiKey(ApiKeyId::generate()),
            Actor::User(UserId::generate()),
        ];
        for actor in actors {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert_eq!("prod_x".parse::<Actor>(), Err(ActorParseError));
    }
}
