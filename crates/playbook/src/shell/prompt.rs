//! Prompts at the beginning of a line, and who reads what stands behind them.

use super::manifest::is_tool;
use crate::{Context, ContextKind};

/// A line without its prompt.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prompted<'s> {
    /// Who reads it, when it is not a fresh shell on this machine.
    pub context: Option<Context>,
    /// What stands behind the prompt.
    pub text: &'s str,
}

/// Prompts are short.
const PROMPT_BYTES_MAX: usize = 60;

/// Reads the prompt of a line that has one.
pub(super) fn read(line: &str) -> Option<Prompted<'_>> {
    if let Some(text) = line.strip_prefix("$ ") {
        return Some(Prompted { context: None, text });
    }
    let bytes = line.as_bytes();
    let ends =
        |at: &usize| matches!(bytes[*at], b'$' | b'#' | b'>' | b'%') && bytes.get(at + 1) == Some(&b' ');
    let end = (0..bytes.len().min(PROMPT_BYTES_MAX)).find(ends)?;
    let sign = char::from(bytes[end]);
    let (head, text) = (&line[..end], line[end + 1..].trim_start());
    let context = |kind| Some(Context { kind, opener: line[..=end].to_owned() });
    let context = match sign {
        '$' | '%' if is_host(head) => None,
        '#' if is_host(head) => context(ContextKind::Shell),
        // The host is not told, so that it may be any.
        '$' | '#' if is_bare(head, text, sign) => context(ContextKind::Shell),
        '>' if head.starts_with("PS ") => context(ContextKind::Console),
        '>' | '#' if is_sql(head) => context(ContextKind::Sql),
        '>' if head == "redis" || is_address(head) => context(ContextKind::Redis),
        '>' if head == ">>" || head.starts_with("irb(") || head.starts_with("[1] pry") => {
            context(ContextKind::Console)
        }
        _ => return None,
    };
    Some(Prompted { context, text })
}

/// `user@host:~`, `[user@host dir]`, `root@pod:/app`.
fn is_host(head: &str) -> bool {
    let bare = head.trim_start_matches(['[', '(']).trim_end_matches([']', ')']);
    let Some((user, host)) = bare.split_once('@') else { return false };
    let name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let machine = host.split([':', ' ']).next().unwrap_or_default();
    name(user) && name(machine) && !host.contains(['"', '\'', ';', '|'])
}

/// `sh-4.4`, `/ ` and `~ ` as small machines and containers have them; `web-1` and `/app ` before a tool that is known.
fn is_bare(head: &str, text: &str, sign: char) -> bool {
    let place = head.trim_end_matches(' ');
    if head.len() > place.len() + 1 || place.contains([' ', '\t']) {
        return false;
    }
    let shell = place.split_once('-').is_some_and(|(shell, version)| {
        matches!(shell, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
            && version.starts_with(|first: char| first.is_ascii_digit())
            && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    if shell || matches!(place, "/" | "~") {
        return true;
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_path =
        place.starts_with(['/', '~']) && place.bytes().all(|byte| plain(byte) || b"/~".contains(&byte));
    let is_name = place.len() == head.len()
        && place.starts_with(|first: char| first.is_ascii_alphabetic())
        && place.bytes().all(plain);
    // A comment behind a word looks the same, and so does a price.
    (is_path || is_name && sign == '$' || is_name && place.contains('-')) && is_tool(first)
}

/// `mysql`, `app=`, `app=*`, `MariaDB [app]`, `postgres-`, `sqlite`.
fn is_sql(head: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let known = matches!(head, "mysql" | "sqlite" | "cqlsh" | "MySQL") || head.starts_with("MariaDB [");
    let postgres = head.strip_suffix('*').unwrap_or(head);
    known || ["=", "-"].iter().any(|sign| postgres.strip_suffix(sign).is_some_and(name))
}

/// `127.0.0.1:6379` or `cache.example.test:6379[1]`.
fn is_address(head: &str) -> bool {
    let bare = head.split('[').next().unwrap_or_default();
    bare.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && !host.contains(' ') && port.len() >= 4 && port.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::ContextKind::{self, Console, Redis, Shell, Sql};

    #[test]
    fn prompts_say_who_reads_the_line() {
        let cases: &[(&str, Option<ContextKind>, &str)] = &[
            ("$ ls -l", None, "ls -l"),
            ("ops@laptop:~/infra$ git status", None, "git status"),
            ("[ops@web-1 ~]$ uptime", None, "uptime"),
            ("root@api-1:/app# ls", Some(Shell), "ls"),
            ("/ # rm -rf /data", Some(Shell), "rm -rf /data"),
            ("~ # ./mend.sh", Some(Shell), "./mend.sh"),
            ("~ $ ls", Some(Shell), "ls"),
            ("~$ ls", Some(Shell), "ls"),
            ("/app # kubectl get pods", Some(Shell), "kubectl get pods"),
            ("sh-4.4# cat /etc/hosts", Some(Shell), "cat /etc/hosts"),
            ("bash-5.1$ ./mend.sh", Some(Shell), "./mend.sh"),
            ("web-1$ systemctl restart api", Some(Shell), "systemctl restart api"),
            ("web-1# systemctl restart api", Some(Shell), "systemctl restart api"),
            ("PS C:\\Users> Get-Process", Some(Console), "Get-Process"),
            ("app=> select 1;", Some(Sql), "select 1;"),
            ("app=# select 1;", Some(Sql), "select 1;"),
            ("mysql> show tables;", Some(Sql), "show tables;"),
            ("127.0.0.1:6379> INFO", Some(Redis), "INFO"),
            ("irb(main):001:0> User.count", Some(Console), "User.count"),
            (">>> import os", Some(Console), "import os"),
        ];
        for (line, kind, text) in cases {
            let found = read(line).expect(line);
            assert_eq!((found.context.map(|context| context.kind), found.text), (*kind, *text), "{line}");
        }
    }

    #[test]
    fn other_lines_have_no_prompt() {
        for line in [
            "ls > out",
            "# a comment",
            "echo a # b",
            "kubectl get pods",
            "curl -d a@b https://x # y",
            "> quoted",
            "/usr/bin/x # a note",
            "./run.sh # ls",
            "sh-x# y",
            "US$ 5",
            "ls / # list",
            "grep a$ b",
            "C# code",
            "ls # ls",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
