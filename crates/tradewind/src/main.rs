//! The program `tradewind`: reads its arguments and answers with an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tradewind::cli::main()
}
