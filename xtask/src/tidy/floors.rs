//! Crates depend on lower floors only.

use super::finding::Finding;
use super::workspace::{Dependency, Package, Workspace};

/// The crate of the test attribute: every floor may use it, in tests alone.
const TEST_MACRO: &str = "test_macro";

const WHY: &str = "a crate depends on lower floors only, never sideways, never up";

/// Compares each dependency inside the workspace with the floors of both ends.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.folder.starts_with("crates/")) {
        let Some(floor) = package.floor else {
            findings.push(Finding::new(
                (&package.manifest_path(), 1),
                format!("`{}` has no floor", package.name),
                WHY,
                "add `[package.metadata]` with `floor = N`",
            ));
            continue;
        };
        let inside = package.dependencies.iter().filter_map(|dependency| Some((dependency, find(workspace, &dependency.name)?)));
        findings.extend(inside.filter_map(|(dependency, target)| check_one(package, floor, dependency, target)));
    }
    findings
}

fn find<'workspace>(workspace: &'workspace Workspace, name: &str) -> Option<&'workspace Package> {
    workspace.packages.iter().find(|package| package.name == name)
}

fn check_one(package: &Package, floor: u64, dependency: &Dependency, target: &Package) -> Option<Finding> {
    let path = package.manifest_path();
    let place = (path.as_str(), package.manifest_line(&dependency.name));
    if target.name == TEST_MACRO {
        let what = format!("`{TEST_MACRO}` is a dependency of production code");
        let wrong = dependency.kind.as_deref() != Some("dev");
        return wrong.then(|| Finding::new(place, what, "it exists for tests alone", "move it to `[dev-dependencies]`"));
    }
    let target_floor = target.floor?;
    (target_floor >= floor).then(|| {
        let what = format!("`{}` (floor {floor}) depends on `{}` (floor {target_floor})", package.name, target.name);
        Finding::new(place, what, WHY, "move the shared part down, or send the news up as an outbox event")
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    fn sample() -> Sample {
        Sample::new().package("kernel", 0, "").package("catalog", 2, "[dependencies]\nkernel = { path = \"../kernel\" }\n")
    }

    #[test]
    fn a_dependency_downwards_is_fine() {
        assert_eq!(sample().findings(check), Vec::<String>::new());
    }

    #[test]
    fn a_dependency_sideways_is_refused() {
        let sample = sample().package("accounts", 2, "[dependencies]\ncatalog = { path = \"../catalog\" }\n");

        assert_one(&sample.findings(check), "crates/accounts/Cargo.toml:7", &["`accounts` (floor 2)", "`catalog` (floor 2)"]);
    }

    #[test]
    fn a_test_dependency_upwards_is_refused_too() {
        let sample = sample().package("kernel", 0, "[dev-dependencies]\ncatalog = { path = \"../catalog\" }\n");

        assert_one(&sample.findings(check), "crates/kernel/Cargo.toml:7", &["`kernel` (floor 0)"]);
    }

    #[test]
    fn the_test_attribute_is_for_tests_alone() {
        let sample = sample()
            .package("test_macro", 0, "")
            .package("good", 0, "[dev-dependencies]\ntest_macro = { path = \"../test_macro\" }\n")
            .package("bad", 3, "[dependencies]\ntest_macro = { path = \"../test_macro\" }\n");

        assert_one(&sample.findings(check), "crates/bad/Cargo.toml:7", &["`test_macro` is a dependency of production code"]);
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        let sample =
            sample().file("crates/new/Cargo.toml", "[package]\nname = \"new\"\nedition = \"2024\"\n").file("crates/new/src/lib.rs", "");

        assert_one(&sample.findings(check), "crates/new/Cargo.toml:1", &["`new` has no floor"]);
    }
}
