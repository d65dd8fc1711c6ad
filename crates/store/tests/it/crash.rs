//! A writer that is killed with SIGKILL at moments of chance, again and again on one file: whatever it had answered is
//! found, nothing is found in halves, and the file opens again at once.

use engine::conformance::sample;
use engine::ports::{Archive, Batch, Journal, TimerWrite};
use incident::TimerKey;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use store::Sqlite;

const FILE: &str = "EVENKEEL_STORE_CRASH_FILE";
const KILLS: u32 = 20;
/// Streams of one batch. Each stream has the same length whenever no batch is in halves.
const STREAMS: u32 = 8;

#[test]
fn whatever_was_answered_is_found_after_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evenkeel.db");
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut found, mut answered_in_all) = (0, 0);
    for kill in 1..=KILLS {
        // A linear congruential generator: every run kills after the same counts, if not at the same instants.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let answers_min = 1 + (chance >> 33) % 60;
        let more = Duration::from_micros((chance >> 40) % 3_000);
        let answered = answers_until_killed(&file, answers_min, more);
        assert!(answered >= answers_min, "kill {kill}: {answered} answers");
        let before = found;
        found = batches_found(&file);
        // One batch more may have been committed when its answer was cut off.
        let new = found - before;
        assert!((answered..=answered + 1).contains(&new), "kill {kill}: {answered} answered, {new} found");
        answered_in_all += answered;
    }
    println!("{KILLS} kills: {answered_in_all} batches of {STREAMS} answered, {found} found");
}

/// Starts a writer, kills it `more` after so many answers, and counts all answers that it gave.
fn answers_until_killed(file: &Path, answers_min: u64, more: Duration) -> u64 {
    let mut writer = start(file);
    let answers = BufReader::new(writer.stdout.take().expect("piped"));
    let (tell, told) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in answers.lines() {
            // The last line may be cut off; the harness prints lines of its own.
            if line.is_ok_and(|line| line.ends_with("answered.")) && tell.send(()).is_err() {
                return;
            }
        }
    });
    let mut answered = 0;
    while answered < answers_min {
        told.recv_timeout(Duration::from_secs(60)).expect("the writer goes on until it is killed");
        answered += 1;
    }
    // No race is hidden by this wait: it moves the kill to some instant inside of a commit.
    let (_never, wait) = mpsc::channel::<()>();
    assert!(wait.recv_timeout(more).is_err());
    writer.kill().expect("SIGKILL");
    writer.wait().expect("the writer is gone");
    reader.join().expect("the reader ends with the pipe");
    answered + u64::try_from(told.try_iter().count()).expect("few")
}

#[expect(clippy::disallowed_methods, reason = "the test kills a process, so it needs one of its own")]
fn start(file: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "crash::writer", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(FILE, file).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command.spawn().expect("this test again")
}

/// How many whole batches there are. Anything in halves fails.
fn batches_found(file: &Path) -> u64 {
    let sqlite = Sqlite::open(file).expect("the lock went with the process");
    let mut journal = sqlite.journal().expect("a journal");
    let timers = journal.timers().expect("timers");
    let lengths: Vec<_> = (1..=STREAMS)
        .map(|n| {
            let (_, events) = sqlite.archive().stream(sample::id(n)).expect("stream").expect("written");
            let due = timers.iter().find(|timer| timer.incident == sample::id(n)).expect("a timer").due;
            let length = u32::try_from(events.len()).expect("few");
            assert_eq!(due, sample::at(length), "the timer of incident {n} belongs to its last event");
            length
        })
        .collect();
    assert!(lengths.iter().all(|length| *length == lengths[0]), "a batch in halves: {lengths:?}");
    u64::from(lengths[0]) - 1
}

/// The writer: not a test of its own, but this binary started again by the test above.
#[test]
#[ignore = "started by whatever_was_answered_is_found_after_sigkill"]
fn writer() {
    #[expect(clippy::disallowed_methods, reason = "how this binary tells itself which file to write")]
    let Some(file) = std::env::var_os(FILE) else { return };
    let sqlite = Sqlite::open(Path::new(&file)).unwrap();
    let mut journal = sqlite.journal().unwrap();
    let mut length = u32::try_from(journal.events(sample::id(1)).unwrap().len()).unwrap();
    loop {
        let streams = (1..=STREAMS).map(|n| {
            let mut write = if length == 0 {
                sample::opening(n)
            } else {
                sample::notes(
                    n,
                    u64::from(length),
                    &["a line that is long enough to fill a page now and then"],
                )
            };
            let set = TimerKey::Update;
            let after = if length == 0 { 2 } else { length + 1 };
            write.timers = vec![TimerWrite::Set { key: set, due: sample::at(after) }];
            write
        });
        journal.commit(&Batch { streams: streams.collect() }).unwrap();
        length = if length == 0 { 2 } else { length + 1 };
        // Straight to the pipe, so that no buffer holds an answer back.
        writeln!(std::io::stdout().lock(), "answered.").unwrap();
    }
}
