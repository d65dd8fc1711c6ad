//! Plain commands, read without the grammar: words, simple quotes and variables, pipes, lists and redirections.
//!
//! It takes only what it understands in full, and on all of that it agrees with the grammar, word for word; the
//! tests hold it to that. Whatever else there is, it hands on. Must never be here: what a command does.

use super::Verdict;
use super::tree::redirect_effect;
use super::word::{self, Shape, Word};

/// What a text is, as far as can be told without the grammar.
pub(super) enum Plain {
    /// Plain commands and nothing else.
    Whole(Vec<Simple>),
    /// Plain up to a quote that is not closed.
    Open,
    /// The grammar must be asked.
    Unclear,
}

/// One simple command.
pub(super) struct Simple {
    /// The tool's name and its arguments.
    pub words: Vec<Word>,
    /// What its redirections do, in order.
    pub redirections: Vec<Verdict>,
}

/// Words that begin something other than a simple command.
const RESERVED: &[&str] = &[
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "select",
    "function", "in", "time", "coproc", "let", "declare", "typeset", "export", "readonly", "local", "unset",
    "unsetenv",
];

/// Reads a text.
pub(super) fn read(source: &str) -> Plain {
    let mut reader = Reader { source, at: 0, commands: Vec::new() };
    match reader.list() {
        Ok(()) => Plain::Whole(reader.commands),
        Err(Stop::Open) => Plain::Open,
        Err(Stop::Unclear) => Plain::Unclear,
    }
}

/// Why reading ended early.
enum Stop {
    Open,
    Unclear,
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    commands: Vec<Simple>,
}

impl<'s> Reader<'s> {
    /// Commands with `|`, `&&`, `||` or `;` between them.
    fn list(&mut self) -> Result<(), Stop> {
        loop {
            let command = self.command()?;
            self.commands.push(command);
            match self.rest() {
                [] => return Ok(()),
                [b'|', b'|', ..] | [b'&', b'&', ..] => self.at += 2,
                [b'|', b'&', ..] | [b';', b';', ..] => return Err(Stop::Unclear),
                [b'|' | b';', ..] => self.at += 1,
                _ => return Err(Stop::Unclear),
            }
        }
    }

    fn command(&mut self) -> Result<Simple, Stop> {
        let mut command = Simple { words: Vec::new(), redirections: Vec::new() };
        loop {
            self.blanks()?;
            match self.rest() {
                [] | [b'|' | b';', ..] | [b'&', b'&', ..] => break,
                [b'>' | b'<', ..] | [b'1' | b'2', b'>', ..] => {
                    let redirection = self.redirection()?;
                    command.redirections.push(redirection);
                }
                // The grammar takes more words after a redirection for more places to redirect to.
                _ if !command.redirections.is_empty() => return Err(Stop::Unclear),
                _ => {
                    let start = self.at;
                    let word = self.word()?;
                    if command.words.is_empty() && !is_name(&self.source[start..self.at]) {
                        return Err(Stop::Unclear);
                    }
                    if word.text == "-" {
                        // The grammar reads on from it, over blanks, for a number.
                        return Err(Stop::Unclear);
                    }
                    command.words.push(word);
                }
            }
        }
        if command.words.is_empty() { Err(Stop::Unclear) } else { Ok(command) }
    }

    fn redirection(&mut self) -> Result<Verdict, Stop> {
        if let [b'1' | b'2', ..] = self.rest() {
            self.at += 1;
        }
        let (operator, length) = match self.rest() {
            [b'>', b'&', b'1' | b'2', rest @ ..] if ends_word(rest) => {
                let target = &self.source[self.at + 2..self.at + 3];
                self.at += 3;
                return Ok(redirect_effect(">&", Some(target)));
            }
            [b'>' | b'<', b'&' | b'|' | b'(', ..] | [b'<', b'<' | b'>', ..] => return Err(Stop::Unclear),
            [b'>', b'>', ..] => (">>", 2),
            [b'>', ..] => (">", 1),
            _ => ("<", 1),
        };
        self.at += length;
        self.blanks()?;
        if ends_word(self.rest()) {
            return Err(Stop::Unclear);
        }
        let target = self.word()?;
        Ok(redirect_effect(operator, target.exact()))
    }

