//! Whether a fact looks as its contract says, `events.schema.json`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use platform::events::Event;
use platform::outbox::FactKind;

use super::TestResult;

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Fails where a fact tells what its schema does not know, or does not tell what that promises.
pub(crate) fn check(kind: &FactKind, event: &Event) -> TestResult {
    let validator = validator(kind, &event.r#type)?;
    let wrong: Vec<String> = validator.iter_errors(&event.payload).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} is not as its schema says: {wrong:#?} {}", event.r#type, event.payload).into()) }
}

fn validator(kind: &FactKind, name: &str) -> TestResult<Arc<Validator>> {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(name) {
        return Ok(Arc::clone(validator));
    }
    let mut schema = kind.schema(name);
    schema["additionalProperties"] = false.into();
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema)?;
    Ok(Arc::clone(known.entry(name.to_owned()).or_insert(Arc::new(validator))))
}
