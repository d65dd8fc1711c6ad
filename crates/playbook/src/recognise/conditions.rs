//! Conditions: `If X → do Y`, `(if safe)`, `(if P0/P1)`, `… if needed`, and steps that begin with `If`.

use super::words::{LANGUAGES, arrows, names_severity, severity_names};
use crate::model::Condition;
use alloc::string::{String, ToString};

/// The condition of a checklist item.
pub(crate) fn of_item(text: &str) -> Option<Condition> {
    let text = arrows(text);
    if let Some(rest) = after_if(&text) {
        return Some(leading(rest));
    }
    if let Some(inside) = parenthesised(&text) {
        return Some(condition(&inside, None));
    }
    let lower = text.to_lowercase();
    let at = [" if ", " when "].iter().filter_map(|word| lower.find(word)).min()?;
    let tail = text.get(at..)?.trim();
    Some(condition(tail, None))
}

/// The condition of a step's title, without its `If`.
pub(crate) fn of_title(title: &str) -> Option<Condition> {
    let text = arrows(title);
    if let Some(rest) = after_if(&text) {
        return Some(leading(rest));
    }
    parenthesised(&text).map(|inside| condition(&inside, None))
}

/// The condition in a comment above a command, beginning with `if`.
pub(crate) fn of_comment(comment: &str) -> Option<String> {
    if let Some(rest) = after_if(comment) {
        return Some(alloc::format!("if {}", rest.trim_end_matches([':', '.'])));
    }
    parenthesised(comment)
}

/// Whether a text begins with the word `If` or `When`.
pub(crate) fn after_if(text: &str) -> Option<&str> {
    let text = text.trim();
    LANGUAGES.iter().flat_map(|language| language.conditions).find_map(|word| {
        let head = text.get(..word.len())?;
        head.eq_ignore_ascii_case(word).then(|| text.get(word.len()..).unwrap_or_default().trim())
    })
}

fn leading(rest: &str) -> Condition {
    if let Some((text, then)) = rest.split_once('→') {
        return condition(text, Some(then));
    }
    if let Some((text, then)) =
        rest.split_once(": ").or_else(|| rest.split_once(", ")).or_else(|| rest.split_once('、'))
    {
        return condition(text, Some(then));
    }
    condition(rest, None)
}

/// `(if …)`, `(when …)` or `(P0/P1 only)` within a text.
fn parenthesised(text: &str) -> Option<String> {
    // The brackets before one `)` hold each other, so that only the first of them can be the first to name one.
    let mut close = 0;
    text.match_indices('(').find_map(|(at, _)| {
        let inside = text.get(at + 1..)?;
        let first = at >= close;
        if first {
            close = inside.find(')').map_or(text.len(), |length| at + 1 + length);
        }
        let inside = text.get(at + 1..close)?;
        let named = || first && names_severity(inside);
        (begins_with_if(inside) || named()).then(|| inside.trim().to_string())
    })
}

/// Whether a text begins with the word `If` or `When` and goes on.
fn begins_with_if(text: &str) -> bool {
    let text = text.trim_start();
    ["if ", "when "].iter().any(|word| {
        let same = text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        same && text.get(word.len()..).is_some_and(|rest| !rest.trim_start().is_empty())
    })
}

fn condition(text: &str, then: Option<&str>) -> Condition {
    let text = text.trim().trim_end_matches([':', '.', ',']).trim();
    let then = then.map(str::trim).filter(|then| !then.is_empty()).map(ToString::to_string);
    Condition { text: text.into(), severities: severity_names(text), then }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_state_conditions_in_four_ways() {
        let of = |text: &str| of_item(text).map(|c| (c.text, c.severities.len(), c.then));
        let want = |text: &str, severities: usize, then: Option<&str>| {
            Some((text.to_string(), severities, then.map(ToString::to_string)))
        };
        assert_eq!(of("Try it in production (if safe)"), want("if safe", 0, None));
        assert_eq!(of("Update status page (if P0/P1)"), want("if P0/P1", 2, None));
        assert_eq!(of("Escalate if needed"), want("if needed", 0, None));
        assert_eq!(of("If cause is clear -> rollback"), want("cause is clear", 0, Some("rollback")));
        assert_eq!(of("Si la causa es clara → revertir"), want("la causa es clara", 0, Some("revertir")));
        assert_eq!(of("Se o P1 continuar, avise"), want("P1 continuar", 1, Some("avise")));
        assert_eq!(of("もし復旧しない、再起動する"), want("復旧しない", 0, Some("再起動する")));
        assert_eq!(of("Se reinicia el servicio"), None);
        assert_eq!(of("Check the notification channel"), None);
    }

    #[test]
    fn comments_state_conditions() {
        assert_eq!(of_comment("Restart it (if stuck)").as_deref(), Some("if stuck"));
        assert_eq!(of_comment("If CORS issue").as_deref(), Some("if CORS issue"));
        assert_eq!(of_comment("Identify the caller"), None);
    }
}
