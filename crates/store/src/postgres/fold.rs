//! A batch as the columns of each table: what several writes to one stream come to in the end.
//!
//! Pure. Writes of work and timers are applied in order; what they come to is asked of the database once a row.

use super::parameters::{
    Parameter, many_bytes, maybe_numbers, maybe_texts, number, numbers, storable, text, texts,
};
use crate::rows;
use engine::ports::{Batch, JournalError, KeyClaim, Lease, StreamWrite, TimerWrite, WorkWrite};
use incident::{AlertKey, IncidentId, TimerKey, Work};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a batch comes to.
#[derive(Default)]
pub(super) struct Folded<'a> {
    streams: BTreeMap<String, Stream<'a>>,
    events: Vec<(String, i64, i64, String)>,
    keys: BTreeMap<Vec<u8>, (String, Option<String>)>,
}

struct Stream<'a> {
    id: IncidentId,
    expected: u64,
    version: u64,
    first: &'a StreamWrite,
    last: &'a StreamWrite,
    keys: Vec<AlertKey>,
    work: BTreeMap<Work, Doing>,
    timers: BTreeMap<TimerKey, Due>,
}

/// What a row of work comes to.
#[derive(Default)]
struct Doing {
    /// The lease under which it must stand before, and what the write that needs it expected.
    stands: Option<(Lease, u64)>,
    then: Then,
}

#[derive(Default)]
enum Then {
    /// As it was.
    #[default]
    AsItWas,
    Gone,
    Held(Lease),
}

/// What a timer comes to.
enum Due {
    /// Gone if it is due at one of these times.
    Taken(Vec<i64>),
    Gone,
    At(i64),
}

/// What the others read of a change: incident, version, whether it stands unpaged, the keys that it took.
pub(super) type Told = (IncidentId, u64, bool, Vec<AlertKey>);

impl<'a> Folded<'a> {
    pub(super) fn new(batch: &'a Batch) -> Result<Self, JournalError> {
        let mut folded = Self::default();
        for write in &batch.streams {
            folded.add(write)?;
        }
        Ok(folded)
    }

    fn add(&mut self, write: &'a StreamWrite) -> Result<(), JournalError> {
        let id = write.incident.to_string();
        let added = u64::try_from(write.events.len()).unwrap_or(u64::MAX);
        let stream = self.streams.entry(id.clone()).or_insert_with(|| Stream::new(write));
        if stream.version != write.expected || write.expected.saturating_add(added) == 0 {
            return Err(conflict(write.incident, write.expected));
        }
        stream.version += added;
        stream.last = write;
        for change in &write.work {
            stream.work(change, write.expected)?;
        }
        for change in &write.timers {
            stream.timer(change);
        }
        if let Some(first) = write.events.first() {
            let seq = rows::number(write.expected.saturating_add(1));
            self.events.push((id.clone(), seq, rows::micros(first.at), json(&write.events)?));
        }
        for KeyClaim { key, instead_of } in &write.keys {
            stream.keys.push(key.clone());
            let before = instead_of.map(|id| id.to_string());
            match self.keys.get_mut(&digest(key)) {
                // A later incident of the same batch takes over from an earlier one; who had it before stays so.
                Some((holder, _)) => *holder = id.clone(),
                None => drop(self.keys.insert(digest(key), (id.clone(), before))),
            }
        }
        Ok(())
    }

    /// What the others read.
    pub(super) fn told(&self) -> Vec<Told> {
        let told = self.streams.values().map(|stream| {
            (
                stream.id,
                stream.version,
                stream.last.summary.unpaged || stream.last.summary.rests,
                stream.keys.clone(),
            )
        });
        told.collect()
    }

    /// The write that a refusal is about: `culprit` is an incident, or one and its work.
    pub(super) fn conflict(&self, culprit: &str) -> JournalError {
        let (id, what) = culprit.split_once(' ').unwrap_or((culprit, ""));
        let Some(stream) = self.streams.get(id).or_else(|| self.streams.values().next()) else {
            return JournalError::Unavailable("a conflict of nothing".to_owned());
        };
        let doing = stream.work.iter().find(|(work, _)| json(work).is_ok_and(|json| json == what));
        let expected = doing.and_then(|(_, doing)| doing.stands.as_ref()).map(|(_, expected)| *expected);
        conflict(stream.id, expected.unwrap_or(stream.expected))
    }

