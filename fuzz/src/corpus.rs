//! The files that a target begins with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where the files of a target lie.
#[must_use]
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// All files of a target, in the order of their names.
///
/// # Errors
/// Where they cannot be read.
pub fn read(target: &str) -> Result<Vec<Vec<u8>>> {
    let folder = folder(target);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    paths.iter().map(|path| fs::read(path).with_context(|| format!("cannot read {}", path.display()))).collect()
}

/// Keeps an input that broke a promise: from now on the tests fail until it is mended.
///
/// # Errors
/// Where it cannot be written.
pub fn keep(target: &str, input: &[u8]) -> Result<PathBuf> {
    // FNV-1a: the same input is the same file.
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let path = folder(target).join(format!("found-{hash:016x}"));
    fs::write(&path, input).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
