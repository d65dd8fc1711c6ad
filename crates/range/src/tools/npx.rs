//! The stand-in for `npx`: it runs the two tools of these that are packages of npm, and fetches nothing.

use super::session::Session;
use super::{LABEL, convex, wrangler};
use crate::RangeError;

/// Runs `npx …`. What stands behind the package's name is the package's alone, as with the real one.
pub(super) fn run(session: &mut Session<'_>, args: &[String]) -> Result<i32, RangeError> {
    let own = args.iter().take_while(|arg| arg.starts_with('-')).count();
    let (flags, rest) = args.split_at(own);
    match rest.split_first() {
        Some((package, rest)) => match name_of(package) {
            "convex" => convex::run(session, rest),
            "wrangler" => wrangler::run(session, rest),
            _ => {
                let known = "only `npx convex` and `npx wrangler` are known here";
                session.remark(&format!("npx: {known}, not {package} ({LABEL})"))?;
                Ok(1)
            }
        },
        None if flags.iter().any(|flag| flag == "--version" || flag == "-v") => {
            session.say(&format!("npx 11 ({LABEL})"))?;
            Ok(0)
        }
        None => convex::help(session),
    }
}

/// A package may be named with a version or a tag, such as `wrangler@4`; there is one of each here.
fn name_of(package: &str) -> &str {
    match package.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        Some(_) | None => package,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_no_part_of_the_name() {
        for (package, name) in [
            ("convex", "convex"),
            ("wrangler@4.50.0", "wrangler"),
            ("convex@latest", "convex"),
            ("@scope/x", "@scope/x"),
        ] {
            assert_eq!(name_of(package), name);
        }
    }
}
