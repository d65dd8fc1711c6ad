//! Signed webhooks, after the Standard Webhooks specification 1.0.0.

mod signature;

use crate::config::WebhookConfig;
use crate::error::ChannelsError;
use crate::http::{Http, Post, never};
use crate::text::plain_id;
use engine::ports::{Clock, Coming, Courier, PageMessage};
use incident::{Channel, PageOutcome};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use signature::Key;
use std::sync::Arc;

/// The payload's type; receivers route by it.
const PAGE_SENT: &str = "page.sent";

/// Carries pages as signed webhooks.
pub(crate) struct Webhook {
    key: Key,
    http: Arc<Http>,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    /// The courier, with the key that its secret holds.
    pub(crate) fn new(
        config: &WebhookConfig,
        http: Arc<Http>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ChannelsError> {
        let key = Key::parse(config.secret.reveal()).ok_or(ChannelsError::WebhookSecret)?;
        Ok(Self { key, http, clock })
    }

    async fn send(&self, message: &PageMessage) -> PageOutcome {
        let Some(post) = self.post(message) else {
            return never(format!("the reference `{}` makes no header", message.reference));
        };
        match self.http.post(post).await {
            Ok(answer) if answer.is_success() => PageOutcome::Delivered { reference: String::new() },
            Ok(answer) => answer.into_failure(),
            Err(outcome) => outcome,
        }
    }

    fn post<'a>(&self, message: &'a PageMessage) -> Option<Post<'a>> {
        let now = self.clock.now();
        // The specification forbids dots in an id; every attempt bears the same one, so receivers can tell repeats.
        let id = plain_id(&message.reference);
        let body =
            json!({ "type": PAGE_SENT, "timestamp": now.to_string(), "data": data(message) }).to_string();
        let signature = self.key.sign(&id, now.as_second(), &body);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("webhook-id", id),
            ("webhook-timestamp", now.as_second().to_string()),
            ("webhook-signature", signature),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).ok()?);
        }
        Some(Post { address: &message.address, headers, body })
    }
}

impl Courier for Webhook {
    fn channel(&self) -> Channel {
        Channel::Webhook
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(self.send(message))
    }
}

fn data(message: &PageMessage) -> serde_json::Value {
    json!({
        "reference": message.reference,
        "incident": message.incident.to_string(),
        "page": message.page,
        "attempt": message.attempt,
        "possible_repeat": message.possible_repeat,
        "responder": message.responder,
        "severity": message.severity,
        "title": message.title,
        "short": message.short,
        "long": message.long,
        "link": message.link,
    })
}
