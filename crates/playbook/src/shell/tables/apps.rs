//! Tools that look after applications and their monitoring.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesProduction, Destroys, FollowsLog, ReadsHere, ReadsWorld};

const READ: &str = "only reads";
const FOLLOWS: &str = "goes on until it is ended";
const SERVES: &str = "changes what production serves";
const SETS: &str = "changes a setting of production";
const GONE: &str = "removes what production uses";

const fn tool(name: &'static str, globals: &'static str, verbs: &'static [Verb]) -> Tool {
    Tool { name, globals: Spec::of("-j --json", globals), verbs }
}

pub(super) const TOOLS: &[Tool] = &[
    tool("fly flyctl", "-a --app -o --org", FLY),
    tool("heroku", "-a --app -r --remote", HEROKU),
    tool("argocd", "--server", ARGOCD),
    tool("flux", "-n --namespace --context", FLUX),
    tool("promtool", "", PROMTOOL),
    tool("amtool", "--alertmanager.url --output", AMTOOL),
    tool("logcli", "--addr --org-id", LOGCLI),
    tool("stern", "", STERN),
    tool("netlify", "", NETLIFY),
    tool("istioctl", "-n --namespace", ISTIO),
    tool("openssl", "", OPENSSL),
];

const FLY: &[Verb] = &[
    verb("status", ReadsWorld, READ).with("--all", ""),
    verb("logs", FollowsLog, FOLLOWS).with("-n --no-tail", "-i --instance -r --region --machine"),
    verb("apps list", ReadsWorld, READ),
    verb("releases", ReadsWorld, READ).with("--image", ""),
    verb("machine list", ReadsWorld, READ).with("-q", ""),
    verb("machines list", ReadsWorld, READ).with("-q", ""),
    verb("machine status", ReadsWorld, READ),
    verb("checks list", ReadsWorld, READ),
    verb("ips list", ReadsWorld, READ),
    verb("secrets list", ReadsWorld, "only lists the names of secrets"),
    verb("volumes list", ReadsWorld, READ),
    verb("scale show", ReadsWorld, READ),
    verb("config show", ReadsWorld, READ),
    verb("auth whoami", ReadsWorld, READ),
    verb("deploy", ChangesProduction, SERVES),
    verb("scale count", ChangesProduction, SERVES),
    verb("scale vm", ChangesProduction, SERVES),
    verb("scale memory", ChangesProduction, SERVES),
    verb("apps restart", ChangesProduction, SERVES),
    verb("machine restart", ChangesProduction, SERVES),
    verb("machine start", ChangesProduction, SERVES),
    verb("machine stop", ChangesProduction, SERVES),
    verb("secrets set", ChangesProduction, SETS),
    verb("secrets unset", Destroys, GONE),
    verb("machine destroy", Destroys, GONE),
    verb("volumes destroy", Destroys, GONE),
    verb("apps destroy", Destroys, GONE),
    verb("destroy", Destroys, GONE),
];

const HEROKU: &[Verb] = &[
    verb("ps", ReadsWorld, READ),
    verb("logs", ReadsWorld, "only reads logs")
        .with("-t --tail", "-n --num -d --dyno -s --source -p --ps")
        .raised(&[("-t", FollowsLog, FOLLOWS), ("--tail", FollowsLog, FOLLOWS)]),
    verb("apps", ReadsWorld, READ).operands(0),
    verb("apps:info", ReadsWorld, READ),
    verb("releases", ReadsWorld, READ).with("", "-n --num").operands(0),
    verb("releases:info", ReadsWorld, READ),
    verb("config", ReadsWorld, READ).operands(0),
    verb("config:get", ReadsWorld, READ),
    verb("addons", ReadsWorld, READ).operands(0),
    verb("domains", ReadsWorld, READ).operands(0),
    verb("pg:info", ReadsWorld, READ),
    verb("pg:ps", ReadsWorld, READ),
    verb("pg:diagnose", ReadsWorld, READ),
    verb("pg:backups", ReadsWorld, READ).operands(0),
    verb("auth:whoami", ReadsWorld, READ),
    verb("status", ReadsWorld, READ),
    verb("restart", ChangesProduction, SERVES),
    verb("ps:restart", ChangesProduction, SERVES),
    verb("ps:scale", ChangesProduction, SERVES),
    verb("rollback", ChangesProduction, SERVES),
    verb("releases:rollback", ChangesProduction, SERVES),
    verb("maintenance:on", ChangesProduction, SERVES),
    verb("maintenance:off", ChangesProduction, SERVES),
    verb("config:set", ChangesProduction, SETS),
    verb("ps:stop", Destroys, "ends what people are using"),
    verb("config:unset", Destroys, GONE),
    verb("apps:destroy", Destroys, GONE),
    verb("addons:destroy", Destroys, GONE),
    verb("pg:reset", Destroys, GONE),
    verb("pg:killall", Destroys, "ends connections that people are using"),
];

