//! Faults of ours, planted on purpose: each breaks one promise, and the simulation must find it.
//!
//! They stand in what surrounds the engine (the journal, the couriers, the executor of the stories), so no build of the
//! product can have them.

/// What is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// The journal says that a batch is kept before it is: pages go out before the commit.
    SendBeforeCommit,
    /// Whoever says that work is theirs is believed, whatever lease stands, and nobody hears that they were taken for dead.
    NoEpochCheck,
    /// A restart does not read the table of timers.
    TimersLostOnRestart,
    /// A courier keeps pages in an outbox of its own and carries them minutes later, acknowledged or not.
    PageAfterAcknowledge,
    /// Events are appended whatever version they were decided on.
    NoVersionCheck,
    /// Work is taken over though its lease stands.
    LeasesIgnored,
    /// Of a batch, all but the last stream is kept.
    HalfABatch,
    /// The events of a page are kept, the row of its work is not.
    WorkNotKept,
    /// A commit that failed is taken for one that was kept.
    FailedIsKept,
    /// A restart does not know which alerts are open.
    AlertsForgottenOnRestart,
    /// A journal of several nodes does not say who had an alert that is over.
    HoldersForgotten,
    /// An executor begins a command again when it fails.
    RunsTwice,
    /// A journal of several nodes reads from a copy that is behind.
    OldReads,
    /// A timer that is set again is not moved.
    TimersNotMoved,
    /// Two nodes may each open an incident for the same alert.
    TwoIncidentsForOneAlert,
    /// Nobody finds what silences held back.
    HeldForgotten,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::SendBeforeCommit,
        Self::NoEpochCheck,
        Self::TimersLostOnRestart,
        Self::PageAfterAcknowledge,
        Self::NoVersionCheck,
        Self::LeasesIgnored,
        Self::HalfABatch,
        Self::WorkNotKept,
        Self::FailedIsKept,
        Self::AlertsForgottenOnRestart,
        Self::HoldersForgotten,
        Self::RunsTwice,
        Self::OldReads,
        Self::TimersNotMoved,
        Self::TwoIncidentsForOneAlert,
        Self::HeldForgotten,
    ];
}
