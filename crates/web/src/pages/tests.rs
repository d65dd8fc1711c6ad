//! Every other page rendered from samples: nothing, forty incidents, scripts, right-to-left text.

use super::room::is_sound;
use super::{
    action_items, handset, incident_list, playbook_page, postmortem, row, settings, watch, why_page,
};
use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample, frame, settings as sample_settings};
use crate::view::{Frame, Nav, Tag};
use askama::Template;
use incident::{IncidentId, Summary, draft_postmortem, summarize};

/// So many incidents of every kind.
fn summaries(count: u64) -> Vec<Summary> {
    let long = "x".repeat(200);
    let titles = [SCRIPT, RIGHT_TO_LEFT, &long, "", "API returning 5xx errors"];
    let samples: Vec<Sample> = titles
        .iter()
        .flat_map(|title| [Sample::new(title, "P0"), Sample::busy(title), Sample::over(title)])
        .collect();
    let one = |(at, sample): (u64, &Sample)| Summary {
        id: IncidentId::from_parts(at, 1),
        ..summarize(&sample.incident)
    };
    (0..count).zip(samples.iter().cycle()).map(one).collect()
}

fn health() -> watch::Health {
    watch::Health {
        storage: Tag::loud("cannot be read"),
        channels: Vec::new(),
        sources: vec![watch::SourceRow {
            name: SCRIPT.to_owned(),
            accepted: 3,
            rejected: 2,
            last_error: Some(SCRIPT.to_owned()),
        }],
        findings: Tag::good("no findings"),
        ahead: Some(Vec::new()),
        untruths: Some(vec![SCRIPT.to_owned()]),
        agents: vec![watch::AgentRow {
            name: SCRIPT.to_owned(),
            state: Tag::good("is there"),
            words: SCRIPT.to_owned(),
            at_work: vec![("inc_01".to_owned(), 3)],
        }],
    }
}

#[test]
fn watch_shows_nothing_forty_incidents_and_nobody() {
    let now = Sample::new("x", "P1").now;
    for (count, people) in [(0, &[][..]), (1, &["primary"][..]), (40, &["primary", "secondary", "lead"][..])]
    {
        let frame = frame(now);
        let settings = sample_settings(people);
        let chrome = frame.chrome("Watch", Nav::Watch, "/").saying("reported");
        let html = watch::watch(chrome, &frame, &settings, summaries(count), health()).render().unwrap();
        is_sound(&html);
        assert!(html.len() < 100_000, "{} bytes", html.len());
        assert_eq!(html.contains("evenkeel alert send"), count == 0, "an empty page says what to do first");
        assert_eq!(html.contains("href=\"/settings#sources\""), count == 0, "and where the key comes from");
        assert_eq!(html.contains("<mark>nobody</mark>"), people.len() < 4, "an empty role stands out");
    }
}

#[test]
fn lists_hold_whatever_titles_there_are() {
    let now = Sample::new("x", "P1").now;
    for count in [0, 40] {
        let rows = || summaries(count).iter().map(|one| row::Row::new(one, now)).collect();
        let list = incident_list::ListPage {
            chrome: frame(now).chrome("Incidents", Nav::Incidents, "/incidents"),
            rows: rows(),
            text: SCRIPT.to_owned(),
            status: String::new(),
            full: count > 0,
        };
        is_sound(&list.render().unwrap());
        let list = postmortem::ListPage {
            chrome: frame(now).chrome("Postmortems", Nav::Learn, "/postmortems"),
            rows: rows(),
            policy: vec![(Tag::plain(SCRIPT), SCRIPT.to_owned())],
        };
        is_sound(&list.render().unwrap());
    }
}

