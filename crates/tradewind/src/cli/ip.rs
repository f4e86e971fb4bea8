//! `tradewind ip`: addresses that are refused.

use chrono::TimeDelta;
use kernel::{AddressRange, IpBlockId, Timestamp};
use platform::Context;
use platform::ip_blocks::{self, BlockIp, IpBlock};
use serde::Serialize;

use super::output::{Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Refuse addresses from now on; every node does within a second
    Block {
        /// One address, or a range of them: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32
        addresses: AddressRange,
        /// What for, for people
        #[arg(long, default_value = "")]
        reason: String,
        /// For how long: a number of minutes, hours or days (30m, 24h, 7d); until it is ended by hand without
        #[arg(long = "for", value_name = "TIME")]
        time: Option<String>,
    },
    /// Let addresses in again
    Unblock {
        /// The addresses as they were blocked, or the block's id (`block_…`)
        which: String,
    },
    /// Show what is blocked, newest first
    List {
        /// No more rows than this
        #[arg(long)]
        limit: Option<usize>,
    },
}

#[derive(Debug, Serialize)]
struct BlockRow {
    id: String,
    addresses: String,
    reason: String,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

impl From<IpBlock> for BlockRow {
    fn from(block: IpBlock) -> Self {
        let IpBlock { id, addresses, reason, expires_at, created_at, created_by } = block;
        Self { id: id.to_string(), addresses: addresses.to_string(), reason, expires_at, created_at, created_by }
    }
}

impl Shown for BlockRow {
    const HEAD: &'static [&'static str] = &["id", "addresses", "reason", "ends", "since", "by"];

    fn cells(&self) -> Vec<String> {
        let (ends, reason) = (self.expires_at.map(moment), Some(self.reason.clone()).filter(|reason| !reason.is_empty()));
        vec![self.id.clone(), self.addresses.clone(), or_dash(reason), or_dash(ends), moment(self.created_at), self.created_by.clone()]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Block { addresses, reason, time } => block(globals, addresses, reason, time.as_deref()).await?,
        Command::Unblock { which } => unblock(globals, &which).await?,
        Command::List { limit } => list(globals, limit).await?,
    }
    Ok(Exit::Ok)
}

async fn block(globals: &Globals, addresses: AddressRange, reason: String, time: Option<&str>) -> anyhow::Result<()> {
    let time = time.map(read_time).transpose()?;
    let context = globals.open().await?;
    let expires_at = time.map(|time| context.now() + time);
    let block = ip_blocks::block(&context, &origin(), BlockIp { addresses, reason, expires_at }).await;
    globals.output().one(&BlockRow::from(block.map_err(|error| Stop::of(&error))?))
}

async fn unblock(globals: &Globals, which: &str) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let id = find(&context, which).await?.ok_or_else(|| Stop::not_found(format!("{which} is not blocked")))?;
    ip_blocks::unblock(&context, &origin(), id).await.map_err(|error| Stop::of(&error))?;
    globals.output().note(format!("{which} is let in again"));
    Ok(())
}

/// The block of these addresses, or of this id.
async fn find(context: &Context, which: &str) -> anyhow::Result<Option<IpBlockId>> {
    if let Ok(id) = which.parse() {
        return Ok(Some(id));
    }
    let Ok(addresses) = which.parse() else { return Ok(None) };
    let block = ip_blocks::find_of(context.db.reader(), addresses).await.map_err(|error| Stop::of(&error))?;
    Ok(block.map(|block| block.id))
}

async fn list(globals: &Globals, limit: Option<usize>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let blocks = ip_blocks::all(context.db.reader()).await.map_err(|error| Stop::of(&error))?;
    let rows = blocks.into_iter().take(limit.unwrap_or(usize::MAX)).map(BlockRow::from);
    globals.output().list(&rows.collect::<Vec<_>>())
}

fn read_time(text: &str) -> Result<TimeDelta, Stop> {
    let unreadable = || Stop::usage(format!("--for: {text} is no number of minutes, hours or days (30m, 24h, 7d)"));
    let unit = text.chars().last().ok_or_else(unreadable)?;
    let number: u16 = text.strip_suffix(unit).and_then(|number| number.parse().ok()).filter(|number| *number > 0).ok_or_else(unreadable)?;
    match unit {
        'm' => Ok(TimeDelta::minutes(number.into())),
        'h' => Ok(TimeDelta::hours(number.into())),
        'd' => Ok(TimeDelta::days(number.into())),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_of_minutes_hours_or_days() {
        let read = |text| read_time(text).map(|time| time.num_minutes()).ok();
        assert_eq!((read("30m"), read("24h"), read("7d")), (Some(30), Some(1_440), Some(10_080)));
        for text in ["", "0h", "h", "30", "-1h", "1w", "99999d", "1é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
