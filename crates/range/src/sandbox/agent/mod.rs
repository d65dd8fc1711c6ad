//! The agent of one sandbox, a process of its own: started by the sandbox service as `range serve agent --dir FOLDER`, it
//! serves the sessions of one workspace on loopback until its parent ends it or dies. It knows nothing of the service.

mod server;
mod stream;
mod work;

use std::io::Write as _;
use std::path::Path;

use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::listen::{self, Lifetime, Wrapping};
use crate::state_file::read_json;
use crate::{RangeError, service};

/// What an agent prints, with its address behind it, once it listens.
pub(super) const READY: &str = "ready ";
/// Open files: connections and the workspace.
const FILES_MAX: u64 = 256;
/// No file of a workspace is longer.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What a version of the app gives its agents; `agent.json` in the sandbox's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AgentSettings {
    /// Its configuration, which should be JSON.
    pub(super) config: String,
    /// Memory for its data.
    pub(super) memory_mb: u64,
    /// Bytes after which an event stream is ended; 0 lets it go on.
    pub(super) stream_bytes_max: u64,
}

/// Becomes the agent of the sandbox in a folder, until told to end. Blocks.
pub(crate) fn run(folder: &Path) -> Result<(), RangeError> {
    service::die_with_parent();
    let path = folder.join("agent.json");
    let settings: AgentSettings = read_json(&path)?.ok_or_else(|| RangeError::State {
        path,
        reason: "there is none: agents are started by the sandbox service".to_owned(),
    })?;
    limit(&settings);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (listener, at) = listen::bind("agent", 0).await?;
        let life = Lifetime::default();
        let router = server::router(&folder.join("workspace"), &settings, life.end.clone());
        life.tasks.spawn(listen::serve(listener, Wrapping::Plain, router, life.clone()));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{READY}{at}").and_then(|()| out.flush())?;
        drop(out);
        service::told_to_end().await?;
        life.end.cancel();
        // What still runs ends with the process.
        Ok(())
    })
}

/// Prints for whoever reads the agent's log. A full disk loses the line: the agent goes on.
fn print(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A container's limits. Where the system refuses one, the agent goes on without it: it is practice.
fn limit(settings: &AgentSettings) {
    let limits = [
        (Resource::Data, settings.memory_mb.saturating_mul(1024 * 1024)),
        (Resource::Nofile, FILES_MAX),
        (Resource::Fsize, FILE_BYTES_MAX),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
}
