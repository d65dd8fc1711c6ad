//! Puts the rooms together: settings in, a running server out. Decides nothing.

mod ahead;
mod answers_file;
mod chance;
mod clock;
mod database;
mod plan;
mod playbook_files;
mod running;
mod server;
mod switch;

pub(crate) use ahead::{AHEAD_DAYS, look_ahead};
pub(crate) use answers_file::change;
pub(crate) use chance::{Chance, hex};
pub(crate) use clock::Steady;
pub(crate) use database::{Database, Place, database};
pub(crate) use plan::plan;
pub(crate) use playbook_files::{ReadPlaybook, read_documents, read_playbook};
pub(crate) use running::{command_runner, own_variable, private, run_settings};
pub(crate) use server::{Running, ServerSettings, start, storage_failed, unreachable};

/// `ring` is the one crypto library of the program.
pub(crate) fn use_ring() {
    // An error means that it is in use already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
