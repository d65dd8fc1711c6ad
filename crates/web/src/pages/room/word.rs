//! What a person is asked when a run waits for a word: what their press would mean, and the proof of what they saw.

use super::Room;
use crate::view::{Tag, effect_tag, runs_on};
use incident::words::{clock, duration};
use incident::{Moment, PersonId, Policy, Run, Sight};
use jiff::SignedDuration;
use playbook::Approval;

/// The question put to whoever looks.
pub(crate) struct Word {
    /// Whose words it takes.
    pub(crate) needs: &'static str,
    /// The first of two words, if it has been given.
    pub(crate) first: Option<String>,
    /// Where it would run, and whether anybody is there.
    pub(crate) runs_on: String,
    /// Why this person cannot give a word now.
    pub(crate) barred: Option<String>,
    /// What their word does.
    pub(crate) does: &'static str,
    /// On the button.
    pub(crate) button: &'static str,
    /// For how long this page's word counts.
    pub(crate) counts_for: String,
    /// The proof of what they saw.
    pub(crate) seen: String,
    /// The exact command that would try it without doing it.
    pub(crate) dry: Option<Dry>,
}

/// A way to try a command without doing it.
pub(crate) struct Dry {
    pub(crate) source: String,
    pub(crate) effect: Tag,
    pub(crate) reason: String,
    /// Whether it needs a person's word itself.
    pub(crate) needs_word: bool,
}

impl Dry {
    fn of(policy: &Policy, run: &Run) -> Option<Self> {
        let dry = playbook::dry_run(&run.request.source)?;
        Some(Self {
            source: dry.source,
            effect: effect_tag(dry.effect),
            reason: dry.reason,
            needs_word: policy.approval(dry.effect) == Approval::Needed,
        })
    }
}

impl Word {
    /// For whoever looks at this room.
    pub(super) fn of(room: &Room<'_>, number: u32) -> Option<Self> {
        let run = room.incident.run(number)?;
        let me = PersonId(room.frame.person.clone());
        let policy = &room.incident.plan.policy;
        let two = policy.needs_two(run.request.effect);
        let seen = room.frame.sights.token(&Sight::of(room.incident, number, room.frame.now)?, &me);
        let first = run.first_word.as_ref().filter(|_| two);
        let silences = incident::Silences::none();
        let now = Moment { at: room.frame.now, roster: room.roster, silences: &silences };
        let (does, button) = match (two, first) {
            (true, None) => (
                "the first of two words. Nothing runs until another person gives theirs.",
                "Give the first word",
            ),
            (true, Some(_)) => ("the second word. With it the command runs at once.", "Run exactly this"),
            (false, _) => ("your word for this command. It runs at once.", "Run exactly this"),
        };
        let barred = match first {
            _ if two && room.roster.person(&me).is_none() => {
                Some("Two people of the roster must give their word, and you are not in it.".to_owned())
            }
            Some(first) if first.by.person() == Some(&me) => {
                Some("You gave the first word; the second must be another person’s.".to_owned())
            }
            Some(_) if !policy.may_confirm(&me, &now) => {
                let roles = policy.second_word_roles.join(", ");
                Some(format!("The second word is for whoever holds {roles}, and you do not."))
            }
            Some(_) | None => None,
        };
        Some(Self {
            needs: if two { "the words of two people" } else { "a named person’s word" },
            first: first.map(|first| {
                let (at, until) = (clock(first.at), clock(first.until));
                format!("{} gave the first word at {at}; it counts until {until}.", first.by)
            }),
            runs_on: runs_on(&run.request.place, room.agents, room.frame.now),
            barred,
            does,
            button,
            counts_for: duration(SignedDuration::from_mins(i64::from(policy.approval_shown_min))),
            seen,
            dry: Dry::of(policy, run),
        })
    }
}
