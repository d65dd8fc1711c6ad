//! `curl`: reads with GET and HEAD, changes with everything else.

use super::super::Verdict;
use super::super::argv::{Args, Spec};
use super::super::word::{Shape, Word};
use super::actions;
use crate::Effect;

const SPEC: Spec = Spec::of(
    "-s --silent -S --show-error -f --fail --fail-with-body --fail-early -i --include -I --head -v --verbose \
               -L --location -k --insecure -g --globoff -N --no-buffer -# --progress-bar -4 --ipv4 -6 --ipv6 --http1.0 \
               --http1.1 -0 --http2 --http3 --compressed --no-progress-meter -G --get --path-as-is --raw -q --disable \
               --tlsv1.2 --tlsv1.3 --ssl-reqd --no-keepalive --tcp-nodelay --retry-all-errors --retry-connrefused \
               -O --remote-name -J --remote-header-name",
    "-H --header -A --user-agent -e --referer -m --max-time --connect-timeout --retry --retry-delay \
             --retry-max-time -w --write-out -u --user -b --cookie --resolve --connect-to --cacert --url -r --range \
             --interface --max-redirs -y --speed-time -Y --speed-limit --noproxy --oauth2-bearer --limit-rate --proto \
             -X --request -o --output -D --dump-header -c --cookie-jar -d --data --data-raw --data-binary --data-ascii \
             --data-urlencode -F --form --form-string -T --upload-file --json --cert -E --key",
);

const DATA: &str = "-d --data --data-raw --data-binary --data-ascii --data-urlencode";
const UPLOADS: &str = "-F --form --form-string -T --upload-file --json";
const FILES: &str = "-o --output -D --dump-header -c --cookie-jar";

pub(super) fn judge(words: &[Word]) -> Verdict {
    let args = Args::read(words, &[SPEC]);
    if let Some(unknown) = args.unknown.first() {
        return Verdict::unknown(format!("nobody has vouched for {unknown} of `curl`"));
    }
    if args.has("--next") || args.operands.is_empty() && args.values("--url").next().is_none() {
        return Verdict::unknown("`curl` has no address that is known");
    }
    let mut verdict = addresses(&args).worst(method(&args)).worst(headers(&args));
    for file in args.values(FILES).filter(|file| !matches!(file.exact(), Some("/dev/null" | "-"))) {
        verdict = verdict
            .worst(Verdict::new(Effect::ChangesHere, format!("`curl` writes the file `{}`", file.text)));
    }
    if args.has("-O") || args.has("--remote-name") {
        verdict = verdict.worst(Verdict::new(Effect::ChangesHere, "`curl -O` writes a file"));
    }
    verdict
}

fn method(args: &Args) -> Verdict {
    let changes = |what: String| Verdict::new(Effect::ChangesProduction, what);
    let mut verdict = Verdict::new(Effect::ReadsWorld, "`curl` only asks, with GET or HEAD");
    for method in args.values("-X --request") {
        match method.exact() {
            Some("GET" | "HEAD" | "OPTIONS") => {}
            Some(other) => {
                verdict = verdict.worst(changes(format!("`curl` sends {other}, which may change something")));
            }
            None => {
                verdict =
                    verdict.worst(Verdict::unknown("`curl` uses a method that is only known when it runs"));
            }
        }
    }
    if args.values(UPLOADS).next().is_some() {
        return verdict.worst(changes("`curl` uploads data".to_owned()));
    }
    let asks = args.has("-G") || args.has("--get");
    let action = args.values(DATA).find_map(|value| actions::named(&value.text)).filter(|_| asks);
    if let Some(action) = action {
        return verdict.worst(names(&action));
    }
    let only_text = args.values(DATA).all(|value| value.exact().is_some_and(|text| !text.contains('@')));
    if args.values(DATA).next().is_some() && !(asks && only_text) {
        return verdict.worst(changes("`curl` sends data".to_owned()));
    }
    verdict
}

fn headers(args: &Args) -> Verdict {
    for header in args.values("-H --header") {
        let text = header.text.to_ascii_lowercase();
        let name = text.split([':', ';']).next().unwrap_or_default();
        // A name that is not whole may become any.
        let is_open = header.shape != Shape::Exact && name == text;
        let acts = ["method", "override", "action"].iter().any(|word| name.contains(word));
        if is_open || acts || text.starts_with('@') || text.contains("override") || text.is_empty() {
            return Verdict::unknown("`curl` sends a header that may change what it asks for");
        }
    }
    for format in args.values("-w --write-out") {
        if format.exact().is_none_or(|text| text.contains("%output") || text.starts_with('@')) {
            return Verdict::unknown("`curl` writes its report where it is told to");
        }
    }
    Verdict::new(Effect::ReadsHere, "")
}

fn addresses(args: &Args) -> Verdict {
    args.operands
        .iter()
        .chain(args.values("--url"))
        .map(address)
        .fold(Verdict::new(Effect::ReadsHere, ""), Verdict::worst)
}

fn address(word: &Word) -> Verdict {
    let text = word.text.to_ascii_lowercase();
    let known_host = text.starts_with("http://") || text.starts_with("https://");
    if word.exact().is_none() {
        return Verdict::unknown("`curl` uses an address that is only known when it runs");
    }
    let hosted = text.starts_with("localhost") || (text.contains('.') && !text.contains(':'));
    if !(known_host || hosted) {
        return Verdict::unknown("`curl` uses an address that is not plainly http");
    }
    let path = word
        .text
        .splitn(2, "://")
        .last()
        .and_then(|rest| rest.split_once(['/', '?']))
        .map_or("", |(_, path)| path);
    match actions::named(path) {
        Some(action) => names(&action),
        None => Verdict::new(Effect::ReadsWorld, "`curl` only asks, with GET or HEAD"),
    }
}

fn names(action: &str) -> Verdict {
    Verdict::unknown(format!("the address names an action ({action}), so asking may change something"))
}

/// `wget` writes a file, unless it is told to print what it gets or only to ask whether it is there.
pub(super) fn wget(words: &[Word]) -> Verdict {
    let spec = Spec::of(
        "-q -nv -S --spider --server-response --no-check-certificate --quiet",
        "-O --output-document -T --timeout -t --tries -U",
    );
    let args = Args::read(words, &[spec]);
    if let Some(unknown) = args.unknown.first() {
        return Verdict::unknown(format!("nobody has vouched for {unknown} of `wget`"));
    }
    if args.operands.is_empty() {
        return Verdict::unknown("`wget` has no address that is known");
    }
    let given: Vec<&Word> = args.values("-O --output-document").collect();
    let prints = |file: &&Word| matches!(file.exact(), Some("-" | "/dev/null"));
    // The file is emptied although nothing is fetched.
    if given.is_empty() && args.has("--spider") || (!given.is_empty() && given.iter().all(prints)) {
        addresses(&args)
    } else {
        addresses(&args).worst(Verdict::new(Effect::ChangesHere, "`wget` writes a file"))
    }
}
