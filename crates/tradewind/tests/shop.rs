//! The shop, tested through its front doors on every database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod api_keys;
mod categories;
mod channels;
mod checkout;
mod command_line;
mod demo;
mod document;
mod doubts;
mod export;
mod flow;
mod front_door;
mod import;
mod inventory;
mod listing;
mod listing_walks;
mod measuring;
mod media;
mod media_api;
mod money;
mod orders;
mod outage;
mod platform;
mod products;
mod products_api;
mod races;
mod remembering;
mod rest;
mod seams;
mod shipping_methods;
mod statements;
mod states;
mod stress;
mod support;
mod tax_rates;
mod words;
