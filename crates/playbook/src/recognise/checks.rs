//! Expectations in prose and comments: a status, a threshold, an equation, a time to watch, or words.

use super::measure::{Quantity, minutes, minutes_of, product, quantities};
use super::rules;
use super::words::{LANGUAGES, Language};
use crate::model::{Check, CheckKind, Comparison};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// No sentence states more.
const CHECKS_MAX: usize = 8;

/// The expectations that a text states. `context` lends a metric where the text names none.
pub(crate) fn of_text(text: &str, line: u32, context: &str) -> Vec<Check> {
    let lower = text.to_lowercase();
    // All kinds but words need a number, and most texts have none.
    let mut kinds = Vec::new();
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        let text = Measured { text, lower: &lower, quantities: quantities(text), context };
        let watch = text.watch();
        let until = watch.as_ref().and_then(|_| lower.find(" for ")).unwrap_or(text.text.len());
        kinds.extend(watch);
        kinds.extend(text.status());
        kinds.extend(text.limits().filter(|(at, _)| *at < until).map(|(_, kind)| kind).take(CHECKS_MAX));
        if kinds.is_empty() {
            kinds.extend(text.equation());
        }
    }
    if kinds.is_empty() && expects(&lower) {
        kinds.push(CheckKind::Words);
    }
    kinds.into_iter().map(|kind| check(text, kind, line)).collect()
}

/// Only limits: what a symptom can state.
pub(crate) fn of_symptom(text: &str, line: u32) -> Option<Check> {
    let measured = Measured { text, lower: "", quantities: quantities(text), context: "" };
    let (_, kind) = measured.limits().next()?;
    Some(check(text, kind, line))
}

/// Words that a person judges, in a step which verifies.
pub(crate) fn of_verification(text: &str, line: u32) -> Option<Check> {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    let asks = LANGUAGES.iter().flat_map(|language| language.asks).any(|word| first == *word)
        || (!text.is_ascii() && text.contains("確認"));
    asks.then(|| check(text, CheckKind::Words, line))
}

fn check(text: &str, kind: CheckKind, line: u32) -> Check {
    let rule = match kind {
        CheckKind::HttpStatus { .. } => &rules::CHECK_STATUS,
        CheckKind::Threshold { .. } => &rules::CHECK_THRESHOLD,
        CheckKind::Range { .. } => &rules::CHECK_RANGE,
        CheckKind::Watch { .. } => &rules::CHECK_WATCH,
        CheckKind::Words => &rules::CHECK_WORDS,
    };
    Check { text: text.to_string(), kind, command: None, line, origin: rule.at(line) }
}

fn expects(lower: &str) -> bool {
    LANGUAGES.iter().flat_map(|language| language.expects).any(|word| lower.starts_with(word))
}

fn mentions_expectation(lower: &str) -> bool {
    let states = |word: &&str| lower.contains(word.trim_end());
    ["returns", "target", "devuelve", "retorna"].iter().any(states)
        || LANGUAGES.iter().flat_map(|language| language.expects).any(states)
}

/// A text that holds numbers, read once for all kinds of expectations.
struct Measured<'t> {
    text: &'t str,
    /// The same in lower case.
    lower: &'t str,
    quantities: Vec<Quantity>,
    context: &'t str,
}

