//! The one place where the range reads its environment. The stand-ins are started by shells and runbooks, not by our
//! own wiring, so two variables are all they can be told by.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::tools::Dialect;

/// The directory of the range that the stand-in tools act on.
pub(crate) const DIR: &str = "EVENKEEL_RANGE_DIR";
/// `seed` lets the stand-ins take arguments which the real tools refuse.
pub(crate) const DIALECT: &str = "EVENKEEL_RANGE_DIALECT";

/// The range's directory, when one is named.
pub(crate) fn dir() -> Option<PathBuf> {
    read(DIR).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// How strictly the stand-ins read their arguments.
pub(crate) fn dialect() -> Dialect {
    if read(DIALECT).is_some_and(|value| value == "seed") { Dialect::Seed } else { Dialect::Real }
}

/// Where child processes look for their programs.
pub(crate) fn path() -> OsString {
    read("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the range is a stranger to evenkeel::config; this is its one place"
)]
fn read(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
