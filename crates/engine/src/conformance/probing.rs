//! What probes saw: looks, buckets and standings.

use super::sample::at;
use crate::ports::{
    Bins, Bucket, BucketWidth, ProbeHistory, ProbeRetention, ProbeState, ProbeWrite, Sample, Standing,
    Verdict,
};
use jiff::Timestamp;

/// Checks a history of probes. `make` gives a new, empty one each time.
///
/// # Panics
/// When the history breaks its contract.
pub fn probes(make: &mut dyn FnMut() -> Box<dyn ProbeHistory>) {
    let checks: [fn(&dyn ProbeHistory); 4] = [looks, buckets, standings, forgetting];
    for check in checks {
        check(&*make());
    }
}

fn look(n: u32, verdict: Verdict) -> Sample {
    let reason = if verdict == Verdict::Pass { String::new() } else { format!("look {n}: \"no\" — 'x'") };
    Sample { at: at(n), verdict, took_ms: n * 10, reason }
}

fn write(history: &dyn ProbeHistory, write: &ProbeWrite) {
    history.write(write).expect("write");
}

fn looks(history: &dyn ProbeHistory) {
    let samples =
        |probe: &str, from: u32, limit: u32| history.samples(probe, at(from), limit).expect("samples");
    assert_eq!(samples("a", 0, 10), [], "nothing was seen yet");
    let all = [Verdict::Pass, Verdict::Fail, Verdict::Breach, Verdict::Blind];
    let seen: Vec<Sample> = (1..).zip(all).map(|(n, verdict)| look(n, verdict)).collect();
    let mut rows: Vec<_> = seen.iter().map(|sample| ("a".to_owned(), sample.clone())).collect();
    rows.push(("b".to_owned(), look(2, Verdict::Pass)));
    write(history, &ProbeWrite { samples: rows.clone(), ..ProbeWrite::default() });
    assert_eq!(samples("a", 0, 10), seen, "as they were written, the oldest first");
    assert_eq!(samples("a", 0, 2), seen[2..], "the newest of them");
    assert_eq!(samples("a", 3, 10), seen[2..], "from a moment on, with it");
    assert_eq!(samples("b", 0, 10).len(), 1, "of one probe alone");
    assert_eq!(samples("a' OR 1=1 --", 0, 10), [], "a name is never part of the question itself");
    write(history, &ProbeWrite { samples: rows, ..ProbeWrite::default() });
    assert_eq!(samples("a", 0, 10).len(), 4, "the same look again is no second one");
}

fn bucket(at_s: i64, passes: u32) -> Bucket {
    let took = Bins::from([(0, 1), (1_121, u32::MAX)]);
    Bucket { at_s, passes, fails: 2, breaches: 3, blinds: 4, took }
}

fn buckets(history: &dyn ProbeHistory) {
    let put = |probe: &str, width, bucket| (probe.to_owned(), width, bucket);
    let rows = vec![
        put("a", BucketWidth::Minute, bucket(120, 1)),
        put("a", BucketWidth::Minute, bucket(60, 1)),
        put("a", BucketWidth::Hour, bucket(0, 9)),
        put("b", BucketWidth::Minute, bucket(60, 7)),
    ];
    write(history, &ProbeWrite { buckets: rows, ..ProbeWrite::default() });
    let again = vec![put("a", BucketWidth::Minute, bucket(120, 5))];
    write(history, &ProbeWrite { buckets: again, ..ProbeWrite::default() });
    let kept = |width, from_s| history.buckets("a", width, from_s).expect("buckets");
    assert_eq!(kept(BucketWidth::Minute, 0), [bucket(60, 1), bucket(120, 5)], "replaced, in order of time");
    assert_eq!(kept(BucketWidth::Minute, 120), [bucket(120, 5)], "from a moment on, with it");
    assert_eq!(kept(BucketWidth::Hour, 0), [bucket(0, 9)], "of one width alone");
}

fn standings(history: &dyn ProbeHistory) {
    let held = |state, reason: &str| Standing {
        state,
        since: Some(at(3)),
        reason: reason.to_owned(),
        ..Standing::default()
    };
    let (down, up) = (held(ProbeState::Down, "status 502"), held(ProbeState::Up, ""));
    let rows = vec![("b".to_owned(), down.clone()), ("a".to_owned(), down.clone())];
    write(history, &ProbeWrite { standings: rows, ..ProbeWrite::default() });
    write(history, &ProbeWrite { standings: vec![("b".to_owned(), up.clone())], ..ProbeWrite::default() });
    let kept = history.standings().expect("standings");
    assert_eq!(kept, [("a".to_owned(), down), ("b".to_owned(), up.clone())], "the last one of each");
    write(history, &ProbeWrite { gone: vec!["a".to_owned(), "c".to_owned()], ..ProbeWrite::default() });
    assert_eq!(history.standings().expect("standings"), [("b".to_owned(), up)], "one is gone");
}

fn forgetting(history: &dyn ProbeHistory) {
    let samples = (1..=5).map(|n| ("a".to_owned(), look(n, Verdict::Pass))).collect();
    let put = |width, at_s| ("a".to_owned(), width, bucket(at_s, 1));
    let buckets = vec![
        put(BucketWidth::Minute, 60),
        put(BucketWidth::Minute, 120),
        put(BucketWidth::Hour, 0),
        put(BucketWidth::Hour, 3_600),
    ];
    write(history, &ProbeWrite { samples, buckets, ..ProbeWrite::default() });
    let second = |second| Timestamp::from_second(second).expect("a moment");
    let before = ProbeRetention { samples: at(4), minutes: second(120), hours: second(1) };
    history.forget(before).expect("forget");
    assert_eq!(history.samples("a", at(0), 10).expect("samples").len(), 2, "looks from that moment on");
    let left = |width| history.buckets("a", width, 0).expect("buckets").len();
    assert_eq!((left(BucketWidth::Minute), left(BucketWidth::Hour)), (1, 1), "buckets likewise");
}
