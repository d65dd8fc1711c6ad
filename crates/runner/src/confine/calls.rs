//! seccomp: which system calls a command is refused. They fail with an error number, as if the user had no right to them.

use crate::terms::Reach;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;
use std::io;

/// The first version of Landlock that keeps files from being emptied by their path.
const LANDLOCK_TRUNCATE: u8 = 3;
/// Netlink's families that only tell: addresses and routes for `ip`, sockets for `ss`.
const NETLINK_ROUTE: u64 = 0;
const NETLINK_SOCK_DIAG: u64 = 4;
/// Set flags (`chattr`), set extended flags, freeze: they change a file that is open for reading alone.
const FILE_IOCTLS: [u64; 4] = [0x4008_6602, 0x401c_5820, 0xc004_5877, 0xc004_5878];

/// Other processes, the kernel's settings, mounts and clocks, programs in the kernel.
const NOBODYS: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_open_by_handle_at,
    // It makes sockets and files without the calls for them.
    libc::SYS_io_uring_setup,
];

/// What Landlock does not count as writing, and what would be left behind in the kernel.
const NO_LOOK: &[i64] = &[
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_shmget,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
];

/// Calls of one kind of processor.
#[cfg(target_arch = "x86_64")]
const NOBODYS_OF_THIS: &[i64] = &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_kexec_file_load];
#[cfg(target_arch = "x86_64")]
const NO_LOOK_OF_THIS: &[i64] = &[
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const NOBODYS_OF_THIS: &[i64] = &[];
#[cfg(not(target_arch = "x86_64"))]
const NO_LOOK_OF_THIS: &[i64] = &[];

/// Younger than the names that the library knows; the same number on every processor.
const FCHMODAT2: i64 = 452;
const SETXATTRAT: i64 = 463;
const REMOVEXATTRAT: i64 = 466;
const FILE_SETATTR: i64 = 469;

/// On x86-64 every call has a second number for programs with small pointers.
#[cfg(target_arch = "x86_64")]
const SMALL_POINTERS: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const SMALL_POINTERS: Option<i64> = None;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refuses them to the calling thread and its children.
pub(super) fn confine(reach: Reach, landlock: u8) -> io::Result<()> {
    let mut rules = Rules::new();
    let always =
        |rules: &mut Rules, calls: &[i64]| rules.extend(calls.iter().map(|call| (*call, Vec::new())));
    always(&mut rules, NOBODYS);
    always(&mut rules, NOBODYS_OF_THIS);
    others(&mut rules)?;
    if reach.only_looks() {
        always(&mut rules, NO_LOOK);
        always(&mut rules, NO_LOOK_OF_THIS);
        always(&mut rules, &[FCHMODAT2, SETXATTRAT, REMOVEXATTRAT, FILE_SETATTR]);
        if landlock < LANDLOCK_TRUNCATE {
            always(&mut rules, &[libc::SYS_truncate]);
        }
        looks(&mut rules, reach)?;
    }
    if let Some(bit) = SMALL_POINTERS {
        let twins: Vec<_> = rules.iter().map(|(call, rules)| (call | bit, rules.clone())).collect();
        rules.extend(twins);
    }
    apply(rules)
}

/// Limits of other processes: of its own a command may only lower them.
fn others(rules: &mut Rules) -> io::Result<()> {
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(0, SeccompCmpOp::Ne, 0), (2, SeccompCmpOp::Ne, 0)])?]);
    Ok(())
}

fn looks(rules: &mut Rules, reach: Reach) -> io::Result<()> {
    let families: &[i32] = match reach {
        Reach::Here => &[libc::AF_NETLINK],
        Reach::Services => &[libc::AF_NETLINK, libc::AF_UNIX],
        Reach::World | Reach::Changes | Reach::Free => {
            &[libc::AF_NETLINK, libc::AF_UNIX, libc::AF_INET, libc::AF_INET6]
        }
    };
    let none: Vec<_> = families.iter().map(|family| (0, SeccompCmpOp::Ne, number(*family))).collect();
    let netlink = [
        (0, SeccompCmpOp::Eq, number(libc::AF_NETLINK)),
        (2, SeccompCmpOp::Ne, NETLINK_ROUTE),
        (2, SeccompCmpOp::Ne, NETLINK_SOCK_DIAG),
    ];
    rules.insert(libc::SYS_socket, vec![rule(&none)?, rule(&netlink)?]);
    let ioctls: io::Result<Vec<_>> =
        FILE_IOCTLS.iter().map(|request| rule(&[(1, SeccompCmpOp::Eq, *request)])).collect();
    rules.insert(libc::SYS_ioctl, ioctls?);
    // Priority and place of other processes.
    for call in [
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
        libc::SYS_sched_setaffinity,
    ] {
        rules.insert(call, vec![rule(&[(0, SeccompCmpOp::Ne, 0)])?]);
    }
    for call in [libc::SYS_setpriority, libc::SYS_ioprio_set] {
        rules.insert(call, vec![rule(&[(1, SeccompCmpOp::Ne, 0)])?]);
    }
    Ok(())
}

/// A rule that fits where all of its conditions do: argument, comparison, value.
fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> io::Result<SeccompRule> {
    let conditions: Result<Vec<_>, _> = conditions
        .iter()
        .map(|(at, how, value)| SeccompCondition::new(*at, SeccompCmpArgLen::Dword, how.clone(), *value))
        .collect();
    SeccompRule::new(conditions.map_err(|error| refused(&error))?).map_err(|error| refused(&error))
}

fn number(family: i32) -> u64 {
    u64::from(family.unsigned_abs())
}

fn apply(rules: Rules) -> io::Result<()> {
    let arch = std::env::consts::ARCH.try_into().map_err(|error| refused(&error))?;
    let errno = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter =
        SeccompFilter::new(rules, SeccompAction::Allow, errno, arch).map_err(|error| refused(&error))?;
    let program: BpfProgram =
        filter.try_into().map_err(|error: seccompiler::BackendError| refused(&error))?;
    seccompiler::apply_filter(&program).map_err(|error| refused(&error))
}

fn refused(error: &dyn std::error::Error) -> io::Error {
    io::Error::other(format!("seccomp: {error}"))
}
