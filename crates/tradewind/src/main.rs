//! The program `tradewind`: reads its arguments and answers with an exit code.

fn main() {}
