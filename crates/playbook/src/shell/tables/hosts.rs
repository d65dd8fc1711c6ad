//! Tools that look after services, containers and code on one host.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesHere, ChangesProduction, Destroys, FollowsLog, ReadsHere, ReadsWorld};

const FOLLOWS: &str = "goes on until it is ended";
const CODE: &str = "changes the working copy on this machine";
const UNITS: &str = "changes what runs on this machine";
const CONTAINERS: &str = "changes running containers";
const GONE: &str = "removes what cannot be brought back";

pub(super) const TOOLS: &[Tool] = &[
    Tool { name: "git", globals: Spec { switches: "--no-pager", values: "" }, verbs: GIT },
    Tool {
        name: "systemctl",
        globals: Spec {
            switches: "--no-pager --user --system -q --quiet -l --full -a --all --failed --no-legend",
            values: "-n --lines -t --type --state -p --property -o --output",
        },
        verbs: SYSTEMCTL,
    },
    Tool { name: "docker podman", globals: Spec { switches: "", values: "" }, verbs: DOCKER },
    Tool {
        name: "redis-cli",
        globals: Spec {
            switches: "--tls --no-auth-warning --raw --no-raw",
            values: "-h -p -n -a --user --pass",
        },
        verbs: REDIS,
    },
    Tool { name: "gh", globals: Spec { switches: "", values: "-R --repo" }, verbs: GH },
];

const GIT: &[Verb] = &[
    verb("status", ReadsHere, "only reads").with("-s --short -b --branch --porcelain", ""),
    verb("log", ReadsHere, "only reads").with(
        "-NUM --oneline -p --patch --stat --graph --all --decorate --merges --no-merges --first-parent --name-only --name-status --reverse",
        "-n --max-count --since --until --after --before --author --grep --format --pretty --date -S -G",
    ),
    verb("diff", ReadsHere, "only reads").with("--stat --name-only --name-status --cached --staged -w --shortstat", "-U"),
    verb("show", ReadsHere, "only reads").with("--stat --name-only --name-status --oneline -s", "--format --pretty"),
    verb("rev-parse", ReadsHere, "only reads").with("--short --abbrev-ref --verify --show-toplevel", ""),
    verb("blame", ReadsHere, "only reads").with("", "-L"),
    verb("branch", ReadsHere, "only lists branches").with("-a --all -r --remotes -v -vv --show-current", "").operands(0),
    verb("remote", ReadsHere, "only lists remotes").with("-v --verbose", "").operands(0),
    verb("fetch", ChangesHere, CODE),
    verb("pull", ChangesHere, CODE),
    verb("checkout", ChangesHere, CODE),
    verb("switch", ChangesHere, CODE),
    verb("restore", ChangesHere, CODE),
    verb("stash", ChangesHere, CODE),
    verb("merge", ChangesHere, CODE),
    verb("rebase", ChangesHere, CODE),
    verb("revert", ChangesHere, CODE),
    verb("cherry-pick", ChangesHere, CODE),
    verb("commit", ChangesHere, CODE),
    verb("add", ChangesHere, CODE),
    verb("tag", ChangesHere, CODE),
    verb("clone", ChangesHere, CODE),
    verb("reset", ChangesHere, CODE).with("--hard", "").raised(&[("--hard", Destroys, "throws uncommitted work away")]),
    verb("clean", Destroys, "removes files that are not in the repository"),
    verb("push", ChangesProduction, "changes the shared repository")
        .with("-f --force -d --delete --mirror", "")
        .raised(&[
            ("--force", Destroys, "overwrites other people's commits"),
            ("-f", Destroys, "overwrites other people's commits"),
            ("--delete", Destroys, "removes a branch for everybody"),
            ("--mirror", Destroys, "removes branches for everybody"),
        ]),
];

const SYSTEMCTL: &[Verb] = &[
    verb("status", ReadsHere, "only reads"),
    verb("is-active", ReadsHere, "only reads"),
    verb("is-enabled", ReadsHere, "only reads"),
    verb("is-failed", ReadsHere, "only reads"),
    verb("list-units", ReadsHere, "only reads"),
    verb("list-timers", ReadsHere, "only reads"),
    verb("show", ReadsHere, "only reads"),
    verb("cat", ReadsHere, "only reads"),
    verb("restart", ChangesHere, UNITS),
    verb("reload", ChangesHere, UNITS),
    verb("start", ChangesHere, UNITS),
    verb("stop", ChangesHere, UNITS),
    verb("enable", ChangesHere, UNITS),
    verb("disable", ChangesHere, UNITS),
    verb("reset-failed", ChangesHere, UNITS),
    verb("daemon-reload", ChangesHere, UNITS),
    verb("poweroff", Destroys, "switches this machine off"),
    verb("reboot", Destroys, "restarts this machine"),
];

