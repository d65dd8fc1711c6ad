//! Outputs that would do something to a terminal, a page or a reader; and secrets in every disguise.

use super::{Before, printed};
use crate::{config, order};
use engine::ports::Executor as _;
use playbook::Effect;
use runner::Runner;
use std::path::Path;

/// Written with `printf`, and what remains of it.
const ESCAPES: [(&str, &str, &str); 16] = [
    ("colour", r"\033[31mred\033[0m", "red"),
    ("title", r"\033]0;pwned\007x", "x"),
    ("clipboard", r"\033]52;c;cHduZWQ=\033\\x", "x"),
    ("link", r"\033]8;;http://evil.test\033\\click\033]8;;\033\\", "click"),
    ("clear", r"\033[2J\033[Hx", "x"),
    ("cursor back over a line", r"safe\033[4Drm -rf", "saferm -rf"),
    ("device string", r"\033P+q544e\033\\x", "x"),
    ("private message", r"\033^x\033\\y", "y"),
    ("one-byte control sequence", r"\302\23331mx", "x"),
    ("character set", r"\033(0x", "x"),
    ("bell and backspace", r"a\007b\010c", "abc"),
    ("delete", r"a\177b", "ab"),
    ("return over a line", r"good\rbad", "good\nbad"),
    ("direction", r"a\342\200\256b\342\201\246c", "abc"),
    ("bytes that are no text", r"a\377\376b", "a\u{fffd}\u{fffd}b"),
    ("half an escape", r"a\033", "a"),
];

#[tokio::test]
async fn an_output_is_plain_text() {
    let runner = Runner::new(config(Path::new("/")));
    for (name, written, shown) in ESCAPES {
        let report = runner.run(&order(Effect::ReadsHere, &format!("printf '{written}'"))).await;
        assert_eq!(&*report.output, shown, "{name}");
    }
}

/// All 256 bytes in many orders: what is shown has no control characters but line ends and tabs.
#[tokio::test]
async fn noise_is_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let (before, config) = Before::new(folder.path());
    let report = Runner::new(config).run(&order(Effect::ReadsHere, "head -c 300000 /dev/urandom")).await;
    assert_eq!(report.output_bytes, 300_000);
    let wrong: Vec<char> =
        report.output.chars().filter(|c| c.is_control() && *c != '\n' && *c != '\t').collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    before.holds();
}

const SECRET: &str = "correct-horse-battery-staple";

/// How a secret may come out.
const DISGUISES: [(&str, &str); 10] = [
    ("plain", "echo $S"),
    (
        "in pieces with pauses",
        "printf %s ${S:0:9}; sleep 0.1; printf %s ${S:9:9} >&2; sleep 0.1; printf %s ${S:18}",
    ),
    ("byte by byte", "for ((i = 0; i < ${#S}; i++)); do printf %s \"${S:i:1}\"; done"),
    ("with colour in it", "printf '%s\\033[1m%s' ${S:0:5} ${S:5}"),
    ("in base64", "printf 'user:%s' $S | base64 -w0"),
    ("in base64 at another offset", "printf 'u:%s!' $S | base64 -w0"),
    ("over a border of what is read at once", "head -c 16370 /dev/zero | tr '\\0' .; echo $S"),
    (
        "over a border of what is kept",
        "head -c 16372 /dev/zero | tr '\\0' .; echo $S; head -c 100000 /dev/zero | tr '\\0' ,",
    ),
    ("in the tail", "head -c 300000 /dev/zero | tr '\\0' .; echo $S; head -c 16375 /dev/zero | tr '\\0' ,"),
    ("in a trace", "set -x; : $S"),
];

#[tokio::test]
async fn a_secret_is_masked_in_every_disguise() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.env.insert("S".to_owned(), SECRET.to_owned());
    config.secrets = vec![SECRET.to_owned()];
    let runner = Runner::new(config);
    for (name, source) in DISGUISES {
        let report = runner.run(&order(Effect::ReadsHere, source)).await;
        let shown = printed(&report);
        for part in [&SECRET[..8], &SECRET[8..16], &SECRET[20..]] {
            assert!(!shown.contains(part), "{name}: {part} in {shown}");
        }
        let encoded = ["Y29ycmVjdC1ob3JzZ", "vcnJlY3QtaG9yc2", "jb3JyZWN0LWhvcnNl"];
        assert!(encoded.iter().all(|part| !shown.contains(part)), "{name}: {shown}");
    }
    before.holds();
}
