//! What a drill says to the terminal: where things are, and the score card beside earlier ones.

use crate::cli::DrillRun;
use crate::exit::Failure;
use crate::practice::{Narrator, Stack, Voice};
use crate::print;
use range::faults::Fault;
use web::drills::{DrillCard, DrillTimes, HandledBy, RepairedBy, spent};

/// Where everything is, before anything breaks.
pub(super) fn introduction(narrator: &Narrator, stack: &Stack, args: &DrillRun) -> Result<(), Failure> {
    narrator.say(&format!("The playbook: {}.", stack.title))?;
    narrator.say(&format!("Console: {}", stack.server.console_url))?;
    if args.hands_off {
        return narrator.hands_off();
    }
    narrator.seats(stack)?;
    narrator.say("Ctrl-C breaks the drill off.")
}

/// The score card, beside the best and the newest of the same drill.
pub(super) fn card(card: &DrillCard, earlier: &[DrillCard], voice: Voice) -> Result<(), Failure> {
    if voice == Voice::Silent {
        return print::json(card);
    }
    let same = |other: &&DrillCard| {
        other.drill == card.drill && other.playbook == card.playbook && other.by == card.by
    };
    let before = earlier.iter().rfind(same);
    print::line("")?;
    print::line(format!("Drill {}, handled by {}", card.drill, handled(card.by)))?;
    let mut rows = vec![vec![String::new(), "this time".to_owned(), "last time".to_owned()]];
    for (name, of) in STAGES {
        let last = before.map_or_else(String::new, |before| spent(of(&before.times)));
        rows.push(vec![name.to_owned(), spent(of(&card.times)), last]);
    }
    let judged = |name: &str, of: fn(&DrillCard) -> String| {
        vec![name.to_owned(), of(card), before.map_or_else(String::new, of)]
    };
    rows.push(judged("right runbook first", |card| card.runbook.word().to_owned()));
    rows.push(judged("right cause first", |card| card.cause.word().to_owned()));
    rows.push(judged("repaired by", |card| repaired(card.repaired_by).to_owned()));
    print::table(&rows)?;
    for (what, said) in [("runbook", &card.runbook.first), ("likeliest cause", &card.cause.first)] {
        print::line(format!("{what}: {}", if said.is_empty() { "none" } else { said }))?;
    }
    for fix in &card.fixes {
        print::line(format!("approved: {}", print::foreign(fix)))?;
    }
    Ok(())
}

/// What it was, once it is over: what nobody who handled it was told.
pub(super) fn fault(fault: &Fault, voice: Voice) -> Result<(), Failure> {
    if voice == Voice::Silent {
        return Ok(());
    }
    for (what, said) in [
        ("what was wrong", fault.cause),
        ("what it looks like", fault.seen),
        ("its runbook", fault.runbook),
        ("what repairs it", fault.repair),
    ] {
        print::line(format!("{what}: {said}"))?;
    }
    Ok(())
}

type Stage = (&'static str, fn(&DrillTimes) -> Option<u64>);

/// The stages of a card, each from the fault on.
const STAGES: [Stage; 7] = [
    ("detected", |times| times.detected),
    ("paged", |times| times.paged),
    ("acknowledged", |times| times.acknowledged),
    ("public told", |times| times.told),
    ("fix approved", |times| times.approved),
    ("fix run", |times| times.fixed),
    ("recovery verified", |times| times.verified),
];

fn handled(by: HandledBy) -> &'static str {
    match by {
        HandledBy::StandIn => "a stand-in",
        HandledBy::People => "people",
    }
}

fn repaired(by: RepairedBy) -> &'static str {
    match by {
        RepairedBy::Playbook => "the playbook",
        RepairedBy::Operator => "the service's operator, outside the playbook",
        RepairedBy::Nobody => "nobody",
    }
}