#[test]
fn the_pages_of_one_incident_hold_whatever_it_is_called() {
    for title in [SCRIPT, RIGHT_TO_LEFT, &"x".repeat(200), ""] {
        for sample in [Sample::new(title, "P1"), Sample::busy(title), Sample::over(title)] {
            let frame = frame(sample.now);
            is_sound(&why_page::page(&frame, &sample.incident, &sample.settings.roster).render().unwrap());
            let text = draft_postmortem(&sample.incident, &sample.events, &[]);
            let draft = postmortem::page(&frame, &sample.incident, text);
            assert!(draft.text.contains("# "), "a draft is Markdown");
            is_sound(&draft.render().unwrap());
            let items = action_items::open_items(&sample.incident);
            let chrome = frame.chrome("Action items", Nav::Learn, "/action-items");
            is_sound(&action_items::ActionItemsPage { chrome, items }.render().unwrap());
        }
    }
}

#[test]
fn a_handset_rings_with_the_answers_of_the_link() {
    let mut sample = Sample::new(SCRIPT, "P1");
    let outcome = incident::PageOutcome::Delivered { reference: String::new() };
    sample.ask(incident::Actor::System, incident::Command::PageOutcome { page: 1, attempt: 1, outcome });
    let frame = frame(sample.now);
    let ringing =
        |name: &str| handset::ringing(&frame, &sample.incident, name, |page| format!("token{page}"));
    assert_eq!(ringing("somebody else").len(), 0);
    let html = handset::phone(&frame, "primary".to_owned(), ringing("primary"), vec!["lead".to_owned()]);
    let html = html.render().unwrap();
    is_sound(&html);
    assert!(html.contains("action=\"/a/token1\""));
    let passer_by = Frame { person: "ceo".to_owned(), ..frame.clone() };
    let seen = handset::ringing(&passer_by, &sample.incident, "primary", |page| format!("token{page}"));
    let html = handset::phone(&passer_by, "primary".to_owned(), seen, Vec::new()).render().unwrap();
    is_sound(&html);
    assert!(!html.contains("token1"), "somebody else could answer in the name of primary: {html}");
    let own_word = format!("action=\"/incidents/{}/acknowledge\"", sample.incident.id);
    assert!(html.contains(&own_word) && html.contains("as <bdi>ceo</bdi>"), "{html}");
    is_sound(&handset::phone(&frame, SCRIPT.to_owned(), Vec::new(), Vec::new()).render().unwrap());
}

#[test]
fn the_playbook_and_the_settings_are_shown() {
    let sample = Sample::new("x", "P1");
    let frame = frame(sample.now);
    let text = format!("# Title\n\n{SCRIPT}\n");
    let compiled = playbook::compile(text.as_bytes());
    let shown = |playbook: &playbook::Playbook, number: u32| {
        let shown = playbook_page::Shown { playbook, number, text: &text, root: "tabbi.md" };
        playbook_page::page(&frame, &shown).render().unwrap()
    };
    for playbook in [&compiled, &sample.settings.plan.playbook] {
        is_sound(&shown(playbook, 0));
        let told = shown(playbook, 0).contains("<code>severity-");
        assert_eq!(told, !playbook.severities.is_empty(), "each part names its rule");
    }
    let old = format!("# Old\n\nThis runbook is deprecated.\n\n## {SCRIPT}\n");
    let several = playbook::compile_documents(&[
        playbook::Source { path: "a.md", bytes: text.as_bytes() },
        playbook::Source { path: SCRIPT, bytes: old.as_bytes() },
    ]);
    let page = shown(&several, 1);
    is_sound(&page);
    assert!(page.contains("href=\"/playbook?document=0\"") && page.contains("deprecated"), "{page}");
    for people in [&[][..], &["primary"][..]] {
        let account = engine::ports::Account {
            person: "primary".to_owned(),
            password_hash: String::new(),
            created_at: frame.now,
            sponsor: Some(SCRIPT.to_owned()),
        };
        let known = settings::Known { accounts: vec![account], sources: vec![SCRIPT.to_owned()] };
        let page = settings::page(&frame, &sample_settings(people), known, String::new());
        let html = page.render().unwrap();
        is_sound(&html);
        assert!(html.contains("id=\"sources\"") && html.contains("action=\"/settings/keys\""), "{html}");
    }
    is_sound(&settings::made(&frame, SCRIPT.to_owned(), SCRIPT.to_owned()).render().unwrap());
}