const DOCKER: &[Verb] = &[
    verb("ps", ReadsHere, "only lists containers")
        .with("-a --all -q --quiet --no-trunc -s -l", "-f --filter --format -n"),
    verb("logs", ReadsHere, "only reads logs")
        .with("-f --follow -t --timestamps --details", "-n --tail --since --until")
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("images", ReadsHere, "only lists images").with("-a --all -q --quiet", "-f --filter --format"),
    verb("inspect", ReadsHere, "only reads").with("-s --size", "-f --format --type"),
    verb("stats", FollowsLog, FOLLOWS).with("--no-stream -a --all --no-trunc", "--format"),
    verb("events", FollowsLog, FOLLOWS).with("", "-f --filter --since --until --format"),
    verb("top", ReadsHere, "only reads"),
    verb("port", ReadsHere, "only reads"),
    verb("diff", ReadsHere, "only reads"),
    verb("version", ReadsHere, "only reads"),
    verb("info", ReadsHere, "only reads"),
    verb("compose ps", ReadsHere, "only lists containers").with("-a --all -q --quiet", "--format"),
    verb("compose logs", ReadsHere, "only reads logs")
        .with("-f --follow -t --timestamps --no-color", "-n --tail --since --until")
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("compose up", ChangesProduction, CONTAINERS),
    verb("compose restart", ChangesProduction, CONTAINERS),
    verb("compose stop", ChangesProduction, CONTAINERS),
    verb("compose down", Destroys, "removes running containers"),
    verb("start", ChangesProduction, CONTAINERS),
    verb("restart", ChangesProduction, CONTAINERS),
    verb("stop", ChangesProduction, CONTAINERS),
    verb("pause", ChangesProduction, CONTAINERS),
    verb("unpause", ChangesProduction, CONTAINERS),
    verb("pull", ChangesHere, "fetches an image"),
    verb("kill", Destroys, "ends running containers"),
    verb("rm", Destroys, GONE),
    verb("rmi", Destroys, GONE),
    verb("system prune", Destroys, GONE),
    verb("volume rm", Destroys, GONE),
    verb("volume prune", Destroys, GONE),
];

const REDIS: &[Verb] = &[
    verb("GET", ReadsWorld, "only reads"),
    verb("get", ReadsWorld, "only reads"),
    verb("INFO", ReadsWorld, "only reads"),
    verb("info", ReadsWorld, "only reads"),
    verb("PING", ReadsWorld, "only reads"),
    verb("ping", ReadsWorld, "only reads"),
    verb("TTL", ReadsWorld, "only reads"),
    verb("ttl", ReadsWorld, "only reads"),
    verb("LLEN", ReadsWorld, "only reads"),
    verb("llen", ReadsWorld, "only reads"),
    verb("DBSIZE", ReadsWorld, "only reads"),
    verb("dbsize", ReadsWorld, "only reads"),
    verb("exists", ReadsWorld, "only reads"),
    verb("EXISTS", ReadsWorld, "only reads"),
    verb("DEL", Destroys, GONE),
    verb("del", Destroys, GONE),
    verb("FLUSHALL", Destroys, GONE),
    verb("flushall", Destroys, GONE),
    verb("FLUSHDB", Destroys, GONE),
    verb("flushdb", Destroys, GONE),
    verb("SET", ChangesProduction, "changes a value"),
    verb("set", ChangesProduction, "changes a value"),
];

const GH: &[Verb] = &[
    verb("run list", ReadsWorld, "only reads")
        .with("", "-L --limit -w --workflow -b --branch -s --status --json --jq"),
    verb("run view", ReadsWorld, "only reads").with("--log --log-failed -v", "--job --json --jq"),
    verb("pr list", ReadsWorld, "only reads").with("", "-L --limit -s --state --json --jq --search"),
    verb("pr view", ReadsWorld, "only reads").with("--comments", "--json --jq"),
    verb("issue list", ReadsWorld, "only reads").with("", "-L --limit -s --state --json --jq --search"),
    verb("issue view", ReadsWorld, "only reads").with("--comments", "--json --jq"),
    verb("release list", ReadsWorld, "only reads").with("", "-L --limit --json --jq"),
    verb("issue create", ChangesProduction, "opens an issue"),
    verb("pr merge", ChangesProduction, "merges into the shared repository"),
    verb("workflow run", ChangesProduction, "starts a workflow"),
    verb("run rerun", ChangesProduction, "starts a workflow"),
];
