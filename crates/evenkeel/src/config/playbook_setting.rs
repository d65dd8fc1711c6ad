//! The setting `playbook`: one file, or documents below a root.

use crate::exit::Failure;
use crate::wiring::{self, ReadPlaybook};
use core::fmt;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::path::{Path, PathBuf};

/// Where the team's playbook lies.
#[derive(Clone, Debug)]
pub(crate) enum PlaybookSetting {
    /// `playbook = "our-playbook.md"`, or a folder.
    Place(PathBuf),
    /// `[playbook]` with `root` and `paths`.
    Documents(Documents),
}

/// Documents below one root.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Documents {
    /// Nothing outside it is read; left out: the folder of the settings.
    #[serde(default)]
    root: PathBuf,
    /// Files and folders below it. Their order counts: of what there can be only one of, the first stands.
    paths: Vec<PathBuf>,
}

impl PlaybookSetting {
    /// The same, with relative paths below a folder.
    pub(super) fn below(self, folder: &Path) -> Self {
        match self {
            Self::Place(place) => Self::Place(folder.join(place)),
            Self::Documents(Documents { root, paths }) => {
                Self::Documents(Documents { root: folder.join(root), paths })
            }
        }
    }

    /// Reads and compiles it.
    pub(crate) fn read(&self) -> Result<ReadPlaybook, Failure> {
        match self {
            Self::Place(place) => wiring::read_playbook(place),
            Self::Documents(Documents { root, paths }) => wiring::read_documents(here(root), paths),
        }
    }

    /// What it is called on screens: the file, or the root.
    pub(crate) fn place(&self) -> PathBuf {
        match self {
            Self::Place(place) => place.clone(),
            Self::Documents(Documents { root, .. }) => here(root).to_path_buf(),
        }
    }
}

/// The empty path is the folder where the program was started.
fn here(root: &Path) -> &Path {
    if root.as_os_str().is_empty() { Path::new(".") } else { root }
}

impl<'de> Deserialize<'de> for PlaybookSetting {
    /// By hand, so that a wrong key in the table is named as everywhere else.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = PlaybookSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, or a table with `root` and `paths`")
            }

            fn visit_str<E: Error>(self, place: &str) -> Result<Self::Value, E> {
                Ok(PlaybookSetting::Place(place.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Documents::deserialize(MapAccessDeserializer::new(map)).map(PlaybookSetting::Documents)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
