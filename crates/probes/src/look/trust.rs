//! Whom certificates are believed from: the system's authorities, or those of a file that a probe names. Either may be
//! replaced while this process runs, and a target is never blamed for a list of yesterday.

use super::Trouble;
use super::attempt::{Looking, now};
use core::time::Duration;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// So many lists are read at once. A file system that hangs holds a thread for each, also after the deadline of whoever asked.
const READING_MAX: usize = 4;

static READING: Semaphore = Semaphore::const_new(READING_MAX);

/// The system's authorities are read anew after this time: some hundred kilobytes, which change with the system's updates.
/// When a certificate is not believed they are read at once.
const SYSTEM_KEPT: Duration = Duration::from_secs(600);

/// A larger file is no list of authorities: the longest of a system has half a megabyte.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The system's authorities as they are now.
type System = fn() -> Vec<CertificateDer<'static>>;

/// One client configuration for each list of authorities.
pub(crate) struct Trust {
    /// What was read last of each file; of the system without a name. Held for no longer than it takes to look it up.
    known: Arc<Mutex<BTreeMap<Option<PathBuf>, Known>>>,
    system: System,
}

/// A list as it was read.
#[derive(Clone)]
struct Known {
    /// What stood in it: a file's time and length may stay the same when it is replaced.
    bytes: Arc<Vec<u8>>,
    config: Arc<ClientConfig>,
    read_at: Instant,
}

impl Default for Trust {
    fn default() -> Self {
        Self { known: Arc::default(), system: || rustls_native_certs::load_native_certs().certs }
    }
}

impl Trust {
    /// For one handshake. A file is read each time, which is some kilobytes.
    pub(super) async fn config(
        &self,
        ca: Option<&Path>,
        looking: &Looking,
    ) -> Result<Arc<ClientConfig>, Trouble> {
        if ca.is_none()
            && let Some(known) = lookup(&self.known, None)
            && now().duration_since(known.read_at) < SYSTEM_KEPT
        {
            return Ok(known.config);
        }
        self.read(ca, looking).await
    }

    /// Whether the list is another one now than the one that `used` was made of.
    pub(super) async fn has_changed(
        &self,
        ca: Option<&Path>,
        used: &Arc<ClientConfig>,
        looking: &Looking,
    ) -> Result<bool, Trouble> {
        Ok(!Arc::ptr_eq(used, &self.read(ca, looking).await?))
    }

    async fn read(&self, ca: Option<&Path>, looking: &Looking) -> Result<Arc<ClientConfig>, Trouble> {
        let (known, system, key) = (Arc::clone(&self.known), self.system, ca.map(Path::to_path_buf));
        let reading = async {
            let place = READING.acquire().await;
            let place = place.map_err(|_| Trouble::Own("no authority is read any more".to_owned()))?;
            let read = tokio::task::spawn_blocking(move || {
                // Held until the file system has answered, not only until the asker has gone.
                let _place = place;
                anew(&known, key, system)
            });
            read.await
                .map_err(|error| Trouble::Own(format!("the thread that reads authorities ended: {error}")))?
        };
        looking.own("reading the authorities to believe", reading).await
    }
}

fn lookup(known: &Mutex<BTreeMap<Option<PathBuf>, Known>>, key: Option<&PathBuf>) -> Option<Known> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.get(&key.cloned()).cloned()
}

/// Reads a list, and makes a configuration of it unless it is the one that is known.
fn anew(
    known: &Mutex<BTreeMap<Option<PathBuf>, Known>>,
    key: Option<PathBuf>,
    system: System,
) -> Result<Arc<ClientConfig>, Trouble> {
    let (bytes, certificates) = match &key {
        Some(file) => (file_bytes(file)?, None),
        None => {
            let mut certificates = system();
            // A folder has no order of its own.
            certificates.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
            let bytes = certificates.iter().flat_map(|der| der.iter().copied()).collect();
            (bytes, Some(certificates))
        }
    };
    let before = lookup(known, key.as_ref()).filter(|before| *before.bytes == bytes);
    let config = match (before, &key, certificates) {
        (Some(before), _, _) => before.config,
        (None, Some(file), _) => Arc::new(client(of_file(file, &bytes)?)?),
        (None, None, certificates) => Arc::new(client(of_system(certificates.unwrap_or_default())?)?),
    };
    let entry = Known { bytes: Arc::new(bytes), config: Arc::clone(&config), read_at: now() };
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entry);
    Ok(config)
}

