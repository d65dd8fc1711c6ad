//! Two faults at once, as bad days have them: what is seen first hides the other, and whoever repairs one is not done.
//!
//! Must never be here: how either is made to happen, which is its owner's.

use super::{CREATION, ERRORS, Fault, Owner};

/// Both that a combined fault is made of, in the order in which they come.
pub(super) const PARTS: &[(&str, [&str; 2])] = &[
    ("deployment-and-provider", ["provider-down", "bad-deployment"]),
    ("queue-and-clone", ["queue-full", "clone-slow"]),
];

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "deployment-and-provider",
        owner: Owner::Several,
        runbook: ERRORS,
        cause: "the live version was built without SESSION_STORE while the provider's process is down",
        seen: "every answer is 500, also /health; after the rollback all is well for whoever is signed in, and nobody can sign in",
        repair: "wrangler rollback --env production, and the provider's operator: `range repair provider-down`",
    },
    Fault {
        name: "queue-and-clone",
        owner: Owner::Several,
        runbook: CREATION,
        cause: "two versions of the sandbox app, one after the other: one container at a time, then clones of whole histories",
        seen: "new sessions stay in \"starting\", then fail; one step back makes clones fast, and sessions fail at once or wait still",
        repair: "modal app rollback coding-agent-sandbox v1, the version before both",
    },
];
