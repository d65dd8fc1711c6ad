//! Drills as they are kept: score cards, read from the file to which `evenkeel drill` adds them.

mod card;

pub use card::{DrillCard, DrillTimes, HandledBy, Judged, RepairedBy, spent};

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

/// So much of the file is read, the newest: some thousand drills.
const FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// The cards of a file, oldest first. A file that is not there holds none; a line that cannot be read, as after a power
/// cut, is passed over.
///
/// # Errors
/// When there is a file and it cannot be read.
pub fn read_cards(path: &Path) -> io::Result<Vec<DrillCard>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(FILE_BYTES_MAX)))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn cards_are_read_past_a_torn_line_and_a_missing_file_holds_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("drills.jsonl");
        assert_eq!(read_cards(&path).unwrap(), []);
        let card = DrillCard {
            drill: "bad-deployment".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            playbook: "Tabbi".to_owned(),
            speed: 30.0,
            by: HandledBy::StandIn,
            times: DrillTimes { detected: Some(61), ..DrillTimes::default() },
            runbook: Judged { right: Some(true), first: "API Returning 5xx Errors".to_owned() },
            cause: Judged::default(),
            fixes: vec!["wrangler rollback".to_owned()],
            repaired_by: RepairedBy::Playbook,
            note: String::new(),
        };
        let line = serde_json::to_string(&card).unwrap();
        std::fs::write(&path, format!("{line}\n{}\n{line}\n", &line[..40])).unwrap();
        assert_eq!(read_cards(&path).unwrap(), [card.clone(), card]);
    }

    #[test]
    fn times_are_told_in_the_largest_fitting_units() {
        let told = [None, Some(59), Some(60), Some(200), Some(3_900)].map(spent);
        assert_eq!(told, ["not", "59 s", "1 min", "3 min 20 s", "1 h 5 min"]);
    }
}