impl Measured<'_> {
    fn watch(&self) -> Option<CheckKind> {
        let at = self.lower.find(" for ")?;
        let words = ["monitor", "watch", "observe", "wait", "keep an eye"];
        if !words.iter().any(|word| self.lower.contains(word)) {
            return None;
        }
        Some(CheckKind::Watch { minutes: minutes(self.lower.get(at..)?)? })
    }

    fn status(&self) -> Option<CheckKind> {
        let mut bare = self.quantities.iter().filter(|quantity| quantity.unit.is_empty());
        let found = bare.find(|quantity| {
            (100.0..600.0).contains(&quantity.value) && leads_to_status(self.text, quantity.start)
        })?;
        // Within 100 and 600 by the filter above.
        mentions_expectation(self.lower).then_some(CheckKind::HttpStatus { status: found.value as u16 })
    }

    /// Every limit and range, with where its number stands.
    fn limits(&self) -> impl Iterator<Item = (usize, CheckKind)> {
        let mut at = 0;
        // Where the words about the next number begin, and what the last one was about.
        let mut from = 0;
        let mut about = String::new();
        core::iter::from_fn(move || {
            while let Some(quantity) = self.quantities.get(at) {
                let next = self.quantities.get(at + 1);
                let found = self.range(quantity, next, from).or_else(|| self.threshold(quantity, next, from));
                let Some((mut kind, used)) = found else {
                    at += 1;
                    continue;
                };
                at += used;
                from = self.quantities.get(at - 1).map_or(from, |last| last.end);
                if let CheckKind::Threshold { metric, .. } | CheckKind::Range { metric, .. } = &mut kind {
                    if metric.is_empty() {
                        metric.clone_from(&about);
                    }
                    about.clone_from(metric);
                }
                return Some((quantity.start, kind));
            }
            None
        })
    }

    /// A limit, and how many numbers it took: its own, and that of its window.
    fn threshold(
        &self,
        quantity: &Quantity,
        next: Option<&Quantity>,
        from: usize,
    ) -> Option<(CheckKind, usize)> {
        let before = self.text.get(from..quantity.start)?.trim_end();
        let (words, comparison) =
            comparison(before).or_else(|| Some(("", comparison_behind(self.text.get(quantity.end..)?)?)))?;
        let head = before.get(..before.len() - words.len())?;
        // What stands before another number is about that one.
        let head = if words.is_empty() && head.contains(|c: char| c.is_ascii_digit()) { "" } else { head };
        if head.ends_with(['-', '=']) {
            return None;
        }
        let (value, unit) = settled(quantity);
        let metric = metric(head, self.context);
        let window_min = next.and_then(|next| window(self.text.get(quantity.end..next.start)?, next));
        let used = 1 + usize::from(window_min.is_some());
        Some((CheckKind::Threshold { metric, comparison, value, unit, window_min }, used))
    }

    /// `between 10 % and 50 %`, or `between 10 and 100` where nothing is counted behind it.
    fn range(&self, low: &Quantity, high: Option<&Quantity>, from: usize) -> Option<(CheckKind, usize)> {
        let high = high?;
        let before = self.text.get(from..low.start)?.trim_end();
        let word = ["between", "entre"].into_iter().find(|word| ends_with(before, word))?;
        if high.unit.is_empty() && !(before.len() > word.len() && ends_there(self.text.get(high.end..)?)) {
            return None;
        }
        let joint = self.text.get(low.end..high.start)?.trim().to_lowercase();
        if !matches!(joint.as_str(), "and" | "y" | "e") {
            return None;
        }
        let low =
            Quantity { unit: if low.unit.is_empty() { high.unit.clone() } else { low.unit.clone() }, ..*low };
        let ((from, one), (to, unit)) = (settled(&low), settled(high));
        let metric = metric(before.get(..before.len() - word.len())?, self.context);
        (one == unit && from < to).then_some((CheckKind::Range { metric, from, to, unit }, 2))
    }

    fn equation(&self) -> Option<CheckKind> {
        let computed = product(self.text, &self.quantities);
        let sign = self.text.find('=');
        let after = sign.and_then(|at| self.quantities.iter().find(|quantity| quantity.start > at));
        let (value, unit) = match (after, computed) {
            (Some(quantity), Some(_)) => settled(quantity),
            (Some(quantity), None) if mentions_expectation(self.lower) => settled(quantity),
            (None, Some(value)) => (value, String::new()),
            (Some(_) | None, None) => return None,
        };
        let metric = metric("", self.context);
        Some(CheckKind::Threshold { metric, comparison: Comparison::Equal, value, unit, window_min: None })
    }
}

