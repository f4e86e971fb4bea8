//! Postcodes of the world: which countries have them, in which form, and how they are written.

use kernel::{Country, text};

/// What one country's postcodes look like.
struct Postcodes {
    country: &'static str,
    /// False where letters arrive without one as a rule.
    required: bool,
    /// The forms: `#` is a digit, `@` a letter, `*` either; anything else is itself. Blanks and dashes stand where the
    /// country writes them.
    forms: &'static [&'static str],
}

const fn required(country: &'static str, forms: &'static [&'static str]) -> Postcodes {
    Postcodes { country, required: true, forms }
}

const fn optional(country: &'static str, forms: &'static [&'static str]) -> Postcodes {
    Postcodes { country, required: false, forms }
}

/// Why a postcode is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PostcodeError {
    /// Post does not arrive without one there.
    #[error("is required in this country")]
    Required,
    /// Not in any form that the country uses.
    #[error("must look like {0} (9 is a digit, A a letter, X either)")]
    Form(String),
    /// Where no form is known: too long, or with control characters.
    #[error(transparent)]
    Text(#[from] kernel::TextError),
}

/// The longest postcode of a country whose form is not listed.
const MAX: usize = 16;

/// Reads a postcode as customers type it, with or without blanks, dashes and the country's code, and answers it as the
/// country writes it. Where a country has no postcodes, or none that are known here, anything short is taken.
pub(super) fn parse(country: Country, raw: Option<&str>) -> Result<Option<String>, PostcodeError> {
    let raw = raw.map(str::trim).filter(|raw| !raw.is_empty());
    let rule = POSTCODES.binary_search_by_key(&country.code(), |rule| rule.country).ok().and_then(|place| POSTCODES.get(place));
    match (raw, rule) {
        (None, Some(rule)) if rule.required => Err(PostcodeError::Required),
        (None, _) => Ok(None),
        (Some(raw), None) => Ok(Some(text(raw, MAX)?.to_ascii_uppercase())),
        (Some(raw), Some(rule)) => match written_as(rule, raw) {
            Some(postcode) => Ok(Some(postcode)),
            None => Err(PostcodeError::Form(shown(rule.forms))),
        },
    }
}

fn written_as(rule: &Postcodes, raw: &str) -> Option<String> {
    let compact: String = raw.chars().filter(|c| !is_separator(*c)).flat_map(char::to_uppercase).collect();
    let bare = compact.strip_prefix(rule.country).unwrap_or(&compact).to_owned();
    let prefixed = format!("{}{compact}", rule.country);
    [compact, bare, prefixed].iter().find_map(|typed| rule.forms.iter().find_map(|form| fill(form, typed)))
}

/// The postcode in this form, where it has it.
fn fill(form: &str, typed: &str) -> Option<String> {
    let mut rest = typed.chars();
    let mut written = String::with_capacity(form.len());
    for place in form.chars() {
        if is_separator(place) {
            written.push(place);
            continue;
        }
        let c = rest.next()?;
        let fits = match place {
            '#' => c.is_ascii_digit(),
            '@' => c.is_ascii_uppercase(),
            '*' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            literal => c == literal,
        };
        if !fits {
            return None;
        }
        written.push(c);
    }
    rest.next().is_none().then_some(written)
}

const fn is_separator(c: char) -> bool {
    c == ' ' || c == '-'
}

fn shown(forms: &[&str]) -> String {
    let forms: Vec<String> = forms.iter().map(|form| form.replace('#', "9").replace('@', "A").replace('*', "X")).collect();
    forms.join(" or ")
}

/// Sorted by country, because it is searched by halves. Sources: the countries' posts and the Universal Postal Union.
const POSTCODES: &[Postcodes] = &[
    required("AD", &["AD###"]),
    optional("AF", &["####"]),
    optional("AL", &["####"]),
    required("AM", &["####"]),
    optional("AR", &["####", "@####@@@"]),
    optional("AS", &["#####", "#####-####"]),
    required("AT", &["####"]),
    required("AU", &["####"]),
    required("AX", &["#####"]),
    optional("AZ", &["AZ ####"]),
    required("BA", &["#####"]),
    optional("BB", &["BB#####"]),
    optional("BD", &["####"]),
    required("BE", &["####"]),
    required("BG", &["####"]),
    optional("BH", &["###", "####"]),
    optional("BM", &["@@ ##", "@@ @@"]),
    optional("BN", &["@@####"]),
    required("BR", &["#####-###"]),
    required("BY", &["######"]),
    required("CA", &["@#@ #@#"]),
    optional("CC", &["####"]),
    required("CH", &["####"]),
    optional("CL", &["#######"]),
    required("CN", &["######"]),
    optional("CO", &["######"]),
    optional("CR", &["#####"]),
    optional("CU", &["#####"]),
    optional("CV", &["####"]),
    optional("CX", &["####"]),
    required("CY", &["####"]),
    required("CZ", &["### ##"]),
    required("DE", &["#####"]),
    required("DK", &["####"]),
    optional("DO", &["#####"]),
    required("DZ", &["#####"]),
    optional("EC", &["######"]),
    required("EE", &["#####"]),
    optional("EG", &["#####"]),
    required("ES", &["#####"]),
    optional("ET", &["####"]),
    required("FI", &["#####"]),
    optional("FK", &["FIQQ 1ZZ"]),
    optional("FM", &["#####", "#####-####"]),
    required("FO", &["###"]),
    required("FR", &["#####"]),
    required("GB", &["@# #@@", "@## #@@", "@@# #@@", "@@## #@@", "@#@ #@@", "@@#@ #@@", "GIR 0AA"]),
    optional("GE", &["####"]),
    required("GF", &["#####"]),
    required("GG", &["GY# #@@", "GY## #@@"]),
    required("GI", &["GX11 1AA"]),
    required("GL", &["####"]),
    required("GP", &["#####"]),
    required("GR", &["### ##"]),
    optional("GT", &["#####"]),
    required("GU", &["#####", "#####-####"]),
    optional("GW", &["####"]),
    optional("HN", &["#####"]),
    required("HR", &["#####"]),
    optional("HT", &["HT####"]),
    required("HU", &["####"]),
    required("ID", &["#####"]),
    optional("IE", &["@## ****", "D6W ****"]),
    required("IL", &["#######", "#####"]),
    required("IM", &["IM# #@@", "IM## #@@"]),
    required("IN", &["######"]),
    optional("IQ", &["#####"]),
    optional("IR", &["#####-#####"]),
    required("IS", &["###"]),
    required("IT", &["#####"]),
    required("JE", &["JE# #@@", "JE## #@@"]),
    optional("JO", &["#####"]),
    required("JP", &["###-####"]),
    optional("KE", &["#####"]),
    optional("KG", &["######"]),
    optional("KH", &["#####", "######"]),
    required("KR", &["#####"]),
    optional("KW", &["#####"]),
    optional("KY", &["KY#-####"]),
    required("KZ", &["######", "@##@#@#"]),
    optional("LA", &["#####"]),
    optional("LB", &["####", "#### ####"]),
    required("LI", &["####"]),
    required("LK", &["#####"]),
    optional("LR", &["####"]),
    optional("LS", &["###"]),
    required("LT", &["LT-#####"]),
    required("LU", &["####"]),
    required("LV", &["LV-####"]),
    required("MA", &["#####"]),
    required("MC", &["#####"]),
    required("MD", &["MD-####"]),
    required("ME", &["#####"]),
    optional("MG", &["###"]),
    optional("MH", &["#####", "#####-####"]),
    required("MK", &["####"]),
    optional("MM", &["#####"]),
    optional("MN", &["#####"]),
    optional("MP", &["#####", "#####-####"]),
    required("MQ", &["#####"]),
    required("MT", &["@@@ ####"]),
    optional("MU", &["#####"]),
    optional("MV", &["#####"]),
    required("MX", &["#####"]),
    required("MY", &["#####"]),
    optional("MZ", &["####"]),
    required("NC", &["#####"]),
    optional("NE", &["####"]),
    optional("NF", &["####"]),
    optional("NG", &["######"]),
    optional("NI", &["#####"]),
    required("NL", &["#### @@"]),
    required("NO", &["####"]),
    optional("NP", &["#####"]),
    required("NZ", &["####"]),
    optional("OM", &["###"]),
    optional("PE", &["#####"]),
    optional("PF", &["#####"]),
    optional("PG", &["###"]),
    required("PH", &["####"]),
    optional("PK", &["#####"]),
    required("PL", &["##-###"]),
    optional("PM", &["#####"]),
    required("PR", &["#####", "#####-####"]),
    required("PT", &["####-###"]),
    optional("PW", &["#####", "#####-####"]),
    optional("PY", &["####"]),
    required("RE", &["#####"]),
    required("RO", &["######"]),
    required("RS", &["#####"]),
    required("RU", &["######"]),
    optional("SA", &["#####", "#####-####"]),
    required("SE", &["### ##"]),
    required("SG", &["######"]),
    required("SI", &["####"]),
    required("SJ", &["####"]),
    required("SK", &["### ##"]),
    required("SM", &["#####"]),
    optional("SN", &["#####"]),
    optional("SV", &["####"]),
    optional("SZ", &["@###"]),
    required("TH", &["#####"]),
    optional("TJ", &["######"]),
    optional("TM", &["######"]),
    required("TN", &["####"]),
    required("TR", &["#####"]),
    required("TW", &["###", "###-##", "###-###"]),
    optional("TZ", &["#####"]),
    required("UA", &["#####"]),
    required("US", &["#####", "#####-####"]),
    optional("UY", &["#####"]),
    optional("UZ", &["######"]),
    required("VA", &["#####"]),
    optional("VE", &["####"]),
    required("VI", &["#####", "#####-####"]),
    optional("VN", &["#####", "######"]),
    optional("WF", &["#####"]),
    required("YT", &["#####"]),
    required("ZA", &["####"]),
    optional("ZM", &["#####"]),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(country: &str, raw: &str) -> Option<String> {
        parse(country.parse().expect("a country"), Some(raw)).ok().flatten()
    }

    #[test]
    fn the_list_is_sorted_names_countries_and_is_long_enough() {
        assert!(POSTCODES.is_sorted_by(|a, b| a.country < b.country));
        assert!(POSTCODES.iter().all(|rule| rule.country.parse::<Country>().is_ok() && !rule.forms.is_empty()));
        assert!(POSTCODES.len() >= 60);
    }

    #[test]
    fn postcodes_are_written_as_the_country_writes_them() {
        for (country, raw, written) in [
            ("US", "94107", "94107"),
            ("US", "941071234", "94107-1234"),
            ("CA", "k1a0b1", "K1A 0B1"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1 1AE", "M1 1AE"),
            ("GB", "gir0aa", "GIR 0AA"),
            ("NL", "1012ab", "1012 AB"),
            ("SE", "11455", "114 55"),
            ("PL", "00001", "00-001"),
            ("PT", "1000 001", "1000-001"),
            ("JP", "1000001", "100-0001"),
            ("BR", "01310100", "01310-100"),
            ("DE", " 10115 ", "10115"),
            ("CH", "CH-8001", "8001"),
            ("LV", "1010", "LV-1010"),
            ("LT", "lt01001", "LT-01001"),
            ("IE", "d6wxy00", "D6W XY00"),
            ("IN", "110 001", "110001"),
            ("AD", "500", "AD500"),
        ] {
            assert_eq!(read(country, raw).as_deref(), Some(written), "{country} {raw}");
        }
    }

    #[test]
    fn a_postcode_of_another_form_is_refused_with_the_form() {
        for (country, raw) in
            [("US", "9410"), ("US", "ABCDE"), ("DE", "1011"), ("DE", "101155"), ("CA", "123456"), ("GB", "12345"), ("JP", "１００")]
        {
            assert_eq!(read(country, raw), None, "{country} {raw}");
        }
        let refused = parse("US".parse().expect("a country"), Some("x")).expect_err("no postcode");
        assert_eq!(refused.to_string(), "must look like 99999 or 99999-9999 (9 is a digit, A a letter, X either)");
    }

    #[test]
    fn a_postcode_is_required_only_where_post_needs_it() {
        let absent = |code: &str| parse(code.parse().expect("a country"), Some("  "));
        assert_eq!(absent("DE"), Err(PostcodeError::Required));
        assert_eq!(absent("IE"), Ok(None));
        assert_eq!(absent("HK"), Ok(None));
        assert_eq!(read("HK", "n/a").as_deref(), Some("N/A"));
        assert_eq!(read("HK", &"9".repeat(17)), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_the_same(place in 0..POSTCODES.len(), raw in "[A-Z0-9 -]{0,12}") {
            let country = POSTCODES[place].country;
            if let Some(written) = read(country, &raw) {
                prop_assert_eq!(read(country, &written), Some(written));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(place in 0..Country::ALL.len(), raw in ".{0,40}") {
            let _ = parse(Country::ALL[place], Some(&raw));
        }
    }
}
