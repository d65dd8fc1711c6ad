//! The severity matrix: a table with at least two rows whose first cell is a severity key such as `P0` or `SEV-1`.
//!
//! Without keys of that form, words such as `critical` count only if the first column is headed severity or priority.

use super::claims::{Claims, Role};
use super::measure::{first_number, minutes};
use super::rules;
use super::words::{self, holds_any, is_word, rank, severity_key};
use crate::model::{Response, SeverityRow};
use crate::scan::{Block, Document, Inline, Row, Table};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The rows, worst first, whichever way round the table is.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<SeverityRow> {
    for (index, section) in doc.each().filter(|(i, _)| claims.is_free_or_title(*i)) {
        for block in &section.blocks {
            if let Block::Table(table) = block
                && let Some(rows) = matrix(table)
            {
                claims.claim(index, Role::Severities);
                return rows;
            }
        }
    }
    Vec::new()
}

fn matrix(table: &Table) -> Option<Vec<SeverityRow>> {
    let header: Vec<String> = table.header.iter().map(|cell| cell.plain().to_lowercase()).collect();
    let first = header.first().map(String::as_str).unwrap_or_default();
    const KEYS: &[&str] = &[
        "sever",
        "priorit",
        "priorid",
        "level",
        "gravedad",
        "gravidade",
        "重大度",
        "深刻度",
        "重要度",
        "優先度",
    ];
    let keyed_by_words = KEYS.iter().any(|word| first.contains(word));
    let columns = Columns::new(&header);
    let rows: Vec<_> = table.rows.iter().filter_map(|row| severity(row, &columns, keyed_by_words)).collect();
    // A table of something else may name one severity; a matrix names several, and escalation tables have arrows.
    let is_escalation = header.iter().any(|name| name.contains("escalat") || name.contains("who"));
    let rows = worst_first(rows);
    (rows.len() >= 2 && header.len() >= 2 && !is_escalation).then_some(rows)
}

/// The worst first, where all are of one family.
pub(super) fn worst_first(mut rows: Vec<SeverityRow>) -> Vec<SeverityRow> {
    let ranks: Option<Vec<_>> = rows.iter().map(|row| rank(&row.name)).collect();
    if ranks.is_some_and(|ranks| ranks.windows(2).all(|two| two[0].0 == two[1].0)) {
        rows.sort_by_key(|row| rank(&row.name));
    }
    rows
}

struct Columns {
    impact: Option<usize>,
    examples: Option<usize>,
    response: Option<usize>,
}

impl Columns {
    fn new(header: &[String]) -> Self {
        let find = |words: fn(&'static words::Columns) -> &'static [&'static str]| {
            let mut heads = header.iter().enumerate().skip(1);
            heads.find(|(_, name)| holds_any(name, |language| words(&language.columns))).map(|(i, _)| i)
        };
        let examples = find(|columns| columns.examples);
        let response = find(|columns| columns.response);
        let impact = find(|columns| columns.impact);
        let rest = (1..header.len()).find(|i| Some(*i) != examples && Some(*i) != response);
        Self { impact: impact.or(rest), examples, response }
    }
}

fn severity(row: &Row, columns: &Columns, keyed_by_words: bool) -> Option<SeverityRow> {
    let key = row.cells.first()?.plain();
    let name =
        severity_key(&key).or_else(|| (keyed_by_words && is_word(&key)).then(|| key.trim().to_string()))?;
    let cell =
        |column: Option<usize>| column.and_then(|i| row.cells.get(i)).map(Inline::text).unwrap_or_default();
    Some(SeverityRow {
        name,
        impact: cell(columns.impact),
        examples: listed(&cell(columns.examples)),
        response: response(&cell(columns.response)),
        line: row.line,
        origin: rules::SEVERITY_TABLE.at(row.line),
    })
}

/// Comma-separated words, but not at commas within parentheses.
pub(super) fn listed(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut depth = 0u32;
    let mut item = String::new();
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if matches!(c, ',' | ';') && depth == 0 {
            items.push(core::mem::take(&mut item));
        } else {
            item.push(c);
        }
    }
    items.push(item);
    items.iter().map(|item| item.trim().to_string()).filter(|item| !item.is_empty()).collect()
}

