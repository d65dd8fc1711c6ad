//! A JSON body as a tree that borrows from it, read under limits. What the values mean belongs to the formats.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;

use crate::failure::Failure;
use crate::limits::{DEPTH_MAX, VALUES_MAX};

/// One JSON value. Text without escapes is the body's own.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

static ABSENT: Json<'static> = Json::Null;

impl<'a> Json<'a> {
    /// Reads a whole text.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Failure> {
        let spent = Spent::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = Seed { depth: DEPTH_MAX, spent: &spent }.deserialize(&mut reader);
        read.and_then(|json| reader.end().map(|()| json)).map_err(|error| spent.failure(&error))
    }

    /// The field's value, the last if the name is there twice, null if it is absent.
    pub(crate) fn get(&self, name: &str) -> &Json<'a> {
        match self {
            Self::Object(fields) => {
                fields.iter().rev().find(|(known, _)| known == name).map_or(&ABSENT, |(_, value)| value)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => &ABSENT,
        }
    }

    /// The value's kind with its article, for messages.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// A string, number or boolean as text; nothing for the rest.
    pub(crate) fn scalar(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Whether the field is absent or null.
    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => out.serialize_unit(),
            Self::Bool(value) => out.serialize_bool(*value),
            Self::Number(value) => value.serialize(out),
            Self::Text(value) => out.serialize_str(value),
            Self::List(values) => out.collect_seq(values),
            Self::Object(fields) => out.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// Which limit ended the reading.
#[derive(Clone, Copy, Default)]
enum Overrun {
    #[default]
    Nothing,
    Depth,
    Values,
}

/// What reading one body has used up.
#[derive(Default)]
struct Spent {
    values: Cell<usize>,
    overrun: Cell<Overrun>,
}

impl Spent {
    fn failure(&self, error: &serde_json::Error) -> Failure {
        let (line, column) = (error.line(), error.column());
        match self.overrun.get() {
            Overrun::Depth => Failure::TooDeep { line, column },
            Overrun::Values => Failure::TooManyValues,
            Overrun::Nothing => Failure::NotJson { why: without_place(error), line, column },
        }
    }

    fn stop<E: Error>(&self, overrun: Overrun) -> E {
        self.overrun.set(overrun);
        E::custom("over the limit")
    }
}

/// The parser's words without its own "at line 1 column 2", which the failure says itself.
fn without_place(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    whole.rsplit_once(" at line ").map_or(whole.clone(), |(words, _)| words.into())
}

#[derive(Clone, Copy)]
struct Seed<'s> {
    depth: usize,
    spent: &'s Spent,
}

impl Seed<'_> {
    /// The seed for what is inside a list or object here.
    fn inside<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.spent.stop(Overrun::Depth)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Json<'de>, D::Error> {
        let values = self.spent.values.get() + 1;
        self.spent.values.set(values);
        if values > VALUES_MAX {
            return Err(self.spent.stop(Overrun::Values));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let inside = self.inside()?;
        let mut fields = Vec::new();
        while let Some(name) = entries.next_key_seed(Name)? {
            fields.push((name, entries.next_value_seed(inside)?));
        }
        Ok(Json::Object(fields))
    }
}

/// A field's name, borrowed where it has no escapes (`Cow`'s own impl always copies).
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Cow<'de, str>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a field's name")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.into()))
    }
}
