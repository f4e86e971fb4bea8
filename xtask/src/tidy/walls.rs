//! Libraries that belong to some floors only: SQL in stores, HTTP at the top, untyped errors in programs.

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::{Package, Workspace};

/// A group of libraries and where they may be mentioned.
struct Wall {
    crates: &'static [&'static str],
    may: fn(&SourceFile) -> bool,
    /// Packages whose manifest may name them; empty leaves manifests alone.
    packages: &'static [&'static str],
    why: &'static str,
    mend: &'static str,
}

const WALLS: [Wall; 4] = [
    Wall {
        crates: &["rusqlite", "tokio_postgres"],
        may: |file| file.is_in("crates/platform") || file.path.split('/').any(|part| SQL_PLACES.contains(&part)),
        packages: &[],
        why: "SQL lives in `store.rs`, `store/`, `migrations/` and `platform`, so that a rule can be read and tested without a database",
        mend: "move it to the slice's store and call that",
    },
    Wall {
        crates: &["axum", "axum_extra", "utoipa_axum", "utoipa_swagger_ui"],
        may: |file| file.is_in("bench") || HTTP_PACKAGES.iter().any(|package| file.is_in(&format!("crates/{package}"))),
        packages: &HTTP_PACKAGES,
        why: "HTTP exists only in `gateway`, `api`, `web` and `tradewind`",
        mend: "return a domain type and present it in `api`",
    },
    Wall {
        crates: &["utoipa"],
        may: |file| file.is_in("bench") || file.is_test() || SCHEMA_PLACES.iter().any(|place| file.is_in(place)),
        packages: &[],
        why: "schemas are written in `gateway`, `api` and `tradewind`; facts derive theirs by `platform::outbox::ToSchema`",
        mend: "return a domain type and present it in `api`",
    },
    Wall {
        crates: &["anyhow"],
        may: |file| file.is_in("crates/tradewind") || file.is_tool() || file.is_test(),
        packages: &["tradewind", "xtask", "bench", "raw_client", "local_stripe", "fuzz"],
        why: "below the programs every error has a stable code and a kind",
        mend: "give the use case a `thiserror` enum",
    },
];

const SQL_PLACES: [&str; 4] = ["store.rs", "store", "migrations", "tests"];
/// The kernel says how ids and words look.
const SCHEMA_PLACES: [&str; 6] =
    ["crates/kernel", "crates/platform/src/outbox", "crates/gateway", "crates/api", "crates/web", "crates/tradewind"];
/// The bench has a bare server of its own to compare with, and a provider has a way that loses answers.
const HTTP_PACKAGES: [&str; 6] = ["gateway", "api", "web", "tradewind", "bench", "local_stripe"];

/// Looks for each library in the tokens of every file and in the manifests.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let in_files = workspace.files.iter().flat_map(|file| WALLS.iter().flat_map(|wall| check_file(wall, file)));
    let in_manifests = workspace.packages.iter().flat_map(|package| WALLS.iter().flat_map(|wall| check_manifest(wall, package)));
    in_files.chain(in_manifests).collect()
}

fn check_file(wall: &Wall, file: &SourceFile) -> Vec<Finding> {
    if (wall.may)(file) {
        return Vec::new();
    }
    let mentions = file.tokens.iter().filter(|token| wall.crates.contains(&token.text.as_str()));
    mentions.map(|token| Finding::new((&file.path, token.line), format!("`{}` is mentioned", token.text), wall.why, wall.mend)).collect()
}

fn check_manifest(wall: &Wall, package: &Package) -> Vec<Finding> {
    if wall.packages.is_empty() || wall.packages.contains(&package.name.as_str()) {
        return Vec::new();
    }
    let path = package.manifest_path();
    let banned = package.dependencies.iter().filter(|dependency| {
        dependency.kind.as_deref() != Some("dev") && wall.crates.contains(&dependency.name.replace('-', "_").as_str())
    });
    banned
        .map(|dependency| {
            let place = (path.as_str(), package.manifest_line(&dependency.name));
            Finding::new(place, format!("`{}` depends on `{}`", package.name, dependency.name), wall.why, "remove the dependency")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    #[test]
    fn sql_belongs_to_stores_migrations_platform_and_tests() {
        let sql = "//! Rows.\nuse rusqlite::Statement;\n";
        let sample = Sample::new()
            .package("platform", 1, "")
            .package("sales", 4, "")
            .file("crates/platform/src/db.rs", sql)
            .file("crates/sales/src/orders/store.rs", sql)
            .file("crates/sales/src/orders/store/lines.rs", sql)
            .file("crates/sales/migrations/m0001.rs", sql)
            .file("crates/sales/tests/orders.rs", sql);
        assert_eq!(sample.findings(check), Vec::<String>::new());

        let sample = sample.file("crates/sales/src/orders/place.rs", "//! Places.\nfn f() { vec![tokio_postgres::connect(\"\")]; }\n");
        assert_one(&sample.findings(check), "crates/sales/src/orders/place.rs:2", &["`tokio_postgres` is mentioned", "store"]);
    }

    #[test]
    fn http_belongs_to_the_top_floors() {
        let http = "//! A view.\n#[derive(utoipa::ToSchema)]\nstruct View;\n";
        let sample = Sample::new().package("api", 7, "").package("sales", 4, "").file("crates/api/src/view.rs", http);
        assert_eq!(sample.findings(check), Vec::<String>::new());

        let sample = sample.file("crates/sales/src/view.rs", http);
        assert_one(&sample.findings(check), "crates/sales/src/view.rs:2", &["`utoipa` is mentioned", "facts derive theirs"]);

        let sample = Sample::new().package("sales", 4, "").file("crates/sales/src/view.rs", "//! A view.\nuse axum::Json;\n");
        assert_one(&sample.findings(check), "crates/sales/src/view.rs:2", &["`axum` is mentioned", "HTTP exists only in"]);
    }

    #[test]
    fn a_manifest_below_the_top_does_not_name_http() {
        let sample = Sample::new().package("sales", 4, "[dependencies]\nutoipa-axum = \"0.3\"\n");

        assert_one(&sample.findings(check), "crates/sales/Cargo.toml:7", &["`sales` depends on `utoipa-axum`"]);
    }

    #[test]
    fn untyped_errors_belong_to_programs() {
        let sample = Sample::new().package("sales", 4, "").file("crates/sales/src/lib.rs", "//! Sells.\nuse anyhow::Result;\n");

        assert_one(&sample.findings(check), "crates/sales/src/lib.rs:2", &["`anyhow` is mentioned"]);
    }
}
