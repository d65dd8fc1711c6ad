//! Settings of which there are several: not too many, and each with a name of its own.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeSet;

/// One of several.
pub(super) trait Named: Sized {
    /// What it is.
    const ONE: &str;
    /// What several are.
    const MANY: &str;
    /// More of them nobody keeps apart.
    const MAX: usize;
    /// What it becomes.
    type Checked;

    fn name(&self) -> &str;

    /// What it says, or what is wrong with it.
    fn read(self) -> Result<Self::Checked, String>;
}

/// All of them, each checked while the file is read, so that what is wrong with one is told with its line.
pub(super) fn checked<'de, S: Named + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<S::Checked>, D::Error> {
    let settings = Vec::<S>::deserialize(deserializer)?;
    if settings.len() > S::MAX {
        let (many, what, max) = (settings.len(), S::MANY, S::MAX);
        return Err(D::Error::custom(format!("{many} {what}; at most {max} are kept")));
    }
    if let Some(twice) = twice(settings.iter().map(S::name)) {
        return Err(D::Error::custom(format!("two {} have the name {twice:?}", S::MANY)));
    }
    settings.into_iter().map(|setting| one(setting).map_err(D::Error::custom)).collect()
}

fn one<S: Named>(setting: S) -> Result<S::Checked, String> {
    let name = setting.name().to_owned();
    let read = if web::auth::is_short_name(&name) {
        setting.read()
    } else {
        Err("name must be 1 to 60 letters, digits, or any of - _ . @".to_owned())
    };
    read.map_err(|why| format!("{} {name:?}: {why}", S::ONE))
}

/// The first that stands there a second time.
pub(super) fn twice<T: Ord + Copy>(all: impl IntoIterator<Item = T>) -> Option<T> {
    let mut seen = BTreeSet::new();
    all.into_iter().find(|one| !seen.insert(*one))
}
