//! What goes with a statement: values and their types, so that nothing needs to be prepared.

use tokio_postgres::types::{ToSql, Type};

/// A value and its type.
pub(crate) type Parameter = (Box<dyn ToSql + Sync + Send>, Type);

/// A text as PostgreSQL can keep it: it has no place for the character zero.
pub(crate) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

pub(crate) fn text(text: impl Into<String>) -> Parameter {
    (Box::new(storable(text.into())), Type::TEXT)
}

pub(crate) fn maybe_text(text: Option<String>) -> Parameter {
    (Box::new(text.map(storable)), Type::TEXT)
}

pub(crate) fn number(number: i64) -> Parameter {
    (Box::new(number), Type::INT8)
}

pub(crate) fn seconds(seconds: f64) -> Parameter {
    (Box::new(seconds), Type::FLOAT8)
}

pub(crate) fn bytes(bytes: Vec<u8>) -> Parameter {
    (Box::new(bytes), Type::BYTEA)
}

pub(crate) fn texts(texts: Vec<String>) -> Parameter {
    (Box::new(texts.into_iter().map(storable).collect::<Vec<_>>()), Type::TEXT_ARRAY)
}

pub(crate) fn maybe_texts(texts: Vec<Option<String>>) -> Parameter {
    (Box::new(texts), Type::TEXT_ARRAY)
}

pub(crate) fn numbers(numbers: Vec<i64>) -> Parameter {
    (Box::new(numbers), Type::INT8_ARRAY)
}

pub(crate) fn maybe_numbers(numbers: Vec<Option<i64>>) -> Parameter {
    (Box::new(numbers), Type::INT8_ARRAY)
}

pub(crate) fn many_bytes(bytes: Vec<Vec<u8>>) -> Parameter {
    (Box::new(bytes), Type::BYTEA_ARRAY)
}
