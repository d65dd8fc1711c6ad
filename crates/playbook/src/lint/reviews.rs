//! W048: a document that somebody should have looked over by now. The date is an argument: this room has no clock.

use crate::{Diagnostic, DiagnosticSeverity, Playbook, Span};
use jiff::civil::Date;
use jiff::{Span as Time, ToSpan};

/// Longer than anybody waits for a review; more is a mistake and not counted.
const NUMBER_MAX: i64 = 1_000;

/// The documents whose last review no longer holds on a day.
#[must_use]
pub fn overdue_reviews(playbook: &Playbook, today: Date) -> Vec<Diagnostic> {
    let documents = playbook.documents.iter().zip(0_u32..);
    documents
        .filter_map(|(document, number)| {
            let (reviewed, period) = document.reviewed_on.as_deref().zip(document.review_in.as_deref())?;
            let due = due(reviewed, period).filter(|due| *due < today)?;
            Some(Diagnostic {
                code: "W048".to_owned(),
                severity: DiagnosticSeverity::Warning,
                document: number,
                line: 1,
                span: Span { start: 0, end: 0, line: 1 },
                message: format!("last looked over on {reviewed} for {period}: due again since {due}"),
                hint: Some("read it once as if it were night, then move `last_reviewed_on`".to_owned()),
                fixes: Vec::new(),
            })
        })
        .collect()
}

/// The day until which a review holds; nothing when the words are none that say a day.
fn due(reviewed_on: &str, review_in: &str) -> Option<Date> {
    let reviewed: Date = reviewed_on.get(..10)?.parse().ok()?;
    reviewed.checked_add(period(review_in)?).ok()
}

/// `6 months`, `90d`, `1 year`.
fn period(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: i64 = number.parse().ok().filter(|number| *number <= NUMBER_MAX)?;
    match unit.trim() {
        "d" | "day" | "days" => Some(number.days()),
        "w" | "week" | "weeks" => Some(number.weeks()),
        "m" | "mo" | "month" | "months" => Some(number.months()),
        "y" | "year" | "years" => Some(number.years()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_months_and_the_day_itself_is_not_late() {
        let due = |on, within| due(on, within).map(|date| date.to_string());
        assert_eq!(due("2026-08-31", "6 months").as_deref(), Some("2027-02-28"));
        assert_eq!(due("2024-02-29", "1 year").as_deref(), Some("2025-02-28"));
        assert_eq!(due("2026-01-01T00:00:00Z", "90d").as_deref(), Some("2026-04-01"));
        assert_eq!(due("2026-01-01", "2 weeks").as_deref(), Some("2026-01-15"));
        for (on, within) in [("soon", "1 day"), ("2026-01-01", "often"), ("2026-13-01", "1 day"), ("", "")] {
            assert_eq!(due(on, within), None, "{on} {within}");
        }
        assert_eq!(due("9999-12-31", "1000 years"), None);
    }
}
