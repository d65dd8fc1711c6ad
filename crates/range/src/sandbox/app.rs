//! The sandbox app: its versions, which of them is live, and what `modal` can do to it. No processes and no sockets; what
//! becomes of running sandboxes is the fleet's.

use serde::{Deserialize, Serialize};

use super::settings::{self, Values};
use crate::{RangeError, chance, clock};

/// The name of the only app of the practice sandbox service.
pub(crate) const SANDBOX_APP: &str = "coding-agent-sandbox";
/// Deployments kept in the app's history; older ones are forgotten.
const HISTORY_MAX: usize = 50;

/// Whether the sandbox app serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppState {
    /// Sandboxes can be made.
    Deployed,
    /// Stopped; nothing runs until it is deployed again.
    Stopped,
}

/// One deployment of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AppVersion {
    /// Counts deployments, rollovers and rollbacks.
    pub(crate) number: u32,
    /// Milliseconds since 1970.
    pub(crate) created_ms: i64,
    pub(crate) author: String,
    /// A tag, or what it was that made this one.
    pub(crate) tag: String,
    pub(crate) settings: Values,
}

/// The practice sandbox app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct App {
    /// Its id, `ap-…`; another one after it was stopped and deployed again.
    pub(crate) app_id: String,
    pub(crate) name: String,
    pub(crate) state: AppState,
    /// Since when it is in this state, milliseconds since 1970.
    pub(crate) since_ms: i64,
    /// Its deployments, oldest first; the last one is live.
    pub(crate) history: Vec<AppVersion>,
}

/// What can be done to the sandbox app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppAction {
    /// Ships a version; a whole one when nobody says which.
    Deploy(Option<Values>),
    /// Ends the app and everything that runs in it.
    Stop,
    /// Fresh containers for the same version.
    Rollover,
    /// An older version again; the one before the live one when nobody says which.
    Rollback(Option<u32>),
}

/// What to do to the sandbox app.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AppOrder {
    pub(crate) action: AppAction,
    pub(crate) author: String,
    #[serde(default)]
    pub(crate) tag: String,
}

impl App {
    /// The app as it is when a range begins: a whole version, deployed.
    pub(crate) fn first() -> Self {
        let mut app = Self {
            app_id: chance::short_id("ap").replace('_', "-"),
            name: SANDBOX_APP.to_owned(),
            state: AppState::Deployed,
            since_ms: clock::now_ms(),
            history: Vec::new(),
        };
        app.put(settings::whole(), "range@example.test", "first");
        app
    }

    /// The settings that new sandboxes are made with.
    pub(crate) fn live(&self) -> Option<&AppVersion> {
        self.history.last()
    }

    /// Carries out an order, or refuses it in words for a person.
    pub(crate) fn act(&mut self, order: &AppOrder) -> Result<(), RangeError> {
        let stopped = self.state == AppState::Stopped;
        match &order.action {
            AppAction::Deploy(values) => {
                let values = values.clone().unwrap_or_else(settings::whole);
                settings::check(&values).map_err(RangeError::Refused)?;
                if stopped {
                    *self = Self { history: Vec::new(), ..Self::first() };
                }
                self.put(values, &order.author, &order.tag);
            }
            AppAction::Stop if stopped => return Err(self.refusal("is already stopped")),
            AppAction::Stop => {
                self.state = AppState::Stopped;
                self.since_ms = clock::now_ms();
            }
            AppAction::Rollover | AppAction::Rollback(_) if stopped => {
                return Err(self.refusal("is stopped; deploy it first"));
            }
            AppAction::Rollover => {
                let live = self.live().map(|live| live.settings.clone()).unwrap_or_default();
                self.put(live, &order.author, "rollover");
            }
            AppAction::Rollback(target) => {
                let (number, values) = self.older(*target)?;
                self.put(values, &order.author, &format!("rollback to v{number}"));
            }
        }
        Ok(())
    }

    fn older(&self, target: Option<u32>) -> Result<(u32, Values), RangeError> {
        let live = self.live().map_or(0, |live| live.number);
        let wanted = match target {
            Some(number) => number,
            None if live > 1 => live - 1,
            None => return Err(self.refusal("has no earlier version")),
        };
        let found = self.history.iter().find(|version| version.number == wanted);
        let found = found.ok_or_else(|| self.refusal(&format!("has no version v{wanted}")))?;
        Ok((found.number, found.settings.clone()))
    }

    fn put(&mut self, settings: Values, author: &str, tag: &str) {
        let number = self.live().map_or(0, |live| live.number) + 1;
        let (created_ms, author, tag) = (clock::now_ms(), author.to_owned(), tag.to_owned());
        self.history.push(AppVersion { number, created_ms, author, tag, settings });
        if self.history.len() > HISTORY_MAX {
            self.history.remove(0);
        }
    }

    fn refusal(&self, why: &str) -> RangeError {
        RangeError::Refused(format!("app {} {why}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::settings::CLONE_DEPTH;

    fn order(action: AppAction) -> AppOrder {
        AppOrder { action, author: "a@example.test".to_owned(), tag: String::new() }
    }

    fn depth(app: &App) -> &str {
        &app.live().unwrap().settings[CLONE_DEPTH]
    }

    fn deep() -> AppAction {
        let mut values = settings::whole();
        values.insert(CLONE_DEPTH.to_owned(), "0".to_owned());
        AppAction::Deploy(Some(values))
    }

    #[test]
    fn a_rollback_is_a_new_deployment_of_old_settings() {
        let mut app = App::first();
        app.act(&order(deep())).unwrap();
        assert_eq!((app.live().unwrap().number, depth(&app)), (2, "0"));
        app.act(&order(AppAction::Rollover)).unwrap();
        assert_eq!((app.live().unwrap().number, depth(&app)), (3, "0"), "the same settings");
        app.act(&order(AppAction::Rollback(Some(1)))).unwrap();
        assert_eq!((app.live().unwrap().number, depth(&app)), (4, "1"));
        let none = app.act(&order(AppAction::Rollback(Some(9)))).unwrap_err();
        assert!(none.to_string().contains("no version v9"), "{none}");
    }

    #[test]
    fn a_stopped_app_is_another_one_after_its_deployment() {
        let mut app = App::first();
        let before = app.app_id.clone();
        assert!(app.act(&order(AppAction::Rollback(None))).is_err(), "nothing is older than the first");
        app.act(&order(AppAction::Stop)).unwrap();
        for refused in [AppAction::Stop, AppAction::Rollover, AppAction::Rollback(None)] {
            assert!(app.act(&order(refused)).is_err());
        }
        app.act(&order(AppAction::Deploy(None))).unwrap();
        assert_eq!((app.state, app.history.len()), (AppState::Deployed, 1));
        assert_ne!(app.app_id, before);
    }

    #[test]
    fn the_history_has_an_end() {
        let mut app = App::first();
        for _ in 0..60 {
            app.act(&order(AppAction::Rollover)).unwrap();
        }
        assert_eq!((app.history.len(), app.live().unwrap().number), (HISTORY_MAX, 61));
    }
}
