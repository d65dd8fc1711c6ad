//! Couriers carry pages; one for each channel.

use super::Coming;
use incident::{Channel, IncidentId, PageOutcome};

/// A page ready to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageMessage {
    /// Our reference, the same for every attempt at this page: `inc_01J….page.3`.
    pub reference: String,
    /// Which incident.
    pub incident: IncidentId,
    /// Which page of it.
    pub page: u32,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Whether an earlier attempt may have arrived.
    pub possible_repeat: bool,
    /// Whom it wakes, for people to read.
    pub responder: String,
    /// Where: a mail address, a URL, a handset's name.
    pub address: String,
    /// The severity's name.
    pub severity: String,
    /// The incident's title.
    pub title: String,
    /// One line of at most 160 characters.
    pub short: String,
    /// More, line by line.
    pub long: Vec<String>,
    /// The signed, single-use link that shows the page and takes the answer.
    pub link: String,
}

/// Carries pages over one channel.
pub trait Courier: Send + Sync {
    /// Over which channel.
    fn channel(&self) -> Channel;

    /// Carries one page. Must end by itself; the engine also sets a limit.
    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome>;
}

/// Makes the links that pages carry.
pub trait Links: Send + Sync {
    /// The signed, single-use link for answering a page.
    fn page(&self, incident: IncidentId, page: u32) -> String;
}
