//! What was found out of the ordinary. Addresses and countries are personal data: facts name what holds them.

use kernel::{AnomalyId, AnomalyTag, AuditId, SessionId, UserId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// Something out of the ordinary.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum AnomalyEvent {
    /// An address was refused again and again.
    RefusalsBurst {
        /// Which one.
        anomaly_id: AnomalyId,
        /// The latest of the refusals; the audit log holds the address beside it.
        audit_id: AuditId,
        /// How many there were.
        refusals: i64,
    },
    /// Many accounts were used from one address.
    ManyAccounts {
        /// Which one.
        anomaly_id: AnomalyId,
        /// One of the sessions; it holds the address.
        session_id: SessionId,
        /// How many accounts there were.
        accounts: i64,
    },
    /// Somebody signed in from a country for the first time, and not for the first time at all.
    NewCountry {
        /// Which one.
        anomaly_id: AnomalyId,
        /// In which session.
        session_id: SessionId,
        /// Who.
        user_id: UserId,
    },
}

impl Fact for AnomalyEvent {
    type Subject = AnomalyTag;
    const AGGREGATE: &'static str = "anomaly";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("anomaly.refusals_burst", "an address was refused again and again; the audit record that is named holds it"),
        ("anomaly.many_accounts", "many accounts were used from one address; the session that is named holds it"),
        ("anomaly.new_country", "somebody signed in from a country for the first time"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::RefusalsBurst { .. } => "anomaly.refusals_burst",
            Self::ManyAccounts { .. } => "anomaly.many_accounts",
            Self::NewCountry { .. } => "anomaly.new_country",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::RefusalsBurst { anomaly_id, .. } | Self::ManyAccounts { anomaly_id, .. } | Self::NewCountry { anomaly_id, .. } => {
                anomaly_id.uuid()
            }
        }
    }
}
