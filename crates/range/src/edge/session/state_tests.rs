//! A session's states, repeats and alarms, event by event.

use super::*;
use crate::edge::faults;
use crate::edge::{Fitness, Version, settings};

fn version(fault: Option<&str>) -> Version {
    let whole = settings::whole();
    let values = match fault {
        Some(name) => faults::named(name).unwrap().put_into(whole),
        None => whole,
    };
    Version {
        number: 1,
        id: "v".to_owned(),
        created_ms: 0,
        author: String::new(),
        message: String::new(),
        fitness: Fitness::Good,
        settings: values,
    }
}

fn turn(version: &Version, now_ms: i64) -> Turn<'_> {
    Turn {
        settings: Settings::of(version),
        now_ms,
        cpu: Cpu::start(),
        notes: Vec::new(),
        frames: Vec::new(),
        alarms: Vec::new(),
    }
}

fn running() -> SessionAgent {
    let mut agent = SessionAgent::made("ses_1", "ada", "demo/small", 0);
    agent.kept.phase = Phase::Running;
    agent.kept.workplace = Some(Workplace {
        sandbox: "sb_1".to_owned(),
        agent_url: "http://127.0.0.1:1".to_owned(),
        agent_session: "oc_1".to_owned(),
    });
    agent
}

#[test]
fn a_prompt_is_answered_piece_by_piece_and_kept() {
    let version = version(None);
    let mut agent = running();
    let mut turn = turn(&version, 10);
    assert!(matches!(agent.prompt(&mut turn, "m1", "hello").unwrap(), Prompted::Taken(_)));
    for piece in ["one ", "two"] {
        agent.piece(&mut turn, "a1", piece).unwrap();
    }
    assert!(agent.is_busy());
    agent.answered(&mut turn, "a1").unwrap();
    let texts: Vec<_> = turn.frames.iter().map(|frame| frame["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["hello", "one ", "one two", "one two"]);
    assert_eq!(turn.frames.iter().filter(|frame| frame["done"] == true).count(), 2);
    assert_eq!(agent.messages.len(), 2);
    assert!(!agent.is_busy());
}

#[test]
fn a_message_of_the_same_id_is_taken_once() {
    let version = version(None);
    let mut agent = running();
    let mut turn = turn(&version, 10);
    agent.prompt(&mut turn, "m1", "hello").unwrap();
    assert_eq!(agent.prompt(&mut turn, "m1", "hello").unwrap(), Prompted::Repeat);
    assert_eq!(agent.messages.len(), 1);
    let mut woken =
        SessionAgent::woken(agent.kept.clone(), agent.messages.clone(), Settings::of(&version)).unwrap();
    assert_eq!(woken.prompt(&mut turn, "m1", "hello").unwrap(), Prompted::Repeat, "also after sleep");
}

#[test]
fn only_a_running_session_takes_prompts() {
    let version = version(None);
    for phase in [Phase::Idle, Phase::Starting, Phase::Paused, Phase::Error] {
        let mut agent = running();
        agent.kept.phase = phase;
        let mut turn = turn(&version, 10);
        assert_eq!(agent.prompt(&mut turn, "m1", "x").unwrap(), Prompted::NotNow(phase));
        assert!(agent.messages.is_empty());
    }
}

#[test]
fn activity_moves_the_one_alarm_or_adds_more_where_the_version_is_wrong() {
    for (fault, alarms) in [(None, vec![540_010]), (Some("alarms-twice"), vec![1, 540_010, 540_010])] {
        let version = version(fault);
        let mut agent = running();
        let mut turn = turn(&version, 10);
        turn.alarms = vec![1];
        agent.active(&mut turn).unwrap();
        assert_eq!(turn.alarms, alarms, "{fault:?}");
        assert!(turn.notes.iter().all(|note| note.contains("alarm set: pause ses_1 after 540000 ms")));
    }
}

#[test]
fn an_alarm_pauses_a_running_session_that_is_not_answering() {
    let version = version(None);
    let mut agent = running();
    let mut turn = turn(&version, 600_000);
    assert!(agent.alarm(&mut turn));
    agent.piece(&mut turn, "a1", "x").unwrap();
    assert!(!agent.alarm(&mut turn), "an answer is coming in");
    let mut paused = running();
    paused.kept.phase = Phase::Paused;
    assert!(!paused.alarm(&mut turn));
}

#[test]
fn ids_by_the_minute_make_the_second_answer_a_repeat() {
    let version = version(Some("duplicate-filter"));
    let mut agent = running();
    let mut turn = turn(&version, 120_000);
    for answer in ["a1", "a2"] {
        agent.piece(&mut turn, answer, "text").unwrap();
        agent.answered(&mut turn, answer).unwrap();
    }
    assert_eq!(agent.messages.len(), 1);
    assert!(turn.notes.iter().any(|note| note.contains("dropped as a repeat")), "{:?}", turn.notes);
    turn.now_ms = 180_000;
    agent.answered(&mut turn, "a3").unwrap();
    assert_eq!(agent.messages.len(), 2, "another minute, another id");
}

#[test]
fn a_shape_that_the_version_does_not_read_is_an_error_that_names_the_class() {
    let version = version(Some("actor-crashed"));
    let agent = running();
    let error = SessionAgent::woken(agent.kept, Vec::new(), Settings::of(&version)).unwrap_err();
    assert!(error.text.contains("SessionAgent") && error.text.contains("ses_1"), "{error:?}");
}

#[test]
fn rendering_everything_for_each_piece_uses_up_the_processor_time() {
    let version = version(Some("cpu-limit"));
    let mut agent = running();
    let mut turn = turn(&version, 10);
    agent.prompt(&mut turn, "m1", &"a long text & <more> ".repeat(500)).unwrap();
    let error = agent.piece(&mut turn, "a1", "x").unwrap_err();
    assert!(error.text.contains("CPU"), "{error:?}");
}
