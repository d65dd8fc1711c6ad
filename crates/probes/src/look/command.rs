//! `command`: a command that only looks, through the executor's port.

use super::Trouble;
use super::attempt::Looking;
use crate::judge::Seen;
use engine::ports::{Executor, RunOrder, Word};
use incident::{Ending, IncidentId};
use playbook::Effect;

pub(super) async fn look(
    source: &str,
    executor: &dyn Executor,
    looking: &mut Looking,
) -> Result<Seen, Trouble> {
    let order = RunOrder {
        // Of no incident: nothing about the run is kept by one.
        incident: IncidentId::from_parts(0, 0),
        run: 0,
        source: source.to_owned(),
        effect: Effect::ReadsWorld,
        word: Word::None,
    };
    // Dropped at the deadline, it ends its whole process group.
    let report = looking.target("waiting for the command", async { Ok(executor.run(&order).await) }).await?;
    looking.phases.processing = looking.lap();
    let body = report.output.to_string();
    let exit = match report.ending {
        Ending::Exited { code } => code,
        Ending::NotStarted { error } => {
            return Err(Trouble::Own(format!("the command was not started: {error}")));
        }
        Ending::TimedOut | Ending::Followed => {
            return Err(Trouble::Target("no end of the command in time".to_owned()));
        }
        Ending::Stopped => return Err(Trouble::Own("the command was stopped".to_owned())),
        Ending::TooMuchOutput => return Err(Trouble::Own("the command wrote too much".to_owned())),
        Ending::Killed { signal } => {
            return Err(Trouble::Own(format!("the command was killed by signal {signal}")));
        }
    };
    let values = number(&body).map(|value| vec![(String::new(), value)]).unwrap_or_default();
    Ok(Seen { exit: Some(exit), body, values, ..Seen::default() })
}

/// The first word of an output that is a number.
fn number(output: &str) -> Option<f64> {
    let words = output.split(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | ','));
    words.filter_map(|word| word.trim_end_matches('%').parse().ok()).find(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_of_an_output_is_its_value() {
        assert_eq!(number("success: 97.5% of 200"), Some(97.5));
        assert_eq!(number("depth=3\n"), Some(3.0));
        assert_eq!(number("infinite nan of none"), None);
    }
}
