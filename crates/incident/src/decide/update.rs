//! Promised updates. Whoever tells people is reminded before one is due; when it does not come they are paged, and each
//! time again one more person with them.

use super::page::{self, Reason};
use super::{Draft, escalate, rest, timer, whom};
use crate::command::AckIntent;
use crate::event::{EventKind, PagePurpose};
use crate::later::later;
use crate::people::{Contact, PersonId, Responder};
use crate::refusal::Refusal;
use crate::state::{Page, PageState};
use crate::words::clock;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

/// So often in a row people are paged for an update that does not come. After that the incident shows it, and nobody is woken
/// for words that nobody seems to want.
const MISSED_PAGES_MAX: usize = 3;

/// An update is soon due, or did not come.
pub(super) fn falls_due(draft: &mut Draft<'_>, due: Timestamp) -> Result<(), Refusal> {
    draft.must_be_open().map_err(|_| Refusal::Stale)?;
    timer::still(draft.incident.update_asked_at, due)?;
    let promised = draft.incident.update_due_at.ok_or(Refusal::Stale)?;
    if draft.now.at < promised && !draft.incident.update_reminded {
        draft.push_own(EventKind::UpdateReminded { due: promised });
        page_tellers(draft, 1, &format!("an update is promised for {}", clock(promised)));
        return Ok(());
    }
    let rhythm = draft.incident.plan.update_every(&draft.incident.severity());
    draft.push_own(EventKind::UpdateMissed { due: promised, next_due: later(draft.now.at, rhythm) });
    let asked = asked_in_vain(draft, promised);
    if asked < MISSED_PAGES_MAX {
        let why = format!("the update promised for {} did not come", clock(promised));
        page_tellers(draft, asked.saturating_add(1), &why);
    }
    Ok(())
}

/// How often people were asked since it was due. What passed while nobody was asked counts for nothing.
fn asked_in_vain(draft: &Draft<'_>, due: Timestamp) -> usize {
    let since = asked(draft).filter(|page| page.decided_at >= due);
    since.map(|page| page.decided_at).collect::<BTreeSet<_>>().len()
}

/// Somebody who was asked for an update cannot: the next one is asked at once, unless somebody else is asked already.
pub(super) fn declined(draft: &mut Draft<'_>) {
    let open = |page: &Page| match page.answer {
        Some(answer) => answer != AckIntent::Cannot,
        None => !matches!(page.state, PageState::Failed { .. } | PageState::Withdrawn),
    };
    if asked(draft).any(|page| draft.by.person() != Some(&page.responder) && open(page)) {
        return;
    }
    let who = draft.by.clone();
    page_tellers(draft, 1, &format!("an update is due, and {who} cannot write it"));
}

/// Pages the first so many who can tell people, unless that can wait.
fn page_tellers(draft: &mut Draft<'_>, many: usize, why: &str) {
    if can_wait(draft) {
        return;
    }
    let people: Vec<Responder> = tellers(draft).into_iter().take(many).collect();
    for person in people {
        let reason = Reason { level: 0, rule: String::from(why), purpose: PagePurpose::Update };
        for contact in person.ways(draft.incident.urgency()) {
            if !waits_already(draft, &person.id, contact) {
                let page = page::decided(draft, person.id.clone(), contact.clone(), &reason);
                draft.push_own(page);
            }
        }
    }
}

/// Whether nobody is to be paged for words: nobody has it, so that its pages ask for more than those; whoever has it has said that
/// it waits; the settings say so, or the severity wakes nobody, or nobody at this hour.
pub(super) fn can_wait(draft: &Draft<'_>) -> bool {
    let Some(holder) = &draft.incident.acknowledged else { return true };
    holder.snoozed_until.is_some_and(|until| draft.now.at < until)
        || rest::off_hours(draft).is_some()
        || draft.incident.plan.policy.update_reminder_min == 0
        || !escalate::wakes_somebody(&draft.incident)
}

/// Who tells people, the likeliest first: whoever has the role of communications, the lead, whoever has the incident, and
/// then the people of its path.
fn tellers(draft: &Draft<'_>) -> Vec<Responder> {
    let incident = &draft.incident;
    let holder = incident.acknowledged.as_ref().and_then(|held| held.by.person());
    let first = [incident.communications(), incident.lead(), holder];
    let mut order: Vec<PersonId> = first.into_iter().flatten().cloned().collect();
    order.extend(incident.path().levels.iter().flat_map(|level| whom::on(draft, level)));
    let mut found: Vec<Responder> = Vec::new();
    for id in order {
        let known = found.iter().any(|one| one.id == id) || cannot(draft, &id);
        let person = draft.now.roster.person(&id).filter(|person| !person.contacts.is_empty());
        if let (false, Some(person)) = (known, person) {
            found.push(person.clone());
        }
    }
    found
}

/// Whether somebody said that they cannot write the update that is due.
fn cannot(draft: &Draft<'_>, person: &PersonId) -> bool {
    asked(draft).any(|page| page.responder == *person && page.answer == Some(AckIntent::Cannot))
}

/// Whether somebody is told of it over that way at the end of their quiet hours: once is enough.
fn waits_already(draft: &Draft<'_>, person: &PersonId, contact: &Contact) -> bool {
    let waits = |page: &Page| page.responder == *person && page.is_kept() && page.is_over(contact);
    rest::quiet_until(draft, person).is_some() && asked(draft).any(waits)
}

/// The pages that asked for the update that is due.
fn asked<'a>(draft: &'a Draft<'_>) -> impl Iterator<Item = &'a Page> {
    let of = |page: &&Page| page.purpose == PagePurpose::Update && draft.incident.still_wants(page);
    draft.incident.pages.iter().filter(of)
}
