//! The platform's limits on one invocation and on one user: processor time, and requests within a minute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::worker::{Exception, Kind};

/// Processor time of one invocation.
pub(super) const CPU_MAX: Duration = Duration::from_millis(50);
/// Users whose requests are counted at the same time; more than the range ever has.
const USERS_MAX: usize = 10_000;
/// The window of the rate limit.
const MINUTE_MS: i64 = 60_000;

/// Measures the processor time of one invocation on this thread.
#[derive(Debug)]
pub(super) struct Cpu {
    began: Duration,
}

impl Cpu {
    pub(super) fn start() -> Self {
        Self { began: thread_time() }
    }

    pub(super) fn used(&self) -> Duration {
        thread_time().saturating_sub(self.began)
    }

    /// Ends an invocation that has used up its time. Asked in loops, where the platform would interrupt.
    pub(super) fn check(&self) -> Result<(), Exception> {
        let used = self.used();
        if used <= CPU_MAX {
            return Ok(());
        }
        let text =
            format!("Worker exceeded CPU time limit: {} ms of {} ms", used.as_millis(), CPU_MAX.as_millis());
        Err(Exception { kind: Kind::Cpu, text })
    }
}

fn thread_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Requests of each user in the present minute.
#[derive(Debug, Default)]
pub(super) struct Rates {
    users: Mutex<BTreeMap<String, (i64, i64)>>,
}

impl Rates {
    /// Counts a request; the error is in how many seconds the next one is taken.
    pub(super) fn take(&self, user: &str, limit: i64, now_ms: i64) -> Result<(), i64> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now_ms / MINUTE_MS;
        if users.len() >= USERS_MAX {
            users.retain(|_, (counted, _)| *counted == minute);
        }
        let (counted, requests) = users.entry(user.to_owned()).or_insert((minute, 0));
        if *counted != minute {
            (*counted, *requests) = (minute, 0);
        }
        *requests += 1;
        if *requests <= limit { Ok(()) } else { Err((MINUTE_MS - now_ms % MINUTE_MS) / 1_000 + 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_a_count_of_their_own_and_a_new_one_each_minute() {
        let rates = Rates::default();
        for _ in 0..2 {
            assert_eq!(rates.take("ada", 2, 60_000), Ok(()));
        }
        assert_eq!(rates.take("ada", 2, 90_000), Err(31));
        assert_eq!(rates.take("grace", 2, 90_000), Ok(()));
        assert_eq!(rates.take("ada", 2, 120_000), Ok(()));
    }

    #[test]
    fn processor_time_runs_out() {
        let cpu = Cpu::start();
        cpu.check().unwrap();
        let mut rounds = 0_u64;
        while cpu.check().is_ok() {
            rounds += 1;
        }
        assert!(rounds > 0);
        assert_eq!(cpu.check().unwrap_err().kind, Kind::Cpu);
    }
}
