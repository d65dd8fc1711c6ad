//! Whether a look shows the state that a change is about to replace: which version serves, how many run, what is set.
//!
//! Must never be here: which steps a runbook has.

use super::dry::{single_call, unwrapped};
use super::word::Word;

/// Words of commands that show how something is now.
const STATE: &[&str] = &[
    "list",
    "ls",
    "status",
    "get",
    "describe",
    "show",
    "history",
    "versions",
    "version",
    "deployments",
    "releases",
    "inspect",
    "view",
    "info",
    "current",
    "ps",
];

/// Whether `look` calls the same tool as `change`, to show how something is now.
#[must_use]
pub fn shows_state_before(look: &str, change: &str) -> bool {
    let (Some(look), Some(change)) = (single_call(look), single_call(change)) else { return false };
    match (unwrapped(&look), unwrapped(&change)) {
        (Some((look, words)), Some((change, _))) => {
            look == change && words.iter().take(3).filter_map(Word::exact).any(|word| STATE.contains(&word))
        }
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tool_shows_what_it_will_change() {
        for (look, change) in [
            ("wrangler deployments list --env production", "wrangler rollback --env production"),
            ("kubectl -n web get deploy api", "kubectl -n web scale deploy/api --replicas=3"),
            ("kubectl rollout history deploy/api", "kubectl rollout undo deploy/api"),
            ("npx convex env list", "npx convex env set A b"),
            ("modal app history main", "modal app rollback main"),
        ] {
            assert!(shows_state_before(look, change), "{look} before {change}");
        }
        for (look, change) in [
            ("wrangler tail", "wrangler rollback"),
            ("kubectl get pods", "wrangler rollback"),
            ("kubectl get pods | grep api", "kubectl delete pod api-0"),
            ("curl -I https://api.example.test/status", "wrangler rollback"),
        ] {
            assert!(!shows_state_before(look, change), "{look} before {change}");
        }
    }
}
