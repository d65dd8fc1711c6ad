//! Tools that work on this machine alone.

use super::super::argv::Spec;
use super::super::manifest::{Tool, Verb, verb};
use crate::Effect::{ChangesHere, Destroys, FollowsLog, ReadsHere, ReadsWorld, Waits};

const NONE: Spec = Spec::of("", "");

const fn tool(name: &'static str, verbs: &'static [Verb]) -> Tool {
    Tool { name, globals: NONE, verbs }
}

const LASTS: &str = "goes on until it is ended";
const READS: &[Verb] = &[verb("", ReadsHere, "only reads").any()];
const WRITES: &[Verb] = &[verb("", ChangesHere, "changes files on this machine").any()];
const REMOVES: &[Verb] = &[verb("", Destroys, "removes what cannot be brought back").any()];
const STOPS: &[Verb] = &[verb("", ChangesHere, "ends processes on this machine").any()];
const ASKS: &[Verb] = &[verb("", ReadsWorld, "only asks the network").any()];

pub(super) const TOOLS: &[Tool] = &[
    tool("grep egrep fgrep head wc cut tr cat ls echo true false pwd basename dirname realpath", READS),
    tool("readlink stat df du free uptime ps id whoami uname nproc cd tac rev nl fold paste comm diff cmp", READS),
    tool("md5sum sha256sum sha1sum strings column jq lscpu lsblk vmstat iostat groups lsmod", READS),
    tool("zcat zgrep w who last findmnt getent pgrep pidof pstree mpstat printenv seq", READS),
    // Others write a file of settings, fetch a list, or search the bus in a way that may stop the machine.
    tool("pmap", &[verb("", ReadsHere, "only reads").with("-x --extended -X -XX -d --device -q --quiet -p --show-path", "-A --range")]),
    tool("lspci", &[verb("", ReadsHere, "only reads").with("-v -vv -vvv -k -n -nn -t -D -P -PP -m -mm -x", "-s -d")]),
    tool("env", &[verb("", ReadsHere, "only lists variables").operands(0)]),
    tool("hostname", &[verb("", ReadsHere, "only reads").with("-f --fqdn -i -I -s -d -A", "").operands(0)]),
    tool("hostnamectl timedatectl", &[verb("", ReadsHere, "only reads").operands(0)]),
    tool("dmesg", &[verb("", ReadsHere, "only reads the kernel's messages")
        .with("-T --ctime -H --human -k -x --decode -e --reltime -w --follow", "-l --level -f --facility --since --until")
        .operands(0)
        .raised(&[("-w", FollowsLog, LASTS), ("--follow", FollowsLog, LASTS)])]),
    tool("top", &[verb("", FollowsLog, LASTS).with("-b -H -c -i", "-n -p -u -o -d -w")]),
    tool("sar", &[verb("", ReadsHere, "only reads").with("-u -r -q -b -d -S -W -A", "-n -P").glued("-f -s -e")]),
    tool("pidstat", &[verb("", ReadsHere, "only reads").with("-u -r -d -h -l -t -w", "-p -C")]),
    tool("file", &[verb("", ReadsHere, "only reads").with("-b -i -L", "")]),
    tool("tree", &[verb("", ReadsHere, "only reads").with("-a -d -h", "-L -I")]),
    tool("base64", &[verb("", ReadsHere, "only recodes").with("-d -D --decode", "-w")]),
    tool("yq", &[verb("", ReadsHere, "only reads").with("-r -e -P -j -y -N -M -C --raw-output", "-o --output-format -p -I")]),
    tool("rg", &[verb("", ReadsHere, "only reads")
        .with("-i -n -l -c -v -w -F -u -S -U --hidden --no-ignore", "-g -t -e -A -B -C -m")]),
    tool("pg_isready", ASKS),
    tool("mtr tracepath", &[verb("", ReadsWorld, "only asks the network").with("-r --report -n -w -b", "-c -m")]),
    // `-v` of printf may run what stands in a subscript.
    tool("printf", &[verb("", ReadsHere, "only prints")]),
    tool("lsof", &[verb("", ReadsHere, "only lists open files").with("-n -P -t -a -l", "-p -u -c -d").glued("-i -g -s")]),
    tool("mkdir touch cp mv tee ln chmod chown install tar gzip gunzip unzip", WRITES),
    tool("rm rmdir shred dd mkfs truncate reboot shutdown poweroff halt", REMOVES),
    tool("kill killall pkill", STOPS),
    tool("open xdg-open", &[verb("", ChangesHere, "opens a window on this machine").any()]),
    tool("sleep", &[verb("", Waits, "only waits").any()]),
    tool("dig host whois traceroute", ASKS),
    tool("nslookup", &[verb("", ReadsWorld, "only asks the network").with("", "-type -query")]),
    tool("sort", &[verb("", ReadsHere, "only reads").with(
        "-n --numeric-sort -r --reverse -u --unique -h --human-numeric-sort -f --ignore-case -V --version-sort -b -g -M \
         -s --stable -z -d -i",
        "-k --key -t --field-separator",
    )]),
    tool("uniq", &[verb("", ReadsHere, "only reads")
        .with("-c --count -d --repeated -u --unique -i --ignore-case -D -z", "-f -s -w")
        .operands(1)]),
    tool("tail", &[verb("", ReadsHere, "only reads")
        .with("-NUM -f --follow -F -q --quiet --silent -v --verbose -z --retry -r", "-n --lines -c --bytes -s --pid")
        .raised(&[
            ("-f", FollowsLog, "goes on until it is ended"),
            ("-F", FollowsLog, "goes on until it is ended"),
            ("--follow", FollowsLog, "goes on until it is ended"),
        ])]),
    tool("ss netstat", &[verb("", ReadsHere, "only lists connections").with("-t -u -l -n -p -a -s -4 -6 -r -i -e -o -h -m", "")]),
    tool("journalctl", &[verb("", ReadsHere, "only reads the journal")
        .with(
            "-f --follow -r --reverse -x --catalog --no-pager -k --dmesg -q --quiet -b --boot -e --pager-end --utc -a -m \
             --no-pager --no-hostname --disk-usage --list-boots -NUM",
            "-u --unit -p --priority -S --since -U --until -o --output -g --grep -t --identifier",
        )
        // A number behind it is taken for its value, and for a word that is sought: both only read.
        .glued("-n --lines")
        .raised(&[
            ("-f", FollowsLog, "goes on until it is ended"),
            ("--follow", FollowsLog, "goes on until it is ended"),
        ])]),
];
