//! Turns one async test body into a test for SQLite and a test for PostgreSQL.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Error, ItemFn, Result};

/// One database that tests run on: the suffix of its tests, the harness function, and why a plain run leaves it out.
struct Database {
    suffix: &'static str,
    run: &'static str,
    needs: Option<&'static str>,
}

const DATABASES: [Database; 2] = [
    Database { suffix: "on_sqlite", run: "run_on_sqlite", needs: None },
    Database { suffix: "on_postgres", run: "run_on_postgres", needs: Some("needs PostgreSQL") },
];

/// Where an attribute of the annotated function ends up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Tests,
    Both,
}

fn place_of(attribute: &Attribute) -> Place {
    let path = attribute.path();
    if path.is_ident("cfg") || path.is_ident("doc") {
        Place::Both
    } else if path.is_ident("ignore") || path.is_ident("should_panic") {
        Place::Tests
    } else {
        Place::Body
    }
}

/// The expansion, or an error that points at what is wrong with the function.
pub(crate) fn expand(arguments: TokenStream, body: TokenStream) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "`test_on_every_database` takes no arguments"));
    }
    let mut body: ItemFn = syn::parse2(body)?;
    refuse_wrong_shape(&body)?;

    let (for_tests, for_body) = split_attributes(std::mem::take(&mut body.attrs));
    body.attrs = for_body;
    let tests = DATABASES.iter().map(|database| test_for(database, &body, &for_tests));
    Ok(quote! { #body #(#tests)* })
}

fn refuse_wrong_shape(body: &ItemFn) -> Result<()> {
    let signature = &body.sig;
    if signature.asyncness.is_none() {
        return Err(Error::new_spanned(signature.fn_token, "a test on every database is an `async fn`"));
    }
    if signature.inputs.len() != 1 {
        return Err(Error::new_spanned(&signature.ident, "a test on every database takes exactly one argument: `shop: TestShop`"));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new_spanned(&signature.generics, "a test on every database has no generic parameters"));
    }
    Ok(())
}

fn split_attributes(attributes: Vec<Attribute>) -> (Vec<Attribute>, Vec<Attribute>) {
    let on = |places: [Place; 2]| attributes.iter().filter(|attribute| places.contains(&place_of(attribute))).cloned().collect();
    (on([Place::Tests, Place::Both]), on([Place::Body, Place::Both]))
}

fn test_for(database: &Database, body: &ItemFn, attributes: &[Attribute]) -> TokenStream {
    let name = &body.sig.ident;
    let text = name.to_string();
    let test = format_ident!("{}_{}", name, database.suffix, span = name.span());
    let run = format_ident!("{}", database.run);
    let already_ignored = attributes.iter().any(|attribute| attribute.path().is_ident("ignore"));
    let ignore = database.needs.filter(|_| !already_ignored).map(|reason| quote! { #[ignore = #reason] });
    quote! {
        #(#attributes)*
        #[test]
        #ignore
        fn #test() -> impl ::std::process::Termination {
            crate::support::#run(#text, #name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions(source: &str) -> Vec<ItemFn> {
        let expanded = expand(TokenStream::new(), source.parse().unwrap()).unwrap();
        let file: syn::File = syn::parse2(expanded).unwrap();
        file.items.into_iter().map(|item| if let syn::Item::Fn(function) = item { function } else { panic!("only functions") }).collect()
    }

    fn attributes(function: &ItemFn) -> Vec<String> {
        function.attrs.iter().map(|attribute| quote!(#attribute).to_string()).collect()
    }

    fn refusal(arguments: &str, source: &str) -> String {
        expand(arguments.parse().unwrap(), source.parse().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn one_body_becomes_a_test_for_each_database() {
        let functions = functions("async fn a_cart_sells(shop: TestShop) -> TestResult { Ok(()) }");
        let names: Vec<String> = functions.iter().map(|function| function.sig.ident.to_string()).collect();

        assert_eq!(names, ["a_cart_sells", "a_cart_sells_on_sqlite", "a_cart_sells_on_postgres"]);
        assert_eq!(attributes(&functions[0]), Vec::<String>::new());
        assert_eq!(attributes(&functions[1]), ["# [test]"]);
        assert_eq!(attributes(&functions[2]), ["# [test]", "# [ignore = \"needs PostgreSQL\"]"]);
    }

    #[test]
    fn a_test_hands_its_name_and_body_to_the_harness() {
        let functions = functions("async fn a_cart_sells(shop: TestShop) -> TestResult { Ok(()) }");
        let block = &functions[2].block;
        let expected: syn::Block = syn::parse_quote! {{ crate::support::run_on_postgres("a_cart_sells", a_cart_sells) }};

        assert_eq!(quote!(#block).to_string(), quote!(#expected).to_string());
    }

    #[test]
    fn attributes_go_where_they_mean_something() {
        let source =
            "#[doc = \" Why.\"] #[cfg(unix)] #[should_panic] #[expect(clippy::x)] async fn t(shop: TestShop) -> TestResult { Ok(()) }";
        let functions = functions(source);

        assert_eq!(attributes(&functions[0]), ["# [doc = \" Why.\"]", "# [cfg (unix)]", "# [expect (clippy :: x)]"]);
        assert_eq!(attributes(&functions[1]), ["# [doc = \" Why.\"]", "# [cfg (unix)]", "# [should_panic]", "# [test]"]);
    }

    #[test]
    fn an_ignore_of_the_author_replaces_the_reason() {
        let functions = functions("#[ignore = \"slow\"] async fn t(shop: TestShop) -> TestResult { Ok(()) }");

        assert_eq!(attributes(&functions[1]), ["# [ignore = \"slow\"]", "# [test]"]);
        assert_eq!(attributes(&functions[2]), ["# [ignore = \"slow\"]", "# [test]"]);
    }

    #[test]
    fn a_wrong_shape_is_refused_with_what_is_expected() {
        assert!(refusal("", "fn t(shop: TestShop) {}").contains("async fn"));
        assert!(refusal("", "async fn t() {}").contains("exactly one argument"));
        assert!(refusal("", "async fn t<T>(shop: T) {}").contains("no generic parameters"));
        assert!(refusal("sqlite", "async fn t(shop: TestShop) {}").contains("no arguments"));
    }
}
