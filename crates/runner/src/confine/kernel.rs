//! What this kernel can hold, found out by trying, and what is lost on an older one.

/// The version of Landlock from which signals to other processes are held.
const SIGNALS: u8 = 6;

/// What this system can hold of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Landlock's version; 0 where there is none.
    landlock: u8,
    /// Whether system calls can be refused.
    calls: Result<(), String>,
}

impl Held {
    /// Tries it on a thread that ends at once.
    #[must_use]
    pub fn here() -> Self {
        let tried = std::thread::spawn(try_both).join();
        tried.unwrap_or_else(|_| Self { landlock: 0, calls: Err("trying it failed".to_owned()) })
    }

    /// Whether a command that only looks can be kept from writing and from the network; the error says what is missing.
    pub fn holds_looks(&self) -> Result<(), String> {
        if self.landlock == 0 {
            return Err("this kernel has no Landlock, or has it switched off".to_owned());
        }
        self.calls.clone()
    }

    /// What an older kernel loses, in words; empty on one that holds everything.
    #[must_use]
    pub fn lost(&self) -> Vec<&'static str> {
        let mut lost = Vec::new();
        if self.landlock == 0 {
            lost.push("files: a command that only looks may write wherever this server may (needs Linux 5.13 with Landlock)");
            lost.push(
                "this server's own data, environment and memory may be read by commands of the same user",
            );
        }
        if self.calls.is_err() {
            lost.push("the network, and the kernel's settings (needs seccomp on x86-64, arm64 or riscv64)");
        }
        if (1..5).contains(&self.landlock) {
            lost.push("control of devices that may be opened for reading (needs Linux 6.10)");
        }
        if self.landlock < SIGNALS {
            lost.push(
                "signals to other processes of the same user, and their abstract sockets (needs Linux 6.12)",
            );
        }
        lost
    }
}

#[cfg(target_os = "linux")]
fn try_both() -> Held {
    use crate::terms::Reach;
    let landlock = super::files::try_it();
    Held { landlock, calls: super::calls::confine(Reach::Here, landlock).map_err(|error| error.to_string()) }
}

#[cfg(not(target_os = "linux"))]
fn try_both() -> Held {
    Held { landlock: 0, calls: Err("only Linux has the means".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_older_kernel_loses_more_and_says_so() {
        let held = |landlock| Held { landlock, calls: Ok(()) };
        assert_eq!(held(6).lost(), Vec::<&str>::new());
        let counts: Vec<usize> = (0..=6).map(|version| held(version).lost().len()).collect();
        assert_eq!(counts, [3, 2, 2, 2, 2, 1, 0]);
        assert!(held(1).holds_looks().is_ok());
        assert!(held(0).holds_looks().unwrap_err().contains("Landlock"));
        let no_calls = Held { landlock: 6, calls: Err("no seccomp".to_owned()) };
        assert_eq!(no_calls.holds_looks(), Err("no seccomp".to_owned()));
        assert_eq!(no_calls.lost().len(), 1);
    }
}
