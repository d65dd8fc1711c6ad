//! After the incident: the postmortem's text and what is to be done.

use super::{Draft, next_number};
use crate::event::EventKind;
use crate::people::PersonId;
use crate::refusal::Refusal;
use alloc::format;
use alloc::string::{String, ToString};
use jiff::civil::Date;

/// The longest postmortem, in bytes.
const POSTMORTEM_BYTES_MAX: usize = 256 * 1024;

pub(super) fn add_item(
    draft: &mut Draft<'_>,
    title: String,
    owner: Option<PersonId>,
    due: Option<Date>,
) -> Result<(), Refusal> {
    if title.trim().is_empty() {
        return Err(Refusal::Missing { what: String::from("what is to be done") });
    }
    if let Some(owner) = &owner {
        let unknown = || Refusal::Unknown { what: "person", id: owner.to_string() };
        draft.now.roster.person(owner).ok_or_else(unknown)?;
    }
    let item = next_number(&draft.incident.action_items) - 1;
    draft.push(EventKind::ActionItemAdded { item, title, owner, due });
    Ok(())
}

pub(super) fn complete_item(draft: &mut Draft<'_>, item: u32) -> Result<(), Refusal> {
    let at = usize::try_from(item).unwrap_or(usize::MAX);
    let unknown = || Refusal::Unknown { what: "action item", id: item.to_string() };
    let known = draft.incident.action_items.get(at).ok_or_else(unknown)?;
    if known.done_at.is_none() {
        draft.push(EventKind::ActionItemCompleted { item });
    }
    Ok(())
}

pub(super) fn save(draft: &mut Draft<'_>, text: String, revision: u32) -> Result<(), Refusal> {
    draft.must_be_person()?;
    let current = draft.incident.postmortem.revision;
    if revision != current {
        let why = format!("somebody saved revision {current} while you edited revision {revision}");
        return Err(Refusal::NotNow { what: "postmortem not saved", why });
    }
    if text.len() > POSTMORTEM_BYTES_MAX {
        let why = format!("{} bytes, the limit is {POSTMORTEM_BYTES_MAX}", text.len());
        return Err(Refusal::NotNow { what: "postmortem not saved", why });
    }
    draft.push(EventKind::PostmortemSaved { revision: current + 1, text });
    Ok(())
}
