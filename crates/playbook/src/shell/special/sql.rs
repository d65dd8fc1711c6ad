//! SQL, and the consoles `psql` and `mysql`: a statement reads when it is one plain SELECT, SHOW or EXPLAIN.

use super::super::Verdict;
use super::super::argv::{Args, Spec};
use super::super::word::Word;
use crate::Effect;

/// Functions that only calculate.
const FUNCTIONS: &[&str] = &[
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "now",
    "coalesce",
    "date_trunc",
    "extract",
    "lower",
    "upper",
    "length",
    "round",
    "age",
    "in",
    "and",
    "or",
    "where",
    "from",
    "select",
    "interval",
    "as",
    "on",
    "values",
    "exists",
    "not",
    "any",
    "pg_size_pretty",
    "pg_database_size",
    "pg_total_relation_size",
    "pg_is_in_recovery",
    "version",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_current_wal_lsn",
    "pg_wal_lsn_diff",
    "pg_table_size",
    "pg_indexes_size",
    "pg_relation_size",
    "pg_blocking_pids",
    "current_database",
    "to_char",
    "array_agg",
    "string_agg",
    "substring",
    "left",
    "right",
    "cast",
    "nullif",
    "greatest",
    "least",
    "abs",
    "over",
    "filter",
    "by",
    "distinct",
    "concat",
    "ifnull",
    "date_sub",
    "unix_timestamp",
    "when",
    "then",
    "else",
];

pub(super) fn psql(words: &[Word]) -> Verdict {
    let spec = Spec::of(
        "-t --tuples-only -A --no-align -x --expanded -q --quiet -X --no-psqlrc -w --no-password --csv",
        "-c --command -h --host -p --port -U --username -d --dbname -F --field-separator",
    );
    let args = Args::read(words, &[spec]);
    console("psql", &args, "-c --command")
}

pub(super) fn mysql(words: &[Word]) -> Verdict {
    let spec = Spec::of(
        "-N -B -t -s --batch --table --skip-column-names --silent",
        "-e --execute -h --host -P --port -u --user -D --database",
    )
    .glued("-p --password");
    console("mysql", &Args::read(words, &[spec]), "-e --execute")
}

/// A console that is given one statement.
fn console(name: &str, args: &Args, option: &'static str) -> Verdict {
    let statements: Vec<&Word> = args.values(option).collect();
    match (args.unknown.is_empty(), statements.as_slice()) {
        (true, [word]) if word.exact().is_some() => {
            let verdict = statement(&word.text);
            Verdict { reason: format!("`{name}`: {}", verdict.reason), ..verdict }
        }
        _ => Verdict::unknown(format!("`{name}` runs SQL that is not plainly one SELECT")),
    }
}

/// What one statement does, or one command of `psql` that begins with a backslash.
pub(in super::super) fn statement(text: &str) -> Verdict {
    let text = text.trim().trim_end_matches("\\G").trim_end();
    let bare = text.strip_suffix(';').unwrap_or(text).trim();
    if is_plain_select(bare) || is_plain_look(bare) {
        return Verdict::new(Effect::ReadsWorld, "it is one plain question in SQL");
    }
    let first: String = bare.chars().take_while(char::is_ascii_alphabetic).collect();
    let single = !bare.contains(';');
    match first.to_ascii_lowercase().as_str() {
        "delete" | "drop" | "truncate" => Verdict::new(Effect::Destroys, "it removes stored data"),
        "insert" | "update" | "alter" | "create" | "grant" | "revoke" | "vacuum" | "reindex" | "set"
            if single =>
        {
            Verdict::new(Effect::ChangesProduction, "it changes the database")
        }
        _ => Verdict::unknown("it runs SQL that is not plainly one SELECT"),
    }
}

/// `SHOW …`, `EXPLAIN SELECT …`, `DESCRIBE table` and `\d`.
fn is_plain_look(statement: &str) -> bool {
    if let Some(meta) = statement.strip_prefix('\\') {
        let mut words = meta.split_whitespace();
        let known = [
            "d", "d+", "dt", "dt+", "di", "di+", "du", "dn", "dx", "df", "l", "l+", "conninfo", "x", "timing",
        ];
        let plain =
            |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.*".contains(&byte));
        return words.next().is_some_and(|word| known.contains(&word)) && words.all(plain);
    }
    let lower = statement.to_ascii_lowercase();
    let plain = lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _.%'=".contains(&byte));
    let (first, rest) = lower.split_once(' ').unwrap_or((&lower, ""));
    match first {
        "show" => plain && !rest.is_empty(),
        "describe" | "desc" => plain && !rest.trim().contains(' '),
        "explain" => is_plain_select(rest.trim()) && !rest.contains("analy"),
        _ => false,
    }
}

fn is_plain_select(statement: &str) -> bool {
    let sql = statement.trim().trim_end_matches(';').to_ascii_lowercase();
    let words: Vec<&str> =
        sql.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
    let writes = [
        "into", "for", "lock", "insert", "update", "delete", "call", "do", "copy", "set", "nextval", "setval",
    ];
    sql.starts_with("select ")
        && !sql.contains([';', '\\', '$', '"', '`'])
        && !sql.contains("--")
        && !sql.contains("/*")
        && !words.iter().any(|word| writes.contains(word))
        && sql.match_indices('(').all(|(at, _)| calls_known(&sql[..at]))
}

/// Whether the name before a bracket is one that only calculates, or no name at all.
fn calls_known(before: &str) -> bool {
    // A database takes signs of other scripts for letters, so that they are part of the name.
    let word =
        |character: char| character.is_alphanumeric() || "_.".contains(character) || !character.is_ascii();
    let before = before.trim_end();
    let name = before.rsplit(|character| !word(character)).next().unwrap_or_default();
    match name {
        "" => before.is_empty() || before.ends_with(|last: char| "(,=<>+-*/%|!".contains(last)),
        name => FUNCTIONS.contains(&name),
    }
}
