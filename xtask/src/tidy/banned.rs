//! Calls and attributes that are banned, each with its reason and what takes its place.

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

/// Token patterns (separated by spaces) that are refused where `applies` says so.
struct Rule {
    patterns: &'static [&'static str],
    applies: fn(&SourceFile) -> bool,
    why: &'static str,
    mend: &'static str,
}

const RULES: [Rule; 10] = [
    Rule {
        patterns: &["Utc :: now", "Local :: now", "SystemTime :: now"],
        applies: |file| !file.is_in("crates/kernel/src/clock.rs") && !file.is_tool(),
        why: "\"now\" comes from the injected clock, so that tests can move time",
        mend: "ask `context.clock.now()`",
    },
    Rule {
        patterns: &["Uuid :: now_v7"],
        applies: |file| !file.is_in("crates/kernel") && !file.is_in("crates/platform"),
        why: "ids of different things are different types",
        mend: "make an `Id<T>`",
    },
    Rule {
        patterns: &["println !", "print !", "eprintln !", "eprint !"],
        applies: |file| !speaks(file) && !file.is_test(),
        why: "only the command line speaks to a terminal; everything else logs",
        mend: "use `tracing`, or return the text to the cli",
    },
    Rule {
        patterns: &["todo !", "unimplemented !", "dbg !"],
        applies: |_| true,
        why: "unfinished or debugging code does not land",
        mend: "finish it, or leave it out",
    },
    Rule {
        patterns: &["env :: var", "env :: vars", "env :: var_os"],
        applies: |file| !is_config(file) && !file.is_tool() && !file.is_test(),
        why: "configuration has one origin, which `config show` can explain",
        mend: "read it through `platform::config`",
    },
    Rule {
        patterns: &["process :: exit"],
        applies: |file| !file.is_in("crates/tradewind/src/main.rs"),
        why: "it skips every destructor: open transactions, temporary files, the drain of the server",
        mend: "return an `ExitCode` up to main",
    },
    Rule {
        patterns: &["# [ allow (", "# ! [ allow ("],
        applies: |file| !file.is_test(),
        why: "an `allow` stays when its cause is gone",
        mend: "use `#[expect(…, reason = \"…\")]`",
    },
    Rule {
        patterns: &["sleep ("],
        applies: |file| file.is_test() && !file.path.contains("/tests/support/"),
        why: "a test that waits for time is slow and fails on a busy machine",
        mend: "move the clock, or wait for the condition with a helper of the harness",
    },
    Rule {
        patterns: &["# [ ignore ]"],
        applies: |_| true,
        why: "a test is ignored only because it needs a service",
        mend: "say which: `#[ignore = \"needs PostgreSQL\"]`",
    },
    Rule {
        patterns: &["f32", "f64"],
        applies: |file| ["kernel", "payments", "sales"].iter().any(|name| file.is_in(&format!("crates/{name}/src"))),
        why: "no float near money: it cannot hold a cent",
        mend: "use `Money`, `Ppm` or an integer",
    },
];

/// Searches every file for every pattern.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    workspace.files.iter().flat_map(|file| RULES.iter().flat_map(|rule| apply(rule, file)).chain(unreasoned(file))).collect()
}

fn apply(rule: &Rule, file: &SourceFile) -> Vec<Finding> {
    if !(rule.applies)(file) {
        return Vec::new();
    }
    let find = |pattern: &&'static str| {
        let shown = pattern.replace(' ', "");
        let pattern = *pattern;
        file.lines_with(pattern).map(move |line| Finding::new((&file.path, line), format!("`{shown}` is banned here"), rule.why, rule.mend))
    };
    rule.patterns.iter().flat_map(find).collect()
}

fn speaks(file: &SourceFile) -> bool {
    file.is_in("crates/tradewind/src/cli") || file.is_in("crates/tradewind/src/main.rs") || file.is_tool()
}

