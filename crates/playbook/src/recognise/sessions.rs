//! What lives from one command to the next in a session that nobody keeps: the folder that a `cd` changed to.
//!
//! Variables need nothing here: one that a command does not set itself is a hole of that command.

use crate::model::{Command, Context, ContextKind, Effect, Playbook};
use alloc::string::{String, ToString};

/// Marks the commands of a runbook that count on a `cd` before them. What only asks over the network does not.
pub(crate) fn fill(playbook: &mut Playbook) {
    for runbook in &mut playbook.runbooks {
        let mut folder = None;
        runbook
            .steps
            .iter_mut()
            .flat_map(|step| &mut step.commands)
            .for_each(|command| mark(command, &mut folder));
    }
    let mut folder = None;
    playbook.quick_diagnostics.iter_mut().for_each(|command| mark(command, &mut folder));
}

fn mark(command: &mut Command, folder: &mut Option<String>) {
    if command.context.is_some() {
        return;
    }
    if let Some(opener) = folder.as_ref().filter(|_| counts_on_folder(command)) {
        command.context = Some(Context { kind: ContextKind::Folder, opener: opener.clone() });
    }
    if let Some(change) = changed(&command.source) {
        *folder = Some(change.to_string());
    }
}

/// Whether it makes a difference in which folder a command is run: not where it only asks over the network.
pub(crate) fn counts_on_folder(command: &Command) -> bool {
    match command.effect {
        Effect::ReadsWorld | Effect::FollowsLog | Effect::Waits => false,
        Effect::ReadsHere
        | Effect::ChangesHere
        | Effect::ChangesProduction
        | Effect::Destroys
        | Effect::Unknown => true,
    }
}

/// Whether what stands below a command in one session counts on the folder that it changed to.
#[must_use]
pub fn changes_folder(source: &str) -> bool {
    changed(source).is_some()
}

/// The `cd` that a command begins with or consists of.
fn changed(source: &str) -> Option<&str> {
    let first = source.split(['\n', ';', '&', '|']).next().unwrap_or_default().trim();
    first.strip_prefix("cd ").filter(|place| !place.trim().is_empty()).map(|_| first)
}

#[cfg(test)]
mod tests {
    use crate::{ContextKind, compile};

    #[test]
    fn the_folder_that_a_document_or_a_fence_names_is_one() {
        let text = "---\ncwd: ../infra\n---\n# Ops\n\n## Quick checks\n\n```sh\nls\n```\n\n\
                    ```sh {cwd=/srv/app}\ndf\n```\n\n```{name=look interactive=true}\nkubectl get pods\n```\n\n\
                    ```sh\nkubectl get nodes\n```\n";
        let playbook = compile(text.as_bytes());
        let told: Vec<_> = playbook
            .quick_diagnostics
            .iter()
            .map(|command| {
                let opener = command.context.as_ref().map(|context| context.opener.as_str());
                (command.source.as_str(), opener, command.by_hand.is_some())
            })
            .collect();
        let wanted = [
            ("ls", Some("cd ../infra"), false),
            ("df", Some("cd /srv/app"), false),
            ("kubectl get pods", None, true),
            ("kubectl get nodes", None, false),
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn what_counts_on_a_folder_says_so() {
        let text = "## Issue: x\n\n**Symptoms**:\n- a\n\n**Runbook**:\n\n1. **Go**\n   ```sh\n   cd infra\n   ```\n\
                    2. **Do**\n   ```sh\n   kubectl get pods\n   terraform apply\n   ```\n";
        let playbook = compile(text.as_bytes());
        let commands: Vec<_> = playbook.runbooks[0].steps.iter().flat_map(|step| &step.commands).collect();
        let folders: Vec<_> =
            commands.iter().map(|c| c.context.as_ref().map(|c| (c.kind, c.opener.as_str()))).collect();
        assert_eq!(folders, [None, None, Some((ContextKind::Folder, "cd infra"))]);
    }
}
