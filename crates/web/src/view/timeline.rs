//! Every event in plain words, for the timeline of the incident room, the API and the terminal.

mod run;
mod telling;

use incident::{
    AckIntent, Acknowledging, Event, EventKind, Hold, Holding, Incident, Lapse, OpenedBy, Opening,
    PageDecision, PageFailure, Reaching, Resting, RestsFor, Severity, SeverityBasis, SilenceKind,
    StepOutcome, Taking, words,
};
use playbook::Answer;

/// The kind of an event, for filters and icons, and its plain words. `None` for what only the machine cares about.
#[must_use]
pub fn timeline_text(event: &Event, incident: &Incident) -> Option<(&'static str, String)> {
    match &event.kind {
        EventKind::Held(_)
        | EventKind::HeldPassed
        | EventKind::Opened(_)
        | EventKind::AlertFired { .. }
        | EventKind::AlertRepeated { .. }
        | EventKind::AlertResolved { .. }
        | EventKind::AlertsWatched { .. } => alert(event),
        EventKind::SeveritySet { .. }
        | EventKind::RunbooksMatched { .. }
        | EventKind::RunbookChosen { .. }
        | EventKind::RoleTaken(_)
        | EventKind::Ticked { .. }
        | EventKind::Unticked { .. }
        | EventKind::Noted { .. }
        | EventKind::StepMarked { .. } => work(event, incident),
        EventKind::LevelReached(_)
        | EventKind::EscalationRests(_)
        | EventKind::LevelUnreachable { .. }
        | EventKind::EscalationExhausted { .. }
        | EventKind::Unpaged { .. }
        | EventKind::EscalationStopped { .. }
        | EventKind::TicketFiled { .. }
        | EventKind::Acknowledged(_)
        | EventKind::Declined { .. }
        | EventKind::AcknowledgementExtended { .. }
        | EventKind::AcknowledgementReminded { .. }
        | EventKind::HandOverAsked { .. }
        | EventKind::HelpAsked { .. }
        | EventKind::Unacknowledged { .. } => escalation(event),
        EventKind::PageDecided { .. }
        | EventKind::PageDue { .. }
        | EventKind::PageAnswered { .. }
        | EventKind::PageDelivered { .. }
        | EventKind::PageFailed(_)
        | EventKind::PageRetried { .. }
        | EventKind::PageUncertain { .. }
        | EventKind::PageWithdrawn { .. } => page(event, incident),
        EventKind::RunRequested { .. }
        | EventKind::RunProposed { .. }
        | EventKind::RunFirstApproved { .. }
        | EventKind::RunFirstLapsed { .. }
        | EventKind::RunApproved { .. }
        | EventKind::RunPrepared { .. }
        | EventKind::RunHeld { .. }
        | EventKind::RunSkipped { .. }
        | EventKind::RunRejected { .. }
        | EventKind::RunStopAsked { .. }
        | EventKind::RunStarted { .. }
        | EventKind::RunEnded { .. }
        | EventKind::RunLost { .. } => run::told(event, incident),
        EventKind::UpdatePosted { .. }
        | EventKind::UpdateDue { .. }
        | EventKind::UpdateReminded { .. }
        | EventKind::UpdateMissed { .. }
        | EventKind::RecoveryStarted { .. }
        | EventKind::RecoveryBroken { .. }
        | EventKind::RecoveryHeld
        | EventKind::Resolved { .. }
        | EventKind::Reopened { .. } => telling::tell(event),
        EventKind::PostmortemOwed { .. }
        | EventKind::PostmortemStageDue { .. }
        | EventKind::PostmortemSaved { .. }
        | EventKind::ActionItemAdded { .. }
        | EventKind::ActionItemCompleted { .. } => learn(event, incident),
    }
}

