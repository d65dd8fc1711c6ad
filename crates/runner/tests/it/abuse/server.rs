//! Commands that turn on the server itself: its memory, environment, files, descriptors and life.

use super::{Before, MARK, printed};
use crate::pids::{Ear, dies};
use crate::server_death::server;
use crate::strays::group_is_gone;
use crate::{config, order};
use engine::ports::Executor as _;
use incident::Ending;
use playbook::Effect;
use runner::{GuardProgram, Runner};
use rustix::process::{Pid, Signal, kill_process};
use std::env::current_dir;
use std::fs;
use std::path::{Path, PathBuf};

const LOOKS: [Effect; 3] = [Effect::ReadsHere, Effect::ReadsWorld, Effect::FollowsLog];

#[tokio::test]
async fn a_look_does_not_look_into_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.env.insert("SERVER".to_owned(), std::process::id().to_string());
    let runner = Runner::new(config);
    // `status` is for everybody, as `ps` shows: it tells that the number is right.
    let source = "grep -c ^Pid: /proc/$SERVER/status
        for what in environ mem maps auxv stack fd/0 root/etc cwd exe; do
            (head -c 1 /proc/$SERVER/$what > /dev/null || ls -L /proc/$SERVER/$what/. ) > /dev/null 2>&1 && echo read $what
        done
        readlink /proc/$SERVER/fd/0 > /dev/null 2>&1 && echo followed; echo end";
    for effect in LOOKS {
        let report = runner.run(&order(effect, source)).await;
        assert_eq!(printed(&report), "1\nend\n", "{effect:?}");
    }
    before.holds();
}

#[tokio::test]
async fn a_look_sends_the_server_and_its_guard_no_signal() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.env.insert("SERVER".to_owned(), std::process::id().to_string());
    let runner = Runner::new(config);
    let source = "for p in $SERVER $PPID; do kill -0 $p && echo heard; kill -CONT $p && echo heard; done
        sleep 30 & kill $! && echo own; renice -n 19 $SERVER > /dev/null && echo reniced
        prlimit --pid $SERVER --nofile=9999:9999 && echo limited; taskset -p 1 $SERVER && echo bound; echo end";
    for effect in LOOKS {
        let report = runner.run(&order(effect, source)).await;
        assert!(printed(&report).ends_with("end\n"), "{effect:?} {}", report.output);
        assert!(report.output.contains("own\n"), "{effect:?} {}", report.output);
        for word in ["heard\n", "reniced\n", "limited\n", "bound\n"] {
            assert!(!report.output.contains(word), "{effect:?} {word} {}", report.output);
        }
    }
    before.holds();
}

#[tokio::test]
async fn a_look_does_not_read_what_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    let database = folder.path().join("data/evenkeel.db");
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(&database, "secret rows").unwrap();
    fs::write(folder.path().join("data/notes"), "for all").unwrap();
    std::os::unix::fs::symlink(&database, folder.path().join("link")).unwrap();
    config.hidden = vec![database, folder.path().join("data/evenkeel.db-wal")];
    config.env.insert("F".to_owned(), folder.path().display().to_string());
    config.workdir = folder.path().join("data");
    let runner = Runner::new(config);
    for source in [
        "cat evenkeel.db",
        "cat $F/data/evenkeel.db",
        "cat $F/link",
        "cat /proc/self/cwd/evenkeel.db",
        "cat /proc/self/root$F/data/evenkeel.db",
        "ln -s $F/data/evenkeel.db $TMPDIR/l && cat $TMPDIR/l",
        "dd if=evenkeel.db status=none",
        "grep -r secret $F",
        "cp evenkeel.db $TMPDIR/copy; cat $TMPDIR/copy",
        "tar c evenkeel.db | strings",
        "exec 3< evenkeel.db; cat <&3",
    ] {
        for effect in LOOKS {
            let report = runner.run(&order(effect, source)).await;
            assert!(!report.output.contains("secret rows"), "{effect:?} {source}: {}", report.output);
        }
    }
    let report = runner.run(&order(Effect::ReadsHere, "cat notes; head -c 0 /etc/passwd && echo; ls")).await;
    assert_eq!(&*report.output, "for all\nevenkeel.db\nnotes\n");
    before.holds();
}

/// The same path from where this process is: settings may be named so.
fn from_here(path: &Path) -> PathBuf {
    let up = current_dir().unwrap().components().skip(1).map(|_| "..").collect::<PathBuf>();
    up.join(path.strip_prefix("/").unwrap())
}

#[tokio::test]
async fn what_is_hidden_by_a_path_from_here_is_hidden_where_the_command_works() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    let database = folder.path().join("data/evenkeel.db");
    let cache = folder.path().join("cache");
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::create_dir(&cache).unwrap();
    fs::write(&database, "secret rows").unwrap();
    config.hidden = vec![from_here(&database)];
    config.writable = vec![from_here(&cache)];
    config.workdir = folder.path().join("data");
    let runner = Runner::new(config);
    for effect in LOOKS {
        let report =
            runner.run(&order(effect, "cat evenkeel.db; echo kept > ../cache/f; cat ../cache/f")).await;
        assert!(!report.output.contains("secret rows"), "{effect:?}: {}", report.output);
        assert!(report.output.contains("kept\n"), "{effect:?}: {}", report.output);
    }
    before.holds();
}

