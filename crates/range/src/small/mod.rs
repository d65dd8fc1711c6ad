//! Small stand-ins for services which this range does not have in full yet: they speak the calls of the edge, keep next
//! to nothing, and fail at nothing.

pub(crate) mod backend;