fn alert(event: &Event) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::Held(Holding { hold, .. }) => ("alert", held(hold)),
        EventKind::Opened(Opening { title, how: OpenedBy::Alert, .. }) => {
            ("opened", format!("opened by an alert: {title}"))
        }
        EventKind::Opened(Opening { title, how: OpenedBy::Report, .. }) => {
            ("opened", format!("reported: {title}"))
        }
        EventKind::AlertFired { alert } => {
            ("alert", format!("alert fires: {} ({})", alert.title, alert.key.source))
        }
        EventKind::AlertResolved { key, lapsed: Lapse::Told } => {
            ("alert", format!("alert over: {} says so of {}", key.source, key.key))
        }
        EventKind::AlertResolved { key, lapsed: Lapse::Silence } => {
            let (source, key) = (&key.source, &key.key);
            ("alert", format!("{source} fell silent about {key}: nobody says that it is over"))
        }
        _other => return None,
    };
    Some(words)
}

fn held(hold: &Hold) -> String {
    let what = match hold.kind {
        SilenceKind::Silence => "a silence",
        SilenceKind::Maintenance => "maintenance",
    };
    let (by, until) = (&hold.by, words::clock(hold.until));
    format!("held back until {until} by {what} of {by}: {} ({})", hold.reason, hold.silence)
}

fn work(event: &Event, incident: &Incident) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::SeveritySet { severity, basis } => ("severity", set_severity(severity, basis)),
        EventKind::RunbooksMatched { matches } => (
            "runbook",
            match matches.first() {
                Some(best) => {
                    format!("runbook {}: {}", runbook(incident, &best.runbook), best.reasons.join("; "))
                }
                None => "no runbook fits; choose one by hand".to_owned(),
            },
        ),
        EventKind::RunbookChosen { runbook: id } => {
            ("runbook", format!("took the runbook {}", runbook(incident, id)))
        }
        EventKind::RoleTaken(taking) => ("role", role_taken(taking)),
        EventKind::Ticked { phase, item, because: None } => {
            ("checklist", format!("ticked: {}", checklist_item(incident, *phase, *item)))
        }
        EventKind::Ticked { phase, item, because: Some(because) } => {
            ("checklist", format!("ticked: {} ({because})", checklist_item(incident, *phase, *item)))
        }
        EventKind::Unticked { phase, item } => {
            ("checklist", format!("took the tick back: {}", checklist_item(incident, *phase, *item)))
        }
        EventKind::Noted { text } => ("note", text.clone()),
        EventKind::StepMarked { step, outcome } => {
            ("step", format!("step {}: {}", step_title(incident, *step), step_outcome(*outcome)))
        }
        _other => return None,
    };
    Some(words)
}

fn escalation(event: &Event) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::EscalationRests(Resting { why, rests_for, .. }) => {
            let nobody = match rests_for {
                RestsFor::WorkingHours => "nobody",
                RestsFor::QuietHours => "nobody else",
            };
            ("escalation", format!("{nobody} is woken yet: {why}"))
        }
        EventKind::LevelReached(Reaching { level, target, rule, next_due, .. }) => {
            let next =
                next_due.map_or_else(String::new, |due| format!("; the next level at {}", words::clock(due)));
            ("escalation", format!("level {}: {target} ({rule}){next}", level + 1))
        }
        EventKind::LevelUnreachable { level, target, why } => {
            ("escalation", format!("level {}: {target} cannot be woken: {why}", level + 1))
        }
        EventKind::EscalationExhausted { round } => {
            ("unpaged", format!("everyone was woken {} time(s) and nobody answered", round + 1))
        }
        EventKind::Unpaged { why, .. } => ("unpaged", format!("NOBODY WAS WOKEN: {why}")),
        EventKind::EscalationStopped { reason } => {
            ("escalation", format!("nobody else is woken: {}", reason.words()))
        }
        EventKind::TicketFiled { text } => ("escalation", format!("nobody is woken; filed instead: {text}")),
        EventKind::Acknowledged(_)
        | EventKind::AcknowledgementExtended { .. }
        | EventKind::AcknowledgementReminded { .. }
        | EventKind::HandOverAsked { .. }
        | EventKind::HelpAsked { .. } => return holding(event),
        EventKind::Declined { .. } => ("acknowledge", "cannot take it; the next level is woken".to_owned()),
        EventKind::Unacknowledged { why } => ("acknowledge", format!("nobody has it any more: {why}")),
        _other => return None,
    };
    Some(words)
}

