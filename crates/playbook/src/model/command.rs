//! A command found in the document, and what it would do.

use super::{Answered, Origin};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What running a command can do to the world. Ordered: the worst part of a pipeline decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Only reads what is on this machine.
    ReadsHere,
    /// Reads something over the network and changes nothing.
    ReadsWorld,
    /// Reads, and goes on until it is ended.
    FollowsLog,
    /// Only waits.
    Waits,
    /// Changes files or processes on this machine.
    ChangesHere,
    /// Changes production in a way that has an inverse.
    ChangesProduction,
    /// Destroys something, or ends something that people are using.
    Destroys,
    /// Nobody knows: treated as `Destroys`.
    #[default]
    Unknown,
}

impl Effect {
    /// Whether it needs a person's word before it runs.
    #[must_use]
    pub fn approval(self) -> Approval {
        match self {
            Self::ReadsHere | Self::ReadsWorld | Self::FollowsLog => Approval::NotNeeded,
            Self::Waits | Self::ChangesHere | Self::ChangesProduction | Self::Destroys | Self::Unknown => {
                Approval::Needed
            }
        }
    }
}

/// Whether a command needs a named person's word before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It only looks.
    NotNeeded,
    /// It changes something, or might.
    Needed,
}

/// One command of the document: one logical line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Command {
    /// The comment above it, if any, such as `Check error rate by endpoint`.
    pub title: Option<String>,
    /// The text exactly as written, continuation lines and all.
    pub source: String,
    /// The fence's language, lower case; empty when it had none.
    pub language: String,
    /// What it can do.
    pub effect: Effect,
    /// Why the compiler thinks so, in words.
    pub effect_reason: String,
    /// A condition stated in a comment above it, such as `if stuck`.
    pub condition: Option<String>,
    /// What a person must do by hand first, when a comment above it says so.
    pub before: Vec<String>,
    /// Blanks that must be filled before it can run.
    pub holes: Vec<Hole>,
    /// The command of the document that undoes it, if the document names one.
    pub inverse: Option<String>,
    /// Line in the file of its first line, from 1.
    pub line: u32,
    /// What it stands behind, when it is not for a fresh shell on this machine. It is not run here by itself.
    #[serde(default)]
    pub context: Option<Context>,
    /// The variables that it needs and does not set. Each is a hole, because no session is kept.
    #[serde(default)]
    pub uses: Vec<String>,
    /// The variables that it sets for the commands after it.
    #[serde(default)]
    pub sets: Vec<String>,
    /// Why a person must start it although it may only look: it prints secrets, or its author wrote so beside it.
    #[serde(default)]
    pub by_hand: Option<String>,
    /// A named person's word that exactly this text only looks, where the compiler does not know its tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched: Option<Answered>,
    /// Which rule took it, how sure the rule is, and where it stands.
    #[serde(default)]
    pub origin: Origin,
}

impl Command {
    /// Whether it may be laid out, or run if it only looks, before anybody asks for it.
    #[must_use]
    pub fn may_begin_alone(&self) -> bool {
        self.is_ready(&BTreeSet::new()) && self.context.is_none()
    }

    /// Whether nothing is left to be filled where the environment of a run gives these variables, and nobody wants a person to
    /// start it.
    #[must_use]
    pub fn is_ready(&self, given: &BTreeSet<String>) -> bool {
        self.holes.iter().all(|hole| hole.is_given(given)) && self.by_hand.is_none()
    }
}

/// What a command stands behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Context {
    /// Who reads it.
    pub kind: ContextKind,
    /// The command that opened it, such as `ssh web-1` or `cd infra`.
    pub opener: String,
}

/// Who reads a command that is not for a fresh shell on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ContextKind {
    /// A shell on another machine, in a container, or of another user.
    Shell,
    /// A shell in another folder of this machine.
    Folder,
    /// A database that speaks SQL.
    Sql,
    /// Redis.
    Redis,
    /// A console of a programming language or another program.
    Console,
}

/// A blank in a command, such as `<prev>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hole {
    /// Its name without the brackets.
    pub name: String,
    /// The text that it replaces, brackets and all.
    pub token: String,
    /// Byte offset of the token in [`Command::source`].
    pub offset: u32,
    /// What it stands for, when somebody answered that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
}

/// What ends the name of a variable that holds a secret.
const SECRETS: [&str; 10] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "DSN",
];

/// Whether a variable's name says that its value is secret.
#[must_use]
pub fn name_says_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRETS.iter().any(|end| name.ends_with(end))
}

impl Hole {
    /// Whether it is written as a variable, which the environment of a run can give.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.token.starts_with('$')
    }

    /// The variable of a run's environment that can give its value: its own name where it is written as one, and for a
    /// secret that is written otherwise the same as variables are named, `API_TOKEN` for `<api token>` and
    /// `YOUR_API_TOKEN`.
    #[must_use]
    pub fn variable(&self) -> Option<String> {
        if self.is_variable() {
            return Some(self.name.clone());
        }
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
        let name: String = self.name.to_ascii_uppercase().chars().map(plain).collect();
        let name = name.strip_prefix("YOUR_").unwrap_or(&name);
        let is_name = !name.starts_with(|first: char| first.is_ascii_digit());
        (is_name && name_says_secret(name)).then(|| name.to_owned())
    }

    /// Whether its name says that its value is secret: nobody types that, and it never stands in the text of a run.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.variable().is_some_and(|name| name_says_secret(&name))
    }

    /// Whether the environment of a run gives its value.
    #[must_use]
    pub fn is_given(&self, given: &BTreeSet<String>) -> bool {
        self.variable().is_some_and(|name| given.contains(&name))
    }
}
