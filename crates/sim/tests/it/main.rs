//! Stories in numbers, and the faults of ours that they must find.

use sim::{Fault, Mutant, Tally, Telling, tell};

/// How many stories every run of the tests tells; `cargo xtask sim` tells them by the hundred thousand.
const STORIES: u64 = 100;

/// Within how many stories each mutant must be found.
const FOUND_WITHIN: u64 = 1_000;

#[test]
fn stories_keep_every_promise_and_meet_every_fault() {
    let mut tally = Tally::default();
    for seed in 0..STORIES {
        let told = tell(seed, &Telling::default());
        if let Some((step, broken)) = told.broken {
            let told = tell(seed, &Telling { trace: true, ..Telling::default() });
            panic!("seed {seed}, step {step}: {broken:?}\n{}", told.trace.join("\n"));
        }
        tally.extend(&told.tally);
    }
    for fault in Fault::ALL {
        assert!(tally.of(fault) > 0, "{fault:?} never happened in {STORIES} stories");
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [1, 7, 42, 1_234] {
        let telling = Telling { trace: true, ..Telling::default() };
        let (first, second) = (tell(seed, &telling), tell(seed, &telling));
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!(first.fingerprint, second.fingerprint, "seed {seed}");
    }
    assert_ne!(tell(1, &Telling::default()).fingerprint, tell(2, &Telling::default()).fingerprint);
}

/// A story breaks a promise with this mutant. `near` is where one did, to begin there: it moves when stories change.
fn killed(mutant: Mutant, near: u64) {
    let telling = Telling { mutant: Some(mutant), ..Telling::default() };
    let seed = (near..FOUND_WITHIN).chain(0..near).find(|seed| tell(*seed, &telling).broken.is_some());
    let seed = seed.unwrap_or_else(|| panic!("{mutant:?} lives through {FOUND_WITHIN} stories"));
    // It is found again in the same way, and it is the mutant that breaks the promise.
    let (first, second) = (tell(seed, &telling).broken, tell(seed, &telling).broken);
    assert_eq!(first, second, "{mutant:?}");
    assert_eq!(tell(seed, &Telling::default()).broken, None, "seed {seed} breaks without the mutant");
}

macro_rules! mutants_are_killed {
    ($($name:ident: $mutant:ident near $near:literal,)*) => {
        $(
            #[test]
            fn $name() {
                killed(Mutant::$mutant, $near);
            }
        )*

        #[test]
        fn every_mutant_has_its_test() {
            assert_eq!(Mutant::ALL.to_vec(), [$(Mutant::$mutant),*]);
        }
    };
}

mutants_are_killed! {
    a_send_before_the_commit_is_found: SendBeforeCommit near 0,
    a_missing_check_of_the_epoch_is_found: NoEpochCheck near 0,
    timers_lost_on_a_restart_are_found: TimersLostOnRestart near 1,
    a_page_after_the_acknowledge_is_found: PageAfterAcknowledge near 1,
    a_missing_check_of_the_version_is_found: NoVersionCheck near 7,
    leases_that_are_ignored_are_found: LeasesIgnored near 126,
    half_a_batch_is_found: HalfABatch near 0,
    work_that_is_not_kept_is_found: WorkNotKept near 0,
    a_failed_commit_that_is_taken_for_kept_is_found: FailedIsKept near 6,
    alerts_forgotten_on_a_restart_are_found: AlertsForgottenOnRestart near 40,
    holders_of_alerts_that_are_forgotten_are_found: HoldersForgotten near 1,
    a_command_that_runs_twice_is_found: RunsTwice near 67,
    old_reads_are_found: OldReads near 0,
    timers_that_are_not_moved_are_found: TimersNotMoved near 0,
    two_incidents_for_one_alert_are_found: TwoIncidentsForOneAlert near 278,
    held_alerts_that_are_forgotten_are_found: HeldForgotten near 0,
}
