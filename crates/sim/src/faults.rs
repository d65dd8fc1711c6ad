//! What can go wrong in a story, by kind, and how often it did.

use std::collections::BTreeMap;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A node dies between two steps.
    Crash,
    /// A node dies in a commit, before anything is written.
    CrashBeforeCommit,
    /// A node dies in a commit, after everything is written and before it knows.
    CrashAfterCommit,
    /// A node dies while a page is handed over.
    CrashWhileCarrying,
    /// A node dies just after a command has begun.
    CrashWhileRunning,
    /// A node stands still and wakes late.
    Pause,
    /// A node's clock jumps forward.
    ClockForward,
    /// A node's clock jumps back.
    ClockBack,
    /// A commit fails.
    CommitFails,
    /// A commit is kept and its answer is lost.
    AnswerLost,
    /// Other nodes write between a node's reading and its commit.
    Met,
    /// The disk is full: nothing can be written.
    DiskFull,
    /// The database answers late.
    SlowDatabase,
    /// One node cannot reach the database.
    CutOff,
    /// A provider refuses a page.
    ProviderRefuses,
    /// A provider never answers.
    ProviderHangs,
    /// A provider says yes and does nothing.
    ProviderLies,
    /// A provider carries a page twice.
    ProviderDuplicates,
    /// A delivery about an alert comes twice.
    DuplicateDelivery,
    /// A delivery about an alert comes after a later one.
    LateDelivery,
    /// Nobody can be woken for a while.
    EmptyRoster,
    /// A command hangs until its limit.
    CommandHangs,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::Crash,
        Self::CrashBeforeCommit,
        Self::CrashAfterCommit,
        Self::CrashWhileCarrying,
        Self::CrashWhileRunning,
        Self::Pause,
        Self::ClockForward,
        Self::ClockBack,
        Self::CommitFails,
        Self::AnswerLost,
        Self::Met,
        Self::DiskFull,
        Self::SlowDatabase,
        Self::CutOff,
        Self::ProviderRefuses,
        Self::ProviderHangs,
        Self::ProviderLies,
        Self::ProviderDuplicates,
        Self::DuplicateDelivery,
        Self::LateDelivery,
        Self::EmptyRoster,
        Self::CommandHangs,
    ];
}

/// How often each kind was met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Fault, u64>);

impl Tally {
    /// Once more.
    pub(crate) fn add(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    /// Another story's as well.
    pub fn extend(&mut self, other: &Self) {
        for (fault, count) in &other.0 {
            *self.0.entry(*fault).or_default() += count;
        }
    }

    /// How often this kind was met.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0.get(&fault).copied().unwrap_or_default()
    }

    /// Of all kinds together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
