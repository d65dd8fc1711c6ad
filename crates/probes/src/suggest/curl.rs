//! Reads a `curl` that only asks. Every option that is not known here makes the whole command unreadable.

use url::Url;

/// What a `curl` asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) method: &'static str,
    /// `-f`: an error's status is a failure.
    pub(super) fails_at_errors: bool,
    pub(super) timeout_s: Option<f64>,
}

/// Options without a value that change nothing of what is asked.
const PLAIN: &[&str] =
    &["--silent", "--show-error", "--include", "--verbose", "--no-progress-meter", "--compressed"];
/// The same as letters, which may stand together.
const LETTERS: &str = "sSiv";
/// Options with a value that change nothing of what is asked.
const VALUED: &[&str] = &["-o", "--output", "-w", "--write-out", "--connect-timeout", "--retry"];

/// `None`: it is no `curl`, or not one that is wholly understood.
pub(super) fn read(source: &str) -> Option<Request> {
    let words = words(source)?;
    let (program, rest) = words.split_first()?;
    if program != "curl" {
        return None;
    }
    let mut request = Request { url: String::new(), method: "GET", fails_at_errors: false, timeout_s: None };
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-m" | "--max-time" => {
                let seconds = rest.next()?.parse::<f64>().ok();
                request.timeout_s = seconds.filter(|seconds| (0.001..=60.0).contains(seconds));
            }
            "--fail" | "--fail-with-body" => request.fails_at_errors = true,
            "--head" => request.method = "HEAD",
            "--url" => set_url(&mut request, rest.next()?)?,
            "-X" | "--request" => match rest.next()?.as_str() {
                "GET" => request.method = "GET",
                "HEAD" => request.method = "HEAD",
                _ => return None,
            },
            word if PLAIN.contains(&word) => {}
            word if VALUED.contains(&word) => {
                rest.next()?;
            }
            word if word.starts_with("--") => return None,
            word if word.starts_with('-') => letters(&mut request, word.get(1..)?, &mut rest)?,
            word => set_url(&mut request, word)?,
        }
    }
    (!request.url.is_empty()).then_some(request)
}

fn letters<'a>(
    request: &mut Request,
    letters: &str,
    rest: &mut impl Iterator<Item = &'a String>,
) -> Option<()> {
    for (at, letter) in letters.char_indices() {
        match letter {
            'f' => request.fails_at_errors = true,
            'I' => request.method = "HEAD",
            // The last of several letters may take the next word: `-sSo /dev/null`.
            'o' | 'w' if at + 1 == letters.len() => {
                rest.next()?;
            }
            letter if LETTERS.contains(letter) => {}
            _ => return None,
        }
    }
    (!letters.is_empty()).then_some(())
}

/// One whole address of the web, without a user, and no second one.
fn set_url(request: &mut Request, word: &str) -> Option<()> {
    let url = Url::parse(word).ok()?;
    let is_plain = url.has_host() && url.username().is_empty() && url.password().is_none();
    if !request.url.is_empty() || !matches!(url.scheme(), "http" | "https") || !is_plain {
        return None;
    }
    word.clone_into(&mut request.url);
    Some(())
}

/// The words of one simple command. `None` when the shell would do anything but split them.
fn words(source: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut chars = source.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => {
                begun = true;
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '$' | '`' if c == '"' => return None,
                        '\\' if c == '"' => match chars.next()? {
                            '$' | '`' | '"' | '\\' | '\n' => return None,
                            // Before any other letter it stands for itself.
                            inside => word.extend(['\\', inside]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            ' ' | '\t' if begun => {
                words.push(core::mem::take(&mut word));
                begun = false;
            }
            ' ' | '\t' => {}
            // The playbook writes `%{http_code}` only within quotes; elsewhere braces and these are the shell's.
            '\n' | '\\' | '$' | '`' | '|' | '&' | ';' | '<' | '>' | '(' | ')' | '{' | '}' | '*' | '['
            | ']' | '#' | '~' | '!' => {
                return None;
            }
            c => {
                begun = true;
                word.push(c);
            }
        }
    }
    if begun {
        words.push(word);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_playbooks_are_read() {
        let request = read("curl -fsS -I --max-time 10 https://api.tabbi.dev/health").unwrap();
        let wanted = Request {
            url: "https://api.tabbi.dev/health".to_owned(),
            method: "HEAD",
            fails_at_errors: true,
            timeout_s: Some(10.0),
        };
        assert_eq!(request, wanted);
        let timed = read(
            r#"curl -sS --max-time 10 -o /dev/null -w "%{http_code} %{time_total}s\n" https://x.test/a"#,
        );
        assert_eq!(timed.map(|request| request.fails_at_errors), Some(false));
        let timed = read("curl -sSo /dev/null -w '%{http_code}\\n' 'https://x.test/a?b=1&c=2'").unwrap();
        assert_eq!((timed.url.as_str(), timed.fails_at_errors), ("https://x.test/a?b=1&c=2", false));
    }

    #[test]
    fn what_is_not_wholly_understood_is_not_read() {
        for source in [
            "curl",
            "curl -s",
            "curl -X POST https://x.test",
            "curl -d a=b https://x.test",
            "curl -H 'Authorization: Bearer x' https://x.test",
            "curl -L https://x.test",
            "curl -k https://x.test",
            "curl https://x.test | head",
            "curl https://x.test && rm -rf /",
            "curl https://x.test/$ID",
            "curl https://x.test/{a,b}",
            "curl https://x.test https://y.test",
            "curl ftp://x.test",
            "curl https://user:word@x.test",
            "curl x.test/health",
            "curl 'https://x.test",
            "curl -w \"\\$x\" https://x.test",
            "wget https://x.test",
            "curl https://x.test/<id>",
        ] {
            assert_eq!(read(source), None, "{source}");
        }
    }
}
