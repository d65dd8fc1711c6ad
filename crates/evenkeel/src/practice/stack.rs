//! The practice stack and a server beside it, both on loopback, in a folder that goes away.
//!
//! Lives here: what is started and stopped together. Must never be here: who breaks it, and who repairs it.

use crate::config::StatusSettings;
use crate::exit::{Failure, Kind};
use crate::wiring::{self, ReadPlaybook, Running, ServerSettings};
use channels::ChannelsConfig;
use core::time::Duration;
use engine::ports::Scope;
use incident::{Channel, Contact, PersonId, Policy, Responder, Roster};
use playbook::Playbook;
use range::{Load, Range, RangeConfig, tools};
use runner::RunnerConfig;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::auth::NewToken;

/// The playbook that comes with Evenkeel.
const OWN_PLAYBOOK: &[u8] = include_bytes!("../../../../playbooks/tabbi.md");

/// How a stack is wanted.
#[derive(Clone, Debug)]
pub(crate) struct StackOptions {
    /// Another playbook than the one that comes with Evenkeel.
    pub(crate) playbook: Option<PathBuf>,
    /// How many minutes pass in one.
    pub(crate) speed: f64,
    /// How busy the synthetic users are.
    pub(crate) load: Load,
    /// How long a log is followed, in the world's own time.
    pub(crate) follow_limit: Duration,
    /// Where the score cards of earlier drills are kept, for the console; `None`: nowhere yet.
    pub(crate) drills: Option<PathBuf>,
}

/// Stack and server.
pub(crate) struct Stack {
    pub(crate) range: Range,
    pub(crate) server: Running,
    /// The playbook's title.
    pub(crate) title: String,
    /// Everybody on the escalation path, each with a handset.
    pub(crate) people: Vec<Responder>,
    /// Whether the stand-in tools take options that the vendors' do not have.
    pub(crate) speaks_old_dialect: bool,
}

impl Stack {
    pub(crate) async fn start(folder: &Path, options: &StackOptions) -> Result<Self, Failure> {
        let read = match &options.playbook {
            Some(file) => wiring::read_playbook(file)?,
            None => own_playbook(),
        };
        let path = options.playbook.clone().unwrap_or_else(|| PathBuf::from("playbooks/tabbi.md"));
        let title = read.playbook.title.clone();
        let speaks_old_dialect = calls_unknown_options(&read.playbook);
        let people = people(&read.playbook);
        let mut config = RangeConfig::new(folder.join("range"));
        config.load = options.load;
        let range = Range::start(config).await.map_err(range_failed)?;
        let mut runner = runner(folder, &range, speaks_old_dialect)?;
        runner.follow_limit = options.follow_limit;
        let server =
            wiring::start(settings(folder, options, read, Seats { path, people: people.clone(), runner }))
                .await?;
        Ok(Self { range, server, title, people, speaks_old_dialect })
    }

    /// A key of the intake, made as any source's is.
    pub(crate) async fn source_key(&self, source: &str) -> Result<String, Failure> {
        self.token(source, Scope::Alerts).await
    }

    /// A token with which everything can be read over the API, and nothing changed.
    pub(crate) async fn reading_token(&self, name: &str) -> Result<String, Failure> {
        self.token(name, Scope::Read).await
    }

    async fn token(&self, name: &str, scope: Scope) -> Result<String, Failure> {
        let (access, ids) = (Arc::clone(&self.server.access), Arc::clone(&self.server.ids));
        let now = self.server.engine.clock().now();
        let new = NewToken { name: name.to_owned(), scope, person: None };
        self.server.make_token(move || web::auth::create_token(access.as_ref(), ids.as_ref(), now, new)).await
    }

    pub(crate) async fn stop(self) -> Result<(), Failure> {
        self.server.stop().await;
        self.range.stop().await.map_err(range_failed)
    }
}

/// A folder for one practice, which goes away with it.
pub(crate) fn folder(practice: &str) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::Builder::new().prefix(&format!("evenkeel-{practice}-")).tempdir();
    folder.map_err(|error| Failure::new(Kind::World, format!("no temporary folder: {error}")))
}

