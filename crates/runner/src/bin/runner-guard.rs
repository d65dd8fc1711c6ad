//! The guard and nothing else, so that the tests of this crate need not the whole product. Never shipped.
//!
//! For a test the kernel can be older than it is: it then says itself, to the guard and to all that it starts, that it does not
//! know the calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    match args.next() {
        Some(name) if runner::is_guard(&name) => {
            older();
            runner::guard_main(args)
        }
        _ => ExitCode::FAILURE,
    }
}

/// The variable that names what the kernel is not to know.
#[cfg(target_os = "linux")]
const WITHOUT: &str = "RUNNER_GUARD_WITHOUT";

/// What begins a run was started by a guard that has done this already, and what has no seccomp cannot do it twice.
#[cfg(target_os = "linux")]
fn older() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    #[expect(clippy::disallowed_methods, reason = "a test says what its kernel lacks")]
    let Ok(without) = std::env::var(WITHOUT) else { return };
    let calls: &[i64] = match without.as_str() {
        "landlock" => &[libc::SYS_landlock_create_ruleset],
        "seccomp" => &[libc::SYS_seccomp],
        _ => &[],
    };
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let unknown = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let Ok(arch) = std::env::consts::ARCH.try_into() else { return };
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, unknown, arch);
    let Some(program) = filter.ok().and_then(|filter| BpfProgram::try_from(filter).ok()) else { return };
    let _ = seccompiler::apply_filter(&program);
}

/// Elsewhere there is nothing to be without.
#[cfg(not(target_os = "linux"))]
fn older() {}
