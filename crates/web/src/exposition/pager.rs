//! The pager itself for Prometheus: whether it turns and keeps, what waits, how late timers and pages are, what came in.

use super::{Kind, Page};
use crate::app::App;
use engine::{LATE_BOUNDS_S, Lateness, Vitals};

pub(super) async fn families(page: &mut Page, app: &App) {
    page.family("evenkeel_build_info", "1 for the version that runs.");
    page.value("evenkeel_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let vitals = app.engine().vitals().await.ok();
    page.family("evenkeel_core_turns", "Whether the core came round when it was asked.");
    page.value("evenkeel_core_turns", NONE, u8::from(vitals.is_some()));
    page.family("evenkeel_storage_keeps", "Whether what is decided is kept.");
    page.value("evenkeel_storage_keeps", NONE, u8::from(app.engine().storage_fault().is_none()));
    if let Some(vitals) = vitals {
        core(page, app, &vitals);
    }
    counts(page, app);
    if let Some(ahead) = app.parts.ahead.borrow().as_ref() {
        page.family(
            "evenkeel_preflight_findings",
            "Things by which a page would go astray in the days to come.",
        );
        page.value("evenkeel_preflight_findings", NONE, ahead.grave().count());
    }
}

const NONE: &[(&str, &str)] = &[];

fn core(page: &mut Page, app: &App, vitals: &Vitals) {
    let overdue = vitals.next_due.map_or(0.0, |due| app.now().duration_since(due).as_secs_f64().max(0.0));
    page.family("evenkeel_timer_overdue_seconds", "How long the oldest timer that has not fired is overdue.");
    page.value("evenkeel_timer_overdue_seconds", NONE, overdue);
    for (name, help, value) in [
        ("evenkeel_timers", "Timers that are set.", vitals.timers),
        ("evenkeel_work_waiting", "Pages and commands that wait for their turn.", vitals.waiting),
        (
            "evenkeel_work_held",
            "Pages and commands that this server holds, waiting or under way.",
            vitals.held,
        ),
        ("evenkeel_incidents_in_memory", "Incidents in memory.", vitals.incidents),
    ] {
        page.family(name, help);
        page.value(name, NONE, value);
    }
}

fn counts(page: &mut Page, app: &App) {
    let counts = app.engine().counts();
    let name = "evenkeel_timer_lateness_seconds";
    page.family_of(Kind::Histogram, name, "How late timers fired.");
    histogram(page, name, &[], &counts.timers);
    let name = "evenkeel_page_lateness_seconds";
    page.family_of(Kind::Histogram, name, "How late pages were handed to their provider, each attempt.");
    for (channel, pages) in &counts.pages {
        histogram(page, name, &[("channel", channel.name())], &pages.lateness);
    }
    let name = "evenkeel_page_attempts_total";
    page.family_of(Kind::Counter, name, "What became of pages, each attempt.");
    for (channel, pages) in &counts.pages {
        for (outcome, count) in [
            ("delivered", pages.delivered),
            ("tried_again", pages.tried_again),
            ("unknown", pages.unknown),
            ("failed", pages.failed),
        ] {
            page.value(name, &[("channel", channel.name()), ("outcome", outcome)], count);
        }
    }
    let name = "evenkeel_alerts_total";
    page.family_of(Kind::Counter, name, "Alerts that came in, by source.");
    for source in app.intake_counts() {
        for (outcome, count) in [("accepted", source.accepted), ("rejected", source.rejected)] {
            page.value(name, &[("source", source.source.as_str()), ("outcome", outcome)], count);
        }
    }
    let name = "evenkeel_panics_total";
    page.family_of(Kind::Counter, name, "Requests that ended in a fault of ours.");
    page.value(name, NONE, app.panics());
}

fn histogram(page: &mut Page, name: &str, labels: &[(&str, &str)], lateness: &Lateness) {
    let bounds = LATE_BOUNDS_S.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
    for (bound, within) in bounds.zip(lateness.within.iter().chain([&lateness.count])) {
        let mut labels = labels.to_vec();
        labels.push(("le", &bound));
        page.value(&format!("{name}_bucket"), &labels, within);
    }
    page.value(&format!("{name}_sum"), labels, lateness.sum.as_secs_f64());
    page.value(&format!("{name}_count"), labels, lateness.count);
}
