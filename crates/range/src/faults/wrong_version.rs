//! A fault that is a version: settings which somebody deployed in good faith, with one change that breaks something. It is
//! there while such a version is live, and gone when a version without it is.

use std::collections::BTreeMap;

/// Settings of a version, by name.
type Values = BTreeMap<String, String>;

/// A change of settings that breaks something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrongVersion {
    /// The fault's name.
    pub(crate) name: &'static str,
    /// What whoever deployed it believed.
    pub(crate) message: &'static str,
    /// Settings and their wrong values; `None` leaves one out.
    pub(crate) changes: &'static [(&'static str, Option<&'static str>)],
}

impl WrongVersion {
    /// Whether a version with these settings has it.
    pub(crate) fn is_in(&self, values: &Values) -> bool {
        self.changes.iter().all(|(name, value)| values.get(*name).map(String::as_str) == *value)
    }

    /// Settings with the fault.
    pub(crate) fn put_into(&self, mut values: Values) -> Values {
        for (name, value) in self.changes {
            match value {
                Some(value) => drop(values.insert((*name).to_owned(), (*value).to_owned())),
                None => drop(values.remove(*name)),
            }
        }
        values
    }

    /// Settings without it: what it changed is as in a whole version again, the rest stays.
    pub(crate) fn take_out_of(&self, mut values: Values, whole: &Values) -> Values {
        for (name, _) in self.changes {
            if let Some(value) = whole.get(*name) {
                values.insert((*name).to_owned(), value.clone());
            }
        }
        values
    }
}
