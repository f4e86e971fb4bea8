//! Packs the committed document of the API: as text it would be a twentieth of the program.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

const DOCUMENT: &str = "../../contracts/openapi.json";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let mut packed = GzEncoder::new(File::create(folder.join("openapi.json.gz"))?, Compression::best());
    packed.write_all(&fs::read(DOCUMENT)?)?;
    packed.finish().map(drop)
}
