//! Where each service answers, `services/NAME.json`, and what the range was started with, `settings.json`. Written
//! whole or not at all, read anew by whoever wants to call.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::RangeError;
use crate::log::ServiceName;
use crate::state_file::{make_dir, read_json, write_json};

/// Where one service answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAddress {
    /// Which one.
    pub service: ServiceName,
    /// Its process.
    pub pid: u32,
    /// Its public listener.
    pub http: SocketAddr,
    /// Its listener for vendor tools and faults.
    pub admin: SocketAddr,
    /// Its listener with TLS, which only the front has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https: Option<SocketAddr>,
}

/// What the processes of one range are started with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Port of the front's plain listener; 0 takes any.
    pub(crate) http_port: u16,
    /// Port of the front's TLS listener; 0 takes any.
    pub(crate) https_port: u16,
    /// Milliseconds between two acts of the synthetic users; 0 is nobody.
    pub(crate) load_ms: u64,
}

impl ServiceAddress {
    /// The address of a service that has started; `None` when it has not, or has ended in order.
    pub fn read(dir: &Path, service: ServiceName) -> Result<Option<Self>, RangeError> {
        read_json(&path_of(dir, service))
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), RangeError> {
        make_dir(&dir.join("services"))?;
        write_json(&path_of(dir, self.service), self)
    }

    /// Takes the address away; one that is not there is away already.
    pub(crate) fn remove(dir: &Path, service: ServiceName) {
        let _ = std::fs::remove_file(path_of(dir, service));
    }
}

impl Settings {
    pub(crate) fn read(dir: &Path) -> Result<Self, RangeError> {
        Ok(read_json(&dir.join("settings.json"))?.unwrap_or_default())
    }

    pub(crate) fn write(&self, dir: &Path) -> Result<(), RangeError> {
        write_json(&dir.join("settings.json"), self)
    }
}

fn path_of(dir: &Path, service: ServiceName) -> PathBuf {
    dir.join("services").join(format!("{}.json", service.text()))
}
