//! The setting `status`: the public page. Whatever stands here is for strangers, and only what stands here or what a person
//! tells them reaches it: probes, too, are shown when a component names them.

use super::{Config, named, schedules};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use web::{Component, Planned, StatusPage};

/// A page with more is not read by anybody.
const COMPONENTS_MAX: usize = 100;

/// Work that is over may be left in the settings for the history; so much is enough.
const PLANNED_MAX: usize = 200;

/// Nobody reads a longer name.
const NAME_CHARS_MAX: usize = 100;

/// Nor a longer line.
const LINE_CHARS_MAX: usize = 200;

/// Nor a longer text.
const TEXT_CHARS_MAX: usize = 2_000;

/// The public page.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StatusSettings {
    /// What it calls the product.
    pub(crate) title: String,
    /// Its address as the public reaches it.
    pub(crate) url: Option<String>,
    /// Where its days begin and end.
    #[serde(deserialize_with = "schedules::zone")]
    pub(crate) zone: TimeZone,
    /// What it shows, in order; left out: the playbook's services.
    #[serde(deserialize_with = "components")]
    pub(crate) components: Vec<Component>,
    /// What it tells of before it begins.
    #[serde(deserialize_with = "planned")]
    pub(crate) planned: Vec<Planned>,
}

impl Default for StatusSettings {
    fn default() -> Self {
        Self {
            title: "Status".to_owned(),
            url: None,
            zone: TimeZone::UTC,
            components: Vec::new(),
            planned: Vec::new(),
        }
    }
}

/// One of `components`: its name, or more.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a component is a name, or a table with `name`, `group`, `about` and `probes`")]
enum ComponentSetting {
    Name(String),
    More(ComponentTable),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentTable {
    name: String,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    about: Option<String>,
    #[serde(default)]
    probes: Vec<String>,
}

/// One `[[status.planned]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedSetting {
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    components: Vec<String>,
    from: Timestamp,
    until: Timestamp,
}

fn components<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Component>, D::Error> {
    let settings = Vec::<ComponentSetting>::deserialize(deserializer)?;
    if settings.len() > COMPONENTS_MAX {
        let many = settings.len();
        return Err(D::Error::custom(format!("{many} components; at most {COMPONENTS_MAX} are shown")));
    }
    let components: Result<Vec<Component>, String> = settings.into_iter().map(component).collect();
    let components = components.map_err(D::Error::custom)?;
    match named::twice(components.iter().map(|component| component.name.as_str())) {
        Some(twice) => Err(D::Error::custom(format!("two components have the name {twice:?}"))),
        None => Ok(components),
    }
}

fn component(setting: ComponentSetting) -> Result<Component, String> {
    let table = match setting {
        ComponentSetting::Name(name) => ComponentTable { name, group: None, about: None, probes: Vec::new() },
        ComponentSetting::More(table) => table,
    };
    let of = |what: &str| format!("component {:?}: {what}", table.name);
    Ok(Component {
        name: text("component", &table.name, NAME_CHARS_MAX)?,
        group: table.group.as_deref().map(|group| text(&of("group"), group, NAME_CHARS_MAX)).transpose()?,
        about: table.about.as_deref().map(|about| text(&of("about"), about, LINE_CHARS_MAX)).transpose()?,
        probes: table.probes,
    })
}

fn planned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Planned>, D::Error> {
    let settings = Vec::<PlannedSetting>::deserialize(deserializer)?;
    if settings.len() > PLANNED_MAX {
        let many = settings.len();
        return Err(D::Error::custom(format!(
            "{many} pieces of planned work; at most {PLANNED_MAX} are shown"
        )));
    }
    let one = |setting: PlannedSetting| {
        if setting.until <= setting.from {
            let (title, until) = (&setting.title, setting.until);
            return Err(format!("planned {title:?}: until is {until}, before it begins"));
        }
        if setting.body.chars().count() > TEXT_CHARS_MAX {
            return Err(format!(
                "planned {:?}: body is longer than {TEXT_CHARS_MAX} characters",
                setting.title
            ));
        }
        Ok(Planned {
            title: text("planned: title", &setting.title, LINE_CHARS_MAX)?,
            body: incident::words::block(&setting.body, TEXT_CHARS_MAX),
            components: setting.components,
            from: setting.from,
            until: setting.until,
        })
    };
    let planned: Result<Vec<Planned>, String> = settings.into_iter().map(one).collect();
    planned.map_err(D::Error::custom)
}

