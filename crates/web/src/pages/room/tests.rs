//! The incident room rendered from samples with every ugly text.

use super::before::Before;
use super::{Room, RoomPage, Typed, Wish};
use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample, frame, settings};
use crate::view::{Frame, When};
use askama::Template;
use incident::{AckIntent, Audience, Command};

fn render(sample: &Sample, wish: &Wish, typed: &Typed) -> String {
    shown(sample, &frame(sample.now), (wish, typed))
}

/// As somebody else sees it.
fn drawn(sample: &Sample, frame: &Frame) -> String {
    shown(sample, frame, (&Wish::default(), &Typed::default()))
}

fn shown(sample: &Sample, frame: &Frame, (wish, typed): (&Wish, &Typed)) -> String {
    let room = Room {
        incident: &sample.incident,
        events: &sample.events,
        roster: &sample.settings.roster,
        frame,
        agents: &[],
        wish,
        typed,
    };
    let before = vec![Before {
        id: SCRIPT.to_owned(),
        title: RIGHT_TO_LEFT.to_owned(),
        why: "the same alert",
        ended: When::full(sample.now),
        took: "22 min".to_owned(),
        resolution: SCRIPT.to_owned(),
        changes: vec![SCRIPT.to_owned(), RIGHT_TO_LEFT.to_owned()],
        items_open: 2,
    }];
    RoomPage { before, ..room.page() }.render().expect("the room renders")
}

fn plain(sample: &Sample) -> String {
    render(sample, &Wish::default(), &Typed::default())
}

/// What every page must hold: texts stay texts, and nothing is written inline.
pub(crate) fn is_sound(html: &str) {
    assert!(!html.contains("<script>"), "a text became markup");
    assert!(!html.contains(" style="), "style stays in its file");
    assert!(!html.contains("javascript:"), "no link runs anything");
    assert_eq!(html.matches("<form").count(), html.matches("</form>").count());
    assert_eq!(html.matches("<details").count(), html.matches("</details>").count());
    assert_eq!(html.matches("<section").count(), html.matches("</section>").count());
    assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
    let posts = html.matches("method=\"post\"").count() - html.matches("action=\"/a/").count();
    assert_eq!(posts, html.matches("name=\"csrf\"").count(), "every form of ours carries its proof");
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None, "an id stands twice");
}

#[test]
fn every_title_stays_a_title() {
    for title in [SCRIPT, RIGHT_TO_LEFT, &"x".repeat(200), ""] {
        for sample in [Sample::new(title, "P0"), Sample::busy(title), Sample::over(title)] {
            let html = plain(&sample);
            is_sound(&html);
            assert!(html.len() < 100_000, "{} bytes", html.len());
        }
    }
}

#[test]
fn an_approval_shows_the_exact_command_and_takes_a_second_gesture() {
    let sample = Sample::busy("API returning 5xx errors");
    let waiting: Vec<_> =
        sample.incident.runs.iter().filter(|run| run.state == incident::RunState::Proposed).collect();
    assert!(!waiting.is_empty(), "the runbook has something to approve");
    let html = plain(&sample);
    for run in waiting {
        let at = html.find(&format!("/runs/{}/approve", run.number)).expect("it can be approved");
        let before = &html[..at];
        assert!(before.rfind("<summary>Approve…</summary>") > before.rfind("</details>"), "behind a gesture");
        let field = format!("name=\"source\" value=\"{}\"", run.request.source);
        assert!(html[at..].contains(&field), "the very text is sent: {field}");
    }
}

#[test]
fn what_a_sentence_only_mentions_is_offered_with_the_reason() {
    let text = "## Issue: Slow\n\n**Symptoms**:\n- Slow\n\n**Runbook**:\n\n1. **Look** at `kubectl get pods -n web`\n\
                2. **Then** run `kubectl top pods`\n";
    let mut sample = Sample::new("x", "P1");
    let mut plan = incident::Plan::clone(&sample.incident.plan);
    plan.playbook = playbook::compile(text.as_bytes());
    sample.incident.runbook = plan.playbook.runbooks.first().map(|runbook| runbook.id.clone());
    sample.incident.plan = plan.into();
    let html = plain(&sample);
    is_sound(&html);
    let (mentioned, told) = html.split_once("kubectl top pods").expect("both are shown");
    assert!(mentioned.contains("kubectl get pods -n web") && mentioned.contains("Offered, not begun"));
    assert!(!told.contains("Offered, not begun"));
}

