//! What can be wrong with the settings. A delivery's failure is no error but a page's outcome.

use std::path::PathBuf;

/// The channels cannot be had with these settings.
#[derive(Debug, thiserror::Error)]
pub enum ChannelsError {
    /// The app has chosen no crypto provider, so no connection could be encrypted.
    #[error("no crypto provider is installed in this process")]
    NoCryptoProvider,
    /// The sender is no mail address.
    #[error("`smtp.from` is no mail address: `{from}`: {reason}")]
    From {
        /// What it says.
        from: String,
        /// What is wrong.
        reason: String,
    },
    /// A user without a password, or the reverse.
    #[error("`smtp.user` and `smtp.password` need each other")]
    HalfCredentials,
    /// A password would cross the network readable.
    #[error("`smtp.password` would go to `{host}` unencrypted: set `smtp.tls`")]
    PlainPassword {
        /// The mail server.
        host: String,
    },
    /// The certificate authority cannot be read.
    #[error("`smtp.ca_file` `{}`: {reason}", file.display())]
    CaFile {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The secret for signing cannot be used.
    #[error("`webhook.secret` must be `whsec_` and the base64 of 24 to 64 bytes")]
    WebhookSecret,
}
