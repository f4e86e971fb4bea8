//! What is written into every place: the list of attacks, and beside each the harmless value that is just as wrong.

use serde_json::{Value, json};

/// 1337 × 1337 as an answer writes it, where a template was worked out.
pub(super) const WORKED_OUT: &str = "1787569";
/// A header that an answer has only where it was smuggled in.
pub(super) const SMUGGLED: &str = "x-zq-smuggled";

/// An attack.
#[derive(Debug, Clone)]
pub(super) struct Payload {
    /// What is written.
    pub(super) value: Value,
    /// What is just as wrong, and harmless.
    pub(super) harmless: Value,
}

/// Texts for every place. A database that runs one of those that sleep keeps its client waiting for longer than any answer takes.
const TEXTS: &[&str] = &[
    // SQL that ends a text, a number or a statement.
    "'",
    "\"",
    "zq'",
    "zq' OR '1'='1",
    "zq' OR 1=1--",
    "zq' OR 1=1#",
    "zq') OR ('1'='1",
    "zq')) OR 1=1/*",
    "zq\" OR \"\"=\"",
    "1 OR 1=1",
    "-1 OR 1=1",
    "1); SELECT 1--",
    "zq' UNION SELECT NULL--",
    "zq' UNION SELECT sql FROM sqlite_master--",
    "zq' UNION SELECT usename FROM pg_user--",
    "zq'; DROP TABLE products;--",
    "zq'; UPDATE products SET title='zq';--",
    "zq'/**/OR/**/1=1--",
    "zq%27%20OR%201=1--",
    "zq\\' OR 1=1--",
    "$$zq$$",
    "$1",
    "?1",
    ":name",
    "zq'||(SELECT version())||'",
    "zq' AND 1=CAST((SELECT version()) AS INTEGER)--",
    // SQL that takes its time.
    "zq'; SELECT pg_sleep(9)--",
    "zq' OR (SELECT 1 FROM pg_sleep(9)) IS NULL--",
    "1-(SELECT 1 FROM pg_sleep(9))",
    "zq' AND 1=LIKE('ABCDEFG',UPPER(HEX(RANDOMBLOB(1000000000/2))))--",
    "zq' OR (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r LIMIT 90000000) SELECT MAX(n) FROM r)>0--",
    "title DESC",
    "title;SELECT 1",
    "(SELECT 1)",
    "CASE WHEN 1=1 THEN id ELSE title END",
    // Wildcards of LIKE, GLOB and full text.
    "%",
    "_",
    "%zq%",
    "zq\\",
    "*",
    "zq*",
    "NEAR(zq)",
    "zq OR -zq",
    "[a-z]",
    // Operators of other stores.
    "{\"$gt\":\"\"}",
    "{\"$ne\":null}",
    "[$ne]=1",
    "$where: 1",
    "*)(uid=*))(|(uid=*",
    // Bytes that end texts and lines.
    "zq\0",
    "zq\0' OR 1=1--",
    "zq\r\nx-zq-smuggled: 1\r\n\r\n",
    "zq\n",
    "zq\x1b[31m",
    // Templates, commands, paths.
    "{{1337*1337}}",
    "${1337*1337}",
    "<%= 1337*1337 %>",
    "#{1337*1337}",
    "$(expr 1337 \\* 1337)",
    "`expr 1337 \\* 1337`",
    "| expr 1337 \\* 1337",
    "<script>alert(1337*1337)</script>",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd\0.png",
    "file:///etc/passwd",
    "=cmd|' /C calc'!A0",
    // Characters that look like others, change their length or have no place in a text.
    "zq\u{2019} OR 1=1--",
    "zq\u{ff07} OR 1=1--",
    "zq\u{02bc}; DROP TABLE products",
    "\u{0130}\u{0131}\u{017f}",
    "\u{202e}zq",
    "\u{feff}zq\u{200b}",
    "\u{ffff}\u{fffe}",
    "\u{10ffff}",
    "zq\u{e9}\u{301}\u{301}\u{301}",
    "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    // Numbers in disguise.
    "1e309",
    "0x1F",
    "nan",
    "infinity",
    "٣",
    "null",
    "undefined",
];