#[test]
fn what_fell_silent_is_ended_by_one_press_and_not_called_over() {
    let mut sample = Sample::new("API returning 5xx errors", "P1");
    assert!(!plain(&sample).contains("nobody says that it is over"));
    for alert in sample.incident.alerts.values_mut() {
        (alert.status, alert.silent) = (incident::AlertStatus::Resolved, true);
    }
    let html = plain(&sample);
    is_sound(&html);
    let (_, said) = html.split_once("nobody says that it is over").expect("it is said");
    assert!(said.contains("/resolve\"") && said.contains("name=\"summary\" value=\"Its source fell silent"));
    assert!(html.contains("its source fell silent") && !html.contains("Recovery is watched"));
}

#[test]
fn an_update_begins_with_the_playbooks_words_and_lists_what_is_missing() {
    let sample = Sample::new("API returning 5xx errors", "P1");
    let html = plain(&sample);
    assert!(html.contains("Still to fill in"), "the first template has blanks that only people know");
    let free = render(&sample, &Wish { template: "none".to_owned(), ..Wish::default() }, &Typed::default());
    assert!(!free.contains("Still to fill in"));
}

#[test]
fn an_update_for_everyone_begins_without_what_is_internal() {
    let mut sample = Sample::new("db-7 is full", "P1");
    sample.person(Command::Acknowledge { intent: AckIntent::OnIt, page: None });
    let composed = |audience: &str| {
        let wish = Wish { template: "0".to_owned(), audience: audience.to_owned(), ..Wish::default() };
        let html = render(&sample, &wish, &Typed::default());
        let text = html.split("<textarea id=\"body\"").nth(1).expect("there is a text to write");
        text.split("</form>").next().expect("the form ends").to_owned()
    };
    let team = composed("internal");
    assert!(team.contains("INCIDENT: db-7 is full") && team.contains("@primary"), "{team}");
    let everyone = composed("public");
    assert!(!everyone.contains("db-7 is full") && !everyone.contains("@primary"), "{everyone}");
    assert!(everyone.contains("value=\"public\" checked"), "{everyone}");
}

#[test]
fn what_was_typed_survives_a_refusal() {
    let sample = Sample::new("x", "P1");
    let typed = Typed {
        note: Some(SCRIPT.to_owned()),
        body: Some("half a sentence".to_owned()),
        public_title: Some("Name".to_owned()),
        audience: Some(Audience::Public),
        ..Typed::default()
    };
    let html = render(&sample, &Wish::default(), &typed);
    is_sound(&html);
    assert!(html.contains("half a sentence") && html.contains("value=\"Name\""));
    assert!(html.contains("<details id=\"update\" data-key=\"u\" open>"));
    assert!(html.contains("value=\"public\" checked"), "the next try would go to the team alone");
}

#[test]
fn the_questions_lead_to_a_severity() {
    let sample = Sample::new("x", "P2");
    let first = render(&sample, &Wish { tree: "y".to_owned(), ..Wish::default() }, &Typed::default());
    assert!(first.contains("tree=y") || first.contains("That makes it"), "yes leads on");
    for tree in ["n", "ny", "nn", "nnn", "nnnn", "zz", "yyyyyyyyyy"] {
        is_sound(&render(&sample, &Wish { tree: tree.to_owned(), ..Wish::default() }, &Typed::default()));
    }
}

#[test]
fn unpaged_is_loud() {
    let sample = Sample::with(settings(&[]), "nobody there", "P1");
    let html = plain(&sample);
    is_sound(&html);
    assert!(html.contains("role=\"alert\"") && html.contains("UNPAGED"), "it stands out");
}

