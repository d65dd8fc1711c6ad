//! Words of a text as concepts: small stems, a few synonyms, HTTP status classes.
//!
//! Must never be here: which runbook they speak for.

use std::collections::BTreeMap;

/// Words that say nothing about a failure.
const STOP: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "cannot", "can't", "could", "do", "does",
    "doesn't", "for", "from", "had", "has", "have", "http", "https", "in", "into", "is", "it", "its", "not",
    "of", "off", "on", "or", "our", "out", "over", "post", "get", "see", "seeing", "that", "the", "their",
    "them", "they", "this", "to", "too", "was", "we", "were", "when", "with", "you", "your", "dev", "com",
    "www", "log", "logs", "very", "again", "some",
];

/// Stems that many failures share.
const WEAK: &[&str] = &[
    "api",
    "user",
    "people",
    "servic",
    "error",
    "fail",
    "respons",
    "dashboard",
    "show",
    "check",
    "state",
    "high",
    "report",
    "appear",
    "stuck",
    "issu",
    "problem",
    "unexpect",
    "earli",
    "before",
    "time",
    "rate",
    "work",
    "thing",
];

/// Stems that mean the same, by the first of each row.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "auth",
        &[
            "login",
            "logon",
            "signin",
            "authenticat",
            "authoriz",
            "unauthoriz",
            "unauthenticat",
            "oauth",
            "sso",
            "401",
        ],
    ),
    ("latency", &["latenc", "slow", "slowness", "p50", "p90", "p95", "p99", "sluggish", "lag", "laggy"]),
    ("5xx", &["servererror", "500s"]),
    ("websocket", &["ws", "wss", "websockets"]),
    ("fail", &["failur", "broken", "break", "unabl"]),
    ("miss", &["lost", "disappear", "vanish"]),
    ("pause", &["paus", "autopaus", "suspend", "hibernat"]),
    ("creat", &["creation", "spawn", "provision"]),
    ("user", &["people", "customer", "everybody", "everyone"]),
];

/// Two words that mean one thing.
const PAIRS: &[((&str, &str), &str)] = &[
    (("log", "in"), "login"),
    (("logging", "in"), "login"),
    (("sign", "in"), "signin"),
    (("signing", "in"), "signin"),
    (("server", "error"), "servererror"),
    (("server", "errors"), "servererror"),
    (("error", "rate"), "servererror"),
    (("response", "time"), "latenc"),
    (("web", "socket"), "websocket"),
];

/// Lower-case words with single blanks between them.
pub(super) fn plain(text: &str) -> String {
    tokens(text).join(" ")
}

/// Letters and digits alone, lower case.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether many failures share the concept.
pub(super) fn is_weak(concept: &str) -> bool {
    WEAK.contains(&concept)
}

/// What a text speaks of, each with the word that says so.
pub(super) fn concepts(text: &str) -> BTreeMap<String, String> {
    let tokens = tokens(&camel_apart(text));
    let mut found = BTreeMap::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map_or("", String::as_str);
        if let Some((_, one)) = PAIRS.iter().find(|((first, second), _)| first == token && *second == next) {
            found.entry(synonym(one)).or_insert_with(|| format!("{token} {next}"));
            at += 2;
            continue;
        }
        at += 1;
        if let Some(class) = status_class(token, next) {
            found.entry(class.to_owned()).or_insert_with(|| token.clone());
        } else if !STOP.contains(&token.as_str()) && token.len() > 1 && token.starts_with(char::is_alphabetic)
        {
            found.entry(synonym(&stem(token))).or_insert_with(|| token.clone());
        }
    }
    found
}

/// Numbers with their units in seconds, per cent or as written.
pub(super) fn measures(text: &str) -> Vec<(f64, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let glued = rest[..start].ends_with(char::is_alphabetic);
        let tail = &rest[start..];
        let end = tail
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(tail.len());
        let after = tail[end..].trim_start();
        let unit: String =
            after.chars().take_while(|character| character.is_alphabetic() || *character == '%').collect();
        if let Some(number) = tail[..end].trim_end_matches('.').parse::<f64>().ok().filter(|_| !glued) {
            found.push(in_base_unit(number, &unit));
        }
        rest = &tail[end..];
    }
    found
}

/// A number in seconds when its unit is one of time.
pub(super) fn in_base_unit(number: f64, unit: &str) -> (f64, String) {
    match unit {
        "ms" => (number / 1000.0, "s".to_owned()),
        "sec" | "seconds" | "second" => (number, "s".to_owned()),
        "percent" => (number, "%".to_owned()),
        other => (number, other.to_owned()),
    }
}

fn tokens(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace('’', "'")
        .split(|character: char| !character.is_alphanumeric() && !"'.%".contains(character))
        .flat_map(|word| {
            if word.starts_with(|first: char| first.is_ascii_digit()) {
                vec![word]
            } else {
                word.split('.').collect()
            }
        })
        .map(|word| word.trim_matches(['\'', '.']))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

/// `HighErrorRate` as three words; `WebSocket` and `GitHub` stay one.
fn camel_apart(text: &str) -> String {
    let joined = text.replace("WebSocket", "Websocket").replace("GitHub", "Github").replace("OAuth", "Oauth");
    let mut apart = String::new();
    let mut lower = false;
    for character in joined.chars() {
        if character.is_uppercase() && lower {
            apart.push(' ');
        }
        lower = character.is_lowercase();
        apart.push(character);
    }
    apart
}

/// A bare status such as `502`, or a class such as `5xx`.
fn status_class(token: &str, next: &str) -> Option<&'static str> {
    let counted = ["ms", "s", "users", "requests", "minutes", "seconds"].contains(&next);
    match token {
        "5xx" => Some("5xx"),
        "401" | "403" if !counted => Some("auth"),
        "429" if !counted => Some("ratelimit"),
        _ => {
            let status =
                token.len() == 3 && token.starts_with('5') && token[1..].bytes().all(|b| b.is_ascii_digit());
            (status && token[1..2] == *"0" && !counted).then_some("5xx")
        }
    }
}

fn synonym(stem: &str) -> String {
    let same = SYNONYMS.iter().find(|(concept, others)| *concept == stem || others.contains(&stem));
    same.map_or(stem, |(concept, _)| concept).to_owned()
}

fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let endings = [
        "ations", "ation", "ions", "ion", "ings", "ing", "edly", "ies", "ized", "ed", "es", "s", "ly", "y",
        "e",
    ];
    let keep =
        |ending: &&&str| word.len() >= ending.len() + 3 && word.ends_with(**ending) && !word.ends_with("ss");
    match endings.iter().find(keep) {
        // `creation` and `create`, `validation` and `validate` share a stem.
        Some(ending) if ending.starts_with("ation") => format!("{}at", &word[..word.len() - ending.len()]),
        Some(&"ized") => format!("{}iz", &word[..word.len() - 4]),
        Some(ending) => word[..word.len() - ending.len()].to_owned(),
        None => word.to_owned(),
    }
}
