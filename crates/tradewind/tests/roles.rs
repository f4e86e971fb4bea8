//! Roles: what they allow, who may give them, and that somebody always may do everything.

use accounts::permissions::{Permission, PermissionSet};
use accounts::roles::{self, AssignRoles, AssignRolesError, Role};
use kernel::{RoleId, UserId};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop, make_key};

const PATH: &str = "/api/v1/roles";

async fn create(shop: &TestShop, name: &str, permissions: &[&str]) -> TestResult<Reply> {
    shop.post(PATH).json(json!({"name": name, "permissions": permissions})).await
}

async fn named(shop: &TestShop, name: &str) -> TestResult<Role> {
    Ok(roles::find_by_name(shop.context().db.reader(), name).await?.ok_or("no role")?)
}

async fn assign(shop: &TestShop, user: UserId, roles: &[RoleId], held: PermissionSet) -> Result<Vec<Role>, AssignRolesError> {
    let command = AssignRoles { user_id: user, version: None, roles: roles.iter().copied().collect() };
    roles::assign(shop.context(), &shop.origin(), command, held).await
}

async fn audited(shop: &TestShop, action: &str) -> TestResult<Vec<Value>> {
    const SELECT: &str = "SELECT changes FROM audit_records WHERE action = $1 ORDER BY position";
    let found: Option<String> = platform::db::fetch_scalar(shop.context().db.reader(), SELECT, platform::values![action]).await?;
    Ok(found.into_iter().map(|text| serde_json::from_str(&text)).collect::<Result<_, _>>()?)
}

#[test_on_every_database]
async fn every_shop_has_the_built_in_roles_and_keeps_them(shop: TestShop) -> TestResult {
    let listed = shop.get(PATH).await?.expect(200)?;
    let names: Vec<&str> = listed.data().as_array().into_iter().flatten().filter_map(|role| role["name"].as_str()).collect();
    assert_eq!(names, ["admin", "moderator", "support", "user"]);
    assert_eq!(listed.data()[0]["permissions"], json!(["admin:*"]));
    for role in listed.data().as_array().into_iter().flatten() {
        let path = format!("{PATH}/{}", role["id"].as_str().unwrap_or_default());
        for refused in [shop.patch(&path).version(1).json(json!({"permissions": []})).await?, shop.delete(&path).version(1).await?] {
            assert_eq!((refused.status, refused.error_code()), (409, "role_built_in"), "{path}");
        }
    }
    // A second start changes nothing.
    tradewind::wiring::first_start(shop.context()).await?;
    assert_eq!(shop.get(PATH).await?.bytes, listed.bytes);
    Ok(())
}

#[test_on_every_database]
async fn a_role_lives_over_http(shop: TestShop) -> TestResult {
    let made = create(&shop, "Packer", &["orders:read", "order_notes:write"]).await?.expect(201)?;
    let path = made.header("location").to_owned();
    let taken = create(&shop, "PACKER", &[]).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "role_name_taken"));
    let said = shop.patch(&path).version(1).json(json!({"description": "Packs", "permissions": ["orders:*"]})).await?.expect(200)?;
    assert_eq!((said.text("name"), said.text("description"), &said.data()["permissions"]), ("Packer", "Packs", &json!(["orders:*"])));
    let silent = shop.patch(&path).version(2).json(json!({"description": null})).await?.expect(200)?;
    assert_eq!(silent.data()["description"], Value::Null);
    assert_eq!(shop.patch(&path).version(2).json(json!({})).await?.error_code(), "version_conflict");
    for (body, field) in
        [(json!({"name": ""}), "name"), (json!({"permissions": ["orders:fly"]}), "permissions"), (json!({"built_in": true}), "built_in")]
    {
        let refused = shop.patch(&path).version(3).json(body.clone()).await?;
        assert!(refused.status == 422 && refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    shop.delete(&path).version(3).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "role_not_found");
    assert_eq!(shop.events_of("role").await?, ["role.created", "role.changed", "role.changed", "role.deleted"]);
    assert_eq!(audited(&shop, "role.created").await?[0]["permissions"]["after"], json!(["order_notes:write", "orders:read"]));
    Ok(())
}

