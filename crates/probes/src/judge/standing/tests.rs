//! The machine by its promises, over every run of looks that chance can think of.

use super::*;
use crate::judge::{Measure, Share};
use proptest::prelude::*;

fn rules(fails: u32, of: u32, up_after: u32) -> Rules {
    Rules { down: Share::new(fails, of).unwrap(), up_after, windows: Vec::new() }
}

fn sample(second: usize, verdict: Verdict) -> Sample {
    let at = Timestamp::from_second(i64::try_from(second).unwrap()).unwrap();
    let reason = if verdict == Verdict::Pass { String::new() } else { format!("look {second}") };
    Sample { at, verdict, took_ms: 10, reason }
}

/// Every change, with the number of the look that made it.
fn run(judge: &mut Judge, verdicts: &[Verdict]) -> Vec<(usize, Change)> {
    let each = verdicts.iter().enumerate();
    each.filter_map(|(n, verdict)| Some((n, judge.take(&mut sample(n, *verdict))?))).collect()
}

fn states(rules: Rules, text: &str) -> Vec<(usize, ProbeState)> {
    let verdicts: Vec<Verdict> = text
        .chars()
        .map(|c| match c {
            '.' => Verdict::Pass,
            'x' => Verdict::Fail,
            _ => Verdict::Blind,
        })
        .collect();
    run(&mut Judge::new(rules), &verdicts).into_iter().map(|(n, change)| (n, change.to)).collect()
}

use ProbeState::{Down, Flapping, Up};

#[test]
fn down_after_three_in_a_row_and_up_after_two() {
    assert_eq!(states(rules(3, 3, 2), "..xx.........xxx..."), [(1, Up), (15, Down), (17, Up)]);
    assert_eq!(states(rules(1, 1, 1), ".x."), [(0, Up), (1, Down), (2, Up)]);
}

#[test]
fn a_share_needs_no_row_and_is_counted_anew_after_a_recovery() {
    assert_eq!(states(rules(3, 5, 2), ".....x.xx"), [(1, Up), (8, Down)]);
    assert_eq!(states(rules(3, 5, 2), "..xxx..x.."), [(1, Up), (4, Down), (6, Up)]);
}

#[test]
fn what_the_probe_could_not_see_is_told_and_changes_nothing() {
    let mut judge = Judge::new(rules(2, 2, 1));
    run(&mut judge, &[Verdict::Pass]);
    run(&mut judge, &[Verdict::Blind; 50]);
    assert_eq!(judge.standing().state, Up);
    assert_eq!(judge.standing().blind_reason, "look 49");
    assert_eq!(judge.standing().blind_since, Some(Timestamp::UNIX_EPOCH));
    run(&mut judge, &[Verdict::Pass]);
    assert_eq!(judge.standing().blind_since, None);
}

#[test]
fn what_is_wrong_began_with_the_first_failure_that_counts() {
    let mut judge = Judge::new(rules(3, 3, 2));
    let [p, x] = [Verdict::Pass, Verdict::Fail];
    run(&mut judge, &[p, p, x, p, x, x, x, x]);
    assert_eq!(judge.standing().failing_since, Some(Timestamp::from_second(4).unwrap()));
    assert_eq!(judge.standing().since, Some(Timestamp::from_second(6).unwrap()));
    assert_eq!(judge.standing().reason, "look 7");
    run(&mut judge, &[p, p]);
    assert_eq!((judge.standing().state, judge.standing().failing_since), (Up, None));
}

#[test]
fn to_and_fro_is_one_alert_with_one_end() {
    let text = format!("..{}{}", "x.".repeat(30), ".".repeat(25));
    let states = states(rules(3, 3, 2), &text);
    assert_eq!(states.iter().map(|(_, state)| *state).collect::<Vec<_>>(), [Up, Flapping, Up]);
}

#[test]
fn a_broken_window_counts_as_a_failure_and_says_which() {
    let over = SignedDuration::from_mins(5);
    let measure = Measure::PercentileAtMostMs { percentile: 95.0, ms: 5 };
    let mut judge = Judge::new(Rules { windows: vec![WindowRule { over, measure }], ..rules(2, 2, 2) });
    let mut last = sample(0, Verdict::Pass);
    for second in 0..7 {
        last = sample(second, Verdict::Pass);
        judge.take(&mut last);
    }
    assert_eq!((last.verdict, judge.standing().state), (Verdict::Breach, Down));
    assert!(judge.standing().reason.contains("P95 of 7 answers"), "{}", judge.standing().reason);
}

