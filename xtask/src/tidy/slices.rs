//! A slice uses only the front door of slices to its left.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::paths::{self, CodePath};
use super::slice_table::{Slices, TABLE, WITHOUT_SLICES};
use super::source::SourceFile;
use super::workspace::{Package, Workspace};

const TABLE_PATH: &str = "xtask/src/tidy/slice_table.rs";

/// Follows every path from a slice into another slice, of the same crate or of one below.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = unknown(workspace);
    let crates: Vec<&str> = TABLE.iter().map(|slices| slices.package).collect();
    for file in &workspace.files {
        let Some(package) = workspace.package_of(file) else { continue };
        let module = module_of(file, package).unwrap_or_default();
        for path in paths::of(file, &module, &crates) {
            findings.extend(check_path(workspace, package, (file, &module), &path));
        }
    }
    findings
}

/// Folders of code that the table does not know.
fn unknown(workspace: &Workspace) -> Vec<Finding> {
    let mut folders: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for file in &workspace.files {
        let Some(package) = workspace.package_of(file).filter(|package| package.folder.starts_with("crates/")) else { continue };
        let rest = file.path.strip_prefix(&format!("{}/src/", package.folder)).unwrap_or_default();
        if let Some((folder, _)) = rest.split_once('/').filter(|_| !WITHOUT_SLICES.contains(&package.name.as_str())) {
            folders.entry((&package.name, folder)).or_insert(&file.path);
        }
    }
    let missing =
        folders.into_iter().filter(|((package, folder), _)| !slices_of(package).is_some_and(|slices| slices.names.contains(folder)));
    let finding = |((package, folder), path): ((&str, &str), &str)| {
        let why = "the order of the slices says who may use whom";
        let mend = format!("add it to the table in {TABLE_PATH}, left of everything that uses it");
        Finding::new((path, 1), format!("the slice `{folder}` of `{package}` is not known"), why, mend)
    };
    missing.map(finding).collect()
}

fn slices_of(package: &str) -> Option<&'static Slices> {
    TABLE.iter().find(|slices| slices.package == package)
}

/// `crates/sales/src/orders/place.rs` is `["orders", "place"]`; a file outside `src` has no module here.
fn module_of(file: &SourceFile, package: &Package) -> Option<Vec<String>> {
    let rest = file.path.strip_prefix(&format!("{}/src/", package.folder))?.strip_suffix(".rs")?;
    let mut module: Vec<String> = rest.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    Some(module)
}

fn check_path(workspace: &Workspace, package: &Package, from: (&SourceFile, &[String]), path: &CodePath) -> Option<Finding> {
    let (file, module) = from;
    let (root, rest) = path.segments.split_first()?;
    let target = if root == "crate" { &package.name } else { root };
    let slices = slices_of(target)?;
    let (slice, inside) = rest.split_first()?;
    let position = |name: &String| slices.names.iter().position(|known| known == name);
    let there = position(slice)?;
    let same_crate = *target == package.name;
    if same_crate && module.first() == Some(slice) {
        return None;
    }
    let place = (file.path.as_str(), path.line);
    let shown = path.segments.join("::");
    if let [part, _, ..] = inside
        && is_file(workspace, target, slice, part)
    {
        let why = "a slice is used by its front door alone, so that its inside may change";
        return Some(Finding::new(place, format!("`{shown}` goes past the front door of `{slice}`"), why, front_door(target, slice)));
    }
    let here = module.first().and_then(position).filter(|_| same_crate && slices.ordered)?;
    (there > here).then(|| {
        let what = format!("`{}` uses `{shown}`, which is to its right", module.first().map_or("", String::as_str));
        let why = format!("in `{target}` the order is {}", slices.names.join(" "));
        Finding::new(place, what, why, "turn the call around, or let the right one listen to an event")
    })
}

fn front_door(package: &str, slice: &str) -> String {
    format!("use what `crates/{package}/src/{slice}/mod.rs` shows, or show it there")
}

fn is_file(workspace: &Workspace, package: &str, slice: &str, part: &str) -> bool {
    let folder = format!("crates/{package}/src/{slice}/{part}");
    workspace.has(&format!("{folder}.rs")) || workspace.has(&format!("{folder}/mod.rs"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    fn sales() -> Sample {
        Sample::new()
            .package("sales", 4, "")
            .file("crates/sales/src/carts/mod.rs", "mod lock;\npub use lock::lock;\n")
            .file("crates/sales/src/carts/lock.rs", "pub fn lock() {}\n")
            .file("crates/sales/src/orders/mod.rs", "mod place;\n")
    }

    fn place(code: &str) -> Vec<String> {
        sales().file("crates/sales/src/orders/place.rs", code).findings(check)
    }

    #[test]
    fn a_slice_uses_the_front_door_of_a_slice_to_its_left() {
        assert_eq!(place("use crate::carts::lock;\nuse super::model::Order;\nfn f() { crate::carts::lock() }\n"), Vec::<String>::new());
    }

    #[test]
    fn a_path_past_the_front_door_is_refused() {
        let expected = ["`crate::carts::lock::lock` goes past the front door of `carts`", "crates/sales/src/carts/mod.rs"];

        assert_one(&place("use crate::carts::lock::lock;\n"), "crates/sales/src/orders/place.rs:1", &expected);
        assert_one(&place("use crate::{\n    carts::{lock::lock, Cart},\n};\n"), "crates/sales/src/orders/place.rs:2", &expected);
        assert_one(&place("fn f() {\n    super::super::carts::lock::lock()\n}\n"), "crates/sales/src/orders/place.rs:2", &expected);
    }

    #[test]
    fn a_slice_to_the_right_is_refused() {
        assert_one(&place("use crate::checkout::run;\n"), "crates/sales/src/orders/place.rs:1", &["`orders` uses `crate::checkout::run`"]);
    }

    #[test]
    fn the_front_door_holds_between_crates_too() {
        let sample = sales().package("api", 7, "").file("crates/api/src/rest.rs", "use sales::carts::lock;\n");
        assert_eq!(sample.findings(check), Vec::<String>::new());

        let sample = sample.file("crates/api/src/rest.rs", "fn f() { sales::carts::lock::lock() }\n");
        assert_one(&sample.findings(check), "crates/api/src/rest.rs:1", &["`sales::carts::lock::lock` goes past the front door"]);
    }

    #[test]
    fn the_platform_has_front_doors_but_no_order() {
        let sample = Sample::new()
            .package("platform", 1, "")
            .file("crates/platform/src/config/mod.rs", "use crate::telemetry::Format;\nuse crate::db::pool::Pool;\n")
            .file("crates/platform/src/db/pool.rs", "");

        assert_one(&sample.findings(check), "crates/platform/src/config/mod.rs:2", &["`crate::db::pool::Pool` goes past the front door"]);
    }

    #[test]
    fn an_unknown_slice_has_to_take_its_place_in_the_table() {
        let sample = sales().file("crates/sales/src/gifts/mod.rs", "");

        assert_one(&sample.findings(check), "crates/sales/src/gifts/mod.rs:1", &["`gifts` of `sales` is not known", "slice_table.rs"]);
    }
}