/// Who has it, and what they ask of others.
fn holding(event: &Event) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::Acknowledged(Acknowledging { intent, lapses_at, from, .. }) => {
            let how = ack_intent(*intent);
            let from = from.as_ref().map_or_else(String::new, |from| format!(", taken over from {from}"));
            format!("acknowledged: {how}{from}; lapses at {} without news", words::clock(*lapses_at))
        }
        // By itself it is no news to anybody.
        EventKind::AcknowledgementExtended { lapses_at, .. } if event.by.person().is_some() => {
            format!("needs no reminder for a while; lapses at {} without news", words::clock(*lapses_at))
        }
        EventKind::AcknowledgementReminded { lapses_at } => format!(
            "whoever has it is asked whether they still do; lapses at {} without an answer",
            words::clock(*lapses_at)
        ),
        EventKind::HandOverAsked { to, words } => {
            format!("wants to hand it over to {to}{}", after_colon(words))
        }
        EventKind::HelpAsked { target, words } => format!("asks {target} for help{}", after_colon(words)),
        _other => return None,
    };
    Some(("acknowledge", words))
}

fn after_colon(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { format!(": {}", text.trim()) }
}

fn page(event: &Event, incident: &Incident) -> Option<(&'static str, String)> {
    let about = |number: u32| {
        let page = incident.page(number);
        page.map_or_else(
            || format!("page {number}"),
            |page| format!("page {number} to {} by {}", page.responder, page.channel.name()),
        )
    };
    let words = match &event.kind {
        EventKind::PageDecided(PageDecision {
            page, responder, channel, rule, not_before, waits, ..
        }) => {
            let waits = waits.as_ref().map_or_else(String::new, |waits| format!(" ({waits})"));
            let when = not_before.map_or_else(String::new, |at| {
                format!(" at {}{waits}, unless somebody answers before", words::clock(at))
            });
            ("page", format!("page {page} to {responder} by {}{when}: {rule}", channel.name()))
        }
        EventKind::PageDue { page } => ("page", format!("{} goes out", about(*page))),
        EventKind::PageAnswered { page, intent } => {
            ("acknowledge", format!("answers {}: {}", about(*page), ack_intent(*intent)))
        }
        EventKind::PageDelivered { page, attempt: 1, .. } => ("page", format!("{} delivered", about(*page))),
        EventKind::PageDelivered { page, attempt, .. } => {
            ("page", format!("{} delivered at attempt {attempt}", about(*page)))
        }
        EventKind::PageFailed(PageFailure { page, attempt, error, retry_at: Some(at), .. }) => (
            "page-failed",
            format!("{}, attempt {attempt}: {error}; again at {}", about(*page), words::clock(*at)),
        ),
        EventKind::PageFailed(PageFailure { page, attempt, error, retry_at: None, .. }) => {
            ("page-failed", format!("{} given up at attempt {attempt}: {error}", about(*page)))
        }
        EventKind::PageRetried { page } => ("page", format!("{} is tried again", about(*page))),
        EventKind::PageUncertain { page } => (
            "page",
            format!(
                "the server stopped while {} was under way; sent again as a possible repeat",
                about(*page)
            ),
        ),
        EventKind::PageWithdrawn { page, reason } => {
            ("page", format!("{} withdrawn: {}", about(*page), reason.words()))
        }
        _other => return None,
    };
    Some(words)
}

fn role_taken(taking: &Taking) -> String {
    let Taking { role, person, from, words } = taking;
    let before = from.as_ref().map_or_else(String::new, |from| format!(", after {from}"));
    match words.is_empty() {
        true => format!("{person} is {role}{before}"),
        false => format!("{person} is {role}{before}: {words}"),
    }
}

