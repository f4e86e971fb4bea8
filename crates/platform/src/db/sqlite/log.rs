//! Folding the write-ahead log into the file, beside the writer.
//!
//! SQLite does it on the connection that commits, and whoever commits next waits: in a file of gigabytes, whose pages lie apart,
//! for as long as many commits take. So another connection folds what is durable while the writer goes on. The log begins
//! anew only when nothing of it is left; once it is long, the writer folds the last few pages itself.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{Access, SqliteConnection};
use crate::db::broken::DatabaseError;

/// Pages that are worth a pass. Most pages of a log are those that each order writes anew, and a pass writes each once: where a million
/// orders stand 10 pages for each order, and 14 in passes of a thousand.
const A_PASS: i64 = 4_000;
/// A log of so many pages (64 MiB, of which a start after a crash reads all) is to begin anew.
const LONG: i64 = 16_000;
/// So few pages the writer folds itself, as it waits for them.
const FEW: i64 = 200;
/// A log that is so long although it was folded all the time grows faster than it is folded: the writer waits.
const LONGEST: i64 = 64_000;

/// How far the log is folded, and by whom.
#[derive(Debug)]
pub(super) struct Folding {
    path: PathBuf,
    /// Opened for the first pass: small shops do without.
    connection: Mutex<Option<SqliteConnection>>,
    /// Somebody folds.
    is_under_way: AtomicBool,
    /// Pages at the beginning of the log that the file has.
    folded: AtomicI64,
    /// The last try failed, which was told.
    is_failing: AtomicBool,
}

impl Folding {
    pub(super) fn of(path: PathBuf) -> Self {
        Self {
            path,
            connection: Mutex::default(),
            is_under_way: AtomicBool::default(),
            folded: AtomicI64::default(),
            is_failing: AtomicBool::default(),
        }
    }

    /// Folds what a commit has made worth it. The writer has its turn still, and the log so many pages; none where nothing was written.
    pub(super) fn go_on(self: &Arc<Self>, logged: i64, writer: &SqliteConnection) {
        if logged == 0 {
            return;
        }
        if logged < self.folded.load(Ordering::Acquire) {
            // The log has begun anew.
            self.folded.store(0, Ordering::Release);
        }
        let left = logged - self.folded.load(Ordering::Acquire);
        if logged >= LONGEST || (logged >= LONG && left <= FEW) {
            self.fold_rest(writer);
        } else if left >= A_PASS || logged >= LONG {
            self.begin_pass();
        }
    }

    /// Folds everything and empties the log; nobody folds afterwards.
    pub(super) fn end(&self, writer: &SqliteConnection) {
        let mut connection = self.connection();
        *connection = None;
        self.note(writer.empty_log().map(|()| 0));
    }

