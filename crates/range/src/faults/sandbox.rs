//! The faults of the sandbox service in words; what each changes is in `sandbox/faults.rs`.

use super::{CREATION, Fault, LATENCY, MESSAGES, Owner, PAUSES};
use crate::log::ServiceName;

const OWNER: Owner = Owner::Service(ServiceName::Sandbox);
const ROLLBACK: &str = "modal app rollback coding-agent-sandbox";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "clone-slow",
        owner: OWNER,
        runbook: CREATION,
        cause: "the live version of the sandbox app clones whole histories, which takes longer than its limit of 10 s",
        seen: "new sessions stay in \"starting\", then fail; the log of create_sandbox has clones that ran into a timeout",
        repair: ROLLBACK,
    },
    Fault {
        name: "agent-unhealthy",
        owner: OWNER,
        runbook: CREATION,
        cause: "the live version gives agents a configuration that is no JSON",
        seen: "new sessions fail after 5 s; clones are fast; the log says that agents are not healthy, and why",
        repair: ROLLBACK,
    },
    Fault {
        name: "sandbox-app-stuck",
        owner: OWNER,
        runbook: CREATION,
        cause: "a container of the app hangs and holds the lock of the image cache",
        seen: "new sessions stay in \"starting\"; running ones are well, the app's health, too; the log names who holds the lock",
        repair: "modal app rollover coding-agent-sandbox",
    },
    Fault {
        name: "ten-minute-ceiling",
        owner: OWNER,
        runbook: PAUSES,
        cause: "the live version asks for sandboxes of 10 s instead of 600 s, which is below the pause",
        seen: "\"Session paused\" ten seconds after the start, in use or not; alarms are right; the log has timeouts",
        repair: ROLLBACK,
    },
    Fault {
        name: "queue-full",
        owner: OWNER,
        runbook: LATENCY,
        cause: "the live version allows one container at a time and two requests that wait",
        seen: "sessions stay in \"starting\" while others run, or fail at once; sandbox_queue_depth grows; health is fast",
        repair: ROLLBACK,
    },
    Fault {
        name: "cold-start-slow",
        owner: OWNER,
        runbook: LATENCY,
        cause: "the live version downloads the agent whenever a sandbox starts instead of having it in its image",
        seen: "sessions take 4 s longer to start or to resume; clones are fast; the log has a download for each start",
        repair: ROLLBACK,
    },
    Fault {
        name: "sandbox-crash",
        owner: OWNER,
        runbook: MESSAGES,
        cause: "the live version gives a sandbox 16 MB of memory, less than one prompt takes",
        seen: "sessions start well and are lost with the first prompt; the log has sandboxes that crashed, out of memory",
        repair: ROLLBACK,
    },
    Fault {
        name: "sse-cut",
        owner: OWNER,
        runbook: MESSAGES,
        cause: "the live version ends event streams of agents after 2000 bytes",
        seen: "long answers break off with an error, short ones come; the edge's log says that the event stream ended",
        repair: ROLLBACK,
    },
];