/// Whoever may write roles cannot widen what he may do himself.
#[test_on_every_database]
async fn nobody_writes_permissions_that_he_does_not_hold(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["roles:write", "roles:delete", "orders:read"]).await?;
    let strong = create(&shop, "Strong", &["orders:*"]).await?.expect(201)?.header("location").to_owned();
    shop.post(PATH).key(&key).json(json!({"name": "Reader", "permissions": ["orders:read"]})).await?.expect(201)?;
    for refused in [
        shop.post(PATH).key(&key).json(json!({"name": "More", "permissions": ["admin:*"]})).await?,
        shop.patch(&strong).key(&key).version(1).json(json!({"permissions": ["orders:read"]})).await?,
        shop.delete(&strong).key(&key).version(1).await?,
    ] {
        assert_eq!((refused.status, refused.error_code()), (403, "permission_not_held"), "{refused:?}");
        assert!(refused.json["error"]["context"]["missing"].as_array().is_some_and(|missing| missing.contains(&json!("orders:write"))));
    }
    Ok(())
}

#[test_on_every_database]
async fn roles_come_to_permissions_and_are_given_by_who_holds_them(shop: TestShop) -> TestResult {
    let (ada, support) = (shop.user().await?, named(&shop, "support").await?);
    let db = shop.context().db.reader();
    assert!(roles::permissions_of(db, ada).await?.is_empty());
    let held = PermissionSet::from_iter([Permission::OrdersRead, Permission::UsersWrite]);
    assert!(matches!(assign(&shop, ada, &[support.id], held).await, Err(AssignRolesError::NotHeld(_))));
    assign(&shop, ada, &[support.id], PermissionSet::all()).await?;
    assert_eq!(roles::permissions_of(db, ada).await?, support.permissions.permissions());
    assert_eq!(roles::of_user(db, ada).await?, std::slice::from_ref(&support));
    assert_eq!(roles::of_users(db, &[ada]).await?.get(&ada), Some(&vec![(support.id, "support".to_owned())]));
    // What he could not give he cannot take.
    assert!(matches!(assign(&shop, ada, &[], held).await, Err(AssignRolesError::NotHeld(_))));
    assert!(matches!(assign(&shop, ada, &[RoleId::generate()], PermissionSet::all()).await, Err(AssignRolesError::UnknownRole(_))));
    assert!(matches!(assign(&shop, UserId::generate(), &[], PermissionSet::all()).await, Err(AssignRolesError::UserNotFound)));
    let in_use = create(&shop, "Packer", &[]).await?.expect(201)?;
    assign(&shop, ada, &[in_use.text("id").parse()?], PermissionSet::all()).await?;
    assert_eq!(shop.delete(in_use.header("location")).version(1).await?.error_code(), "role_in_use");
    assert_eq!(shop.events_of("user").await?, ["user.roles_changed", "user.roles_changed"]);
    assert_eq!(audited(&shop, "user.roles_changed").await?[0], json!({"roles": {"before": [], "after": ["support"]}}));
    Ok(())
}

/// Also where two admins take the role from each other at the same time.
#[test_on_every_database]
async fn the_last_admin_stays_one(shop: TestShop) -> TestResult {
    let (ada, eve, admin) = (shop.user().await?, shop.user().await?, named(&shop, "admin").await?);
    for somebody in [ada, eve] {
        assign(&shop, somebody, &[admin.id], PermissionSet::all()).await?;
    }
    let (first, second) = tokio::join!(assign(&shop, ada, &[], PermissionSet::all()), assign(&shop, eve, &[], PermissionSet::all()));
    let refused = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(refused.as_slice(), [AssignRolesError::LastAdmin]), "{refused:?}");
    let left = if roles::permissions_of(shop.context().db.reader(), ada).await?.is_empty() { eve } else { ada };
    let tx = shop.context().begin(&shop.origin()).await?;
    assert!(matches!(roles::keep_an_admin_in(&tx, left).await, Err(AssignRolesError::LastAdmin)));
    tx.rollback().await?;
    Ok(())
}
