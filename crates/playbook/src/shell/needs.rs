//! What a command that only reads needs of this machine beyond its files, told by the tools that it names.
//!
//! Must never be here: whether it may have it; the runner decides that.

/// Tools that ask a service of this machine over its socket.
const SERVICES: [&str; 14] = [
    "systemctl",
    "loginctl",
    "hostnamectl",
    "timedatectl",
    "resolvectl",
    "networkctl",
    "localectl",
    "busctl",
    "docker",
    "docker-compose",
    "podman",
    "crictl",
    "nerdctl",
    "supervisorctl",
];
/// Tools that tell about other processes' open files, connections or memory.
const OTHERS: [&str; 3] = ["lsof", "fuser", "pmap"];
/// Those that do so where they are asked for processes.
const SOCKETS: [&str; 2] = ["ss", "netstat"];

/// Whether it names a tool that asks a service of this machine, such as `systemctl`.
#[must_use]
pub fn asks_a_service(source: &str) -> bool {
    names(source, &SERVICES)
}

/// Whether it names a tool that tells about other processes' files, such as `lsof`.
#[must_use]
pub fn asks_about_others(source: &str) -> bool {
    let for_processes = |word: &str| {
        matches!(word, "--processes" | "--program")
            || word.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains('p'))
    };
    names(source, &OTHERS) || (names(source, &SOCKETS) && source.split_whitespace().any(for_processes))
}

fn names(source: &str, tools: &[&str]) -> bool {
    let breaks = |character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character));
    source.split(breaks).any(|word| tools.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_whole_words() {
        assert!(asks_a_service("systemctl status api | head"));
        assert!(asks_a_service("/usr/bin/docker ps"));
        assert!(!asks_a_service("cat docker.log") && !asks_a_service("grep my-docker x"));
        assert!(asks_about_others("ss -tlnp") && asks_about_others("watch -n1 'lsof -i :80'"));
        assert!(!asks_about_others("ps aux") && !asks_about_others("ss -tln --all"));
    }
}
