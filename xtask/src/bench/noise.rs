//! How noisy the machine was during a sample: other processes, and how long the disk takes to answer.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::numbers::percentile;
use super::{clock, process};
use crate::failure::Failure;

/// More than this many cores used by others, and a sample says nothing.
const FOREIGN_MAX: f64 = 0.4;
/// A disk slower than this at its median, and a sample says nothing. In milliseconds.
const PROBE_MAX_MS: f64 = 0.4;
/// How long the disk is asked.
const PROBE_TIME: Duration = Duration::from_millis(300);
const BLOCK: usize = 4096;
const BLOCKS: usize = 256;

/// What was measured beside a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    /// Cores used by neither server nor bench.
    pub(super) foreign: f64,
    /// The median of one `fdatasync` after 4 KiB overwritten, in milliseconds.
    pub(super) probe_ms: f64,
    /// The one-minute load.
    pub(super) load: f64,
}

impl Noise {
    /// Whether the sample can be judged by.
    pub(super) fn is_calm(&self) -> bool {
        self.foreign <= FOREIGN_MAX && self.probe_ms <= PROBE_MAX_MS
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "foreign_cores": self.foreign,
            "fdatasync_p50_ms": self.probe_ms,
            "load": self.load,
            "calm": self.is_calm(),
        })
    }
}

/// A sample in the making.
pub(super) struct Watch {
    pid: Option<u32>,
    began: Instant,
    machine: Duration,
    server: Duration,
    own: Duration,
    probe_ms: f64,
}

/// What the sample cost.
pub(super) struct Cost {
    /// Processor time of the server.
    pub(super) server: Duration,
    /// Processor time of the bench itself.
    pub(super) own: Duration,
    pub(super) noise: Noise,
}

impl Watch {
    /// Asks the disk, then begins to count; with a server that runs already, or none.
    pub(super) fn begin(pid: Option<u32>, folder: &Path) -> Result<Watch, Failure> {
        let probe_ms = probe(folder)?;
        Ok(Watch {
            pid,
            began: clock::now(),
            machine: process::machine_cpu(),
            server: pid.map_or(Duration::ZERO, process::cpu),
            own: process::own_cpu(),
            probe_ms,
        })
    }

    /// Counts a server that began after the watch.
    pub(super) fn follow(&mut self, pid: u32) {
        self.pid = Some(pid);
    }

    pub(super) fn end(self) -> Cost {
        let length = self.began.elapsed();
        let server = self.pid.map_or(Duration::ZERO, process::cpu).saturating_sub(self.server);
        let own = process::own_cpu().saturating_sub(self.own);
        let all = process::machine_cpu().saturating_sub(self.machine);
        let foreign = all.saturating_sub(server + own).as_secs_f64() / length.as_secs_f64();
        let noise = Noise { foreign, probe_ms: self.probe_ms, load: process::load() };
        Cost { server, own, noise }
    }
}

/// The median of `fdatasync` after a block that existed already was overwritten, in milliseconds.
pub(super) fn probe(folder: &Path) -> Result<f64, Failure> {
    let path = folder.join("probe");
    let failed = |cause| Failure::io(path.display())(cause);
    let mut file = File::create(&path).map_err(failed)?;
    file.write_all(&vec![0; BLOCK * BLOCKS]).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    let began = clock::now();
    let mut took = Vec::new();
    while began.elapsed() < PROBE_TIME {
        let at = u64::try_from(took.len() % BLOCKS * BLOCK).unwrap_or(0);
        let block = clock::now();
        file.seek(SeekFrom::Start(at)).map_err(failed)?;
        file.write_all(&[1; BLOCK]).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        took.push(clock::ms(block.elapsed()));
    }
    fs::remove_file(&path).map_err(failed)?;
    Ok(percentile(&mut took, 0.5))
}
