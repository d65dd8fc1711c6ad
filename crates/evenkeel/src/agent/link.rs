//! The way to the server: plain requests, each proven by the token, each with a limit. A proxy or a load balancer sees
//! nothing but short posts, one of which is held for some seconds.

use crate::exit::{Failure, Kind};
use core::fmt;
use core::time::Duration;
use engine::ASK_HELD;
use engine::ports::{AgentAsk, AgentLeave, AgentReport, AgentTake, AgentWork, Reported, Taken};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long any answer may take beyond what the server holds it.
const ANSWER_WAIT: Duration = Duration::from_secs(15);

/// How long a connection may take to come about.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// A server, and the right to be one agent of it.
pub(crate) struct Link {
    http: reqwest::Client,
    /// The agent's own address there, with a slash at its end.
    base: Url,
    token: String,
}

/// Why a request was not answered as it should be.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server says no, and asking again the same will not help.
    Refused { words: String, hint: String },
    /// Nobody answers, or not in the words of a server that is well.
    Unreached(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { words, .. } | Self::Unreached(words) => f.write_str(words),
        }
    }
}

#[derive(Deserialize)]
struct TakenAs {
    taken: Taken,
}

#[derive(Deserialize)]
struct ReportedAs {
    reported: Reported,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    detail: String,
    r#type: String,
}

impl Link {
    /// To a server as the agent of this name; nothing is asked yet.
    pub(crate) fn new(server: &str, name: &str, token: String) -> Result<Self, Failure> {
        crate::wiring::use_ring();
        let wrong = |why: String| {
            Failure::new(Kind::Usage, format!("--server is {server:?}, which is no address: {why}"))
                .hint("it must look like https://oncall.example.test")
        };
        let text = format!("{}/api/agents/{name}/", server.trim_end_matches('/'));
        let base = Url::parse(&text).map_err(|error| wrong(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(wrong("it is neither http nor https".to_owned()));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WAIT)
            .timeout(ASK_HELD.unsigned_abs() + ANSWER_WAIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::new(Kind::World, format!("cannot start the client: {error}")))?;
        Ok(Self { http, base, token })
    }

    /// Whether what is said can be read on the way.
    pub(crate) fn is_open(&self) -> bool {
        let here = matches!(self.base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        self.base.scheme() == "http" && !here
    }

    pub(super) async fn ask(&self, ask: &AgentAsk) -> Result<AgentWork, Trouble> {
        self.post("ask", ask).await
    }

    pub(super) async fn take(&self, take: &AgentTake) -> Result<Taken, Trouble> {
        self.post("take", take).await.map(|TakenAs { taken }| taken)
    }

    pub(super) async fn report(&self, report: &AgentReport) -> Result<Reported, Trouble> {
        self.post("report", report).await.map(|ReportedAs { reported }| reported)
    }

    pub(super) async fn leave(&self, leave: &AgentLeave) -> Result<(), Trouble> {
        self.send("leave", leave).await.map(drop)
    }

    async fn post<T: DeserializeOwned>(&self, verb: &str, body: &impl Serialize) -> Result<T, Trouble> {
        let text = self.send(verb, body).await?;
        serde_json::from_str(&text).map_err(|error| {
            let server = self.base.origin().ascii_serialization();
            Trouble::Unreached(format!("{server} does not answer as an Evenkeel server does: {error}"))
        })
    }

    async fn send(&self, verb: &str, body: &impl Serialize) -> Result<String, Trouble> {
        let server = self.base.origin().ascii_serialization();
        let unreached = |error: reqwest::Error| {
            let why = if error.is_timeout() {
                "no answer in time".to_owned()
            } else {
                crate::client::innermost(&error)
            };
            Trouble::Unreached(format!("cannot reach {server}: {why}"))
        };
        let address = self.base.join(verb).map_err(|error| Trouble::Unreached(error.to_string()))?;
        let sent = self.http.post(address).bearer_auth(&self.token).json(body).send().await;
        let answer = sent.map_err(unreached)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unreached)?;
        if status.is_success() { Ok(text) } else { Err(said_no(&server, status, &text)) }
    }
}

/// What a server of ours says no to stays so; whatever stands between may be well in a moment.
fn said_no(server: &str, status: StatusCode, text: &str) -> Trouble {
    let said: Said = serde_json::from_str(text).unwrap_or_default();
    let ours = said.r#type.starts_with("urn:evenkeel:problem:");
    if !ours || status.is_server_error() || status == StatusCode::CONFLICT {
        let words = if ours { said.detail } else { format!("{server} answers {status}") };
        return Trouble::Unreached(words);
    }
    let hint = match status {
        StatusCode::UNAUTHORIZED => {
            "the token is not known there; `evenkeel token create NAME --scope agent` makes one for this agent"
        }
        _ => "",
    };
    Trouble::Refused { words: format!("{server} refuses this agent: {}", said.detail), hint: hint.to_owned() }
}
