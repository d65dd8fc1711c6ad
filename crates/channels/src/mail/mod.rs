//! Pages by mail: the connection to the mail server, and what its replies mean. The letter itself is in `letter`.

mod letter;

use crate::config::{SmtpConfig, SmtpTls};
use crate::error::ChannelsError;
use crate::http::{never, try_again, unknown};
use crate::text::{one_line, shortened};
use engine::ports::{Clock, Coming, Courier, PageMessage};
use incident::{Channel, PageOutcome};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{Error as SmtpError, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::error::Error as _;
use std::io::{
    self,
    ErrorKind::{BrokenPipe, ConnectionReset, TimedOut, UnexpectedEof},
};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::timeout;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Connections at once; pages are few, and a mail server may count them.
const CONNECTIONS_MAX: u32 = 4;
/// How much of a reply is kept.
const REPLY_CHARS_MAX: usize = 300;

/// Carries pages by mail.
pub(crate) struct Mail {
    config: SmtpConfig,
    from: Mailbox,
    ca: Option<Certificate>,
    clock: Arc<dyn Clock>,
    /// Made at the first page: it reads the system's certificates and needs the runtime.
    transport: OnceLock<Result<Transport, String>>,
}

impl Mail {
    /// The courier; its settings are checked, the server is not.
    pub(crate) fn new(config: &SmtpConfig, clock: Arc<dyn Clock>) -> Result<Self, ChannelsError> {
        if config.user.is_some() != config.password.is_some() {
            return Err(ChannelsError::HalfCredentials);
        }
        let is_here = matches!(config.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if config.tls == SmtpTls::None && config.password.is_some() && !is_here {
            return Err(ChannelsError::PlainPassword { host: config.host.clone() });
        }
        let from: Mailbox = config.from.parse().map_err(|error: lettre::address::AddressError| {
            ChannelsError::From { from: config.from.clone(), reason: error.to_string() }
        })?;
        let ca = certificate(config)?;
        Ok(Self { config: config.clone(), from, ca, clock, transport: OnceLock::new() })
    }

    async fn send(&self, message: &PageMessage) -> PageOutcome {
        let letter = match letter::write(message, &self.from, self.clock.now()) {
            Ok(letter) => letter,
            Err(error) => return never(error),
        };
        let transport = self.transport.get_or_init(|| self.connect());
        match transport {
            Ok(transport) => self.hand_over(transport, letter).await,
            Err(error) => try_again(error.clone()),
        }
    }

    async fn hand_over(&self, transport: &Transport, letter: Message) -> PageOutcome {
        match timeout(self.timeout(), transport.send(letter)).await {
            Ok(Ok(response)) => PageOutcome::Delivered { reference: reply(&response) },
            Ok(Err(error)) => outcome(&error),
            Err(_) => unknown("the mail server did not answer in time".to_owned()),
        }
    }

    fn connect(&self) -> Result<Transport, String> {
        let (tls, port) = match self.config.tls {
            SmtpTls::None => (Tls::None, 25),
            SmtpTls::Starttls => (Tls::Required(self.tls()?), 587),
            SmtpTls::Implicit => (Tls::Wrapper(self.tls()?), 465),
        };
        let mut builder = Transport::builder_dangerous(self.config.host.clone())
            .port(self.config.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(self.timeout()))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX));
        if let (Some(user), Some(password)) = (&self.config.user, &self.config.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(builder.build())
    }

    fn tls(&self) -> Result<TlsParameters, String> {
        let mut builder = TlsParameters::builder(self.config.host.clone());
        if let Some(ca) = &self.ca {
            builder = builder.add_root_certificate(ca.clone());
        }
        builder.build().map_err(|error| format!("no TLS for the mail server: {error}"))
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.config.timeout_s))
    }
}

impl Courier for Mail {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(self.send(message))
    }
}

fn certificate(config: &SmtpConfig) -> Result<Option<Certificate>, ChannelsError> {
    let Some(file) = &config.ca_file else { return Ok(None) };
    let wrong = |reason: String| ChannelsError::CaFile { file: file.clone(), reason };
    let pem = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    Certificate::from_pem(&pem).map(Some).map_err(|error| wrong(error.to_string()))
}

/// The server's words; they often hold its own number for the letter.
fn reply(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    shortened(&one_line(&words.join(" ")), REPLY_CHARS_MAX)
}

/// Whether a connection stood when it failed: then nobody knows how far the letter came.
fn was_reached(error: &SmtpError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    !error.is_tls()
        && cause.is_some_and(|cause| {
            matches!(cause.kind(), BrokenPipe | ConnectionReset | UnexpectedEof | TimedOut)
        })
}

fn outcome(error: &SmtpError) -> PageOutcome {
    let words = shortened(&one_line(&error.to_string()), REPLY_CHARS_MAX);
    if error.is_permanent() {
        return never(format!("the mail server refused it: {words}"));
    }
    if error.is_transient() {
        return try_again(format!("the mail server wants it later: {words}"));
    }
    if error.is_client() {
        return never(format!("the mail server and the settings do not agree: {words}"));
    }
    if was_reached(error) {
        return unknown(format!("the mail server broke off: {words}"));
    }
    try_again(format!("the mail server was not reached: {words}"))
}
