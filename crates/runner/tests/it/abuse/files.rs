//! Commands that only look and want to write, and changes that want devices or the kernel.

use super::{Before, printed};
use crate::order;
use engine::ports::Executor as _;
use playbook::Effect;
use runner::{Changes, Runner};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Each tries to leave something in the folder `$F`, which holds `file`, `folder/` and the link `link` to `file`.
const WRITES: [(&str, &str); 22] = [
    ("make", "echo x > $F/new"),
    ("overwrite", "echo x > $F/file"),
    ("append", "echo x >> $F/file"),
    ("empty", ": > $F/file"),
    ("empty by path", "truncate -s 0 $F/file"),
    ("read and write", "exec 3<> $F/file && echo x >&3"),
    ("over a link", "echo x > $F/link"),
    ("over /proc", "echo x > /proc/self/root$F/file"),
    ("over a folder above", "cd $TMPDIR && echo x > ../../../../../../../$F/file"),
    ("over a link of its own", "ln -s $F/file $TMPDIR/mine && echo x > $TMPDIR/mine"),
    ("remove", "rm -f $F/file"),
    ("rename", "mv $F/file $F/other"),
    ("move in", "echo x > $TMPDIR/x && mv $TMPDIR/x $F/x"),
    ("move out", "mv $F/file $TMPDIR/file"),
    ("hard link", "ln $F/file $F/hard"),
    ("hard link out", "ln $F/file $TMPDIR/hard && echo x > $TMPDIR/hard"),
    ("folder", "mkdir $F/new; rmdir $F/folder"),
    ("pipe and link", "mkfifo $F/pipe; ln -s x $F/sym"),
    ("rights", "chmod 777 $F/file; chmod 000 $F/folder"),
    ("owner", "chown 12345 $F/file; chgrp 12345 $F/file"),
    ("times", "touch -d 2001-01-01 $F/file; touch $F/folder"),
    ("device", "mknod $F/null c 1 3; mknod $TMPDIR/null c 1 3 && echo made"),
];

/// Names, kinds, rights, owners, times of change and contents.
fn picture(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let seen = entries.map(|entry| {
        let meta = entry.metadata().unwrap();
        // A pipe would be waited for.
        let text =
            if meta.is_file() { fs::read_to_string(entry.path()).unwrap_or_default() } else { String::new() };
        let facts = (meta.mode(), meta.uid(), meta.gid(), meta.nlink(), meta.mtime(), meta.mtime_nsec());
        (entry.file_name().into_string().unwrap(), format!("{facts:?} {text}"))
    });
    seen.collect()
}

fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "kept").unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
    folder
}

#[tokio::test]
async fn a_look_writes_nowhere() {
    for effect in [Effect::ReadsHere, Effect::ReadsWorld, Effect::FollowsLog] {
        let folder = filled();
        let (before, mut config) = Before::new(folder.path());
        config.env.insert("F".to_owned(), folder.path().display().to_string());
        let runner = Runner::new(config);
        let was = picture(folder.path());
        for (name, source) in WRITES {
            let report = runner.run(&order(effect, source)).await;
            assert_eq!(picture(folder.path()), was, "{effect:?} {name}: {}", report.output);
            assert!(!report.output.contains("made"), "{effect:?} {name}: {}", report.output);
        }
        before.holds();
    }
}

/// The same attempts leave something when a person has approved them: the test above sees what it looks for.
#[tokio::test]
async fn an_approved_change_does_write() {
    let left_alone = ["over a folder above", "owner", "device"];
    for (name, source) in WRITES.iter().filter(|(name, _)| !left_alone.contains(name)) {
        let folder = filled();
        let scratch = tempfile::tempdir_in(folder.path().parent().unwrap()).unwrap();
        let (_, mut config) = Before::new(folder.path());
        config.env.insert("F".to_owned(), folder.path().display().to_string());
        config.env.insert("TMPDIR".to_owned(), scratch.path().display().to_string());
        let was = picture(folder.path());
        let report = Runner::new(config).run(&order(Effect::ChangesHere, source)).await;
        assert_ne!(picture(folder.path()), was, "{name}: {}", report.output);
    }
}

#[tokio::test]
async fn a_look_may_use_its_own_folder_and_harmless_devices() {
    let folder = tempfile::tempdir().unwrap();
    let (_, config) = Before::new(folder.path());
    let source = "echo a > $TMPDIR/a && mkdir $TMPDIR/d && mv $TMPDIR/a $TMPDIR/d/b && cat $TMPDIR/d/b && rm -r $TMPDIR/d \
                  && echo x > /dev/null && cat <<< here && sort <(echo c) && echo out > /dev/stdout && echo err > /dev/stderr";
    let report = Runner::new(config).run(&order(Effect::ReadsHere, source)).await;
    assert_eq!(&*report.output, "a\nhere\nc\nout\nerr\n");
}

#[tokio::test]
async fn a_look_writes_where_the_settings_say() {
    let folder = filled();
    let (_, mut config) = Before::new(folder.path());
    config.env.insert("F".to_owned(), folder.path().display().to_string());
    config.writable = vec![folder.path().to_owned()];
    let report =
        Runner::new(config).run(&order(Effect::ReadsHere, "echo x > $F/new; rm $F/file; cat $F/new")).await;
    assert_eq!(&*report.output, "x\n");
    assert!(!folder.path().join("file").exists());
}

/// What would be written is what is there already, so that a failure of this test does no harm.
const SYSTEM: [(&str, &str); 7] = [
    ("kernel's settings", "cat /proc/sys/vm/swappiness > /proc/sys/vm/swappiness && echo done"),
    (
        "another of them",
        "v=$(cat /proc/sys/kernel/core_pattern) && echo \"$v\" > /proc/sys/kernel/core_pattern && echo done",
    ),
    (
        "system files",
        "f=$(find /sys/fs/cgroup /sys/kernel -name cgroup.procs -type f 2>/dev/null | head -1); [ -n \"$f\" ] && : >> $f && echo done",
    ),
    (
        "its control group",
        "for f in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do echo $$ > $f && echo done; done",
    ),
    ("kernel's log", "echo evenkeel-abuse > /dev/kmsg && echo done"),
    ("a device of its own", "mknod $PWD/abuse-null c 1 3 && echo done"),
    ("rights of the guard", "echo 0 > /proc/$PPID/oom_score_adj && echo done"),
];

#[tokio::test]
async fn neither_a_look_nor_a_change_reaches_the_system() {
    for effect in [Effect::ReadsWorld, Effect::ChangesProduction, Effect::Unknown] {
        let folder = tempfile::tempdir().unwrap();
        let (before, mut config) = Before::new(folder.path());
        config.workdir = folder.path().to_owned();
        let runner = Runner::new(config);
        for (name, source) in SYSTEM {
            let report = runner.run(&order(effect, source)).await;
            assert!(!printed(&report).contains("done"), "{effect:?} {name}: {}", report.output);
        }
        before.holds();
    }
}

/// With `changes = "free"` it is the user's own rights that count: the test above sees what it looks for.
#[tokio::test]
async fn a_free_change_is_held_by_its_limits_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut config) = Before::new(folder.path());
    config.changes = Changes::Free;
    let source = "echo 1000 > /proc/self/oom_score_adj && echo done";
    let report = Runner::new(config.clone()).run(&order(Effect::ChangesHere, source)).await;
    assert_eq!(&*report.output, "done\n");
    config.changes = Changes::Guarded;
    let report = Runner::new(config).run(&order(Effect::ChangesHere, source)).await;
    assert!(!printed(&report).contains("done"), "{}", report.output);
}
