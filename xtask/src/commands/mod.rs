//! One chore a file, named as it is typed.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod docs;
pub(crate) mod drills;
#[cfg(feature = "docs")]
pub(crate) mod schema;
pub(crate) mod sim;
pub(crate) mod test;
pub(crate) mod tidy;