/// Numbers that fit nowhere.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "100000000000000000000000000000000000000000",
    "1.5",
    "1e400",
    "-1e-400",
];

/// The attacks that are texts. The harmless one has no character that any language knows.
pub(super) fn texts() -> Vec<Payload> {
    let long = ["a".repeat(5_000), "'".repeat(2_000)];
    let all = TEXTS.iter().map(|text| (*text).to_owned()).chain(long);
    all.map(|text| Payload { value: text.into(), harmless: "zqxjkvbw".into() }).collect()
}

/// The attacks that are numbers.
pub(super) fn numbers() -> Vec<Payload> {
    let all = NUMBERS.iter().filter_map(|text| serde_json::from_str(text).ok());
    all.map(|value: Value| Payload { value, harmless: json!(123_456_789) }).collect()
}

/// The attacks that are made of JSON.
pub(super) fn structures() -> Vec<Payload> {
    let nested = (0..100).fold(json!("zq"), |inner, _| json!([inner]));
    let deep = (0..100).fold(json!("zq"), |inner, _| json!({"zq": inner}));
    let wide = json!((0..2_000).collect::<Vec<_>>());
    let values = [
        json!({"$gt": ""}),
        json!({"$ne": null}),
        json!({"$regex": ".*"}),
        json!({"$where": "sleep(9000)"}),
        json!({"or": [{"id": {"gt": ""}}]}),
        json!({"__proto__": {"admin": true}}),
        json!({"zq' OR 1=1--": "zq"}),
        json!({"zq\u{0}": "zq\u{0}"}),
        json!(["zq' OR 1=1--"]),
        json!([null]),
        json!([["zq"]]),
        nested,
        deep,
        wide,
    ];
    let harmless = |value: &Value| if value.is_array() { json!(["zq"]) } else { json!({"zq": "zq"}) };
    values.into_iter().map(|value| Payload { harmless: harmless(&value), value }).collect()
}

/// Whole bodies that are no request.
pub(super) fn bodies() -> Vec<Vec<u8>> {
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(20_000), close.repeat(20_000)).into_bytes();
    let mut all: Vec<Vec<u8>> =
        ["", "null", "0", "\"zq\"", "[]", "[{}]", "{", "{\"a\":}", "{\"a\":1,}", "\u{feff}{}", "{}{}", "NaN", "{\"a\":1e999}"]
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
    all.extend([nested("[", "]"), nested("{\"a\":", "}")]);
    all.push(b"{\"a\":\"\xff\xfe\"}".to_vec());
    all.push(b"{\"a\":\"\\ud800\"}".to_vec());
    all.push(b"{\"a\":\"\0\"}".to_vec());
    all
}

/// Parameters that no operation has.
pub(super) const NAMES: &[&str] = &[
    "filter[zq]",
    "filter[zq' OR 1=1--]",
    "filter[status][$ne]",
    "filter[status][or]",
    "filter[price][$gt]",
    "filter[price][gt][gt]",
    "filter[price]",
    "filter[[price]]",
    "filter[option.zq' OR 1=1--][gte]",
    "filter[__proto__][zq]",
    "filter",
    "filter[]",
    "sort[]",
    "sort[title]",
    "order_by",
    "where",
    "$where",
    "languageCode",
    "zq\0",
    "zq' OR 1=1--",
];

/// What is hung on a word that is allowed.
pub(super) fn behind(words: &[&String]) -> Vec<Payload> {
    let tails = ["'", "\"", " DESC", "--", ";SELECT 1", ",(SELECT 1)", " COLLATE NOCASE", "\0", "%00", ")", "/**/", "::text", "||''"];
    let all = words.iter().flat_map(|word| tails.map(|tail| format!("{word}{tail}")));
    all.map(|text| Payload { value: text.into(), harmless: "zqxjkvbw".into() }).collect()
}
