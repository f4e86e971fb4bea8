//! Finds the programs of a PostgreSQL server that is new enough.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest version that Tradewind supports.
const OLDEST_MAJOR: u32 = 15;

/// Where Debian keeps one folder a version, outside of `PATH`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// The programs of one server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    /// The folder that holds them.
    pub(crate) folder: PathBuf,
    /// Its version, as `15.6`.
    pub(crate) version: String,
}

impl Binaries {
    /// What `pg_config` names, else the newest of Debian's folders, else what is in `PATH`.
    pub(crate) fn find() -> Option<Self> {
        pg_config().into_iter().chain(debian_folders()).chain(path_folders()).find_map(Self::in_folder)
    }

    fn in_folder(folder: PathBuf) -> Option<Self> {
        if !PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
            return None;
        }
        let version = version(&output(Command::new(folder.join("postgres")).arg("--version"))?)?;
        is_new_enough(&version).then_some(Self { folder, version })
    }
}

fn pg_config() -> Option<PathBuf> {
    output(Command::new("pg_config").arg("--bindir")).map(|folder| PathBuf::from(folder.trim()))
}

fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|left, right| right.cmp(left));
    versions.iter().map(|version| Path::new(DEBIAN_VERSIONS).join(version.to_string()).join("bin")).collect()
}

fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// `postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)` is `15.6`.
fn version(text: &str) -> Option<String> {
    let version = text.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    Some(version.to_owned())
}

/// Reads `15.6`, and `16beta1` too.
fn is_new_enough(version: &str) -> bool {
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u32>().is_ok_and(|major| major >= OLDEST_MAJOR)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn folder(says: &str, programs: &[&str]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for program in programs {
            let path = folder.path().join(program);
            fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[test]
    fn a_server_of_version_15_is_taken() {
        let folder = folder("postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)", &PROGRAMS);
        let expected = Binaries { folder: folder.path().to_owned(), version: "15.6".to_owned() };

        assert_eq!(Binaries::in_folder(folder.path().to_owned()), Some(expected));
    }

    #[test]
    fn an_older_server_is_left_alone() {
        let folder = folder("postgres (PostgreSQL) 14.11", &PROGRAMS);

        assert_eq!(Binaries::in_folder(folder.path().to_owned()), None);
    }

    #[test]
    fn a_folder_without_all_programs_is_left_alone() {
        let folder = folder("postgres (PostgreSQL) 16beta1", &["postgres", "pg_ctl"]);

        assert_eq!(Binaries::in_folder(folder.path().to_owned()), None);
        assert!(is_new_enough("16beta1"));
    }
}