const ARGOCD: &[Verb] = &[
    verb("app list", ReadsWorld, READ).with("", "-o --output -l --selector -p --project"),
    verb("app get", ReadsWorld, READ).with("--show-operation", "-o --output"),
    verb("app history", ReadsWorld, READ).with("", "-o --output"),
    verb("app resources", ReadsWorld, READ),
    verb("cluster list", ReadsWorld, READ).with("", "-o --output"),
    verb("repo list", ReadsWorld, READ).with("", "-o --output"),
    verb("version", ReadsWorld, READ).with("--client --short", ""),
    verb("app sync", ChangesProduction, SERVES),
    verb("app rollback", ChangesProduction, SERVES),
    verb("app set", ChangesProduction, SETS),
    verb("app terminate-op", ChangesProduction, "ends a running deployment"),
    verb("app delete", Destroys, GONE),
];

const FLUX: &[Verb] = &[
    verb("get", ReadsWorld, READ).with("-A --all-namespaces", ""),
    verb("logs", ReadsWorld, READ).with("-A --all-namespaces", "--level --kind --name --since --tail"),
    verb("check", ReadsWorld, READ),
    verb("reconcile", ChangesProduction, SERVES),
    verb("suspend", ChangesProduction, SERVES),
    verb("resume", ChangesProduction, SERVES),
    verb("delete", Destroys, GONE),
    verb("uninstall", Destroys, GONE),
];

const PROMTOOL: &[Verb] = &[
    verb("query instant", ReadsWorld, READ).with("", "-o --format"),
    verb("query range", ReadsWorld, READ).with("", "--start --end --step -o --format"),
    verb("query series", ReadsWorld, READ).with("", "--start --end --match"),
    verb("query labels", ReadsWorld, READ).with("", "--start --end --match"),
    verb("check config", ReadsHere, READ).with("--syntax-only", ""),
    verb("check rules", ReadsHere, READ),
    verb("check healthy", ReadsWorld, READ).with("", "--url"),
    verb("check ready", ReadsWorld, READ).with("", "--url"),
    verb("test rules", ReadsHere, READ),
];

const AMTOOL: &[Verb] = &[
    verb("alert", ReadsWorld, READ).operands(0),
    verb("alert query", ReadsWorld, READ).with("-s --silenced -a --active -i --inhibited", "-o"),
    verb("silence", ReadsWorld, READ).operands(0),
    verb("silence query", ReadsWorld, READ).with("-q --expired", "--within -o"),
    verb("config show", ReadsWorld, READ),
    verb("config routes", ReadsWorld, READ),
    verb("check-config", ReadsHere, READ),
    verb("silence add", ChangesProduction, "silences alerts"),
    verb("silence update", ChangesProduction, "silences alerts"),
    verb("silence import", ChangesProduction, "silences alerts"),
    verb("silence expire", ChangesProduction, "ends a silence"),
    verb("alert add", ChangesProduction, "raises an alert"),
];

const LOGCLI: &[Verb] = &[
    verb("query", ReadsWorld, "only reads logs")
        .with(
            "-t --tail -f --follow -q --quiet --forward --no-labels",
            "--limit --since --from --to -o --output",
        )
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--tail", FollowsLog, FOLLOWS), ("-t", FollowsLog, FOLLOWS)]),
    verb("instant-query", ReadsWorld, READ).with("", "--limit"),
    verb("labels", ReadsWorld, READ).with("", "--since --from --to"),
    verb("series", ReadsWorld, READ).with("", "--since --from --to"),
];

const STERN: &[Verb] = &[verb("", FollowsLog, FOLLOWS).with(
    "-A --all-namespaces -t --timestamps",
    "-n --namespace -l --selector -c --container -s --since --tail --context -i --include -e --exclude -o --output",
)];

const NETLIFY: &[Verb] = &[
    verb("status", ReadsWorld, READ),
    verb("sites:list", ReadsWorld, READ),
    verb("deploy", ChangesProduction, SERVES),
    verb("env:list", ReadsWorld, READ),
    verb("env:set", ChangesProduction, SETS),
    verb("sites:delete", Destroys, GONE),
];

const ISTIO: &[Verb] = &[
    verb("proxy-status", ReadsWorld, READ),
    verb("version", ReadsWorld, READ),
    verb("analyze", ReadsWorld, READ).with("-A --all-namespaces", ""),
    verb("install", ChangesProduction, SERVES),
    verb("upgrade", ChangesProduction, SERVES),
    verb("uninstall", Destroys, GONE),
];

/// `s_client` sends what it is given, so that it is not among them.
const OPENSSL: &[Verb] = &[
    verb("x509", ReadsHere, READ).with(
        "-noout -text -dates -enddate -startdate -subject -issuer -fingerprint -serial -sha256",
        "-in -inform -checkend -ext -nameopt",
    ),
    verb("version", ReadsHere, READ).with("-a -d", ""),
    verb("verify", ReadsHere, READ).with("", "-CAfile -untrusted"),
    verb("crl", ReadsHere, READ).with("-noout -text", "-in -inform"),
];
