//! The channels' settings as a file holds them. Only values; what is wrong with them is found in `couriers`.

use core::fmt;
use serde::Deserialize;
use std::path::PathBuf;

/// Which channels there are. The handset needs no settings and is always there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelsConfig {
    /// Mail, if pages may go by mail.
    pub smtp: Option<SmtpConfig>,
    /// Signed webhooks, if pages may go by them.
    pub webhook: Option<WebhookConfig>,
    /// Slack-compatible incoming webhooks, if pages may go by them.
    pub slack: Option<SlackConfig>,
    /// A service outside that raises the alarm when it does not hear from here any more.
    pub dead_mans_switch: Option<SwitchConfig>,
    /// How long a webhook may take in all, in seconds.
    pub http_timeout_s: u32,
}

impl Default for ChannelsConfig {
    fn default() -> Self {
        Self { smtp: None, webhook: None, slack: None, dead_mans_switch: None, http_timeout_s: 10 }
    }
}

/// A mail server that takes our pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name or address; with TLS, the name in its certificate.
    pub host: String,
    /// Its port; by default 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: SmtpTls,
    /// A certificate authority to trust beside the system's, as a PEM file.
    pub ca_file: Option<PathBuf>,
    /// The user, if the server wants one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// The sender, `address` or `Name <address>`.
    pub from: String,
    /// How long a delivery may take in all, in seconds.
    #[serde(default = "ten")]
    pub timeout_s: u32,
}

/// How a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// Not at all.
    None,
    /// By `STARTTLS`, and never without.
    #[default]
    Starttls,
    /// From the first byte.
    Implicit,
}

/// How webhooks are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// `whsec_` and the base64 of 24 to 64 random bytes.
    pub secret: Secret,
}

/// Slack-compatible webhooks need no settings: the address is the secret.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {}

/// Where a service outside hears that all is well.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchConfig {
    /// The address that it gave; whoever has it can keep the alarm from being raised.
    pub url: Secret,
    /// How often it is asked, in seconds.
    #[serde(default = "sixty")]
    pub every_s: u64,
}

/// A value that shows itself only when asked by name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value.
    #[must_use]
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

const fn sixty() -> u64 {
    60
}

const fn ten() -> u32 {
    10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_defaults_and_refuse_what_they_do_not_know() {
        let text = "[smtp]\nhost = 'mail.test'\nfrom = 'a@b.test'\npassword = 'hunter2'\n[slack]\n";
        let config: ChannelsConfig = toml::from_str(text).unwrap();
        assert_eq!(config.http_timeout_s, 10);
        assert!(config.slack.is_some() && config.webhook.is_none());
        let smtp = config.smtp.as_ref().unwrap();
        assert_eq!((smtp.tls, smtp.timeout_s), (SmtpTls::Starttls, 10));
        assert!(!format!("{config:?}").contains("hunter2"));
        for wrong in ["[smpt]", "[slack]\nurl = 'x'", "[smtp]\nhost = 'x'\nfrom = 'y'\ntls = 'ssl'"] {
            assert!(toml::from_str::<ChannelsConfig>(wrong).is_err(), "{wrong}");
        }
    }
}
