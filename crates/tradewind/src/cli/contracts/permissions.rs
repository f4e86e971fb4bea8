//! `uncovered-permissions.txt`: permissions that no route asks for yet.

use gateway::Permission;

use super::super::routes::Route;

/// One permission a line; empty where every permission opens something.
pub(super) fn uncovered(routes: &[Route]) -> String {
    let unasked = |permission: &&Permission| !routes.iter().any(|route| route.asks.iter().any(|ask| ask == permission.name()));
    Permission::ALL.iter().filter(unasked).map(|permission| format!("{permission}\n")).collect()
}
