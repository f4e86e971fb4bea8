//! Codes by which carts have a promotion: one that is on every poster, or ten thousand that are each good for one order.

use std::collections::BTreeSet;

use kernel::{FieldErrors, Origin, PromotionCodeId, PromotionId, Timestamp, fold};
use platform::db::WriteTx;
use platform::{Context, audit, outbox};
use rand::RngExt;
use serde_json::json;

use super::code_store;
use super::error::PromotionError;
use super::events::PromotionEvent;
use super::store;
use super::words::within;

/// As many as one request makes; who needs more asks again.
const MOST_AT_ONCE: usize = 10_000;
/// What fits onto a card.
const MOST_CHARACTERS: usize = 64;
/// As many orders as any shop has.
const MOST_USES: i64 = 1_000_000_000;
/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

/// A code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionCode {
    /// Its id.
    pub id: PromotionCodeId,
    /// What it gives.
    pub promotion_id: PromotionId,
    /// As the shop writes it; customers may write it in any case.
    pub code: String,
    /// False where it may be used no more.
    pub active: bool,
    /// How many orders came by it.
    pub uses: i64,
    /// How many may.
    pub uses_limit: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Codes as they are asked for from outside: these, or so many that nobody can guess.
#[derive(Debug, Clone, Default)]
pub struct CodesInput {
    /// These: letters, digits, `-`, `_`, 3 to 64 characters.
    pub codes: Vec<String>,
    /// So many new ones: 1 to 10,000.
    pub count: Option<i64>,
    /// What stands before each new one: up to 32 characters.
    pub prefix: Option<String>,
    /// How many characters follow it: 8 to 32. Absent: 12.
    pub length: Option<i64>,
    /// By how many orders each may be used.
    pub uses_limit: Option<i64>,
}

/// Codes that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCodes {
    codes: Vec<String>,
    uses_limit: Option<i64>,
}

impl NewCodes {
    /// Reads what came from outside, and thinks of the codes that are asked for by number.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: CodesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let uses_limit = errors.take_optional("uses_limit", input.uses_limit, |raw| within(raw, 1, MOST_USES));
        let codes = match (input.codes.is_empty(), input.count) {
            (false, None) => given(&mut errors, &input),
            (true, Some(count)) => generated(&mut errors, count, &input),
            _ => {
                errors.add("codes", "must be given where there is no count, and only then");
                None
            }
        };
        errors.finish(|| Some(Self { codes: codes?, uses_limit }))
    }
}

fn given(errors: &mut FieldErrors, input: &CodesInput) -> Option<Vec<String>> {
    if input.codes.len() > MOST_AT_ONCE {
        errors.add("codes", format!("must be at most {MOST_AT_ONCE}"));
        return None;
    }
    for (field, is_given) in [("prefix", input.prefix.is_some()), ("length", input.length.is_some())] {
        if is_given {
            errors.add(field, "is for codes that the shop thinks of");
        }
    }
    let mut seen = BTreeSet::new();
    let mut codes = Vec::with_capacity(input.codes.len());
    for (place, raw) in input.codes.iter().enumerate() {
        let field = format!("codes.{place}");
        let Some(code) = errors.take(&field, written(raw, 3..=MOST_CHARACTERS)) else { continue };
        if seen.insert(fold(&code)) {
            codes.push(code);
        } else {
            errors.add(field, "must differ from the others");
        }
    }
    Some(codes)
}

fn generated(errors: &mut FieldErrors, count: i64, input: &CodesInput) -> Option<Vec<String>> {
    let most = i64::try_from(MOST_AT_ONCE).unwrap_or(i64::MAX);
    let count = errors.take("count", within(count, 1, most));
    let prefix = errors.take("prefix", written(input.prefix.as_deref().unwrap_or_default(), 0..=32));
    let length = errors.take("length", within(input.length.unwrap_or(12), 8, 32));
    let (count, prefix, length) = (usize::try_from(count?).ok()?, prefix?, usize::try_from(length?).ok()?);
    let mut codes = BTreeSet::new();
    let mut random = rand::rng();
    while codes.len() < count {
        let letter = |_| char::from(ALPHABET.get(random.random_range(0..ALPHABET.len())).copied().unwrap_or(b'A'));
        codes.insert(prefix.chars().chain((0..length).map(letter)).collect::<String>());
    }
    Some(codes.into_iter().collect())
}

/// A code or a part of one: what anybody can type in any language.
fn written(raw: &str, length: std::ops::RangeInclusive<usize>) -> Result<String, String> {
    let raw = raw.trim();
    let is_typed = raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_typed && length.contains(&raw.len()) {
        Ok(raw.to_owned())
    } else {
        Err(format!("must be {} to {} letters, digits, dashes or underscores", length.start(), length.end()))
    }
}

/// What a customer typed in, as it is looked for; nothing where it cannot be a code.
pub(super) fn key_of(typed: &str) -> Option<String> {
    written(typed, 3..=MOST_CHARACTERS).ok().map(|code| fold(&code))
}

