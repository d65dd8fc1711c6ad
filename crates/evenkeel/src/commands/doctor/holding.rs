//! What this system can hold of the commands that runbooks run.

use super::Look;
use crate::config::{Confine, RunnerSettings};
use runner::Held;

pub(super) fn look(settings: &RunnerSettings) -> Look {
    let held = Held::here();
    let (well, said) = said(settings.confine, held.holds_looks(), &held.lost());
    Look { about: "runner", well, said }
}

fn said(confine: Confine, looks: Result<(), String>, lost: &[String]) -> (bool, String) {
    let lost = match lost {
        [] => String::new(),
        lost => format!("; not held here: {}", lost.join("; ")),
    };
    match (looks, confine) {
        (Ok(()), _) => (true, format!("commands that only look can be confined{lost}")),
        (Err(why), Confine::BestEffort) => {
            (true, format!("commands that only look run without being confined: {why}{lost}"))
        }
        (Err(why), Confine::Required) => (
            false,
            format!(
                "commands that only look cannot be confined and wait for a person's word: {why}; runner.confine = \
                 \"best-effort\" runs them by themselves with what there is{lost}"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_said_and_what_would_not_run_is_a_fault() {
        let none = || Err("no Landlock".to_owned());
        assert_eq!(
            said(Confine::Required, Ok(()), &[]),
            (true, "commands that only look can be confined".to_owned())
        );
        assert!(
            said(Confine::Required, Ok(()), &["signals".to_owned()]).1.ends_with("not held here: signals")
        );
        assert!(said(Confine::BestEffort, none(), &["files".to_owned()]).0);
        let (well, words) = said(Confine::Required, none(), &["files".to_owned()]);
        assert!(!well && words.contains("no Landlock") && words.contains("best-effort"), "{words}");
    }
}
