//! The tests' own HTTP client: no retries, no redirects, no connection kept, and a limit on every answer.

use reqwest::Client;
use std::time::Duration;

/// Longer than any answer may take, the refusal of a slow body included.
const LIMIT: Duration = Duration::from_secs(45);

/// A client of its own, so that no connection is shared with a server that was killed.
pub(crate) fn client() -> Client {
    // An error means that another test was faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = Client::builder()
        .timeout(LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // A server that stood still closes what was kept open, at the moment at which it is asked again.
        .pool_max_idle_per_host(0)
        .no_proxy();
    built.build().unwrap()
}
