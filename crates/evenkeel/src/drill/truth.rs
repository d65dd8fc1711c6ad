//! What the scorer knows and nobody else in a drill: how a playbook would name the true cause of each fault.
//!
//! Must never be here, nor be seen from here: how a drill is handled. The stand-in and the product never read this.

use range::faults::Fault;

/// Words of which a suspect that is the true cause has at least one, for each fault. A version that was deployed is the
/// cause wherever it brought the fault; where a playbook also names what the version did, that is right, too.
const TRUE_CAUSES: &[(&str, &[&str])] = &[
    ("bad-deployment", &["deployment"]),
    ("storage-limit", &["deployment"]),
    ("rate-limiter-mad", &["deployment", "rate limit"]),
    ("backend-down", &["no deployment", "not deployment", "convex", "dependenc", "backend"]),
    ("origin-missing", &["cors", "origin"]),
    ("actor-crashed", &["durable object", "deployment", "widespread"]),
    ("actor-hibernated", &["durable object", "deployment", "widespread"]),
    ("clone-slow", &["sandbox timeout", "time limit", "clones"]),
    ("agent-unhealthy", &["opencode"]),
    ("sandbox-app-stuck", &["stuck", "modal is the issue"]),
    ("sandbox-down", &["sandbox service is down", "modal is the issue"]),
    ("git-token-expired", &["github token", "github auth", "github sign-in"]),
    ("auto-pause-wrong", &["the timeout in the code", "timeout configuration", "deployed timeout"]),
    ("alarms-twice", &["alarms are set twice", "duplicate alarm"]),
    ("ten-minute-ceiling", &["before our pause", "modal timeout"]),
    ("duplicate-filter", &["repeats", "deduplication", "deployment"]),
    ("duplicate-message-ids", &["duplicates", "deduplication"]),
    ("sse-cut", &["event stream", "streaming", "but no messages"]),
    ("sandbox-crash", &["sandboxes crash", "but no messages", "opencode"]),
    ("sync-stalled", &["convex sync", "backend's sync"]),
    ("cpu-limit", &["cpu limit", "resource constraints", "deployment"]),
    ("slow-dependency", &["services behind", "external dependenc"]),
    ("cold-start-slow", &["first requests", "cold start"]),
    ("queue-full", &["queue", "modal is slow"]),
    ("write-limit-low", &["refuses writes"]),
    ("oauth-secret-wrong", &["oauth app misconfigured", "secret is wrong"]),
    ("oauth-callback-wrong", &["oauth app misconfigured", "callback"]),
    ("token-expiry-wrong", &["token expired", "tokens expire"]),
    ("provider-down", &["provider"]),
];

/// Whether this is the runbook of the fault; of two faults at once, of either: what comes first is what is seen first.
pub(super) fn is_right_runbook(fault: &Fault, title: &str) -> bool {
    fault.parts().any(|part| title.eq_ignore_ascii_case(part.runbook))
}

/// Whether a suspect of this name is the true cause in that runbook; `None` where nobody has written that down. In another
/// runbook than the fault's, a cause of a like name is not the true one.
pub(super) fn is_true_cause(fault: &Fault, runbook: &str, name: &str) -> Option<bool> {
    let of_part = |part: &Fault| {
        is_cause_of(part, name).map(|right| right && runbook.eq_ignore_ascii_case(part.runbook))
    };
    fault.parts().map(of_part).reduce(|one, other| Some(one? || other?))?
}

fn is_cause_of(fault: &Fault, name: &str) -> Option<bool> {
    let (_, words) = TRUE_CAUSES.iter().find(|(known, _)| *known == fault.name)?;
    let name = name.to_lowercase();
    // A condition that says that it was no deployment is not about one.
    let bare = name.replace("no deployment", "").replace("not deployment", "");
    Some(words.iter().any(|word| if word.starts_with("no") { &name } else { &bare }.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_apart() {
        let fault = |name| range::faults::named(name).unwrap();
        let is = |name, cause| is_cause_of(fault(name), cause).unwrap();
        assert!(is("bad-deployment", "If a deployment came just before the errors"));
        assert!(!is("bad-deployment", "If no deployment fits the time"));
        assert!(is("backend-down", "If no deployment fits the time"));
        assert!(!is("origin-missing", "Look at the Durable Objects"));
        assert!(is("origin-missing", "Look for CORS refusals"));
    }

    #[test]
    fn every_fault_has_its_truth_in_its_own_runbook_alone() {
        for fault in range::faults::all() {
            assert!(is_right_runbook(fault, fault.runbook), "{}", fault.name);
            for part in fault.parts() {
                let (_, words) = TRUE_CAUSES.iter().find(|(known, _)| *known == part.name).unwrap();
                assert_eq!(is_true_cause(fault, part.runbook, words[0]), Some(true), "{}", fault.name);
                assert_eq!(is_true_cause(fault, "Disk full", words[0]), Some(false), "{}", fault.name);
            }
        }
    }

    #[test]
    fn of_two_at_once_either_is_right_in_its_own_runbook() {
        let both = range::faults::named("deployment-and-provider").unwrap();
        let (errors, sign_in) = ("API Returning 5xx Errors", "Authentication Failures");
        assert!(is_right_runbook(both, errors) && is_right_runbook(both, sign_in));
        assert!(!is_right_runbook(both, "High Latency / Slow Response"));
        let deployment = "If a deployment came just before the errors";
        assert_eq!(is_true_cause(both, errors, deployment), Some(true));
        assert_eq!(is_true_cause(both, sign_in, deployment), Some(false));
        assert_eq!(is_true_cause(both, sign_in, "If the provider is down"), Some(true));
    }
}
