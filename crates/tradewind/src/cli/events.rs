//! `tradewind events`: what happened, from any moment on, and telling it once more.

use std::time::Duration;

use kernel::{EventId, PageRequest, Timestamp};
use platform::Context;
use platform::db::Span;
use platform::events::{self, Event, EventFilter};
use platform::outbox::FactKinds;
use serde::Serialize;

use super::output::{Output, Shown, moment};
use super::setup::Globals;
use super::{Exit, Stop, pages};
use crate::wiring;

/// How often `tail` looks.
const LOOK: Duration = Duration::from_millis(250);
/// Events that `tail` reads at a time.
const BATCH: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show what happened, newest first
    List(ListArguments),
    /// Show what happens, until stopped
    Tail {
        /// Begin behind this place of the stream instead of at its end
        #[arg(long)]
        after: Option<i64>,
    },
    /// Tell a consumer once more what happened
    Replay(ReplayArguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// Only events of this name (`order.placed`)
    #[arg(long = "type")]
    name: Option<String>,
    /// Only from this place of the stream, or this moment, on (4711, or 2027-01-31T00:00:00Z)
    #[arg(long)]
    from: Option<Place>,
    /// Only to this place or moment
    #[arg(long)]
    to: Option<Place>,
    /// No more rows than this
    #[arg(long)]
    limit: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArguments {
    /// From this place of the stream, or this moment (4711, or 2027-01-31T00:00:00Z)
    #[arg(long)]
    from: Place,
    /// To this place or moment [default: the last event there is]
    #[arg(long)]
    to: Option<Place>,
    /// Whom: `sales.customers`, `sales.product_metrics`, or `webhooks`, which sends what was never sent
    #[arg(long)]
    to_consumer: String,
}

/// A place of the stream, or a moment.
#[derive(Debug, Clone, Copy)]
enum Place {
    Seq(i64),
    Moment(Timestamp),
}

impl std::str::FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment = || text.parse().map(Self::Moment);
        text.parse().map(Self::Seq).or_else(|_| moment()).map_err(|_| "must be a place like 4711 or a moment like 2027-01-31T00:00:00Z")
    }
}

impl Place {
    const fn seq(self) -> Option<i64> {
        if let Self::Seq(seq) = self { Some(seq) } else { None }
    }

    const fn moment(self) -> Option<Timestamp> {
        if let Self::Moment(moment) = self { Some(moment) } else { None }
    }
}

#[derive(Debug, Serialize)]
struct EventRow {
    seq: i64,
    id: String,
    r#type: String,
    version: i64,
    aggregate_type: String,
    aggregate_id: String,
    aggregate_seq: i64,
    actor: String,
    request_id: Option<String>,
    occurred_at: Timestamp,
    data: serde_json::Value,
}

impl EventRow {
    fn of(event: Event, kinds: &FactKinds) -> Self {
        Self {
            seq: event.seq,
            id: EventId::from_uuid(event.id).to_string(),
            aggregate_id: kinds.id_text(&event.aggregate_type, event.aggregate_id),
            r#type: event.r#type,
            version: event.version,
            aggregate_type: event.aggregate_type,
            aggregate_seq: event.aggregate_seq,
            actor: event.actor,
            request_id: event.request_id,
            occurred_at: event.occurred_at,
            data: event.payload,
        }
    }
}

impl Shown for EventRow {
    const HEAD: &'static [&'static str] = &["seq", "when", "event", "of", "by"];

    fn cells(&self) -> Vec<String> {
        vec![self.seq.to_string(), moment(self.occurred_at), self.r#type.clone(), self.aggregate_id.clone(), self.actor.clone()]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List(arguments) => list(globals.output(), &context, arguments).await?,
        Command::Tail { after } => tail(globals.output(), &context, after).await?,
        Command::Replay(arguments) => replay(globals.output(), &context, arguments).await?,
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, arguments: ListArguments) -> anyhow::Result<()> {
    let ListArguments { name, from, to, limit } = arguments;
    let filter = EventFilter {
        types: name.into_iter().collect(),
        occurred_at: Span { at_least: from.and_then(Place::moment), at_most: to.and_then(Place::moment), ..Span::default() },
        seq: Span { at_least: from.and_then(Place::seq), at_most: to.and_then(Place::seq), ..Span::default() },
        ..EventFilter::default()
    };
    let (mut table, kinds) = (output.table(), wiring::facts());
    let ask = async |request: PageRequest| events::list(context.db.reader(), &filter, true, &request).await;
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(|event| EventRow::of(event, &kinds)).collect::<Vec<_>>())).await
}

/// Ends when the process is told to, or when nobody reads what it writes.
async fn tail(output: Output, context: &Context, after: Option<i64>) -> anyhow::Result<()> {
    let (mut table, kinds) = (output.table(), wiring::facts());
    let mut place = match after {
        Some(place) => place,
        None => events::last_seq(context.db.reader()).await?,
    };
    loop {
        let told = events::since(context.db.reader(), place, BATCH).await?;
        place = told.last().map_or(place, |event| event.seq);
        if told.is_empty() {
            tokio::time::sleep(LOOK).await;
        } else {
            table.rows(&told.into_iter().map(|event| EventRow::of(event, &kinds)).collect::<Vec<_>>())?;
        }
    }
}

async fn replay(output: Output, context: &Context, arguments: ReplayArguments) -> anyhow::Result<()> {
    let subscribers = wiring::subscribers();
    let subscriber = subscribers.iter().find(|subscriber| subscriber.name() == arguments.to_consumer);
    let subscriber = subscriber.ok_or_else(|| {
        let names: Vec<&str> = subscribers.iter().map(|subscriber| subscriber.name()).collect();
        Stop::not_found(format!("no consumer {}; there are {}", arguments.to_consumer, names.join(", ")))
    })?;
    let (from, to) = (arguments.from, arguments.to);
    let begin = from.moment().unwrap_or(Timestamp::UNIX_EPOCH);
    let end = to.and_then(Place::moment).unwrap_or_else(|| context.now());
    let (first, last) = events::bounds(context.db.reader(), begin, end).await?.unwrap_or((1, 0));
    let (first, last) = (from.seq().unwrap_or(first).max(first), to.and_then(Place::seq).unwrap_or(last).min(last));
    let told = events::replay(context, subscriber.as_ref(), first, last).await.map_err(|error| Stop::of(&error))?;
    output.note(format!("{} was told of {told} events once more", arguments.to_consumer));
    Ok(())
}