#[tokio::test]
async fn a_command_has_no_descriptor_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("open")).unwrap();
    let (before, config) = Before::new(folder.path());
    let runner = Runner::new(config);
    for effect in [Effect::ReadsHere, Effect::ChangesHere] {
        let report = runner
            .run(&order(effect, "ls -l /proc/$$/fd | grep -c ' -> '; ls /proc/$$/fd; readlink /proc/$$/fd/*"))
            .await;
        assert!(!report.output.contains("open"), "{effect:?} {}", report.output);
        let descriptors = printed(&report).lines().next().and_then(|count| count.parse::<u32>().ok());
        // Three, and the one that bash reads its own script from, if any.
        assert!(descriptors.is_some_and(|count| count <= 4), "{effect:?} {}", report.output);
    }
    drop(file);
    before.holds();
}

#[tokio::test]
async fn a_command_has_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (_, config) = Before::new(folder.path());
    let source = "(echo x > /dev/tty) 2> /dev/null && echo terminal; tty; ps -o tty= -p $$ | tr -d ' '; read -t 5 x || echo no input";
    let report = Runner::new(config).run(&order(Effect::ChangesHere, source)).await;
    assert_eq!(&*report.output, "not a tty\n?\nno input\n");
}

/// The server's part, in a process of its own.
#[tokio::test]
#[ignore = "started by the test below, which kills it"]
async fn the_server() {
    let folder = current_dir().unwrap();
    let mut config = config(&folder);
    config.env.insert(MARK.to_owned(), folder.display().to_string());
    config.writable = vec![folder.clone()];
    let source = "trap '' TERM HUP; touch $TMPDIR/x 2> /dev/null; mkdir $TMPDIR/deep; echo $TMPDIR > scratch
        setsid bash -c 'trap \"\" TERM HUP; (sleep 300; true) & > first; sleep 300' &
        (nohup setsid bash -c '> second; sleep 300; true' > /dev/null 2>&1 &)
        sleep 300 & child=$!; until [ -e first ] && [ -e second ]; do read -t 0.01 < ear; done
        echo $$ $PPID $child > ear; wait";
    let report = Runner::new(config).run(&order(Effect::ReadsHere, source)).await;
    panic!("it ended by itself: {report:?}");
}

#[tokio::test]
async fn a_killed_server_leaves_neither_strays_nor_folders() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = Before::new(folder.path());
    let ear = Ear::new(&folder.path().join("ear"));
    let mut server = server("abuse::server::the_server", folder.path());
    let pids = ear.hear();
    let scratch = fs::read_to_string(folder.path().join("scratch")).unwrap();
    assert!(Path::new(scratch.trim()).is_dir() && before.left().len() >= 5, "{:?}", before.left());
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(pids.len(), 3);
    assert!(pids.into_iter().all(dies), "the command, its guard or its child outlived the server");
    before.holds();
    assert!(!Path::new(scratch.trim()).exists(), "{scratch} was left");
}

/// What has hidden from the process group is found by its control group, where one could be made.
#[tokio::test]
async fn a_killed_guard_leaves_nothing_where_there_are_control_groups() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.workdir = folder.path().to_owned();
    let ear = Ear::new(&folder.path().join("ear"));
    let runner = Runner::new(config);
    let source = "grep -q evenkeel- /proc/self/cgroup && hidden=setsid
        cat /proc/self/cgroup
        $hidden bash -c 'trap \"\" TERM; sleep 300; sleep 300' & sleep 300 & echo $$ $PPID > ear; wait";
    let order = order(Effect::ChangesHere, source);
    let kill = async {
        let pids = tokio::task::spawn_blocking(move || ear.hear()).await.unwrap();
        kill_process(Pid::from_raw(pids[1]).unwrap(), Signal::KILL).unwrap();
    };
    let (report, ()) = tokio::join!(runner.run(&order), kill);
    assert_eq!(report.ending, Ending::Killed { signal: 9 });
    group_is_gone(&report.output);
    before.holds();
}

#[tokio::test]
async fn no_guard_no_command() {
    let mut config = config(Path::new("/"));
    for program in ["/nonexistent/guard", "/bin/true", "/bin/cat"] {
        config.guard = GuardProgram::at(program.into());
        let report = Runner::new(config.clone()).run(&order(Effect::ChangesHere, "echo ran")).await;
        assert!(
            matches!(&report.ending, Ending::NotStarted { error } if !error.is_empty()),
            "{program} {report:?}"
        );
        assert_eq!(&*report.output, "", "{program}");
    }
}
