//! What is most likely at fault, told on the shipped playbook: what its looks print, and what is made of it.

use incident::{
    Actor, Diagnosis, Ending, Incident, IncidentId, PersonId, Plan, Run, RunReport, RunRequest, RunState,
    Status, StepOutcome, diagnose,
};
use jiff::{SignedDuration, Timestamp};
use playbook::{Playbook, compile};
use std::sync::{Arc, LazyLock};

static PLAYBOOK: LazyLock<Playbook> =
    LazyLock::new(|| compile(include_bytes!("../../../../playbooks/tabbi.md")));

fn opened() -> Timestamp {
    "2026-01-05T03:00:00Z".parse().expect("a valid time")
}

/// An incident of the runbook with that title, whose looks have printed this: part of the command, and its output.
fn incident(title: &str, printed: &[(&str, &str)]) -> Incident {
    let plan = Plan { playbook: PLAYBOOK.clone(), ..Plan::default() };
    let runbook = PLAYBOOK.runbooks.iter().find(|runbook| runbook.title.contains(title)).expect("a runbook");
    let mut incident = Incident::new(IncidentId::from_parts(1, 1), Arc::new(plan));
    incident.status = Status::Open;
    incident.opened_at = opened();
    incident.runbook = Some(runbook.id.clone());
    for (part, output) in printed {
        let places =
            runbook.steps.iter().flat_map(|step| step.commands.iter().map(move |command| (step, command)));
        let (step, command) =
            places.into_iter().find(|(_, command)| command.source.contains(part)).expect("a command");
        let at =
            step.commands.iter().position(|other| other == command).and_then(|at| u32::try_from(at).ok());
        let number = u32::try_from(incident.runs.len()).expect("few") + 1;
        incident.runs.push(Run {
            number,
            request: RunRequest {
                purpose: incident::Purpose::Step,
                place: incident::Place::Server,
                step: Some(step.number),
                command: at.expect("it is there"),
                title: command.title.clone().unwrap_or_else(|| step.title.clone()),
                source: command.source.clone(),
                effect: command.effect,
                effect_reason: String::new(),
            },
            asked_by: Actor::System,
            asked_at: opened(),
            offer: 1,
            waits_for_looks: false,
            first_word: None,
            stopped_by: None,
            approved_by: None,
            approved_at: None,
            state: RunState::Ended(RunReport {
                ending: Ending::Exited { code: 0 },
                duration_ms: 5,
                output: (*output).into(),
                output_bytes: output.len() as u64,
                masked: 0,
                not_held: Vec::new(),
            }),
            checks: Vec::new(),
            runbook: Some(runbook.id.clone()),
            began_at: Some(opened()),
            ended_at: Some(opened()),
        });
    }
    incident
}

fn diagnosed(title: &str, printed: &[(&str, &str)]) -> Diagnosis {
    diagnose(&incident(title, printed), opened())
}

#[track_caller]
fn first(title: &str, printed: &[(&str, &str)], cause: &str, branch: Option<u32>) {
    let found = diagnosed(title, printed);
    let best = found.causes.first().unwrap_or_else(|| panic!("nothing is suspected: {found:#?}"));
    assert!(best.name.contains(cause), "wanted {cause}: {:#?}", found.causes);
    assert_eq!(found.proposed_step, branch, "{:#?}", found.causes);
}

#[test]
fn a_deployment_just_before_leads_to_the_rollback_and_none_leads_away_from_it() {
    let before = "Created:     2026-01-05T02:56:10.000Z\nAuthor: deployer@example.test\n";
    first("5xx", &[("deployments list", before)], "a deployment came just before", Some(4));
    let long_ago = "Created:     2026-01-03T12:00:00.000Z\nAuthor: deployer@example.test\n";
    let found = diagnosed("5xx", &[("deployments list", long_ago)]);
    assert!(found.causes.first().is_some_and(|cause| cause.name.contains("no deployment")), "{found:#?}");
    let rolled =
        found.causes.iter().find(|cause| cause.name.contains("came just before")).expect("it is judged");
    assert!(rolled.score < 0, "{rolled:#?}");
}

