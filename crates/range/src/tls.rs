//! A throw-away certificate authority for one run of the range. Its key lives in memory only and signs one
//! certificate; nothing here may be trusted by anything but practice tools.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::RangeError;

/// The names that the range's one certificate is good for.
const NAMES: [&str; 8] = [
    "tabbi.dev",
    "www.tabbi.dev",
    "github.com",
    "api.tabbi.dev",
    "*.modal.run",
    "*.convex.site",
    "localhost",
    "127.0.0.1",
];

/// A server's TLS settings and the authority that a client must trust for them.
pub(crate) struct Tls {
    pub(crate) server: Arc<ServerConfig>,
    pub(crate) ca_pem: String,
}

/// Makes an authority, lets it sign one certificate, and forgets its key.
pub(crate) fn make() -> Result<Tls, RangeError> {
    let issuer = authority().map_err(|e| RangeError::Certificate(e.to_string()))?;
    let key = KeyPair::generate().map_err(|e| RangeError::Certificate(e.to_string()))?;
    let leaf = CertificateParams::new(NAMES.map(str::to_owned).to_vec())
        .and_then(|params| params.signed_by(&key, &issuer))
        .map_err(|e| RangeError::Certificate(e.to_string()))?;
    let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|b| b.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], secret))
        .map_err(|e| RangeError::Certificate(e.to_string()))?;
    Ok(Tls { server: Arc::new(server), ca_pem: issuer.pem() })
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params.distinguished_name.push(DnType::CommonName, "Evenkeel practice range, throw-away authority");
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}
