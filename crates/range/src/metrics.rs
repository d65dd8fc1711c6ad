//! Counters, gauges and histograms of one service, in the text form that Prometheus reads. Names and labels are few and
//! fixed by the code; nothing a client sends becomes a label.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets of a latency, seconds: from a loopback answer to a user who gives up.
const BOUNDS: [f64; 13] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// The numbers of one service; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    families: Arc<Mutex<BTreeMap<&'static str, Family>>>,
}

#[derive(Debug)]
struct Family {
    kind: Kind,
    help: &'static str,
    series: BTreeMap<String, Series>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug, Default)]
struct Series {
    value: f64,
    buckets: [u64; BOUNDS.len()],
    count: u64,
}

/// Labels of one series, such as `&[("route", "/health"), ("status", "200")]`.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

impl Metrics {
    /// Counts one.
    pub(crate) fn count(&self, name: &'static str, help: &'static str, labels: Labels<'_>) {
        self.series(name, (Kind::Counter, help), labels, |series| series.value += 1.0);
    }

    /// Sets a number that goes up and down.
    pub(crate) fn set(&self, name: &'static str, help: &'static str, labels: Labels<'_>, value: f64) {
        self.series(name, (Kind::Gauge, help), labels, |series| series.value = value);
    }

    /// Notes how long something took.
    pub(crate) fn observe(&self, name: &'static str, help: &'static str, labels: Labels<'_>, took: Duration) {
        let seconds = took.as_secs_f64();
        self.series(name, (Kind::Histogram, help), labels, |series| {
            series.value += seconds;
            series.count += 1;
            for (bucket, bound) in series.buckets.iter_mut().zip(BOUNDS) {
                *bucket += u64::from(seconds <= bound);
            }
        });
    }

    /// Everything, in the text form.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, family) in &*self.families() {
            let kind = match family.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            // Writing into a string cannot fail; the same holds below.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
            for (labels, series) in &family.series {
                series.write(&mut text, name, family.kind, labels);
            }
        }
        text
    }

    fn series(
        &self,
        name: &'static str,
        (kind, help): (Kind, &'static str),
        labels: Labels<'_>,
        change: impl FnOnce(&mut Series),
    ) {
        let labels = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let mut families = self.families();
        let family = families.entry(name).or_insert_with(|| Family { kind, help, series: BTreeMap::new() });
        change(family.series.entry(labels).or_default());
    }

    fn families(&self) -> MutexGuard<'_, BTreeMap<&'static str, Family>> {
        self.families.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Series {
    fn write(&self, text: &mut String, name: &str, kind: Kind, labels: &str) {
        let among = |more: &str| match (labels, more) {
            ("", "") => String::new(),
            ("", one) | (one, "") => format!("{{{one}}}"),
            (one, other) => format!("{{{one},{other}}}"),
        };
        match kind {
            Kind::Counter | Kind::Gauge => {
                let _ = writeln!(text, "{name}{} {}", among(""), self.value);
            }
            Kind::Histogram => {
                for (count, bound) in self.buckets.iter().zip(BOUNDS) {
                    let _ = writeln!(text, "{name}_bucket{} {count}", among(&format!("le=\"{bound}\"")));
                }
                let _ = writeln!(text, "{name}_bucket{} {}", among("le=\"+Inf\""), self.count);
                let _ = writeln!(text, "{name}_sum{} {}", among(""), self.value);
                let _ = writeln!(text, "{name}_count{} {}", among(""), self.count);
            }
        }
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.count("a_total", "As.", &[("status", "200")]);
        metrics.count("a_total", "As.", &[("status", "200")]);
        metrics.count("a_total", "As.", &[("status", "5\"0")]);
        metrics.set("b", "Bs.", &[], 1.5);
        metrics.observe("c_seconds", "Cs.", &[("op", "x")], Duration::from_millis(30));
        let text = metrics.text();
        for line in [
            "# TYPE a_total counter",
            "a_total{status=\"200\"} 2",
            "a_total{status=\"5\\\"0\"} 1",
            "b 1.5",
            "c_seconds_bucket{op=\"x\",le=\"0.025\"} 0",
            "c_seconds_bucket{op=\"x\",le=\"0.05\"} 1",
            "c_seconds_bucket{op=\"x\",le=\"+Inf\"} 1",
            "c_seconds_sum{op=\"x\"} 0.03",
            "c_seconds_count{op=\"x\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
        }
    }
}
