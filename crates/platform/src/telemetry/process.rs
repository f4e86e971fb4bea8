//! What the system says of this process.

/// What the process takes of the machine; what the system does not tell is absent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ProcessUsage {
    /// Memory that is in use and not on disk.
    pub resident_bytes: Option<u64>,
    /// Time on a processor since the start, in hundredths of a second.
    pub cpu_centiseconds: Option<u64>,
    /// Open files and connections.
    pub open_files: Option<u64>,
}

impl ProcessUsage {
    /// Reads `/proc/self`, which takes some microseconds and never waits for a disk.
    #[must_use]
    pub fn now() -> Self {
        Self { resident_bytes: resident_bytes(), cpu_centiseconds: cpu_centiseconds(), open_files: open_files() }
    }
}

fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1_024)
}

/// User and system time: the 14th and 15th fields (proc_pid_stat(5)), in ticks of which Linux shows a hundred a second.
fn cpu_centiseconds() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, which may hold anything; it ends with the last bracket.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(ticks()? + ticks()?)
}

fn open_files() -> Option<u64> {
    u64::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_what_it_takes() {
        let usage = ProcessUsage::now();
        assert!(usage.resident_bytes.is_some_and(|bytes| bytes > 1_000_000), "{usage:?}");
        assert!(usage.cpu_centiseconds.is_some() && usage.open_files.is_some_and(|files| files >= 3), "{usage:?}");
    }
}
