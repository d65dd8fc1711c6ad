//! The one line that says what came of a form, carried through the redirect as a short word, never as text.

use axum::response::{IntoResponse, Redirect, Response};
use incident::IncidentId;

/// What came of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Acknowledged.
    Acknowledged,
    /// Passed on.
    Declined,
    /// Given back.
    GivenBack,
    /// Taken over.
    TakenOver,
    /// Somebody is asked to take it.
    HandOverAsked,
    /// No reminder for a while.
    Snoozed,
    /// Somebody is asked to help.
    HelpAsked,
    /// Severity set.
    Severity,
    /// Ticked or unticked.
    Ticked,
    /// Noted.
    Noted,
    /// Another runbook.
    Runbook,
    /// A run asked for, and begun.
    Begun,
    /// A run asked for, which waits.
    Proposed,
    /// The word given.
    Approved,
    /// The first of two words given.
    FirstWord,
    /// The word refused.
    Rejected,
    /// A run stopped.
    Stopped,
    /// A step marked.
    Marked,
    /// People told.
    Told,
    /// A role taken.
    Role,
    /// Over.
    Resolved,
    /// Not over.
    Reopened,
    /// An action item added.
    Item,
    /// An action item done.
    ItemDone,
    /// A postmortem kept.
    Saved,
    /// An incident reported.
    Reported,
    /// A silence made.
    Silenced,
    /// A silence ended.
    SilenceEnded,
    /// Somebody takes a stretch of a schedule.
    Overridden,
    /// Two people exchange shifts.
    Swapped,
    /// The schedules have it as before.
    OverrideEnded,
}

impl Said {
    const ALL: [Self; 31] = [
        Self::Acknowledged,
        Self::Declined,
        Self::GivenBack,
        Self::TakenOver,
        Self::HandOverAsked,
        Self::Snoozed,
        Self::HelpAsked,
        Self::Severity,
        Self::Ticked,
        Self::Noted,
        Self::Runbook,
        Self::Begun,
        Self::Proposed,
        Self::Approved,
        Self::FirstWord,
        Self::Rejected,
        Self::Stopped,
        Self::Marked,
        Self::Told,
        Self::Role,
        Self::Resolved,
        Self::Reopened,
        Self::Item,
        Self::ItemDone,
        Self::Saved,
        Self::Reported,
        Self::Silenced,
        Self::SilenceEnded,
        Self::Overridden,
        Self::Swapped,
        Self::OverrideEnded,
    ];

    /// The line for a short word; `None` for any other text.
    pub(crate) fn line(code: &str) -> Option<&'static str> {
        Self::ALL.into_iter().map(Self::words).find(|(known, _)| *known == code).map(|(_, line)| line)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Acknowledged => ("acknowledged", "You have it. Nobody else is woken."),
            Self::Declined => ("declined", "Passed on: the next level is woken now."),
            Self::GivenBack => ("given-back", "Given back: the escalation begins again."),
            Self::TakenOver => ("taken-over", "You have it now."),
            Self::HandOverAsked => ("hand-over", "They are paged. You have it until they take it."),
            Self::Snoozed => ("snoozed", "No reminder until then. You have it."),
            Self::HelpAsked => ("help", "They are paged. Their answer shows here."),
            Self::Severity => ("severity", "The severity is set."),
            Self::Ticked => ("ticked", "The checklist is kept."),
            Self::Noted => ("noted", "The note is on the timeline."),
            Self::Runbook => ("runbook", "The runbook is in use; what it can look up is asked for now."),
            Self::Begun => ("begun", "Asked for: it runs now."),
            Self::Proposed => ("proposed", "Laid out: nothing runs until a person gives their word for it."),
            Self::Approved => ("approved", "Your word is kept; the command runs now."),
            Self::FirstWord => (
                "first-word",
                "Your word is kept as the first of two; nothing runs until another person gives theirs.",
            ),
            Self::Rejected => ("rejected", "Refused; the command does not run."),
            Self::Stopped => ("stopped", "It is asked to end now, and ended by force if it does not."),
            Self::Marked => ("marked", "The step is marked."),
            Self::Told => ("told", "The update is posted."),
            Self::Role => ("role", "The role is yours."),
            Self::Resolved => ("resolved", "Resolved."),
            Self::Reopened => ("reopened", "Reopened: the escalation begins again."),
            Self::Item => ("item", "The action item is kept."),
            Self::ItemDone => ("item-done", "The action item is done."),
            Self::Saved => ("saved", "The postmortem is kept."),
            Self::Reported => ("reported", "The incident is open, and people are being woken."),
            Self::Silenced => ("silenced", "Kept: such alerts are held back. What is open stays open."),
            Self::SilenceEnded => {
                ("silence-ended", "Ended: what it held back and still fires opens its incident now.")
            }
            Self::Overridden => ("overridden", "Kept: whoever is woken next is looked up by it."),
            Self::Swapped => ("swapped", "Exchanged: whoever is woken next is looked up by it."),
            Self::OverrideEnded => ("override-ended", "Ended: the schedules have it as before."),
        }
    }
}

/// Back to an incident's room, at one of its parts, with the line that says what came of it.
pub(crate) fn back(incident: IncidentId, said: Said, part: &str) -> Response {
    Redirect::to(&format!("/incidents/{incident}?said={}#{part}", said.words().0)).into_response()
}

/// Back to another page, in the same way.
pub(crate) fn back_to(page: &str, said: Said, part: &str) -> Response {
    Redirect::to(&format!("{page}?said={}#{part}", said.words().0)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_words_are_said() {
        for said in Said::ALL {
            let (code, line) = said.words();
            assert_eq!(Said::line(code), Some(line));
        }
        assert_eq!(Said::line("<b>call this number</b>"), None);
    }
}
