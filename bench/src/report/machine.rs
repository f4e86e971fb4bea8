//! The machine of a run: figures of another one cannot be compared.

use std::fs;
use std::process::Command;

use serde::{Deserialize, Serialize};

/// What figures depend on beside the program.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// When it was measured, in UTC.
    pub(crate) taken_at: String,
    /// The commit that was measured.
    pub(crate) commit: String,
    /// What the processor calls itself.
    pub(crate) processor: String,
    /// How many of them.
    pub(crate) processors: usize,
    /// Memory in GiB.
    pub(crate) memory_gib: u64,
    /// The operating system's kernel.
    pub(crate) kernel: String,
    /// The shop's program, in bytes.
    pub(crate) program_bytes: u64,
    /// The database server, where one is measured.
    pub(crate) server: Option<String>,
}

impl Machine {
    /// This one; `program` is the shop's.
    pub(crate) fn this(program: &std::path::Path, server: Option<String>) -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
            line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let kib: u64 = field(&memory, "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0);
        Self {
            taken_at: output("date", &["-u", "+%Y-%m-%d %H:%M"]),
            commit: output("git", &["rev-parse", "--short", "HEAD"]),
            processor: field(&info, "model name"),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kib.div_ceil(1_024 * 1_024),
            kernel: output("uname", &["-sr"]),
            program_bytes: fs::metadata(program).map_or(0, |metadata| metadata.len()),
            server,
        }
    }

    /// As a sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { taken_at, commit, processor, processors, memory_gib, kernel, program_bytes, server } = self;
        let server = server.as_deref().map_or(String::new(), |server| format!(", {server}"));
        let mib = program_bytes / (1_024 * 1_024);
        format!("Taken {taken_at} UTC at {commit} on {processors} × {processor}, {memory_gib} GiB, {kernel}{server}; program {mib} MiB.")
    }
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
