//! W035: commands that want an account, in a document that never says which.

use super::document::{Document, Finding};
use super::options::tool_words;
use crate::{Diagnostic, DiagnosticSeverity};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Tools that do nothing before somebody has signed in.
const SIGNED_IN: &[&str] = &[
    "kubectl",
    "oc",
    "helm",
    "aws",
    "gcloud",
    "az",
    "wrangler",
    "modal",
    "convex",
    "psql",
    "ssh",
    "terraform",
    "vault",
    "gh",
    "heroku",
    "flyctl",
    "doctl",
    "argocd",
    "flux",
    "eksctl",
];

/// What a document says that speaks of them.
const SAID: &[&str] = &[
    "prerequisit",
    "pre-requisit",
    "requirement",
    "before you begin",
    "before you start",
    "you need",
    "you will need",
    "you'll need",
    "access to",
    "# access",
    "log in to",
    "login",
    "logged in",
    "signed in",
    "sign in with",
    "credential",
    "permission",
    "kubeconfig",
    "vpn",
    "bastion",
    "jump host",
    "service account",
    "requisito",
    "acceso",
    "acesso",
    "前提",
    "権限",
    "ログイン",
];

static NEEDLES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(SAID).expect("a few short texts")
});

/// One finding for the document, on the first such command.
pub(super) fn unsaid(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut tools: BTreeSet<&str> = BTreeSet::new();
    let mut first = None;
    for placed in document.commands.iter().filter(|placed| placed.step.is_some()) {
        for (name, _) in placed.calls.iter().filter_map(|call| tool_words(call)) {
            if let Some(tool) = SIGNED_IN.iter().find(|tool| **tool == name) {
                tools.insert(tool);
                first = first.or(Some(placed.command));
            }
        }
    }
    let Some(command) = first.filter(|_| !NEEDLES.is_match(document.text)) else { return Vec::new() };
    let tools: Vec<&str> = tools.into_iter().collect();
    let finding = Finding {
        code: "W035",
        severity: DiagnosticSeverity::Info,
        message: format!("nothing says with which account and from where to call {}", tools.join(", ")),
        hint: "add a section “Prerequisites”: tools with versions, accounts and roles, the folder to stand in",
    };
    vec![document.place(finding, command.line, command.source.lines().next().unwrap_or_default())]
}
