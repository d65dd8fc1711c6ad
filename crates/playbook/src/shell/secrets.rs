//! Whether a command prints secrets, told from the calls in it. Such a command only looks, and yet a person starts it: what it
//! prints is kept with the incident, and whoever reads that reads the secrets, as far as no shape gives them away.
//!
//! Must never be here: which calls do, see `tables::secrets`, and what a command changes.

use super::argv::{Args, Spec};
use super::callee::text_for_a_shell;
use super::tables::secrets::{NAMES_ONLY, PRINTS, Prints, When};
use super::word::Word;
use super::wrappers::{Behind, behind};
use super::{look, tables};
use crate::name_says_secret;

/// Text within text deeper than this is not looked into. Such a command waits for a person as it is.
const DEPTH_MAX: usize = 3;

/// Why a person should start a command with these calls although it may only look: what it prints are secrets.
pub(super) fn printed_by(calls: &[Vec<Word>]) -> Option<String> {
    let label = calls.iter().find_map(|call| by_call(call, 0))?;
    Some(format!("`{label}` prints secrets"))
}

/// The part of a call that prints secrets, as it is called.
fn by_call(call: &[Word], depth: usize) -> Option<String> {
    let mut rest = call;
    loop {
        let (first, words) = rest.split_first()?;
        let name = first.exact().map(|path| path.rsplit('/').next().unwrap_or(path))?;
        // Settings of variables stand before the command.
        if name.contains('=') {
            rest = words;
            continue;
        }
        // A package may be named with its version.
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        if let Some(label) = by_tool(name, words) {
            return Some(label);
        }
        if let Some(text) = text_for_a_shell(name, words).filter(|_| depth < DEPTH_MAX) {
            return look::look(&text).calls.iter().find_map(|call| by_call(call, depth + 1));
        }
        rest = match behind(name, words) {
            Behind::Command(inner) => inner,
            Behind::Unclear(_) | Behind::Nothing => return None,
        };
    }
}

fn by_tool(name: &str, words: &[Word]) -> Option<String> {
    let mut own = PRINTS.iter().filter(|prints| prints.tools.split(' ').any(|tool| tool == name));
    let found = own.find(|prints| prints.is(name, words))?;
    Some(if found.path.is_empty() { name.to_owned() } else { format!("{name} {}", found.path) })
}

impl Prints {
    fn is(&self, name: &str, words: &[Word]) -> bool {
        let of_tool = tables::tool(name);
        let globals = of_tool.map(|tool| tool.globals).unwrap_or_default();
        let verb = of_tool.and_then(|tool| tool.verbs.iter().find(|verb| verb.path == self.path));
        let args = Args::read(words, &[self.spec(), globals, verb.map_or(Spec::default(), |verb| verb.spec)]);
        let path: Vec<&str> = self.path.split(' ').filter(|part| !part.is_empty()).collect();
        let said: Vec<Option<&str>> = args.operands.iter().map(Word::exact).collect();
        if !path.iter().enumerate().all(|(at, part)| said.get(at) == Some(&Some(*part))) {
            return false;
        }
        let rest = said.get(path.len()..).unwrap_or_default();
        // Each option of a known or an unknown kind as it stands, without what is joined to it.
        let has = |options: &str| {
            let given = |word: &Word| word.text.split('=').next().unwrap_or_default().to_owned();
            words.iter().any(|word| options.split(' ').any(|option| option == given(word)))
        };
        match self.when {
            When::Always => true,
            When::Unless(options) => !has(options),
            When::With(options) => has(options),
            When::WithOrNamed(options) => has(options) || !rest.is_empty(),
            When::BareOrSecret => is_bare_or_secret(rest),
            When::SecretsOfCluster => names_secrets(rest) && shows_values(&args),
        }
    }
}

/// Words that set a variable or stand behind a command's name are none of `env` itself.
fn is_bare_or_secret(rest: &[Option<&str>]) -> bool {
    let sets = |word: &Option<&str>| word.is_some_and(|word| word.contains('='));
    let named: Vec<_> = rest.iter().filter(|word| !sets(word)).collect();
    named.is_empty() || named.iter().any(|word| word.is_some_and(name_says_secret))
}

/// `secret`, `secrets/x`, `pods,secrets`.
fn names_secrets(rest: &[Option<&str>]) -> bool {
    let kind = |word: &str| {
        let kind = word.split(['/', '.']).next().unwrap_or_default();
        kind.eq_ignore_ascii_case("secret") || kind.eq_ignore_ascii_case("secrets")
    };
    rest.iter().flatten().enumerate().any(|(at, word)| {
        let kinds = if at == 0 || word.contains('/') { *word } else { "" };
        kinds.split(',').any(kind)
    })
}