fn looks() -> impl Strategy<Value = Vec<Verdict>> {
    let verdict = prop_oneof![4 => Just(Verdict::Pass), 3 => Just(Verdict::Fail), 1 => Just(Verdict::Blind)];
    // Runs rather than single looks, so that outages and recoveries come about.
    let stretch = (verdict, 1_usize..12).prop_map(|(verdict, length)| vec![verdict; length]);
    prop::collection::vec(stretch, 0..40).prop_map(|stretches| stretches.concat())
}

fn some_rules() -> impl Strategy<Value = Rules> {
    (1_u32..12, 0_u32..12, 1_u32..30).prop_map(|(fails, more, up_after)| rules(fails, fails + more, up_after))
}

proptest! {
    #[test]
    fn an_alert_begins_and_ends_in_turn(rules in some_rules(), looks in looks()) {
        let mut alerting = false;
        for (_, change) in run(&mut Judge::new(rules), &looks) {
            prop_assert_eq!(change.from.is_alerting(), alerting);
            prop_assert_ne!(change.from, change.to);
            prop_assert!(change.to != ProbeState::Unknown);
            alerting = change.to.is_alerting();
        }
    }

    #[test]
    fn own_trouble_never_counts_for_or_against_a_target(rules in some_rules(), looks in looks()) {
        let seen: Vec<Verdict> = looks.iter().copied().filter(|look| *look != Verdict::Blind).collect();
        let (mut with, mut without) = (Judge::new(rules.clone()), Judge::new(rules));
        let told = |changes: Vec<(usize, Change)>| changes.into_iter().map(|(_, change)| change).collect::<Vec<_>>();
        prop_assert_eq!(told(run(&mut with, &looks)), told(run(&mut without, &seen)));
    }

    #[test]
    fn whatever_was_before_calm_ends_in_up_and_an_outage_in_down(rules in some_rules(), looks in looks()) {
        let long = [Verdict::Pass; 64];
        let mut calm = Judge::new(rules.clone());
        run(&mut calm, &looks);
        run(&mut calm, &long);
        prop_assert_eq!(calm.standing().state, Up);
        prop_assert_eq!(calm.standing().failing_since, None);
        let mut out = Judge::new(rules);
        run(&mut out, &looks);
        run(&mut out, &[Verdict::Fail; 64]);
        prop_assert_eq!(out.standing().state, Down);
        prop_assert!(out.standing().failing_since.is_some());
    }

    #[test]
    fn nobody_is_told_of_less_than_the_share(rules in some_rules(), looks in looks()) {
        let seen: Vec<Verdict> = looks.into_iter().filter(|look| *look != Verdict::Blind).collect();
        let down = rules.down;
        for (at, change) in run(&mut Judge::new(rules), &seen) {
            if change.to == Down && change.from != Flapping {
                let from = (at + 1).saturating_sub(down.of as usize);
                let fails = seen[from..=at].iter().filter(|look| **look == Verdict::Fail).count();
                prop_assert!(fails >= down.fails as usize);
                prop_assert_eq!(seen[at], Verdict::Fail);
            }
        }
    }

    #[test]
    fn a_row_without_flapping_is_exactly_what_the_rule_says(fails in 1_u32..6, up_after in 1_u32..6, looks in looks()) {
        let seen: Vec<Verdict> = looks.into_iter().filter(|look| *look != Verdict::Blind).collect();
        let (mut judge, mut held) = (Judge::new(rules(fails, fails, up_after)), ProbeState::Unknown);
        for (n, look) in seen.iter().enumerate() {
            judge.take(&mut sample(n, *look));
            let row = |of: Verdict| seen[..=n].iter().rev().take_while(|look| **look == of).count();
            if row(Verdict::Pass) >= up_after as usize {
                held = Up;
            } else if row(Verdict::Fail) >= fails as usize {
                held = Down;
            }
            let shown = judge.standing().state;
            prop_assert!(shown == held || shown == Flapping, "{:?} is not {:?}", shown, held);
        }
    }
}
