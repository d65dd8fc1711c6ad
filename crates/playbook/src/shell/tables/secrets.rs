//! What prints secrets, although it only looks.
//!
//! Must never be here: code that judges, and what shows only the names of secrets.

use super::super::argv::Spec;

/// A way to call a tool that prints secrets.
pub(crate) struct Prints {
    /// The tool, by each of its names.
    pub tools: &'static str,
    /// The words after the tool's name that are no options.
    pub path: &'static str,
    /// Its options with a value, beyond those that the tool's own table has.
    pub values: &'static str,
    /// When it does.
    pub when: When,
}

/// When a call prints secrets.
#[derive(Clone, Copy)]
pub(crate) enum When {
    /// Whatever else is said.
    Always,
    /// Unless one of these options is there.
    Unless(&'static str),
    /// With one of these options.
    With(&'static str),
    /// With one of these options, or with a word that names one value.
    WithOrNamed(&'static str),
    /// Without any word behind, or with one whose name is a secret's.
    BareOrSecret,
    /// Where its words name secrets of a cluster, and it is to print more than their names.
    SecretsOfCluster,
}

impl Prints {
    /// The options that take a value.
    pub(crate) const fn spec(&self) -> Spec {
        Spec::of("", self.values)
    }
}

const fn prints(tools: &'static str, path: &'static str, when: When) -> Prints {
    Prints { tools, path, values: "", when }
}

/// Sources are the tools' own manuals.
pub(crate) const PRINTS: &[Prints] = &[
    Prints {
        values: "-o --output -l --selector --field-selector --sort-by -L --label-columns --template",
        ..prints("kubectl oc", "get", When::SecretsOfCluster)
    },
    prints("oc", "extract", When::Always),
    prints("kubectl oc", "config view", When::With("--raw")),
    // Both print the secrets of a release as they are applied.
    prints("helm", "get manifest", When::Always),
    prints("helm", "get all", When::Always),
    prints("vault bao", "kv get", When::Always),
    prints("vault bao", "read", When::Always),
    prints("vault bao", "unwrap", When::Always),
    prints("vault bao", "print token", When::Always),
    prints("consul", "kv get", When::Unless("-keys")),
    prints("consul", "kv export", When::Always),
    prints("etcdctl", "get", When::Unless("--keys-only --count-only")),
    prints("heroku", "config", When::Always),
    prints("heroku", "config:get", When::Always),
    prints("heroku", "pg:credentials:url", When::Always),
    prints("convex", "env list", When::Unless("--names-only")),
    prints("convex", "env get", When::Always),
    prints("vercel", "env pull", When::Always),
    prints("netlify", "env:list", When::Always),
    prints("netlify", "env:get", When::Always),
    prints("railway", "variables", When::Always),
    prints("doppler", "secrets", When::Unless("--only-names")),
    prints("doppler", "secrets get", When::Always),
    prints("doppler", "secrets download", When::Always),
    prints("infisical", "secrets", When::Always),
    prints("infisical", "export", When::Always),
    prints("terraform tofu", "output", When::WithOrNamed("-json -raw")),
    prints("terraform tofu", "show", When::With("-json")),
    prints("terraform tofu", "state pull", When::Always),
    prints("pulumi", "config", When::With("--show-secrets")),
    prints("pulumi", "config get", When::Always),
    prints("pulumi", "stack output", When::With("--show-secrets")),
    prints("aws", "secretsmanager get-secret-value", When::Always),
    prints("aws", "secretsmanager batch-get-secret-value", When::Always),
    prints("aws", "ssm get-parameter", When::With("--with-decryption")),
    prints("aws", "ssm get-parameters", When::With("--with-decryption")),
    prints("aws", "ssm get-parameters-by-path", When::With("--with-decryption")),
    prints("aws", "ssm get-parameter-history", When::With("--with-decryption")),
    prints("aws", "configure export-credentials", When::Always),
    prints("aws", "sts get-session-token", When::Always),
    prints("aws", "ecr get-login-password", When::Always),
    prints("aws", "eks get-token", When::Always),
    prints("gcloud", "secrets versions access", When::Always),
    prints("gcloud", "auth print-access-token", When::Always),
    prints("gcloud", "auth print-identity-token", When::Always),
    prints("az", "keyvault secret show", When::Always),
    prints("az", "keyvault secret download", When::Always),
    prints("az", "account get-access-token", When::Always),
    prints("az", "storage account keys list", When::Always),
    prints("op", "read", When::Always),
    prints("op", "item get", When::Always),
    prints("op", "inject", When::Always),
    prints("bw", "get", When::Always),
    prints("pass", "show", When::Always),
    prints("sops", "decrypt", When::Always),
    prints("sops", "", When::With("-d --decrypt")),
    prints("chamber", "read", When::Always),
    prints("chamber", "export", When::Always),
    prints("gh", "auth token", When::Always),
    prints("printenv", "", When::BareOrSecret),
    prints("env", "", When::BareOrSecret),
];

/// What `kubectl get -o` prints of secrets without their values.
pub(crate) const NAMES_ONLY: [&str; 2] = ["name", "wide"];
