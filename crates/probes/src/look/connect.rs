//! From a name to a connection, plain or encrypted, with the time of each part.

use super::attempt::Looking;
use super::{Trouble, Trust, certificate};
use crate::probe::{Family, Place};
use core::net::{IpAddr, SocketAddr};
use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::ServerName;
use std::io;
use std::net::ToSocketAddrs as _;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

/// How many names are asked for at once. The system's resolver holds a thread for each, also after the deadline of whoever
/// asked, and a resolver that is down would hold hundreds.
const RESOLVING_MAX: usize = 8;

static RESOLVING: Semaphore = Semaphore::const_new(RESOLVING_MAX);

/// More addresses of one name are not tried.
const ADDRESSES_MAX: usize = 4;

/// A connection, encrypted or not.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// The addresses of a name, in the system's order.
pub(super) async fn resolve(host: &str, looking: &mut Looking) -> Result<Vec<IpAddr>, Trouble> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = bare.to_owned();
    let asking = async {
        let place =
            RESOLVING.acquire().await.map_err(|_| Trouble::Own("nothing is resolved any more".to_owned()))?;
        let asked = tokio::task::spawn_blocking(move || {
            // Held until the system's resolver is done, not only until the asker has gone.
            let _place = place;
            (name.as_str(), 0)
                .to_socket_addrs()
                .map(|found| found.map(|address| address.ip()).collect::<Vec<_>>())
        });
        let found =
            asked.await.map_err(|error| Trouble::Own(format!("the resolver's thread ended: {error}")))?;
        found.map_err(|error| Trouble::of_resolver(bare, &error))
    };
    let doing = format!("the resolver looked for {bare}");
    let mut found = looking.own(&doing, asking).await?;
    found.dedup();
    looking.phases.resolve = looking.lap();
    if found.is_empty() { Err(Trouble::Target(format!("no address for {bare}"))) } else { Ok(found) }
}

/// A connection to the first address of a place that takes one.
pub(super) async fn tcp(place: &Place, looking: &mut Looking) -> Result<TcpStream, Trouble> {
    let mut addresses = resolve(&place.host, looking).await?;
    addresses.retain(|address| match place.family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    addresses.truncate(ADDRESSES_MAX);
    let mut refused: Vec<Trouble> = Vec::new();
    for address in addresses {
        let address = SocketAddr::new(address, place.port);
        let doing = format!("connecting to {address}");
        let connecting =
            async { TcpStream::connect(address).await.map_err(|error| Trouble::of_io(&doing, &error)) };
        match looking.target(&doing, connecting).await {
            Ok(stream) => {
                looking.phases.connect = looking.lap();
                return Ok(stream);
            }
            Err(trouble) => refused.push(trouble),
        }
    }
    Err(worst(refused, place))
}

/// Of several refusals: the target's, when one address at least could be tried.
fn worst(refused: Vec<Trouble>, place: &Place) -> Trouble {
    let none = || Trouble::Target(format!("{} has no address of that family", place.host));
    let is_target = |trouble: &Trouble| matches!(trouble, Trouble::Target(_));
    let targets = refused.iter().any(is_target);
    refused.into_iter().rfind(|trouble| is_target(trouble) == targets).unwrap_or_else(none)
}

/// An encrypted connection, and when the first certificate of its chain ends.
pub(super) struct Encrypted {
    pub(super) stream: tokio_rustls::client::TlsStream<TcpStream>,
    pub(super) expires_at: Option<Timestamp>,
}

/// Encrypts a connection to a place.
pub(super) async fn encrypt(
    stream: TcpStream,
    place: &Place,
    config: (&Trust, Option<&Path>),
    looking: &mut Looking,
) -> Result<Encrypted, Trouble> {
    let (trust, ca) = config;
    let bare = place.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|_| Trouble::Target(format!("{:?} is no name that a certificate can have", place.host)))?;
    let config = trust.config(ca, looking).await?;
    // Reading them is no part of the target's answer.
    looking.lap();
    let connector = TlsConnector::from(Arc::clone(&config));
    let shaking = async { Ok(connector.connect(name, stream).await) };
    let stream = match looking.target("agreeing on TLS", shaking).await? {
        Ok(stream) => stream,
        Err(error) if is_disbelief(&error) && trust.has_changed(ca, &config, looking).await? => {
            let changed =
                "the authorities to believe were replaced meanwhile; the next look believes the new ones";
            return Err(Trouble::Own(changed.to_owned()));
        }
        Err(error) => return Err(untrusted(&error)),
    };
    looking.phases.tls = looking.lap();
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let expires_at = chain.iter().filter_map(|certificate| certificate::not_after(certificate)).min();
    Ok(Encrypted { stream, expires_at })
}

fn of_tls(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
}

/// Whether a certificate was not believed, for which the list of authorities may be to blame.
fn is_disbelief(error: &io::Error) -> bool {
    matches!(of_tls(error), Some(rustls::Error::InvalidCertificate(_)))
}

/// Why a handshake failed, in words for who must renew the certificate.
fn untrusted(error: &io::Error) -> Trouble {
    let why = match of_tls(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            let ended =
                i64::try_from(not_after.as_secs()).ok().and_then(|at| Timestamp::from_second(at).ok());
            format!("its certificate ended on {}", ended.unwrap_or_default())
        }
        Some(rustls::Error::InvalidCertificate(why)) => format!("its certificate cannot be believed: {why}"),
        Some(other) => format!("TLS: {other}"),
        None => return Trouble::of_io("agreeing on TLS", error),
    };
    Trouble::Target(why)
}
