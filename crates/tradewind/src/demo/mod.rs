//! What the demo shop sells, and what it looks like.

mod pictures;

/// Written for this shop: one product a line, in the format of our own imports.
const CATALOGUE: &str = include_str!("catalogue.jsonl");
