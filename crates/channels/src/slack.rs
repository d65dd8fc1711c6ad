//! Slack-compatible incoming webhooks (Slack, Mattermost, Rocket.Chat): a fallback text and blocks within their limits.

use crate::http::{Answer, Http, Post, try_again};
use crate::text::{one_line, shortened};
use engine::ports::{Coming, Courier, PageMessage};
use incident::{Channel, PageOutcome};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::sync::Arc;

/// Slack's limit for a header block.
const HEADER_CHARS_MAX: usize = 150;
/// Slack's limit for a section is 3,000, counted after escaping.
const SECTION_CHARS_MAX: usize = 2_900;

/// Carries pages to Slack-compatible webhooks.
pub(crate) struct Slack {
    http: Arc<Http>,
}

impl Slack {
    /// The courier.
    pub(crate) const fn new(http: Arc<Http>) -> Self {
        Self { http }
    }

    async fn send(&self, message: &PageMessage) -> PageOutcome {
        let (headers, body) = (HeaderMap::new(), payload(message).to_string());
        match self.http.post(Post { address: &message.address, headers, body }).await {
            Ok(answer) if answer.is_success() => taken(&answer),
            Ok(answer) => answer.into_failure(),
            Err(outcome) => outcome,
        }
    }
}

impl Courier for Slack {
    fn channel(&self) -> Channel {
        Channel::Slack
    }

    fn deliver<'a>(&'a self, message: &'a PageMessage) -> Coming<'a, PageOutcome> {
        Box::pin(self.send(message))
    }
}

/// A success counts only if the body says so too: proxies and sign-in pages answer 200 as well.
fn taken(answer: &Answer) -> PageOutcome {
    let body = answer.body().trim();
    let says_ok = |value: &Value| value.get("ok") == Some(&Value::Bool(true));
    if body == "ok" || serde_json::from_str(body).is_ok_and(|value| says_ok(&value)) {
        return PageOutcome::Delivered { reference: String::new() };
    }
    try_again(format!("the provider answered 200 without `ok`: `{}`", shortened(&one_line(body), 200)))
}

fn payload(message: &PageMessage) -> Value {
    let section = |text: String| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    let head = format!("{}: {}", one_line(&message.severity), one_line(&message.title));
    let head = json!({ "type": "plain_text", "text": shortened(&head, HEADER_CHARS_MAX), "emoji": false });
    let long = escaped(&message.long.join("\n"), SECTION_CHARS_MAX);
    let link = link(&message.link);
    let mut blocks = vec![json!({ "type": "header", "text": head })];
    if !long.trim().is_empty() {
        blocks.push(section(long));
    }
    blocks.push(section(format!("<{link}|Open and answer>")));
    let foot = json!({ "type": "mrkdwn", "text": escaped(&foot(message), SECTION_CHARS_MAX) });
    blocks.push(json!({ "type": "context", "elements": [foot] }));
    let text = format!("{} <{link}|Open>", escaped(&one_line(&message.short), SECTION_CHARS_MAX));
    json!({ "text": text, "blocks": blocks, "unfurl_links": false })
}

fn foot(message: &PageMessage) -> String {
    let repeat = if message.possible_repeat { " · possibly a repeat" } else { "" };
    format!("For {} · {}{repeat}", one_line(&message.responder), message.reference)
}

/// `&`, `<` and `>` as mrkdwn wants them, at most `max` characters afterwards, never half an escape.
fn escaped(text: &str, max: usize) -> String {
    let (mut out, mut count) = (String::new(), 0);
    for c in text.chars().filter(|c| !c.is_control() || *c == '\n') {
        let mut own = [0; 4];
        let piece = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            _ => c.encode_utf8(&mut own),
        };
        count += piece.chars().count();
        if count >= max {
            out.push('…');
            break;
        }
        out.push_str(piece);
    }
    out
}

/// A link must not end its own markup.
fn link(url: &str) -> String {
    one_line(url).replace('|', "%7C").replace('<', "%3C").replace('>', "%3E").replace(' ', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_never_torn() {
        assert_eq!(escaped("a <!channel> & b\u{7}", 100), "a &lt;!channel&gt; &amp; b");
        assert_eq!(escaped("a\nb", 100), "a\nb");
        for max in 1..40 {
            let text = escaped(&"<".repeat(20), max);
            assert!(text.chars().count() <= max, "{max}: {text}");
            assert_eq!(text.trim_end_matches('…').len() % 4, 0, "{max}: {text}");
        }
    }

    #[test]
    fn a_link_cannot_leave_its_brackets() {
        assert_eq!(link("https://x.test/a|b>c <d"), "https://x.test/a%7Cb%3Ec%20%3Cd");
    }
}
