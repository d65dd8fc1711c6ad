//! `targets`: what else a probe may be asked to look at, each checked as its own target is.

use super::{KindWord, ProbeSetting};
use crate::probe::Other;

/// More further targets of one probe are a list of their own somewhere.
const TARGETS_MAX: usize = 100;

impl ProbeSetting {
    /// The further targets, each checked as the first one is.
    pub(super) fn others(&self) -> Result<Vec<Other>, String> {
        if self.targets.len() > TARGETS_MAX {
            return Err(format!(
                "targets has {} entries; at most {TARGETS_MAX} are taken",
                self.targets.len()
            ));
        }
        let other = |target: &String| {
            let (kind, shown) = self.at(target)?.what().map_err(|why| format!("targets: {why}"))?;
            Ok(Other { name: target.clone(), kind, target: shown })
        };
        self.targets.iter().map(other).collect()
    }

    /// The same with another target.
    fn at(&self, target: &str) -> Result<Self, String> {
        let mut other = Self { targets: Vec::new(), ..self.clone() };
        match self.kind {
            KindWord::Http | KindWord::WebSocket => other.url = Some(target.to_owned()),
            KindWord::Dns => other.host = Some(target.to_owned()),
            KindWord::Tcp | KindWord::Tls => {
                let port = target.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
                let (host, port) = port.ok_or_else(|| format!("targets: {target:?} must be host:port"))?;
                (other.host, other.port) = (Some(host.to_owned()), Some(port));
            }
            KindWord::Command | KindWord::Prometheus => {
                return Err(format!("kind {:?} has no use for targets; take them out", self.kind.name()));
            }
        }
        Ok(other)
    }
}
