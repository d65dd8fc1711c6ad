//! What a tool's help says of one command: its subcommands, its options, what it needs.
//!
//! Must never be here: how a help text is read, or how a call is judged.

use std::collections::BTreeMap;

/// One command of a tool, as its help describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grammar {
    /// Its subcommands: each name and alias, with the name that is listed first.
    pub subcommands: BTreeMap<String, String>,
    /// Its options, in the order of the help.
    pub options: Vec<Opt>,
    /// Options that the text speaks of without listing them.
    pub mentioned: Vec<String>,
    /// The operands that its one usage line asks for; empty when that is not certain.
    pub needs: Vec<String>,
    /// Whether it takes operands of its own beside subcommands.
    pub takes_operands: bool,
    /// Whether words after its operands are another command's.
    pub hands_on: bool,
    /// Other names of the command itself.
    pub aliases: Vec<String>,
    /// How far the lists can be trusted.
    pub gaps: Gaps,
}

/// What a help text says that it leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Gaps {
    /// It lists only some of the subcommands.
    pub subcommands: bool,
    /// It lists only some of the options.
    pub options: bool,
    /// Options that hold for every command are listed elsewhere.
    pub globals: bool,
    /// Its subcommands may have other names, which only their own help tells.
    pub aliases: bool,
    /// Other programs may add subcommands.
    pub plugins: bool,
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opt {
    /// Its names with their dashes.
    pub names: Vec<String>,
    /// What follows it.
    pub takes: Takes,
    /// What the help says of it.
    pub about: String,
}

/// What follows an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// A value.
    Value,
    /// A value or nothing; it is not certain which.
    Perhaps,
}

/// What is known of a name that was given as an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// There is such an option.
    Known(Takes),
    /// There is none.
    Missing,
}

impl Grammar {
    /// Looks an option up the way tools do: by its name, without its `no-`, in another spelling, or cut short.
    pub(super) fn option(&self, name: &str) -> Lookup {
        if ["-h", "--help", "--version"].contains(&name) {
            return Lookup::Known(Takes::Nothing);
        }
        if let Some(option) = self.named(name) {
            return Lookup::Known(option.takes);
        }
        let positive = name.strip_prefix("--no-").map(|rest| format!("--{rest}"));
        if positive.is_some_and(|positive| self.named(&positive).is_some()) {
            return Lookup::Known(Takes::Nothing);
        }
        if self.mentioned.iter().any(|known| known == name) {
            return Lookup::Known(Takes::Perhaps);
        }
        let spelt = spelling(name);
        let close = |known: &&String| {
            spelling(known) == spelt || (name.len() > 3 && name.starts_with("--") && known.starts_with(name))
        };
        let found = self.options.iter().find(|option| option.names.iter().any(|known| close(&known)));
        found.map_or(Lookup::Missing, |option| Lookup::Known(option.takes))
    }

    fn named(&self, name: &str) -> Option<&Opt> {
        self.options.iter().find(|option| option.names.iter().any(|known| known == name))
    }

    /// The long names of its options, without those that every tool has.
    pub(super) fn long_names(&self) -> impl Iterator<Item = &str> {
        let long = |option: &'_ Opt| option.names.iter().position(|name| name.starts_with("--"));
        self.options
            .iter()
            .filter_map(move |option| Some(option.names[long(option)?].as_str()))
            .filter(|name| !["--help", "--version"].contains(name))
    }
}

/// `--samplingRate` and `--sampling_rate` are `--sampling-rate` to some tools.
fn spelling(name: &str) -> String {
    name.chars()
        .filter(|character| !matches!(character, '-' | '_'))
        .map(|character| character.to_ascii_lowercase())
        .collect::<String>()
        + if name.starts_with("--") { "" } else { " short" }
}
