//! Commands that open a console or a shell somewhere else, so that the lines below them are not for this machine.
//!
//! A line too many in a context costs a person's hand; a line too few would run on the wrong machine. Must never be
//! here: what a command does.

use super::holes;
use crate::ContextKind;

const SHELLS: &[&str] =
    &["bash", "sh", "zsh", "ash", "/bin/bash", "/bin/sh", "/bin/ash", "/bin/zsh", "/usr/bin/bash"];
const SSH_VALUES: &str = "-i -p -l -o -L -R -D -J -F -W -c -b -E -m -S -w -B -e -I";
const CONTAINERS: &[&str] =
    &["kubectl", "oc", "docker", "podman", "docker-compose", "crictl", "nomad", "heroku", "ecs"];

/// What a command opens for the lines below it, if it does.
pub(super) fn opens(source: &str) -> Option<ContextKind> {
    let first = source.split_whitespace().next()?;
    if !is_candidate(first) || source.len() > 1_000 {
        return None;
    }
    let filled = holes::fill_neutral(source, &holes::find(source).holes).replace("\\\n", " ");
    if filled.contains(['|', ';', '<', '>', '&', '\n']) {
        return None;
    }
    let words: Vec<&str> = filled.split_whitespace().collect();
    opened(&words)
}

/// Whether a command opens a console or a shell in which the next one would be typed.
pub(crate) fn opens_console(source: &str) -> bool {
    opens(source).is_some()
}

/// The host of an opener that is `ssh host` or `ssh user@host` and nothing more.
#[must_use]
pub fn ssh_host(opener: &str) -> Option<&str> {
    let mut words = opener.split_whitespace();
    let (ssh, place, rest) = (words.next()?, words.next()?, words.next());
    let host = place.rsplit('@').next().filter(|host| !host.is_empty() && !host.starts_with('-'))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (ssh == "ssh" && rest.is_none() && host.bytes().all(plain)).then_some(host)
}

fn is_candidate(first: &str) -> bool {
    let more = [
        "ssh",
        "mosh",
        "sudo",
        "su",
        "psql",
        "mysql",
        "mariadb",
        "sqlite3",
        "cqlsh",
        "redis-cli",
        "mongosh",
        "mongo",
        "rails",
        "bundle",
        "bin/rails",
        "irb",
        "pry",
        "python",
        "python3",
        "node",
        "iex",
        "php",
        "fly",
        "flyctl",
        "aws",
        "gcloud",
        "vagrant",
        "minikube",
        "telnet",
        "nc",
        "sftp",
        "ftp",
        "chroot",
        "nsenter",
        "tmux",
        "screen",
        "docker",
        "clickhouse-client",
    ];
    CONTAINERS.contains(&first) || SHELLS.contains(&first) || more.contains(&first)
}

fn opened(words: &[&str]) -> Option<ContextKind> {
    let (tool, rest) = words.split_first()?;
    let has = |names: &[&str]| {
        rest.iter().any(|word| names.iter().any(|name| word == name || word.starts_with(&format!("{name}="))))
    };
    let shell = |is: bool| is.then_some(ContextKind::Shell);
    let console = |is: bool| is.then_some(ContextKind::Console);
    match *tool {
        "sudo" => sudo(rest),
        "su" => shell(!has(&["-c", "--command"])),
        "ssh" | "mosh" => shell(operands(rest, SSH_VALUES).count() == 1),
        "chroot" => shell(operands(rest, "").count() == 1),
        "nsenter" => shell(!rest.contains(&"--")),
        "tmux" | "screen" => shell(rest.is_empty() || has(&["attach", "-r", "-x"])),
        name if SHELLS.contains(&name) => {
            shell(rest.iter().all(|word| matches!(*word, "-l" | "-i" | "--login")))
        }
        "psql" => (!has(&["-c", "--command", "-f", "--file", "-l", "--list"])).then_some(ContextKind::Sql),
        "mysql" | "mariadb" => (!has(&["-e", "--execute"])).then_some(ContextKind::Sql),
        "sqlite3" | "cqlsh" => {
            (operands(rest, "").count() <= 1 && !has(&["-e", "-f"])).then_some(ContextKind::Sql)
        }
        "clickhouse-client" => (!has(&["-q", "--query"])).then_some(ContextKind::Sql),
        "redis-cli" => {
            let quiet = operands(rest, "-h -p -n -a -u --user --pass").next().is_none();
            (quiet && !has(&["--eval", "-x", "--stat", "--bigkeys", "--latency"]))
                .then_some(ContextKind::Redis)
        }
        "mongosh" | "mongo" => {
            console(!has(&["--eval", "-f", "--file"]) && !rest.iter().any(|w| w.ends_with(".js")))
        }
        "rails" | "bin/rails" => match rest.first() {
            Some(&("dbconsole" | "db")) => Some(ContextKind::Sql),
            first => console(matches!(first, Some(&("console" | "c")))),
        },
        "bundle" => {
            rest.split_first().filter(|(exec, _)| **exec == "exec").and_then(|(_, inner)| opened(inner))
        }
        "irb" | "pry" | "iex" | "telnet" | "nc" | "sftp" | "ftp" => {
            console(*tool != "nc" || !has(&["-z", "-zv", "-vz"]))
        }
        "python" | "python3" | "node" | "php" => {
            console(rest.is_empty() || has(&["shell", "tinker", "shell_plus", "dbshell"]))
        }
        "fly" | "flyctl" => shell(rest.starts_with(&["ssh", "console"]) && !has(&["-C", "--command"])),
        "aws" => shell(has(&["start-session"])),
        "gcloud" => shell(rest.starts_with(&["compute", "ssh"]) && !has(&["--command"])),
        "vagrant" | "minikube" => shell(rest == ["ssh"]),
        name if CONTAINERS.contains(&name) => container(name, rest),
        _ => None,
    }
}

