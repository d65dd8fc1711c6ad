//! Quick diagnostics: shell fences under a heading that announces a first look.

use super::claims::{Claims, Role};
use super::commands;
use super::words::Topic;
use crate::model::Command;
use crate::scan::{Block, Document};
use alloc::vec::Vec;

/// The commands of the first such sections.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<Command> {
    let mut found = Vec::new();
    for (index, section) in doc.each() {
        if !claims.is_free(index) || !claims.announces(index, Topic::QuickDiagnostics) {
            continue;
        }
        let before = found.len();
        for block in &section.blocks {
            if let Block::Fence(fence) = block {
                found.extend(commands::of_fence(fence).into_iter().flat_map(|read| &read.commands).cloned());
            }
        }
        if found.len() > before {
            claims.claim(index, Role::QuickDiagnostics);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn only_shell_fences_count() {
        let doc = scan("## Quick Diagnostic Commands\n\n```bash\n# A\nls -l\n```\n\n```json\n{}\n```\n");
        let commands = read(&doc, &mut Claims::new(&doc));
        assert_eq!(commands.len(), 1);
        assert_eq!(commands[0].title.as_deref(), Some("A"));
    }
}
