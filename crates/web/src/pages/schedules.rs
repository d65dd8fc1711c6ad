//! Schedules: who is on call now and next, whose shifts come, what people have otherwise, and the forms for that.

mod strip;

use crate::app::App;
use crate::auth::SignedIn;
use crate::calendar::names;
use crate::error::{PageProblem, Problem};
use crate::schedules::{self, Ahead, DAYS, Shown, Slot};
use crate::silences::Standing;
use crate::view::{Chrome, Frame, Nav, Tag, When, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use engine::Settings;
use incident::{OverrideKind, Roster, Take};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use strip::Week;

/// So many shifts of a schedule are listed.
const SHIFTS_MAX: usize = 60;
/// So many shifts are offered for a swap.
const OFFERED_MAX: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    said: String,
    /// Who is on call then, in each schedule's own zone; empty: nobody asked.
    #[serde(default)]
    at: String,
}

/// What somebody typed into one of the forms.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    pub(crate) schedule: String,
    pub(crate) person: String,
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) reason: String,
}

/// Schedules.
#[derive(Template)]
#[template(path = "schedules/page.html")]
pub(crate) struct SchedulesPage {
    pub(crate) chrome: Chrome,
    /// The time that was asked about, as it was typed.
    pub(crate) at: String,
    pub(crate) cards: Vec<Card>,
    pub(crate) made: Vec<Row>,
    /// Short name and name of everybody.
    pub(crate) people: Vec<(String, String)>,
    pub(crate) offered: Vec<Offered>,
    pub(crate) typed: Typed,
}

/// One schedule.
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) roles: String,
    /// Who is on call; empty: nobody.
    pub(crate) now: String,
    pub(crate) by: String,
    pub(crate) until: Option<When>,
    /// Who is next; empty: nobody.
    pub(crate) next: String,
    /// Who is on call at the instant that was asked for.
    pub(crate) then: Option<Then>,
    pub(crate) weeks: Vec<Week>,
    pub(crate) shifts: Vec<ShiftRow>,
    /// How many more there are.
    pub(crate) more: usize,
    pub(crate) gaps: usize,
}

/// Who is on call at an instant.
pub(crate) struct Then {
    pub(crate) at: When,
    /// Empty: nobody.
    pub(crate) who: String,
    pub(crate) by: String,
}

/// One shift.
pub(crate) struct ShiftRow {
    pub(crate) from: String,
    pub(crate) from_iso: String,
    pub(crate) until: String,
    pub(crate) until_iso: String,
    /// Empty: nobody.
    pub(crate) who: String,
    pub(crate) by: String,
    pub(crate) overridden: bool,
}

/// One override that was made.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) state: Tag,
    pub(crate) kind: &'static str,
    pub(crate) takes: Vec<TakeRow>,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) ended_by: Option<String>,
    pub(crate) can_end: bool,
}

/// Who has what by it.
pub(crate) struct TakeRow {
    pub(crate) who: String,
    pub(crate) schedule: String,
    pub(crate) from: When,
    pub(crate) until: When,
}

/// One shift that somebody may give away.
pub(crate) struct Offered {
    pub(crate) value: String,
    pub(crate) words: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Query(wish): Query<Wish>,
) -> Result<Response, PageProblem> {
    let mut page = page(&app, &who, Typed::default()).await?;
    page.chrome = page.chrome.saying(&wish.said);
    if !wish.at.is_empty() {
        let refused = page.look_at(&app.engine().settings(), &wish.at).err();
        page.chrome.refused = refused.map(|problem| problem.detail);
        page.at = wish.at;
    }
    html(&page)
}

/// The page again with everything that was typed, and with why it was refused.
pub(crate) async fn refused(
    app: &App,
    who: &SignedIn,
    typed: Typed,
    problem: Problem,
) -> Result<Response, PageProblem> {
    if problem.status.is_server_error() {
        return Err(problem.into());
    }
    let mut page = page(app, who, typed).await?;
    page.chrome.refused = Some(problem.detail);
    Ok((problem.status, html(&page)?).into_response())
}

impl SchedulesPage {
    /// Adds to each schedule who is on call at that time in its zone.
    fn look_at(&mut self, settings: &Settings, text: &str) -> Result<(), Problem> {
        for card in &mut self.cards {
            let Some(schedule) = settings.roster.schedule(&card.id) else { continue };
            let Some(at) = schedules::typed_time(text, &schedule.zone)? else { continue };
            let (people, entry) = schedule.on_call(at);
            let (who, by) = (names(&settings.roster, &people), schedule.told_with_reason(entry));
            card.then = Some(Then { at: When::full(at), who, by });
        }
        Ok(())
    }
}

