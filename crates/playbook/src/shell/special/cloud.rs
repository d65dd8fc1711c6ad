//! The command lines of clouds, beyond what the tables name: their verbs are regular enough to tell what only reads.
//!
//! Must never be here: verbs whose names promise more than they keep, such as `get-object`, which writes a file.

use super::super::Verdict;
use super::super::manifest;
use super::super::word::Word;
use crate::Effect;

/// `aws SERVICE describe-…` and `list-…` only read in every service; `get-…` may write a file or make credentials.
pub(super) fn aws(words: &[Word]) -> Verdict {
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
    by_group("gcloud", words, GCLOUD_GROUPS, &["list", "describe"])
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
