//! Reads a tool's arguments against the list of flags it knows. What an unknown flag means, and the words for it, are
//! each tool's own affair.

/// One flag a tool knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag {
    long: &'static str,
    short: Option<char>,
    takes: Takes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    MaybeValue,
}

/// A flag with a value.
pub(super) const fn value(long: &'static str) -> Flag {
    Flag { long, short: None, takes: Takes::Value }
}

/// A flag with a value that may be left out.
pub(super) const fn maybe_value(long: &'static str) -> Flag {
    Flag { long, short: None, takes: Takes::MaybeValue }
}

/// A flag without a value.
pub(super) const fn switch(long: &'static str) -> Flag {
    Flag { long, short: None, takes: Takes::Nothing }
}

impl Flag {
    /// Its long name, without dashes.
    pub(super) fn name(self) -> &'static str {
        self.long
    }

    /// Also known by one letter.
    pub(super) const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }
}

/// Why arguments could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArgError {
    /// No such flag; with its dashes.
    Unknown(String),
    /// The flag needs a value; with its dashes.
    MissingValue(String),
}

/// Arguments that were read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    given: Vec<(&'static str, String)>,
    words: Vec<String>,
}

impl Parsed {
    /// Whether the flag was given.
    pub(super) fn has(&self, long: &str) -> bool {
        self.given.iter().any(|(name, _)| *name == long)
    }

    /// The last value of the flag.
    pub(super) fn value(&self, long: &str) -> Option<&str> {
        self.values(long).last()
    }

    /// All values of the flag.
    pub(super) fn values(&self, long: &str) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(name, _)| *name == long).map(|(_, value)| value.as_str())
    }

    /// What is not a flag.
    pub(super) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
}

/// Reads arguments; the first thing that is not understood ends it.
pub(super) fn parse(flags: &[&[Flag]], args: &[String]) -> Result<Parsed, ArgError> {
    let mut parsed = Parsed::default();
    let mut rest = args.iter().peekable();
    while let Some(arg) = rest.next() {
        let Some((flag, inline)) = split(arg) else {
            parsed.words.push(arg.clone());
            continue;
        };
        let known = flags.iter().copied().flatten().find(|known| known.is(flag));
        let known = known.ok_or_else(|| ArgError::Unknown(flag.to_owned()))?;
        let next = || rest.next_if(|next| split(next).is_none()).cloned();
        let value = match known.takes {
            Takes::Nothing => String::new(),
            Takes::MaybeValue => inline.or_else(next).unwrap_or_default(),
            Takes::Value => inline.or_else(next).ok_or_else(|| ArgError::MissingValue(flag.to_owned()))?,
        };
        parsed.given.push((known.long, value));
    }
    Ok(parsed)
}

impl Flag {
    fn is(&self, written: &str) -> bool {
        match written.strip_prefix("--") {
            Some(long) => long == self.long,
            None => self
                .short
                .is_some_and(|letter| written.strip_prefix('-') == Some(letter.to_string().as_str())),
        }
    }
}

/// The flag and the value written into it with `=`; `None` for a plain word.
fn split(arg: &str) -> Option<(&str, Option<String>)> {
    if !arg.starts_with('-') || arg == "-" {
        return None;
    }
    match arg.split_once('=') {
        Some((flag, value)) => Some((flag, Some(value.to_owned()))),
        None => Some((arg, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[value("env").short('e'), switch("yes"), maybe_value("history")];

    fn read(args: &[&str]) -> Result<Parsed, ArgError> {
        parse(&[FLAGS], &args.iter().map(|&a| a.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn values_may_follow_or_be_written_into_the_flag() {
        for args in [&["--env", "production"][..], &["--env=production"], &["-e", "production"]] {
            assert_eq!(read(args).unwrap().value("env"), Some("production"), "{args:?}");
        }
    }

    #[test]
    fn words_stay_in_order_beside_flags() {
        let parsed = read(&["app", "--yes", "stop", "x"]).unwrap();
        assert!(parsed.has("yes"));
        assert_eq!(parsed.words(), ["app", "stop", "x"]);
    }

    #[test]
    fn unknown_flags_and_missing_values_are_told_apart() {
        assert_eq!(read(&["--filter", "x"]), Err(ArgError::Unknown("--filter".to_owned())));
        assert_eq!(read(&["--env", "--yes"]), Err(ArgError::MissingValue("--env".to_owned())));
        assert_eq!(read(&["-z"]), Err(ArgError::Unknown("-z".to_owned())));
    }

    #[test]
    fn an_optional_value_may_be_absent() {
        assert_eq!(read(&["--history"]).unwrap().value("history"), Some(""));
        assert_eq!(read(&["--history", "5"]).unwrap().value("history"), Some("5"));
    }
}
