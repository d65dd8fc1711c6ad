//! Schedules as calendars, for calendar programs: read without signing in, by an address that carries a secret of its own.

mod address;
mod serve;
mod shifts;
mod text;

pub(crate) use address::{forget, renew};
pub(crate) use serve::{file, known, routes};
pub(crate) use shifts::{Whose, names, roles_of};
