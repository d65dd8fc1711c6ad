//! Every statement, one named constant each, in words that SQLite and PostgreSQL both take.
//!
//! Parameters are `$1..$n`, first used in ascending order: SQLite numbers them by first appearance. What only one of
//! them understands (pragmas) lives with its connection instead.

pub(crate) mod access;
pub(crate) mod heartbeats;
pub(crate) mod journal;
pub(crate) mod migrations;
pub(crate) mod overrides;
pub(crate) mod postgres;
pub(crate) mod probing;
pub(crate) mod restored;
pub(crate) mod silences;
pub(crate) mod tables;

#[cfg(test)]
mod tests {
    use super::{access, heartbeats, journal, migrations, overrides, postgres, probing, restored, silences};

    /// The numbers after each `$`, in order of first appearance.
    fn parameters(sql: &str) -> Vec<u32> {
        let mut seen = Vec::new();
        for part in sql.split('$').skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let number = digits.parse().expect("a number after $");
            if !seen.contains(&number) {
                seen.push(number);
            }
        }
        seen
    }

    #[test]
    fn parameters_are_first_used_in_ascending_order() {
        let beside = [heartbeats::ALL, migrations::ALL, probing::ALL, restored::ALL, silences::ALL].concat();
        let all = [journal::ALL, access::ALL, overrides::ALL, postgres::ALL, &beside].concat();
        assert!(all.len() > 25, "statements are listed: {}", all.len());
        for sql in all {
            let seen = parameters(sql);
            let count = u32::try_from(seen.len()).expect("few");
            assert_eq!(seen, (1..=count).collect::<Vec<_>>(), "{sql}");
        }
    }
}
