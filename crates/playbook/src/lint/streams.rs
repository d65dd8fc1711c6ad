//! W032: a log that is followed without end, and something after it that waits for its end.

use super::document::{Document, Finding, Placed};
use crate::shell::{Word, judge_call};
use crate::{Diagnostic, DiagnosticSeverity, Effect};

/// What stands between two calls of a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Pipe,
    /// `;`, `&&` or a line end: the second begins when the first is over.
    Then,
    /// `||` and `&`: the second does not wait for a good end.
    Apart,
}

/// How a command with a stream in it ends.
enum End {
    /// It has no stream, or something cuts the stream off.
    Ends,
    /// It goes on until it is interrupted.
    Never,
    /// A part of it waits for an end that never comes.
    Awaited(String),
}

pub(super) fn taken_for_ended(document: &Document<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut follows: Option<&Placed<'_>> = None;
    for placed in document.commands.iter().filter(|placed| placed.step.is_some()) {
        if let Some(stream) = follows.take().filter(|stream| share_a_fence(document, stream, placed)) {
            found.push(never_reached(document, stream, placed));
        }
        match end(placed) {
            End::Ends => {}
            End::Never => follows = Some(placed),
            End::Awaited(by) => {
                let message = format!("`{by}` waits for the end of a log that is followed without end");
                let first = placed.command.source.lines().next().unwrap_or_default();
                found.push(document.place(finding(message), placed.command.line, first));
            }
        }
    }
    found
}

fn finding(message: String) -> Finding {
    Finding {
        code: "W032",
        severity: DiagnosticSeverity::Warning,
        message,
        hint: "fetch what is there instead (--tail, --since, --history), or cut it off with `head` or `timeout`",
    }
}

fn never_reached(document: &Document<'_>, stream: &Placed<'_>, next: &Placed<'_>) -> Diagnostic {
    let first = next.command.source.lines().next().unwrap_or_default();
    let message = format!(
        "this is never reached when the fence is pasted: line {} follows a log without end",
        stream.command.line
    );
    document.place(finding(message), next.command.line, first)
}

fn share_a_fence(document: &Document<'_>, first: &Placed<'_>, second: &Placed<'_>) -> bool {
    let fence = document.fence_at(first.command.line);
    fence.is_some_and(|fence| second.command.line <= fence.last && second.command.condition.is_none())
}

fn end(placed: &Placed<'_>) -> End {
    let source = &placed.command.source;
    let is_timed = placed.calls.iter().any(|call| name(call) == "timeout");
    if placed.command.effect < Effect::FollowsLog || is_timed {
        return End::Ends;
    }
    let joints = joints(source);
    if joints.len() + 1 != placed.calls.len() {
        return End::Ends;
    }
    let Some(at) = placed.calls.iter().position(|call| is_stream(call)) else { return End::Ends };
    for (joint, call) in joints.iter().zip(placed.calls.iter().skip(1)).skip(at) {
        match joint {
            Joint::Apart => return End::Ends,
            Joint::Pipe if cuts_off(call) => return End::Ends,
            Joint::Pipe if !needs_end(call) => {}
            Joint::Pipe | Joint::Then => return End::Awaited(name(call).to_owned()),
        }
    }
    if source.trim_end().ends_with('&') { End::Ends } else { End::Never }
}

fn name(call: &[Word]) -> &str {
    call.first().and_then(Word::exact).unwrap_or("the rest")
}

fn is_stream(call: &[Word]) -> bool {
    let Some((first, words)) = call.split_first() else { return false };
    // Judged to follow because it once did; since modal 1.4 it does so only when it is told to.
    let ended_since = first.exact() == Some("modal") && !words.iter().any(|word| is_follow(&word.text));
    judge_call(first.exact(), words).effect == Effect::FollowsLog && !ended_since
}

fn is_follow(option: &str) -> bool {
    matches!(option, "-f" | "--follow")
}

/// Takes so much and ends.
fn cuts_off(call: &[Word]) -> bool {
    let has =
        |options: &[&str]| call.iter().any(|word| options.iter().any(|option| word.text.starts_with(option)));
    match name(call) {
        "head" => true,
        "grep" | "egrep" | "fgrep" | "rg" => has(&["-m", "-q", "--max-count", "--quiet"]),
        "sed" => call.iter().any(|word| word.text.ends_with('q')),
        _ => false,
    }
}

/// Says nothing before its input has ended.
fn needs_end(call: &[Word]) -> bool {
    let has = |options: &[&str]| call.iter().any(|word| options.contains(&word.text.as_str()));
    match name(call) {
        "sort" | "wc" | "tac" | "shuf" => true,
        "tail" => !has(&["-f", "-F", "--follow"]),
        "jq" => has(&["-s", "--slurp"]),
        "grep" | "egrep" => has(&["-c", "--count"]),
        _ => false,
    }
}

/// What joins the calls of a command, as far as quotes and escapes let a plain look tell.
fn joints(source: &str) -> Vec<Joint> {
    let bytes = source.trim_end().trim_end_matches(['&', ';']).as_bytes();
    let mut found = Vec::new();
    let mut quote = 0_u8;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        match (quote, byte) {
            (b'\'', b'\'') => quote = 0,
            (b'\'', _) => {}
            (_, b'\\') => at += 1,
            (b'"', b'"') => quote = 0,
            (b'"', _) => {}
            (_, b'\'' | b'"') => quote = *byte,
            (_, b'|' | b'&') if next == *byte => {
                found.push(if *byte == b'|' { Joint::Apart } else { Joint::Then });
                at += 1;
            }
            (_, b'|') => found.push(Joint::Pipe),
            (_, b';' | b'\n') => found.push(Joint::Then),
            // `2>&1` joins nothing.
            (_, b'&') if !matches!(bytes.get(at.wrapping_sub(1)), Some(b'>' | b'<')) && next != b'>' => {
                found.push(Joint::Apart);
            }
            _ => {}
        }
        at += 1;
    }
    found
}
