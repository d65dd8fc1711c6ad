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
    Tool { name: "git", globals: Spec::of("--no-pager", ""), verbs: GIT },
    Tool {
        name: "systemctl",
        globals: Spec::of(
            "--no-pager --user --system -q --quiet -l --full -a --all --failed --no-legend",
            "-n --lines -t --type --state -p --property -o --output",
        ),
        verbs: SYSTEMCTL,
    },
    Tool { name: "docker podman", globals: Spec::of("", ""), verbs: DOCKER },
    Tool { name: "docker-compose", globals: Spec::of("", "-f --file -p --project-name"), verbs: COMPOSE },
    Tool { name: "crictl", globals: Spec::of("", ""), verbs: CRICTL },
    Tool { name: "supervisorctl", globals: Spec::of("", ""), verbs: SUPERVISOR },
    Tool { name: "ip", globals: Spec::of("-s -br -brief -4 -6 -c -color -o -d -h -j", ""), verbs: IP },
    Tool { name: "gh", globals: Spec::of("", "-R --repo"), verbs: GH },
];

const GIT: &[Verb] = &[
    verb("status", ReadsHere, "only reads").with("-s --short -b --branch --porcelain", ""),
    verb("log", ReadsHere, "only reads").with(
        "-NUM --oneline -p --patch --stat --graph --all --decorate --merges --no-merges --first-parent --name-only --name-status --reverse",
        "-n --max-count --since --until --after --before --author --grep --date -S -G",
    ).glued("--format --pretty --abbrev"),
    verb("diff", ReadsHere, "only reads").with("--stat --name-only --name-status --cached --staged -w --shortstat", "").glued("-U --unified --abbrev"),
    verb("show", ReadsHere, "only reads").with("--stat --name-only --name-status --oneline -s", "").glued("--format --pretty --abbrev"),
    verb("rev-parse", ReadsHere, "only reads").with("--short --abbrev-ref --verify --show-toplevel", ""),
    verb("blame", ReadsHere, "only reads").with("", "-L"),
    verb("branch", ReadsHere, "only lists branches").with("-a --all -r --remotes -v -vv --show-current", "--contains --merged --no-merged --sort").operands(0),
    verb("remote", ReadsHere, "only lists remotes").with("-v --verbose", "").operands(0),
    verb("ls-files", ReadsHere, "only reads").with("-m -o -d -s -t -u", ""),
    verb("ls-remote", ReadsWorld, "only reads").with("--heads --tags -h -t --refs -q", "--sort"),
    verb("describe", ReadsHere, "only reads").with("--tags --always --all --long --dirty --exact-match", "--match").glued("--abbrev"),
    verb("shortlog", ReadsHere, "only reads").with("-s -n -e -sn", "--since --until"),
    verb("reflog", ReadsHere, "only reads").with("-NUM --date=iso", "-n --date").operands(0),
    verb("tag -l", ReadsHere, "only lists tags").with("", "--sort --contains"),
    verb("tag --list", ReadsHere, "only lists tags").with("", "--sort --contains"),
    verb("stash list", ReadsHere, "only reads"),
    verb("stash show", ReadsHere, "only reads").with("-p --stat", ""),
    verb("worktree list", ReadsHere, "only reads"),
    verb("config --list", ReadsHere, "only reads").operands(0),
    verb("config --get", ReadsHere, "only reads").operands(1),
    verb("rev-list", ReadsHere, "only reads").with("--count --all --no-merges", "-n --max-count --since --until"),
    verb("merge-base", ReadsHere, "only reads").with("--is-ancestor", ""),
    verb("show-ref", ReadsHere, "only reads").with("--tags --heads", ""),
    verb("cat-file", ReadsHere, "only reads").with("-p -t -s -e", ""),
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
    verb("", ReadsHere, "only lists units").operands(0),
    verb("list-unit-files", ReadsHere, "only reads"),
    verb("list-dependencies", ReadsHere, "only reads"),
    verb("list-sockets", ReadsHere, "only reads"),
    verb("is-system-running", ReadsHere, "only reads"),
    verb("try-restart", ChangesHere, UNITS),
    verb("reload-or-restart", ChangesHere, UNITS),
    verb("kill", ChangesHere, UNITS),
    verb("mask", ChangesHere, UNITS),
    verb("unmask", ChangesHere, UNITS),
    verb("isolate", Destroys, "stops everything else on this machine"),
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
    verb("version", ReadsHere, "only reads").with("", "-f --format"),
    verb("info", ReadsHere, "only reads").with("", "-f --format"),
    verb("history", ReadsHere, "only reads").with("--no-trunc -q", "--format"),
    verb("container ls", ReadsHere, "only lists containers").with("-a --all -q", "-f --filter --format"),
    verb("container inspect", ReadsHere, "only reads").with("-s", "-f --format"),
    verb("image ls", ReadsHere, "only lists images").with("-a --all -q", "-f --filter --format"),
    verb("image inspect", ReadsHere, "only reads").with("", "-f --format"),
    verb("network ls", ReadsHere, "only lists networks").with("-q --no-trunc", "-f --filter --format"),
    verb("network inspect", ReadsHere, "only reads").with("", "-f --format"),
    verb("volume ls", ReadsHere, "only lists volumes").with("-q", "-f --filter --format"),
    verb("volume inspect", ReadsHere, "only reads").with("", "-f --format"),
    verb("system df", ReadsHere, "only reads").with("-v", "--format"),
    verb("node ls", ReadsHere, "only lists nodes").with("-q", "-f --filter --format"),
    verb("service ls", ReadsHere, "only lists services").with("-q", "-f --filter --format"),
    verb("service ps", ReadsHere, "only reads").with("--no-trunc -q", "-f --filter --format"),
    verb("service logs", ReadsHere, "only reads logs")
        .with("-f --follow -t --timestamps --raw", "-n --tail --since")
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("stack ps", ReadsHere, "only reads").with("--no-trunc", "-f --filter --format"),
    verb("stack services", ReadsHere, "only reads").with("", "-f --filter --format"),
    verb("service update", ChangesProduction, CONTAINERS),
    verb("service scale", ChangesProduction, CONTAINERS),
    verb("service rollback", ChangesProduction, CONTAINERS),
    verb("stack deploy", ChangesProduction, CONTAINERS),
    verb("run", ChangesProduction, "starts a container"),
    verb("tag", ChangesHere, "names an image"),
    verb("build", ChangesHere, "builds an image"),
    verb("push", ChangesProduction, "changes the shared registry"),
    verb("service rm", Destroys, GONE),
    verb("stack rm", Destroys, GONE),
    verb("container prune", Destroys, GONE),
    verb("image prune", Destroys, GONE),
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

const COMPOSE: &[Verb] = &[
    verb("ps", ReadsHere, "only lists containers").with("-a --all -q --quiet", "--format"),
    verb("logs", ReadsHere, "only reads logs")
        .with("-f --follow -t --timestamps --no-color", "-n --tail --since --until")
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("top", ReadsHere, "only reads"),
    verb("images", ReadsHere, "only lists images"),
    verb("config", ReadsHere, "only reads").with("-q --quiet --services", ""),
    verb("up", ChangesProduction, CONTAINERS),
    verb("restart", ChangesProduction, CONTAINERS),
    verb("start", ChangesProduction, CONTAINERS),
    verb("stop", ChangesProduction, CONTAINERS),
    verb("pull", ChangesHere, "fetches images"),
    verb("down", Destroys, "removes running containers"),
    verb("rm", Destroys, GONE),
    verb("kill", Destroys, "ends running containers"),
];

const CRICTL: &[Verb] = &[
    verb("ps", ReadsHere, "only lists containers").with("-a --all -q --quiet", "--name --state --pod -o"),
    verb("pods", ReadsHere, "only lists pods").with("-q --quiet", "--name --state --namespace -o"),
    verb("images", ReadsHere, "only lists images").with("-q -v", "-o"),
    verb("logs", ReadsHere, "only reads logs")
        .with("-f --follow -t --timestamps -p --previous", "--tail --since")
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("inspect", ReadsHere, "only reads").with("", "-o"),
    verb("inspectp", ReadsHere, "only reads").with("", "-o"),
    verb("inspecti", ReadsHere, "only reads").with("", "-o"),
    verb("stats", ReadsHere, "only reads").with("-a --all", "-o --id"),
    verb("info", ReadsHere, "only reads"),
    verb("version", ReadsHere, "only reads"),
    verb("stop", Destroys, "ends running containers"),
    verb("stopp", Destroys, "ends running pods"),
    verb("rm", Destroys, GONE),
    verb("rmp", Destroys, GONE),
    verb("rmi", Destroys, GONE),
];

const SUPERVISOR: &[Verb] = &[
    verb("status", ReadsHere, "only reads"),
    verb("restart", ChangesHere, UNITS),
    verb("start", ChangesHere, UNITS),
    verb("stop", ChangesHere, UNITS),
    verb("reload", ChangesHere, UNITS),
    verb("update", ChangesHere, UNITS),
];

const ROUTES: &str = "only reads the network's settings";

const IP: &[Verb] = &[
    verb("addr", ReadsHere, ROUTES).operands(0),
    verb("address", ReadsHere, ROUTES).operands(0),
    verb("a", ReadsHere, ROUTES).operands(0),
    verb("link", ReadsHere, ROUTES).operands(0),
    verb("route", ReadsHere, ROUTES).operands(0),
    verb("r", ReadsHere, ROUTES).operands(0),
    verb("rule", ReadsHere, ROUTES).operands(0),
    verb("neigh", ReadsHere, ROUTES).operands(0),
    verb("addr show", ReadsHere, ROUTES),
    verb("address show", ReadsHere, ROUTES),
    verb("a s", ReadsHere, ROUTES),
    verb("link show", ReadsHere, ROUTES),
    verb("route show", ReadsHere, ROUTES),
    verb("route get", ReadsHere, ROUTES),
    verb("neigh show", ReadsHere, ROUTES),
];

const GH: &[Verb] = &[
    verb("run watch", FollowsLog, FOLLOWS),
    verb("pr status", ReadsWorld, "only reads"),
    verb("pr checks", ReadsWorld, "only reads").with("--required", ""),
    verb("pr diff", ReadsWorld, "only reads").with("--name-only", ""),
    verb("issue status", ReadsWorld, "only reads"),
    verb("release view", ReadsWorld, "only reads").with("", "--json --jq"),
    verb("workflow list", ReadsWorld, "only reads").with("-a --all", ""),
    verb("auth status", ReadsWorld, "only reads"),
    verb("release create", ChangesProduction, "publishes a release"),
    verb("pr create", ChangesProduction, "opens a pull request"),
    verb("pr close", ChangesProduction, "closes a pull request"),
    verb("issue close", ChangesProduction, "closes an issue"),
    verb("run cancel", ChangesProduction, "ends a workflow"),
    verb("workflow disable", ChangesProduction, "switches a workflow off"),
    verb("secret set", ChangesProduction, "replaces a secret"),
    verb("release delete", Destroys, GONE),
    verb("repo delete", Destroys, GONE),
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
