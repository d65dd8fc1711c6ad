//! Tools that look after clusters and clouds.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesHere, ChangesProduction, Destroys, FollowsLog, ReadsWorld, Waits};

const FOLLOWS: &str = "goes on until it is ended";
const SERVES: &str = "changes what the cluster runs";
const GONE: &str = "removes what the cluster runs";
const READ: &str = "only reads";

pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "kubectl oc",
        globals: Spec::of("", "-n --namespace --context --cluster --request-timeout"),
        verbs: KUBECTL,
    },
    Tool { name: "helm", globals: Spec::of("", "-n --namespace --kube-context"), verbs: HELM },
    Tool {
        name: "aws",
        globals: Spec::of("--no-paginate --no-cli-pager", "--region --profile --output --query"),
        verbs: AWS,
    },
    Tool {
        name: "gcloud",
        globals: Spec::of("--quiet", "--project --format --filter --limit --sort-by"),
        verbs: GCLOUD,
    },
    Tool {
        name: "az",
        globals: Spec::of("", "-o --output --query --subscription -g --resource-group"),
        verbs: AZ,
    },
    Tool { name: "terraform tofu", globals: Spec::of("", "-chdir"), verbs: TERRAFORM },
];

const KUBECTL: &[Verb] = &[
    verb("get", ReadsWorld, READ)
        .with(
            "-A --all-namespaces -w --watch --show-labels --no-headers --ignore-not-found --watch-only",
            "-o --output -l --selector --field-selector --sort-by --chunk-size -L --label-columns",
        )
        .raised(&[
            ("-w", FollowsLog, FOLLOWS),
            ("--watch", FollowsLog, FOLLOWS),
            ("--watch-only", FollowsLog, FOLLOWS),
        ]),
    verb("describe", ReadsWorld, READ).with("-A --all-namespaces", "-l --selector"),
    verb("top", ReadsWorld, READ)
        .with("-A --all-namespaces --containers --no-headers --sum", "-l --selector --sort-by"),
    verb("logs", ReadsWorld, "only reads logs")
        .with(
            "-f --follow -p --previous --timestamps --all-containers --prefix --ignore-errors",
            "-c --container --tail --since --since-time -l --selector --limit-bytes --max-log-requests",
        )
        .raised(&[("-f", FollowsLog, FOLLOWS), ("--follow", FollowsLog, FOLLOWS)]),
    verb("events", ReadsWorld, READ).with("-A --all-namespaces", "--for --types -o --output"),
    verb("explain", ReadsWorld, READ).with("--recursive", ""),
    verb("version", ReadsWorld, READ).with("--client --short", "-o --output"),
    verb("api-resources", ReadsWorld, READ),
    verb("cluster-info", ReadsWorld, READ).operands(0),
    verb("auth can-i", ReadsWorld, READ).with("--list -A", ""),
    verb("config current-context", ReadsWorld, READ),
    verb("config get-contexts", ReadsWorld, READ),
    verb("auth whoami", ReadsWorld, READ),
    verb("config view", ReadsWorld, READ).with("--minify", "-o --output"),
    verb("status", ReadsWorld, READ),
    verb("whoami", ReadsWorld, READ).operands(0),
    verb("projects", ReadsWorld, READ).operands(0),
    verb("adm top", ReadsWorld, READ).with("-A --all-namespaces --containers", "-l --selector --sort-by"),
    verb("api-versions", ReadsWorld, READ),
    verb("config use-context", ChangesHere, "changes which cluster later commands speak to"),
    verb("config set-context", ChangesHere, "changes which cluster later commands speak to"),
    verb("project", ChangesHere, "changes which project later commands speak to"),
    verb("edit", ChangesProduction, SERVES),
    verb("run", ChangesProduction, SERVES),
    verb("expose", ChangesProduction, SERVES),
    verb("adm cordon", ChangesProduction, SERVES),
    verb("adm uncordon", ChangesProduction, SERVES),
    verb("adm drain", Destroys, "evicts what runs on a node"),
    verb("rollout history", ReadsWorld, READ).with("", "--revision"),
    verb("rollout status", FollowsLog, "watches a rollout until it ends")
        .with("-w --watch", "--timeout --revision"),
    verb("wait", Waits, "only waits"),
    verb("rollout restart", ChangesProduction, SERVES),
    verb("rollout undo", ChangesProduction, SERVES),
    verb("rollout pause", ChangesProduction, SERVES),
    verb("rollout resume", ChangesProduction, SERVES),
    verb("apply", ChangesProduction, SERVES),
    verb("create", ChangesProduction, SERVES),
    verb("patch", ChangesProduction, SERVES),
    verb("scale", ChangesProduction, SERVES),
    verb("autoscale", ChangesProduction, SERVES),
    verb("set", ChangesProduction, SERVES),
    verb("label", ChangesProduction, SERVES),
    verb("annotate", ChangesProduction, SERVES),
    verb("cordon", ChangesProduction, SERVES),
    verb("uncordon", ChangesProduction, SERVES),
    verb("taint", ChangesProduction, SERVES),
    verb("replace", ChangesProduction, SERVES),
    verb("delete", Destroys, GONE),
    verb("drain", Destroys, "evicts what runs on a node"),
];

