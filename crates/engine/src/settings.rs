//! What the team has set, as the engine sees it; swapped whole when the settings are read again.

use incident::{MadeOverride, Maintenance, Plan, Roster};
use playbook::{Matcher, RunbookMatch, Signal};
use std::sync::Arc;

/// The plan for new incidents and who holds which role now.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The plan that new incidents pin.
    pub plan: Arc<Plan>,
    /// Who can be woken, over what, and who holds which role, with the overrides that people made.
    pub roster: Arc<Roster>,
    /// The same as the settings alone have it.
    set: Arc<Roster>,
    /// The overrides that people made, in the order of their making.
    pub overrides: Arc<[MadeOverride]>,
    /// When alerts are held back again and again.
    pub windows: Arc<[Maintenance]>,
    /// The plan's runbooks, read once for all the alerts that come.
    matcher: Arc<Matcher>,
}

impl Settings {
    /// Of a plan and a roster.
    #[must_use]
    pub fn new(plan: Arc<Plan>, roster: Arc<Roster>) -> Self {
        let matcher = Arc::new(Matcher::new(&plan.playbook));
        let set = Arc::clone(&roster);
        Self { plan, roster, set, overrides: Arc::new([]), windows: Arc::new([]), matcher }
    }

    /// The same with windows of maintenance.
    #[must_use]
    pub fn with_windows(mut self, windows: Vec<Maintenance>) -> Self {
        self.windows = windows.into();
        self
    }

    /// The same with these overrides in place of those that it had.
    #[must_use]
    pub(crate) fn overridden(&self, made: &Arc<[MadeOverride]>) -> Self {
        let roster = if made.is_empty() {
            Arc::clone(&self.set)
        } else {
            Arc::new(Roster::clone(&self.set).with_made(made))
        };
        Self { roster, overrides: Arc::clone(made), ..self.clone() }
    }

    /// The plan's runbooks that fit a signal, best first.
    #[must_use]
    pub fn matches(&self, signal: &Signal<'_>) -> Vec<RunbookMatch> {
        self.matcher.matches(signal)
    }
}