#[test]
fn what_waits_is_shown_with_until_when() {
    use incident::{EscalationPolicy, Hours, Level, PersonId, Policy, Urgency, Weekdays, Window};
    use jiff::civil::{Weekday, time};
    let days = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
    let days = days.fold(Weekdays::default(), Weekdays::with);
    let hours = |from, to| Hours {
        zone: jiff::tz::TimeZone::UTC,
        windows: vec![Window { days, from: time(from, 0, 0, 0), to: time(to, 0, 0, 0) }],
    };
    let levels = vec![Level { round_robin: true, ..Level::one("primary", 0) }];
    let ours = EscalationPolicy {
        name: SCRIPT.to_owned(),
        severities: Vec::new(),
        services: Vec::new(),
        levels,
        repeats_max: None,
    };
    let set = |in_working_hours: Vec<String>| {
        let policy = Policy {
            urgency: [("P2".to_owned(), Urgency::Low)].into(),
            in_working_hours,
            escalations: vec![ours.clone()],
            ..Policy::default()
        };
        let before = settings(&["primary"]);
        let plan = incident::Plan { policy, ..incident::Plan::clone(&before.plan) };
        let roster = incident::Roster::clone(&before.roster)
            .with_quiet_hours([(PersonId("primary".to_owned()), hours(22, 7))].into())
            .with_working_hours(Some(hours(9, 17)));
        engine::Settings::new(plan.into(), roster.into())
    };
    let quiet = plain(&Sample::with(set(Vec::new()), "slow", "P2"));
    is_sound(&quiet);
    assert!(quiet.contains("not yet: quiet hours until 07:00 UTC"), "{quiet}");
    assert!(quiet.contains("in turn: primary"), "{quiet}");
    let rests = plain(&Sample::with(set(vec!["P2".to_owned()]), "slow", "P2"));
    is_sound(&rests);
    assert!(rests.contains("P2 waits for working hours, from 09:00 UTC"), "{rests}");
    let urgent = plain(&Sample::with(set(vec!["P2".to_owned()]), "down", "P1"));
    assert!(!urgent.contains("not yet: ") && !urgent.contains("working hours"), "{urgent}");
}

#[test]
fn each_kind_of_line_is_shown_alone() {
    let mut sample = Sample::busy("API returning 5xx errors");
    sample.person(Command::Acknowledge { intent: AckIntent::InMinutes(10), page: None });
    let all = plain(&sample).matches("data-event").count();
    for kind in ["people", "alerts", "pages", "runs", "updates"] {
        let some = render(&sample, &Wish { kind: kind.to_owned(), ..Wish::default() }, &Typed::default());
        let count = some.matches("data-event").count();
        assert!(count > 0 && count < all, "{kind}: {count} of {all}");
    }
}

#[test]
fn what_is_likely_names_its_evidence_and_leads_to_a_step() {
    let mut sample = Sample::new("API returning 5xx errors", "P1");
    sample.person(Command::MarkStep { step: 4, outcome: incident::StepOutcome::FoundIt });
    let html = plain(&sample);
    is_sound(&html);
    assert!(html.contains("What is likely"), "{html}");
    assert!(html.contains("found the trouble here"), "the evidence is told");
    assert!(html.contains("href=\"#step-4\"><b>The playbook goes on at step 4</b>"), "the way out is a link");
    sample.person(Command::MarkStep { step: 4, outcome: incident::StepOutcome::NotApplicable });
    let html = plain(&sample);
    assert!(!html.contains("The playbook goes on at step"), "what was ruled out is not proposed");
}

/// The number of the first run that waits for a word.
fn waiting(sample: &Sample) -> u32 {
    let waits = |run: &&incident::Run| run.state == incident::RunState::Proposed;
    sample.incident.runs.iter().find(waits).expect("something waits").number
}

fn word(sample: &Sample, run: u32) -> Command {
    let sight = incident::Sight::of(&sample.incident, run, sample.now).expect("it is there");
    Command::ApproveRun { run, sight, sponsor: None }
}

