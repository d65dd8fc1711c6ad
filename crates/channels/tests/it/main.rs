//! The couriers against real servers on loopback.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod mail;
mod mail_server;
mod settings;
mod site;
mod slack;
mod webhook;

use channels::{ChannelsConfig, couriers};
use engine::ports::{Clock, Coming, Courier, PageMessage};
use incident::{Channel, IncidentId, PageOutcome};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// A clock that stands still.
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn wait(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.0)).unwrap_or_default()
    }

    fn sleep_until(&self, _: Timestamp) -> Coming<'_, ()> {
        Box::pin(std::future::pending())
    }
}

fn noon() -> Timestamp {
    "2026-01-02T12:00:00Z".parse().unwrap()
}

fn courier_at(config: &ChannelsConfig, channel: Channel, now: Timestamp) -> Arc<dyn Courier> {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let clock: Arc<dyn Clock> = Arc::new(At(now));
    couriers(config, &clock).unwrap().into_iter().find(|courier| courier.channel() == channel).unwrap()
}

fn page(address: &str) -> PageMessage {
    let incident = IncidentId::from_parts(1_767_355_200_000, 7);
    PageMessage {
        reference: format!("{incident}.page.3"),
        incident,
        page: 3,
        attempt: 1,
        possible_repeat: false,
        responder: "primary".to_owned(),
        address: address.to_owned(),
        severity: "P1".to_owned(),
        title: "API answers 500".to_owned(),
        short: "P1 API answers 500".to_owned(),
        long: vec!["Since 11:58".to_owned(), "Error rate 62 %".to_owned()],
        link: "https://oncall.example.test/p/abc?sig=1".to_owned(),
    }
}

fn delivered(reference: &str) -> PageOutcome {
    PageOutcome::Delivered { reference: reference.to_owned() }
}

/// Which of the four it is, when the provider wants it again, and the words.
fn parts(outcome: PageOutcome) -> (&'static str, Option<u32>, String) {
    match outcome {
        PageOutcome::Delivered { reference } => ("delivered", None, reference),
        PageOutcome::TryAgain { error, after_s } => ("again", after_s, error),
        PageOutcome::Unknown { error } => ("unknown", None, error),
        PageOutcome::Never { error } => ("never", None, error),
    }
}

#[tokio::test]
async fn the_handset_takes_every_page_at_once() {
    let courier = courier_at(&ChannelsConfig::default(), Channel::Handset, noon());
    let page = page("handset of the primary");
    assert_eq!(courier.deliver(&page).await, delivered(&page.reference));
}
