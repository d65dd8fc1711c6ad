//! What this host does not run, whatever the server orders.

use engine::ports::{AgentOrder, AgentRuns, Word};
use playbook::Approval;
use std::collections::BTreeSet;

/// Why an order is not run here; `None` where it is.
pub(super) fn refused(order: &AgentOrder, runs: AgentRuns, gives: &BTreeSet<String>) -> Option<String> {
    if let Some(missing) = missing(order, gives) {
        return Some(format!(
            "it needs ${missing}, which this agent does not give to commands; name it under [runner] `env` or \
             `secret_env` of the agent's settings"
        ));
    }
    match (runs, order.word) {
        (AgentRuns::LooksOnly, _) => {
            // Both judgements: the server's, which knows whose word it has, and our own, which nobody sends.
            let (own, why) = playbook::effect_of(&order.source);
            let looks =
                order.effect.approval() == Approval::NotNeeded && own.approval() == Approval::NotNeeded;
            (!looks).then(|| {
                format!("this agent runs only what looks, by its own settings, and this may not: {why}")
            })
        }
        (AgentRuns::Everything, Word::None) if order.effect.approval() == Approval::Needed => {
            Some("nobody gave the word for it, and it may change something".to_owned())
        }
        (AgentRuns::Everything, Word::None | Word::Given) => None,
    }
}

/// A variable that the text counts on and that nobody sets here: empty, it would make another command of it.
fn missing(order: &AgentOrder, gives: &BTreeSet<String>) -> Option<String> {
    let own = |name: &String| gives.contains(name) || name == "TMPDIR";
    playbook::variables_of(&order.source).into_iter().find(|name| !own(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ports::OrderName;
    use incident::IncidentId;
    use playbook::Effect;

    fn order(source: &str, effect: Effect, word: Word) -> AgentOrder {
        let name = OrderName { incident: IncidentId::from_parts(1, 1), run: 1 };
        AgentOrder { name, source: source.to_owned(), effect, word }
    }

    #[test]
    fn a_look_that_is_none_is_not_believed() {
        let gives = BTreeSet::new();
        let looks =
            |source, effect, word| refused(&order(source, effect, word), AgentRuns::LooksOnly, &gives);
        assert_eq!(looks("df -h", Effect::ReadsHere, Word::None), None);
        for (source, effect, word) in [
            ("rm -rf /srv", Effect::ReadsHere, Word::None),
            ("rm -rf /srv", Effect::Destroys, Word::Given),
            ("some-tool --state", Effect::ReadsHere, Word::Given),
            ("df -h", Effect::Unknown, Word::Given),
        ] {
            let why = looks(source, effect, word).unwrap_or_else(|| panic!("{source} is not run"));
            assert!(why.contains("only what looks"), "{why}");
        }
    }

    #[test]
    fn what_needs_a_word_has_one() {
        let gives = BTreeSet::new();
        let all = |effect, word| refused(&order("rm x", effect, word), AgentRuns::Everything, &gives);
        assert_eq!(all(Effect::Destroys, Word::Given), None);
        assert!(all(Effect::Destroys, Word::None).is_some());
    }

    #[test]
    fn a_variable_that_nobody_gives_is_named() {
        let gives = BTreeSet::from(["KUBECONFIG".to_owned()]);
        let run =
            |source| refused(&order(source, Effect::Destroys, Word::Given), AgentRuns::Everything, &gives);
        assert_eq!(run("kubectl --kubeconfig $KUBECONFIG get pods"), None);
        assert_eq!(run("X=1; echo \"$X\" '$Y'"), None);
        let why = run("rm -rf $DATA/old").expect("it is not run");
        assert!(why.contains("$DATA"), "{why}");
    }
}
