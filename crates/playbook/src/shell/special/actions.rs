//! Words in an address that name an action, although the method is GET.
//!
//! On doubt a word counts: a question that a person must start costs less than an action that nobody did. Must never be
//! here: the tools that send requests.

/// The words, in lower case.
const ACTIONS: &str = "abort ack acknowledge activate apply approve ban block cancel clear close cordon create deactivate delete \
    deploy deregister destroy disable drain drop enable erase evict exec execute failover flush hook hooks \
    insert install invalidate invoke kill logout migrate mutation off pause poweroff promote purge quit reboot \
    rebuild redeploy refresh reindex reload remove replay reset restart restore resume retry revoke rollback \
    rotate run scale send set shutdown start stop suspend switchover sync terminate toggle trigger truncate \
    unblock uncordon undeploy uninstall unlock unsubscribe update upgrade warmup webhook webhooks wipe";

/// A path that is written in more layers of `%25` than this names an action, for all that anybody can tell.
const LAYERS_MAX: usize = 4;

/// The action that a path, a query or data for one names.
pub(super) fn named(text: &str) -> Option<String> {
    // `curl` puts together what stands in braces, and counts through `[a-z]`.
    let joined: String = text.chars().filter(|character| !matches!(character, '{' | '}')).collect();
    if has_range_of_letters(text) {
        return Some("a range of letters".to_owned());
    }
    [text, &joined].into_iter().find_map(|text| {
        let mut text = text.to_owned();
        for _ in 0..LAYERS_MAX {
            if let Some(action) = word_of(&text) {
                return Some(action);
            }
            match decoded(&text) {
                Some(plain) => text = plain,
                None => return None,
            }
        }
        Some("written in several layers".to_owned())
    })
}

/// The first word of a text that is an action: words end at signs and digits, and where `camelCase` begins another.
fn word_of(text: &str) -> Option<String> {
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    let mut before_is_upper = false;
    while let Some(character) = characters.next() {
        let next_is_lower = characters.peek().is_some_and(char::is_ascii_lowercase);
        let begins = character.is_ascii_uppercase() && (!before_is_upper || next_is_lower);
        if (begins || !character.is_alphabetic()) && is_action(&word) {
            return Some(word);
        }
        if begins || !character.is_alphabetic() {
            word.clear();
        }
        if character.is_alphabetic() {
            word.extend(character.to_lowercase());
        }
        before_is_upper = character.is_ascii_uppercase();
    }
    is_action(&word).then_some(word)
}

fn is_action(word: &str) -> bool {
    !word.is_empty() && ACTIONS.split(' ').any(|action| action == word)
}

/// A text with its `%64` read as what they stand for; `None` when there are none.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let hex = |at: usize| char::from(*bytes.get(at)?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(high * 16 + low);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    (plain.len() < bytes.len()).then(|| String::from_utf8_lossy(&plain).into_owned())
}

fn has_range_of_letters(text: &str) -> bool {
    text.as_bytes().windows(5).any(|five| match five {
        [b'[', from, b'-', to, b']' | b':'] => from.is_ascii_alphabetic() && to.is_ascii_alphabetic(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn an_action_is_found_however_it_is_written() {
        for path in [
            "admin/restart",
            "deleteAll",
            "shutdownNow",
            "api/DELETEItem",
            "%64elete",
            "%2564elete",
            "%25252525252564elete",
            "q=DROP+DATABASE+x",
            "d{e}lete",
            "d[e-e]lete",
            "restart2",
            "jobs?do=purge_all",
        ] {
            assert!(named(path).is_some(), "{path}");
        }
    }

    #[test]
    fn words_that_only_hold_one_are_no_action() {
        for path in [
            "health",
            "settings",
            "api/v1/query?query=up",
            "query=sum(rate(http_requests_total[5m]))",
            "restarts_total",
            "deleted=false",
            "a%20b",
            "100%",
            "offset/asset/dataset",
            "runtime/Starting",
        ] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}
