//! The tables of docs/drills.md. Between its marks a table is written anew; the words round it are people's.

use serde_json::Value;

use crate::failure::Failure;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Of the playbook that comes with Evenkeel.
    Own,
    /// Of another team's document.
    Other,
    /// The run without a fault.
    Control,
}

impl Table {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Other => "other",
            Self::Control => "control",
        }
    }
}

/// The page with one table written anew.
pub(super) fn replaced(text: &str, table: Table, new: &str) -> Result<String, Failure> {
    let (begin, end) = (format!("<!-- drills: {} -->", table.name()), "<!-- end -->");
    let parts = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let Some((before, after)) = parts else {
        return Err(Failure::Answer(format!("docs/drills.md: no {begin} with an {end} after it")));
    };
    Ok(format!("{before}{begin}\n{}\n{end}{after}", new.trim_end()))
}

/// A row for each card.
pub(super) fn table(cards: &[Value]) -> String {
    let mut text = String::from(
        "| fault | detected | acknowledged | public told | right runbook first | right cause first | fix run | verified | repaired by |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for card in cards {
        let times = &card["times"];
        let cells = [
            format!("`{}`", words(&card["drill"])),
            spent(&times["detected"]),
            spent(&times["acknowledged"]),
            spent(&times["told"]),
            judged(&card["runbook"]),
            judged(&card["cause"]),
            spent(&times["fixed"]),
            spent(&times["verified"]),
            words(&card["repaired_by"]).to_owned(),
        ];
        text.push_str(&format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
    let count = |of: &dyn Fn(&Value) -> bool| cards.iter().filter(|card| of(card)).count();
    text.push_str(&format!(
        "\nOf {} faults: detected {}, right runbook first {}, right cause first {}, repaired by the playbook and verified {}. \
         Speed {}.\n",
        cards.len(),
        count(&|card| !card["times"]["detected"].is_null()),
        count(&|card| card["runbook"]["right"] == true),
        count(&|card| card["cause"]["right"] == true),
        count(&|card| card["repaired_by"] == "playbook" && !card["times"]["verified"].is_null()),
        cards.first().map_or_else(|| "unknown".to_owned(), |card| card["speed"].to_string()),
    ));
    text
}

/// How a drill went, for somebody who waits.
pub(super) fn in_few_words(card: &Value) -> String {
    format!(
        "detected {}, runbook {}, cause {}, repaired by {}, verified {}",
        spent(&card["times"]["detected"]),
        judged(&card["runbook"]),
        judged(&card["cause"]),
        words(&card["repaired_by"]),
        spent(&card["times"]["verified"]),
    )
}

/// The control run in words.
pub(super) fn control(said: &Value, minutes: u64) -> String {
    let found: Vec<&str> =
        said["incidents"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let paged = match found.as_slice() {
        [] => "Nobody was paged.".to_owned(),
        titles => format!("{} incidents opened for nothing: {}.", titles.len(), titles.join("; ")),
    };
    format!(
        "{} h by the drill's clock, at speed {}, which is {minutes} min of real load: {paged}",
        said["hours"], said["speed"]
    )
}

fn judged(judged: &Value) -> String {
    let first = words(&judged["first"]);
    let first = if first.is_empty() { "nothing" } else { first };
    match judged["right"].as_bool() {
        Some(true) => "yes".to_owned(),
        Some(false) => format!("no: {first}"),
        None => format!("not judged: {first}"),
    }
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn spent(seconds: &Value) -> String {
    match seconds.as_u64() {
        None => "not".to_owned(),
        Some(seconds) if seconds < 60 => format!("{seconds} s"),
        Some(seconds) => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_stands_between_the_marks_is_written_anew() {
        let text =
            "Words.\n<!-- drills: own -->\nold\n<!-- end -->\nMore.\n<!-- drills: other -->\n<!-- end -->\n";
        let new = replaced(text, Table::Own, "| new |\n").unwrap();
        assert_eq!(new, text.replace("old", "| new |"));
        assert!(replaced(text, Table::Control, "x").is_err(), "a page without the marks is not guessed at");
    }

    #[test]
    fn a_card_is_a_row_that_says_what_was_first_where_that_was_wrong() {
        let card = json!({
            "drill": "origin-missing", "speed": 30.0, "repaired_by": "operator",
            "times": { "detected": 75, "verified": null },
            "runbook": { "right": true, "first": "WebSocket Connections Failing" },
            "cause": { "right": false, "first": "a | b" },
        });
        let table = table(&[card]);
        assert!(
            table.contains(
                "| `origin-missing` | 1 min 15 s | not | not | yes | no: a \\| b | not | not | operator |"
            ),
            "{table}"
        );
        assert!(table.contains("right runbook first 1, right cause first 0"), "{table}");
    }
}
