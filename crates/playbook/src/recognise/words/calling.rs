//! How people say that somebody is woken after a while: levels, delays, from when they count, who answers nothing.
//!
//! Words only, in four languages; what they amount to is the escalation's business.

use alloc::string::String;

/// The entries of a list that is written as one text, with bars between them.
fn each(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split('|')
}

/// What an escalation calls its levels. The shortest need a number right behind them.
const LEVELS: &str = "level|tier|stage|step|line|nivel|nível|camada|レベル|第|l|t";

/// Whether a text begins as a numbered level such as `Level 2` or `L2`, and what follows.
pub(crate) fn level_key(text: &str) -> (bool, &str) {
    let bare = text.trim_start_matches(['*', ' ', '#']);
    let lower = bare.to_lowercase();
    let found = each(LEVELS).find_map(|word| {
        let rest = lower.strip_prefix(word)?;
        let gap = rest.len() - rest.trim_start_matches([' ', '-']).len();
        let digits = rest.get(gap..)?.bytes().take_while(u8::is_ascii_digit).count();
        let glued = word.len() > 1 || gap == 0;
        let end = word.len() + gap + digits;
        let bounded = !lower.get(end..)?.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '+');
        ((1..=2).contains(&digits) && glued && bounded).then_some(end)
    });
    // A letter that changes its length in lower case stands behind the level, if anywhere.
    match found.and_then(|end| bare.get(end..)) {
        Some(rest) => {
            (true, rest.trim_start_matches(['*', ':', '.', ')', '-', '–', '—', ' ', '段', '階', '目']))
        }
        None => (false, text),
    }
}

const AT_ONCE: &str = "\
    immediately|immediate|at once|right away|straight away|instantly|no delay|0 min|0 minutes|t+0|\
    same time|inmediatamente|de inmediato|imediatamente|de imediato|直ちに|即時";

/// Whether a clause says nothing but that there is no delay.
pub(crate) fn is_at_once(clause: &str) -> bool {
    let lower = clause.trim().to_lowercase();
    each(AT_ONCE).any(|words| lower.contains(words))
        && lower.split_whitespace().count() <= 4
        && super::super::measure::minutes(&lower).unwrap_or_default() == 0
}

/// Lengths of time without a number, and the same with one.
const WORDED: &[(&str, &str)] = &[
    ("quarter of an hour", "15 min"),
    ("cuarto de hora", "15 min"),
    ("half an hour", "30 min"),
    ("half-an-hour", "30 min"),
    ("half hour", "30 min"),
    ("half-hour", "30 min"),
    ("media hora", "30 min"),
    ("meia hora", "30 min"),
    ("半時間", "30 min"),
    ("an hour", "1 hour"),
    ("one hour", "1 hour"),
    ("una hora", "1 hora"),
    ("uma hora", "1 hora"),
    ("two hours", "2 hours"),
    ("dos horas", "2 horas"),
    ("duas horas", "2 horas"),
    ("five minutes", "5 minutes"),
    ("ten minutes", "10 minutes"),
    ("fifteen minutes", "15 minutes"),
    ("twenty minutes", "20 minutes"),
    ("thirty minutes", "30 minutes"),
    ("cinco minutos", "5 minutos"),
    ("diez minutos", "10 minutos"),
    ("dez minutos", "10 minutos"),
    ("quince minutos", "15 minutos"),
    ("quinze minutos", "15 minutos"),
];

/// The same text, with a number where a length of time is told in words.
pub(crate) fn with_numbers(text: &str) -> String {
    let mut text = String::from(text);
    for (words, number) in WORDED {
        while let Some(at) = text.to_ascii_lowercase().find(words) {
            text.replace_range(at..at + words.len(), number);
        }
    }
    text
}

const TIMES: &str = "minute|minutes|mins|hour|hours|hora|horas|minuto|minutos";
/// What makes a length of time of such a word that has no number; alone it is part of a role's name.
const SOME: &str = "\
    few|some|several|couple|more|later|after|within|wait|unos|unas|algunos|algunas|pocos|pocas|más|después|tarde|\
    alguns|poucos|poucas|mais|depois";

