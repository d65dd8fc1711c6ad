//! The night from sign-in to postmortem, as one person lives it in the browser.

use super::PATIENCE;
use super::driver::{Browser, Scripts, with_browser};
use super::paths::{self, ALERT};
use super::practice::Practice;
use crate::world::until;
use fantoccini::Locator;

/// What the public is told.
const TOLD: &str = "Requests to the API fail at the moment. We are taking back a change.";

/// What strangers call it.
const NAME: &str = "Errors when using the API";

#[tokio::test]
async fn the_whole_night_in_a_browser() {
    with_browser(Scripts::On, |browser| async move {
        let folder = tempfile::tempdir().unwrap();
        let practice = Practice::start(folder.path()).await;
        night(&browser, &practice).await;
        practice.stop().await;
    })
    .await;
}

async fn night(browser: &Browser, practice: &Practice) {
    paths::make_account(browser, practice).await;
    let link = paths::link_on_the_phone(browser, practice).await;
    paths::answer(browser, &link).await;
    let room = paths::open_room(browser, practice).await;
    browser.sees("#head", "is on it").await;
    evidence(browser).await;
    tell(browser, practice, &room).await;
    browser.open(&practice.at(&room)).await;
    repair(browser, practice, &room).await;
    browser.sees("#head h1", "resolved").await;
    learn(browser, practice, &room).await;
    leave(browser, practice, &room).await;
    quiet(browser).await;
}

/// What only looks has run by itself, and what it printed is there to read.
async fn evidence(browser: &Browser) {
    until("evidence with its output", PATIENCE, || async {
        let outputs = browser.client.find_all(Locator::Css("#guide .run.good pre")).await.ok()?;
        let first = outputs.first()?.text().await.ok()?;
        (!first.trim().is_empty()).then_some(())
    })
    .await;
}

/// The rollback waits; it is approved in one window, and what came of it shows in another by itself.
async fn repair(browser: &Browser, practice: &Practice, room: &str) {
    let run = paths::waiting_rollback(browser).await;
    let place = format!("#{run}");
    let (here, there) =
        (browser.client.window().await.unwrap(), browser.client.new_window(false).await.unwrap());
    browser.client.switch_to_window(there.handle.clone()).await.unwrap();
    browser.open(&practice.at(room)).await;
    browser.sees(&place, "waits for a named person").await;
    browser.ask("window.untouched = 'since it was opened'").await;
    browser.client.switch_to_window(here.clone()).await.unwrap();
    paths::approve(browser, &run).await;
    browser.client.switch_to_window(there.handle).await.unwrap();
    let seen = browser.sees(&place, "exit 0").await;
    assert!(seen.contains("approved by"), "whose word it was is not said: {seen}");
    assert_eq!(browser.ask("return window.untouched").await, "since it was opened", "it was loaded anew");
    let output = browser.text(&format!("{place} pre")).await.unwrap_or_default();
    assert!(!output.trim().is_empty(), "the rollback's output does not show");
    browser.client.close_window().await.unwrap();
    browser.client.switch_to_window(here).await.unwrap();
}

/// The first template begins with what is known: when it began, not when somebody writes about it.
async fn known(browser: &Browser) {
    begin_with(browser, "Initial Update (P0/P1)").await;
    let since = browser.sees("#head .facts-line time", "UTC").await;
    let body = browser.value("#body").await;
    let line = body.lines().find_map(|line| line.strip_prefix("Since: "));
    let line = line.unwrap_or_else(|| panic!("the template says no beginning: {body}"));
    assert!(since.contains(line), "it began at {since}, not at {line}");
    assert!(body.contains(ALERT) && body.contains("Severity: P1"), "what is known is not filled in: {body}");
}

async fn begin_with(browser: &Browser, template: &str) {
    browser.choose("#tpl", template).await;
    browser.click(Locator::XPath("//button[.='Fill in']")).await;
    let chosen = format!("//select[@id='tpl']/option[@selected][.='{template}']");
    browser.found(Locator::XPath(&chosen)).await;
}

/// An update for everyone: refused while a blank is open, and then on the public page, with nothing else.
async fn tell(browser: &Browser, practice: &Practice, room: &str) {
    browser.open(&practice.at(room)).await;
    browser.click(Locator::Css("#update > summary")).await;
    known(browser).await;
    begin_with(browser, "Status Page Update").await;
    browser.fill("#ptitle", NAME).await;
    let open = browser.value("#body").await;
    assert!(open.contains("[Status message]"), "no blank to fill: {open}");
    browser.click(Locator::XPath("//button[.='Post']")).await;
    let refused = browser.sees(".said.no", "Not done").await;
    assert!(refused.contains("Status message"), "the refusal names no blank: {refused}");
    assert_eq!(browser.value("#body").await, open, "what was typed is gone");
    assert_eq!(browser.value("#ptitle").await, NAME, "the name that was typed is gone");
    let audience = browser.value("input[name=audience]:checked").await;
    assert_eq!(audience, "public", "who reads it is not kept");
    browser.fill("#body", &open.replace("[Status message]", TOLD)).await;
    let missing = browser.found(Locator::Css("#missing")).await;
    assert!(!missing.is_displayed().await.unwrap(), "a blank that was filled is still said to be open");
    browser.click(Locator::XPath("//button[.='Post']")).await;
    browser.sees(".said", "The update is posted").await;
    browser.sees("#posted", TOLD).await;
    public(browser, practice).await;
}

