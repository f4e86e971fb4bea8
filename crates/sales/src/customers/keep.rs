//! Keeping the customers up to date with what happens to orders and accounts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use accounts::users::{self, ChangeProfile, ChangeProfileError, Consent, ProfileChanges, TakenError, User, UserEvent, UserStatus};
use kernel::{CustomerId, OrderId, Timestamp, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::events::{EventHead, Subscriber};
use platform::outbox::Fact;

use super::merge::merge;
use super::model::Marketing;
use super::store::{self, Contribution, Key, Person, Spend};
use crate::orders::{self, Bought, OrderFact};

/// Follows the orders and the accounts. What an order adds to its customer is kept beside the sums: telling the same event again, or
/// an older one, changes nothing, and an order that becomes another customer's moves from one sum to the other.
#[derive(Debug)]
pub struct KeepCustomers;

impl KeepCustomers {
    /// The name of its cursor.
    pub(super) const NAME: &'static str = store::CONSUMER;
}

#[async_trait::async_trait]
impl Subscriber for KeepCustomers {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &[&'static str] {
        &[<OrderFact as Fact>::AGGREGATE, <UserEvent as Fact>::AGGREGATE]
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        let of = |kind: &str| events.iter().filter(|event| event.aggregate_type == kind).map(|event| event.aggregate_id).collect();
        let (orders, users): (BTreeSet<_>, BTreeSet<_>) = (of(<OrderFact as Fact>::AGGREGATE), of(<UserEvent as Fact>::AGGREGATE));
        let orders: Vec<OrderId> = orders.into_iter().map(OrderId::from_uuid).collect();
        keep(tx, &orders, users.into_iter().map(UserId::from_uuid).collect()).await
    }
}

/// Brings the customers of these orders and accounts up to date, in as many statements as for one. Locks in the order that all keep:
/// accounts, customers, groups.
async fn keep(tx: &WriteTx, orders: &[OrderId], mut users: BTreeSet<UserId>) -> Result<(), DatabaseError> {
    let bought = orders::bought(tx, orders).await?;
    let before = store::contributions(tx, orders).await?;
    users.extend(bought.iter().filter_map(|order| order.user_id));
    let accounts = welcome(tx, &bought, &before, users::find_all(tx, &users.into_iter().collect::<Vec<_>>()).await?).await?;
    let guests = bought.iter().filter(|order| order.user_id.is_none()).filter_map(|order| order.email.as_ref().map(kernel::Email::key));
    let (guests, owners): (BTreeSet<String>, BTreeSet<CustomerId>) =
        (guests.collect(), before.values().map(|contribution| contribution.customer_id).collect());
    let mut people = People::of(store::lock_people(tx, accounts.keys(), &guests, &owners).await?);
    for user in accounts.values() {
        people.know(user);
    }
    let mut sums = Sums::default();
    for order in &bought {
        let known = before.get(&order.order_id);
        if let Some(customer) = people.take(order, known, &accounts) {
            sums.add(order, known, customer);
        }
    }
    people.write(tx).await?;
    store::write_contributions(tx, &sums.contributions).await?;
    store::add_spend(tx, &sums.spend).await?;
    store::recount(tx, &sums.spend.keys().map(|(customer, _)| *customer).collect()).await?;
    let deserted = store::deserted_guests(tx, &sums.moved.keys().copied().collect()).await?;
    for (guest, into) in sums.moved.into_iter().filter(|(guest, _)| deserted.contains(guest)) {
        merge(tx, guest, into).await?;
    }
    Ok(())
}

/// The accounts, with what their holders said in the carts that they ordered: that advertising is welcome. What counts is when the box was
/// ticked, however long the cart waited: a later word of the account stays.
async fn welcome(
    tx: &WriteTx,
    bought: &[Bought],
    before: &HashMap<OrderId, Contribution>,
    accounts: Vec<User>,
) -> Result<BTreeMap<UserId, User>, DatabaseError> {
    let mut accounts: BTreeMap<UserId, User> = accounts.into_iter().map(|user| (user.id, user)).collect();
    for order in bought.iter().filter(|order| !before.contains_key(&order.order_id)) {
        let Some(user) = order.user_id.and_then(|id| accounts.get_mut(&id)) else { continue };
        if user.status == UserStatus::Erased || !order.accepts_marketing_at.is_some_and(|said| is_news(&user.consent, said)) {
            continue;
        }
        let Ok(changes) = ProfileChanges::parse(None, None, Some(true)) else { continue };
        // Whoever changes the account in this moment may be refusing.
        let command = ChangeProfile { user_id: user.id, version: Some(user.version), changes, source: "checkout" };
        match users::change_profile_in(tx, command).await {
            Ok(changed) => *user = changed,
            Err(ChangeProfileError::Taken(TakenError::Database(error))) => return Err(error),
            // Whoever was forgotten or spoke meanwhile said nothing here.
            Err(ChangeProfileError::NotFound | ChangeProfileError::VersionConflict { .. } | ChangeProfileError::Taken(_)) => {}
        }
    }
    Ok(accounts)
}

/// True where a yes of this moment is newer than what the account says.
fn is_news(consent: &Consent, said: Timestamp) -> bool {
    match consent {
        Consent::Given { .. } => false,
        Consent::Refused { at } => at.is_none_or(|refused| refused < said),
    }
}

/// The customers that are concerned, by account or address.
struct People {
    known: BTreeMap<Key, (Person, Option<Person>)>,
    keys: HashMap<CustomerId, Key>,
}

impl People {
    fn of(rows: Vec<Person>) -> Self {
        let keys = rows.iter().map(|person| (person.id, person.key.clone())).collect();
        Self { known: rows.into_iter().map(|person| (person.key.clone(), (person.clone(), Some(person)))).collect(), keys }
    }

    fn of_key(&mut self, key: Key, since: Timestamp) -> &mut Person {
        let fresh = || (Person::new(key.clone(), since), None);
        &mut self.known.entry(key.clone()).or_insert_with(fresh).0
    }

    /// What an account says of its holder.
    fn know(&mut self, user: &User) {
        let person = self.of_key(Key::User(user.id), user.created_at);
        person.email.clone_from(&user.email);
        person.marketing = Marketing::of(&user.consent);
        if user.name.is_some() || user.status == UserStatus::Erased {
            person.name.clone_from(&user.name);
        }
    }

    /// Whose order it is, with what it says of that person; nobody's where its guest is forgotten and was never known.
    fn take(&mut self, order: &Bought, known: Option<&Contribution>, accounts: &BTreeMap<UserId, User>) -> Option<CustomerId> {
        let key = match (order.user_id, &order.email) {
            (Some(user), _) => Key::User(user),
            (None, Some(email)) => Key::Guest(email.key()),
            (None, None) => self.keys.get(&known?.customer_id)?.clone(),
        };
        let account = order.user_id.and_then(|id| accounts.get(&id));
        let says_name = account.is_none_or(|user| user.name.is_none() && user.status != UserStatus::Erased);
        let person = self.of_key(key, order.placed_at);
        if says_name && order.name.is_some() && person.last_order_at.is_none_or(|last| last <= order.placed_at) {
            person.name.clone_from(&order.name);
            person.last_order_at = Some(order.placed_at);
        }
        if order.user_id.is_none() && order.email.is_some() {
            person.email.clone_from(&order.email);
            if let Some(said) = order.accepts_marketing_at.filter(|_| known.is_none()) {
                person.marketing = std::mem::take(&mut person.marketing).welcomed(said);
            }
        }
        Some(person.id)
    }

    async fn write(self, tx: &WriteTx) -> Result<(), DatabaseError> {
        let (fresh, known): (Vec<_>, Vec<_>) = self.known.into_values().partition(|(_, before)| before.is_none());
        store::insert_people(tx, fresh.into_iter().map(|(person, _)| person).collect()).await?;
        let changed = known.into_iter().filter(|(person, before)| before.as_ref().is_some_and(|before| before.says_else(person)));
        store::update_people(tx, changed.map(|(person, _)| person).collect()).await
    }
}

/// What the orders change.
#[derive(Default)]
struct Sums {
    contributions: Vec<(OrderId, Contribution)>,
    spend: BTreeMap<(CustomerId, &'static str), Spend>,
    /// Who lost an order, and to whom.
    moved: BTreeMap<CustomerId, CustomerId>,
}

impl Sums {
    fn add(&mut self, order: &Bought, known: Option<&Contribution>, customer_id: CustomerId) {
        let (is_live, spent_minor, placed_at) = (order.is_live, order.spent_minor, order.placed_at);
        let now = Contribution { customer_id, is_live, spent_minor, currency: order.currency, placed_at };
        if known == Some(&now) {
            return;
        }
        if let Some(known) = known {
            self.count(known, -1);
            if known.customer_id != customer_id {
                self.moved.insert(known.customer_id, customer_id);
            }
        }
        self.count(&now, 1);
        self.contributions.push((order.order_id, now));
    }

    fn count(&mut self, contribution: &Contribution, sign: i64) {
        let spend = self.spend.entry((contribution.customer_id, contribution.currency.code())).or_default();
        spend.orders += sign * i64::from(contribution.is_live);
        spend.minor += sign * contribution.spent_minor;
    }
}