/// Whether the word before a number says that it is a status.
fn leads_to_status(text: &str, start: usize) -> bool {
    const VERBS: &[&str] = &[
        "get",
        "return",
        "returns",
        "status",
        "see",
        "code",
        "http",
        "with",
        "expect",
        "be",
        "answer",
        "retornar",
        "retorna",
        "retorne",
        "devolver",
        "devuelve",
        "devuelva",
        "responder",
        "responde",
        "con",
        "com",
    ];
    let before = text.get(..start).unwrap_or_default().trim_end();
    VERBS.iter().any(|verb| {
        let Some(at) = before.len().checked_sub(verb.len()) else { return false };
        let same = before.get(at..).is_some_and(|word| word.eq_ignore_ascii_case(verb));
        same && before.get(..at).is_some_and(|head| head.is_empty() || head.ends_with(char::is_whitespace))
    })
}

const SIGNS: &[(&str, Comparison)] = &[
    (">=", Comparison::Above),
    ("≥", Comparison::Above),
    (">", Comparison::Above),
    ("<=", Comparison::Below),
    ("≤", Comparison::Below),
    ("<", Comparison::Below),
];

/// The words or the sign that a text ends with and that compare; the longest of them, as in `no more than`.
fn comparison(before: &str) -> Option<(&'static str, Comparison)> {
    if let Some(sign) = SIGNS.iter().find(|(sign, _)| before.ends_with(sign)) {
        return Some(*sign);
    }
    let tail = last_words(before);
    let lower = (!tail.is_ascii()).then(|| tail.to_lowercase());
    let tail = lower.as_deref().unwrap_or(tail);
    let above = LANGUAGES.iter().flat_map(|language| language.above).map(|words| (*words, Comparison::Above));
    let below = LANGUAGES.iter().flat_map(|language| language.below).map(|words| (*words, Comparison::Below));
    above.chain(below).filter(|(words, _)| ends_with(tail, words)).max_by_key(|(words, _)| words.len())
}

/// Whether a text goes on with nothing, or with a sign that ends what was said.
fn ends_there(after: &str) -> bool {
    let behind = after.trim_start_matches(['.', ',', ';', ')']);
    behind.is_empty() || (behind.len() < after.len() && behind.starts_with(' '))
}

