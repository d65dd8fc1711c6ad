//! The command lines of hosting vendors.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesHere, ChangesProduction, Destroys, FollowsLog, ReadsWorld};

const FOLLOWS: &str = "follows a log until it is ended";
const READ: &str = "only reads";
const SERVES: &str = "changes what production serves";
const GONE: &str = "removes what production uses";

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "wrangler",
        globals: Spec::of("-h --help", "-e --env -c --config --cwd --env-file --profile"),
        verbs: WRANGLER,
    },
    Tool { name: "modal", globals: Spec::of("--help", ""), verbs: MODAL },
    Tool { name: "convex", globals: Spec::of("-h --help", ""), verbs: CONVEX },
    Tool { name: "vercel", globals: Spec::of("", "--scope -S -t --token"), verbs: VERCEL },
];

const WRANGLER: &[Verb] = &[
    verb("tail", FollowsLog, FOLLOWS)
        .with("--debug", "--format --status --header --method --sampling-rate --search --ip --version-id")
        .all(),
    verb("pages deployment tail", FollowsLog, FOLLOWS).with(
        "--debug",
        "--project-name --environment --format --status --header --method --sampling-rate --search --ip",
    ),
    verb("deployments list", ReadsWorld, "only lists deployments").with("--json", "--name").all(),
    verb("deployments status", ReadsWorld, READ).with("--json", "--name").all(),
    verb("versions list", ReadsWorld, READ).with("--json", "--name"),
    verb("versions view", ReadsWorld, READ).with("--json", "--name"),
    verb("whoami", ReadsWorld, READ).with("--json", "--account"),
    verb("secret list", ReadsWorld, "only lists the names of secrets").with("", "--name --format"),
    verb("kv namespace list", ReadsWorld, READ),
    verb("d1 list", ReadsWorld, READ).with("--json", ""),
    verb("d1 info", ReadsWorld, READ).with("--json", ""),
    verb("r2 bucket list", ReadsWorld, READ),
    verb("queues list", ReadsWorld, READ).with("", "--page"),
    verb("queues info", ReadsWorld, READ),
    verb("pages deployment list", ReadsWorld, READ).with("--json", "--project-name --environment"),
    verb("pages project list", ReadsWorld, READ).with("--json", ""),
    verb("kv key list", ReadsWorld, READ).with("--remote", "--namespace-id --binding --prefix"),
    verb("kv key get", ReadsWorld, READ).with("--remote --text", "--namespace-id --binding"),
    verb("rollback", ChangesProduction, SERVES),
    verb("deploy", ChangesProduction, SERVES),
    verb("publish", ChangesProduction, SERVES),
    verb("d1 migrations list", ChangesProduction, "makes the table of migrations where there is none"),
    verb("versions deploy", ChangesProduction, SERVES),
    verb("versions upload", ChangesProduction, "uploads a version to production"),
    verb("triggers deploy", ChangesProduction, SERVES),
    verb("pages deploy", ChangesProduction, SERVES),
    verb("secret put", ChangesProduction, "replaces a secret of production"),
    verb("secret bulk", ChangesProduction, "replaces secrets of production"),
    verb("kv key put", ChangesProduction, "changes stored data"),
    verb("secret delete", Destroys, GONE),
    verb("kv key delete", Destroys, GONE),
    verb("kv namespace delete", Destroys, GONE),
    verb("d1 delete", Destroys, GONE),
    verb("r2 object delete", Destroys, GONE),
    verb("r2 bucket delete", Destroys, GONE),
    verb("queues delete", Destroys, GONE),
    verb("delete", Destroys, GONE),
    verb("dev", ChangesHere, "runs the program on this machine"),
    verb("login", ChangesHere, "opens a browser and stores a login"),
    verb("logout", ChangesHere, "forgets the login of this machine"),
];

const MODAL: &[Verb] = &[
    verb("app list", ReadsWorld, "only lists apps").with("--json", "-e --env"),
    verb("app history", ReadsWorld, READ).with("--json", "-e --env"),
    verb("app logs", FollowsLog, "follows a log, or prints its end").with(
        "-f --follow --timestamps --all --show-function-id --show-function-call-id --show-container-id",
        "-e --env --since --until --tail --search --source --function --function-call --container",
    ),
    verb("container list", ReadsWorld, READ).with("--json", "-e --env --app-id"),
    verb("container logs", FollowsLog, "follows a log, or prints its end")
        .with("-f --follow --timestamps --all", "--since --until --tail --search --source"),
    verb("environment list", ReadsWorld, READ).with("--json", ""),
    verb("volume list", ReadsWorld, READ).with("--json", "-e --env"),
    verb("secret list", ReadsWorld, "only lists the names of secrets").with("--json", "-e --env"),
    verb("profile current", ReadsWorld, READ),
    verb("deploy", ChangesProduction, SERVES),
    verb("app rollback", ChangesProduction, SERVES),
    verb("app rollover", ChangesProduction, "replaces the running containers"),
    verb("run", ChangesProduction, "runs code in the cloud"),
    verb("serve", ChangesProduction, "runs code in the cloud"),
    verb("app stop", Destroys, "ends an app for good, with everything that runs in it"),
    verb("container stop", Destroys, "ends a running container"),
    verb("volume delete", Destroys, GONE),
    verb("secret delete", Destroys, GONE),
    verb("environment delete", Destroys, GONE),
];

const CONVEX: &[Verb] = &[
    verb("logs", FollowsLog, FOLLOWS)
        .with("--prod --success --jsonl -v", "--history --preview-name --deployment-name --deployment --url --admin-key --env-file --component")
        .all(),
    verb("data", ReadsWorld, READ)
        .with("--prod", "--limit --order --preview-name --deployment-name --deployment --component --format"),
    verb("env list", ReadsWorld, READ).with("--prod", "--preview-name --deployment-name --deployment"),
    verb("env get", ReadsWorld, READ).with("--prod", "--preview-name --deployment-name --deployment"),
    verb("dashboard", ChangesHere, "opens a browser on this machine"),
    verb("docs", ChangesHere, "opens a browser on this machine"),
    verb("export", ChangesHere, "writes a copy of the data"),
    verb("deploy", ChangesProduction, SERVES),
    verb("env set", ChangesProduction, "changes a setting of production"),
    verb("env remove", Destroys, GONE),
    verb("import", Destroys, "replaces stored data"),
];

const VERCEL: &[Verb] = &[
    verb("ls", ReadsWorld, "only lists deployments").with("--prod", "-m --meta --environment --status"),
    verb("list", ReadsWorld, "only lists deployments").with("--prod", "-m --meta --environment --status"),
    verb("inspect", ReadsWorld, READ).with("-l --logs", "--timeout"),
    verb("logs", FollowsLog, FOLLOWS).with("-j --json -f --follow", ""),
    verb("whoami", ReadsWorld, READ),
    verb("project ls", ReadsWorld, READ),
    verb("domains ls", ReadsWorld, READ),
    verb("env ls", ReadsWorld, READ),
    verb("alias ls", ReadsWorld, READ),
    verb("rollback", ChangesProduction, SERVES),
    verb("promote", ChangesProduction, SERVES),
    verb("deploy", ChangesProduction, SERVES),
    verb("redeploy", ChangesProduction, SERVES),
    verb("alias set", ChangesProduction, SERVES),
    verb("env add", ChangesProduction, "changes a setting of production"),
    verb("env rm", Destroys, GONE),
    verb("remove", Destroys, GONE),
    verb("rm", Destroys, GONE),
];
