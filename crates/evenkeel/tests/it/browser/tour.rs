//! Every page there is, in a state worth looking at: an incident under way, with evidence, a public update and a page
//! that nobody has answered.

use super::PATIENCE;
use super::driver::Browser;
use super::paths;
use super::practice::Practice;
use crate::world::until;
use fantoccini::Locator;

/// A page of the tour.
pub(crate) struct Stop {
    /// For the names of pictures and for messages.
    pub(crate) name: &'static str,
    /// Where it is.
    pub(crate) url: String,
}

/// What is shown before anybody has signed in.
pub(crate) fn doors(practice: &Practice) -> Vec<Stop> {
    vec![
        Stop { name: "set-up", url: practice.setup.clone() },
        Stop { name: "sign-in", url: practice.at("/sign-in") },
        Stop { name: "problem", url: practice.at("/a/not-a-link") },
        Stop { name: "status-well", url: practice.status.clone() },
    ]
}

/// Brings the incident on its way, and lists every page.
pub(crate) async fn under_way(browser: &Browser, practice: &Practice) -> Vec<Stop> {
    paths::make_account(browser, practice).await;
    let room = paths::open_room(browser, practice).await;
    paths::waiting_rollback(browser).await;
    until("evidence", PATIENCE, || async {
        browser.client.find(Locator::Css("#guide .run.good pre")).await.ok()
    })
    .await;
    tell_everyone(browser, practice, &room).await;
    let answerable = paths::link_on_the_phone(browser, practice).await;
    let at = |path: &str| practice.at(path);
    vec![
        Stop { name: "watch", url: at("/") },
        Stop { name: "room", url: at(&room) },
        Stop { name: "composer", url: at(&format!("{room}?template=0#update")) },
        Stop { name: "severity", url: at(&format!("{room}?tree=n#severity")) },
        Stop { name: "status", url: practice.status.clone() },
        Stop { name: "ack", url: answerable },
        Stop { name: "handset", url: practice.phones[0].1.clone() },
        Stop { name: "postmortem", url: at(&format!("{room}/postmortem")) },
        Stop { name: "playbook", url: at("/playbook") },
        Stop { name: "incidents", url: at("/incidents") },
        Stop { name: "postmortems", url: at("/postmortems") },
        Stop { name: "action-items", url: at("/action-items") },
        Stop { name: "probes", url: at("/probes") },
        Stop { name: "schedules", url: at("/schedules") },
        Stop { name: "settings", url: at("/settings") },
        Stop { name: "why", url: at(&format!("{room}/why")) },
    ]
}

/// Brings the incident to its end by a person's word, and lists the pages that look otherwise then.
pub(crate) async fn over(browser: &Browser, practice: &Practice) -> Vec<Stop> {
    let room = paths::open_room(browser, practice).await;
    browser.click(Locator::Css("#acts button[value=on-it]")).await;
    browser.sees(".said", "You have it").await;
    let run = paths::waiting_rollback(browser).await;
    paths::approve(browser, &run).await;
    browser.open(&practice.at(&room)).await;
    browser.sees("#head h1", "resolved").await;
    browser.click(Locator::XPath("//summary[.='Add an action item']")).await;
    browser.fill("#ai", "Check a version's settings before it is deployed").await;
    browser.choose("#ai-who", "Eng Lead").await;
    browser.click(Locator::XPath("//button[.='Add']")).await;
    browser.sees(".said", "The action item is kept").await;
    let at = |path: &str| practice.at(path);
    vec![
        Stop { name: "watch-over", url: at("/") },
        Stop { name: "room-over", url: at(&format!("{room}?said=resolved")) },
        Stop { name: "status-over", url: practice.status.clone() },
        Stop { name: "handset-over", url: practice.phones[0].1.clone() },
        Stop { name: "postmortem-over", url: at(&format!("{room}/postmortem")) },
        Stop { name: "postmortems-over", url: at("/postmortems") },
        Stop { name: "action-items-over", url: at("/action-items") },
    ]
}

async fn tell_everyone(browser: &Browser, practice: &Practice, room: &str) {
    browser.open(&practice.at(&format!("{room}?template=none#update"))).await;
    browser.fill("#body", "Requests to the API fail at the moment. We are looking into it.").await;
    browser.click(Locator::Css("input[name=audience][value=public]")).await;
    browser.fill("#ptitle", "Errors when using the API").await;
    browser.click(Locator::XPath("//button[.='Post']")).await;
    browser.sees(".said", "The update is posted").await;
}
