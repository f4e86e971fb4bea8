//! What use cases about people are given, where a context alone is not enough.

use platform::Context;
use platform::mail::Mailer;
use platform::privacy::Places;

use crate::oauth::Providers;
use crate::passwords::Passwords;
use crate::tokens::Tokens;

/// The parts of signing in; cheap to clone, built once for each process.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Database, clock, configuration and secrets.
    pub context: Context,
    /// Who hashes passwords.
    pub passwords: Passwords,
    /// Who signs access tokens.
    pub tokens: Tokens,
    /// Who sends letters; jobs alone ask it to.
    pub mailer: Mailer,
    /// Who else people may sign in with.
    pub providers: Providers,
    /// Every place of the shop that knows of persons.
    pub places: Places,
}

impl Accounts {
    /// The parts, as configured.
    #[must_use]
    pub fn new(context: Context, places: Places) -> Self {
        let (passwords, mailer) = (Passwords::of(&context.config), Mailer::of(&context.config));
        let (tokens, providers) = (Tokens::new(context.clone()), Providers::of(&context.config));
        Self { passwords, tokens, mailer, providers, places, context }
    }
}
