//! A text as words, and its numbers with their units.
//!
//! Must never be here: what a word means, or which runbook it speaks for.

use std::borrow::Cow;

/// The words of a text in lower case, as they stand; `HighErrorRate` and `high_error_rate` are three.
pub(super) fn words(text: &str) -> Vec<String> {
    let apart = camel_apart(text).to_lowercase();
    let cut = |character: char| !character.is_alphanumeric() && !"'’.%ー".contains(character);
    let mut found = Vec::new();
    for word in apart.split(cut) {
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            keep(&mut found, word);
        } else {
            word.split('.').for_each(|part| keep(&mut found, part));
        }
    }
    found
}

fn keep(found: &mut Vec<String>, word: &str) {
    let word = word.trim_matches(['\'', '’', '.']);
    if word.chars().any(char::is_alphanumeric) {
        found.push(word.replace('’', "'"));
    }
}

/// Words with single blanks between them and around them, so that whole words can be looked for; a quoted text in a
/// script without blanks stands alone.
pub(super) fn spaced(words: &[String]) -> String {
    let mut text = String::from(" ");
    for word in words {
        text.push_str(word);
        text.push(' ');
    }
    text
}

/// Letters and digits alone, lower case.
pub(super) fn squash(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The word without the accents that people leave out when they type in a hurry.
pub(super) fn folded(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let fold = |character| match character {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'ê' | 'è' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    };
    Cow::Owned(word.chars().map(fold).collect())
}

/// Whether a word is of a script that puts no blanks between words.
pub(super) fn is_japanese(word: &str) -> bool {
    !word.is_ascii()
        && word
            .chars()
            .any(|character| matches!(character, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

/// Each two letters side by side, but for those of hiragana alone, which are grammar.
pub(super) fn bigrams(word: &str) -> impl Iterator<Item = String> + '_ {
    let pairs = word.chars().zip(word.chars().skip(1));
    let is_grammar = |character: char| matches!(character, '\u{3040}'..='\u{309f}');
    pairs
        .filter(move |(left, right)| !is_grammar(*left) && !is_grammar(*right))
        .map(|(left, right)| [left, right].iter().collect())
}

/// Whether one letter too many, too few, another or two exchanged make one word of the other.
pub(super) fn is_slip(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let (left, right) = (left.get(same..).unwrap_or_default(), right.get(same..).unwrap_or_default());
    match (left, right) {
        ([_, left @ ..], [_, right @ ..]) if left == right => true,
        ([one, two, left @ ..], [three, four, right @ ..])
            if one == four && two == three && left == right =>
        {
            true
        }
        ([_, left @ ..], right) if left == right => true,
        (left, [_, right @ ..]) => left == right,
        _ => false,
    }
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

/// `HighErrorRate` as three words; `WebSocket` and `GitHub` stay one, and so do `PostgreSQL` and `5xx`.
fn camel_apart(text: &str) -> String {
    const WHOLE: &[(&str, &str)] = &[
        ("WebSocket", "Websocket"),
        ("GitHub", "Github"),
        ("OAuth", "Oauth"),
        ("PostgreSQL", "Postgresql"),
        ("CoreD", "Cored"),
    ];
    let mut joined = text.to_owned();
    for (apart, whole) in WHOLE {
        if joined.contains(apart) {
            joined = joined.replace(apart, whole);
        }
    }
    let mut apart = String::with_capacity(joined.len() + 8);
    let mut letters = joined.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        // `KubePVCFull`: a capital begins a word after a small letter, or before one.
        let begins = letter.is_uppercase()
            && (before.is_lowercase()
                || (before.is_uppercase() && next_is_lower && !is_plural(&mut letters)));
        if begins {
            apart.push(' ');
        }
        apart.push(letter);
        before = letter;
    }
    apart
}

/// `IDs`: the small letter after the capitals is an `s`, and no word goes on.
fn is_plural(rest: &mut core::iter::Peekable<core::str::Chars<'_>>) -> bool {
    let mut ahead = rest.clone();
    ahead.next() == Some('s') && !ahead.next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{bigrams, is_slip, measures, words};

    #[test]
    fn names_are_cut_where_people_cut_them() {
        assert_eq!(words("KubePVCFull"), ["kube", "pvc", "full"]);
        assert_eq!(words("node_cpu-usage.high 2.5s"), ["node", "cpu", "usage", "high", "2.5s"]);
        assert_eq!(words("WebSocket of GitHub: can’t, IDs"), ["websocket", "of", "github", "can't", "ids"]);
    }

    #[test]
    fn one_slip_of_the_finger_is_forgiven() {
        for (left, right) in
            [("mesages", "messages"), ("sesion", "session"), ("faield", "failed"), ("latancy", "latency")]
        {
            assert!(is_slip(left, right), "{left}");
        }
        assert!(!is_slip("lunch", "launching"));
        assert!(!is_slip("server", "severe"));
    }

    #[test]
    fn grammar_is_no_bigram() {
        assert_eq!(bigrams("画像をアップ").collect::<Vec<_>>(), ["画像", "アッ", "ップ"]);
    }

    #[test]
    fn numbers_have_their_unit() {
        assert_eq!(measures("p95 at 3200 ms"), [(3.2, "s".to_owned())]);
    }
}