    fn word(&mut self) -> Result<Word, Stop> {
        let mut whole: Option<Word> = None;
        while !ends_word(self.rest()) {
            let start = self.at;
            let part = match self.rest() {
                [b'\'', ..] => self.single()?,
                [b'"', ..] => self.double()?,
                // The grammar may cut a word behind a variable in two.
                [b'$', ..] if whole.is_some() => return Err(Stop::Unclear),
                [b'$', ..] => {
                    let variable = self.variable()?;
                    if !ends_word(self.rest()) {
                        return Err(Stop::Unclear);
                    }
                    variable
                }
                _ => self.bare()?,
            };
            debug_assert!(self.at > start, "a part of a word is never empty");
            whole = Some(match whole {
                None => part,
                Some(before) => word::join(before, &part),
            });
        }
        let digits = self.source.as_bytes()[..self.at].last().is_some_and(u8::is_ascii_digit);
        match (whole, self.rest()) {
            // `a2>b`: whether the digit is the word's is the grammar's business.
            (_, [b'>' | b'<', ..]) if digits => Err(Stop::Unclear),
            (Some(whole), _) => Ok(whole),
            (None, _) => Err(Stop::Unclear),
        }
    }

    fn bare(&mut self) -> Result<Word, Stop> {
        let length = self.rest().iter().take_while(|byte| is_bare(**byte)).count();
        if length == 0 {
            return Err(Stop::Unclear);
        }
        let text = &self.source[self.at..self.at + length];
        if text.starts_with('=') {
            // `==` and `=~` are operators to the grammar.
            return Err(Stop::Unclear);
        }
        self.at += length;
        Ok(word::bare(text))
    }

    fn single(&mut self) -> Result<Word, Stop> {
        let inside = &self.source[self.at + 1..];
        let length = inside.find('\'').ok_or(Stop::Open)?;
        self.at += length + 2;
        Ok(Word { text: inside[..length].to_owned(), shape: Shape::Exact })
    }

    fn double(&mut self) -> Result<Word, Stop> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.rest() {
                [] => return Err(Stop::Open),
                [b'"', ..] => break,
                [b'$', ..] => {
                    self.variable()?;
                }
                [b'`', ..] => return Err(Stop::Unclear),
                [b'\\', b'"' | b'\\' | b'$' | b'`' | b'n' | b't' | b'.' | b'/' | b'd' | b's' | b'w', ..] => {
                    self.at += 2;
                }
                [b'\\', ..] => return Err(Stop::Unclear),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(word::quoted(&self.source[start..self.at]))
    }

    /// `$NAME` or `${NAME}`.
    fn variable(&mut self) -> Result<Word, Stop> {
        let rest = &self.rest()[1..];
        let braced = rest.first() == Some(&b'{');
        let name = &rest[usize::from(braced)..];
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let begins = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        let closed = !braced || name.get(length) == Some(&b'}');
        if !begins || !closed {
            return Err(Stop::Unclear);
        }
        self.at += 1 + length + 2 * usize::from(braced);
        Ok(Word { text: String::new(), shape: Shape::Open })
    }

    /// Steps over blanks. A continued line is one when a blank stands before it and something after it.
    fn blanks(&mut self) -> Result<(), Stop> {
        let mut parted = false;
        let mut continued = false;
        loop {
            match self.rest() {
                [b' ' | b'\t', ..] => {
                    parted = true;
                    self.at += 1;
                }
                [b'\\', b'\n', ..] if parted => {
                    continued = true;
                    self.at += 2;
                }
                [] if continued => return Err(Stop::Unclear),
                _ => return Ok(()),
            }
        }
    }

    fn rest(&self) -> &'s [u8] {
        &self.source.as_bytes()[self.at..]
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn ends_word(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| is_blank(*byte) || matches!(byte, b'|' | b'&' | b';' | b'<' | b'>'))
}

/// Characters of a word that mean nothing but themselves, or a pattern of file names.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:=,@%+*?~".contains(&byte)
}

