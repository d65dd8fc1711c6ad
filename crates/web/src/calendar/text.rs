//! iCalendar as text (RFC 5545): values escaped, lines folded, ended by CR and LF.
//!
//! Must never be here: what stands in a calendar.

use jiff::Timestamp;

/// A line has no more bytes than this before it is folded (RFC 5545, 3.1).
const LINE_BYTES_MAX: usize = 75;

/// A calendar in the making.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// One property whose value stands as it is.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{value}"));
    }

    /// One property whose value is anybody's text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{}", escaped(value)));
    }

    /// One property whose value is an instant, in UTC.
    pub(super) fn time(&mut self, name: &str, at: Timestamp) {
        self.plain(name, &stamp(at));
    }

    pub(super) fn done(self) -> String {
        self.0
    }

    /// Folded where it is too long, and never within a character.
    fn line(&mut self, line: &str) {
        let mut used = 0;
        for c in line.chars() {
            if used + c.len_utf8() > LINE_BYTES_MAX {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(c);
            used += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// An instant as calendars write it, such as `20260105T080000Z`.
pub(super) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text in which nothing is taken for the calendar's own: of control characters only line ends are kept.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_characters_and_come_back_whole() {
        let mut text = Text::default();
        let long = "Ärger am Kai, ".repeat(20);
        text.text("SUMMARY", &long);
        let written = text.done();
        assert!(written.ends_with("\r\n") && written.lines().count() > 3, "{written}");
        for line in written.split("\r\n") {
            assert!(line.len() <= LINE_BYTES_MAX, "{line:?}");
        }
        let unfolded = written.replace("\r\n ", "");
        assert_eq!(unfolded, format!("SUMMARY:{}\r\n", long.replace(',', "\\,")));
    }

    #[test]
    fn nobodys_text_ends_a_line_or_a_value() {
        let mut text = Text::default();
        text.text("SUMMARY", "a;b,c\\d\r\nEND:VCALENDAR\u{1b}\u{85}");
        assert_eq!(text.done(), "SUMMARY:a\\;b\\,c\\\\d\\nEND:VCALENDAR\r\n");
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(stamp("2026-01-05T09:00:00+01:00".parse().unwrap()), "20260105T080000Z");
    }
}
