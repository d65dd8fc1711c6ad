//! What is sent: one alert a request, as Prometheus writes it, and the playbook that it is judged by.

use std::fs;

use crate::failure::Failure;
use crate::machine;

/// Stands before each counter.
pub(super) const MARK: &str = "host-";
/// How many digits a counter has.
pub(super) const DIGITS: usize = 10;

/// The playbook that comes with Evenkeel, but for the commands it would run by itself whenever no runbook fits.
const PLAYBOOK: &str = "playbooks/tabbi.md";
const LEFT_OUT: &str = "### Quick Diagnostic Commands";

/// One alert of this severity. No runbook of the playbook speaks of disks.
pub(super) fn alert(severity: &str) -> String {
    let zeroes = "0".repeat(DIGITS);
    format!(
        concat!(
            r#"[{{"labels":{{"alertname":"DiskFills","instance":"{mark}{zeroes}","job":"node","mountpoint":"/var","#,
            r#""severity":"{severity}"}},"annotations":{{"description":"less than a tenth of it is free","#,
            r#""summary":"disk of {mark}{zeroes} fills"}},"startsAt":"2020-01-01T00:00:00.000Z","#,
            r#""endsAt":"2099-01-01T00:00:00.000Z","#,
            r#""generatorURL":"http://prometheus.example.test/graph?g0.expr=disk"}}]"#
        ),
        mark = MARK,
        zeroes = zeroes,
        severity = severity
    )
}

/// The playbook of the benches. The quick diagnostics are left out: they would start child processes for each alert, and
/// ask servers on the internet.
pub(super) fn playbook() -> Result<String, Failure> {
    let text = fs::read_to_string(machine::root().join(PLAYBOOK)).map_err(Failure::io(PLAYBOOK))?;
    without_section(&text, LEFT_OUT)
        .ok_or_else(|| Failure::Answer(format!("{PLAYBOOK}: has no section {LEFT_OUT:?}")))
}

/// The text without one section: from its heading to the next of any level, outside code.
fn without_section(text: &str, heading: &str) -> Option<String> {
    let mut kept = String::with_capacity(text.len());
    let (mut found, mut skipping, mut in_code) = (false, false, false);
    for line in text.split_inclusive('\n') {
        in_code ^= line.trim_start().starts_with("```");
        if !in_code && line.starts_with('#') {
            skipping = line.trim_end() == heading;
            found |= skipping;
        }
        if !skipping {
            kept.push_str(line);
        }
    }
    found.then_some(kept)
}

/// The counter behind the first mark in some bytes.
pub(super) fn number_in(bytes: &[u8]) -> Option<u64> {
    let at = bytes.windows(MARK.len()).position(|window| window == MARK.as_bytes())? + MARK.len();
    std::str::from_utf8(bytes.get(at..at + DIGITS)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_json_of_the_usual_size() {
        let body = alert("info");
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read[0]["labels"]["severity"], "info");
        assert!((360..400).contains(&body.len()), "{}", body.len());
        assert_eq!(number_in(body.as_bytes()), Some(0));
    }

    #[test]
    fn one_section_is_left_out_and_code_is_no_heading() {
        let text = "# A\n### B\n```\n# code\n```\n### C\nend\n";
        assert_eq!(without_section(text, "### B").unwrap(), "# A\n### C\nend\n");
        assert_eq!(without_section(text, "# code"), None);
    }
}
