//! `psql`: reads when it is given one plain SELECT.

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
];

pub(super) fn psql(words: &[Word]) -> Verdict {
    let spec = Spec {
        switches: "-t --tuples-only -A --no-align -x --expanded -q --quiet -X --no-psqlrc -w --no-password --csv",
        values: "-c --command -h --host -p --port -U --username -d --dbname -F --field-separator",
    };
    let args = Args::read(words, &[spec]);
    let statements: Vec<&Word> = args.values("-c --command").collect();
    let reads = statements.len() == 1 && statements[0].exact().is_some_and(is_plain_select);
    if args.unknown.is_empty() && reads {
        Verdict::new(Effect::ReadsWorld, "`psql` runs one plain SELECT")
    } else {
        Verdict::unknown("`psql` runs SQL that is not plainly one SELECT")
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
        && !sql.contains([';', '\\', '$', '"'])
        && !sql.contains("--")
        && !sql.contains("/*")
        && !words.iter().any(|word| writes.contains(word))
        && sql.match_indices('(').all(|(at, _)| calls_known(&sql[..at]))
}

/// Whether the name before a bracket is one that only calculates, or no name at all.
fn calls_known(before: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_' || character == '.';
    let name = before.trim_end().rsplit(|character| !word(character)).next().unwrap_or_default();
    name.is_empty() || FUNCTIONS.contains(&name)
}
