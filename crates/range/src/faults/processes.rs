//! The faults whose cause is a process: stopped, killed or starved by the supervisor.

use super::{CREATION, ERRORS, Fault, LATENCY, Owner, SIGN_IN};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "backend-down",
        owner: Owner::Supervisor,
        runbook: ERRORS,
        cause: "the backend's process was killed and is not started again",
        seen: "requests of users are answered 503 \"Something went wrong\"; /health is well; the backend's health is 503",
        repair: "the backend's operator starts it again: `range repair backend-down`",
    },
    Fault {
        name: "sandbox-down",
        owner: Owner::Supervisor,
        runbook: CREATION,
        cause: "the sandbox service's process was killed and is not started again",
        seen: "new sessions are answered 503 \"Failed to create session\"; everything else is well",
        repair: "the sandbox's operator starts it again: `range repair sandbox-down`",
    },
    Fault {
        name: "provider-down",
        owner: Owner::Supervisor,
        runbook: SIGN_IN,
        cause: "the provider's process was killed and is not started again",
        seen: "nobody can sign in: the provider's page is 503; whoever is signed in works on; the backend and the edge are well",
        repair: "the provider's operator starts it again: `range repair provider-down`",
    },
    Fault {
        name: "slow-dependency",
        owner: Owner::Supervisor,
        runbook: LATENCY,
        cause: "the backend's process gets a tenth of a second of every three seconds",
        seen: "every request of a user takes a second or more; /health of the edge is fast, the backend's is slow",
        repair: "the backend's operator gives it room again: `range repair slow-dependency`",
    },
];
