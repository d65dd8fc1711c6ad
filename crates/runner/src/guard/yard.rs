//! A run's scratch folder: how full it is, and its removal. Follows no link out of it.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// More files and folders than this are too many, whatever they hold.
pub(super) const ENTRIES_MAX: usize = 20_000;

/// Whether it holds more than `bytes_max`, or more than [`ENTRIES_MAX`] files and folders.
pub(super) fn is_over(folder: &Path, bytes_max: u64) -> bool {
    let (mut bytes, mut entries) = (0_u64, 0_usize);
    // A file of just the right size takes a little more on the disk.
    let bytes_max = bytes_max.saturating_add(bytes_max / 16);
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(list) = fs::read_dir(&next) else { continue };
        for entry in list.flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            entries += 1;
            bytes = bytes.saturating_add(meta.blocks().saturating_mul(512));
            if bytes > bytes_max || entries > ENTRIES_MAX {
                return true;
            }
            if meta.is_dir() {
                open.push(entry.path());
            }
        }
    }
    false
}

/// Removes it with all that is in it, also folders that were closed to their owner.
pub(crate) fn remove(folder: &Path) {
    if fs::remove_dir_all(folder).is_ok() || !folder.exists() {
        return;
    }
    open_up(folder);
    // What cannot be removed now never will be; the system's own cleaning of its folder for such files remains.
    let _ = fs::remove_dir_all(folder);
}

fn open_up(folder: &Path) {
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        // What cannot be opened stays.
        let _ = fs::set_permissions(&next, fs::Permissions::from_mode(0o700));
        let Ok(list) = fs::read_dir(&next) else { continue };
        open.extend(
            list.flatten()
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|entry| entry.path()),
        );
    }
}
