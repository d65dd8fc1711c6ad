//! The faults of the backend in words; what each changes is in `backend/faults.rs`.

use super::{CREATION, Fault, MESSAGES, Owner, SIGN_IN};
use crate::log::ServiceName;

const OWNER: Owner = Owner::Service(ServiceName::Backend);
const DEPLOY: &str = "npx convex deploy --yes";

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "token-expiry-wrong",
        owner: OWNER,
        runbook: SIGN_IN,
        cause: "SESSION_TOKEN_TTL_MS of the deployed auth.ts is 24 * 60, which is a second and a half",
        seen: "people are signed out right after they signed in: 401 \"Unauthorized\"; the log has tokens expired 0 s ago",
        repair: DEPLOY,
    },
    Fault {
        name: "duplicate-message-ids",
        owner: OWNER,
        runbook: MESSAGES,
        cause: "the deployed messages.ts stores one message a session, role and minute",
        seen: "messages show while they come, and are missing when the page is opened again; the log skips duplicate keys",
        repair: DEPLOY,
    },
    Fault {
        name: "oauth-callback-wrong",
        owner: OWNER,
        runbook: SIGN_IN,
        cause: "AUTH_CALLBACK_URL of the backend's environment is the preview's, which the OAuth app does not have",
        seen: "sign-in ends at the provider: \"The redirect_uri is not associated with this application\"; who is signed in stays so",
        repair: "npx convex env remove AUTH_CALLBACK_URL --prod",
    },
    Fault {
        name: "oauth-secret-wrong",
        owner: OWNER,
        runbook: SIGN_IN,
        cause: "AUTH_GITHUB_SECRET of the backend's environment is not the OAuth app's",
        seen: "people come back from the provider to \"Sign-in failed\"; the log has incorrect_client_credentials",
        repair: "npx convex env set AUTH_GITHUB_SECRET practice-app-password --prod",
    },
    Fault {
        name: "git-token-expired",
        owner: OWNER,
        runbook: CREATION,
        cause: "the grants of everybody were taken back at the provider, and their git tokens have run out",
        seen: "new sessions of people who were signed in fail with \"Failed to create session\"; the log has failed token refreshes",
        repair: "npx convex run github:signOutExpired --prod",
    },
    Fault {
        name: "sync-stalled",
        owner: OWNER,
        runbook: MESSAGES,
        cause: "SYNC_WORKERS of the backend's environment is 0: somebody moved messages, and did not set it back",
        seen: "the chat works, its history stays behind: whoever opens the page again sees an old state; no worker takes batches",
        repair: "npx convex env set SYNC_WORKERS 4 --prod",
    },
    Fault {
        name: "write-limit-low",
        owner: OWNER,
        runbook: CREATION,
        cause: "WRITES_PER_MINUTE of the backend's environment is 2",
        seen: "new sessions are answered 503 \"Failed to create session\"; the backend's log has TooManyWrites",
        repair: "npx convex env set WRITES_PER_MINUTE 60000 --prod",
    },
];