/// Makes codes for a promotion, in their order, and records `promotion.changed`.
///
/// # Errors
/// `NotFound`; `CodeTaken` where any exists, then none is made.
pub async fn add_codes(context: &Context, origin: &Origin, id: PromotionId, new: NewCodes) -> Result<Vec<PromotionCode>, PromotionError> {
    let tx = context.begin(origin).await?;
    let promotion = store::find(&tx, id).await?.ok_or(PromotionError::NotFound)?;
    if let Some(taken) = code_store::any_of(&tx, &new.codes).await? {
        return Err(PromotionError::CodeTaken(taken));
    }
    let code = |code: String| PromotionCode {
        id: PromotionCodeId::generate(),
        promotion_id: promotion.id,
        code,
        active: true,
        uses: 0,
        uses_limit: new.uses_limit,
        created_at: tx.now(),
    };
    let codes: Vec<PromotionCode> = new.codes.into_iter().map(code).collect();
    code_store::insert(&tx, &codes, || PromotionError::CodeTaken("that somebody else makes in this moment".to_owned())).await?;
    let entry = audit::Entry::of("promotion.codes_added", id).after(&json!({ "count": codes.len(), "uses_limit": new.uses_limit }));
    record(&tx, id, &entry).await?;
    tx.commit().await?;
    Ok(codes)
}

/// A code of a promotion.
#[derive(Debug, Clone, Copy)]
pub struct CodeOf {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// The code.
    pub id: PromotionCodeId,
}

/// Lets a code be used, or no more.
///
/// # Errors
/// `CodeNotFound`, also for a code of another promotion.
pub async fn switch_code(context: &Context, origin: &Origin, which: CodeOf, active: bool) -> Result<PromotionCode, PromotionError> {
    let tx = context.begin(origin).await?;
    let code = code_store::lock(&tx, which).await?.ok_or(PromotionError::CodeNotFound)?;
    code_store::switch(&tx, which, active).await?;
    let entry = audit::Entry::of("promotion.code_switched", which.promotion_id);
    let said = |active: bool| json!({ "code_id": which.id, "active": active });
    record(&tx, which.promotion_id, &entry.before(&said(code.active)).after(&said(active))).await?;
    tx.commit().await?;
    Ok(PromotionCode { active, ..code })
}

/// Deletes a code by which no order came.
///
/// # Errors
/// `CodeNotFound`, also for a code of another promotion; `CodeInUse`.
pub async fn delete_code(context: &Context, origin: &Origin, which: CodeOf) -> Result<(), PromotionError> {
    let tx = context.begin(origin).await?;
    let code = code_store::lock(&tx, which).await?.ok_or(PromotionError::CodeNotFound)?;
    code_store::delete(&tx, which, || PromotionError::CodeInUse).await?;
    let entry = audit::Entry::of("promotion.code_deleted", which.promotion_id);
    record(&tx, which.promotion_id, &entry.before(&json!({ "code_id": code.id, "active": code.active }))).await?;
    Ok(tx.commit().await?)
}

async fn record(tx: &WriteTx, promotion_id: PromotionId, entry: &audit::Entry) -> Result<(), PromotionError> {
    outbox::record(tx, &PromotionEvent::Changed { promotion_id }).await?;
    Ok(audit::record(tx, entry).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(input: CodesInput) -> Vec<String> {
        NewCodes::parse(input).expect_err("refused").into_map().into_keys().collect()
    }

    #[test]
    fn codes_that_are_thought_of_differ_and_can_be_read_aloud() {
        let input = CodesInput { count: Some(10_000), prefix: Some("SPRING-".to_owned()), length: Some(8), ..CodesInput::default() };
        let codes = NewCodes::parse(input).expect("codes").codes;
        let keys: BTreeSet<String> = codes.iter().map(|code| fold(code)).collect();
        assert_eq!((codes.len(), keys.len()), (10_000, 10_000));
        for code in codes {
            let rest = code.strip_prefix("SPRING-").expect("its prefix");
            assert!(rest.len() == 8 && rest.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
        }
    }

    #[test]
    fn codes_are_given_or_asked_for_by_number() {
        let these = |codes: &[&str]| CodesInput { codes: codes.iter().map(ToString::to_string).collect(), ..CodesInput::default() };
        assert_eq!(refused(CodesInput::default()), ["codes"]);
        assert_eq!(refused(CodesInput { count: Some(1), ..these(&["SPRING"]) }), ["codes"]);
        assert_eq!(refused(CodesInput { prefix: Some("A".to_owned()), length: Some(9), ..these(&["SPRING"]) }), ["length", "prefix"]);
        assert_eq!(refused(these(&["SPRING", "x", "spring", "two words"])), ["codes.1", "codes.2", "codes.3"]);
        let many = CodesInput { count: Some(10_001), prefix: Some("!".to_owned()), length: Some(7), uses_limit: Some(0), ..these(&[]) };
        assert_eq!(refused(many), ["count", "length", "prefix", "uses_limit"]);
        assert_eq!(NewCodes::parse(these(&[" Spring_1 "])).expect("codes").codes, ["Spring_1"]);
    }

    #[test]
    fn case_does_not_matter_and_blanks_around_do_not_either() {
        assert_eq!(key_of(" SpRing-1 "), Some("spring-1".to_owned()));
        assert_eq!((key_of("ab"), key_of("spring 1"), key_of(&"x".repeat(65))), (None, None, None));
    }
}
