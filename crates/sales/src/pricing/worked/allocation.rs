//! Dividing amounts that do not divide evenly.

use kernel::apportion;

const BRICK: &str = "https://github.com/brick/money, README.md";
const CURRENCY_JS: &str = "https://www.github.com/scurker/currency.js/issues/410";
const ILLINOIS: &str = "http://www.revenue.state.il.us/QuestionsAndAnswers/785.htm";
const MAESTRA: &str = "https://help.maestra.io/loyalty/how-discounts-are-distributed-across-order-line-items";
const MONEYPHP: &str = "https://github.com/moneyphp/money, doc/features/allocation.rst";
const MONEYPHP_TESTS: &str = "https://github.com/moneyphp/money, tests/MoneyTest.php";
const NETSUITE: &str = "https://wp.jjknowledgebase.com/how-discount-values-are-calculated-and-fetched-in-saved-searches-and-reports";
const SHOPIFY: &str = "https://shopify.dev/docs/api/admin-graphql/2025-10/objects/financialsummarydiscountallocation";
const SHOPIFY_MONEY: &str = "https://github.com/Shopify/money/commit/2e188a6e1ad43f7923f67f898c6aa8b1aa58098f";

/// The source, what is divided in proportion to what, and the parts.
type Division = (&'static str, i64, &'static [i64], &'static [i64]);

const DIVISIONS: &[Division] = &[
    (MONEYPHP, 5, &[70, 30], &[4, 1]),
    (MONEYPHP, 5, &[30, 70], &[2, 3]),
    (MONEYPHP, 800, &[1, 1, 1], &[267, 267, 266]),
    (MONEYPHP_TESTS, 100, &[1, 1, 1], &[34, 33, 33]),
    (MONEYPHP_TESTS, 101, &[1, 1, 1], &[34, 34, 33]),
    (MONEYPHP_TESTS, 15, &[1, 1], &[8, 7]),
    ("https://github.com/RubyMoney/money/pull/45.diff", 100, &[1, 1, 1], &[34, 33, 33]),
    (SHOPIFY_MONEY, 5, &[3, 7], &[2, 3]),
    (SHOPIFY_MONEY, 100, &[33, 33, 33], &[34, 33, 33]),
    (BRICK, 10_000, &[1, 1, 1], &[3_334, 3_333, 3_333]),
    (
        "https://www.github.com/dinerojs/dinero.js/discussions/423",
        51_998,
        &[1; 10],
        &[5_200, 5_200, 5_200, 5_200, 5_200, 5_200, 5_200, 5_200, 5_199, 5_199],
    ),
    ("https://www.dinerojs.com/api/mutations/allocate", 500, &[50, 50], &[250, 250]),
    (CURRENCY_JS, 200, &[50, 25, 25], &[100, 50, 50]),
    ("https://gist.github.com/dgg/71822c6da26a4c4ff296", 34, &[1; 4], &[9, 9, 8, 8]),
    ("https://math.techqa.club/a-rounding-and-distribution-problem-4708083", 200, &[199, 217, 82], &[80, 87, 33]),
    ("https://errorhandle.ai/how-to-proportionally-distribute-discount-on-order-lines", 2_000, &[40, 60], &[800, 1_200]),
    (MAESTRA, 1_000, &[60, 10, 30], &[600, 100, 300]),
    (MAESTRA, 100, &[60, 30], &[67, 33]),
    (NETSUITE, 600, &[2_000, 2_900, 79_990], &[14, 21, 565]),
    (ILLINOIS, 1_000, &[61, 39], &[610, 390]),
];

/// Libraries for money and shops divide amounts, and no unit is lost. Source: at each case.
#[test]
fn an_amount_is_divided_as_others_divide_it() {
    for (source, amount, weights, parts) in DIVISIONS {
        assert_eq!(apportion(*amount, weights).as_deref(), Some(*parts), "{source}");
    }
}

/// Four cents off three pieces: two of them are a cent cheaper, one is two; which one is each shop's own affair.
/// Source: <https://shopify.dev/docs/api/admin-graphql/2025-10/objects/financialsummarydiscountallocation>
#[test]
fn four_cents_off_three_pieces_are_never_a_part_of_a_cent() {
    let mut parts = apportion(4, &[1; 3]).expect("parts");
    parts.sort_unstable();
    assert_eq!(parts, [1, 1, 2], "{SHOPIFY}");
}
