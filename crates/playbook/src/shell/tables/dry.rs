//! Which tools can be asked what they would do: the option that makes a dry run of a verb, what is left of its effect, and
//! the only other options with which that holds.
//!
//! Sources are the tools' own manuals. A tool that runs code of the working folder for its dry run (a build, a hook) keeps an
//! effect on this machine.

use super::super::argv::Spec;
use crate::Effect::{self, ChangesHere, ReadsWorld};

/// How one verb of a tool is tried without doing it.
pub(crate) struct Dry {
    /// The tool's names.
    pub tools: &'static str,
    /// The verb.
    pub path: &'static str,
    /// The option that makes it a dry run.
    pub option: &'static str,
    /// What is left of its effect.
    pub effect: Effect,
    /// The same in words.
    pub why: &'static str,
    /// The other options with which that is so.
    pub with: Spec,
}

const SERVER: &str = "asks the cluster what would happen, and changes nothing";
const CHART: &str = "renders what would be sent, and changes nothing";
const BUILDS: &str = "builds in the working folder, and sends nothing";

const KUBE: Spec = Spec::of(
    "-R --recursive --force --all -A --all-namespaces --overwrite",
    "-f --filename -n --namespace --context --cluster -l --selector -o --output --replicas -p --patch --type \
             --to-revision --current-replicas -c --containers",
);
const HELM: Spec = Spec::of(
    "-i --install --wait --atomic --force --reuse-values --reset-values",
    "-n --namespace --kube-context -f --values --set --set-string --version --timeout --repo",
);

const fn kube(path: &'static str) -> Dry {
    Dry { tools: "kubectl oc", path, option: "--dry-run=server", effect: ReadsWorld, why: SERVER, with: KUBE }
}

const fn helm(path: &'static str, option: &'static str) -> Dry {
    Dry { tools: "helm", path, option, effect: ReadsWorld, why: CHART, with: HELM }
}

/// All of them.
pub(crate) const DRY: &[Dry] = &[
    kube("apply"),
    kube("create"),
    kube("patch"),
    kube("scale"),
    kube("delete"),
    kube("label"),
    kube("annotate"),
    kube("replace"),
    kube("rollout undo"),
    helm("upgrade", "--dry-run=server"),
    helm("install", "--dry-run=server"),
    helm("rollback", "--dry-run"),
    helm("uninstall", "--dry-run"),
    Dry {
        tools: "wrangler",
        path: "deploy",
        option: "--dry-run",
        effect: ChangesHere,
        why: BUILDS,
        with: Spec::of("--minify --keep-vars", "-e --env -c --config --name --compatibility-date --var"),
    },
    Dry {
        tools: "convex",
        path: "deploy",
        option: "--dry-run",
        effect: ChangesHere,
        why: BUILDS,
        with: Spec::of("-y --yes -v --verbose", "--typecheck --codegen --env-file"),
    },
    Dry {
        tools: "git",
        path: "push",
        option: "--dry-run",
        effect: ChangesHere,
        why: "asks the other side, runs the repository's own hooks, and sends nothing",
        with: Spec::of("-f --force --tags --all -u --set-upstream --force-with-lease -v", ""),
    },
];

/// Tools whose dry run is another verb.
pub(crate) struct Instead {
    /// The tool's names.
    pub tools: &'static str,
    /// The verb.
    pub path: &'static str,
    /// The verb that says what it would do, with its options.
    pub verb: &'static str,
    /// The option of the verb that the other one does not have.
    pub dropped: &'static str,
}

/// All of them.
pub(crate) const INSTEAD: &[Instead] = &[
    Instead { tools: "terraform tofu", path: "apply", verb: "plan", dropped: "-auto-approve" },
    Instead { tools: "terraform tofu", path: "destroy", verb: "plan -destroy", dropped: "-auto-approve" },
];