async fn public(browser: &Browser, practice: &Practice) {
    browser.open(&practice.status).await;
    // The page has no script: it is another one once it was rendered again.
    let page = until("the public page says it", PATIENCE, || async {
        browser.client.refresh().await.ok()?;
        let main = browser.client.find(Locator::Css("main")).await.ok()?.text().await.ok()?;
        main.contains(TOLD).then_some(main)
    })
    .await;
    assert!(page.contains(NAME), "it has another name there: {page}");
    let source = browser.client.source().await.unwrap();
    for inner in [ALERT, "rollback", "wrangler", &practice.phones[0].0, "inc_"] {
        assert!(!source.contains(inner), "{inner:?} is on the public page");
    }
}

/// The draft holds what happened, and what people write is kept.
async fn learn(browser: &Browser, practice: &Practice, room: &str) {
    browser.open(&practice.at(&format!("{room}/postmortem"))).await;
    let draft = browser.value("#pm").await;
    for event in ["Timeline", "acknowledged", "approved `wrangler rollback", "Status update", "recovery held"]
    {
        assert!(draft.contains(event), "the draft says nothing of {event:?}:\n{draft}");
    }
    let lesson = "What we learn: a version's settings are checked before it is deployed.";
    browser.found(Locator::Css("#pm")).await.send_keys(lesson).await.unwrap();
    browser.click(Locator::XPath("//button[.='Save']")).await;
    browser.sees(".said", "The postmortem is kept").await;
    browser.sees("#text-h", "Revision 1").await;
    browser.open(&practice.at(&format!("{room}/postmortem"))).await;
    let kept = browser.value("#pm").await;
    assert!(kept.contains(lesson) && kept.len() > draft.len(), "not kept:\n{kept}");
}

/// Nothing is shown to whoever has signed out, except the door.
async fn leave(browser: &Browser, practice: &Practice, room: &str) {
    browser.click(Locator::XPath("//button[.='Sign out']")).await;
    let postmortem = format!("{room}/postmortem");
    let phone = format!("/handset/{}", practice.phones[0].0);
    for path in ["/", "/incidents", room, &postmortem, "/playbook", "/settings", &phone] {
        browser.open(&practice.at(path)).await;
        assert_eq!(browser.path().await, "/sign-in", "{path} is shown to anybody");
    }
}

/// The browser had nothing to say about our pages but the one refusal that was asked for.
async fn quiet(browser: &Browser) {
    let refusal = |line: &String| line.contains("/update") && line.contains("status of 4");
    let said: Vec<String> = browser.console().await.into_iter().filter(|line| !refusal(line)).collect();
    assert!(said.is_empty(), "the browser complains: {said:#?}");
}

#[tokio::test]
async fn the_core_path_without_scripts() {
    with_browser(Scripts::Off, |browser| async move {
        let folder = tempfile::tempdir().unwrap();
        let practice = Practice::start(folder.path()).await;
        bare(&browser, &practice).await;
        practice.stop().await;
    })
    .await;
}

async fn bare(browser: &Browser, practice: &Practice) {
    paths::make_account(browser, practice).await;
    browser.click(Locator::XPath("//button[.='Sign out']")).await;
    browser.open(&practice.at("/sign-in")).await;
    browser.fill("#person", &practice.phones[0].0).await;
    browser.fill("#password", paths::PASSWORD).await;
    browser.click(Locator::Css("form button")).await;
    browser.sees("h1", "Watch").await;
    reload_until(browser, "#open .title").await;
    paths::open_room(browser, practice).await;
    assert_eq!(browser.held("#head time[data-until]").await, None, "who has it lapses before anyone has it");
    browser.click(Locator::Css("#acts button[value=on-it]")).await;
    browser.sees(".said", "You have it").await;
    reload_until(browser, "#guide .word button.harm").await;
    let run = paths::waiting_rollback(browser).await;
    paths::approve(browser, &run).await;
    reload_until(browser, &format!("#{run}.good pre")).await;
    quiet(browser).await;
}

/// Looks again, as people do where nothing comes by itself.
async fn reload_until(browser: &Browser, place: &str) {
    until(place, PATIENCE, || async {
        browser.client.refresh().await.ok()?;
        browser.client.find(Locator::Css(place)).await.ok()
    })
    .await;
}
