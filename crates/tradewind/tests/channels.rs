//! Channels and their price lists: the first start, changes, and the currency that stays once something is in it.

use catalog::channels::{self, Channel, ChannelChanges, ChannelInput, ChannelQuery, TaxDisplay, UpdateChannel};
use catalog::price_lists::{self, PriceList, PriceListChanges, PriceListQuery, UpdatePriceList};
use kernel::{Currency, DomainError, PageRequest};
use platform::db::count_statements;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

async fn default_channel(shop: &TestShop) -> TestResult<Channel> {
    Ok(channels::find_default(shop.context().db.reader()).await?)
}

async fn default_list(shop: &TestShop) -> TestResult<PriceList> {
    let list = price_lists::find_by_code(shop.context().db.reader(), PriceList::DEFAULT_CODE).await?;
    list.ok_or_else(|| "no default price list".into())
}

fn to_euro(channel: &Channel) -> TestResult<UpdateChannel> {
    let changes = ChannelChanges::parse(ChannelInput { currency: Some("EUR".to_owned()), ..ChannelInput::default() })?;
    Ok(UpdateChannel { id: channel.id, version: channel.version, changes })
}

fn list_to(list: &PriceList, currency: Currency) -> UpdatePriceList {
    UpdatePriceList { id: list.id, version: list.version, changes: PriceListChanges::to_currency(currency) }
}

/// Each process starts with it, and staff's changes outrank the configuration.
#[test_on_every_database]
async fn the_first_start_can_be_repeated_and_changes_nothing(shop: TestShop) -> TestResult {
    let (context, channel) = (shop.context(), default_channel(&shop).await?);
    let changes = ChannelChanges::parse(ChannelInput { name: Some("Mugs".to_owned()), ..ChannelInput::default() })?;
    let command = UpdateChannel { id: channel.id, version: channel.version, changes };
    let renamed = channels::update(context, &shop.origin(), command).await?;

    tradewind::wiring::first_start(context).await?;

    let page = PageRequest::first(20);
    let all = channels::list(context.db.reader(), &ChannelQuery { descending: false, page: page.clone() }).await?;
    assert_eq!((all.items, all.total), (vec![renamed], Some(1)));
    let all = price_lists::list(context.db.reader(), &PriceListQuery { descending: true, page }).await?;
    assert_eq!((all.items, all.total), (vec![default_list(&shop).await?], Some(1)));
    assert_eq!(shop.events_of("channel").await?, ["channel.updated"]);
    Ok(())
}

#[test_on_every_database]
async fn absent_fields_of_a_channel_stay_and_a_stale_version_is_refused(shop: TestShop) -> TestResult {
    let (context, channel) = (shop.context(), default_channel(&shop).await?);
    let countries = Some(vec!["US".to_owned(), "DE".to_owned()]);
    let input = ChannelInput { countries, tax_display: Some("included".to_owned()), ..ChannelInput::default() };
    let command = UpdateChannel { id: channel.id, version: channel.version, changes: ChannelChanges::parse(input)? };

    let updated = channels::update(context, &shop.origin(), command.clone()).await?;
    let stale = channels::update(context, &shop.origin(), command).await.expect_err("stale");

    assert_eq!((updated.version, &updated.name, updated.tax_display), (channel.version + 1, &channel.name, TaxDisplay::Included));
    assert!(updated.delivers_to("DE".parse()?) && !updated.delivers_to("FR".parse()?));
    assert_eq!(default_channel(&shop).await?, updated);
    assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version":2}"#)));
    Ok(())
}

/// One shop, one currency: whichever of the two is changed, the other follows.
#[test_on_every_database]
async fn a_channel_and_its_price_list_change_their_currency_together(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    channels::update(context, &origin, to_euro(&default_channel(&shop).await?)?).await?;
    assert_eq!((default_channel(&shop).await?.currency, default_list(&shop).await?.currency), (Currency::EUR, Currency::EUR));

    price_lists::update(context, &origin, list_to(&default_list(&shop).await?, Currency::USD)).await?;
    assert_eq!((default_channel(&shop).await?.currency, default_list(&shop).await?.currency), (Currency::USD, Currency::USD));
    Ok(())
}

/// The first cart fixes the currency; whoever read the channel before it changed goes on with what it is now.
#[test_on_every_database]
async fn the_currency_stays_once_a_cart_holds_amounts(shop: TestShop) -> TestResult {
    let (context, origin, stale) = (shop.context(), shop.origin(), default_channel(&shop).await?);
    channels::update(context, &origin, to_euro(&stale)?).await?;
    let tx = context.begin(&origin).await?;
    let fixed = channels::fix_currency(&tx, stale.clone()).await?;
    assert_eq!((fixed.currency, fixed.currency_fixed), (Currency::EUR, true));
    let (again, statements) = count_statements(channels::fix_currency(&tx, fixed.clone())).await;
    assert_eq!((again?, statements), (fixed.clone(), 0));
    tx.commit().await?;

    let back = ChannelChanges::parse(ChannelInput { currency: Some("USD".to_owned()), ..ChannelInput::default() })?;
    let command = UpdateChannel { id: fixed.id, version: fixed.version, changes: back };
    let of_channel = channels::update(context, &origin, command).await.expect_err("refused");
    let of_list = price_lists::update(context, &origin, list_to(&default_list(&shop).await?, Currency::USD)).await.expect_err("refused");

    assert_eq!((of_channel.code(), of_list.code()), ("currency_in_use", "currency_in_use"));
    assert_eq!(default_channel(&shop).await?.currency, Currency::EUR);
    Ok(())
}