#[test]
fn a_run_under_way_can_be_stopped_and_what_was_cut_off_is_in_doubt() {
    let mut sample = Sample::busy("API returning 5xx errors");
    let run = waiting(&sample);
    let approve = word(&sample, run);
    let report = |ending| incident::RunReport {
        ending,
        duration_ms: 900,
        output: "half of it".into(),
        output_bytes: 10,
        masked: 0,
        not_held: vec![format!("no Landlock: writes were not held {SCRIPT}"), "signals".to_owned()],
    };
    sample.person(approve).ask(incident::Actor::System, Command::RunStarted { run });
    let stop = format!("/runs/{run}/stop");
    let html = plain(&sample);
    is_sound(&html);
    assert!(html.contains(&stop) && !html.contains("<mark>in doubt</mark>"));
    sample.person(Command::StopRun { run });
    let html = plain(&sample);
    assert!(!html.contains(&stop) && html.contains("is being stopped, primary"));
    let ended = Command::RunEnded { run, report: report(incident::Ending::Stopped) };
    let html = plain(sample.ask(incident::Actor::System, ended));
    is_sound(&html);
    assert!(html.contains("stopped by primary") && html.contains("<mark>in doubt</mark>"));
    assert!(html.contains("IN DOUBT: nobody knows"), "the timeline says so");
    let beside = html.split(&format!("id=\"run-{run}\"")).nth(1).expect("the run is shown");
    let beside = beside.split("id=\"run-").next().unwrap_or_default();
    assert!(beside.contains("Not held on this system: no Landlock: writes were not held"), "{beside}");
    assert_eq!(html.matches("Not held on this system").count(), 1, "of the others everything was held");
}

/// What stands on the button of each command that can be asked for.
fn asks(html: &str) -> Vec<&str> {
    let buttons = html.split("/run\"><input").skip(1);
    let after = buttons.filter_map(|form| form.split_once("</form>").map(|(form, _)| form));
    let told = after.filter_map(|form| form.rsplit_once("</button>").map(|(form, _)| form));
    told.filter_map(|form| form.rsplit_once('>').map(|(_, words)| words)).collect()
}

#[test]
fn a_button_says_run_only_where_a_press_runs() {
    let mut sample = Sample::busy("API returning 5xx errors");
    let html = plain(&sample);
    assert!(asks(&html).contains(&"Run again"), "what looked can look again: {:?}", asks(&html));
    assert!(!html.contains("only look wait for a person"));
    let mut plan = incident::Plan::clone(&sample.incident.plan);
    plan.policy.looks_need_word = true;
    sample.incident.plan = plan.into();
    let html = plain(&sample);
    is_sound(&html);
    assert!(!asks(&html).is_empty() && asks(&html).iter().all(|words| words.starts_with("Propose")));
    assert!(html.contains("Commands that only look wait for a person’s word here, too."));
}

#[test]
fn two_people_are_asked_and_each_is_told_what_their_word_does() {
    let mut sample = Sample::busy("API returning 5xx errors");
    let run = waiting(&sample);
    let effect = sample.incident.run(run).expect("it is there").request.effect;
    let mut plan = incident::Plan::clone(&sample.incident.plan);
    plan.policy.two_person = vec![effect];
    sample.incident.plan = plan.into();
    let html = plain(&sample);
    is_sound(&html);
    assert!(html.contains("waits for the words of two people") && html.contains("Give the first word"));
    let approve = word(&sample, run);
    let mine = plain(sample.person(approve));
    is_sound(&mine);
    assert!(mine.contains("You gave the first word") && !mine.contains(&format!("/runs/{run}/approve")));
    let theirs = Frame { person: "secondary".to_owned(), ..frame(sample.now) };
    let html = drawn(&sample, &theirs);
    is_sound(&html);
    assert!(html.contains("primary gave the first word") && html.contains("give the second word"));
    let stranger = drawn(&sample, &Frame { person: "guest".to_owned(), ..frame(sample.now) });
    assert!(stranger.contains("you are not in it") && !stranger.contains(&format!("/runs/{run}/approve")));
}