#[test]
fn what_the_logs_say_of_a_named_cause_ranks_it() {
    let deployed = ("modal app list", "ap_1 coding-agent-sandbox deployed\n");
    let log = "modal app logs";
    let expired = "create_sandbox: clone failed: GitHub token expired for usr_1\n";
    first("Session Creation", &[deployed, (log, expired)], "GitHub tokens are not renewed", Some(7));
    let slow = "create_sandbox: time limit of 30 s reached: clone of demo/monorepo too large\n";
    first("Session Creation", &[deployed, (log, slow)], "lones run into their time limit", Some(5));
    let agent = "create_sandbox: container is up\nopencode health check failed: connection refused\n";
    first("Session Creation", &[deployed, (log, agent)], "OpenCode does not come up", None);
}

#[test]
fn a_step_whose_own_look_prints_trouble_is_the_likeliest() {
    let creation = |search: &'static str, line: &'static str, cause, step| {
        let made = ("--search create_sandbox", line);
        first("Session Creation", &[made, (search, line)], cause, Some(step));
    };
    creation(
        "\"clone of\"",
        "create_sandbox failed: clone of demo/small failed: timeout after 10000 ms\n",
        "lones run into their time limit",
        5,
    );
    creation(
        "\"agent is not healthy\"",
        "create_sandbox failed: agent is not healthy: no answer; it printed: agent.json is no JSON\n",
        "OpenCode does not come up",
        6,
    );
    creation(
        "\"image lock\"",
        "create_sandbox failed: timeout: not ready after 30000 ms, still waiting for the image lock\n",
        "container is stuck",
        4,
    );
    creation(
        "refresh failed",
        "[CONVEX A(github:accessToken)] [LOG] 'github: token refresh failed for ada: bad_refresh_token'\n",
        "GitHub tokens are not renewed",
        7,
    );
    creation(
        "TooManyWrites",
        "[CONVEX M(sessions:createSession)] Uncaught TooManyWrites: 3 writes in this minute, the limit is 2\n",
        "ackend refuses writes",
        8,
    );
    let messages = |search: &'static str, line: &'static str, cause, step| {
        first("Messages", &[("\"streaming\"", line), (search, line)], cause, Some(step));
    };
    messages(
        "as a repeat",
        "(log) streaming: message ses_1-2 dropped as a repeat\n",
        "dropped as repeats",
        3,
    );
    messages(
        "duplicate key",
        "'messages: duplicate key ses_1-user-2 of ses_1, msg_1 skipped'\n",
        "duplicates",
        4,
    );
    messages(
        "no worker",
        "Uncaught messages: no worker took the batch within 5000 ms, there are 0\n",
        "backend's sync stands still",
        5,
    );
    let ended = "(log) streaming: the answer in ses_1 was lost: the event stream ended before the answer\n";
    messages("stream ended", ended, "event stream ends too early", 6);
    messages("crashed", "sandbox: sandbox sb-1 of session ses_1 crashed: signal 6\n", "sandboxes crash", 7);
}

#[test]
fn a_limit_is_the_one_of_its_own_look() {
    let late = "create_sandbox: create_sandbox sb-1 downloaded its agent in 4012 ms\n";
    first("High Latency", &[("--search downloaded", late)], "only first requests are slow", Some(4));
    let soon = "create_sandbox: create_sandbox sb-1 downloaded its agent in 12 ms\n";
    assert_eq!(diagnosed("High Latency", &[("--search downloaded", soon)]).proposed_step, None);
    let elsewhere = diagnosed("High Latency", &[("queue is full", late)]);
    assert_eq!(elsewhere.proposed_step, None, "{elsewhere:#?}");
}

#[test]
fn what_was_found_stays_found_while_it_is_looked_at_again() {
    let before = "Created:     2026-01-05T02:56:10.000Z\n";
    let mut incident = incident("5xx", &[("deployments list", before)]);
    let mut again = incident.runs.first().expect("a look").clone();
    (again.number, again.state, again.ended_at) = (2, RunState::Ready, None);
    incident.runs.push(again);
    let found = diagnose(&incident, opened());
    assert_eq!((found.proposed_step, found.looking), (Some(4), 0), "{found:#?}");
}

#[test]
fn a_number_that_is_not_the_documents_leads_to_its_step() {
    let wrong = "alarm: auto-pause alarm set for 60000 ms, session ses_1\n";
    first("Auto-Pausing", &[("--search \"alarm\"", wrong)], "deployed timeout is wrong", Some(5));
    let right = "alarm: auto-pause alarm set for 540000 ms, session ses_1\n";
    let modal = "timeout: container of ses_1 reached the ceiling of 300 s, terminated by modal\n";
    let found = [("--search \"alarm\"", right), ("--search timeout", modal)];
    first("Auto-Pausing", &found, "the sandbox ended before our pause", Some(4));
}