/// Whether a text speaks of a length of time, be it understood or not.
pub(crate) fn tells_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let holds = |list: &'static str| {
        let mut words = lower.split(|character: char| !character.is_alphanumeric());
        words.any(|word| each(list).any(|known| known == word))
    };
    super::super::measure::minutes(&lower).is_some()
        || (holds(TIMES) && holds(SOME) && !lower.contains("after hours") && !lower.contains("after-hours"))
        || lower.contains("時間後")
        || lower.contains("分後")
}

const UNANSWERED: &str = "\
    no response|no answer|no reply|no ack|not acknowledged|isn't acknowledged|unacknowledged|\
    not responded|not respond|n't respond|not answer|n't answer|unanswered|not reachable|unreachable|\
    no one responds|nobody responds|nobody answers|no one answers|without response|without a response|\
    without acknowledg|not confirmed|unless acknowledged|no acknowledg|not picked up|sin respuesta|\
    no responde|no contesta|sem resposta|não responde|não responder|não atende|応答がない|応答がなければ|応答なし";

/// Whether a text speaks of nobody answering.
pub(crate) fn is_unanswered(text: &str) -> bool {
    let lower = text.to_lowercase();
    each(UNANSWERED).any(|words| lower.contains(words))
}

const ANSWER_TIMES: &str =
    "respond|response|acknowledge|sla|answer|resolve|resolution|work on|tiempo de respuesta";

/// Whether a length of time is how fast somebody should answer, which is no delay.
pub(crate) fn is_answer_time(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    !is_unanswered(&lower)
        && !lower.contains("escalat")
        && each(ANSWER_TIMES).any(|word| lower.contains(word))
}

const FROM_START: &str = "\
    from the start|from start|since the start|since start|after the start|of the start|\
    into the incident|after the alert|since the alert|from the alert|after the first page|\
    since the first page|after detection|after the incident|since the incident|of incident start|\
    elapsed|in total|t+|t +|desde el inicio|desde o início|após o início|開始から";

/// Whether a delay counts from the start of the escalation.
pub(crate) fn counts_from_start(text: &str) -> bool {
    let lower = text.to_lowercase();
    each(FROM_START).any(|words| lower.contains(words))
}

const FROM_PREVIOUS: &str = "\
    another|a further|further |more minutes|additional|after the previous|after level|after tier|\
    after that|since the previous|minutes later|min later|otros|otras|mais |さらに";

/// Whether a delay counts from the page before it.
pub(crate) fn counts_from_previous(text: &str) -> bool {
    let lower = text.to_lowercase();
    each(FROM_PREVIOUS).any(|words| lower.contains(words))
}

const ONWARD: &str = "next level|next tier|next person|next step|next in line|siguiente nivel|próximo nível";
const ONWARD_VERBS: &str = "escalate|escalates|escalar|escala|escalate if|move on|go on";

/// Whether a clause sends on to the next level without naming whom that is.
pub(crate) fn goes_on(clause: &str) -> bool {
    let lower = clause.trim().trim_start_matches(['*', '-', ' ']).to_lowercase();
    if each(ONWARD).any(|words| lower.contains(words)) {
        return true;
    }
    let Some(rest) =
        each(ONWARD_VERBS).filter_map(|verb| lower.strip_prefix(verb)).min_by_key(|rest| rest.len())
    else {
        return false;
    };
    let rest = rest.trim_start();
    let object = rest.strip_prefix("to ").or_else(|| rest.strip_prefix("a ")).unwrap_or(rest);
    let ends = [
        "",
        "after",
        "if",
        "when",
        "within",
        "in",
        "automatically",
        "further",
        "up",
        "después",
        "após",
        "depois",
    ];
    level_key(object).0
        || ends.contains(&object.split_whitespace().next().unwrap_or_default().trim_end_matches([',', '.']))
}

const CONDITIONS: &str =
    "if |when |unless |once |as soon as |in case |while |until |si |cuando |se |quando |caso |もし";

/// Whether a clause only says when.
pub(crate) fn is_condition(clause: &str) -> bool {
    let lower = clause.trim().to_lowercase();
    each(CONDITIONS).any(|word| lower.starts_with(word)) || is_unanswered(&lower)
}

/// What begins an instruction that wakes nobody.
const ACTIONS: &str = "\
    write|post|update|open|check|send|create|file|start|join|declare|restart|look|read|document|review|\
    verify|describe|say|keep|make|do|try|consider|use|follow|see|be|acknowledge|continue|stop|wait|set|\
    add|resolve|close";

