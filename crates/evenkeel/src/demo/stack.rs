//! The practice stack and a server beside it, both on loopback, in a folder that goes away.

use crate::cli::Demo;
use crate::exit::{Failure, Kind};
use crate::wiring::{self, ReadPlaybook, Running, ServerSettings};
use channels::ChannelsConfig;
use core::time::Duration;
use incident::{Channel, Contact, PersonId, Policy, Responder, Roster};
use playbook::Playbook;
use range::{Range, RangeConfig, tools};
use runner::RunnerConfig;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The playbook that comes with Evenkeel.
const OWN_PLAYBOOK: &[u8] = include_bytes!("../../../../playbooks/tabbi.md");

/// How long a log is followed, in the world's own time.
const FOLLOW_LIMIT: Duration = Duration::from_secs(3);

/// Stack and server.
pub(super) struct Stack {
    pub(super) range: Range,
    pub(super) server: Running,
    /// The playbook's title.
    pub(super) title: String,
    /// Everybody on the escalation path, each with a handset.
    pub(super) people: Vec<Responder>,
    /// Whether the stand-in tools take options that the vendors' do not have.
    pub(super) speaks_old_dialect: bool,
}

impl Stack {
    pub(super) async fn start(folder: &Path, args: &Demo) -> Result<Self, Failure> {
        let read = match &args.playbook {
            Some(file) => wiring::read_playbook(file)?,
            None => own_playbook(),
        };
        let path = args.playbook.clone().unwrap_or_else(|| PathBuf::from("playbooks/tabbi.md"));
        let title = read.playbook.title.clone();
        let speaks_old_dialect = calls_unknown_options(&read.playbook);
        let people = people(&read.playbook);
        let range = Range::start(RangeConfig::new(folder.join("range"))).await.map_err(range_failed)?;
        let runner = runner(folder, &range, speaks_old_dialect)?;
        let server =
            wiring::start(settings(folder, args, read, Seats { path, people: people.clone(), runner }))
                .await?;
        Ok(Self { range, server, title, people, speaks_old_dialect })
    }

    /// Deploys a version that cannot answer.
    pub(super) fn break_it(&self) -> Result<(), Failure> {
        self.range.deploy_bad().map(|_| ()).map_err(range_failed)
    }

    pub(super) async fn stop(self) -> Result<(), Failure> {
        self.server.stop().await;
        self.range.stop().await.map_err(range_failed)
    }
}

/// Who sits where, and with which tools.
struct Seats {
    path: PathBuf,
    people: Vec<Responder>,
    runner: RunnerConfig,
}

fn settings(folder: &Path, args: &Demo, read: ReadPlaybook, seats: Seats) -> ServerSettings {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let roles = seats.people.iter().map(|person| (person.name.clone(), vec![person.id.clone()])).collect();
    let components = read.playbook.services.iter().map(|service| service.name.clone()).collect();
    ServerSettings {
        listen: any,
        status_listen: Some(any),
        console_url: None,
        data: folder.join("data"),
        storage: crate::config::Storage::Disk,
        playbook: read.playbook,
        playbook_texts: read.texts,
        playbook_path: seats.path,
        policy: Policy::default(),
        roster: Roster::new(seats.people, roles, Vec::new()),
        channels: ChannelsConfig::default(),
        runner: seats.runner,
        status_title: "Practice status".to_owned(),
        status_url: None,
        components,
        probes: Vec::new(),
        uplink: Vec::new(),
        speed: args.speed,
    }
}

fn own_playbook() -> ReadPlaybook {
    ReadPlaybook::built_in("tabbi.md", OWN_PLAYBOOK)
}

/// One person for each role of the escalation path, reached on a handset of the same name.
fn people(playbook: &Playbook) -> Vec<Responder> {
    let mut seen = BTreeSet::new();
    let targets = playbook.escalation.values().flatten().map(|hop| hop.target.as_str());
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
    let contacts = vec![Contact { channel: Channel::Handset, address: id.clone() }];
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
    if old_dialect {
        env.insert("EVENKEEL_RANGE_DIALECT".to_owned(), "seed".to_owned());
    }
    let mut config = RunnerConfig::new(folder.to_path_buf(), env);
    config.follow_limit = FOLLOW_LIMIT;
    // The demo also runs where commands cannot be confined.
    config.confinement = runner::Confinement::Waived;
    config.hidden = wiring::private(&folder.join("data"));
    Ok(config)
}

/// The compiler's code for options that a tool does not have.
fn calls_unknown_options(playbook: &Playbook) -> bool {
    playbook.diagnostics.iter().any(|found| found.code == "E020")
}

pub(super) fn range_failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::World, format!("practice stack: {error}"))
}
