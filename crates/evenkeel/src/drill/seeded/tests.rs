//! One seed, one transcript; another seed, another one; and what asks for the real time is found out.

use super::*;
use engine::ports::{Coming, PageMessage};
use incident::{Channel, PageOutcome};
use web::drills::RepairedBy;

fn piece(recording: &Recording, seed: u64) -> Piece<'_> {
    Piece { recording, fault: faults::named(&recording.drill).unwrap(), seed, surprise: false }
}

fn phones(scene: Arc<Scene>) -> Arc<dyn Courier> {
    Arc::new(Phones(scene))
}

fn own() -> Vec<Recording> {
    Recording::names().map(|name| Recording::of(name).unwrap().unwrap()).collect()
}

#[test]
fn one_seed_is_one_transcript_and_another_seed_is_another() {
    for recording in own() {
        let first = twice(piece(&recording, 7), &phones).unwrap();
        assert_eq!(first, twice(piece(&recording, 7), &phones).unwrap(), "{}", recording.drill);
        let other = twice(piece(&recording, 8), &phones).unwrap();
        assert_ne!(first.transcript, other.transcript, "{}", recording.drill);
        assert_ne!(first.card.times.acknowledged, other.card.times.acknowledged, "{}", recording.drill);
    }
}

#[test]
fn a_play_goes_the_whole_way_as_the_drill_did() {
    for recording in own() {
        for seed in 0..8 {
            let told = play(piece(&recording, seed), &phones).unwrap();
            let times = told.card.times;
            let stages = [times.detected, times.paged, times.acknowledged, times.told, times.verified];
            assert!(
                stages.iter().all(Option::is_some) && stages.is_sorted(),
                "{stages:?}\n{}",
                told.transcript
            );
            let by_operator = told.card.repaired_by == RepairedBy::Operator;
            assert_eq!(by_operator, recording.by_operator, "{} {seed}\n{}", recording.drill, told.transcript);
            assert!(told.transcript.contains("(stand-in)"), "{}", told.transcript);
        }
    }
}

#[test]
fn a_surprise_is_told_by_the_alert_alone() {
    for recording in own() {
        let told = play(Piece { surprise: true, ..piece(&recording, 3) }, &phones).unwrap().transcript;
        assert!(!told.contains(&recording.drill) && !told.contains("Something breaks"), "{told}");
        assert!(told.contains("An incident opens"), "{told}");
    }
}

#[test]
fn whoever_sleeps_past_the_next_level_has_it_woken() {
    let recordings = own();
    let recording = recordings.first().unwrap();
    let all: Vec<Told> = (0..40).map(|seed| play(piece(recording, seed), &phones).unwrap()).collect();
    let level_2 = |told: &&Told| told.transcript.contains("level 2: ");
    let (woken, not): (Vec<&Told>, Vec<&Told>) = all.iter().partition(level_2);
    assert!(!woken.is_empty() && woken.len() < not.len(), "{} of {}", woken.len(), all.len());
    let late = |told: &&Told| told.card.times.acknowledged.unwrap() > 1_800;
    assert!(woken.iter().all(late) && !not.iter().any(late));
}

/// A phone that is engaged at first, and says what time it really is then.
struct RealTime;

impl Courier for RealTime {
    fn channel(&self) -> Channel {
        Channel::Handset
    }

    #[expect(clippy::disallowed_methods, reason = "the fault that this test plants")]
    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        let error = format!("engaged at {:?}", std::time::Instant::now());
        let outcome = match message.attempt {
            1 => PageOutcome::TryAgain { error, after_s: None },
            _ => PageOutcome::Delivered { reference: String::new() },
        };
        Box::pin(async move { outcome })
    }
}

#[test]
fn a_use_of_the_real_time_is_found_out() {
    let recordings = own();
    let recording = recordings.first().unwrap();
    let failure = twice(piece(recording, 7), &|_| Arc::new(RealTime)).unwrap_err();
    let told = format!("{failure:?}");
    assert!(told.contains("asked for real time or real chance"), "{told}");
}

#[test]
fn a_recording_is_read_as_it_was_written_and_a_torn_one_says_where() {
    let recordings = own();
    let recording = recordings.first().unwrap();
    let text = recording.text().unwrap();
    assert_eq!(Recording::read(&text).as_ref(), Ok(recording));
    let torn: String = text.lines().take(3).chain(["{\"at\": 1}"]).map(|line| format!("{line}\n")).collect();
    assert!(Recording::read(&torn).unwrap_err().starts_with("line 4:"));
    assert!(Recording::read("").is_err());
}