    /// The columns, in the order of the statement, after node, batch and what is told.
    pub(super) fn parameters(self) -> Result<Vec<Parameter>, JournalError> {
        let mut all = incidents(&self.streams)?;
        let (digests, holders): (Vec<_>, Vec<_>) = self.keys.into_iter().unzip();
        let (incidents, before): (Vec<_>, Vec<_>) = holders.into_iter().unzip();
        all.extend([many_bytes(digests), texts(incidents), maybe_texts(before)]);
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, seq, at, body) in self.events {
            columns.0.push(id);
            columns.1.push(seq);
            columns.2.push(at);
            columns.3.push(body);
        }
        all.extend([texts(columns.0), numbers(columns.1), numbers(columns.2), texts(columns.3)]);
        all.extend(work(&self.streams)?);
        all.extend(timers(&self.streams)?);
        Ok(all)
    }
}

impl<'a> Stream<'a> {
    fn new(write: &'a StreamWrite) -> Self {
        Self {
            id: write.incident,
            expected: write.expected,
            version: write.expected,
            first: write,
            last: write,
            keys: Vec::new(),
            work: BTreeMap::new(),
            timers: BTreeMap::new(),
        }
    }

    fn work(&mut self, change: &WorkWrite, expected: u64) -> Result<(), JournalError> {
        let refused = conflict(self.id, expected);
        match change {
            WorkWrite::Put { work, lease } => {
                self.work.entry(*work).or_default().then = Then::Held(lease.clone());
            }
            WorkWrite::Drop { work } => self.work.entry(*work).or_default().then = Then::Gone,
            WorkWrite::Finish { work, lease } => {
                let doing = self.work.entry(*work).or_default();
                if !doing.must_stand(lease, expected) {
                    return Err(refused);
                }
                doing.then = Then::Gone;
            }
            WorkWrite::Hold { work, lease } => {
                if !self.work.entry(*work).or_default().must_stand(lease, expected) {
                    return Err(refused);
                }
            }
        }
        Ok(())
    }

    fn timer(&mut self, change: &TimerWrite) {
        match change {
            TimerWrite::Set { key, due } => {
                self.timers.insert(key.clone(), Due::At(rows::micros(*due)));
            }
            TimerWrite::Clear { key } => {
                self.timers.insert(key.clone(), Due::Gone);
            }
            TimerWrite::Take { key, due } => self.take(key, *due),
        }
    }

    fn take(&mut self, key: &TimerKey, due: Timestamp) {
        let due = rows::micros(due);
        match self.timers.get_mut(key) {
            None => drop(self.timers.insert(key.clone(), Due::Taken(vec![due]))),
            Some(Due::Taken(times)) => times.push(due),
            Some(standing @ Due::At(_)) => {
                if matches!(*standing, Due::At(at) if at == due) {
                    *standing = Due::Gone;
                }
            }
            Some(Due::Gone) => {}
        }
    }
}

impl Doing {
    /// Whether it can stand under this lease, as far as the batch itself knows; the database is asked the rest.
    fn must_stand(&mut self, lease: &Lease, expected: u64) -> bool {
        let same = |held: &Lease| held.owner == lease.owner && held.epoch == lease.epoch;
        match (&self.then, &self.stands) {
            (Then::Held(held), _) => same(held),
            (Then::Gone, _) => false,
            (Then::AsItWas, Some((held, _))) => same(held),
            (Then::AsItWas, None) => {
                self.stands = Some((lease.clone(), expected));
                true
            }
        }
    }
}

