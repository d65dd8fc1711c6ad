//! The command that undoes a command, where the document names one: an instruction `Undo: …` in the same step, or
//! else the rollback of the same tool.

use crate::model::{Command, Effect, Playbook};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Fills [`Command::inverse`] for commands that change production.
pub(crate) fn fill(playbook: &mut Playbook) {
    let rollbacks = rollbacks(playbook);
    for step in playbook.runbooks.iter_mut().flat_map(|runbook| &mut runbook.steps) {
        let undo = step.instructions.iter().find_map(|instruction| undo(instruction));
        for command in &mut step.commands {
            command.inverse = inverse(command, undo.as_deref(), &rollbacks);
        }
    }
    for command in &mut playbook.quick_diagnostics {
        command.inverse = inverse(command, None, &rollbacks);
    }
}

fn inverse(command: &Command, undo: Option<&str>, rollbacks: &[String]) -> Option<String> {
    let changes = matches!(command.effect, Effect::ChangesProduction | Effect::Destroys);
    if let Some(undo) = undo.filter(|_| changes) {
        return Some(undo.to_string());
    }
    if command.effect != Effect::ChangesProduction || !deploys(&command.source) {
        return None;
    }
    let tool = first_word(&command.source);
    rollbacks.iter().find(|rollback| rollback.split_whitespace().any(|word| word == tool)).cloned()
}

/// The command in backticks of an instruction such as ``Undo: `tool rollback` with the old id``.
fn undo(instruction: &str) -> Option<String> {
    let (key, rest) = instruction.split_once(':')?;
    let code = rest.trim_start().strip_prefix('`')?.split('`').next()?;
    (is_undo_word(key) && code.contains(' ')).then(|| code.to_string())
}

/// Whether a text is such a key with its colon.
pub(super) fn is_undo(text: &str) -> bool {
    text.trim_end().strip_suffix(':').is_some_and(|key| is_undo_word(key.trim_matches('*')))
}

fn is_undo_word(key: &str) -> bool {
    let key = key.trim().to_lowercase();
    ["undo", "to undo", "rollback", "revert", "way back"].contains(&key.as_str())
}

/// Commands of groups named rollback first, then any that roll back by their own words.
fn rollbacks(playbook: &Playbook) -> Vec<String> {
    let groups =
        playbook.quick_reference.iter().filter(|group| group.name.to_lowercase().contains("rollback"));
    let card = groups.flat_map(|group| &group.entries).filter_map(|entry| entry.command.as_ref());
    let steps = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps).flat_map(|step| &step.commands);
    let named = steps.filter(|command| words(command).any(|word| word == "rollback" || word == "undo"));
    card.chain(named).map(|command| command.source.clone()).collect()
}

fn words(command: &Command) -> impl Iterator<Item = &str> {
    command.source.split_whitespace()
}

fn deploys(source: &str) -> bool {
    source
        .split_whitespace()
        .any(|word| matches!(word, "deploy" | "apply" | "publish" | "release" | "promote"))
}

fn first_word(source: &str) -> String {
    source.split_whitespace().find(|word| *word != "npx" && *word != "sudo").unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_line_names_its_command() {
        assert_eq!(undo("Undo: `tool rollback` with the old id").as_deref(), Some("tool rollback"));
        assert_eq!(undo("Undo: nothing to undo"), None);
        assert_eq!(undo("Never `tool stop` here: it ends all"), None);
    }

    #[test]
    fn a_deployment_is_undone_by_the_rollback_of_its_tool() {
        let text = "## Runbooks\n\n### Issue: A\n\n**Symptoms**:\n\n- x\n\n**Runbook**:\n\n1. **Ship**\n\n   ```sh\n   \
                    wrangler deploy --env production\n   ```\n\n## Quick Reference\n\n### Rollback\n\n\
                    - Edge: wrangler rollback --env production\n";
        let playbook = crate::compile(text.as_bytes());
        let command = &playbook.runbooks[0].steps[0].commands[0];
        assert_eq!(command.inverse.as_deref(), Some("wrangler rollback --env production"));
    }
}