fn unread(file: &Path, why: &dyn core::fmt::Display) -> Trouble {
    Trouble::Own(format!("the authority in {} cannot be read: {why}", file.display()))
}

fn file_bytes(file: &Path) -> Result<Vec<u8>, Trouble> {
    let read = || -> io::Result<Vec<u8>> {
        // Opening a pipe would wait for whoever writes into it.
        if !std::fs::metadata(file)?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut bytes = Vec::new();
        File::open(file)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(io::Error::other(format!("it is longer than {FILE_BYTES_MAX} bytes")));
        }
        Ok(bytes)
    };
    read().map_err(|error| unread(file, &error))
}

fn of_file(file: &Path, bytes: &[u8]) -> Result<RootCertStore, Trouble> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(bytes) {
        let certificate = certificate.map_err(|error| unread(file, &error))?;
        roots.add(certificate).map_err(|error| unread(file, &error))?;
    }
    if roots.is_empty() { Err(unread(file, &"it holds no certificate")) } else { Ok(roots) }
}

fn of_system(certificates: Vec<CertificateDer<'static>>) -> Result<RootCertStore, Trouble> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    let none =
        "this machine has no list of authorities to believe; on Debian, apt-get install ca-certificates";
    if roots.is_empty() { Err(Trouble::Own(none.to_owned())) } else { Ok(roots) }
}

fn client(roots: RootCertStore) -> Result<ClientConfig, Trouble> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = versions.map_err(|error| Trouble::Own(format!("TLS cannot be set up: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

    fn authority() -> CertificateDer<'static> {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        authority.der().clone()
    }

    static SYSTEM: Mutex<Vec<CertificateDer<'static>>> = Mutex::new(Vec::new());

    #[tokio::test]
    async fn the_systems_authorities_are_read_anew_when_one_is_not_believed() {
        let trust = Trust { system: || SYSTEM.lock().unwrap().clone(), ..Trust::default() };
        let looking = Looking::until(Duration::from_secs(60));
        let none = trust.config(None, &looking).await;
        assert!(matches!(none, Err(Trouble::Own(why)) if why.contains("no list of authorities")));
        *SYSTEM.lock().unwrap() = vec![authority()];
        let first = trust.config(None, &looking).await.unwrap();
        assert!(!trust.has_changed(None, &first, &looking).await.unwrap());
        *SYSTEM.lock().unwrap() = vec![authority()];
        let kept = trust.config(None, &looking).await.unwrap();
        assert!(Arc::ptr_eq(&first, &kept), "they are not read for each look");
        assert!(trust.has_changed(None, &first, &looking).await.unwrap());
        let renewed = trust.config(None, &looking).await.unwrap();
        assert!(!Arc::ptr_eq(&first, &renewed));
    }

    #[tokio::test]
    async fn what_is_no_file_of_authorities_is_told_and_nobody_waits_for_it() {
        let trust = Trust::default();
        let looking = Looking::until(Duration::from_secs(60));
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        for (file, words) in [
            (folder.path().to_path_buf(), "it is no file"),
            (PathBuf::from("/dev/zero"), "it is no file"),
            (empty, "it holds no certificate"),
            (folder.path().join("none.pem"), "No such file"),
        ] {
            let refused = trust.config(Some(&file), &looking).await;
            assert!(
                matches!(&refused, Err(Trouble::Own(why)) if why.contains(words)),
                "{}: {:?}",
                file.display(),
                refused.err()
            );
        }
    }
}