fn is_config(file: &SourceFile) -> bool {
    file.is_in("crates/platform/src/config") || file.is_in("crates/platform/src/config.rs")
}

/// An `allow` or `expect` of a lint without its reason.
fn unreasoned(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, window) in file.tokens.windows(3).enumerate() {
        let [bracket, name, open] = window else { continue };
        let is_attribute = bracket.text == "[" && ["allow", "expect"].contains(&name.text.as_str()) && open.text == "(";
        let mut inside = file.tokens.iter().skip(index + 3).take_while(|token| token.text != "]");
        if is_attribute && !inside.any(|token| token.text == "reason") {
            let why = "the next reader must be able to judge whether the cause is gone";
            findings.push(Finding::new((&file.path, name.line), format!("`{}` without a reason", name.text), why, "add `reason = \"…\"`"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    fn findings(path: &str, code: &str) -> Vec<String> {
        let package = path.split('/').nth(1).unwrap();
        Sample::new().package(package, 0, "").file(path, code).findings(check)
    }

    #[test]
    fn every_banned_call_is_found() {
        let banned = [
            ("crates/sales/src/orders/place.rs", "Utc::now()"),
            ("crates/sales/src/orders/place.rs", "std::time::SystemTime::now()"),
            ("crates/sales/src/orders/place.rs", "Uuid::now_v7()"),
            ("crates/sales/src/orders/place.rs", "println!(\"sold\")"),
            ("crates/sales/src/orders/place.rs", "unimplemented!()"),
            ("crates/sales/src/orders/place.rs", "std::env::var(\"HOME\")"),
            ("crates/sales/src/orders/place.rs", "std::process::exit(1)"),
            ("crates/sales/src/orders/place.rs", "total as f64"),
            ("crates/sales/tests/orders.rs", "tokio::time::sleep(SECOND).await"),
        ];
        for (path, code) in banned {
            assert_one(&findings(path, &format!("async fn f() {{\n    {code};\n}}\n")), &format!("{path}:2"), &["is banned here"]);
        }
    }

    #[test]
    fn each_ban_ends_where_the_thing_belongs() {
        let fine = [
            ("crates/kernel/src/clock.rs", "Utc::now()"),
            ("crates/kernel/src/id.rs", "Uuid::now_v7()"),
            ("crates/platform/src/files/disk.rs", "Uuid::now_v7()"),
            ("crates/tradewind/src/cli/list.rs", "println!(\"sold\")"),
            ("crates/platform/src/config/read.rs", "std::env::var(\"HOME\")"),
            ("crates/catalog/src/media/scale.rs", "width as f64"),
            ("crates/sales/tests/support/wait.rs", "tokio::time::sleep(SECOND).await"),
        ];
        for (path, code) in fine {
            assert_eq!(findings(path, &format!("async fn f() {{\n    {code};\n}}\n")), Vec::<String>::new(), "{path}");
        }
    }

    #[test]
    fn a_lint_is_silenced_by_an_expectation_with_a_reason() {
        let path = "crates/sales/src/lib.rs";

        assert_eq!(findings(path, "#[expect(clippy::panic, reason = \"why\")]\nfn f() {}\n"), Vec::<String>::new());
        assert_one(&findings(path, "#[expect(clippy::panic)]\nfn f() {}\n"), "crates/sales/src/lib.rs:1", &["without a reason"]);
        assert_one(&findings(path, "#[allow(dead_code, reason = \"why\")]\nfn f() {}\n"), "crates/sales/src/lib.rs:1", &["#[expect("]);
    }

    #[test]
    fn a_test_is_ignored_only_with_a_reason() {
        let path = "crates/sales/tests/t.rs";

        assert_eq!(findings(path, "#[test]\n#[ignore = \"needs PostgreSQL\"]\nfn f() {}\n"), Vec::<String>::new());
        assert_one(&findings(path, "#[test]\n#[ignore]\nfn f() {}\n"), "crates/sales/tests/t.rs:2", &["needs PostgreSQL"]);
    }
}