/// A line for strangers: something, and not too much.
fn text(what: &str, given: &str, chars_max: usize) -> Result<String, String> {
    let line = incident::words::line(given, usize::MAX);
    match line.chars().count() {
        0 => Err(format!("{what} is empty")),
        chars if chars > chars_max => {
            Err(format!("{what} has {chars} characters; at most {chars_max} are shown"))
        }
        _ => Ok(line),
    }
}

impl StatusSettings {
    /// What it is about: as the settings say, else the playbook's services.
    pub(crate) fn page(&self, services: impl Iterator<Item = String>) -> StatusPage {
        let of_playbook = |name| Component { name, ..Component::default() };
        StatusPage {
            title: self.title.clone(),
            zone: self.zone.clone(),
            components: if self.components.is_empty() {
                services.map(of_playbook).collect()
            } else {
                self.components.clone()
            },
            planned: self.planned.clone(),
        }
    }

    /// Every probe and component that it names is there.
    pub(super) fn agree(&self, config: &Config) -> Result<(), (String, String)> {
        let probes: Vec<&str> = config.probes.iter().map(|probe| probe.name()).collect();
        // What the playbook asks for is known only when it is read.
        let all_known = !config.probing.from_playbook;
        for component in self.components.iter().filter(|_| all_known) {
            if let Some(probe) = component.probes.iter().find(|probe| !probes.contains(&probe.as_str())) {
                let why = format!(
                    "status.components: {:?} names the probe {probe:?}, and there is no such [[probe]]",
                    component.name
                );
                return Err((why, super::explain::nearest(probe, &probes)));
            }
        }
        let names: Vec<&str> = self.components.iter().map(|component| component.name.as_str()).collect();
        for work in self.planned.iter().filter(|_| !names.is_empty()) {
            if let Some(name) = work.components.iter().find(|name| !names.contains(&name.as_str())) {
                let why = format!(
                    "status.planned: {:?} names the component {name:?}, and there is no such component",
                    work.title
                );
                return Err((why, super::explain::nearest(name, &names)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<StatusSettings, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_component_is_a_name_or_more() {
        let text = "zone = 'Europe/Berlin'\ncomponents = ['API', { name = 'Web', group = 'Apps', about = 'what \
                    people see', probes = ['home'] }]";
        let status = read(text).unwrap();
        assert_eq!(status.components[0], Component { name: "API".to_owned(), ..Component::default() });
        assert_eq!(status.components[1].group.as_deref(), Some("Apps"));
        assert_eq!(status.components[1].probes, ["home"]);
        assert_eq!(status.zone.iana_name(), Some("Europe/Berlin"));
        let services = || ["a".to_owned()].into_iter();
        assert_eq!(status.page(services()).components.len(), 2);
        assert_eq!(StatusSettings::default().page(services()).components[0].name, "a");
    }

    #[test]
    fn what_cannot_be_meant_is_told_by_its_key() {
        let work =
            |rest: &str| format!("[[planned]]\ntitle = 'Disks'\nfrom = '2026-12-01T22:00:00Z'\n{rest}");
        for (text, words) in [
            ("components = ['API', 'API']".to_owned(), "two components"),
            ("components = [' ']".to_owned(), "component is empty"),
            ("components = [{ nam = 'API' }]".to_owned(), "a component is a name"),
            (format!("components = ['{}']", "x".repeat(101)), "101 characters"),
            ("zone = 'Mars/Base'".to_owned(), "no time zone"),
            (work("until = '2026-12-01T21:00:00Z'"), "before it begins"),
            (work("until = 'soon'"), "planned"),
            (work(""), "missing field `until`"),
        ] {
            let said = read(&text).unwrap_err();
            assert!(said.contains(words) || words == "planned", "{text}: {said}");
        }
    }
}
