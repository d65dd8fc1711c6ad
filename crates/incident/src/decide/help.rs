//! Pages that a person asks for: they wake somebody to help, whoever has the incident, and no level follows from them.

use super::page::{self, Reason};
use super::{Draft, whom};
use crate::command::AckIntent;
use crate::event::{EventKind, PagePurpose};
use crate::people::{Actor, PersonId, Responder};
use crate::refusal::Refusal;
use crate::state::{Page, PageState};
use crate::words::{clock, one_line};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

/// The most pages of one incident that people can ask for.
const ASKED_PAGES_MAX: usize = 200;

pub(super) fn ask(draft: &mut Draft<'_>, target: String, words: String) -> Result<(), Refusal> {
    draft.must_be_open()?;
    draft.must_be_person()?;
    let refuse = |why: String| Err(Refusal::NotNow { what: "ask for help", why });
    if let Some(why) = too_many(draft) {
        return refuse(why);
    }
    let holders = draft.now.roster.holders(&target, draft.now.at);
    let others = holders.into_iter().filter(|person| draft.by.person() != Some(&person.id));
    let others: Vec<Responder> = others.filter(|person| !person.contacts.is_empty()).cloned().collect();
    if others.is_empty() {
        return refuse(whom::unreachable_because(draft.now, &target));
    }
    let wanted: Vec<&Responder> =
        others.iter().filter(|person| asked_at(draft, &person.id).is_none()).collect();
    if let (true, Some(at)) = (wanted.is_empty(), others.iter().find_map(|one| asked_at(draft, &one.id))) {
        return refuse(format!("{target} was asked at {} and has not answered", clock(at)));
    }
    let rule = wish(&draft.by, "asks for your help", &words);
    draft.push(EventKind::HelpAsked { target, words });
    for person in wanted {
        wake(draft, person, PagePurpose::Help, &rule);
    }
    Ok(())
}

/// Why people can ask for no more pages of this incident, when they cannot.
pub(super) fn too_many(draft: &Draft<'_>) -> Option<String> {
    let asked = draft.incident.pages.iter().filter(|page| page.purpose.is_asked_for()).count();
    (asked >= ASKED_PAGES_MAX)
        .then(|| format!("{asked} pages have been asked for, and {ASKED_PAGES_MAX} is the limit"))
}

/// When a person was last asked for help, if that may still be answered.
fn asked_at(draft: &Draft<'_>, person: &PersonId) -> Option<Timestamp> {
    let open = |page: &&Page| {
        let lost = matches!(page.state, PageState::Failed { .. } | PageState::Withdrawn);
        page.purpose == PagePurpose::Help && page.responder == *person && page.answer.is_none() && !lost
    };
    draft.incident.pages.iter().rfind(open).map(|page| page.decided_at)
}

/// What a person wants of another, in one line.
pub(super) fn wish(by: &Actor, wants: &str, words: &str) -> String {
    match one_line(words) {
        words if words.is_empty() => format!("{by} {wants}"),
        words => format!("{by} {wants}: {words}"),
    }
}

/// Pages one person over all their ways, each at its time.
pub(super) fn wake(draft: &mut Draft<'_>, person: &Responder, purpose: PagePurpose, rule: &str) {
    let reason = Reason { level: 0, rule: String::from(rule), purpose };
    for contact in person.ways(draft.incident.urgency()) {
        let page = page::decided(draft, person.id.clone(), contact.clone(), &reason);
        draft.push(page);
    }
}

/// The page that an answer is about, when it asked for less than taking the incident: a helper says whether they come, and
/// whoever does not take what is handed to them changes nothing else.
pub(super) fn asked_for_less(draft: &Draft<'_>, page: Option<u32>, intent: AckIntent) -> Option<u32> {
    let number = page?;
    let page = draft.incident.page(number)?;
    let others = draft.incident.acknowledged.as_ref().is_some_and(|holder| holder.by != draft.by);
    let less = match page.purpose {
        PagePurpose::Help => others || intent == AckIntent::Cannot,
        PagePurpose::HandOver => others && intent == AckIntent::Cannot,
        PagePurpose::Update => true,
        PagePurpose::Escalation | PagePurpose::Reminder => false,
    };
    less.then_some(number)
}
