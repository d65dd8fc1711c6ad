//! From one person to another: taken over by whoever takes it, or handed over by whoever has it, who has it until then.

use super::{Draft, acknowledge, escalate, help};
use crate::command::AckIntent;
use crate::event::{EventKind, PagePurpose, StopReason};
use crate::people::PersonId;
use crate::refusal::Refusal;
use alloc::format;
use alloc::string::{String, ToString};

pub(super) fn take_over(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    let why = match &draft.incident.acknowledged {
        Some(holder) if holder.by != draft.by => {
            acknowledge::has_it(draft, AckIntent::OnIt, None);
            return Ok(());
        }
        Some(_) => "you have it",
        None => "nobody has it: acknowledge it",
    };
    Err(Refusal::NotNow { what: "take over", why: String::from(why) })
}

pub(super) fn hand_over(draft: &mut Draft<'_>, to: PersonId, words: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    must_have_it(draft, "hand over")?;
    let refuse = |why: String| Err(Refusal::NotNow { what: "hand over", why });
    let Some(person) = draft.now.roster.person(&to).cloned() else {
        return Err(Refusal::Unknown { what: "person", id: to.to_string() });
    };
    if draft.by.person() == Some(&to) {
        return refuse(String::from("you have it"));
    }
    if draft.incident.acknowledged.as_ref().is_some_and(|holder| holder.handing_to.as_ref() == Some(&to)) {
        return refuse(format!("{to} has been asked and has not answered"));
    }
    if person.contacts.is_empty() {
        return refuse(format!("{to} has no way to be reached"));
    }
    if let Some(why) = help::too_many(draft) {
        return refuse(why);
    }
    let rule = help::wish(&draft.by, "wants to hand it over to you", &words);
    draft.push(EventKind::HandOverAsked { to, words });
    // Whoever was asked before is not wanted any more.
    escalate::take_back(draft, &StopReason::OfferedToAnother);
    help::wake(draft, &person, PagePurpose::HandOver, &rule);
    Ok(())
}

/// Only whoever has it can do that with it.
pub(super) fn must_have_it(draft: &Draft<'_>, what: &'static str) -> Result<(), Refusal> {
    draft.must_be_person()?;
    let why = match &draft.incident.acknowledged {
        Some(holder) if holder.by == draft.by => return Ok(()),
        Some(holder) => format!("{} has it", holder.by),
        None => String::from("nobody has it"),
    };
    Err(Refusal::NotNow { what, why })
}
