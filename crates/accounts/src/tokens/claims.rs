//! What an access token says.

use kernel::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// What an access token says. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it: this shop's address.
    pub iss: String,
    /// For whom.
    pub aud: String,
    /// About whom.
    pub sub: UserId,
    /// The session it belongs to and dies with.
    pub sid: SessionId,
    /// Where the user gets mail, where there is such an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The names of the user's roles when it was signed: for others to show. What the user may do is asked of the database.
    pub roles: Vec<String>,
    /// When it was signed.
    pub iat: i64,
    /// It is good from then on.
    pub nbf: i64,
    /// It is over then.
    pub exp: i64,
    /// No other token has it.
    pub jti: String,
}