const HELM: &[Verb] = &[
    verb("list", ReadsWorld, READ).with("-A --all-namespaces -a --all -q", "-o --output -f --filter"),
    verb("ls", ReadsWorld, READ).with("-A --all-namespaces -a --all -q", "-o --output -f --filter"),
    verb("status", ReadsWorld, READ).with("", "-o --output --revision"),
    verb("history", ReadsWorld, READ).with("", "-o --output --max"),
    verb("get values", ReadsWorld, READ).with("-a --all", "-o --output --revision"),
    verb("get manifest", ReadsWorld, READ).with("", "--revision"),
    verb("get notes", ReadsWorld, READ).with("", "--revision"),
    verb("get all", ReadsWorld, READ).with("", "--revision"),
    verb("get hooks", ReadsWorld, READ).with("", "--revision"),
    verb("repo list", ReadsWorld, READ).with("", "-o --output"),
    verb("search repo", ReadsWorld, READ).with("-l --versions", "-o --output"),
    verb("show values", ReadsWorld, READ).with("", "--version"),
    verb("show chart", ReadsWorld, READ).with("", "--version"),
    verb("version", ReadsWorld, READ).with("--short", ""),
    verb("repo update", ChangesHere, "fetches lists of charts"),
    verb("repo add", ChangesHere, "remembers a list of charts"),
    verb("upgrade", ChangesProduction, SERVES),
    verb("install", ChangesProduction, SERVES),
    verb("rollback", ChangesProduction, SERVES),
    verb("uninstall", Destroys, GONE),
    verb("delete", Destroys, GONE),
];

const AWS: &[Verb] = &[
    verb("sts get-caller-identity", ReadsWorld, READ),
    verb("ec2 describe-instances", ReadsWorld, READ).with("", "--instance-ids --filters"),
    verb("ec2 describe-instance-status", ReadsWorld, READ).with("", "--instance-ids --filters"),
    verb("ecs describe-services", ReadsWorld, READ).with("", "--cluster --services"),
    verb("ecs describe-tasks", ReadsWorld, READ).with("", "--cluster --tasks"),
    verb("ecs list-tasks", ReadsWorld, READ).with("", "--cluster --service-name --desired-status"),
    verb("ecs list-services", ReadsWorld, READ).with("", "--cluster"),
    verb("rds describe-db-instances", ReadsWorld, READ).with("", "--db-instance-identifier --filters"),
    verb("elbv2 describe-target-health", ReadsWorld, READ).with("", "--target-group-arn --targets"),
    verb("elbv2 describe-load-balancers", ReadsWorld, READ).with("", "--names --load-balancer-arns"),
    verb("cloudwatch describe-alarms", ReadsWorld, READ).with("", "--alarm-names --state-value"),
    verb("autoscaling describe-auto-scaling-groups", ReadsWorld, READ).with("", "--auto-scaling-group-names"),
    verb("cloudwatch get-metric-statistics", ReadsWorld, READ).any(),
    verb("cloudwatch get-metric-data", ReadsWorld, READ).any(),
    verb("logs get-log-events", ReadsWorld, READ).any(),
    verb("logs get-query-results", ReadsWorld, READ).any(),
    verb("sqs get-queue-attributes", ReadsWorld, READ).any(),
    verb("iam get-role", ReadsWorld, READ).any(),
    verb("iam get-user", ReadsWorld, READ).any(),
    verb("lambda get-function", ReadsWorld, READ).any(),
    verb("ce get-cost-and-usage", ReadsWorld, READ).any(),
    verb("lambda get-function-configuration", ReadsWorld, READ).with("", "--function-name --qualifier"),
    verb("s3 ls", ReadsWorld, READ).with("--recursive --human-readable --summarize", ""),
    verb("logs describe-log-groups", ReadsWorld, READ).with("", "--log-group-name-prefix"),
    verb("logs filter-log-events", ReadsWorld, READ)
        .with("", "--log-group-name --filter-pattern --start-time --end-time --limit"),
    verb("logs tail", ReadsWorld, "only reads logs")
        .with("--follow", "--since --format --filter-pattern")
        .raised(&[("--follow", FollowsLog, FOLLOWS)]),
    verb("ecs update-service", ChangesProduction, SERVES),
    verb("lambda update-function-code", ChangesProduction, "changes what production serves"),
    verb("ec2 reboot-instances", ChangesProduction, "restarts machines"),
    verb("ec2 terminate-instances", Destroys, "ends machines for good"),
    verb("ec2 stop-instances", Destroys, "ends machines that people may be using"),
    verb("rds delete-db-instance", Destroys, "removes a database"),
    verb("ecs delete-service", Destroys, GONE),
    verb("s3 rm", Destroys, "removes stored objects"),
    verb("s3 rb", Destroys, "removes a bucket"),
];

