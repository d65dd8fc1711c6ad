//! What a shell text leaves open: quotes, brackets and the words that need a partner.
//!
//! Only a guess, cheap and line by line: it tells when it is worth asking whether a command is whole, and never
//! whether it is. Must never be here: what a command does.

/// Words that another must close.
const OPENS: &[&str] = &["if", "for", "while", "until", "case", "select"];
/// The words that close them.
const CLOSES: &[&str] = &["fi", "done", "esac"];
/// Words after which a command begins.
const LEADS: &[&str] = &["then", "do", "else", "elif", "if", "while", "until", "!"];

/// What is open after the lines that were read.
#[derive(Default)]
pub(super) struct Balance {
    quote: Option<char>,
    brackets: u32,
    words: u32,
    /// A function's head stands at the end, and its body is to come.
    head: bool,
}

impl Balance {
    /// Reads one more line.
    pub(super) fn line(&mut self, line: &str) {
        let mut word = String::new();
        // Whether a word that begins here names a command.
        let mut leads = true;
        let mut before = ' ';
        let mut characters = line.chars();
        while let Some(character) = characters.next() {
            match (self.quote, character) {
                (Some(quote), _) if quote == character => self.quote = None,
                (Some('"') | None, '\\') => {
                    characters.next();
                    word.push(character);
                }
                (Some(_), _) => {}
                (None, '\'' | '"' | '`') => {
                    self.quote = Some(character);
                    word.push(character);
                }
                (None, '#') if before.is_whitespace() || before == ';' => break,
                (None, ' ' | '\t' | ';' | '|' | '&' | '(' | ')' | '{' | '}') => {
                    leads = self.end_word(&word, leads)
                        || (leads && word.is_empty())
                        || !" \t".contains(character);
                    word.clear();
                    self.bracket(character);
                }
                (None, _) => word.push(character),
            }
            before = character;
        }
        self.end_word(&word, leads);
        let trimmed = line.trim();
        self.head = trimmed.ends_with("()") || trimmed.starts_with("function ") && self.brackets == 0;
    }

    /// Whether anything is open.
    pub(super) fn is_open(&self) -> bool {
        self.quote.is_some() || self.brackets > 0 || self.words > 0 || self.head
    }

    fn bracket(&mut self, character: char) {
        match character {
            '(' | '{' => self.brackets += 1,
            ')' | '}' => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
    }

    /// Counts a word that opens or closes something; tells whether a command may follow it.
    fn end_word(&mut self, word: &str, leads: bool) -> bool {
        if leads && OPENS.contains(&word) {
            self.words += 1;
        } else if leads && CLOSES.contains(&word) {
            self.words = self.words.saturating_sub(1);
        }
        leads && LEADS.contains(&word)
    }
}

#[cfg(test)]
mod tests {
    use super::Balance;

    fn is_open(text: &str) -> bool {
        let mut balance = Balance::default();
        text.lines().for_each(|line| balance.line(line));
        balance.is_open()
    }

    #[test]
    fn what_is_closed_is_told_from_what_is_open() {
        for open in [
            "a 'b",
            "a \"b\nc",
            "if x; then",
            "for a in b\ndo\n  c",
            "{",
            "f()",
            "a $(b",
            "a; while b; do",
            "`a",
        ] {
            assert!(is_open(open), "{open:?}");
        }
        for closed in [
            "a 'b'",
            "echo if you",
            "if x; then\ny\nfi",
            "for a in b; do c; done",
            "{\n\"a\": 1\n}",
            "f() {\n a\n}",
            "a # don't",
            "a \\'",
            "case x in\na) b ;;\nesac",
            "a (b c) d",
            "while a; do if b; then c; fi; done",
        ] {
            assert!(!is_open(closed), "{closed:?}");
        }
    }
}
