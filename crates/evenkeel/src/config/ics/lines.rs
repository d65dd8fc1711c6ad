//! The lines of an iCalendar file (RFC 5545, 3.1): unfolded, each with its number, its name, its parameters and its value.

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub(super) number: usize,
    /// In upper case.
    pub(super) name: String,
    /// Names in upper case, values without their quotes.
    parameters: Vec<(String, String)>,
    /// As it stands.
    pub(super) value: String,
}

impl Line {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether it is this one, such as `BEGIN:VEVENT`.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.value.eq_ignore_ascii_case(value)
    }

    /// The value as a text: what was escaped stands for itself.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut rest = self.value.chars();
        while let Some(c) = rest.next() {
            match (c, c == '\\') {
                (_, false) => out.push(c),
                (_, true) => match rest.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(escaped) => out.push(escaped),
                    None => {}
                },
            }
        }
        out
    }
}

/// Every line; what is none is told by its number.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, String> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            (Some(_) | None, _) if line.trim().is_empty() => {}
            (Some(_) | None, _) => whole.push((index + 1, line.to_owned())),
        }
    }
    whole.into_iter().map(|(number, text)| line(number, &text)).collect()
}

fn line(number: usize, text: &str) -> Result<Line, String> {
    let wrong = || format!("line {number} is no line of a calendar: {:?}", shortened(text));
    let (head, value) = split_outside_quotes(text, ':').ok_or_else(wrong)?;
    let mut rest = head;
    let mut parts = Vec::new();
    while let Some((part, after)) = split_outside_quotes(rest, ';') {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    let mut parts = parts.into_iter();
    let name = parts.next().unwrap_or_default().trim().to_ascii_uppercase();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !is_name {
        return Err(wrong());
    }
    let parameter = |part: &str| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned()))
    };
    let parameters = parts.map(parameter).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    Ok(Line { number, name, parameters, value: value.trim_end().to_owned() })
}

fn split_outside_quotes(text: &str, at: char) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (index, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c == at && !quoted => return Some((&text[..index], &text[index + c.len_utf8()..])),
            _ => {}
        }
    }
    None
}

/// So much of a line says which it is.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_unfolded_and_taken_apart() {
        let text = "BEGIN:VCALENDAR\r\nattendee;CN=\"Ana: the; first\";ROLE=CHAIR:mailto:ana@exa\r\n mple.test\r\n\
                    SUMMARY:a\\, b\\nc\\\\d\r\n\r\n";
        let lines = lines(text).unwrap();
        assert!(lines[0].is("BEGIN", "vcalendar"));
        assert_eq!((lines[1].number, lines[1].name.as_str()), (2, "ATTENDEE"));
        assert_eq!(lines[1].parameter("CN"), Some("Ana: the; first"));
        assert_eq!(lines[1].value, "mailto:ana@example.test");
        assert_eq!((lines[2].number, lines[2].text().as_str()), (4, "a, b\nc\\d"));
    }

    #[test]
    fn what_is_no_line_is_told_by_its_number() {
        let said = lines("BEGIN:VCALENDAR\nnothing here\n").unwrap_err();
        assert_eq!(said, "line 2 is no line of a calendar: \"nothing here\"");
        for text in ["a b:c", ":x", "A;B:c"] {
            assert!(lines(text).is_err(), "{text}");
        }
    }
}
