//! A page as a letter: headers that thread one incident, and plain text that reads well on a watch.

use crate::text::{one_line, plain_id, shortened};
use engine::ports::PageMessage;
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, address::AddressError};
use std::time::SystemTime;

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const REFERENCE: HeaderName = HeaderName::new_from_ascii_str("X-Evenkeel-Reference");
/// Longer subjects are cut off by everything that shows them.
const SUBJECT_CHARS_MAX: usize = 160;

/// Writes the letter; the error says why it can never be sent.
pub(super) fn write(message: &PageMessage, from: &Mailbox, now: Timestamp) -> Result<Message, String> {
    let to: Address = message.address.trim().parse().map_err(|error: AddressError| {
        format!("`{}` is no mail address: {error}", one_line(&message.address))
    })?;
    let domain = from.email.domain();
    let reference = plain_id(&message.reference);
    let thread = format!("<{}@{domain}>", plain_id(&message.incident.to_string()));
    let date = SystemTime::try_from(now).map_err(|error| format!("no date for the mail: {error}"))?;
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(one_line(&message.responder)).filter(|name| !name.is_empty()), to))
        .subject(shortened(&one_line(&message.short), SUBJECT_CHARS_MAX))
        .date(date)
        .message_id(Some(format!("<{reference}.{}@{domain}>", message.attempt)))
        .in_reply_to(thread.clone())
        .references(thread)
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(REFERENCE, one_line(&message.reference)))
        .header(ContentType::TEXT_PLAIN)
        .body(body(message))
        .map_err(|error| format!("no letter can be made of it: {error}"))
}

fn body(message: &PageMessage) -> String {
    let mut lines = vec![
        format!("{}: {}", one_line(&message.severity), one_line(&message.title)),
        String::new(),
        format!("Open and answer: {}", one_line(&message.link)),
    ];
    if message.possible_repeat {
        lines.push("An earlier attempt at this page may have arrived already.".to_owned());
    }
    if !message.long.is_empty() {
        lines.push(String::new());
        lines.extend(message.long.iter().map(|line| line.replace(['\r', '\n', '\0'], " ")));
    }
    lines.push(String::new());
    lines.push(format!("Reference {}, attempt {}", one_line(&message.reference), message.attempt));
    lines.push(String::new());
    lines.join("\n")
}