async fn page(app: &App, who: &SignedIn, typed: Typed) -> Result<SchedulesPage, PageProblem> {
    let shown = schedules::made(app).await?;
    let frame = Frame::new(app, who);
    Ok(made_of(&frame, &app.engine().settings(), shown, typed))
}

/// The page of these.
pub(crate) fn made_of(frame: &Frame, settings: &Settings, shown: Vec<Shown>, typed: Typed) -> SchedulesPage {
    let roster = &settings.roster;
    let all: Vec<(&TimeZone, Ahead)> = roster
        .schedules()
        .map(|schedule| (&schedule.zone, schedules::ahead(settings, schedule, frame.now, DAYS)))
        .collect();
    let offered = all.iter().flat_map(|(zone, ahead)| offers(roster, zone, ahead));
    SchedulesPage {
        chrome: frame.chrome("Schedules", Nav::Schedules, "/schedules"),
        at: String::new(),
        offered: offered.take(OFFERED_MAX).collect(),
        cards: all.iter().map(|(zone, ahead)| card(roster, zone, ahead, frame.now)).collect(),
        made: shown.into_iter().map(|shown| row(roster, shown)).collect(),
        people: roster.people().map(|person| (person.id.0.clone(), person.name.clone())).collect(),
        typed,
    }
}

fn card(roster: &Roster, zone: &TimeZone, ahead: &Ahead, now: Timestamp) -> Card {
    let Ahead { one, shifts } = ahead;
    Card {
        id: one.id.clone(),
        zone: one.zone.clone(),
        roles: one.roles.join(", "),
        now: names(roster, &one.on_call),
        by: one.by.clone(),
        until: one.until.map(When::full),
        next: names(roster, &one.next),
        then: None,
        weeks: strip::weeks(roster, zone, shifts, now),
        shifts: shifts.iter().take(SHIFTS_MAX).map(|slot| shift(roster, zone, slot)).collect(),
        more: shifts.len().saturating_sub(SHIFTS_MAX),
        gaps: shifts.iter().filter(|slot| slot.people.is_empty()).count(),
    }
}

fn shift(roster: &Roster, zone: &TimeZone, slot: &Slot) -> ShiftRow {
    ShiftRow {
        from: civil(slot.from, zone),
        from_iso: slot.from.to_string(),
        until: civil(slot.until, zone),
        until_iso: slot.until.to_string(),
        who: names(roster, &slot.people),
        by: slot.by.clone(),
        overridden: slot.overridden,
    }
}

fn civil(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%a %-d %b %H:%M").to_string()
}

/// Every person of every shift.
fn offers<'a>(
    roster: &'a Roster,
    zone: &'a TimeZone,
    ahead: &'a Ahead,
) -> impl Iterator<Item = Offered> + 'a {
    ahead.shifts.iter().flat_map(move |slot| {
        slot.people.iter().map(move |person| Offered {
            value: format!("{} {person} {}", slot.from, ahead.one.id),
            words: format!(
                "{}: {}, {} to {}",
                names(roster, core::slice::from_ref(person)),
                ahead.one.id,
                civil(slot.from, zone),
                civil(slot.until, zone)
            ),
        })
    })
}

fn row(roster: &Roster, shown: Shown) -> Row {
    let made = shown.made;
    let state = match shown.state {
        Standing::Active => Tag::info("holds"),
        Standing::Waiting => Tag::plain("begins later"),
        Standing::Over => Tag::plain("over"),
    };
    let take = |take: &Take| TakeRow {
        who: names(roster, &take.people),
        schedule: take.schedule.clone(),
        from: When::full(take.from),
        until: When::full(take.until),
    };
    Row {
        id: made.id.to_string(),
        state,
        kind: match made.kind {
            OverrideKind::Override => "Override",
            OverrideKind::Swap => "Swap",
        },
        takes: made.takes.iter().map(take).collect(),
        reason: made.reason.clone(),
        by: made.made_by.to_string(),
        ended_by: made.ended.as_ref().map(|ended| ended.by.to_string()),
        can_end: shown.state != Standing::Over,
    }
}

#[cfg(test)]
mod tests;
