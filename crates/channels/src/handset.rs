//! The built-in handset: the page is on its screen as soon as it is in the incident, so there is nothing to carry.

use engine::ports::{Coming, Courier, PageMessage};
use incident::{Channel, PageOutcome};

/// Carries pages to the built-in handset.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handset;

impl Handset {
    /// The handset's courier.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl Courier for Handset {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        let reference = message.reference.clone();
        Box::pin(async move { PageOutcome::Delivered { reference } })
    }
}