    /// One pass at a time, on a thread that may wait for the disk.
    fn begin_pass(self: &Arc<Self>) {
        if self.is_under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        let folding = Arc::clone(self);
        let pass = move || {
            folding.note(folding.pass());
            folding.is_under_way.store(false, Ordering::Release);
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(pass)),
            Err(_) => pass(),
        }
    }

    fn pass(&self) -> Result<i64, DatabaseError> {
        let mut connection = self.connection();
        let connection = match &mut *connection {
            Some(connection) => connection,
            none => none.insert(SqliteConnection::open(&self.path, Access::Read)?),
        };
        connection.fold_log()
    }

    /// Waits for a pass that is under way, for SQLite lets one fold at a time.
    fn fold_rest(&self, writer: &SqliteConnection) {
        let _only_one = self.connection();
        self.note(writer.fold_log());
    }

    /// What cannot be folded now is folded after the next commit.
    fn note(&self, folded: Result<i64, DatabaseError>) {
        let is_failing = folded.is_err();
        match folded {
            Ok(pages) => self.folded.store(pages, Ordering::Release),
            Err(error) if !self.is_failing.load(Ordering::Acquire) => {
                tracing::warn!(%error, "the write-ahead log could not be folded into the database; nothing is lost");
            }
            Err(_) => {}
        }
        self.is_failing.store(is_failing, Ordering::Release);
    }

    fn connection(&self) -> MutexGuard<'_, Option<SqliteConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::db::value::Value;

    type TestResult = Result<(), Box<dyn Error>>;

    /// A file with a writer. Passes run on the thread that commits, for there is no other.
    struct Place {
        folder: tempfile::TempDir,
        writer: SqliteConnection,
        folding: Arc<Folding>,
    }

    impl Place {
        fn new() -> Result<Self, Box<dyn Error>> {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("shop.db");
            let writer = SqliteConnection::open(&path, Access::Write)?;
            writer.use_write_ahead_log()?;
            writer.keep_log();
            writer.batch("CREATE TABLE sheets (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")?;
            Ok(Self { folder, writer, folding: Arc::new(Folding::of(path)) })
        }

        /// Commits about so many pages; how long the log was before anything of it was folded.
        fn write(&self, pages: usize) -> Result<i64, DatabaseError> {
            self.writer.run("BEGIN IMMEDIATE")?;
            for _ in 0..pages {
                self.writer.execute("INSERT INTO sheets (content) VALUES ($1)", &[Value::Bytes(Some(vec![7; 3_900]))])?;
            }
            let logged = self.writer.commit()?;
            self.folding.go_on(logged, &self.writer);
            Ok(logged)
        }

        fn reader(&self) -> Result<SqliteConnection, DatabaseError> {
            SqliteConnection::open(&self.folder.path().join("shop.db"), Access::Read)
        }

        /// Pages of the file alone.
        fn pages(&self) -> Result<u64, std::io::Error> {
            Ok(self.folder.path().join("shop.db").metadata()?.len() / 4_096)
        }
    }

    #[test]
    fn what_is_worth_a_pass_is_in_the_file() -> TestResult {
        let place = Place::new()?;
        place.write(3_900)?;
        assert!(place.pages()? < 3_900, "too little for a pass");
        let logged = place.write(200)?;
        assert!(logged > A_PASS && place.pages()? > 4_100);
        assert_eq!(place.folding.folded.load(Ordering::Acquire), logged);
        Ok(())
    }

    #[test]
    fn a_log_that_is_written_all_the_time_begins_anew() -> TestResult {
        let place = Place::new()?;
        let mut longest = 0;
        for _ in 0..100 {
            longest = longest.max(place.write(130)?);
        }
        assert!((A_PASS..A_PASS + 500).contains(&longest), "{longest}");
        let count = place.reader()?.fetch::<crate::db::row::Scalar<i64>>("SELECT COUNT(*) AS value FROM sheets", &[], 1)?;
        assert_eq!(count.first().map(|row| row.0), Some(13_000));
        Ok(())
    }

    #[test]
    fn a_log_that_grew_during_its_passes_is_ended_by_the_writer() -> TestResult {
        let place = Place::new()?;
        // Another pass has begun and does not come to its end.
        place.folding.is_under_way.store(true, Ordering::Release);
        let mut logged = place.write(15_000)?;
        while logged < LONG {
            place.folding.note(Ok(logged));
            logged = place.write(50)?;
        }
        assert!(place.write(1)? < 10);
        Ok(())
    }

    #[test]
    fn a_log_that_somebody_reads_from_grows_until_they_are_done() -> TestResult {
        let place = Place::new()?;
        let reader = place.reader()?;
        reader.batch("BEGIN; SELECT id FROM sheets")?;
        let mut logged = 0;
        while logged < LONGEST {
            logged = place.write(5_000)?;
        }
        reader.batch("COMMIT")?;
        place.write(1)?;
        assert!(place.write(1)? < 10, "nothing of it was left, so it began anew");
        Ok(())
    }

    #[test]
    fn a_log_that_cannot_be_folded_is_kept() -> TestResult {
        let mut place = Place::new()?;
        place.folding = Arc::new(Folding::of(place.folder.path().join("nothing.db")));
        let logged = place.write(4_500)?;
        assert!(place.write(1)? > logged);
        assert!(place.folding.is_failing.load(Ordering::Acquire));
        Ok(())
    }

    #[test]
    fn at_the_end_the_file_has_everything() -> TestResult {
        let place = Place::new()?;
        place.write(4_500)?;
        place.write(10)?;
        place.folding.end(&place.writer);
        assert_eq!(place.folder.path().join("shop.db-wal").metadata()?.len(), 0);
        assert!(place.pages()? > 4_510);
        Ok(())
    }
}
