//! Changing a setting.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin};
use platform::config::Config;
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox, settings};
use serde_json::Value;

use super::events::SettingEvent;
use super::known::known;
use super::model::Setting;

/// Which setting, as which version the caller knows it, and its new value.
#[derive(Debug, Clone)]
pub struct ChangeSetting {
    /// Which one.
    pub key: String,
    /// The version that the caller has seen. May be absent, or 0, as long as nobody has set it.
    pub version: Option<i64>,
    /// What it is to be.
    pub value: Value,
}

/// Why a setting stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSettingError {
    /// The shop knows no such setting.
    #[error("no such setting")]
    NotFound,
    /// The value is none for this setting.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// It was set before, and the caller does not say what they have seen.
    #[error("the setting was set before: send If-Match or `version`")]
    VersionRequired,
    /// Somebody changed it since.
    #[error("the setting was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangeSettingError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "setting_not_found",
            Self::Input(errors) => errors.code(),
            Self::VersionRequired => "version_required",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Input(errors) => errors.kind(),
            Self::VersionRequired => ErrorKind::VersionRequired,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::NotFound | Self::VersionRequired | Self::VersionConflict { .. } | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Input(_) | Self::VersionRequired | Self::Database(_) => None,
        }
    }
}

/// Changes a setting and records `setting.changed`.
///
/// # Errors
/// `ChangeSettingError` names what is wrong; nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangeSetting) -> Result<Setting, ChangeSettingError> {
    let tx = context.begin(origin).await?;
    let setting = change_in(&tx, &context.config, command).await?;
    tx.commit().await?;
    Ok(setting)
}

/// The same inside a transaction of the caller. Of two first values one is stored; the other is told of its version.
///
/// # Errors
/// `ChangeSettingError` names what is wrong.
pub async fn change_in(tx: &WriteTx, config: &Config, command: ChangeSetting) -> Result<Setting, ChangeSettingError> {
    let known = known(&command.key).ok_or(ChangeSettingError::NotFound)?;
    let value = (known.parse)(command.value).map_err(|message| FieldErrors::of("value", message))?;
    let before = settings::get(tx, known.key).await?;
    let current = before.as_ref().map_or(0, |stored| stored.version);
    match command.version {
        None if current > 0 => return Err(ChangeSettingError::VersionRequired),
        Some(seen) if seen != current => return Err(ChangeSettingError::VersionConflict { current }),
        None | Some(_) => {}
    }
    let Some(stored) = settings::put_over(tx, known.key, value, current).await? else {
        let current = settings::get(tx, known.key).await?.map_or(0, |stored| stored.version);
        return Err(ChangeSettingError::VersionConflict { current });
    };
    outbox::record(tx, &SettingEvent::changed(known, stored.version)).await?;
    // The value of a setting may be somebody's address; its name is not.
    let side = |value: &Value| serde_json::json!({ known.key.rsplit('_').next().unwrap_or(known.key): value });
    let entry = audit::Entry::of("setting.changed", known.key).before(&before.map(|stored| side(&stored.value)));
    audit::record(tx, &entry.after(&side(&stored.value))).await?;
    Ok(Setting::of(known, Some(stored), config))
}