/// The first digits of a text, also where a word follows without a blank.
fn first_digits(text: &str) -> Option<u32> {
    let rest = text.get(text.find(|character: char| character.is_ascii_digit())?..)?;
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// How fast, as written and as numbers.
pub(super) fn response(text: &str) -> Response {
    let lower = text.to_lowercase();
    let at_once = holds_any(&lower, |language| language.at_once);
    let business = holds_any(&lower, |language| language.working_days);
    let business_days = business.then(|| first_number(&lower).or_else(|| first_digits(&lower)).unwrap_or(1));
    let minutes = match (minutes(text), business) {
        (_, true) => None,
        (Some(minutes), false) => Some(minutes),
        (None, false) => at_once.then_some(0),
    };
    Response { text: text.to_string(), minutes, business_days }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;
    use alloc::format;

    #[test]
    fn columns_are_found_by_their_heads() {
        let doc = scan(
            "## S\n\n| Level | Respond within | Examples | Description |\n|-|-|-|-|\n\
             | **SEV-1** | immediately | a (b, c), d >50% | All down |\n| SEV-2 | 2 business days | e | Slow |\n\
             | SEV-3 | < 4 hours | | |\n",
        );
        let rows = read(&doc, &mut Claims::new(&doc));
        assert_eq!(rows[0].name, "SEV-1");
        assert_eq!(rows[0].examples, ["a (b, c)", "d >50%"]);
        assert_eq!(rows[0].impact, "All down");
        let times: Vec<_> = rows.iter().map(|r| (r.response.minutes, r.response.business_days)).collect();
        assert_eq!(times, [(Some(0), None), (None, Some(2)), (Some(240), None)]);
    }

    #[test]
    fn response_times_are_read_in_every_language() {
        for (table, wanted) in [
            (
                "| Severidad | Descripción | Respuesta |\n|-|-|-|\n| P1 | Caída total | 15 minutos |\n\
                 | P2 | Lento | inmediata |\n| P3 | Feo | 2 días hábiles |\n",
                ["Caída total", "Lento", "Feo"],
            ),
            (
                "| Severidade | Descrição | Tempo de resposta |\n|-|-|-|\n| P1 | Tudo parado | 15 minutos |\n\
                 | P2 | Lento | imediato |\n| P3 | Feio | 2 dias úteis |\n",
                ["Tudo parado", "Lento", "Feio"],
            ),
            (
                "| 重大度 | 影響 | 対応時間 |\n|-|-|-|\n| P1 | 全停止 | 15分 |\n| P2 | 遅延 | 即時 |\n| P3 | 表示 | 2営業日 |\n",
                ["全停止", "遅延", "表示"],
            ),
        ] {
            let text = format!("## S\n\n{table}");
            let doc = scan(&text);
            let rows = read(&doc, &mut Claims::new(&doc));
            let times: Vec<_> =
                rows.iter().map(|row| (row.response.minutes, row.response.business_days)).collect();
            assert_eq!(times, [(Some(15), None), (Some(0), None), (None, Some(2))], "{table}");
            let impacts: Vec<&str> = rows.iter().map(|row| row.impact.as_str()).collect();
            assert_eq!(impacts, wanted, "{table}");
        }
    }

    #[test]
    fn the_worst_comes_first_in_every_family() {
        let names = |rows: &[&str]| {
            let table: String = rows.iter().map(|row| format!("| {row} | x |\n")).collect();
            let text = format!("## S\n\n| Severity | Impact |\n|-|-|\n{table}");
            let doc = scan(&text);
            let found = read(&doc, &mut Claims::new(&doc));
            found.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["P2", "P1", "P0"]), ["P0", "P1", "P2"]);
        assert_eq!(names(&["Sev 3", "Sev 1"]), ["Sev 1", "Sev 3"]);
        assert_eq!(names(&["Minor", "Major", "Critical"]), ["Critical", "Major", "Minor"]);
        assert_eq!(names(&["Severity 1 (Critical)", "Severity 2 (Major)"]), ["Severity 1", "Severity 2"]);
        assert_eq!(names(&["S0", "S1", "S2"]), ["S0", "S1", "S2"]);
        assert!(names(&["Small", "Large"]).is_empty());
    }

    #[test]
    fn tables_of_other_things_are_left() {
        let doc = scan("## T\n\n| Action | Priority |\n|-|-|\n| Add a test | P1 |\n| Fix it | P2 |\n");
        assert!(read(&doc, &mut Claims::new(&doc)).is_empty());
    }
}
