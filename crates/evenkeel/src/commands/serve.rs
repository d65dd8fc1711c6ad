//! `evenkeel serve`: the server, until it is told to stop.

use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use std::io::IsTerminal;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};

pub(super) fn run(path: &Path) -> Result<(), Failure> {
    let config = Config::read_to_serve(path)?;
    init_log();
    let settings = wiring::ServerSettings::read(&config)?;
    runtime()?.block_on(serve(settings))
}

/// The runtime of server and demonstration.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("evenkeel").build();
    built.map_err(|error| Failure::new(Kind::World, format!("cannot start: {error}")))
}

async fn serve(settings: wiring::ServerSettings) -> Result<(), Failure> {
    let (title, findings) = (settings.playbook.title.clone(), settings.playbook.diagnostics.len());
    let mut running = wiring::start(settings).await?;
    let told_to_stop = told_to_stop();
    if let Err(unheard) = introduce(&running, &title, findings) {
        // Whoever is to be woken at night does not depend on somebody reading this.
        tracing::warn!(%unheard, "nobody could be told where the server is");
    }
    let ended = tokio::select! {
        told = told_to_stop => told,
        () = running.core_ended() => Err(core_ended()),
    };
    running.stop().await;
    ended
}

fn introduce(running: &wiring::Running, title: &str, findings: usize) -> Result<(), Failure> {
    print::line(format!("playbook     {title} ({findings} findings; `evenkeel playbook check` shows them)"))?;
    print::line(format!("console      {}", running.console_url))?;
    if let Some(url) = &running.status_url {
        print::line(format!("status page  {url}"))?;
    }
    if let Some(url) = &running.setup_url {
        print::line(format!("first account, this link works once:\n  {url}"))?;
    }
    Ok(())
}

/// A server that can wake nobody must not look alive: it ends, and whatever watches over it starts it again.
fn core_ended() -> Failure {
    Failure::new(Kind::World, "the core ended by a fault of ours; its last words stand above")
        .hint("start the server again: nothing that was accepted is lost")
}

/// Waits for SIGINT or SIGTERM. It listens from the call on, before anybody waits: whoever reads where the server is may end it
/// at once.
pub(crate) fn told_to_stop() -> impl Future<Output = Result<(), Failure>> {
    let listening = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let failed =
        |error: std::io::Error| Failure::new(Kind::World, format!("cannot listen for signals: {error}"));
    async move {
        let (mut terminate, mut interrupt) = (listening.0.map_err(failed)?, listening.1.map_err(failed)?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
}

/// What goes wrong is told on standard error; `EVENKEEL_LOG` says how much.
pub(crate) fn init_log() {
    let wanted = wiring::own_variable("EVENKEEL_LOG").unwrap_or_else(|| "info".to_owned());
    let filter = tracing_subscriber::EnvFilter::try_new(wanted).unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for terminals; in a log file they are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
