//! Certificates: good ones, those that soon end, those that have, and those of strangers.

use crate::telling::World;
use crate::world::{SOON, answers, fails, head, passes, response, serve};
use engine::ports::{ProbeBoard as _, Verdict};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsAcceptor;

/// An authority of its own, and a server with its certificate.
struct Site {
    folder: TempDir,
    port: u16,
}

impl Site {
    async fn start(name: &str, ends: (i32, u8, u8)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(2020, 1, 1), date_time_ymd(ends.0, ends.1, ends.2));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let port = serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.write_all(response("200 OK", "", "well").as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            }
        })
        .await;
        Self { folder, port }
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn tls(&self, rest: &str) -> String {
        let (port, ca) = (self.port, self.ca());
        format!("kind = 'tls'\nhost = 'localhost'\nport = {port}\nca_file = '{}'\n{rest}", ca.display())
    }
}

#[tokio::test]
async fn a_good_certificate_passes_with_its_end() {
    let site = Site::start("localhost", (2040, 3, 31)).await;
    let look = passes(&site.tls("")).await;
    assert_eq!(look.seen.unwrap().expires_at.unwrap().to_string(), "2040-03-31T00:00:00Z");
    assert!(!look.phases.tls.is_zero());
    let https = format!(
        "kind = 'http'\nurl = 'https://localhost:{}/'\nca_file = '{}'\n",
        site.port,
        site.ca().display()
    );
    passes(&format!("{https}expect = {{ contains = 'well', valid_for = '29 days' }}")).await;
}

#[tokio::test]
async fn one_that_soon_ends_fails_before_it_does() {
    let site = Site::start("localhost", (2040, 3, 9)).await;
    let said = "a certificate ends on 2040-03-09T00:00:00Z, in 8 days; at least 14 days are expected";
    fails(&site.tls(""), said).await;
    passes(&site.tls("expect = { valid_for = '7 days' }")).await;
}

#[tokio::test]
async fn one_that_has_ended_says_when() {
    let site = Site::start("localhost", (2021, 5, 1)).await;
    fails(&site.tls(""), "its certificate ended on 2021-05-01T00:00:00Z").await;
}

#[tokio::test]
async fn one_of_a_stranger_or_of_another_name_is_not_believed() {
    let (site, stranger) =
        (Site::start("localhost", (2040, 12, 31)).await, Site::start("localhost", (2040, 12, 31)).await);
    let believing =
        site.tls("").replace(&site.ca().display().to_string(), &stranger.ca().display().to_string());
    fails(&believing, "cannot be believed").await;
    let other = Site::start("api.example.test", (2040, 12, 31)).await;
    fails(&other.tls(""), "cannot be believed").await;
}

/// The list that an earlier look read is not the one that stands there now. Both files have one length, and one time.
#[tokio::test]
async fn a_list_of_authorities_that_was_replaced_is_believed_at_once() {
    let (site, stranger) =
        (Site::start("localhost", (2040, 12, 31)).await, Site::start("localhost", (2040, 12, 31)).await);
    let (own, other) = (std::fs::read(site.ca()).unwrap(), std::fs::read(stranger.ca()).unwrap());
    let list = site.folder.path().join("list.pem");
    let written_at = std::time::UNIX_EPOCH;
    let replace = |with: &[u8]| {
        let next = site.folder.path().join("next.pem");
        // A line's end behind the certificate says nothing, and makes the files equally long.
        let mut with = with.to_vec();
        with.resize(own.len().max(other.len()), b'\n');
        std::fs::write(&next, with).unwrap();
        std::fs::File::options().write(true).open(&next).unwrap().set_modified(written_at).unwrap();
        std::fs::rename(next, &list).unwrap();
    };
    replace(&other);
    let settings = site.tls("").replace(&site.ca().display().to_string(), &list.display().to_string());
    let world = World::start(&format!("name = 'p'\n{settings}"));
    let looked = async || {
        let view = world.board.look("p", None, None).await.unwrap();
        let last = view.last.last().unwrap();
        (last.verdict, last.reason.clone())
    };
    let (verdict, reason) = looked().await;
    assert_eq!(verdict, Verdict::Fail, "{reason}");
    replace(&own);
    assert_eq!(looked().await, (Verdict::Pass, String::new()));
    replace(&other);
    let (verdict, reason) = looked().await;
    assert_eq!(verdict, Verdict::Fail, "whom nobody believes any more is not believed here: {reason}");
    std::fs::remove_file(&list).unwrap();
    let (verdict, reason) = looked().await;
    assert_eq!(verdict, Verdict::Blind, "{reason}");
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_tls_is_told_and_silence_ends() {
    let site = Site::start("localhost", (2040, 12, 31)).await;
    let plain = answers(|_| response("200 OK", "", "")).await;
    let at = |port: u16| {
        site.tls("timeout = '500 ms'").replace(&format!("port = {}", site.port), &format!("port = {port}"))
    };
    fails(&at(plain), "TLS").await;
    let silent = serve(|mut stream| async move {
        head(&mut stream).await;
        core::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    tokio::time::timeout(SOON, fails(&at(silent), "no answer in time while agreeing on TLS")).await.unwrap();
}
