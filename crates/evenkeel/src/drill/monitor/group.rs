//! From what rules find to what is sent: a rule fires once it was true twice in a row, and ends once it was false twice;
//! what fires together is one alert, sent when the group has stood for a moment, and over when all of it is.

use super::News;
use super::measures::Measures;
use super::rules::{Found, RULES, Rule};
use core::time::Duration;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How many rounds in a row make it sure.
const SURE_AFTER: u32 = 2;
/// A group is sent so long after its first rule fired: what belongs together arrives together.
const GROUP_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// The same by the world's clock at least: sooner the users have met too little for what belongs together to show.
const GROUP_WAIT_MIN: Duration = Duration::from_secs(3);

/// Where every rule stands.
#[derive(Debug)]
pub(in crate::drill) struct Group {
    /// How long it waits for what belongs together.
    wait: SignedDuration,
    standing: BTreeMap<&'static str, Standing>,
    /// Since when anything fires.
    fires_since: Option<Timestamp>,
    /// What was sent last, while it fires.
    sent: Option<News>,
}

#[derive(Debug, Default)]
struct Standing {
    bad: u32,
    good: u32,
    since: Option<Timestamp>,
    firing: Option<Found>,
}

impl Standing {
    /// One round. Too little to tell changes nothing: silence is no sign of health.
    fn hears(&mut self, verdict: Option<Option<Found>>, now: Timestamp) {
        match verdict {
            None => {}
            Some(Some(found)) => {
                (self.bad, self.good) = (self.bad + 1, 0);
                self.since.get_or_insert(now);
                if self.bad >= SURE_AFTER || self.firing.is_some() {
                    self.firing = Some(found);
                }
            }
            Some(None) => {
                (self.bad, self.good) = (0, self.good + 1);
                if self.firing.is_none() || self.good >= SURE_AFTER {
                    (self.firing, self.since) = (None, None);
                }
            }
        }
    }
}

impl Default for Group {
    fn default() -> Self {
        Self { wait: GROUP_WAIT, standing: BTreeMap::new(), fires_since: None, sent: None }
    }
}

impl Group {
    /// One where the drill's clock runs so many times as fast as the world.
    pub(in crate::drill) fn at(speed: f64) -> Self {
        let least = SignedDuration::try_from(GROUP_WAIT_MIN.mul_f64(speed)).unwrap_or(GROUP_WAIT);
        Self { wait: GROUP_WAIT.max(least), ..Self::default() }
    }

    /// Judges a round's measures, and returns what there is to send: at each round while something fires, and once when
    /// all of it is over.
    pub(in crate::drill) fn judge(&mut self, measures: &Measures, now: Timestamp) -> Option<News> {
        for Rule { name, judge, .. } in &RULES {
            self.standing.entry(name).or_default().hears(judge(measures), now);
        }
        let Some((news, is_all)) = self.news() else {
            self.fires_since = None;
            return self.sent.take().map(|sent| News { firing: false, ..sent });
        };
        let stood = now.duration_since(*self.fires_since.get_or_insert(now));
        // What silences the rest waits for none of it.
        let wait = if is_all { GROUP_WAIT } else { self.wait };
        if self.sent.is_none() && stood < wait {
            return None;
        }
        self.sent = Some(news.clone());
        Some(news)
    }

    /// What there is to say, and whether nothing can come to it.
    fn news(&self) -> Option<(News, bool)> {
        let firing = RULES.iter().filter_map(|rule| {
            let standing = self.standing.get(rule.name)?;
            Some((rule, standing.firing.as_ref()?, standing.since))
        });
        let mut told: Vec<(&Rule, &Found, Option<Timestamp>)> = firing.collect();
        if let Some(loud) = told.iter().find(|(rule, ..)| rule.silences_others).copied() {
            told = vec![loud];
        }
        let (rule, head, _) = *told.first()?;
        let worst = told.iter().any(|(_, found, _)| found.severity == "critical");
        let also = told.iter().skip(1).map(|(_, found, _)| found.summary.clone());
        let news = News {
            firing: true,
            rule: head.name,
            title: head.summary.clone(),
            description: head.description.clone(),
            also: also.collect::<Vec<_>>().join("; "),
            severity: if worst { "critical" } else { "warning" },
            since: told.iter().filter_map(|(.., since)| *since).min()?,
        };
        Some((news, rule.silences_others))
    }
}
