//! Does this command only look? Asked where nobody knows its tool, and only for one plain call without a blank.
//!
//! A yes must come from a named person and holds for exactly this text. It takes away the wait for a second word; it
//! never lets the command begin alone, and nothing that is known to change something can be vouched for at all.

use super::{Put, Questions, Sureness, offer};
use crate::model::{Command, DoubtKind, Effect, Playbook};
use crate::shell::effect_of_plain;
use alloc::format;
use alloc::string::String;

const LOOKS: &str = "looks";
const CHANGES: &str = "changes";

impl Questions<'_> {
    pub(super) fn commands(&mut self, playbook: &mut Playbook) {
        let steps = playbook.runbooks.iter_mut().flat_map(|runbook| &mut runbook.steps);
        let commands = steps.flat_map(|step| &mut step.commands).chain(&mut playbook.quick_diagnostics);
        for command in commands.filter(|command| may_be_vouched_for(command)) {
            self.command(command);
        }
    }

    fn command(&mut self, command: &mut Command) {
        let put = || Put {
            question: format!(
                "Does `{}` only look, whatever happens? ({})",
                command.source, command.effect_reason
            ),
            offers: alloc::vec![
                offer(
                    LOOKS,
                    "whoever starts it need not approve it as well; it never begins by itself; --by is needed"
                ),
                offer(CHANGES, "it waits for a named person's word each time, as now"),
            ],
            guess: CHANGES,
            origin: command.origin.clone(),
        };
        let Some(said) = self.ask(Sureness::Doubtful, (DoubtKind::Command, &command.source), put) else {
            return;
        };
        if said.answer != LOOKS {
            return;
        }
        if said.by.trim().is_empty() {
            self.unnamed(&command.source);
            return;
        }
        command.effect = Effect::ReadsWorld;
        command.effect_reason = format!("{} answered that exactly this text only looks", said.whose());
        let why = String::from("it only looks by a person's word, so a person starts it");
        command.by_hand.get_or_insert(why);
        command.vouched = Some(said);
    }

    /// A word that nobody stands for is none: the question stays open.
    fn unnamed(&mut self, source: &str) {
        let id = super::id(DoubtKind::Command, source);
        if let Some(doubt) = self.known.get(&id).and_then(|at| self.doubts.get_mut(*at)) {
            doubt.answered = None;
            self.misfits.insert(id);
        }
    }
}

/// One call of a tool that nobody knows, in plain words: nothing in it is hidden behind the tool's name.
fn may_be_vouched_for(command: &Command) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_./:=,@%+".contains(c);
    command.effect == Effect::Unknown
        && command.holes.is_empty()
        && command.context.is_none()
        && command.source.chars().all(plain)
        && effect_of_plain(&command.source) == Some(Effect::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_call_of_an_unknown_tool_may_be_vouched_for() {
        let may = |source: &str| {
            let playbook =
                crate::compile(format!("# A\n\n## Quick checks\n\n```sh\n{source}\n```\n").as_bytes());
            may_be_vouched_for(&playbook.quick_diagnostics[0])
        };
        assert!(may("paymentsctl queue --depth") && may("./status.sh eu-1"));
        for source in [
            "rm -rf /srv/data",
            "kubectl delete pod web-1",
            "rm -rf /srv/data | paymentsctl queue",
            "paymentsctl queue; rm x",
            "paymentsctl queue > /etc/hosts",
            "paymentsctl $(rm x)",
            "paymentsctl `rm x`",
            "paymentsctl queue <name>",
            "paymentsctl queue $NAME",
            "paymentsctl 'queue'",
            "paymentsctl queue &",
            "ls -l",
        ] {
            assert!(!may(source), "{source}");
        }
    }
}
