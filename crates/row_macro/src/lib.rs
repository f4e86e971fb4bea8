//! The derive that reads a struct from a row of a query.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result};

/// Reads each field from the column of its name. A field marked `#[row(nested)]` is a struct whose columns stand in the same
/// row; as an `Option` it is `None` where one of them is null that may not be.
#[proc_macro_derive(FromQueryResult, attributes(row))]
pub fn from_query_result(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.into_compile_error()).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else { return Err(Error::new_spanned(input, "only a struct can be read from a row")) };
    let Fields::Named(fields) = &data.fields else { return Err(Error::new_spanned(input, "columns are found by the names of fields")) };
    let mut width = Vec::new();
    let mut find = Vec::new();
    let mut read = Vec::new();
    for field in &fields.named {
        let Some(name) = &field.ident else { continue };
        let column = column_of(name);
        let of = &field.ty;
        if is_nested(field)? {
            width.push(quote! { <#of as ::platform::db::FromQueryResult>::WIDTH });
            find.push(quote! { <#of as ::platform::db::FromQueryResult>::find(columns)?; });
            read.push(quote! { #name: <#of as ::platform::db::FromQueryResult>::read(row)? });
        } else {
            width.push(quote! { 1 });
            find.push(quote! { columns.find(#column)?; });
            read.push(quote! { #name: row.next()? });
        }
    }
    let name = &input.ident;
    Ok(quote! {
        impl ::platform::db::FromQueryResult for #name {
            const WIDTH: usize = 0 #(+ #width)*;
            fn find(columns: &mut ::platform::db::Columns<'_>) -> ::std::result::Result<(), ::platform::db::RowError> {
                #(#find)*
                Ok(())
            }
            fn read(row: &mut ::platform::db::RowReader<'_>) -> ::std::result::Result<Self, ::platform::db::RowError> {
                Ok(Self { #(#read),* })
            }
        }
    })
}

/// `r#type` is the column `type`.
fn column_of(field: &Ident) -> String {
    field.to_string().trim_start_matches("r#").to_owned()
}

fn is_nested(field: &Field) -> Result<bool> {
    let mut nested = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
        attribute.parse_nested_meta(|meta| {
            nested = meta.path.is_ident("nested");
            if nested { Ok(()) } else { Err(meta.error("`nested` is the only word here")) }
        })?;
    }
    Ok(nested)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(source: &str) -> String {
        expand(&syn::parse_str(source).unwrap()).map_or_else(|error| error.to_string(), |tokens| tokens.to_string())
    }

    #[test]
    fn fields_are_found_by_name_and_read_in_their_order() {
        let text = expanded("struct Row { id: Uuid, r#type: String, #[row(nested)] price: Option<Price> }");
        assert!(text.contains(r#"columns . find ("id") ? ; columns . find ("type") ? ; < Option < Price >"#), "{text}");
        assert!(text.contains("id : row . next () ? , r#type : row . next () ?"), "{text}");
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        assert!(expanded("enum Row { A }").contains("only a struct"));
        assert!(expanded("struct Row(i64);").contains("names of fields"));
        assert!(expanded("struct Row { #[row(skip)] id: i64 }").contains("only word"));
    }
}
