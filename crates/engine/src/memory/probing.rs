//! What probes saw, in memory.

use super::Memory;
use crate::ports::{
    Bucket, BucketWidth, ProbeHistory, ProbeHistoryError, ProbeRetention, ProbeWrite, Sample, Standing,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is kept of all probes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    samples: BTreeMap<(String, Timestamp), Sample>,
    buckets: BTreeMap<(String, BucketWidth, i64), Bucket>,
    standings: BTreeMap<String, Standing>,
}

impl ProbeHistory for Memory {
    fn write(&self, write: &ProbeWrite) -> Result<(), ProbeHistoryError> {
        let mut shelves = self.shelves();
        let seen = &mut shelves.seen;
        for (probe, sample) in &write.samples {
            seen.samples.insert((probe.clone(), sample.at), sample.clone());
        }
        for (probe, width, bucket) in &write.buckets {
            seen.buckets.insert((probe.clone(), *width, bucket.at_s), bucket.clone());
        }
        seen.standings.extend(write.standings.iter().cloned());
        for probe in &write.gone {
            seen.standings.remove(probe);
        }
        Ok(())
    }

    fn samples(&self, probe: &str, from: Timestamp, limit: u32) -> Result<Vec<Sample>, ProbeHistoryError> {
        let shelves = self.shelves();
        let seen = &shelves.seen;
        let range = (probe.to_owned(), from)..=(probe.to_owned(), Timestamp::MAX);
        let newest = seen.samples.range(range).rev().take(limit as usize);
        let mut samples: Vec<Sample> = newest.map(|(_, sample)| sample.clone()).collect();
        samples.reverse();
        Ok(samples)
    }

    fn buckets(
        &self,
        probe: &str,
        width: BucketWidth,
        from_s: i64,
    ) -> Result<Vec<Bucket>, ProbeHistoryError> {
        let shelves = self.shelves();
        let seen = &shelves.seen;
        let range = (probe.to_owned(), width, from_s)..=(probe.to_owned(), width, i64::MAX);
        Ok(seen.buckets.range(range).map(|(_, bucket)| bucket.clone()).collect())
    }

    fn standings(&self) -> Result<Vec<(String, Standing)>, ProbeHistoryError> {
        let shelves = self.shelves();
        let seen = &shelves.seen;
        Ok(seen.standings.iter().map(|(probe, standing)| (probe.clone(), standing.clone())).collect())
    }

    fn forget(&self, before: ProbeRetention) -> Result<(), ProbeHistoryError> {
        let mut shelves = self.shelves();
        let seen = &mut shelves.seen;
        seen.samples.retain(|(_, at), _| *at >= before.samples);
        seen.buckets.retain(|(_, width, at_s), _| {
            *at_s
                >= match width {
                    BucketWidth::Minute => before.minutes.as_second(),
                    BucketWidth::Hour => before.hours.as_second(),
                }
        });
        Ok(())
    }
}
