//! `evenkeel db …`: moves, keeps and brings back everything that a server keeps.

use crate::cli::{DbVerb, Reach};
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::print;
use crate::wiring::{Database, Place, Steady, database};
use channels::Secret;
use engine::ports::Clock as _;
use serde_json::json;
use std::path::{Path, PathBuf};
use store::{Carried, CopyError, End, Purpose, copy};

pub(super) fn run(reach: &Reach, verb: &DbVerb) -> Result<(), Failure> {
    match verb {
        DbVerb::Copy { from, to } => move_all(reach, from, to),
        DbVerb::Backup { file, config } => back_up(reach, file, &Config::read(config)?),
        DbVerb::Restore { file, config } => restore(reach, file, &Config::read(config)?),
        DbVerb::Wake { config } => wake(&Config::read(config)?),
    }
}

fn move_all(reach: &Reach, from: &str, to: &str) -> Result<(), Failure> {
    let (from, to) = (place(from)?, place(to)?);
    if let Place::File(file) = &from
        && !file.exists()
    {
        return Err(Failure::new(Kind::Refused, format!("there is no database {}", file.display())));
    }
    let from = still(from.open()?)?;
    let to = still(to.open()?)?;
    told(reach, &copy(from.end(), to.end(), &Purpose::Move).map_err(|error| refused(&error))?)
}

fn back_up(reach: &Reach, file: &Path, config: &Config) -> Result<(), Failure> {
    if file.exists() {
        let taken = format!("{} exists already; a backup is a new file", file.display());
        return Err(Failure::new(Kind::Refused, taken));
    }
    // Under another name until it is whole: what bears the name of a backup is one.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let making = tempfile::Builder::new()
        .prefix(".evenkeel-backup-")
        .tempdir_in(folder)
        .map_err(|error| world(&error))?;
    let unfinished = making.path().join("evenkeel.db");
    let target = Place::File(unfinished.clone()).open()?;
    let carried = match Place::of(config) {
        Place::Folder(data) => {
            let live = database(&data);
            if !live.exists() {
                return Err(Failure::new(Kind::Refused, format!("there is no database {}", live.display())));
            }
            copy(End::FileInUse(&live), target.end(), &Purpose::Move)
        }
        shared => copy(shared.open()?.end(), target.end(), &Purpose::Move),
    };
    let carried = carried.map_err(|error| refused(&error))?;
    // The last handle moves the log into the file.
    drop(target);
    std::fs::rename(&unfinished, file).map_err(|error| world(&error))?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| world(&error))?;
    told(reach, &carried)
}

fn restore(reach: &Reach, file: &Path, config: &Config) -> Result<(), Failure> {
    if !file.is_file() {
        return Err(Failure::new(Kind::Refused, format!("there is no backup {}", file.display())));
    }
    let target = still(Place::of(config).open()?)?;
    // The backup stays as it is: a copy of it is brought up to date first, if it is of an older version.
    let beside = tempfile::tempdir().map_err(|error| world(&error))?;
    let copied = beside.path().join("evenkeel.db");
    std::fs::copy(file, &copied).map_err(|error| world(&error))?;
    let source = Place::File(copied).open()?;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let purpose = Purpose::Restore { at: Steady::new(1.0).now(), source: name };
    told(reach, &copy(source.end(), target.end(), &purpose).map_err(|error| refused(&error))?)?;
    match target.asks()? {
        Some(asks) if !reach.json => print::line(format!("{asks}\n`evenkeel db wake` lets them go")),
        Some(_) | None => Ok(()),
    }
}

fn wake(config: &Config) -> Result<(), Failure> {
    let database = Place::of(config).open()?;
    match database.asks()? {
        None => print::line("it was not restored, or may wake people already"),
        Some(asks) => {
            database.let_go()?;
            print::line(format!("it may wake people from the next start on: {asks}"))
        }
    }
}

/// A data folder, a file, an address, or settings that name one of them.
fn place(named: &str) -> Result<Place, Failure> {
    let is = |end: &str| Path::new(named).extension().is_some_and(|extension| extension == end);
    Ok(if named.starts_with("postgres://") || named.starts_with("postgresql://") {
        Place::Shared(Secret::new(named.to_owned()))
    } else if is("toml") {
        match Place::of(&Config::read(Path::new(named))?) {
            Place::Folder(data) => Place::File(database(&data)),
            other => other,
        }
    } else if is("db") {
        Place::File(PathBuf::from(named))
    } else {
        Place::File(database(Path::new(named)))
    })
}

/// A database on which no server is at work. A file's lock has said so already.
fn still(database: Database) -> Result<Database, Failure> {
    match database.servers_at_work()? {
        0 => Ok(database),
        count => {
            let at_work = format!("{}: {count} server(s) are at work on it", database.name());
            Err(Failure::new(Kind::Refused, at_work)
                .hint("stop them first; a killed one counts for 15 seconds more"))
        }
    }
}

fn told(reach: &Reach, carried: &[Carried]) -> Result<(), Failure> {
    if reach.json {
        let tables =
            carried.iter().map(|one| json!({ "table": one.table, "rows": one.rows, "sha256": one.digest }));
        return print::json(&tables.collect::<Vec<_>>());
    }
    let row = |one: &Carried| {
        let digest = one.digest.get(..16).unwrap_or_default();
        vec![one.table.to_owned(), one.rows.to_string(), format!("sha256 {digest}…, the same at both ends")]
    };
    print::table(&carried.iter().map(row).collect::<Vec<_>>())
}

fn refused(error: &CopyError) -> Failure {
    let kind = match error {
        CopyError::NotEmpty { .. } | CopyError::OtherVersion(_) => Kind::Refused,
        CopyError::Differs { .. } | CopyError::Failed { .. } => Kind::World,
    };
    Failure::new(kind, error.to_string())
}

fn world(error: &std::io::Error) -> Failure {
    Failure::new(Kind::World, error.to_string())
}
