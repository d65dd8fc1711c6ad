//! Who has the incident, and what answers to pages mean for that.

use crate::command::AckIntent;
use crate::event::{Acknowledging, Event, EventKind, PagePurpose};
use crate::people::Actor;
use crate::state::{Acknowledgement, Incident, Page};

pub(super) fn of(incident: &mut Incident, event: &Event) {
    match &event.kind {
        EventKind::Acknowledged(Acknowledging { intent, page, lapses_at, remind_at, from: _ }) => {
            answer(incident, *page, &event.by, *intent);
            incident.first_acknowledged_at.get_or_insert(event.at);
            incident.acknowledged = Some(Acknowledgement {
                by: event.by.clone(),
                intent: *intent,
                at: event.at,
                lapses_at: *lapses_at,
                remind_at: *remind_at,
                news_at: event.at,
                handing_to: None,
                snoozed_until: None,
            });
        }
        EventKind::Declined { page } => {
            answer(incident, *page, &event.by, AckIntent::Cannot);
            answer(incident, None, &event.by, AckIntent::Cannot);
        }
        EventKind::AcknowledgementExtended { .. }
        | EventKind::AcknowledgementReminded { .. }
        | EventKind::HandOverAsked { .. } => held(incident.acknowledged.as_mut(), event),
        EventKind::PageAnswered { page, intent } => {
            answer(incident, Some(*page), &event.by, *intent);
            let offered = incident.page(*page).is_some_and(|page| page.purpose == PagePurpose::HandOver);
            let holder = incident.acknowledged.as_mut();
            let refused =
                |holder: &&mut Acknowledgement| offered && holder.handing_to.as_ref() == event.by.person();
            if let (AckIntent::Cannot, Some(holder)) = (intent, holder.filter(refused)) {
                holder.handing_to = None;
            }
        }
        EventKind::Unacknowledged { .. } => incident.acknowledged = None,
        _ => {}
    }
}

/// What happens while somebody has it.
fn held(holder: Option<&mut Acknowledgement>, event: &Event) {
    let Some(holder) = holder else { return };
    match &event.kind {
        EventKind::AcknowledgementExtended { lapses_at, remind_at } => {
            holder.lapses_at = *lapses_at;
            holder.remind_at = *remind_at;
            // Time passes by itself; only whoever has it says that it can wait.
            match event.by.person() {
                Some(_) => holder.snoozed_until = Some(*lapses_at),
                // What became worse waits no longer than whoever has it does.
                None => holder.snoozed_until = holder.snoozed_until.map(|until| until.min(*lapses_at)),
            }
        }
        EventKind::AcknowledgementReminded { lapses_at } => {
            holder.lapses_at = *lapses_at;
            holder.remind_at = None;
        }
        EventKind::HandOverAsked { to, .. } => holder.handing_to = Some(to.clone()),
        _ => {}
    }
}

/// Marks the page that was answered, or every open page of whoever answers from elsewhere or cannot at all.
fn answer(incident: &mut Incident, page: Option<u32>, by: &Actor, intent: AckIntent) {
    let of_person = |candidate: &Page| match page {
        Some(number) => candidate.number == number,
        // Whoever takes the incident has not said that they write the update.
        None => {
            by.person() == Some(&candidate.responder)
                && candidate.answer.is_none()
                && candidate.purpose != PagePurpose::Update
        }
    };
    for page in incident.pages.iter_mut().filter(|page| of_person(page)) {
        page.answer = Some(intent);
    }
}
