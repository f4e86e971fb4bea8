//! What an interrupted import is known by: its file, and how that is read.

use std::fmt::Write as _;
use std::io::{self, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use crate::import::reader::ReadOptions;

const CHUNK_BYTES: usize = 64 * 1024;

/// The hash of a file and of how it is read; the file stands at its start again.
pub(super) fn source_key(file: &mut (impl Read + Seek), options: &ReadOptions) -> io::Result<String> {
    let mut hasher = Sha256::new();
    hasher.update(format!("{} {:?} {:?}\n", options.currency, options.format, options.headers));
    let mut chunk = vec![0; CHUNK_BYTES];
    file.seek(SeekFrom::Start(0))?;
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            count => hasher.update(chunk.get(..count).unwrap_or_default()),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use kernel::Currency;

    use super::*;

    #[test]
    fn another_file_or_another_way_to_read_it_is_another_import() {
        let key = |text: &str, currency| source_key(&mut Cursor::new(text), &ReadOptions::new(currency)).expect("readable");
        assert_eq!(key("a", Currency::USD), key("a", Currency::USD));
        assert_ne!(key("a", Currency::USD), key("b", Currency::USD));
        assert_ne!(key("a", Currency::USD), key("a", Currency::EUR));
    }
}
