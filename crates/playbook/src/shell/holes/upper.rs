//! Bare upper-case words that stand for a value, such as `NAMESPACE` in `kubectl -n NAMESPACE get pods`.
//!
//! A word counts when its last part is a noun for what people fill in. With a few tools that take no upper-case words of
//! their own, any other word counts too.

use super::place::Place;

/// A longer word is not taken for a hole.
const LENGTH_MAX: usize = 40;

const NOUNS: &str = "NAME NAMESPACE NS POD NODE CLUSTER HOST HOSTNAME SERVER SERVICE SVC USER USERNAME PASSWORD PASS TOKEN \
    ID UUID REGION ZONE BUCKET PROJECT DEPLOYMENT CONTAINER PID VERSION TAG BRANCH COMMIT SHA HASH FILE FILENAME DATABASE \
    DB TABLE DOMAIN URL URI ENDPOINT IP ADDRESS ADDR PORT ENV ENVIRONMENT REVISION RELEASE INSTANCE QUEUE TOPIC GROUP \
    ACCOUNT ARN KEY SECRET CONTEXT JOB APP APPLICATION IMAGE ROLE PROFILE STACK SNAPSHOT VOLUME DISK DEVICE PVC PV \
    CONFIGMAP STATEFULSET DAEMONSET REPLICASET REPLICAS SHARD INDEX PARTITION OFFSET BROKER TENANT ORG REPO REPOSITORY \
    EMAIL CUSTOMER SESSION REQUEST NUMBER COUNT DATE TIME TIMESTAMP DURATION PATH DIR DIRECTORY VALUE PLACEHOLDER \
    CHANGEME TASK RESOURCE SUBNET VPC";

/// Words that are real values, whatever their last part.
// tidy: allow(sql): words that are no holes, and no statement
const CONSTANTS: &str = "HEAD GET POST PUT PATCH DELETE OPTIONS TRACE CONNECT JSON YAML XML CSV TSV TEXT HTML INFO WARN \
    WARNING ERROR FATAL DEBUG CRITICAL TRUE FALSE NULL NONE ANY ALL UTC GMT ISO UTF ASCII ORIG_HEAD FETCH_HEAD MERGE_HEAD \
    EOF EOT END BEGIN HUP INT TERM KILL USR1 USR2 QUIT STOP CONT CHLD SIGHUP SIGINT SIGTERM SIGKILL SIGUSR1 SIGUSR2 \
    CURRENT_USER SESSION_USER CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME \
    RUNNING STOPPED PENDING ALARM OK ACTIVE INACTIVE FAILED SUCCEEDED SELECT FROM WHERE AND OR NOT IN IS LIKE ORDER BY \
    LIMIT INSERT INTO UPDATE SET JOIN ON AS README LICENSE CHANGELOG TODO RUNTIME TCP UDP HTTP HTTPS TLS SSL SSH";

/// Tools to which an upper-case word is a pattern, a program or a keyword.
const LITERAL: &str = "grep egrep fgrep rg zgrep ag awk gawk mawk sed jq yq echo printf printenv unset test [ [[ perl ruby \
    python python3 node tr trap export declare set ORDER SELECT";
/// Tools of which only the values of options are looked at: the rest is a language of its own.
const LANGUAGES: &str =
    "redis-cli psql mysql mongosh mongo sqlite3 clickhouse-client cqlsh influx dig host nslookup";
/// Tools that have no upper-case words of their own.
const STRICT: &str = "kubectl oc helm docker podman crictl ssh scp";
/// Words after which the name of a setting follows.
const SETTINGS: &str = "secret secrets env config variable variables vars config:get config:set config:unset";

/// The hole that begins a text with an upper-case letter.
pub(super) fn at(source: &str, at: usize, quote: Option<char>, place: &Place<'_>) -> Option<(String, usize)> {
    let before = source[..at].chars().next_back();
    if !before.is_none_or(|c| c.is_whitespace() || "=/@:\"'".contains(c)) {
        return None;
    }
    let rest = &source[at..];
    let part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
    let length = rest.bytes().take(LENGTH_MAX + 1).take_while(part).count();
    let name = &rest[..length];
    let mut after = rest[length..].chars();
    let next = after.next();
    let ends = next.is_none_or(|c| c.is_whitespace() || "/:@\"';)|,.&?`".contains(c));
    let is_key = matches!(next, Some('"' | '\'')) && after.next() == Some(':');
    if !ends || is_key || !(2..=LENGTH_MAX).contains(&length) || name.ends_with(['-', '_']) {
        return None;
    }
    let tool = place.tool().unwrap_or_default();
    let [before_last, last] = place.before();
    let is_value = |text: &str| lists(SETTINGS, text);
    let spoken = quote.is_some() && place.blank_in_quotes;
    if tool.is_empty()
        || lists(LITERAL, tool)
        || lists(CONSTANTS, name)
        || (lists(LANGUAGES, tool) && (spoken || !last.starts_with('-')))
        || is_value(last)
        || is_value(before_last)
        || place.word(source, at).contains("custom-columns=")
        || (spoken && !name.contains('_') && !source[..at].ends_with("Bearer "))
    {
        return None;
    }
    let noun = name.rsplit(['_', '-']).next().is_some_and(|part| lists(NOUNS, part));
    let strict = lists(STRICT, tool) && length >= 3 && name.bytes().any(|byte| byte.is_ascii_uppercase());
    (noun || (strict && !spoken)).then(|| (name.to_owned(), length))
}

fn lists(names: &str, name: &str) -> bool {
    !name.is_empty() && names.split_ascii_whitespace().any(|known| known == name)
}