/// People read in the world's time, however fast the demonstration's clock runs: five minutes at its highest speed, 600.
const SHOWN_MIN: u32 = 5 * 600;

/// Who sits where, and with which tools.
struct Seats {
    path: PathBuf,
    people: Vec<Responder>,
    runner: RunnerConfig,
}

fn settings(folder: &Path, options: &StackOptions, read: ReadPlaybook, seats: Seats) -> ServerSettings {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let services = read.playbook.services.iter().map(|service| service.name.clone());
    let status =
        StatusSettings { title: "Practice status".to_owned(), ..StatusSettings::default() }.page(services);
    ServerSettings {
        listen: any,
        status_listen: Some(any),
        console_url: None,
        data: folder.join("data"),
        keep: crate::wiring::Place::Folder(folder.join("data")),
        storage: crate::config::Storage::Disk,
        playbook: read.playbook,
        playbook_texts: read.texts,
        playbook_path: seats.path,
        policy: Policy { approval_shown_min: SHOWN_MIN, ..Policy::default() },
        roster: roster(seats.people),
        channels: ChannelsConfig::default(),
        runner: seats.runner,
        agents: BTreeMap::new(),
        status_page: status,
        status_url: None,
        probes: Vec::new(),
        uplink: Vec::new(),
        heartbeats: Vec::new(),
        maintenance: Vec::new(),
        speed: options.speed,
        drills: options.drills.clone(),
    }
}

/// Each holds the role that they are named by.
pub(crate) fn roster(people: Vec<Responder>) -> Roster {
    let roles = people.iter().map(|person| (person.name.clone(), vec![person.id.clone()])).collect();
    Roster::new(people, roles, Vec::new())
}

pub(crate) fn own_playbook() -> ReadPlaybook {
    ReadPlaybook::built_in("tabbi.md", OWN_PLAYBOOK)
}

/// One person for each role of the escalation path, reached on a handset of the same name.
pub(crate) fn people(playbook: &Playbook) -> Vec<Responder> {
    let mut seen = BTreeSet::new();
    let targets = playbook.hops().map(|hop| hop.target.as_str());
    let mut people: Vec<Responder> = targets.filter(|target| seen.insert(*target)).map(responder).collect();
    if people.is_empty() {
        people.push(responder("On call"));
    }
    people
}

fn responder(role: &str) -> Responder {
    let words: Vec<String> = role
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let id = words.join("-");
    let contacts = vec![Contact::new(Channel::Handset, id.clone())];
    Responder { id: PersonId(id), name: role.to_owned(), contacts }
}

/// Commands see the stand-in tools first and the practice stack instead of the world.
fn runner(folder: &Path, range: &Range, old_dialect: bool) -> Result<RunnerConfig, Failure> {
    let bin = folder.join("bin");
    let failed =
        |error: std::io::Error| Failure::new(Kind::World, format!("cannot find this program: {error}"));
    tools::install(&bin, &std::env::current_exe().map_err(failed)?).map_err(range_failed)?;
    let path = wiring::own_variable("PATH").unwrap_or_default();
    let mut env = BTreeMap::from([
        ("PATH".to_owned(), format!("{}:{path}", bin.display())),
        ("HOME".to_owned(), folder.display().to_string()),
    ]);
    env.extend(range.child_env().map(|(name, value)| (name.to_owned(), value.display().to_string())));
    let vault = range.vault();
    env.extend(vault.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if old_dialect {
        env.insert("EVENKEEL_RANGE_DIALECT".to_owned(), "seed".to_owned());
    }
    let mut config = RunnerConfig::new(folder.to_path_buf(), env);
    config.secrets = vault.map(|(_, value)| value.to_owned()).into();
    // Practice also runs where commands cannot be confined.
    config.confinement = runner::Confinement::Waived;
    config.hidden = wiring::private(&folder.join("data"));
    Ok(config)
}

/// The compiler's code for options that a tool does not have.
fn calls_unknown_options(playbook: &Playbook) -> bool {
    playbook.diagnostics.iter().any(|found| found.code == "E020")
}

pub(crate) fn range_failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::World, format!("practice stack: {error}"))
}
