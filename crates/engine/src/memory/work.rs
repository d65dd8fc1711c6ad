//! The table of work, for whoever builds another storage on this one or looks at it from outside.

use super::{Memory, Shelves};
use crate::ports::{ClaimedWork, Lease};
use incident::IncidentId;
use jiff::Timestamp;

impl Memory {
    /// The work of one incident with its leases.
    #[must_use]
    pub fn work_of(&self, incident: IncidentId) -> Vec<ClaimedWork> {
        self.shelves().work().filter(|row| row.incident == incident).collect()
    }

    /// Takes over whatever is free, under each row's next epoch.
    pub fn claim_if(&self, owner: &str, until: Timestamp, free: &dyn Fn(&Lease) -> bool) -> Vec<ClaimedWork> {
        let mut claimed = Vec::new();
        for (incident, stream) in &mut self.shelves().streams {
            for (work, lease) in stream.row.work.iter_mut().filter(|(_, lease)| free(lease)) {
                *lease = Lease { owner: owner.to_owned(), epoch: lease.epoch + 1, until };
                claimed.push(ClaimedWork { incident: *incident, work: *work, lease: lease.clone() });
            }
        }
        claimed
    }
}

impl Shelves {
    fn work(&self) -> impl Iterator<Item = ClaimedWork> {
        self.streams.iter().flat_map(|(incident, stream)| {
            let rows = stream.row.work.iter();
            rows.map(|(work, lease)| ClaimedWork { incident: *incident, work: *work, lease: lease.clone() })
        })
    }
}
