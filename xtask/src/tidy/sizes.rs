//! Files and functions that grew too long to be read at once.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::exceptions::{Exceptions, PATH};
use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

const FILE_LINES: usize = 400;
const TEST_FILE_LINES: usize = 600;
const FUNCTION_LINES: usize = 70;

/// Measures every file and every function, from its `fn` to its last brace.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut exceptions = Exceptions::read(workspace);
    let mut findings = Vec::new();
    for file in &workspace.files {
        findings.extend(check_file(file, &mut exceptions));
        findings.extend(check_functions(file, &mut exceptions));
    }
    findings.extend(exceptions.into_findings());
    findings
}

fn check_file(file: &SourceFile, exceptions: &mut Exceptions) -> Option<Finding> {
    let limit = if file.is_test() { TEST_FILE_LINES } else { FILE_LINES };
    let lines = file.text.lines().count();
    if lines <= limit || exceptions.allow(&file.path, lines) {
        return None;
    }
    let what = format!("the file has {lines} lines, {limit} are allowed");
    Some(Finding::new((&file.path, limit + 1), what, "a long file hides what it is about", format!("split it by verb (or see {PATH})")))
}

fn check_functions(file: &SourceFile, exceptions: &mut Exceptions) -> Vec<Finding> {
    let mut functions = Functions::default();
    functions.visit_file(&file.syntax);
    let mut findings = Vec::new();
    for Function { name, line, lines } in functions.found {
        if lines > FUNCTION_LINES && !exceptions.allow(&format!("{}::{name}", file.path), lines) {
            let what = format!("`{name}` has {lines} lines, {FUNCTION_LINES} are allowed");
            let why = "a function is read at one glance";
            findings.push(Finding::new((&file.path, line), what, why, format!("give its steps names of their own (or see {PATH})")));
        }
    }
    findings
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

#[derive(Default)]
struct Functions {
    found: Vec<Function>,
}

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.span().start().line;
        let lines = block.span().end().line + 1 - line;
        self.found.push(Function { name: signature.ident.to_string(), line, lines });
    }
}

impl<'tree> Visit<'tree> for Functions {
    fn visit_item_fn(&mut self, function: &'tree syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'tree syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'tree syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::{PATH, check};

    fn lines(count: usize) -> String {
        "//\n".repeat(count)
    }

    fn function(count: usize) -> String {
        format!("//! One.\n/// Long.\n#[must_use]\npub fn long() {{\n{}}}\n", lines(count - 2))
    }

    fn sample(path: &str, text: &str) -> Sample {
        Sample::new().package("a", 0, "").file(path, text)
    }

    #[test]
    fn a_file_has_at_most_400_lines_and_a_test_file_600() {
        assert_eq!(sample("crates/a/src/lib.rs", &lines(400)).findings(check), Vec::<String>::new());
        assert_eq!(sample("crates/a/tests/t.rs", &lines(600)).findings(check), Vec::<String>::new());
        assert_one(&sample("crates/a/src/lib.rs", &lines(401)).findings(check), "crates/a/src/lib.rs:401", &["401 lines"]);
        assert_one(&sample("crates/a/tests/t.rs", &lines(601)).findings(check), "crates/a/tests/t.rs:601", &["601 lines"]);
    }

    #[test]
    fn a_function_has_at_most_70_lines_wherever_it_stands() {
        let method = format!("//! One.\nimpl A {{\nfn long() {{\n{}}}\n}}\n", lines(69));

        assert_eq!(sample("crates/a/src/lib.rs", &function(70)).findings(check), Vec::<String>::new());
        assert_one(&sample("crates/a/src/lib.rs", &function(71)).findings(check), "crates/a/src/lib.rs:4", &["`long` has 71 lines"]);
        assert_one(&sample("crates/a/src/lib.rs", &method).findings(check), "crates/a/src/lib.rs:3", &["`long` has 71 lines"]);
    }

    #[test]
    fn an_exception_lets_exactly_its_size_pass() {
        let long = sample("crates/a/src/lib.rs", &function(71));
        let excepted = long.file(PATH, "# why\n\ncrates/a/src/lib.rs::long 71 one match over all currencies\n");
        assert_eq!(excepted.findings(check), Vec::<String>::new());

        let grown = excepted.file("crates/a/src/lib.rs", &function(72));
        assert_one(&grown.findings(check), "xtask/tidy-exceptions.txt:3", &["has 72 lines", "says 71", "smaller"]);

        let shrunk = grown.file(PATH, "crates/a/src/lib.rs::long 80 one match over all currencies\n");
        assert_one(&shrunk.findings(check), "xtask/tidy-exceptions.txt:1", &["lower the number"]);
    }

    #[test]
    fn an_exception_that_is_no_longer_needed_is_refused() {
        let short = sample("crates/a/src/lib.rs", &function(70)).file(PATH, "crates/a/src/lib.rs::long 71 was long\n");
        assert_one(&short.findings(check), "xtask/tidy-exceptions.txt:1", &["no longer needed", "remove the line"]);

        let unread = short.file(PATH, "crates/a/src/lib.rs::long 71\n");
        assert_one(&unread.findings(check), "xtask/tidy-exceptions.txt:1", &["cannot be read", "reason"]);
    }
}