fn learn(event: &Event, incident: &Incident) -> Option<(&'static str, String)> {
    let words = match &event.kind {
        EventKind::PostmortemOwed { obligation: None, .. } => {
            ("postmortem", "the playbook asks for no postmortem".to_owned())
        }
        EventKind::PostmortemOwed { obligation: Some(obligation), stages } => {
            let how = match obligation {
                playbook::Obligation::Required => "required",
                playbook::Obligation::Recommended => "recommended",
                playbook::Obligation::Optional => "optional",
            };
            let last = stages.last().map(|(name, due)| format!("; {name} by {}", words::date(*due)));
            ("postmortem", format!("postmortem {how}{}", last.unwrap_or_default()))
        }
        EventKind::PostmortemStageDue { stage } => {
            let stages = &incident.postmortem.stages;
            let name = usize::try_from(*stage).ok().and_then(|index| stages.get(index)).map(|(name, _)| name);
            ("postmortem", format!("the time for {} has passed", name.map_or("a stage", String::as_str)))
        }
        EventKind::PostmortemSaved { revision, .. } => {
            ("postmortem", format!("saved the postmortem, revision {revision}"))
        }
        EventKind::ActionItemAdded { title, owner, due, .. } => {
            let owner = owner.as_ref().map_or_else(|| "nobody yet".to_owned(), ToString::to_string);
            let due = due.map_or_else(|| "no date".to_owned(), |due| due.to_string());
            ("action-item", format!("action item: {title} ({owner}, {due})"))
        }
        EventKind::ActionItemCompleted { item } => {
            let found = usize::try_from(*item).ok().and_then(|index| incident.action_items.get(index));
            ("action-item", format!("done: {}", found.map_or("an action item", |item| item.title.as_str())))
        }
        _other => return None,
    };
    Some(words)
}

fn set_severity(severity: &Severity, basis: &SeverityBasis) -> String {
    match basis {
        SeverityBasis::Alert { word } => format!("severity {severity}: the alert says \"{word}\""),
        SeverityBasis::Unknown { word } if word.is_empty() => {
            format!("severity {severity}: the alert names none, so it wakes someone")
        }
        SeverityBasis::Unknown { word } => {
            format!(
                "severity {severity}: nobody has said what the alert's word \"{word}\" means, so it wakes someone"
            )
        }
        SeverityBasis::Report => format!("severity {severity}, as reported"),
        SeverityBasis::Tree { answers } => {
            let said = answers.iter().map(|(question, answer)| match answer {
                Answer::Yes => format!("{question} yes"),
                Answer::No => format!("{question} no"),
            });
            format!("severity {severity} by the decision tree: {}", said.collect::<Vec<_>>().join(", "))
        }
        SeverityBasis::Hand { reason } if reason.is_empty() => format!("severity {severity}"),
        SeverityBasis::Hand { reason } => format!("severity {severity}: {reason}"),
    }
}

/// What a responder meant, in words.
pub(crate) fn ack_intent(intent: AckIntent) -> String {
    match intent {
        AckIntent::OnIt => "on it".to_owned(),
        AckIntent::InMinutes(minutes) => format!("on it in {minutes} min"),
        AckIntent::Cannot => "cannot".to_owned(),
    }
}

const fn step_outcome(outcome: StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Done => "done",
        StepOutcome::FoundIt => "found the trouble here",
        StepOutcome::NotApplicable => "does not apply",
        StepOutcome::Failed => "tried, and did not work",
    }
}

fn runbook(incident: &Incident, id: &str) -> String {
    incident.plan.playbook.runbook(id).map_or_else(|| id.to_owned(), |runbook| runbook.title.clone())
}

fn step_title(incident: &Incident, number: u32) -> String {
    let steps = incident.runbook().map(|runbook| runbook.steps.as_slice()).unwrap_or_default();
    let step = steps.iter().find(|step| step.number == number);
    step.map_or_else(|| number.to_string(), |step| format!("{number} \"{}\"", step.title))
}

fn checklist_item(incident: &Incident, phase: u32, item: u32) -> String {
    let find = || {
        let checklist = incident.plan.playbook.checklist.as_ref()?;
        let phase = checklist.phases.get(usize::try_from(phase).ok()?)?;
        phase.items.get(usize::try_from(item).ok()?)
    };
    find().map_or_else(|| format!("item {} of phase {}", item + 1, phase + 1), |item| item.text.clone())
}
