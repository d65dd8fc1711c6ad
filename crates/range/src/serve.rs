//! Which service a process becomes: `range serve SERVICE --dir DIR`, called by the supervisor alone.

use std::path::Path;

use crate::log::ServiceName;
use crate::{RangeError, backend, edge, front, load, provider, sandbox, service, site};

/// Becomes a service until told to end. Blocks.
pub(crate) fn serve(name: ServiceName, dir: &Path) -> Result<(), RangeError> {
    match name {
        ServiceName::Front => service::run(name, dir, front::build),
        ServiceName::Edge => service::run(name, dir, edge::build),
        ServiceName::Sandbox => service::run(name, dir, sandbox::build),
        ServiceName::Backend => service::run(name, dir, backend::build),
        ServiceName::Load => service::run(name, dir, load::build),
        ServiceName::Provider => service::run(name, dir, provider::build),
        ServiceName::Site => service::run(name, dir, site::build),
    }
}

/// Becomes the agent of the sandbox in a folder; called by the sandbox service alone. Blocks.
pub(crate) fn serve_agent(folder: &Path) -> Result<(), RangeError> {
    sandbox::agent::run(folder)
}

/// The services that `range up` starts, in this order.
pub(crate) const STARTED: [ServiceName; 7] = ServiceName::ALL;
