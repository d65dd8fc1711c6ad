//! What the backend is deployed with: environment variables, which `npx convex env` sets, and constants in the code of its
//! functions, which `npx convex deploy` ships. Each has a name and a value as text; a function that needs one which is
//! missing or unreadable raises an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::turn::Failure;
use crate::provider::{CLIENT_ID, CLIENT_SECRET};

/// Origins that a sign-in may lead back to and whose pages may read answers; `:*` at the end stands for any port.
pub(super) const SITE_ORIGINS: &str = "SITE_ORIGINS";
/// Writes of the whole deployment within a minute.
pub(super) const WRITES_PER_MINUTE: &str = "WRITES_PER_MINUTE";
/// The OAuth app at the provider, and what it proves itself with.
pub(super) const AUTH_GITHUB_ID: &str = "AUTH_GITHUB_ID";
/// See [`AUTH_GITHUB_ID`].
pub(super) const AUTH_GITHUB_SECRET: &str = "AUTH_GITHUB_SECRET";
/// Workers that take messages over from the edge.
pub(super) const SYNC_WORKERS: &str = "SYNC_WORKERS";
/// Where the provider sends people back to; the deployment's own address when it is not set.
pub(super) const AUTH_CALLBACK_URL: &str = "AUTH_CALLBACK_URL";

/// `auth.ts`: how long an API token is good.
pub(super) const SESSION_TOKEN_TTL_MS: &str = "SESSION_TOKEN_TTL_MS";
/// `messages.ts`: what makes a message another one. `id`: its id. `minute`: session, role and minute.
pub(super) const MESSAGE_KEY: &str = "MESSAGE_KEY";

/// The environment variables of a whole deployment.
const ENV: [(&str, &str); 5] = [
    (SYNC_WORKERS, "4"),
    (AUTH_GITHUB_ID, CLIENT_ID),
    (AUTH_GITHUB_SECRET, CLIENT_SECRET),
    (SITE_ORIGINS, "https://tabbi.dev,http://tabbi.localhost:*,http://127.0.0.1:*"),
    (WRITES_PER_MINUTE, "60000"),
];

/// The constants of a whole deployment: file, name, and the value as the file writes it.
pub(super) const CODE: [(&str, &str, &str); 2] =
    [("auth.ts", SESSION_TOKEN_TTL_MS, "24 * 60 * 60 * 1000"), ("messages.ts", MESSAGE_KEY, "\"id\"")];

/// Names and values.
pub(crate) type Values = BTreeMap<String, String>;

/// What is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Environment variables.
    pub(crate) env: Values,
    /// Those of the dev deployment, which nothing reads.
    #[serde(default)]
    pub(crate) dev_env: Values,
    /// Constants in the code.
    pub(crate) code: Values,
}

impl Settings {
    /// A whole deployment.
    pub(crate) fn whole() -> Self {
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            env: ENV.into_iter().map(|(name, value)| text(name, value)).collect(),
            dev_env: Values::new(),
            code: CODE.into_iter().map(|(_, name, value)| text(name, &evaluated(value))).collect(),
        }
    }

    pub(super) fn env(&self, name: &str) -> Result<&str, Failure> {
        let found = self.env.get(name).map(String::as_str);
        found.ok_or_else(|| Failure::raised(format!("Error: environment variable {name} is not set")))
    }

    pub(super) fn env_number(&self, name: &str) -> Result<i64, Failure> {
        number(name, self.env(name)?)
    }

    pub(super) fn code(&self, name: &str) -> Result<&str, Failure> {
        let found = self.code.get(name).map(String::as_str);
        found.ok_or_else(|| Failure::raised(format!("ReferenceError: {name} is not defined")))
    }

    pub(super) fn code_number(&self, name: &str) -> Result<i64, Failure> {
        number(name, self.code(name)?)
    }

    /// Whether an origin is one of the product's pages.
    pub(super) fn knows_origin(&self, origin: &str) -> Result<bool, Failure> {
        let all = self.env(SITE_ORIGINS)?.split(',').map(str::trim);
        Ok(all.into_iter().any(|allowed| match allowed.strip_suffix(":*") {
            Some(host) => {
                let port = origin.strip_prefix(host).and_then(|rest| rest.strip_prefix(':'));
                port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
            }
            None => allowed == origin,
        }))
    }
}

fn number(name: &str, text: &str) -> Result<i64, Failure> {
    text.parse().map_err(|_| Failure::raised(format!("TypeError: {name} is {text:?}, not a whole number")))
}

/// The value that the code writes: a product of whole numbers, or a text in quotes; anything else stays as it is.
pub(super) fn evaluated(expression: &str) -> String {
    let expression = expression.trim();
    let quoted = |quote| expression.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    if let Some(text) = quoted('"').or_else(|| quoted('\'')) {
        return text.to_owned();
    }
    let factors = expression.split('*').map(|factor| factor.trim().replace('_', "").parse::<i64>());
    let product = factors.map(Result::ok).try_fold(1_i64, |product, factor| product.checked_mul(factor?));
    product.map_or_else(|| expression.to_owned(), |product| product.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_evaluated_as_the_code_writes_them() {
        for (written, value) in [
            ("24 * 60 * 60 * 1000", "86400000"),
            ("1_000", "1000"),
            ("\"id\"", "id"),
            ("'id'", "id"),
            ("later()", "later()"),
            ("9223372036854775807 * 2", "9223372036854775807 * 2"),
        ] {
            assert_eq!(evaluated(written), value, "{written}");
        }
    }

    #[test]
    fn an_origin_is_known_whole() {
        let settings = Settings::whole();
        for (origin, known) in [
            ("https://tabbi.dev", true),
            ("http://127.0.0.1:4711", true),
            ("http://tabbi.localhost:80", true),
            ("http://127.0.0.1", false),
            ("http://127.0.0.1:80.example", false),
            ("https://tabbi.dev.example", false),
            ("https://preview.tabbi.dev", false),
        ] {
            assert_eq!(settings.knows_origin(origin).unwrap(), known, "{origin}");
        }
    }

    #[test]
    fn what_is_missing_or_unreadable_is_named() {
        let mut settings = Settings::whole();
        settings.env.remove(WRITES_PER_MINUTE);
        settings.code.insert(SESSION_TOKEN_TTL_MS.to_owned(), "soon".to_owned());
        assert!(settings.env_number(WRITES_PER_MINUTE).unwrap_err().why().contains(WRITES_PER_MINUTE));
        assert!(settings.code_number(SESSION_TOKEN_TTL_MS).unwrap_err().why().contains("\"soon\""));
    }
}
