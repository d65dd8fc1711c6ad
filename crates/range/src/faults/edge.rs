//! The faults of the edge in words; what each changes is in `edge/faults.rs`.

use super::{ERRORS, Fault, LATENCY, MESSAGES, Owner, PAUSES, SOCKETS};
use crate::log::ServiceName;

const OWNER: Owner = Owner::Service(ServiceName::Edge);
const ROLLBACK: &str = "wrangler rollback --env production";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "bad-deployment",
        owner: OWNER,
        runbook: ERRORS,
        cause: "the live version was built without SESSION_STORE",
        seen: "every answer is 500, also /health; the log names the missing setting",
        repair: ROLLBACK,
    },
    Fault {
        name: "storage-limit",
        owner: OWNER,
        runbook: ERRORS,
        cause: "the live version keeps a whole transcript under one key, which has a limit of 128 KB",
        seen: "prompts in long chats are answered 500; /health is well; the log names the key's limit",
        repair: ROLLBACK,
    },
    Fault {
        name: "origin-missing",
        owner: OWNER,
        runbook: SOCKETS,
        cause: "ALLOWED_ORIGINS of the live version lacks the product's origin",
        seen: "upgrades from the page are refused with 403, the chat hangs; without a page's origin all is well (426)",
        repair: "wrangler deploy --env production",
    },
    Fault {
        name: "actor-crashed",
        owner: OWNER,
        runbook: SOCKETS,
        cause: "the live version reads a shape of session state that is not the stored one",
        seen: "upgrades and prompts of every session fail with 500; the log names SessionAgent; /health is well",
        repair: ROLLBACK,
    },
    Fault {
        name: "actor-hibernated",
        owner: OWNER,
        runbook: SOCKETS,
        cause: "the live version puts session objects to sleep after 300 ms and keeps WebSockets in their memory",
        seen: "connections open and are lost at once while nobody writes: \"Not connected\", again and again",
        repair: ROLLBACK,
    },
    Fault {
        name: "auto-pause-wrong",
        owner: OWNER,
        runbook: PAUSES,
        cause: "AUTO_PAUSE_TIMEOUT_MS of the live version is 540 instead of 540000",
        seen: "\"Session paused\" half a second after the last word; alarms are set for 540 ms",
        repair: ROLLBACK,
    },
    Fault {
        name: "alarms-twice",
        owner: OWNER,
        runbook: PAUSES,
        cause: "the live version sets one more alarm at each activity instead of moving the one there is",
        seen: "sessions in use are paused by alarms of long ago; the log has two alarms for one session at once",
        repair: ROLLBACK,
    },
    Fault {
        name: "duplicate-filter",
        owner: OWNER,
        runbook: MESSAGES,
        cause: "the live version makes message ids from session and minute, so two answers share one",
        seen: "the second answer within a minute never shows; the log drops it as a repeat",
        repair: ROLLBACK,
    },
    Fault {
        name: "cpu-limit",
        owner: OWNER,
        runbook: LATENCY,
        cause: "the live version renders the whole transcript again for each piece of an answer",
        seen: "answers break off, slow and with an error; the log has invocations over their processor time",
        repair: ROLLBACK,
    },
    Fault {
        name: "rate-limiter-mad",
        owner: OWNER,
        runbook: ERRORS,
        cause: "RATE_LIMIT_PER_MINUTE of the live version is 3",
        seen: "users are refused with 429 after three requests a minute; /health is well",
        repair: ROLLBACK,
    },
];