/// Whether the form of the output is one that has values in it.
fn shows_values(args: &Args) -> bool {
    let is_bare = |form: &Word| {
        let form = form.exact().map(|form| form.trim_start_matches('='));
        form.is_some_and(|form| {
            NAMES_ONLY.contains(&form)
                || (form.starts_with("custom-columns=") && !form.replace("metadata", "").contains("data"))
        })
    };
    args.values("-o --output").any(|form| !is_bare(form)) || args.has("--template")
}

#[cfg(test)]
mod tests {
    use super::super::Shell;
    use crate::Approval;

    fn why(source: &str) -> Option<String> {
        Shell::default().analyse(source, 1).prints.clone()
    }

    #[test]
    fn what_prints_secrets_is_said_to() {
        for (source, label) in [
            ("kubectl get secret db -o yaml", "kubectl get"),
            ("kubectl -n web get secrets -ojson", "kubectl get"),
            ("kubectl get secrets/db -o=jsonpath='{.data.password}' | base64 -d", "kubectl get"),
            ("kubectl get -o go-template='{{.data}}' secret db", "kubectl get"),
            ("kubectl get pods,secrets --output=yaml", "kubectl get"),
            ("kubectl get secret <name> -n <namespace> -o yaml", "kubectl get"),
            ("oc get secret db -o custom-columns=P:.data.password", "oc get"),
            ("vault kv get -field=password secret/db", "vault kv get"),
            ("vault read database/creds/app", "vault read"),
            ("heroku config -a shop", "heroku config"),
            ("heroku config:get DATABASE_URL", "heroku config:get"),
            ("npx convex env get AUTH_SECRET --prod", "convex env get"),
            ("npx convex@1 env list --prod", "convex env list"),
            ("terraform output -json", "terraform output"),
            ("terraform -chdir=infra output db_password", "terraform output"),
            ("etcdctl get / --prefix", "etcdctl get"),
            (
                "aws --region eu-west-1 secretsmanager get-secret-value --secret-id db",
                "aws secretsmanager get-secret-value",
            ),
            ("aws ssm get-parameter --name /db --with-decryption", "aws ssm get-parameter"),
            (
                "gcloud --project shop secrets versions access latest --secret=db",
                "gcloud secrets versions access",
            ),
            ("az keyvault secret show -n db --vault-name v", "az keyvault secret show"),
            ("op read op://vault/db/password", "op read"),
            ("printenv", "printenv"),
            ("printenv DB_PASSWORD", "printenv"),
            ("env | sort", "env"),
            ("A=1 env", "env"),
            ("sudo -u app timeout 5 vault kv get secret/db", "vault kv get"),
            ("watch -n 5 \"kubectl get secret db -o yaml | head\"", "kubectl get"),
            ("echo \"$(vault kv get -field=x secret/db)\"", "vault kv get"),
            ("for s in a b; do kubectl get secret $s -o yaml; done", "kubectl get"),
        ] {
            assert_eq!(why(source), Some(format!("`{label}` prints secrets")), "{source}");
        }
    }

    #[test]
    fn what_shows_names_alone_stays_as_free_as_it_was() {
        for source in [
            "kubectl get secrets",
            "kubectl get secret -A -o wide",
            "kubectl get secrets -o name",
            "kubectl get secrets -o custom-columns=N:.metadata.name",
            "kubectl get pods -o yaml",
            "kubectl get pods secrets-reader-0 -o yaml",
            "kubectl get configmap secret -o yaml",
            "kubectl describe secret db",
            "kubectl logs secret-rotator-0",
            "vault kv list secret/",
            "vault kv metadata get secret/db",
            "vault status",
            "heroku ps -a shop",
            "wrangler secret list",
            "npx wrangler secret list",
            "npx convex env list --names-only",
            "npx convex logs --prod",
            "terraform output",
            "terraform show",
            "etcdctl get / --prefix --keys-only",
            "etcdctl endpoint health",
            "aws ssm get-parameter --name /db",
            "gcloud secrets list",
            "fly secrets list",
            "printenv PATH HOME",
            "env TZ=UTC date",
            "echo vault kv get",
            "grep env settings.toml",
        ] {
            assert_eq!(why(source), None, "{source}");
        }
    }

    #[test]
    fn a_command_that_prints_secrets_looks_and_does_not_begin_alone() {
        let compiled = |fence: &str| {
            let text = format!("# A\n\n## Quick checks\n\n{fence}\n");
            crate::compile(text.as_bytes()).quick_diagnostics.into_iter().next().unwrap()
        };
        let secret = compiled("```sh\nkubectl get secret db -o yaml\n```");
        assert_eq!(secret.effect.approval(), Approval::NotNeeded);
        assert!(!secret.may_begin_alone(), "{secret:?}");
        assert!(compiled("```sh\nkubectl get secrets\n```").may_begin_alone());
        // What its author wrote beside it does not hide the other reason.
        let both = compiled("```sh {\"interactive\":true}\nvault kv get secret/db\n```");
        assert!(both.by_hand.is_some_and(|why| why.contains("prints secrets")));
    }
}
