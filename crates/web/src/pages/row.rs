//! One line of a list of incidents.

use crate::view::{Elapsed, Sev, Tag, Until, When};
use incident::Summary;
use incident::words::duration;
use jiff::Timestamp;

/// One line of a list of incidents.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) sev: Sev,
    pub(crate) open: bool,
    pub(crate) elapsed: Elapsed,
    pub(crate) lasted: String,
    pub(crate) opened: When,
    pub(crate) holder: Tag,
    pub(crate) approvals: Option<Tag>,
    /// Nobody says that it is over.
    pub(crate) silent: Option<Tag>,
    pub(crate) update: Option<Until>,
    pub(crate) alerts: u32,
}

impl Row {
    pub(crate) fn new(row: &Summary, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            title: row.title.clone(),
            sev: Sev::new(row.rank, &row.severity),
            open: row.resolved_at.is_none(),
            elapsed: Elapsed::since(row.opened_at, now),
            lasted: duration(row.resolved_at.unwrap_or(now).duration_since(row.opened_at)),
            opened: When::full(row.opened_at),
            holder: holder(row),
            silent: (row.silent && row.resolved_at.is_none())
                .then(|| Tag::warn("silent: nobody says that it is over".to_owned())),
            approvals: (row.approvals > 0 && row.resolved_at.is_none()).then(|| {
                Tag::warn(match row.approvals {
                    1 => "a command waits for a word".to_owned(),
                    more => format!("{more} commands wait for a word"),
                })
            }),
            update: row.update_due_at.map(|due| Until::at(due, now)),
            alerts: row.alerts,
        }
    }
}

fn holder(row: &Summary) -> Tag {
    match (&row.acknowledged_by, row.resolved_at) {
        (_, Some(_)) => Tag::plain("resolved"),
        (None, None) if row.unpaged => Tag::loud("UNPAGED: nobody has it"),
        (None, None) => Tag::bad("nobody has it yet"),
        (Some(by), None) => Tag::good(by),
    }
}
