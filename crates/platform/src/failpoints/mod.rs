//! Named places at which a crash campaign ends the process; they exist in builds with the feature `failpoints` only.

#[cfg(feature = "failpoints")]
mod names;

/// A named place. Without the feature `failpoints` it is nothing at all.
///
/// With it, the variable `FAILPOINTS` says what happens here, in the words of the crate `fail`: `return` aborts the process
/// as `kill -9` would, so `commit.after=20*off->return` passes twenty times and dies; `sleep(50)` delays.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub const fn failpoint(_name: &'static str) {}

/// A named place, at which `FAILPOINTS` may end the process.
#[cfg(feature = "failpoints")]
pub fn failpoint(name: &'static str) {
    debug_assert!(names::NAMES.contains(&name), "{name} is not in the list");
    static READ: std::sync::Once = std::sync::Once::new();
    // The scenario stays set up as long as the process lives.
    READ.call_once(|| std::mem::forget(fail::FailScenario::setup()));
    fail::fail_point!(name, |_| -> () { std::process::abort() });
}
