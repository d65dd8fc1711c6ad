//! What holds for the playbook of any bytes: the tests and the fuzz target ask the same.

use playbook::{Playbook, Span, compile, html, repaired};

/// Compiles the bytes twice and asks everything. Returns the playbook and its text.
pub(crate) fn check(bytes: &[u8]) -> (Playbook, String) {
    let playbook = compile(bytes);
    let text = repaired(bytes);
    let lines = u32::try_from(text.matches('\n').count() + 1).expect("test documents are small");
    let within = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?}");
        assert!(span.line >= 1 && span.line <= lines, "{span:?} of {lines} lines");
    };
    playbook.sections.iter().for_each(|section| within(section.span));
    playbook.diagnostics.iter().for_each(|diagnostic| within(diagnostic.span));
    playbook.templates.iter().flat_map(|t| &t.placeholders).for_each(|blank| within(blank.span));
    assert!(all_lines(&playbook).into_iter().all(|line| line >= 1 && line <= lines));
    for template in &playbook.templates {
        for blank in &template.placeholders {
            assert!(template.body[blank.offset as usize..].starts_with(&blank.token), "{blank:?}");
        }
    }
    assert_eq!(playbook, compile(bytes));
    assert_eq!(html::to_html(&text), html::to_html(&text));
    (playbook, text)
}

fn all_lines(playbook: &Playbook) -> Vec<u32> {
    let steps = || playbook.runbooks.iter().flat_map(|runbook| &runbook.steps);
    let commands = steps().flat_map(|step| &step.commands).map(|command| command.line);
    let checks = steps().flat_map(|step| &step.checks).map(|check| check.line);
    let rows = playbook.severities.iter().map(|row| row.line);
    steps().map(|step| step.line).chain(commands).chain(checks).chain(rows).collect()
}
