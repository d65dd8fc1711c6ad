//! `$X` and `${X}` that nothing in the command sets: the shell that runs one command alone would find them empty.

use super::place::is_name;

/// Variables that every shell has, or that belong to `awk`.
const KNOWN: &[&str] = &[
    "HOME",
    "PATH",
    "USER",
    "PWD",
    "SHELL",
    "HOSTNAME",
    "LANG",
    "TERM",
    "TMPDIR",
    "LOGNAME",
    "UID",
    "EUID",
    "PPID",
    "RANDOM",
    "SECONDS",
    "LINENO",
    "IFS",
    "OLDPWD",
    "OSTYPE",
    "BASH_VERSION",
    "PIPESTATUS",
    "NF",
    "NR",
    "_",
];

/// The name and length of the variable that begins a text with `$`.
pub(super) fn at(rest: &str) -> Option<(String, usize)> {
    let after = rest.strip_prefix('$')?;
    let (name, length) = match after.strip_prefix('{') {
        Some(inside) => braced(inside)?,
        None => {
            let length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            (&after[..length], length + 1)
        }
    };
    (is_name(name) && !KNOWN.contains(&name)).then(|| (name.to_owned(), length))
}

/// `${X}`, and `${X%y}` or `${#X}` too; `${X:-y}` and its like say themselves what happens when it is not set.
fn braced(inside: &str) -> Option<(&str, usize)> {
    let end = inside.find('}')?;
    let text = inside[..end].trim_start_matches(['#', '!']);
    let length = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, rest) = text.split_at(length);
    let provides = rest.starts_with(':') && rest[1..].starts_with(['-', '=', '?', '+'])
        || rest.starts_with(['-', '=', '?', '+']);
    (!provides).then_some((name, end + 3))
}

/// Where the text of a here-document begins and ends that no shell expands, as `<<'EOF'` has it.
pub(super) fn literal(source: &str) -> Option<core::ops::Range<usize>> {
    memchr::memmem::find(source.as_bytes(), b"<<")?;
    let at = ["<<'", "<<\"", "<<-'", "<<-\"", "<< '", "<< \"", "<<\\"]
        .iter()
        .find_map(|mark| source.find(mark).map(|at| at + mark.len()))?;
    let mark = source[at..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let start = at + source[at..].find('\n')?;
    let lines = source[start + 1..].split('\n').scan(start + 1, |offset, line| {
        let begins = *offset;
        *offset += line.len() + 1;
        Some((begins, line))
    });
    let end =
        lines.into_iter().find(|(_, line)| line.trim() == mark).map_or(source.len(), |(begins, _)| begins);
    Some(start..end)
}
