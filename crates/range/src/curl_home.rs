//! The `.curlrc` which leads an unedited `curl https://api.tabbi.dev/health` to the range. curl's own settings only:
//! neither the system's name resolution nor its trust store is touched.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::RangeError;
use crate::state_file::{make_dir, write_whole};

/// Writes `home/.curlrc` in the range's directory and returns the directory to name in `CURL_HOME`.
pub(crate) fn write(
    dir: &Path,
    ca: &Path,
    http: SocketAddr,
    https: SocketAddr,
) -> Result<PathBuf, RangeError> {
    let home = dir.join("home");
    make_dir(&home)?;
    write_whole(&home.join(".curlrc"), text(ca, http, https).as_bytes())?;
    Ok(home)
}

/// Every name on the web's two ports leads to the range: a practised command never reaches the world by mistake. A name
/// that the range has no certificate for fails, as it should.
fn text(ca: &Path, http: SocketAddr, https: SocketAddr) -> String {
    format!(
        "# Practice range: a curl started with this CURL_HOME reaches loopback only.\n\
         cacert = \"{}\"\nconnect-to = \":443:{https}\"\nconnect-to = \":80:{http}\"\n\
         noproxy = \"*\"\nno-progress-meter\nmax-time = 10\n",
        ca.display()
    )
}
