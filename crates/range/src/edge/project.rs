//! The project that `wrangler deploy` ships: `wrangler.toml` with the settings of the next version under `[vars]` and
//! `[env.production.vars]`. The range writes one for a whole version; whoever practises may edit it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::settings::{self, Values};
use crate::RangeError;
use crate::state_file::write_unless_there;

/// Settings beyond this are no settings.
const BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Default, Deserialize)]
struct Project {
    #[serde(default)]
    vars: toml::Table,
    #[serde(default)]
    env: std::collections::BTreeMap<String, Environment>,
}

#[derive(Debug, Default, Deserialize)]
struct Environment {
    #[serde(default)]
    vars: toml::Table,
}

/// The range's own project file.
pub(crate) fn own_file(dir: &Path) -> PathBuf {
    dir.join("project").join("wrangler.toml")
}

/// Writes the range's own project file, unless somebody has one there already.
pub(crate) fn write_first(dir: &Path) -> Result<(), RangeError> {
    write_unless_there(&own_file(dir), || {
        let mut text = String::from(
            "# Practice project of Evenkeel's range: `wrangler deploy` ships these settings.\n\
             name = \"tabbi-api-practice\"\n\n[env.production.vars]\n",
        );
        for (name, value) in settings::whole() {
            text.push_str(&format!("{name} = {value:?}\n"));
        }
        text
    })
}

/// The settings for one environment; the error is words for whoever deploys.
pub(crate) fn read(path: &Path, environment: Option<&str>) -> Result<Values, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if text.len() > BYTES_MAX {
        return Err(format!("{}: more than {BYTES_MAX} bytes", path.display()));
    }
    let project: Project =
        toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.message()))?;
    let mut values = Values::new();
    let own = environment.and_then(|name| project.env.get(name)).map(|found| &found.vars);
    for (name, value) in project.vars.iter().chain(own.into_iter().flatten()) {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        values.insert(name.clone(), text);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_project_is_a_whole_version_and_an_edited_one_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        write_first(dir.path()).unwrap();
        let path = own_file(dir.path());
        assert_eq!(read(&path, Some("production")).unwrap(), settings::whole());
        assert_eq!(read(&path, None).unwrap(), Values::new(), "these are the settings of production alone");
        std::fs::write(&path, "[vars]\nA = 1\nB = \"b\"\n[env.production.vars]\nB = \"c\"\n").unwrap();
        write_first(dir.path()).unwrap();
        let read_again = read(&path, Some("production")).unwrap();
        assert_eq!(
            read_again.into_iter().collect::<Vec<_>>(),
            [("A", "1"), ("B", "c")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wrangler.toml");
        std::fs::write(&path, "vars = [").unwrap();
        let why = read(&path, None).unwrap_err();
        assert!(why.contains("wrangler.toml"), "{why}");
    }
}