const GCLOUD: &[Verb] = &[
    verb("config list", ReadsWorld, READ),
    verb("auth list", ReadsWorld, READ),
    verb("compute instances list", ReadsWorld, READ).with("", "--zones"),
    verb("compute instances describe", ReadsWorld, READ).with("", "--zone"),
    verb("run services list", ReadsWorld, READ).with("", "--region --platform"),
    verb("run services describe", ReadsWorld, READ).with("", "--region --platform"),
    verb("run revisions list", ReadsWorld, READ).with("", "--region --platform --service"),
    verb("container clusters list", ReadsWorld, READ).with("", "--region --zone"),
    verb("sql instances list", ReadsWorld, READ),
    verb("sql instances describe", ReadsWorld, READ),
    verb("logging read", ReadsWorld, "only reads logs").with("", "--freshness --order"),
    verb("run deploy", ChangesProduction, "changes what production serves"),
    verb("run services update-traffic", ChangesProduction, "changes what production serves"),
    verb("compute instances reset", ChangesProduction, "restarts machines"),
    verb("compute instances delete", Destroys, "ends machines for good"),
    verb("run services delete", Destroys, "ends a service for good"),
    verb("sql instances delete", Destroys, "removes a database"),
];

const AZ: &[Verb] = &[
    verb("account show", ReadsWorld, READ),
    verb("vm list", ReadsWorld, READ).with("-d --show-details", ""),
    verb("vm show", ReadsWorld, READ).with("-d --show-details", "-n --name"),
    verb("webapp list", ReadsWorld, READ),
    verb("webapp show", ReadsWorld, READ).with("", "-n --name"),
    verb("webapp log tail", FollowsLog, FOLLOWS).with("", "-n --name"),
    verb("webapp restart", ChangesProduction, "restarts what production serves"),
    verb("vm restart", ChangesProduction, "restarts machines"),
    verb("vm delete", Destroys, "ends machines for good"),
    verb("group delete", Destroys, "removes everything in a group"),
];

const TERRAFORM: &[Verb] = &[
    verb("show", ReadsWorld, READ).with("-json -no-color", ""),
    verb("output", ReadsWorld, READ).with("-json -raw -no-color", ""),
    verb("state list", ReadsWorld, READ),
    verb("state show", ReadsWorld, READ).with("-no-color", ""),
    verb("version", ReadsWorld, READ).with("-json", ""),
    verb("providers", ReadsWorld, READ).operands(0),
    verb("validate", ReadsWorld, READ).with("-json -no-color", ""),
    verb("workspace list", ReadsWorld, READ),
    verb("workspace show", ReadsWorld, READ),
    verb("init", ChangesHere, "fetches providers and modules"),
    verb("workspace select", ChangesHere, "changes what later commands work on"),
    verb("import", ChangesProduction, "changes the state of what production stands on"),
    verb("taint", ChangesProduction, "marks something to be replaced"),
    verb("untaint", ChangesProduction, "changes the state of what production stands on"),
    verb("state mv", ChangesProduction, "changes the state of what production stands on"),
    verb("state rm", Destroys, "forgets what production stands on"),
    verb("force-unlock", Destroys, "breaks another run's lock"),
    verb("apply", ChangesProduction, "changes what production stands on"),
    verb("destroy", Destroys, "removes what production stands on"),
];
