//! Turns what the TOML reader says into what a person needs: file, line, what is wrong, and the nearest right name.

use crate::exit::{Failure, Kind};
use std::path::Path;

/// A name further away than this is not offered.
const DISTANCE_MAX: usize = 4;

/// The error with its line and a hint.
pub(super) fn toml_error(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let shown = text.lines().nth(line - 1).unwrap_or_default();
    let caret = format!("{}^", " ".repeat(column.saturating_sub(1)));
    let message =
        format!("{}:{line}:{column}: {}\n  {shown}\n  {caret}", path.display(), error.message().trim());
    let failure = Failure::new(Kind::Config, message);
    match unknown_field(error.message()) {
        Some((field, known)) => failure.hint(nearest(field, &known)),
        None => failure,
    }
}

/// The field and the known names in "unknown field `x`, expected one of `a`, `b`".
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.trim().strip_prefix("unknown field ")?;
    let mut quoted = rest.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}

/// "did you mean …", or the names there are.
pub(crate) fn nearest(name: &str, known: &[&str]) -> String {
    let near = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), *known)).min();
    match near {
        Some((distance, known)) if distance <= DISTANCE_MAX => format!("did you mean `{known}`?"),
        Some(_) => format!("there is: {}", known.join(", ")),
        None => "there is none to choose from".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn explained(text: &str) -> String {
        let error = toml::from_str::<Config>(text).expect_err("the text is wrong");
        toml_error(Path::new("evenkeel.toml"), text, &error).to_string()
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_name() {
        let said = explained("playbook = \"p.md\"\nlisten = \"127.0.0.1:1\"\nconsole_ulr = \"x\"\n");
        assert!(said.contains("evenkeel.toml:3:1"), "{said}");
        assert!(said.contains("did you mean `console_url`?"), "{said}");
    }

    #[test]
    fn an_unknown_key_in_a_table_too() {
        let said = explained("playbook = \"p.md\"\n[policy]\nunknown_severety = \"P1\"\n");
        assert!(said.contains(":3:1"), "{said}");
        assert!(said.contains("`unknown_severity`"), "{said}");
    }

    #[test]
    fn a_probe_that_cannot_be_meant_says_where_and_what_to_write() {
        let probe = "[[probe]]\nname = \"api\"\nkind = \"http\"\n";
        let said = explained(&format!("playbook = \"p.md\"\n{probe}url = \"api.example.test\"\n"));
        assert!(said.contains("evenkeel.toml:2:"), "{said}");
        assert!(said.contains("probe \"api\": url is \"api.example.test\""), "{said}");
        let said = explained(&format!("playbook = \"p.md\"\n{probe}tiemout = \"3 s\"\n"));
        assert!(said.contains("evenkeel.toml:5:1"), "{said}");
        assert!(said.contains("did you mean `timeout`?"), "{said}");
    }

    #[test]
    fn a_wrong_value_says_where() {
        let said = explained("playbook = \"p.md\"\nlisten = 5\n");
        assert!(said.contains(":2:10"), "{said}");
    }
}