/// What the words behind a number compare with it.
fn comparison_behind(after: &str) -> Option<Comparison> {
    let after = after.trim_start();
    if after.is_empty() || after.starts_with(|first: char| first.is_ascii()) {
        return None;
    }
    let begins = |words: fn(&'static Language) -> &'static [&'static str]| {
        LANGUAGES.into_iter().flat_map(words).any(|word| after.starts_with(word))
    };
    if begins(|language| language.above_behind) {
        Some(Comparison::Above)
    } else if begins(|language| language.below_behind) {
        Some(Comparison::Below)
    } else {
        None
    }
}

/// No more of a text than a comparison can take, so that a long line with many numbers is not read again and again.
fn last_words(text: &str) -> &str {
    let from = text.len().saturating_sub(COMPARISON_BYTES_MAX);
    (from..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

/// The longest words that compare, and the letter before them.
const COMPARISON_BYTES_MAX: usize = 32;

fn ends_with(text: &str, words: &str) -> bool {
    let Some(at) = text.len().checked_sub(words.len()) else { return false };
    let same = text.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(words));
    let glued = text.get(..at).is_some_and(|head| head.ends_with(char::is_alphanumeric));
    same && !(glued && words.starts_with(char::is_alphabetic))
}

/// Units as the model spells them; bytes in whole bytes.
fn settled(quantity: &Quantity) -> (f64, String) {
    let (factor, unit) = match quantity.unit.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => (1.0, "s"),
        "segundo" | "segundos" | "秒" => (1.0, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" | "minuto" | "minutos" | "分" => (1.0, "min"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "hora" | "horas" | "時間" => (60.0, "min"),
        "percent" => (1.0, "%"),
        "b" | "byte" | "bytes" => (1.0, "bytes"),
        "kb" => (1e3, "bytes"),
        "mb" => (1e6, "bytes"),
        "gb" => (1e9, "bytes"),
        "kib" => (1024.0, "bytes"),
        "mib" => (1_048_576.0, "bytes"),
        "gib" => (1_073_741_824.0, "bytes"),
        _ => (1.0, quantity.unit.as_str()),
    };
    (quantity.value * factor, unit.to_string())
}

/// What may stand between a limit and the time for which it must hold.
const WINDOWS: &[&str] = &[
    "over",
    "for",
    "during",
    "over the last",
    "over the past",
    "over any",
    "in the last",
    "in the past",
    "within the last",
    "during the last",
    "for more than",
    "for at least",
    "for over",
    "for longer than",
    "sustained for",
    "durante",
    "durante más de",
    "durante mais de",
    "por",
    "por más de",
    "por mais de",
];

/// The minutes for which a limit must hold.
fn window(between: &str, next: &Quantity) -> Option<u32> {
    let between = between.trim_matches([' ', ',', '(']).to_lowercase();
    WINDOWS.contains(&between.as_str()).then(|| minutes_of(next)).flatten()
}

/// The words before a comparison; words such as `Target` borrow the nearest metric instead.
fn metric(head: &str, context: &str) -> String {
    const JOINTS: &[&str] = &["and", "or", "with", "while", "but", "y", "o", "e", "ou"];
    const VERBS: &[&str] = &[
        "should be",
        "should stay",
        "must be",
        "must stay",
        "is",
        "are",
        "stays",
        "remains",
        "be",
        "goes",
        "rises",
        "drops",
        "falls",
        "es",
        "é",
        "debe ser",
        "debe estar",
        "deve ser",
        "deve ficar",
        "fica",
        "está",
    ];
    let mut own = head.trim_matches([' ', ':', '(', ')', ',', ';', '.']);
    if let Some((first, rest)) = own.split_once(' ')
        && JOINTS.iter().any(|joint| first.eq_ignore_ascii_case(joint))
    {
        own = rest.trim_start();
    }
    let bare = own.to_lowercase();
    let generic =
        ["", "target", "goal", "expected", "it", "and", "or", "should be", "should stay", "is", "must be"];
    if generic.contains(&bare.as_str()) {
        return nearest(context);
    }
    let verb = VERBS.iter().find(|verb| {
        let rest = bare.strip_suffix(**verb);
        rest.is_some_and(|rest| rest.ends_with(' ')) && bare.len() == own.len()
    });
    let end = verb.map_or(own.len(), |verb| own.len() - verb.len());
    own.get(..end).unwrap_or(own).trim_end().to_string()
}

/// The last part of a path such as `Dashboard → Success Rate`, or a name in backticks.
fn nearest(context: &str) -> String {
    if let Some(code) = context.split('`').nth(1) {
        return code.to_string();
    }
    let arrows = super::words::arrows(context);
    match arrows.rsplit_once('→') {
        Some((_, last)) => last.trim().to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str, context: &str) -> Option<CheckKind> {
        of_text(text, 1, context).into_iter().next().map(|check| check.kind)
    }

    fn limit(metric: &str, comparison: Comparison, value: f64, unit: &str) -> Option<CheckKind> {
        Some(CheckKind::Threshold {
            metric: metric.into(),
            comparison,
            value,
            unit: unit.into(),
            window_min: None,
        })
    }

    #[test]
    fn each_kind_is_read() {
        assert_eq!(
            kind("Should get 426 (Upgrade Required)", ""),
            Some(CheckKind::HttpStatus { status: 426 })
        );
        assert_eq!(
            kind("Target: > 95%", "Dashboard: Life → Success Rate"),
            limit("Success Rate", Comparison::Above, 95.0, "%")
        );
        assert_eq!(
            kind("Should be 9 _ 60 _ 1000 = 540000ms", "Check `PAUSE_MS` in a.ts"),
            limit("PAUSE_MS", Comparison::Equal, 540_000.0, "ms")
        );
        assert_eq!(kind("It is 9 * 60 * 1000", ""), limit("", Comparison::Equal, 540_000.0, ""));
        assert_eq!(kind("P95 latency > 2s", ""), limit("P95 latency", Comparison::Above, 2.0, "s"));
        assert_eq!(kind("Error rate below 1 %", ""), limit("Error rate", Comparison::Below, 1.0, "%"));
        assert_eq!(kind("Monitor the rate for 5 minutes", ""), Some(CheckKind::Watch { minutes: 5 }));
        assert_eq!(kind("Should show a connection", ""), Some(CheckKind::Words));
    }

    #[test]
    fn thresholds_are_told_in_many_ways() {
        for (text, comparison, value, unit) in [
            ("CPU above 95 percent", Comparison::Above, 95.0, "%"),
            ("more than 500 ms", Comparison::Above, 500.0, "ms"),
            ("p99 latency below 300ms", Comparison::Below, 300.0, "ms"),
            ("Answers within 5 minutes", Comparison::Below, 5.0, "min"),
            ("no more than 3 errors", Comparison::Below, 3.0, ""),
            ("at least 3 replicas", Comparison::Above, 3.0, ""),
            ("La tasa es más de 0,5 %", Comparison::Above, 0.5, "%"),
            ("Latência abaixo de 1,25 s", Comparison::Below, 1.25, "s"),
            ("more than 1,000 requests", Comparison::Above, 1000.0, ""),
            ("復旧確認: 5 分以内に 95 % 未満になること", Comparison::Below, 95.0, "%"),
            ("キューの長さが 95 % を超える", Comparison::Above, 95.0, "%"),
        ] {
            let Some(CheckKind::Threshold { comparison: found, value: number, unit: of, .. }) =
                kind(text, "")
            else {
                panic!("no threshold in {text}");
            };
            assert_eq!((found, number, of.as_str()), (comparison, value, unit), "{text}");
        }
        assert_eq!(kind("expect HTTP 200", ""), Some(CheckKind::HttpStatus { status: 200 }));
        assert_eq!(kind("Debe mostrar una conexión", ""), Some(CheckKind::Words));
        for text in ["`curl` deve retornar 200 em 5 minutos", "Debe devolver 200", "Deve responder com 200"] {
            assert_eq!(kind(text, ""), Some(CheckKind::HttpStatus { status: 200 }), "{text}");
        }
    }

    #[test]
    fn a_sentence_states_several_limits_ranges_and_windows() {
        let of = |text: &str| -> Vec<String> {
            let told = |check: Check| match check.kind {
                CheckKind::Threshold { metric, comparison, value, unit, window_min } => {
                    alloc::format!("{metric} {comparison:?} {value}{unit} {window_min:?}")
                }
                CheckKind::Range { metric, from, to, unit } => alloc::format!("{metric} {from}..{to}{unit}"),
                other => alloc::format!("{other:?}"),
            };
            of_text(text, 1, "").into_iter().map(told).collect()
        };
        assert_eq!(
            of("P95 > 2 s and error rate is over 5 % for 10 minutes"),
            ["P95 Above 2s None", "error rate Above 5% Some(10)"]
        );
        assert_eq!(of("Error rate between 10 % and 50 %"), ["Error rate 10..50%"]);
        assert_eq!(of("La tasa entre 10 y 50 %"), ["La tasa 10..50%"]);
        assert_eq!(of("Queue depth between 10 and 100."), ["Queue depth 10..100"]);
        assert_eq!(of("Queue depth between 10 and 100, or less"), ["Queue depth 10..100"]);
        assert_eq!(of("Between 2 and 4"), Vec::<String>::new());
        assert_eq!(of("Run between 2 and 4 people"), Vec::<String>::new());
        assert_eq!(of("Success should stay > 95 % over 5 minutes"), ["Success Above 95% Some(5)"]);
        assert_eq!(
            of("Should return 426 within 5 seconds"),
            ["HttpStatus { status: 426 }", "Should return 426 Below 5s None"]
        );
        assert_eq!(of("Watch the error rate for 5 minutes, it stays below 1 %"), ["Watch { minutes: 5 }"]);
        assert_eq!(of("Scale from 2 to 5 replicas, between 10:00 and 12:00"), Vec::<String>::new());
    }

    #[test]
    fn plain_words_are_not_checks() {
        for text in
            ["Go to A -> 5 things", "Look for a 10-minute limit", "Check the <prev> id", "moreover 5 items"]
        {
            assert_eq!(kind(text, ""), None, "{text}");
        }
    }
}
