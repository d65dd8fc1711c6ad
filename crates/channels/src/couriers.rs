//! From settings to couriers. Nothing is connected, and no certificate store is read, before the first page.

use crate::config::ChannelsConfig;
use crate::error::ChannelsError;
use crate::handset::Handset;
use crate::http::Http;
use crate::mail::Mail;
use crate::slack::Slack;
use crate::webhook::Webhook;
use engine::ports::{Clock, Courier};
use std::sync::Arc;
use std::time::Duration;

/// One courier for each channel that has settings, and the handset.
///
/// # Errors
/// The settings cannot work, or the process has no crypto provider although a channel may need one.
pub fn couriers(
    config: &ChannelsConfig,
    clock: &Arc<dyn Clock>,
) -> Result<Vec<Arc<dyn Courier>>, ChannelsError> {
    let mut couriers: Vec<Arc<dyn Courier>> = vec![Arc::new(Handset::new())];
    let ChannelsConfig { smtp, webhook, slack, dead_mans_switch: _, http_timeout_s } = config;
    let leaves_the_process = smtp.is_some() || webhook.is_some() || slack.is_some();
    if leaves_the_process && rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(ChannelsError::NoCryptoProvider);
    }
    let http = Arc::new(Http::new(Duration::from_secs(u64::from(*http_timeout_s)), Arc::clone(clock)));
    if let Some(smtp) = smtp {
        couriers.push(Arc::new(Mail::new(smtp, Arc::clone(clock))?));
    }
    if let Some(webhook) = webhook {
        couriers.push(Arc::new(Webhook::new(webhook, Arc::clone(&http), Arc::clone(clock))?));
    }
    if slack.is_some() {
        couriers.push(Arc::new(Slack::new(http)));
    }
    Ok(couriers)
}
