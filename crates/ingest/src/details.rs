//! Free JSON beside an event, flattened to labels.

use alloc::format;
use alloc::string::String;

use crate::json::Json;
use crate::labels::Kept;

/// Keeps each field of an object as `<name>.<field>`, and anything else under the name itself.
pub(crate) fn keep(kept: &mut Kept, name: &str, details: &Json<'_>) {
    match details {
        Json::Object(fields) => {
            // From the last, because the last of a name counts and the first kept stays.
            for (field, value) in fields.iter().rev() {
                kept.keep(&format!("{name}.{field}"), &as_text(value));
            }
        }
        Json::Null => {}
        Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => kept.keep(name, &as_text(details)),
    }
}

/// A scalar as its text, a list or object as JSON, null as nothing.
fn as_text(value: &Json<'_>) -> String {
    match value.scalar() {
        Some(text) => text.into_owned(),
        None if value.is_null() => String::new(),
        None => serde_json::to_string(value).unwrap_or_default(),
    }
}
