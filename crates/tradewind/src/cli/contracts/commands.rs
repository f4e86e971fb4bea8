//! `cli.md`: the help of every command.

use std::fmt::Write as _;

use clap::Command;

/// The document, made of the same definitions that parse the arguments.
pub(super) fn document() -> String {
    let mut root = super::super::definition();
    root.build();
    let mut text =
        "# The command line\n\nGenerated from the program: `cargo xtask contracts`. Data goes to standard output, everything else to \
                    standard error.\n"
            .to_owned();
    describe(&root, "", &mut text);
    text
}

fn describe(command: &Command, parent: &str, text: &mut String) {
    let name = format!("{parent}{}", command.get_name());
    let help = command.clone().render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a String cannot fail.
    let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n").trim_end());
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        describe(child, &format!("{name} "), text);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_visible_command_is_documented() {
        let text = super::document();
        assert!(text.contains("## `tradewind api-key create`") && text.contains("## `tradewind migrate up`"));
        assert!(!text.contains("## `tradewind contracts`"));
    }
}
