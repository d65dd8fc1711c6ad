//! The project that `npx convex deploy` ships: `convex/*.ts` with the constants of the functions' code. The range writes
//! whole ones; whoever practises may edit them.

use std::fs;
use std::path::{Path, PathBuf};

use super::settings::{CODE, Values, evaluated};
use crate::RangeError;
use crate::state_file::write_unless_there;

/// Files beyond this are no practice code.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Files of one project.
const FILES_MAX: usize = 100;

/// The range's own folder of functions.
pub(crate) fn own_folder(dir: &Path) -> PathBuf {
    dir.join("project").join("convex")
}

/// Writes the range's own functions, unless somebody has some there already.
pub(super) fn write_first(dir: &Path) -> Result<(), RangeError> {
    let folder = own_folder(dir);
    CODE.iter().map(|(file, _, _)| *file).try_for_each(|file| {
        write_unless_there(&folder.join(file), || {
            let mut text = String::from(
                "// Practice project of Evenkeel's range: `npx convex deploy` ships these constants. The functions\n\
                 // themselves are part of the range.\n",
            );
            for (_, name, value) in CODE.iter().filter(|(of, _, _)| *of == file) {
                text.push_str(&format!("export const {name} = {value};\n"));
            }
            text
        })
    })
}

/// The constants of all functions in a folder; the error is words for whoever deploys.
pub(crate) fn read(folder: &Path) -> Result<Values, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "ts"))
        .collect();
    files.sort_unstable();
    if files.is_empty() || files.len() > FILES_MAX {
        return Err(format!("{}: expected 1 to {FILES_MAX} functions (*.ts)", folder.display()));
    }
    let mut values = Values::new();
    for path in files {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if fs::metadata(&path).map_err(failed)?.len() > FILE_BYTES_MAX {
            return Err(format!("{}: more than {FILE_BYTES_MAX} bytes", path.display()));
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        values.extend(text.lines().filter_map(constant));
    }
    Ok(values)
}

/// `export const NAME = VALUE;`
fn constant(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.trim().strip_prefix("export const ")?.split_once('=')?;
    let value = rest.rsplit_once(';').map_or(rest, |(value, _)| value);
    Some((name.split(':').next().unwrap_or(name).trim().to_owned(), evaluated(value)))
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::*;

    #[test]
    fn the_first_project_is_whole_and_an_edited_one_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        write_first(dir.path()).unwrap();
        let folder = own_folder(dir.path());
        assert_eq!(read(&folder).unwrap(), Settings::whole().code);
        fs::write(folder.join("auth.ts"), "export const SESSION_TOKEN_TTL_MS: number = 5 * 1000; // short\n")
            .unwrap();
        write_first(dir.path()).unwrap();
        assert_eq!(read(&folder).unwrap()["SESSION_TOKEN_TTL_MS"], "5000");
        let why = read(&dir.path().join("nowhere")).unwrap_err();
        assert!(why.contains("nowhere"), "{why}");
    }
}
