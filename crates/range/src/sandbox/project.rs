//! The project that `modal deploy sandbox.py` ships: the constants at the beginning of its lines are the settings of the
//! next version. The range writes one for a whole version; whoever practises may edit it.

use std::path::{Path, PathBuf};

use super::settings::{self, Values};
use crate::RangeError;
use crate::state_file::write_unless_there;

/// A longer file is no project of this range.
const BYTES_MAX: u64 = 256 * 1024;
/// What the real file would go on with; nothing of it is run.
const CODE: &str = "
import modal

app = modal.App(\"coding-agent-sandbox\")


@app.function(max_containers=MAX_CONTAINERS)
def create_sandbox(session, repository, token):
    ...
";

/// The range's own project file.
pub(crate) fn own_file(dir: &Path) -> PathBuf {
    dir.join("project").join("sandbox.py")
}

/// Writes the range's own project file, unless somebody has one there already.
pub(crate) fn write_first(dir: &Path) -> Result<(), RangeError> {
    write_unless_there(&own_file(dir), || {
        let mut text = String::from(
            "# Practice project of Evenkeel's range: `modal deploy sandbox.py` ships these settings.\n",
        );
        for (name, value) in settings::listed() {
            match value.parse::<u64>() {
                Ok(number) => text.push_str(&format!("{name} = {number}\n")),
                Err(_) => text.push_str(&format!("{name} = '{value}'\n")),
            }
        }
        text + CODE
    })
}

/// The settings in a project file; what it does not name is left out. The error is words for whoever deploys.
pub(crate) fn read(path: &Path) -> Result<Values, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if std::fs::metadata(path).map_err(failed)?.len() > BYTES_MAX {
        return Err(format!("{}: more than {BYTES_MAX} bytes", path.display()));
    }
    let values = constants(&std::fs::read_to_string(path).map_err(failed)?);
    settings::check(&values).map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(values)
}

/// `NAME = 12` and `NAME = "text"` at the beginning of a line, with or without a comment.
fn constants(text: &str) -> Values {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim_end(), value.trim()))
        .filter(|(name, _)| settings::is_known(name))
        .map(|(name, value)| (name.to_owned(), unquoted(value).to_owned()))
        .collect()
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside;
        }
    }
    value.split('#').next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_project_is_a_whole_version_and_an_edited_one_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        write_first(dir.path()).unwrap();
        let path = own_file(dir.path());
        assert_eq!(read(&path).unwrap(), settings::whole());
        std::fs::write(&path, "CLONE_DEPTH = 0  # all of it\nAGENT_CONFIG = '{\"a\": 1}' # odd\nOTHER = 3\n")
            .unwrap();
        write_first(dir.path()).unwrap();
        let read_again: Vec<_> = read(&path).unwrap().into_iter().collect();
        let expected = [("AGENT_CONFIG", "{\"a\": 1}"), ("CLONE_DEPTH", "0")];
        assert_eq!(read_again, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sandbox.py");
        assert!(read(&path).unwrap_err().contains("sandbox.py"));
        std::fs::write(&path, "MEMORY_MB = lots\n").unwrap();
        assert!(read(&path).unwrap_err().ends_with("MEMORY_MB is \"lots\", not a number"));
    }
}
