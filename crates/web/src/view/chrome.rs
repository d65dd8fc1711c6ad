//! The frame round every page of the console: who is signed in, where they are, what time the server thinks it is.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::sights::Sights;
use crate::view::Said;
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;

/// Where in the console a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nav {
    /// Watch.
    Watch,
    /// Incidents and their rooms.
    Incidents,
    /// The playbook.
    Playbook,
    /// What Evenkeel itself looks at.
    Probes,
    /// Who is on call when.
    Schedules,
    /// What holds alerts back.
    Silences,
    /// Postmortems and action items.
    Learn,
    /// Settings.
    Settings,
    /// Somewhere that the menu does not name.
    Elsewhere,
}

/// The frame round a page.
#[derive(Clone, Debug)]
pub(crate) struct Chrome {
    /// What the browser's tab says.
    pub(crate) title: String,
    /// Who is signed in.
    pub(crate) person: String,
    /// The proof that this session's forms carry.
    pub(crate) csrf: String,
    /// The server's clock, in milliseconds since 1970.
    pub(crate) now_ms: i64,
    /// How many times faster than the world the server's clock runs.
    pub(crate) speed: f64,
    /// The page's own address, for looking again.
    pub(crate) path: String,
    /// Which incident's changes concern it; empty for all.
    pub(crate) follows: String,
    /// What came of the last form.
    pub(crate) said: Option<&'static str>,
    /// Why the last form was refused.
    pub(crate) refused: Option<String>,
    /// The public page's address.
    pub(crate) status_url: String,
    /// Where it stands.
    pub(crate) nav: Nav,
}

/// Who looks, and at what time.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Who is signed in.
    pub(crate) person: String,
    /// The proof that this session's forms carry.
    pub(crate) csrf: String,
    /// The proofs of what is shown to them.
    pub(crate) sights: Sights,
    /// The server's clock.
    pub(crate) now: Timestamp,
    /// How many times faster than the world it runs.
    pub(crate) speed: f64,
    /// The public page's address.
    pub(crate) status_url: String,
}

impl Frame {
    pub(crate) fn new(app: &App, who: &SignedIn) -> Self {
        Self {
            person: who.person.0.clone(),
            csrf: who.csrf(),
            sights: app.own.sights.clone(),
            now: app.now(),
            speed: app.parts.speed,
            status_url: app.parts.status_url.clone(),
        }
    }

    /// The frame of one page.
    pub(crate) fn chrome(&self, title: impl Into<String>, nav: Nav, path: impl Into<String>) -> Chrome {
        Chrome {
            title: title.into(),
            person: self.person.clone(),
            csrf: self.csrf.clone(),
            now_ms: self.now.as_millisecond(),
            speed: self.speed,
            path: path.into(),
            follows: String::new(),
            said: None,
            refused: None,
            status_url: self.status_url.clone(),
            nav,
        }
    }
}

impl Chrome {
    /// Says what came of the last form, by its short word.
    pub(crate) fn saying(mut self, code: &str) -> Self {
        self.said = Said::line(code);
        self
    }

    /// Looks again only when this incident changes.
    pub(crate) fn following(mut self, incident: incident::IncidentId) -> Self {
        self.follows = incident.to_string();
        self
    }

    /// Marks the menu's entry for where the page stands.
    pub(crate) fn is(&self, nav: Nav) -> bool {
        self.nav == nav
    }
}

/// A page as an answer.
pub(crate) fn html(page: &impl Template) -> Result<Response, PageProblem> {
    let html = page.render().map_err(|error| Problem::bug(&error))?;
    Ok(([(axum::http::header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}
