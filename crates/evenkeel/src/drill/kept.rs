//! The score cards that are kept: one line of JSON a drill, in a file of the data folder. Lines are only ever added.

use crate::exit::{Failure, Kind};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use web::drills::{DrillCard, read_cards};

/// Where a data folder keeps them.
pub(crate) fn file(data: &Path) -> PathBuf {
    data.join("drills.jsonl")
}

/// Adds one, whole or not at all as far as other readers see: a line is written in one piece.
pub(super) fn keep(path: &Path, card: &DrillCard) -> Result<(), Failure> {
    let failed = |error: &dyn core::fmt::Display| {
        Failure::new(Kind::World, format!("cannot keep the score card in {}: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut line = serde_json::to_string(card).map_err(|error| failed(&error))?;
    line.push('\n');
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).map_err(|error| failed(&error))
}

/// Those of earlier drills, oldest first; none where there is no file.
pub(super) fn earlier(path: &Path) -> Result<Vec<DrillCard>, Failure> {
    read_cards(path).map_err(|error| {
        Failure::new(Kind::World, format!("cannot read the score cards in {}: {error}", path.display()))
    })
}