/// Whether a clause tells to do something else than wake somebody.
pub(crate) fn is_action(clause: &str) -> bool {
    let first = clause.split_whitespace().next().unwrap_or_default().to_lowercase();
    each(ACTIONS).any(|word| word == first.trim_matches(|c: char| !c.is_alphanumeric()))
}

const VERBS: &str = "\
    then |tell |ask |immediately |and |also |page |call |notify |contact |alert |ring |wake |ping |\
    inform |escalate to |escalates to |escalate |reach out to |bring in |engage |involve |phone |pages |\
    calls |notifies |goes to |is |are |to |the |our |your |a la |al |llamar a |llamar |avisar a |\
    avisar |escalar a |ligar para |acionar |o |la |el ";
const PASSIVES: &str = "\
     is paged| is called| is notified| gets paged| gets called| will be paged| will be notified|\
     is alerted| is woken| are paged| are notified| as well| immediately| at once| right away| too";

/// Without the words that tell to wake somebody.
pub(crate) fn without_verbs(text: &str) -> &str {
    let mut bare = text.trim();
    while let Some(rest) = each(VERBS).find_map(|verb| strip_start(bare, verb)) {
        bare = rest.trim_start();
    }
    while let Some(rest) = each(PASSIVES).find_map(|words| strip_end(bare, words)) {
        bare = rest.trim_end();
    }
    bare
}

const LEAD_INS: &str = "\
    after|within|in|for|wait|waiting|another|a further|further|an additional|additional|t+|t +|at|every|\
    más de|después de|tras|en|após|depois de|em|a|de|+";

/// Without the words that lead to a length of time at its end.
pub(crate) fn without_lead_in(text: &str) -> &str {
    let mut bare = text.trim_end();
    while let Some(rest) = each(LEAD_INS).find_map(|words| strip_last_word(bare, words)) {
        bare = rest.trim_end();
    }
    bare
}

const TAILS: &str = "\
    later|have passed|from the start|after the start|since the start|since the alert|after the alert|\
    into the incident|after the first page|after that|of silence|without a response|without response|\
    with no response|without acknowledgement|without acknowledgment|without an answer|elapsed|in total|\
    sin respuesta|sem resposta|以内|後に|後";

/// Without the words that belong to a length of time at its beginning.
pub(crate) fn without_tail(text: &str) -> &str {
    let mut bare = text.trim_start();
    while let Some(rest) = each(TAILS).find_map(|words| strip_start(bare, words)) {
        bare = rest.trim_start();
    }
    bare
}

/// Whether a label stands before whoever is woken.
pub(crate) fn says_who(key: &str) -> bool {
    is_one_of(
        key,
        &[
            "who",
            "target",
            "responder",
            "role",
            "person",
            "notify",
            "page",
            "team",
            "responsible",
            "quién",
            "quem",
            "responsável",
            "responsable",
            "担当",
        ],
    )
}

/// Whether a label stands before the delay of its level.
pub(crate) fn says_when(key: &str) -> bool {
    is_one_of(key, &["when", "after", "delay", "start", "trigger", "time", "cuándo", "quando"])
}

/// Whether a label stands before the delay of the next level.
pub(crate) fn says_when_next(key: &str) -> bool {
    is_one_of(
        key,
        &[
            "escalate after",
            "escalates after",
            "escalation after",
            "escalation time",
            "time to escalate",
            "escalation timeout",
            "timeout",
            "escalate to next",
            "next level after",
            "escalar después de",
            "escalar após",
        ],
    )
}

fn is_one_of(key: &str, words: &[&str]) -> bool {
    let bare = key.trim().trim_matches(['*', '-', ' ', '`']).to_lowercase();
    words.contains(&bare.as_str())
}

/// The rest of a text that begins with some words, whatever their case.
fn strip_start<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let head = text.get(..words.len())?;
    head.eq_ignore_ascii_case(words).then(|| text.get(words.len()..)).flatten()
}

fn strip_end<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let at = text.len().checked_sub(words.len())?;
    text.get(at..)?.eq_ignore_ascii_case(words).then(|| text.get(..at)).flatten()
}

fn strip_last_word<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let rest = strip_end(text, words)?;
    let whole = rest.is_empty() || rest.ends_with(char::is_whitespace) || words.starts_with('+');
    whole.then_some(rest)
}
