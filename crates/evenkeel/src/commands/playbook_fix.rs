//! `evenkeel playbook check --fix`: the safe repairs as a patch. A person applies it; nothing is written here.

use crate::exit::{Failure, Kind};
use crate::wiring;
use playbook::Unfixable;
use similar::TextDiff;
use std::io::Write as _;
use std::path::Path;

/// Prints one unified diff over the documents' own bytes, whatever their encoding is.
pub(super) fn print_patch(file: &Path) -> Result<(), Failure> {
    let read = wiring::read_playbook(file)?;
    let mut out = std::io::stdout().lock();
    for number in (0..).take(read.playbook.documents.len()) {
        let path = read.path(number);
        let failed = |why: &str| Failure::new(Kind::Config, format!("{}: {why}", path.display()));
        let bytes = std::fs::read(&path).map_err(|error| failed(&error.to_string()))?;
        let fixed = playbook::fixed(&bytes).map_err(|why| failed(words(why)))?;
        let name = header(&path.display().to_string());
        let diff = TextDiff::from_lines(bytes.as_slice(), fixed.as_slice());
        let written = diff.unified_diff().header(&name, &name).to_writer(&mut out);
        // Whoever reads the patch may have seen enough.
        if written.and_then(|()| out.flush()).is_err() {
            return Err(Failure::new(Kind::SeenEnough, ""));
        }
    }
    Ok(())
}

/// A name with a blank in it ends at a tab: `patch` takes what stands before the first blank otherwise.
fn header(name: &str) -> String {
    if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
}

fn words(why: Unfixable) -> &'static str {
    match why {
        Unfixable::Encoding => "it is not UTF-8, so no patch fits it; save it as UTF-8 first",
        Unfixable::LineEnds => "its lines end with carriage returns alone, so no patch fits it",
    }
}
