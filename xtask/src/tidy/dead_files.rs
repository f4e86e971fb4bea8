//! Rust files that no target reaches: the compiler never reads them, so nothing in them is true.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

/// Follows `mod`, `#[path]` and `include!` from the root of every target.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut walk = Walk { workspace, reached: BTreeSet::new() };
    for root in workspace.packages.iter().flat_map(|package| &package.roots) {
        walk.file(Path::new(root), true);
    }
    let dead = workspace.files.iter().filter(|file| !walk.reached.contains(Path::new(&file.path)));
    let finding = |file: &SourceFile| {
        let why = "the compiler never reads it, so nothing in it is checked";
        Finding::new((&file.path, 1), "no `mod` declares this file", why, "declare it in its parent module or delete it")
    };
    dead.map(finding).collect()
}

struct Walk<'workspace> {
    workspace: &'workspace Workspace,
    reached: BTreeSet<PathBuf>,
}

/// Where a module's `mod x;` and `#[path]` look for files.
struct Folders {
    of_children: PathBuf,
    of_paths: PathBuf,
}

impl Walk<'_> {
    /// Visits a file; `owns_folder` says that its children lie beside it (`lib.rs`, `mod.rs`) and not in a folder of its name.
    fn file(&mut self, path: &Path, owns_folder: bool) {
        let Some(file) = self.workspace.files.iter().find(|file| Path::new(&file.path) == path) else { return };
        if !self.reached.insert(path.to_owned()) {
            return;
        }
        let beside = path.parent().unwrap_or(path).to_owned();
        let owns_folder = owns_folder || path.file_name().is_some_and(|name| name == "mod.rs");
        let of_children = if owns_folder { beside.clone() } else { path.with_extension("") };
        self.items(&file.syntax.items, &Folders { of_children, of_paths: beside.clone() });
        for included in includes(file) {
            self.file(&normal(&beside.join(included)), true);
        }
    }

    fn items(&mut self, items: &[Item], folders: &Folders) {
        for item in items {
            if let Item::Mod(module) = item {
                self.module(module, folders);
            }
        }
    }

    fn module(&mut self, module: &ItemMod, folders: &Folders) {
        let name = module.ident.to_string();
        let name = name.trim_start_matches("r#");
        let path = module.attrs.iter().find_map(path_attribute);
        if let Some((_, items)) = &module.content {
            let inside = folders.of_children.join(path.as_deref().unwrap_or(name));
            self.items(items, &Folders { of_children: inside.clone(), of_paths: inside });
        } else if let Some(path) = path {
            self.file(&normal(&folders.of_paths.join(path)), true);
        } else {
            self.file(&folders.of_children.join(format!("{name}.rs")), false);
            self.file(&folders.of_children.join(name).join("mod.rs"), true);
        }
    }
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &pair.value else { return None };
    pair.path.is_ident("path").then(|| text.value())
}

/// The files named by `include!("…")`.
fn includes(file: &SourceFile) -> Vec<String> {
    let calls = file.tokens.windows(4).filter(|window| window.iter().zip(["include", "!", "("]).all(|(token, text)| token.text == text));
    calls.filter_map(|window| window.last()).map(|token| token.text.trim_matches('"').to_owned()).collect()
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            plain.pop();
        } else if part != Component::CurDir {
            plain.push(part);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    #[test]
    fn every_way_to_reach_a_file_is_known() {
        let sample = Sample::new()
            .package("a", 0, "")
            .file("crates/a/src/lib.rs", "mod orders;\nmod carts;\n#[path = \"../migrations/all.rs\"]\nmod migrations;\n")
            .file("crates/a/src/orders/mod.rs", "mod place;\n")
            .file("crates/a/src/orders/place.rs", "mod steps { mod lock; }\n#[path = \"odd.rs\"]\nmod even;\n")
            .file("crates/a/src/orders/place/steps/lock.rs", "")
            .file("crates/a/src/orders/odd.rs", "include!(\"../table.rs\");\n")
            .file("crates/a/src/table.rs", "")
            .file("crates/a/src/carts.rs", "mod price;\n")
            .file("crates/a/src/carts/price.rs", "")
            .file("crates/a/migrations/all.rs", "mod m0001;\n")
            .file("crates/a/migrations/m0001.rs", "")
            .file("crates/a/tests/sells.rs", "mod support;\n")
            .file("crates/a/tests/support/mod.rs", "");

        assert_eq!(sample.findings(check), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_no_module_declares_is_dead() {
        let sample = Sample::new().package("a", 0, "").file("crates/a/src/lib.rs", "// mod old;\n").file("crates/a/src/old.rs", "");

        assert_one(&sample.findings(check), "crates/a/src/old.rs:1", &["no `mod` declares this file"]);
    }

    #[test]
    fn a_test_helper_that_no_test_declares_is_dead() {
        let sample = Sample::new().package("a", 0, "").file("crates/a/tests/support/mod.rs", "");

        assert_one(&sample.findings(check), "crates/a/tests/support/mod.rs:1", &["no `mod` declares this file"]);
    }
}
