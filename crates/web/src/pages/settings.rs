//! Settings as they stand, to be read: people, roles, channels. They are changed in the file.

use super::watch::channels;
use crate::app::App;
use crate::auth::SignedIn;
use crate::error::PageProblem;
use crate::view::{Chrome, Frame, Nav, Tag, effect_words, html};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use engine::Settings;
use engine::ports::{Account, Scope};
use incident::{Channel, DelayReading, Policy};

/// Settings, to be read.
#[derive(Template)]
#[template(path = "settings/page.html")]
pub(crate) struct SettingsPage {
    pub(crate) chrome: Chrome,
    pub(crate) people: Vec<PersonRow>,
    pub(crate) roles: Vec<(String, String)>,
    pub(crate) catch_all: Vec<String>,
    pub(crate) channels: Vec<Tag>,
    pub(crate) sources: Vec<String>,
    pub(crate) policy: Vec<(&'static str, String)>,
    pub(crate) playbook_path: String,
}

/// A secret that was just made.
#[derive(Template)]
#[template(path = "settings/made.html")]
pub(crate) struct MadePage {
    pub(crate) chrome: Chrome,
    pub(crate) heading: String,
    pub(crate) secret: String,
    /// Where it goes on, and what that is called.
    pub(crate) back: (&'static str, &'static str),
}

/// Shows a secret, once.
pub(crate) fn made(frame: &Frame, heading: String, secret: String) -> MadePage {
    let back = ("/settings", "settings");
    MadePage { chrome: frame.chrome("Made", Nav::Settings, "/settings"), heading, secret, back }
}

impl MadePage {
    /// The same for what was asked for on the page of schedules.
    pub(crate) fn of_schedules(mut self) -> Self {
        (self.chrome.nav, self.back) = (Nav::Schedules, ("/schedules", "schedules"));
        self
    }
}

/// One person.
pub(crate) struct PersonRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) contacts: Vec<Reach>,
    /// Whether they can sign in, and who could do it in their stead.
    pub(crate) account: String,
}

/// One way to reach them. Addresses of webhooks are secrets, so only handsets are named.
pub(crate) struct Reach {
    pub(crate) channel: &'static str,
    pub(crate) handset: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    let tokens = app.access(|access| access.tokens()).await?;
    let sources = tokens.into_iter().filter(|token| token.scope == Scope::Alerts).map(|token| token.name);
    let frame = Frame::new(&app, &who);
    let settings = app.engine().settings();
    let names: Vec<String> = settings.roster.people().map(|person| person.id.0.clone()).collect();
    let accounts = app.access(move |access| {
        names.iter().filter_map(|name| access.account(name).transpose()).collect::<Result<Vec<_>, _>>()
    });
    let known = Known { accounts: accounts.await?, sources: sources.collect() };
    html(&page(&frame, &settings, known, app.parts.playbook_path.clone()))
}

/// Who comes in: people by their accounts, sources by their keys.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) accounts: Vec<Account>,
    pub(crate) sources: Vec<String>,
}

pub(crate) fn page(frame: &Frame, settings: &Settings, known: Known, playbook_path: String) -> SettingsPage {
    let roster = &settings.roster;
    let roles = roster.roles().map(|(role, people)| {
        let names: Vec<String> = people.iter().map(ToString::to_string).collect();
        (role.to_owned(), names.join(", "))
    });
    SettingsPage {
        chrome: frame.chrome("Settings", Nav::Settings, "/settings"),
        people: roster.people().map(|one| person(one, &known.accounts)).collect(),
        roles: roles.collect(),
        catch_all: roster.catch_all().iter().map(|person| person.name.clone()).collect(),
        channels: channels(roster),
        sources: known.sources,
        policy: policy(&settings.plan.policy),
        playbook_path,
    }
}

fn account(person: &incident::Responder, accounts: &[Account]) -> String {
    let own = accounts.iter().find(|account| account.person == person.id.0);
    match own.map(|account| account.sponsor.as_deref()) {
        None => "none yet".to_owned(),
        Some(None) => "their own".to_owned(),
        Some(Some(sponsor)) => format!("{sponsor} saw the link; with {sponsor} they count as one person"),
    }
}

fn person(person: &incident::Responder, accounts: &[Account]) -> PersonRow {
    let reach = |contact: &incident::Contact| Reach {
        channel: contact.channel.name(),
        handset: (contact.channel == Channel::Handset).then(|| contact.address.clone()),
    };
    PersonRow {
        id: person.id.to_string(),
        name: person.name.clone(),
        contacts: person.contacts.iter().map(reach).collect(),
        account: account(person, accounts),
    }
}

fn looks(policy: &Policy) -> &'static str {
    if policy.looks_need_word { "wait for a person’s word, too" } else { "run at once" }
}

fn two_people(policy: &Policy) -> String {
    let effects: Vec<&str> = policy.two_person.iter().map(|effect| effect_words(*effect)).collect();
    match (effects.is_empty(), policy.second_word_roles.is_empty()) {
        (true, _) => "nothing".to_owned(),
        (false, true) => effects.join(", "),
        (false, false) => {
            format!("{}; the second is of {}", effects.join(", "), policy.second_word_roles.join(", "))
        }
    }
}

fn by_severity(policy: &Policy) -> String {
    let all = policy.acknowledge_lapse_severity_min.iter();
    let own: Vec<String> = all.map(|(severity, lapse)| format!("{severity}: {lapse} min")).collect();
    if own.is_empty() { "the same for all".to_owned() } else { own.join(", ") }
}

fn policy(policy: &Policy) -> Vec<(&'static str, String)> {
    let minutes = |length: u32| format!("{length} min");
    let delays = match policy.escalation_delays {
        DelayReading::PerHop => "each counts from the page before it",
        DelayReading::FromStart => "each counts from the start",
    };
    let rhythm: Vec<String> = policy.update_every_min.iter().map(ToString::to_string).collect();
    vec![
        ("Delays of the escalation path", delays.to_owned()),
        ("An acknowledgement without news lapses after", minutes(policy.acknowledge_lapse_min)),
        ("by severity", by_severity(policy)),
        ("Whoever has it is asked first, before that", minutes(policy.acknowledge_reminder_min)),
        ("Whoever tells people is asked before an update is due", minutes(policy.update_reminder_min)),
        ("The path begins again after", minutes(policy.escalation_repeat_min)),
        ("at most so often", policy.escalation_repeats_max.to_string()),
        ("A status update is due, worst severity first, every", format!("{} min", rhythm.join(", "))),
        ("Recovery is watched, unless the playbook says", minutes(policy.recovery_watch_min)),
        ("An alert reopens its incident within", minutes(policy.reopen_within_min)),
        ("An approval holds until the command begins, at most", minutes(policy.approval_valid_min)),
        ("A word counts for what was shown within", minutes(policy.approval_shown_min)),
        ("Commands that only look", looks(policy).to_owned()),
        ("Two people must give their word for", two_people(policy)),
        ("One page is tried at most", format!("{} times", policy.page_attempts_max)),
    ]
}
