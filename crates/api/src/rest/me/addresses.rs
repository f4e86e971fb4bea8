//! The customer's book of addresses.

use accounts::addresses::{self, AddAddress, Address, ChangeAddress, Defaults, SavedAddress};
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent,
    NoParams, One, PathId, Problem, SignedIn, Valid,
};
use kernel::{AddressTag, FieldErrors, Timestamp};
use platform::db;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::addresses::{AddressIn, AddressView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_addresses, add_address, get_address, change_address, remove_address]
}

/// The list of addresses.
struct Addresses;

impl ListRoute for Addresses {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// An address for the book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SavedAddressIn {
    /// The address.
    address: AddressIn,
    /// True: things are sent there unless a cart says otherwise. The first address of a book is.
    #[serde(default)]
    default_shipping: bool,
    /// True: it is billed unless a cart says otherwise. The first address of a book is.
    #[serde(default)]
    default_billing: bool,
}

/// What is to change of an address of the book; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SavedAddressPatch {
    /// The whole new address.
    address: Option<AddressIn>,
    /// Whether things are sent there unless a cart says otherwise.
    default_shipping: Option<bool>,
    /// Whether it is billed unless a cart says otherwise.
    default_billing: Option<bool>,
    /// Its version, where no `If-Match` is sent; both may be left out.
    version: Option<i64>,
}

/// An address of the book.
#[derive(Debug, Serialize, ToSchema)]
struct SavedAddressView {
    /// Its id.
    #[schema(value_type = schema::AddressId)]
    id: String,
    /// The address.
    address: AddressView,
    /// True where things are sent unless a cart says otherwise.
    default_shipping: bool,
    /// True where it is billed unless a cart says otherwise.
    default_billing: bool,
    /// Grows with each change.
    version: i64,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<SavedAddress> for SavedAddressView {
    fn from(saved: SavedAddress) -> Self {
        Self {
            id: saved.id.to_string(),
            address: AddressView::from(&saved.address),
            default_shipping: saved.defaults.shipping,
            default_billing: saved.defaults.billing,
            version: saved.version,
            created_at: saved.created_at,
            updated_at: saved.updated_at,
        }
    }
}

fn parse(raw: AddressIn) -> Result<Address, FieldErrors> {
    Address::parse(raw.into()).map_err(|inner| {
        let mut errors = FieldErrors::new();
        errors.nest("address", inner);
        errors
    })
}

/// List one's addresses.
#[utoipa::path(
    get, path = "/api/v1/me/addresses", tag = "me", operation_id = "list_my_addresses", security(("bearer" = [])),
    params(ListParams<Addresses>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of addresses", body = ListEnvelope<SavedAddressView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_addresses(State(shop): State<Shop>, me: SignedIn, list: ListParams<Addresses>) -> Result<List<SavedAddressView>, Problem> {
    let all = addresses::list(shop.context().db.reader(), me.user()).await?;
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = db::page_of_short(all, &list.page, descending, |saved| saved.id.uuid())?;
    Ok(List::of(page.map(SavedAddressView::from), &list))
}

/// Write an address into one's book.
#[utoipa::path(
    post, path = "/api/v1/me/addresses", tag = "me", operation_id = "add_my_address", security(("bearer" = [])),
    request_body = SavedAddressIn,
    responses(
        CommonProblems,
        (status = 201, description = "The address", body = Envelope<SavedAddressView>),
        (status = 409, description = "`address_book_full`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn add_address(
    State(shop): State<Shop>,
    me: SignedIn,
    Valid(body): Valid<SavedAddressIn>,
) -> Result<Created<SavedAddressView>, Problem> {
    let defaults = Defaults { shipping: body.default_shipping, billing: body.default_billing };
    let command = AddAddress { address: parse(body.address)?, defaults };
    let saved = addresses::add(shop.context(), &me.origin(), me.user(), command).await?;
    let (path, version) = (format!("/api/v1/me/addresses/{}", saved.id), saved.version);
    Ok(Created::versioned(saved.into(), version).at(path))
}

/// Read an address of one's book.
#[utoipa::path(
    get, path = "/api/v1/me/addresses/{address_id}", tag = "me", operation_id = "get_my_address", security(("bearer" = [])),
    params(("address_id" = schema::AddressId, Path, description = "The address (`addr_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The address", body = Envelope<SavedAddressView>),
        (status = 404, description = "`address_not_found`: also for one of another's book", body = ErrorBody),
    ),
)]
async fn get_address(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<AddressTag>,
    _none: NoParams,
) -> Result<One<SavedAddressView>, Problem> {
    let saved = addresses::find(shop.context().db.reader(), me.user(), id).await?;
    Ok(show(saved.ok_or_else(|| Problem::not_found("address_not_found"))?))
}

fn show(saved: SavedAddress) -> One<SavedAddressView> {
    let version = saved.version;
    One::versioned(saved.into(), version)
}

/// Change an address of one's book; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/me/addresses/{address_id}", tag = "me", operation_id = "change_my_address", security(("bearer" = [])),
    params(("address_id" = schema::AddressId, Path, description = "The address (`addr_…`)"), ExpectedVersion),
    request_body = SavedAddressPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The address as it is now", body = Envelope<SavedAddressView>),
        (status = 404, description = "`address_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn change_address(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<AddressTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<SavedAddressPatch>,
) -> Result<One<SavedAddressView>, Problem> {
    let SavedAddressPatch { address, default_shipping, default_billing, version } = body;
    let (version, address) = (expected.if_any(version)?, address.map(parse).transpose()?);
    let command = ChangeAddress { id, version, address, default_shipping, default_billing };
    Ok(show(addresses::change(shop.context(), &me.origin(), me.user(), command).await?))
}

/// Take an address out of one's book. Orders keep the copies that they have.
#[utoipa::path(
    delete, path = "/api/v1/me/addresses/{address_id}", tag = "me", operation_id = "remove_my_address", security(("bearer" = [])),
    params(("address_id" = schema::AddressId, Path, description = "The address (`addr_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`address_not_found`", body = ErrorBody),
    ),
)]
async fn remove_address(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<AddressTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    addresses::remove(shop.context(), &me.origin(), me.user(), id).await?;
    Ok(NoContent)
}
