//! What people do on the pages, told once: making an account, answering the phone, giving their word.

use super::PATIENCE;
use super::driver::Browser;
use super::practice::Practice;
use crate::world::until;
use fantoccini::Locator;

/// The alert that the practice stack's monitor sends.
pub(crate) const ALERT: &str = "API returning 5xx errors";

/// A password of the length that is asked for.
pub(crate) const PASSWORD: &str = "a keel for trying out";

/// A run of the rollback that waits.
const WAITING: &str =
    "//div[contains(@class,'run ')][.//pre[contains(@class,'cmd')][contains(.,'rollback')]]";

/// Opens the one-time link and makes the account of whoever is woken first.
pub(crate) async fn make_account(browser: &Browser, practice: &Practice) {
    browser.open(&practice.setup).await;
    browser.fill("#person", &practice.phones[0].0).await;
    browser.fill("#password", PASSWORD).await;
    browser.click(Locator::Css("form button")).await;
    browser.sees("h1", "Watch").await;
}

/// Finds the open incident on Watch, and opens its room.
pub(crate) async fn open_room(browser: &Browser, practice: &Practice) -> String {
    browser.open(&practice.at("/")).await;
    // The page may have been opened before the incident: then it comes by itself, or by looking again without scripts.
    browser.click(Locator::LinkText(ALERT)).await;
    browser.sees("#head h1", ALERT).await;
    browser.path().await
}

/// The link in a page that the phone of whoever is woken first shows, and that nobody answered yet.
pub(crate) async fn link_on_the_phone(browser: &Browser, practice: &Practice) -> String {
    browser.open(&practice.phones[0].1).await;
    let form = browser.found(Locator::Css("#phone article form")).await;
    practice.at(&form.attr("action").await.unwrap().unwrap())
}

/// Opens the link, where looking answers nothing, and takes it.
pub(crate) async fn answer(browser: &Browser, link: &str) {
    for _look in 0..2 {
        browser.open(link).await;
        browser.sees("h1", ALERT).await;
        browser.found(Locator::Css("button[value=on_it]")).await;
    }
    browser.click(Locator::Css("button[value=on_it]")).await;
    browser.sees("[role=status]", "has it since").await;
}

/// The id of the rollback that waits for a word, on the room that is open.
pub(crate) async fn waiting_rollback(browser: &Browser) -> String {
    let waiting = browser.found(Locator::XPath(WAITING)).await;
    waiting.attr("id").await.unwrap().unwrap()
}

/// Opens the details of a run that waits, the second gesture, and gives the word.
pub(crate) async fn approve(browser: &Browser, run: &str) {
    let details = format!("//*[@id='{run}']//summary[contains(.,'Approve')]");
    let word = format!("#{run} button.harm");
    // The room may be drawn anew between finding the button and looking at it.
    let look = || async { browser.found(Locator::Css(&word)).await.is_displayed().await.ok() };
    let is_shown = until("the button that gives the word", PATIENCE, look).await;
    assert!(!is_shown, "one gesture is enough to change production");
    browser.click(Locator::XPath(&details)).await;
    browser.click(Locator::Css(&word)).await;
    browser.sees(".said", "Your word is kept").await;
}
