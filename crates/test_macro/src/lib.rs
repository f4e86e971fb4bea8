//! The attribute that makes one test body run on every database.

mod expansion;

use proc_macro::TokenStream;

/// Makes two tests of one body: `<name>_on_sqlite`, and `<name>_on_postgres`, which a plain `cargo test` shows as ignored.
///
/// ```text
/// /// Two tabs press "Pay" together: one order, one event.
/// #[test_on_every_database]
/// async fn a_cart_becomes_at_most_one_order(shop: TestShop) -> TestResult {
///     Ok(())
/// }
/// ```
///
/// becomes the async function as it was written, and beside it
///
/// ```text
/// #[test]
/// fn a_cart_becomes_at_most_one_order_on_sqlite() -> impl std::process::Termination {
///     crate::support::run_on_sqlite("a_cart_becomes_at_most_one_order", a_cart_becomes_at_most_one_order)
/// }
///
/// #[test]
/// #[ignore = "needs PostgreSQL"]
/// fn a_cart_becomes_at_most_one_order_on_postgres() -> impl std::process::Termination {
///     crate::support::run_on_postgres("a_cart_becomes_at_most_one_order", a_cart_becomes_at_most_one_order)
/// }
/// ```
///
/// # What the test crate provides
///
/// A module `crate::support` with two functions of this shape (each test file that has tests declares `mod support;`):
///
/// ```text
/// pub fn run_on_sqlite<Body, Running>(name: &'static str, body: Body) -> TestResult
/// where
///     Body: FnOnce(TestShop) -> Running,
///     Running: Future<Output = TestResult>;
/// ```
///
/// - `name` is the body's own name, without a suffix: good for naming the test's database.
/// - The function makes the runtime and a fresh database, runs the body, and then fails if a due job or an outbox row is left
///   unhandled or an invariant is broken, also when the body succeeded.
/// - It returns anything that implements `Termination` (`TestResult` or `()`), or panics.
/// - `run_on_postgres` finds the server's superuser URL in `TRADEWIND_TEST_POSTGRES_URL`, which `cargo xtask test` sets. It fails
///   with that advice when the variable is absent: a test that was asked for never passes by doing nothing.
///
/// # Attributes
///
/// Doc comments are copied to both tests. `cfg` goes to all three functions, `should_panic` and `ignore` to the two tests (`ignore`
/// replaces the reason of the PostgreSQL test), everything else stays on the body.
#[proc_macro_attribute]
pub fn test_on_every_database(arguments: TokenStream, body: TokenStream) -> TokenStream {
    expansion::expand(arguments.into(), body.into()).unwrap_or_else(|error| error.into_compile_error()).into()
}