/// Whether a command's first word, as written, is a name or a path and nothing else.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || "./_".contains(first))
        && !RESERVED.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::super::look::{Glance, glance};
    use super::super::tree::study;
    use proptest::prelude::*;

    /// Whether it is taken as plain; then the grammar must say the same.
    fn is_plain(source: &str) -> bool {
        match glance(source) {
            Glance::Enough(look) => {
                assert_eq!(look, study(source), "{source:?}");
                true
            }
            Glance::Open => {
                assert!(!study(source).is_whole, "{source:?} is whole for the grammar");
                false
            }
            Glance::Unclear => false,
        }
    }

    #[test]
    fn what_people_write_is_mostly_plain() {
        for source in [
            "wrangler tail --env production --format json | jq '.outcome'",
            "curl -sS --max-time 5 https://api.example.test/health | jq .status",
            "curl -o /dev/null -sw \"%{http_code}\\n\" https://a.example.test",
            "curl -H \"Authorization: Bearer $TOKEN\" -H 'X: y' \\\n  https://a.example.test/a?b=c",
            "kubectl -n \"${NS}\" logs deploy/api --tail=100 2>&1 | grep -i error > out.txt",
            "git status && git diff --stat; ls -la *.rs ~/x",
            "find . -name '*.log' -mtime -1 2>/dev/null",
            "./run.sh a\"b\"'c' $D",
        ] {
            assert!(is_plain(source), "{source:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_handed_on() {
        for source in [
            "",
            " ",
            "a &",
            "a | ",
            "a;",
            "a;;",
            "if x",
            "X=1 a",
            "a $(b)",
            "a `b`",
            "a \"$(b)\"",
            "a {b,c}",
            "a # b",
            "(a)",
            "! a",
            "a > b c",
            "a <<E",
            "a <<<b",
            "a <(b)",
            "a 2>b3>c",
            "a \\; b",
            "$X a",
            "export A=b",
            "a\nb",
            "a [b]",
            "a ${b:-c}",
            "a \"$@\"",
            "a $1",
            "\"a\" b",
            "a\\\nb",
            "a >",
        ] {
            assert!(!is_plain(source), "{source:?}");
        }
    }

    /// Pieces of commands, thrown together.
    fn pieces() -> impl Strategy<Value = String> {
        // Blanks part the pieces here, and `_` stands for one.
        let pieces = "_ _ _ _ a ls curl -x --y = - 1 2 0 x2 ' \" 'a_b' \"a_b\" \"$A\" \"${A}\" $A ${A} $ { } | || && & ; > \
                      >> < 2>&1 >&2 2>/dev/null >_f \\ \\N N T * ? [ ] ~ ~/ # % @ + , : . .. / ! ^ ( ) ` if then fi do \
                      done in for time test é → '' \"\" \"\\n\" \"%{a}\" 0x1F 1.5 a=b A=b export esac case function \"!\" \
                      e.f \\\" =~ == -f ++";
        let plain = |piece: &str| piece.replace('_', " ").replace('N', "\n").replace('T', "\t");
        let piece = prop::sample::select(pieces.split(' ').map(plain).collect::<Vec<_>>());
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    /// Commands as people write them, with a slip now and then.
    fn commands() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-zA-Z0-9_./:=,@%+*?~-]{1,8}",
            "'[ -&(-~\n]{0,6}'",
            "\"[ !#%-Z^-_a-~]{0,6}\"",
            "\"[a-z ]{0,3}\\$[A-Z]{1,3}[a-z:/. ]{0,3}\"",
            Just("\"%{http_code}\\n\"".to_owned()),
            "\\$[A-Za-z_]{1,3}",
            "\\$\\{[A-Za-z_]{1,3}\\}",
            "[0-9]{1,4}",
        ];
        let word = prop::collection::vec(word, 1..3).prop_map(|parts| parts.concat());
        let gap = prop::sample::select(vec![" ", " ", " ", " ", "  ", "\t", " \\\n  ", "\\\n ", ""]);
        let joint = prop::sample::select(vec![
            " | ",
            " && ",
            " || ",
            "; ",
            "|",
            "&&",
            " > ",
            " >",
            ">",
            " 2>&1 | ",
            " 2>/dev/null ",
            " < ",
            " >> ",
            " 1>",
            " >&2",
            " & ",
            "\n",
            " 2> ",
        ]);
        let name = prop_oneof!["[a-z]{1,6}", "(curl|git|kubectl|grep|jq|npx|find)", "[a-z./_0-9-]{1,6}"];
        let call = (name, prop::collection::vec((gap, word), 0..5)).prop_map(|(name, words)| {
            name + &words.into_iter().map(|(gap, word)| gap.to_owned() + &word).collect::<String>()
        });
        (call.clone(), prop::collection::vec((joint, call), 0..3)).prop_map(|(first, more)| {
            first + &more.into_iter().map(|(joint, call)| joint.to_owned() + &call).collect::<String>()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_agrees_with_the_grammar_on_pieces(source in pieces()) {
            is_plain(&source);
        }

        #[test]
        fn it_agrees_with_the_grammar_on_commands(source in commands()) {
            is_plain(&source);
        }
    }
}
