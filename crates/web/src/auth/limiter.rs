//! Slows down whoever guesses: a token bucket for each account and each address, and a bound on how many buckets there
//! are. Where a person has signed in from before, they have a bucket of their own: a stranger who runs the account's
//! bucket dry does not keep its owner out at night.

use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tries of one account in a row; a person who mistypes needs three.
const ACCOUNT_BURST: f64 = 10.0;

/// Further tries of one account: three a minute.
const ACCOUNT_PER_S: f64 = 0.05;

/// Tries from one address in a row: a whole team may sit behind one.
const ADDRESS_BURST: f64 = 30.0;

/// Further tries from one address.
const ADDRESS_PER_S: f64 = 0.5;

/// How many buckets are remembered. When they are full, the one nearest to full again is forgotten.
const BUCKETS_MAX: usize = 4_096;

/// How many pairs of account and address are remembered as known; the oldest is forgotten first.
const KNOWN_MAX: usize = 1_024;

/// The longest account name that gets a bucket of its own.
const NAME_CHARS_MAX: usize = 100;

/// Whom a bucket counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Account(String),
    Address(IpAddr),
    Known(String, IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
    burst: f64,
    per_s: f64,
}

/// The buckets.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    buckets: Mutex<BTreeMap<Who, Bucket>>,
    known: Mutex<VecDeque<(String, IpAddr)>>,
}

impl Limiter {
    /// Takes one try. `Err`: none is left, try again after so many seconds.
    pub(crate) fn try_sign_in(&self, account: &str, from: IpAddr, now: Timestamp) -> Result<(), u32> {
        let pair = (name_of(account), from);
        let known = self.known().contains(&pair);
        let who = if known { Who::Known(pair.0, from) } else { Who::Account(pair.0) };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        take(&mut buckets, Who::Address(from), (ADDRESS_BURST, ADDRESS_PER_S), now)?;
        take(&mut buckets, who, (ACCOUNT_BURST, ACCOUNT_PER_S), now)
    }

    /// This account's owner has proved to be at this address.
    pub(crate) fn signed_in(&self, account: &str, from: IpAddr) {
        let pair = (name_of(account), from);
        let mut known = self.known();
        known.retain(|other| *other != pair);
        if known.len() == KNOWN_MAX {
            known.pop_front();
        }
        known.push_back(pair);
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<(String, IpAddr)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(account: &str) -> String {
    account.trim().to_lowercase().chars().take(NAME_CHARS_MAX).collect()
}

fn take(
    buckets: &mut BTreeMap<Who, Bucket>,
    who: Who,
    (burst, per_s): (f64, f64),
    now: Timestamp,
) -> Result<(), u32> {
    if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&who) {
        forget_one(buckets, now);
    }
    let bucket = buckets.entry(who).or_insert(Bucket { left: burst, at: now, burst, per_s });
    bucket.left = bucket.at_time(now);
    bucket.at = now;
    if bucket.left < 1.0 {
        let wait = (1.0 - bucket.left) / per_s;
        // At most burst / rate, so it fits; at least a second, so that nobody hammers.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded and positive")]
        return Err(wait.ceil().max(1.0) as u32);
    }
    bucket.left -= 1.0;
    Ok(())
}

impl Bucket {
    fn at_time(&self, now: Timestamp) -> f64 {
        let passed = now.duration_since(self.at).as_secs_f64().max(0.0);
        (self.left + passed * self.per_s).min(self.burst)
    }
}

fn forget_one(buckets: &mut BTreeMap<Who, Bucket>, now: Timestamp) {
    let spent = |bucket: &Bucket| bucket.burst - bucket.at_time(now);
    let fullest = buckets.iter().min_by(|a, b| spent(a.1).total_cmp(&spent(b.1)));
    if let Some(who) = fullest.map(|(who, _)| who.clone()) {
        buckets.remove(&who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;
    use std::net::Ipv4Addr;

    fn address(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
    }

    #[test]
    fn an_account_has_ten_tries_then_three_a_minute_from_any_address() {
        let limiter = Limiter::default();
        let start = Timestamp::UNIX_EPOCH;
        for last in 0..10 {
            assert_eq!(limiter.try_sign_in("primary", address(last), start), Ok(()));
        }
        assert_eq!(limiter.try_sign_in(" Primary", address(11), start), Err(20));
        let later = start + SignedDuration::from_secs(21);
        assert_eq!(limiter.try_sign_in("primary", address(11), later), Ok(()));
        assert!(limiter.try_sign_in("primary", address(11), later).is_err());
        assert_eq!(
            limiter.try_sign_in("secondary", address(11), later),
            Ok(()),
            "others are not slowed down"
        );
    }

    #[test]
    fn a_stranger_does_not_keep_the_owner_out_of_where_they_signed_in_before() {
        let limiter = Limiter::default();
        let now = Timestamp::UNIX_EPOCH;
        limiter.signed_in("Primary", address(1));
        for last in 2..12 {
            assert_eq!(limiter.try_sign_in("primary", address(last), now), Ok(()));
        }
        assert!(limiter.try_sign_in("primary", address(20), now).is_err());
        for _ in 0..10 {
            assert_eq!(limiter.try_sign_in("primary", address(1), now), Ok(()));
        }
        assert!(limiter.try_sign_in("primary", address(1), now).is_err(), "but it has a bound, too");
        for n in 0..2_000 {
            limiter.signed_in(&format!("a{n}"), address(3));
        }
        assert_eq!(limiter.known().len(), KNOWN_MAX);
    }

    #[test]
    fn an_address_runs_dry_however_many_accounts_it_tries() {
        let limiter = Limiter::default();
        let tries = (0..31).map(|n| limiter.try_sign_in(&format!("a{n}"), address(1), Timestamp::UNIX_EPOCH));
        assert_eq!(tries.filter(Result::is_ok).count(), 30);
    }

    #[test]
    fn buckets_are_bounded_and_the_emptiest_is_kept() {
        let limiter = Limiter::default();
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..10 {
            let _ = limiter.try_sign_in("attacked", address(1), now);
        }
        for n in 0..6_000_u32 {
            let from = IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + n));
            let _ = limiter.try_sign_in(&format!("a{n}"), from, now);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_MAX);
        assert!(limiter.try_sign_in("attacked", address(2), now).is_err(), "a flood does not wash it away");
    }
}