#[test]
fn slow_services_are_told_by_their_own_times() {
    let printed = [("modal.run", "200 4.812s\n"), ("convex.site", "200 0.034s\n")];
    first("High Latency", &printed, "the sandbox service is slow", Some(5));
    let now_and_then = "200 0.034s\n200 2.781s\n200 0.030s\n200 0.029s\n200 0.031s\n";
    let printed = [("modal.run", "200 0.012s\n"), ("convex.site", now_and_then)];
    first("High Latency", &printed, "Time the services behind", None);
    let well = [("modal.run", "200 0.012s\n"), ("convex.site", "200 0.034s\n")];
    let found = diagnosed("High Latency", &well);
    assert_eq!(found.proposed_step, None, "{found:#?}");
}

#[test]
fn a_persons_finding_outweighs_what_was_printed_and_what_did_not_help_sinks() {
    let before = "Created:     2026-01-05T02:56:10.000Z\n";
    let mut incident = incident("5xx", &[("deployments list", before)]);
    let by = Actor::Person(PersonId("primary".to_owned()));
    incident.steps.insert(5, (StepOutcome::FoundIt, by.clone()));
    let found = diagnose(&incident, opened());
    assert_eq!(found.proposed_step, Some(5), "{found:#?}");
    incident.steps.insert(5, (StepOutcome::NotApplicable, by));
    assert_eq!(diagnose(&incident, opened()).proposed_step, Some(4));
    let rollback = incident.runbook().and_then(|runbook| runbook.steps.iter().find(|step| step.number == 4));
    let command = rollback.and_then(|step| step.commands.first()).expect("a command").clone();
    let mut run = incident.runs.first().expect("a look").clone();
    (run.number, run.request.step, run.request.source, run.request.effect) =
        (2, Some(4), command.source.clone(), command.effect);
    incident.runs.push(run);
    incident.alerts.insert(
        crate::world::alert("api", "critical", incident::AlertStatus::Firing).key,
        incident::AlertState {
            alert: crate::world::alert("api", "critical", incident::AlertStatus::Firing),
            status: incident::AlertStatus::Firing,
            count: 1,
            last_at: opened(),
            expires_at: None,
            silent: false,
        },
    );
    let soon = diagnose(&incident, opened() + SignedDuration::from_mins(1));
    assert_eq!(soon.proposed_step, Some(4), "a fix has its time: {soon:#?}");
    let later = diagnose(&incident, opened() + SignedDuration::from_mins(10));
    assert_ne!(later.proposed_step, Some(4), "{later:#?}");
}

#[test]
fn a_command_that_several_steps_have_is_proposed_wherever_it_was_laid_out() {
    let before = "Created:     2026-01-05T02:56:10.000Z\n";
    let mut incident = incident("WebSocket", &[("deployments list", before)]);
    let rollback =
        |step: &&playbook::Step| step.commands.iter().any(|one| one.source.contains("wrangler rollback"));
    let laid_out =
        incident.runbook().and_then(|runbook| runbook.steps.iter().find(rollback)).expect("a step");
    let command = laid_out.commands.iter().find(|one| one.source.contains("rollback")).expect("it").clone();
    let mut run = incident.runs.first().expect("a look").clone();
    (run.number, run.request.step, run.request.source, run.request.effect, run.state) =
        (9, Some(laid_out.number), command.source, command.effect, RunState::Proposed);
    incident.runs.push(run);
    let found = diagnose(&incident, opened());
    assert_eq!((found.proposed_step, found.proposed_runs), (Some(6), vec![9]));
}

#[test]
fn nothing_is_suspected_where_nothing_was_found_and_no_text_breaks_it() {
    assert_eq!(diagnosed("5xx", &[]), Diagnosis::default());
    let nasty = format!("{}\n\u{202e}error \u{0}{}\n", "error ".repeat(200_000), "\u{fe0f}".repeat(5_000));
    let found = diagnosed("5xx", &[("deployments list", &nasty)]);
    for evidence in found.causes.iter().flat_map(|cause| &cause.evidence) {
        assert!(evidence.quote.as_ref().is_none_or(|quote| quote.chars().count() <= 160), "{evidence:?}");
    }
}
