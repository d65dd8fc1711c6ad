//! What the tests need on the machine beside Rust: how it is looked for, asked about and installed.
//!
//! Must never be here: anything that the product needs in production; that is nothing.

use std::io::Write as _;
use std::path::Path;

use crate::failure::Failure;
use crate::machine;

/// One thing the tests need.
#[derive(Debug)]
pub(crate) struct Need {
    name: &'static str,
    why: &'static str,
    probe: Probe,
    /// Debian's package of it.
    package: &'static str,
}

/// How to see that it is there.
#[derive(Debug)]
enum Probe {
    /// Any of these programs, by name or path.
    Program(&'static [&'static str]),
    /// A folder that only the package makes: its programs are not on the path.
    Folder(&'static str),
    /// A module that one of these Python interpreters can import.
    PythonModule(&'static str, &'static [&'static str]),
}

/// Everything the tests need. Each entry says who needs it.
const NEEDS: &[Need] = &[
    Need {
        name: "chromium",
        why: "the browser that walks through the console",
        probe: Probe::Program(&["chromium", "chromium-browser", "google-chrome"]),
        package: "chromium",
    },
    Need {
        name: "chromedriver",
        why: "drives that browser",
        probe: Probe::Program(&["chromedriver"]),
        package: "chromium-driver",
    },
    Need {
        name: "prometheus",
        why: "a real sender of alerts",
        probe: Probe::Program(&["prometheus"]),
        package: "prometheus",
    },
    Need {
        name: "alertmanager",
        why: "a real sender of webhooks, and the peer of the bench",
        probe: Probe::Program(&["prometheus-alertmanager", "alertmanager"]),
        package: "prometheus-alertmanager",
    },
    Need {
        name: "curl",
        why: "the playbook's commands call it",
        probe: Probe::Program(&["curl"]),
        package: "curl",
    },
    Need {
        name: "patch",
        why: "applies what `playbook check --fix` prints",
        probe: Probe::Program(&["patch"]),
        package: "patch",
    },
    Need {
        name: "python3",
        why: "runs the mail server of the paging tests",
        probe: Probe::Program(PYTHONS),
        package: "python3",
    },
    Need {
        name: "aiosmtpd",
        why: "the mail server of the paging tests",
        probe: Probe::PythonModule("aiosmtpd", PYTHONS),
        package: "python3-aiosmtpd",
    },
    Need {
        name: "icalendar",
        why: "reads the calendars that we write, and counts recurring events as we do",
        probe: Probe::PythonModule("icalendar", PYTHONS),
        package: "python3-icalendar",
    },
    Need {
        name: "postgres",
        why: "the database of several nodes",
        probe: Probe::Folder("/usr/lib/postgresql"),
        package: "postgresql",
    },
    Need {
        name: "pgbouncer",
        why: "a transaction pooler before that database",
        probe: Probe::Program(&["pgbouncer", "/usr/sbin/pgbouncer"]),
        package: "pgbouncer",
    },
    Need {
        name: "npm",
        why: "fetches axe-core, which looks for barriers in the pages, and a client of Statuspage's API",
        probe: Probe::Program(&["npm"]),
        package: "npm",
    },
    Need {
        name: "node",
        why: "runs that client against the public page",
        probe: Probe::Program(&["node"]),
        package: "nodejs",
    },
];

/// The system's interpreter first: a package of the system's is not seen by one from elsewhere.
const PYTHONS: &[&str] = &["/usr/bin/python3", "python3"];

/// How the chore was started; decides whether it asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    pub(crate) yes: bool,
    pub(crate) in_ci: bool,
    pub(crate) has_terminal: bool,
}

impl Circumstances {
    fn must_ask(self) -> bool {
        self.has_terminal && !self.yes && !self.in_ci
    }
}

/// Sees that everything is there; installs what is not, after saying so, or fails with the command that would.
pub(crate) fn ensure(circumstances: Circumstances) -> Result<(), Failure> {
    let missing = missing(NEEDS);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("the tests need what is not on this machine:");
    for need in &missing {
        eprintln!("  {:<13} {}", need.name, need.why);
    }
    let manager = Manager::of_this_machine();
    let commands = manager.commands(&missing);
    if manager != Manager::Apt {
        return Err(Failure::Missing(format!("install them, then try again: {}", commands.join(" && "))));
    }
    eprintln!("to install: {}", commands.join(" && "));
    if circumstances.must_ask() && !asked("install now? [Y/n] ")? {
        return Err(Failure::Missing(format!("not installed; type: {}", commands.join(" && "))));
    }
    install(&commands)?;
    let still = self::missing(NEEDS);
    if still.is_empty() {
        return Ok(());
    }
    let names = still.iter().map(|need| need.name).collect::<Vec<_>>().join(", ");
    Err(Failure::Missing(format!("installed, but still not found: {names}; type: {}", commands.join(" && "))))
}

fn missing(needs: &'static [Need]) -> Vec<&'static Need> {
    needs.iter().filter(|need| !need.probe.is_met()).collect()
}

impl Probe {
    fn is_met(&self) -> bool {
        match self {
            Probe::Program(names) => names.iter().any(|name| find(name)),
            Probe::Folder(folder) => Path::new(folder).is_dir(),
            Probe::PythonModule(module, pythons) => {
                let import = format!("import {module}");
                let mut pythons = pythons.iter().filter(|python| find(python));
                pythons.any(|python| machine::succeeds(machine::program(python).args(["-c", &import])))
            }
        }
    }
}

fn find(program: &str) -> bool {
    if program.contains('/') { Path::new(program).is_file() } else { machine::on_path(program).is_some() }
}

/// The system's way to install software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    /// Known by this name, but its package names are not known here.
    Other(&'static str),
    Unknown,
}

impl Manager {
    fn of_this_machine() -> Manager {
        if machine::on_path("apt-get").is_some() {
            return Manager::Apt;
        }
        let known = ["dnf install", "pacman -S", "zypper install", "apk add", "brew install"];
        let program =
            |command: &&&str| command.split(' ').next().is_some_and(|name| machine::on_path(name).is_some());
        known.iter().find(program).map_or(Manager::Unknown, |command| Manager::Other(command))
    }

    /// What to type, one command an entry. Root rights are asked for with `sudo` where they are needed.
    fn commands(self, missing: &[&Need]) -> Vec<String> {
        let sudo = if machine::is_root() { "" } else { "sudo " };
        let packages = missing.iter().map(|need| need.package).collect::<Vec<_>>().join(" ");
        match self {
            Manager::Apt => vec![
                format!("{sudo}apt-get update"),
                format!(
                    "{sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages}"
                ),
            ],
            Manager::Other(command) => {
                vec![format!("{command} {packages}  (names as in Debian; yours may differ)")]
            }
            Manager::Unknown => vec![format!("(Debian's packages: {packages})")],
        }
    }
}

fn install(commands: &[String]) -> Result<(), Failure> {
    for command in commands {
        let mut words = command.split(' ');
        let program = words.next().unwrap_or_default();
        match machine::run("install", machine::program(program).args(words)) {
            // One unreachable source fails the whole update, and what is needed may still come from another.
            Err(failure) if command.ends_with("apt-get update") => eprintln!("{failure}; going on"),
            Err(failure) => {
                return Err(Failure::Missing(format!("{failure}; type: {}", commands.join(" && "))));
            }
            Ok(()) => {}
        }
    }
    if Path::new("/run/systemd/system").exists() {
        eprintln!(
            "Debian starts prometheus and prometheus-alertmanager as services; the tests need only the programs."
        );
        eprintln!("to stop them: sudo systemctl disable --now prometheus prometheus-alertmanager");
    }
    Ok(())
}

fn asked(question: &str) -> Result<bool, Failure> {
    eprint!("{question}");
    std::io::stderr().flush().map_err(Failure::io("terminal"))?;
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer).map_err(Failure::io("terminal"))?;
    Ok(read > 0 && is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: &[Need] = &[
        Need { name: "cargo", why: "", probe: Probe::Program(&["cargo"]), package: "cargo" },
        Need { name: "nothing", why: "", probe: Probe::Program(&["no-such-program"]), package: "nothing" },
        Need {
            name: "module",
            why: "",
            probe: Probe::PythonModule("no_such_module", PYTHONS),
            package: "python3-nothing",
        },
    ];

    #[test]
    fn what_is_missing_is_found_missing_and_the_rest_is_not() {
        let names: Vec<_> = missing(ABSENT).iter().map(|need| need.name).collect();
        assert_eq!(names, ["nothing", "module"]);
    }

    #[test]
    fn the_command_holds_every_missing_package() {
        let commands = Manager::Apt.commands(&missing(ABSENT));
        assert!(commands[1].ends_with("--no-install-recommends nothing python3-nothing"), "{commands:?}");
        let other = Manager::Other("dnf install").commands(&missing(ABSENT));
        assert!(other[0].starts_with("dnf install nothing python3-nothing"), "{other:?}");
    }

    #[test]
    fn only_a_person_at_a_terminal_is_asked() {
        let at = Circumstances { yes: false, in_ci: false, has_terminal: true };
        assert!(at.must_ask());
        assert!(!Circumstances { yes: true, ..at }.must_ask());
        assert!(!Circumstances { in_ci: true, ..at }.must_ask());
        assert!(!Circumstances { has_terminal: false, ..at }.must_ask());
    }

    #[test]
    fn enter_means_yes_and_anything_unclear_means_no() {
        assert!(is_yes("\n") && is_yes("Y\n") && is_yes("yes\n"));
        assert!(!is_yes("n\n") && !is_yes("what?\n"));
    }
}
