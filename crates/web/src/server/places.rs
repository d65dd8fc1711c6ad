//! How many connections a listener holds: as many as leave file descriptors for what must not wait.
//!
//! Without this anybody who opens connections takes every descriptor, and then no page goes out and no run begins.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many connections a listener holds at once, however many descriptors there are; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 4_096;

/// How many a listener holds at least: a console that nobody can open helps nobody.
const CONNECTIONS_MIN: usize = 16;

/// Descriptors that no connection takes: the couriers' own sockets, three pipes for each run, the database and its log,
/// the runtime. In a bad night these are some tens.
const DESCRIPTORS_KEPT: u64 = 256;

/// What two full listeners and everything else take. No more is asked for, because the commands of runbooks inherit the
/// limit, and some programs walk through all of it.
const DESCRIPTORS_WANTED: u64 = 2 * CONNECTIONS_MAX as u64 + DESCRIPTORS_KEPT;

/// Raises the process's soft limit of descriptors as far as it is useful and allowed; what it is then, `None` for none.
pub(super) fn descriptors() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current?;
    let wanted = limit.maximum.map_or(DESCRIPTORS_WANTED, |most| most.min(DESCRIPTORS_WANTED));
    if now >= wanted {
        return Some(now);
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }) {
        Ok(()) => Some(wanted),
        Err(error) => {
            tracing::warn!(%error, now, "the limit of open files cannot be raised");
            Some(now)
        }
    }
}

/// How many connections each of so many listeners may hold.
pub(super) fn connections_max(descriptors: Option<u64>, listeners: u64) -> usize {
    let Some(descriptors) = descriptors else { return CONNECTIONS_MAX };
    let each = descriptors.saturating_sub(DESCRIPTORS_KEPT) / listeners.max(1);
    usize::try_from(each).unwrap_or(CONNECTIONS_MAX).clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_listeners_leave_descriptors_for_pages_and_runs() {
        for descriptors in [512, 1_024, 4_096, 8_192, DESCRIPTORS_WANTED, 1 << 40] {
            for listeners in [1, 2] {
                let taken = connections_max(Some(descriptors), listeners) as u64 * listeners;
                assert!(taken + DESCRIPTORS_KEPT <= descriptors, "{taken} of {descriptors}");
            }
        }
        assert_eq!(connections_max(Some(1_024), 2), 384);
        assert_eq!(connections_max(Some(DESCRIPTORS_WANTED), 2), CONNECTIONS_MAX);
        assert_eq!(connections_max(None, 2), CONNECTIONS_MAX);
        assert_eq!(connections_max(Some(20), 2), CONNECTIONS_MIN);
    }

    #[test]
    fn the_soft_limit_is_raised_as_far_as_it_may() {
        let raised = descriptors();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, raised);
        let most = limit.maximum.unwrap_or(u64::MAX).min(DESCRIPTORS_WANTED);
        assert!(raised.is_none_or(|now| now >= most), "{limit:?}");
    }
}
