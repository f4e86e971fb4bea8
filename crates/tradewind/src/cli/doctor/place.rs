//! Where the shop lives: the data directory and the disk below it.

use std::path::Path;

use super::{Check, Health};

/// Below this SQLite may fail in the middle of a checkpoint.
const LEAST_FREE_BYTES: u64 = 256 * 1_024 * 1_024;
/// Time to look for a larger disk.
const LITTLE_FREE_BYTES: u64 = 2 * 1_024 * 1_024 * 1_024;

/// Writes a file into the directory (or into the nearest one that exists, where it is still to be made) and asks for its disk.
pub(super) fn look(data_dir: &Path) -> Vec<Check> {
    let Some(place) =
        data_dir.ancestors().map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir }).find(|dir| dir.exists())
    else {
        return vec![Check::new("data directory", Health::Failed, format!("{} cannot be made", data_dir.display()))];
    };
    let shown = if place == data_dir { data_dir.display().to_string() } else { format!("{} is still to be made", data_dir.display()) };
    let writable = match tempfile::NamedTempFile::new_in(place) {
        Ok(_) => Check::new("data directory", Health::Ok, shown),
        Err(error) => Check::new("data directory", Health::Failed, format!("{}: {error}", place.display())),
    };
    vec![writable, disk(place)]
}

fn disk(place: &Path) -> Check {
    match rustix::fs::statvfs(place) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let health = match free {
                0..LEAST_FREE_BYTES => Health::Failed,
                LEAST_FREE_BYTES..LITTLE_FREE_BYTES => Health::Warning,
                _ => Health::Ok,
            };
            Check::new("disk", health, format!("{} MiB free", free / 1_024 / 1_024))
        }
        Err(error) => Check::failed("disk", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_still_to_be_made_is_fine_and_a_file_in_its_way_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(look(&folder.path().join("a/b")).iter().all(|check| check.health != Health::Failed));
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        assert_eq!(look(&file).first().map(|check| check.health), Some(Health::Failed));
    }
}
