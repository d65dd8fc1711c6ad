//! Whether this machine reaches anything at all: asked only after a look that failed on the network, of addresses that the
//! settings name and that nobody of ours runs.

use super::Trouble;
use super::attempt::now;
use crate::probe::{Kind, Place};
use core::net::IpAddr;
use core::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// An address that has not taken a connection by then does not answer.
const LIMIT: Duration = Duration::from_secs(3);

/// So long one answer stands for all looks: a hundred that fail together ask once.
const STANDS: Duration = Duration::from_secs(5);

/// Addresses that are always up, as far as anybody can tell.
#[derive(Debug, Default)]
pub(crate) struct Uplink {
    places: Vec<Place>,
    /// When it was asked last, and whether anything answered.
    last: Mutex<Option<(Instant, bool)>>,
}

impl Uplink {
    pub(crate) fn new(places: Vec<Place>) -> Self {
        Self { places, last: Mutex::new(None) }
    }

    /// A failure, which is our own when nothing at all can be reached from here.
    pub(super) async fn weigh(&self, trouble: Trouble, kind: &Kind) -> Trouble {
        let Trouble::Target(words) = trouble else { return trouble };
        if self.places.is_empty() || !leaves_this_machine(kind) || self.is_there().await {
            return Trouble::Target(words);
        }
        Trouble::Own(format!(
            "none of the addresses of probes.uplink answers from here, so that {words:?} says nothing"
        ))
    }

    async fn is_there(&self) -> bool {
        // Whoever comes second waits for the first one's answer.
        let mut last = self.last.lock().await;
        if let Some((at, there)) = *last
            && now().duration_since(at) < STANDS
        {
            return there;
        }
        let mut asking = JoinSet::new();
        for place in &self.places {
            let (host, port) = (place.host.clone(), place.port);
            asking.spawn(async move {
                matches!(timeout(LIMIT, TcpStream::connect((host, port))).await, Ok(Ok(_)))
            });
        }
        let mut there = false;
        while let Some(answered) = asking.join_next().await {
            if answered.unwrap_or(false) {
                there = true;
                break;
            }
        }
        *last = Some((now(), there));
        there
    }
}

/// Whether a look goes over the network at all.
fn leaves_this_machine(kind: &Kind) -> bool {
    let host = match kind {
        Kind::Http(ask) | Kind::WebSocket(ask) | Kind::Prometheus { ask, .. } => &ask.place.host,
        Kind::Tcp(place) | Kind::Tls { place, .. } => &place.host,
        Kind::Dns { host } => host,
        Kind::Command { .. } => return false,
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    !is_loopback && bare != "localhost" && !bare.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Family;
    use tokio::net::TcpListener;

    fn tcp(host: &str, port: u16) -> Place {
        Place { host: host.to_owned(), port, family: Family::Any }
    }

    fn failed() -> Trouble {
        Trouble::Target("refused".to_owned())
    }

    #[tokio::test]
    async fn a_failure_is_ours_when_nothing_at_all_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap().port();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let far = Kind::Tcp(tcp("api.example.test", 1));
        let dead = Uplink::new(vec![tcp("127.0.0.1", closed)]);
        let Trouble::Own(words) = dead.weigh(failed(), &far).await else { panic!("the target is blamed") };
        assert!(words.contains("refused") && words.contains("probes.uplink"), "{words}");
        let alive = Uplink::new(vec![tcp("127.0.0.1", closed), tcp("127.0.0.1", open)]);
        assert_eq!(alive.weigh(failed(), &far).await, failed());
        assert_eq!(
            Uplink::default().weigh(failed(), &far).await,
            failed(),
            "nothing is known without addresses"
        );
    }

    #[tokio::test]
    async fn what_never_leaves_this_machine_is_judged_without_the_network() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let dead = Uplink::new(vec![tcp("127.0.0.1", closed)]);
        for host in ["127.0.0.1", "[::1]", "localhost", "api.localhost"] {
            assert_eq!(dead.weigh(failed(), &Kind::Tcp(tcp(host, 1))).await, failed(), "{host}");
        }
        assert_eq!(dead.weigh(failed(), &Kind::Command { source: "df".to_owned() }).await, failed());
    }
}