fn incidents(streams: &BTreeMap<String, Stream<'_>>) -> Result<Vec<Parameter>, JournalError> {
    let column = |of: fn(&Stream<'_>) -> i64| numbers(streams.values().map(of).collect());
    let words = |of: fn(&Stream<'_>) -> String| texts(streams.values().map(of).collect());
    let summaries = streams.values().map(|stream| json(&stream.last.summary));
    let summaries = summaries.collect::<Result<Vec<_>, _>>()?;
    let resolved = streams.values().map(|stream| stream.last.summary.resolved_at.map(rows::micros)).collect();
    Ok(vec![
        texts(streams.keys().cloned().collect()),
        column(|stream| rows::number(stream.expected)),
        column(|stream| rows::number(stream.version)),
        words(|stream| stream.first.plan.clone()),
        words(|stream| stream.last.summary.status.clone()),
        column(|stream| i64::from(stream.last.summary.rank)),
        column(|stream| rows::micros(stream.last.summary.opened_at)),
        column(|stream| rows::micros(stream.last.summary.updated_at)),
        maybe_numbers(resolved),
        words(|stream| {
            let mut search = String::new();
            rows::write_search(&stream.last.summary, &stream.id.to_string(), &mut search);
            search
        }),
        texts(summaries),
    ])
}

fn work(streams: &BTreeMap<String, Stream<'_>>) -> Result<Vec<Parameter>, JournalError> {
    let mut stands = Leases::default();
    let (mut gone, mut gone_what) = (Vec::new(), Vec::new());
    let mut held = Leases::default();
    for (id, stream) in streams {
        for (work, doing) in &stream.work {
            if let Some((lease, _)) = &doing.stands {
                stands.add(id, work, lease)?;
            }
            match &doing.then {
                Then::AsItWas => {}
                Then::Gone => {
                    gone.push(id.clone());
                    gone_what.push(json(work)?);
                }
                Then::Held(lease) => held.add(id, work, lease)?,
            }
        }
    }
    let mut all = stands.columns();
    all.pop();
    all.extend([texts(gone), texts(gone_what)]);
    all.extend(held.columns());
    Ok(all)
}

#[derive(Default)]
struct Leases {
    incident: Vec<String>,
    what: Vec<String>,
    owner: Vec<String>,
    epoch: Vec<i64>,
    until: Vec<i64>,
}

impl Leases {
    fn add(&mut self, id: &str, work: &Work, lease: &Lease) -> Result<(), JournalError> {
        self.incident.push(id.to_owned());
        self.what.push(json(work)?);
        self.owner.push(lease.owner.clone());
        self.epoch.push(rows::number(lease.epoch));
        self.until.push(rows::micros(lease.until));
        Ok(())
    }

    fn columns(self) -> Vec<Parameter> {
        let words = [self.incident, self.what, self.owner].map(texts);
        words.into_iter().chain([self.epoch, self.until].map(numbers)).collect()
    }
}

fn timers(streams: &BTreeMap<String, Stream<'_>>) -> Result<Vec<Parameter>, JournalError> {
    let mut gone = (Vec::new(), Vec::new(), Vec::new());
    let mut set = (Vec::new(), Vec::new(), Vec::new());
    for (id, stream) in streams {
        for (key, due) in &stream.timers {
            let timer = json(key)?;
            let times = match due {
                Due::Taken(times) => times.iter().copied().map(Some).collect(),
                Due::Gone => vec![None],
                Due::At(at) => {
                    set.0.push(id.clone());
                    set.1.push(timer.clone());
                    set.2.push(*at);
                    Vec::new()
                }
            };
            for time in times {
                gone.0.push(id.clone());
                gone.1.push(timer.clone());
                gone.2.push(time);
            }
        }
    }
    let gone = [texts(gone.0), texts(gone.1), maybe_numbers(gone.2)];
    Ok(gone.into_iter().chain([texts(set.0), texts(set.1), numbers(set.2)]).collect())
}

/// What precedes the columns.
pub(super) fn head(node: &str, batch: i64, told: &[Told]) -> Result<Vec<Parameter>, JournalError> {
    Ok(vec![text(node), number(batch), text(json(told)?)])
}

/// A key in a form that an index can hold, whatever its length.
pub(crate) fn digest(key: &AlertKey) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(u64::try_from(key.source.len()).unwrap_or(u64::MAX).to_be_bytes());
    digest.update(&key.source);
    digest.update(&key.key);
    digest.finalize().to_vec()
}

pub(super) fn conflict(incident: IncidentId, expected: u64) -> JournalError {
    JournalError::Conflict { incident, expected }
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, JournalError> {
    let json = serde_json::to_string(value);
    let json =
        json.map_err(|error| JournalError::Unavailable(format!("cannot be written as JSON: {error}")))?;
    Ok(storable(json))
}