fn sudo(rest: &[&str]) -> Option<ContextKind> {
    let inner = operands(rest, "-u -g").next();
    match inner {
        None => (rest.contains(&"-i") || rest.contains(&"-s")).then_some(ContextKind::Shell),
        Some(first) => rest.iter().position(|word| *word == first).and_then(|at| opened(&rest[at..])),
    }
}

/// `kubectl exec -it pod -- bash`, `docker exec -it db psql -U app`, `oc rsh pod`.
fn container(tool: &str, rest: &[&str]) -> Option<ContextKind> {
    if tool == "heroku" && rest.first() == Some(&"pg:psql") {
        return Some(ContextKind::Sql);
    }
    let verb = rest.iter().position(|word| matches!(*word, "exec" | "run" | "rsh" | "debug" | "attach"))?;
    let behind = &rest[verb + 1..];
    if let Some(at) = behind.iter().position(|word| *word == "--") {
        return opened(&behind[at + 1..]);
    }
    if matches!(rest[verb], "rsh" | "debug" | "attach") {
        return Some(ContextKind::Shell);
    }
    // Without `--` the words of the inner command begin somewhere behind the options.
    (0..behind.len()).find_map(|at| {
        let inner = behind[at].rsplit('/').next().unwrap_or_default();
        let known = SHELLS.contains(&inner)
            || matches!(
                inner,
                "psql" | "mysql" | "redis-cli" | "mongosh" | "mongo" | "rails" | "bundle" | "irb" | "python3"
            );
        known.then(|| opened(&behind[at..])).flatten()
    })
}

/// The words that are neither options nor their values.
fn operands<'a>(words: &'a [&'a str], values: &'a str) -> impl Iterator<Item = &'a str> {
    let mut is_value = false;
    words.iter().copied().filter(move |word| {
        let skip = core::mem::take(&mut is_value);
        is_value = !skip && values.split(' ').any(|value| !value.is_empty() && value == *word);
        !skip && !word.starts_with('-')
    })
}

/// Whether a line ends what was opened.
pub(super) fn closes(line: &str) -> bool {
    let bare = line.trim().trim_end_matches([';', ')', '(']).to_ascii_lowercase();
    matches!(
        bare.as_str(),
        "exit" | "logout" | "quit" | "\\q" | ".exit" | ".quit" | "^d" | "ctrl-d" | "ctrl+d"
    )
}

#[cfg(test)]
mod tests {
    use super::{closes, opens};
    use crate::ContextKind::{self, Console, Redis, Shell, Sql};

    #[test]
    fn only_a_plain_ssh_names_its_host() {
        for (opener, host) in [
            ("ssh web-1", Some("web-1")),
            ("ssh ops@web-1.example.test", Some("web-1.example.test")),
            ("ssh -p 22 web-1", None),
            ("ssh <host>", None),
            ("ssh web-1 uptime", None),
            ("sudo -i", None),
            ("ssh", None),
        ] {
            assert_eq!(super::ssh_host(opener), host, "{opener}");
        }
    }

    #[test]
    fn consoles_and_shells_elsewhere_are_known() {
        let cases: &[(&str, ContextKind)] = &[
            ("ssh web-1", Shell),
            ("ssh -i key.pem -p 2222 admin@<host>", Shell),
            ("kubectl exec -it api-1 -- bash", Shell),
            ("kubectl -n web exec -ti <pod> -c app -- /bin/sh", Shell),
            ("kubectl exec -it db-0 -- psql -U app", Sql),
            ("oc rsh api-1", Shell),
            ("oc debug node/n1", Shell),
            ("docker exec -it api sh", Shell),
            ("docker exec -it db mysql -u root", Sql),
            ("docker compose exec db psql -U app", Sql),
            ("sudo -i", Shell),
            ("sudo su - postgres", Shell),
            ("sudo -u postgres psql", Sql),
            ("psql -h db app", Sql),
            ("mysql -u root -p", Sql),
            ("redis-cli -h cache -p 6379", Redis),
            ("rails console", Console),
            ("bundle exec rails c", Console),
            ("mongosh", Console),
            ("python3", Console),
            ("fly ssh console", Shell),
            ("gcloud compute ssh vm-1", Shell),
            ("bash", Shell),
        ];
        for (source, wanted) in cases {
            assert_eq!(opens(source), Some(*wanted), "{source}");
        }
    }

    #[test]
    fn commands_that_end_by_themselves_open_nothing() {
        for source in [
            "ssh web-1 uptime",
            "kubectl exec api-1 -- ls",
            "kubectl get pods",
            "docker ps",
            "docker exec api ls",
            "psql -c 'select 1'",
            "psql < x.sql",
            "mysql -e 'show tables'",
            "redis-cli info",
            "redis-cli -h x get y",
            "sudo systemctl status x",
            "python3 x.py",
            "bash x.sh",
            "nc -zv host 80",
            "echo 'select 1' | psql",
            "mongosh --eval 'db.stats()'",
            "aws ec2 describe-instances",
            "oc debug node/n1 -- chroot /host crictl ps",
            "tmux ls",
        ] {
            assert_eq!(opens(source), None, "{source}");
        }
    }

    #[test]
    fn words_that_leave_are_known() {
        assert!(["exit", "\\q", "quit;", "exit()", "logout", "Ctrl-D"].into_iter().all(closes));
        assert!(!["exit 1 2", "select 1;", "quit smoking"].into_iter().any(closes));
    }
}
