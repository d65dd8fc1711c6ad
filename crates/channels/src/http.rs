//! The one HTTP client, with its limits, and what a provider's answer means for a page.

use crate::text::{one_line, shortened};
use engine::ports::Clock;
use incident::PageOutcome;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url, redirect, retry};
use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// An answer's body is read so far and no further: it only explains.
const BODY_BYTES_MAX: usize = 4 * 1024;
/// How much of an answer's body goes into an error.
const QUOTE_CHARS_MAX: usize = 200;

/// The client. It is made at the first page: reading the system's certificates would slow the server's start.
pub(crate) struct Http {
    timeout: Duration,
    clock: Arc<dyn Clock>,
    client: OnceLock<Result<Client, String>>,
}

/// A request: always a JSON body.
pub(crate) struct Post<'a> {
    pub(crate) address: &'a str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What came back.
pub(crate) struct Answer {
    status: StatusCode,
    /// In seconds.
    retry_after: Option<u32>,
    body: String,
}

impl Http {
    /// A client whose requests take at most `timeout` in all.
    pub(crate) const fn new(timeout: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { timeout, clock, client: OnceLock::new() }
    }

    /// Posts; what is no answer at all is a page's outcome already.
    pub(crate) async fn post(&self, post: Post<'_>) -> Result<Answer, PageOutcome> {
        let url = address(post.address).map_err(|fault| never(fault.to_owned()))?;
        let client = self.client.get_or_init(|| client(self.timeout));
        let client = client.as_ref().map_err(|error| try_again(error.clone()))?;
        let request = client.post(url).headers(post.headers).header(CONTENT_TYPE, "application/json");
        let response = request.body(post.body).send().await.map_err(unanswered)?;
        Ok(self.read(response).await)
    }

    /// Asks; what is no answer at all is told as a page's outcome.
    pub(crate) async fn get(&self, from: &str) -> Result<Answer, PageOutcome> {
        let url = address(from).map_err(|fault| never(fault.to_owned()))?;
        let client = self.client.get_or_init(|| client(self.timeout));
        let client = client.as_ref().map_err(|error| try_again(error.clone()))?;
        let response = client.get(url).send().await.map_err(unanswered)?;
        Ok(self.read(response).await)
    }

    async fn read(&self, mut response: Response) -> Answer {
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| seconds(value, self.clock.now()));
        let mut body = Vec::new();
        while body.len() < BODY_BYTES_MAX {
            // A body that breaks off is judged by what came of it.
            let Ok(Some(chunk)) = response.chunk().await else { break };
            body.extend_from_slice(&chunk);
        }
        body.truncate(BODY_BYTES_MAX);
        Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

impl Answer {
    /// Whether the provider took it.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, as far as it was read.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// What an answer means that is no success.
    pub(crate) fn into_failure(self) -> PageOutcome {
        let mut error = format!("the provider answered {}", self.status.as_u16());
        let quote = shortened(&one_line(&self.body), QUOTE_CHARS_MAX);
        if !quote.is_empty() {
            error = format!("{error}: {quote}");
        }
        match self.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                PageOutcome::TryAgain { error, after_s: self.retry_after }
            }
            status if status.is_server_error() => PageOutcome::TryAgain { error, after_s: self.retry_after },
            status if status.is_redirection() => never(format!("{error} (redirects are not followed)")),
            StatusCode::GONE => never(format!("{error} (the address is gone)")),
            status if status.is_client_error() => never(error),
            // A success that the channel does not accept as one.
            _ => try_again(error),
        }
    }
}

fn client(timeout: Duration) -> Result<Client, String> {
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        // The engine decides about another attempt, and counts it.
        .retry(retry::never())
        .no_proxy()
        .pool_max_idle_per_host(4)
        .user_agent(concat!("evenkeel/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| format!("the HTTP client could not be made: {}", causes(&error)))
}

fn unanswered(error: reqwest::Error) -> PageOutcome {
    let error = error.without_url();
    if error.is_builder() {
        return never(format!("the request cannot be made: {}", causes(&error)));
    }
    if error.is_connect() {
        return try_again(format!("the provider was not reached: {}", causes(&error)));
    }
    if error.is_timeout() {
        return unknown("the provider did not answer in time".to_owned());
    }
    unknown(format!("the provider broke off: {}", causes(&error)))
}

/// The error with what caused it, outermost first.
fn causes(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    one_line(&words)
}

/// `Retry-After`: seconds, or a date, which is taken relative to `now`.
fn seconds(value: &str, now: Timestamp) -> Option<u32> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(u32::MAX));
    }
    let date = DateTimeParser::new().parse_timestamp(value).ok()?;
    let wait = date.as_second().saturating_sub(now.as_second()).max(0);
    Some(u32::try_from(wait).unwrap_or(u32::MAX))
}

/// The address that a webhook is posted to.
pub(crate) fn address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "the address is no URL")?;
    let web = matches!(url.scheme(), "http" | "https");
    if web { Ok(url) } else { Err("the address begins with neither http nor https") }
}

/// The outcome of what may work later.
pub(crate) const fn try_again(error: String) -> PageOutcome {
    PageOutcome::TryAgain { error, after_s: None }
}

/// The outcome of what may have arrived.
pub(crate) const fn unknown(error: String) -> PageOutcome {
    PageOutcome::Unknown { error }
}

/// The outcome of what will never work.
pub(crate) const fn never(error: String) -> PageOutcome {
    PageOutcome::Never { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:07Z".parse().unwrap();
        for (value, after_s) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999", Some(u32::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(value, now), after_s, "{value}");
        }
    }
}
