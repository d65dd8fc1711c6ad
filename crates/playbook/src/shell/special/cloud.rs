//! The command lines of clouds, beyond what the tables name: their verbs are regular enough to tell what only reads.
//!
//! Must never be here: verbs whose names promise more than they keep, such as `get-object`, which writes a file.

use super::super::Verdict;
use super::super::manifest;
use super::super::word::Word;
use crate::{Approval, Effect};

/// `aws SERVICE describe-…` and `list-…` only read in every service; `get-…` may write a file or make credentials.
pub(super) fn aws(words: &[Word]) -> Verdict {
    as_itself("aws", words, aws_verb(words))
}

/// Options that send a question, and who asks it, elsewhere, or that read more options from a file.
const ELSEWHERE: &[&str] = &[
    "--endpoint-url",
    "--ca-bundle",
    "--impersonate-service-account",
    "--account",
    "--flags-file",
    "--access-token-file",
    "--api-endpoint-overrides",
];

/// What a call was found to be, unless it is not sure whom it asks and as whom.
fn as_itself(tool: &str, words: &[Word], found: Verdict) -> Verdict {
    let is_elsewhere = |word: &&Word| {
        let name = word.text.split('=').next().unwrap_or_default();
        // The tools take the beginning of an option for the option.
        name.len() > 3 && ELSEWHERE.iter().any(|option| option.starts_with(name))
    };
    match words.iter().find(is_elsewhere) {
        Some(option) if found.effect.approval() == Approval::NotNeeded => {
            Verdict::unknown(format!("nobody has vouched for {} of `{tool}`", option.text))
        }
        _ => found,
    }
}

/// Whether `kubectl` is told to do what only `oc` can.
pub(super) fn is_of_oc(words: &[Word]) -> bool {
    const OWN: &[&str] = &["status", "whoami", "projects", "project", "adm top"];
    manifest::find_verb("kubectl", words).is_some_and(|(_, verb, _)| OWN.contains(&verb.path))
}

fn aws_verb(words: &[Word]) -> Verdict {
    let named = manifest::by_table("aws", words);
    let rest = skip_options(words, &["--region", "--profile", "--output", "--query"]);
    let (Some(service), Some(verb)) = (exact(rest, 0), exact(rest, 1)) else { return named };
    let plain =
        service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if named.effect != Effect::Unknown || !plain || manifest::find_verb("aws", words).is_some() {
        return named;
    }
    let first = verb.split('-').next().unwrap_or_default();
    match first {
        "describe" | "list" if verb.contains('-') && rest.get(2).is_none_or(is_option) => {
            Verdict::new(Effect::ReadsWorld, format!("`aws {service} {verb}` only reads"))
        }
        "wait" => Verdict::new(Effect::Waits, format!("`aws {service} wait` only waits")),
        "delete" | "terminate" | "purge" | "deregister" | "remove" => {
            Verdict::new(Effect::Destroys, format!("`aws {service} {verb}` removes what production uses"))
        }
        "update" | "put" | "create" | "modify" | "start" | "reboot" | "set" | "attach" | "detach" => {
            Verdict::new(Effect::ChangesProduction, format!("`aws {service} {verb}` changes production"))
        }
        _ => named,
    }
}

const GCLOUD_GROUPS: &str = "alpha beta compute instances disks networks firewall-rules container clusters node-pools run \
    services revisions jobs sql backups operations logging sinks projects iam service-accounts pubsub topics subscriptions \
    functions builds artifacts repositories dns record-sets managed-zones forwarding-rules backend-services \
    instance-groups managed storage buckets redis app versions auth config configurations monitoring spanner databases \
    snapshots addresses routers url-maps health-checks regions zones scheduler tasks queues secrets";

/// `gcloud GROUP… list` and `describe`.
pub(super) fn gcloud(words: &[Word]) -> Verdict {
    as_itself("gcloud", words, by_group("gcloud", words, GCLOUD_GROUPS, &["list", "describe"]))
}

const AZ_GROUPS: &str = "vm vmss webapp functionapp aks acr group account network storage sql postgres mysql redis monitor \
    resource deployment container containerapp cosmosdb servicebus eventhubs disk snapshot appservice plan nic public-ip \
    nsg vnet lb server db flexible-server nodepool activity-log metrics alert slot dns zone revision repository";

/// `az GROUP… list` and `show`.
pub(super) fn az(words: &[Word]) -> Verdict {
    by_group("az", words, AZ_GROUPS, &["list", "show"])
}

/// The words up to the first that is no group must all be known groups, and that one says what is done.
fn by_group(tool: &str, words: &[Word], groups: &str, reads: &[&str]) -> Verdict {
    let named = manifest::by_table(tool, words);
    if named.effect != Effect::Unknown || manifest::find_verb(tool, words).is_some() {
        return named;
    }
    let is_group = |word: &&str| groups.split_ascii_whitespace().any(|group| group == *word);
    let length = words.iter().map_while(Word::exact).take_while(is_group).count();
    let Some(verb) = exact(words, length).filter(|_| length > 0) else { return named };
    match verb {
        _ if reads.contains(&verb) => {
            Verdict::new(Effect::ReadsWorld, format!("`{tool} … {verb}` only reads"))
        }
        "delete" => Verdict::new(Effect::Destroys, format!("`{tool} … delete` removes what production uses")),
        "create" | "update" | "start" | "restart" | "deploy" | "resize" | "patch" | "scale" | "reset" => {
            Verdict::new(Effect::ChangesProduction, format!("`{tool} … {verb}` changes production"))
        }
        _ => named,
    }
}

/// The words after options that stand first, each with a value.
fn skip_options<'a>(words: &'a [Word], known: &[&str]) -> &'a [Word] {
    let mut rest = words;
    while exact(rest, 0).is_some_and(|word| known.contains(&word)) {
        rest = rest.get(2..).unwrap_or_default();
    }
    rest
}

fn exact(words: &[Word], at: usize) -> Option<&str> {
    words.get(at).and_then(Word::exact)
}

fn is_option(word: &Word) -> bool {
    word.exact().is_some_and(|text| text.starts_with("--"))
}
