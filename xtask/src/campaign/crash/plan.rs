//! The rounds of a campaign: what is broken, on which database, how often.

use super::{Arguments, Database, failpoints};

/// What is done to a shop that is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// kill -9 of the shop, at a random moment.
    Kill,
    /// The shop ends itself at this place.
    Failpoint(&'static str),
    /// kill -9 of the database's server, which is started again a little later.
    Postmaster,
    /// The server restarts at once, as after a crash.
    Restart,
    /// A process of the server that answers the shop is told to end, as `pg_terminate_backend` does.
    Terminate,
    /// kill -9 of such a process, after which the server recovers.
    Backend,
    /// The disk below the embedded database is full for a while.
    FullDisk,
    /// The disk answers errors when it is to write for good.
    Fsync,
}

impl Fault {
    /// As rounds and tables call it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Kill => "kill".to_owned(),
            Self::Failpoint(name) => format!("failpoint {name}"),
            Self::Postmaster => "postmaster killed".to_owned(),
            Self::Restart => "server restarted".to_owned(),
            Self::Terminate => "back end terminated".to_owned(),
            Self::Backend => "back end killed".to_owned(),
            Self::FullDisk => "full disk".to_owned(),
            Self::Fsync => "failing fsync".to_owned(),
        }
    }
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    /// On which database.
    pub(super) database: Database,
    /// What is broken.
    pub(super) fault: Fault,
    /// The how manieth of its kind.
    pub(super) number: usize,
}

impl Round {
    /// Its name in files: the same in every run.
    pub(super) fn name(&self) -> String {
        format!("{} {} {}", self.database.name(), self.fault.name(), self.number)
    }
}

/// Of twenty outages of the server, so many are of each kind.
const OUTAGES: [(Fault, usize); 4] = [(Fault::Postmaster, 6), (Fault::Restart, 4), (Fault::Terminate, 6), (Fault::Backend, 4)];

/// Failpoints of the commit that transactions share, which only the embedded database has.
const SHARED_COMMIT: &str = "group.";

/// All rounds on one database, in the order in which they run.
pub(super) fn rounds(database: Database, arguments: &Arguments) -> Vec<Round> {
    let mut faults: Vec<(Fault, usize)> = vec![(Fault::Kill, arguments.kills)];
    let reached = failpoints::NAMES.iter().filter(|name| database == Database::Sqlite || !name.starts_with(SHARED_COMMIT));
    faults.extend(reached.map(|name| (Fault::Failpoint(name), arguments.failpoint_rounds)));
    match database {
        Database::Sqlite => faults.extend([(Fault::FullDisk, arguments.disk_rounds), (Fault::Fsync, arguments.disk_rounds)]),
        Database::Postgres => {
            faults.extend(OUTAGES.map(|(fault, share)| (fault, (arguments.outages * share).div_ceil(20))));
        }
    }
    let of_fault = |(fault, rounds)| (1..=rounds).map(move |number| Round { database, fault, number });
    let all = faults.into_iter().flat_map(of_fault);
    all.filter(|round| arguments.only.is_empty() || arguments.only.iter().any(|part| round.name().contains(part.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_gets_its_kills_every_failpoint_and_its_own_faults() {
        let arguments = Arguments { kills: 2, failpoint_rounds: 1, outages: 20, disk_rounds: 3, ..Arguments::default() };
        let names = |database| rounds(database, &arguments).iter().map(Round::name).collect::<Vec<_>>();
        let (sqlite, postgres) = (names(Database::Sqlite), names(Database::Postgres));

        assert_eq!((sqlite.len(), postgres.len()), (2 + failpoints::NAMES.len() + 6, failpoints::NAMES.len() + 20));
        assert!(sqlite.contains(&"SQLite full disk 3".to_owned()) && sqlite.contains(&"SQLite failpoint commit.after 1".to_owned()));
        assert!(postgres.contains(&"PostgreSQL postmaster killed 6".to_owned()), "{postgres:?}");
    }

    #[test]
    fn rounds_can_be_chosen_by_a_part_of_their_name() {
        let arguments = Arguments { only: vec!["commit".to_owned()], ..Arguments::default() };

        assert!(rounds(Database::Sqlite, &arguments).iter().all(|round| round.name().contains("failpoint commit.")));
    }
}
