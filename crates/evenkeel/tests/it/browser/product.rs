//! The page of the practice stack's product in a real browser: each symptom stands there in the words of the runbooks
//! while its fault lasts, and is gone after the repair.

use super::PATIENCE;
use super::driver::{Browser, Scripts, Theme, with_browser};
use crate::world::{run, until};
use fantoccini::Locator;
use range::{Load, Range, RangeConfig, ServiceName, tools};
use std::path::Path;
use std::time::Duration;

/// Where pictures go, for people to look at.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screens");

/// How long something that must not happen is waited for.
const A_WHILE: Duration = Duration::from_millis(1_500);

/// A practice stack, and somebody with a browser in front of its page.
struct Visit {
    browser: Browser,
    range: Range,
}

/// Runs a story in front of a fresh stack.
async fn visit<W: Future<Output = Visit> + Send + 'static>(story: impl FnOnce(Visit) -> W + Send + 'static) {
    with_browser(Scripts::On, |browser| async move {
        let folder = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_evenkeel"));
        let mut config = RangeConfig::new(folder.path().join("range"));
        (config.load, config.program) = (Load::Off, Some(program.to_owned()));
        let range = Range::start(config).await.unwrap();
        tools::install(&range.dir().join("bin"), program).unwrap();
        let visit = story(Visit { browser, range }).await;
        visit.range.stop().await.unwrap();
    })
    .await;
}

impl Visit {
    fn home(&self) -> String {
        format!("http://tabbi.localhost:{}/", self.range.whereabouts().http.port())
    }

    /// Opens the page anew.
    async fn comes(&self) {
        self.browser.open(&self.home()).await;
        self.browser.found(Locator::Css("body[data-ready=yes]")).await;
    }

    /// Signs in by way of the provider.
    async fn signs_in(&self) {
        self.browser.click(Locator::Css("#sign-in")).await;
        self.browser.fill("#login", "ada").await;
        self.browser.click(Locator::Css("main button")).await;
        self.browser.sees("#name", "ada").await;
    }

    /// Signs in and starts a session.
    async fn begins(&self) {
        self.comes().await;
        self.signs_in().await;
        self.starts().await;
    }

    async fn starts(&self) {
        self.browser.click(Locator::Css("#new")).await;
        self.stands("Connected").await;
    }

    async fn stands(&self, words: &str) {
        self.browser.sees("#status", words).await;
    }

    /// Says something and, when `answers` of the assistant are then on the page, goes on.
    async fn says(&self, text: &str) {
        self.browser.fill("#text", text).await;
        self.browser.click(Locator::Css("#say button")).await;
    }

    /// Waits until so many whole messages of somebody are on the page.
    async fn has(&self, role: &str, count: usize) {
        let what = format!("{count} messages of {role}");
        until(&what, PATIENCE, || async { (self.count(role).await == count).then_some(()) }).await;
    }

    async fn count(&self, role: &str) -> usize {
        let place = format!("#messages .{role}:not(.coming)");
        self.browser.client.find_all(Locator::Css(&place)).await.unwrap().len()
    }

    fn breaks(&self, fault: &str) {
        self.range.break_it(fault).unwrap();
    }

    /// Runs a command of the playbook or of the tools, and nothing is broken any more.
    async fn repairs(&self, line: &str) {
        let (dir, bin) = (self.range.dir().display(), self.range.dir().join("bin"));
        let line = format!("EVENKEEL_RANGE_DIR='{dir}' PATH='{}':\"$PATH\" {line}", bin.display());
        let said = run("bash", &["-c", &line]).await;
        assert_eq!(said.code, 0, "{line}: {} {}", said.out, said.err);
        assert_eq!(self.range.faults_on().unwrap(), [""; 0]);
    }

    /// Sets back what no command repairs, and waits for the service.
    async fn operator_repairs(&self, fault: &str, service: ServiceName) {
        self.range.set_back(fault).unwrap();
        until("the service", PATIENCE, || async { self.range.services().unwrap()[&service].pid }).await;
    }

    /// The page says no such thing for a while.
    async fn never(&self, place: &str, words: &str) {
        let looked = tokio::time::timeout(A_WHILE, async {
            loop {
                if self.browser.held(place).await.is_some_and(|text| text.contains(words)) {
                    return;
                }
            }
        });
        assert!(looked.await.is_err(), "{words:?} in {place}");
    }
}

const ROLLBACK: &str = "wrangler rollback --env production";
const DEPLOY: &str = "npx convex deploy --yes";

#[tokio::test]
async fn all_is_well_on_the_page_and_the_browser_has_nothing_to_object() {
    visit(|page| async move {
        page.begins().await;
        page.says("What does this repository do?").await;
        page.has("user", 1).await;
        page.has("assistant", 1).await;
        page.browser.sees("#pace", "answered in").await;
        // The edge hands messages over after the answer.
        until("the history", PATIENCE, || async {
            page.comes().await;
            (page.count("assistant").await == 1).then_some(())
        })
        .await;
        page.stands("Connected").await;
        std::fs::create_dir_all(PICTURES).unwrap();
        for (theme, width) in [(Theme::Light, 1200), (Theme::Dark, 1200), (Theme::Light, 360)] {
            page.browser.screen(width, theme).await;
            let file = Path::new(PICTURES).join(format!("product-{width}-{}.png", theme.name()));
            std::fs::write(file, page.browser.client.screenshot().await.unwrap()).unwrap();
        }
        page.browser.click(Locator::Css("#sign-out")).await;
        page.browser.found(Locator::Css("#welcome:not([hidden])")).await;
        let said = page.browser.console().await;
        assert_eq!(said, [""; 0], "the browser objects to something");
        page
    })
    .await;
}

#[tokio::test]
async fn errors_and_failing_sessions_are_told_on_the_page() {
    visit(|page| async move {
        page.begins().await;
        page.breaks("bad-deployment");
        page.browser.click(Locator::Css("#new")).await;
        page.browser.sees("#error", "Something went wrong").await;
        page.repairs(ROLLBACK).await;
        page.starts().await;
        assert_eq!(page.browser.text("#error").await.unwrap_or_default(), "");

        page.breaks("sandbox-down");
        until("the sandbox is gone", PATIENCE, || async {
            page.range.services().unwrap()[&ServiceName::Sandbox].pid.is_none().then_some(())
        })
        .await;
        page.browser.click(Locator::Css("#new")).await;
        page.browser.sees("#error", "Failed to create session").await;
        page.operator_repairs("sandbox-down", ServiceName::Sandbox).await;
        page.starts().await;

        page.breaks("git-token-expired");
        page.browser.click(Locator::Css("#new")).await;
        let told = page.browser.sees("#error", "Failed to create session").await;
        assert!(told.contains("sign in again"), "{told}");
        page.repairs("npx convex run github:signOutExpired --prod").await;
        page.browser.click(Locator::Css("#new")).await;
        page.browser.sees("#error", "Unauthorized").await;
        page.signs_in().await;
        page.starts().await;
        page
    })
    .await;
}

#[tokio::test]
async fn connections_that_fail_or_are_lost_are_told_on_the_page() {
    visit(|page| async move {
        page.begins().await;
        page.breaks("origin-missing");
        page.comes().await;
        page.stands("Connecting...").await;
        page.never("#status", "Connected").await;
        page.says("Is anybody there?").await;
        page.browser.sees("#error", "Not connected").await;
        page.repairs("wrangler deploy --env production").await;
        page.stands("Connected").await;

        page.breaks("actor-hibernated");
        page.stands("Not connected").await;
        page.repairs(ROLLBACK).await;
        page.comes().await;
        page.stands("Connected").await;
        page.never("#status", "Not connected").await;
        page
    })
    .await;
}

#[tokio::test]
async fn pauses_that_come_too_soon_are_told_on_the_page() {
    visit(|page| async move {
        page.begins().await;
        page.breaks("auto-pause-wrong");
        page.says("hello").await;
        page.stands("Session paused").await;
        page.repairs(ROLLBACK).await;
        page.browser.click(Locator::Css("#resume")).await;
        page.stands("Connected").await;
        page.never("#status", "Session paused").await;
        page
    })
    .await;
}

#[tokio::test]
async fn messages_that_are_missing_are_missing_on_the_page() {
    visit(|page| async move {
        page.begins().await;
        page.breaks("duplicate-filter");
        // The minute may turn between two answers, but not between each two of three.
        for n in 1..=3 {
            page.says(&format!("question {n}")).await;
            page.has("user", n).await;
        }
        tokio::time::timeout(A_WHILE, page.has("assistant", 3)).await.expect_err("an answer is missing");
        page.repairs(ROLLBACK).await;
        page.starts().await;

        page.breaks("sync-stalled");
        page.says("Is this kept?").await;
        page.has("assistant", 1).await;
        page.comes().await;
        page.stands("Connected").await;
        assert_eq!(page.count("user").await, 0, "the page shows an old state");
        page.repairs("npx convex env set SYNC_WORKERS 4 --prod").await;
        page.starts().await;

        page.breaks("duplicate-message-ids");
        for n in 1..=3 {
            page.says(&format!("question {n}")).await;
            page.has("assistant", n).await;
        }
        page.comes().await;
        page.stands("Connected").await;
        let shown = page.count("user").await;
        assert!(shown < 3, "the page shows an old state: {shown} of 3");
        page.repairs(DEPLOY).await;
        page.starts().await;
        for n in 1..=3 {
            page.says(&format!("question {n}")).await;
            page.has("assistant", n).await;
        }
        until("the whole history", PATIENCE, || async {
            page.comes().await;
            (page.count("assistant").await == 3).then_some(())
        })
        .await;
        page
    })
    .await;
}

#[tokio::test]
async fn slowness_is_told_on_the_page() {
    visit(|page| async move {
        page.begins().await;
        page.breaks("slow-dependency");
        // The backend runs for a moment every three seconds: sooner or later an answer waits for it.
        until("a slow answer", PATIENCE, || async {
            page.says("hello").await;
            page.browser.sees("#pace", "answered in").await.contains("Slow response").then_some(())
        })
        .await;
        page.range.set_back("slow-dependency").unwrap();
        until("a fast answer", PATIENCE, || async {
            page.says("hello").await;
            let told = page.browser.sees("#pace", "answered in").await;
            (!told.contains("Slow response")).then_some(())
        })
        .await;
        page
    })
    .await;
}

#[tokio::test]
async fn sign_ins_that_fail_are_told_on_the_page() {
    visit(|page| async move {
        page.comes().await;
        page.breaks("oauth-callback-wrong");
        page.browser.click(Locator::Css("#sign-in")).await;
        page.browser.sees("main", "is not associated with this application").await;
        page.repairs("npx convex env remove AUTH_CALLBACK_URL --prod").await;

        page.comes().await;
        page.breaks("oauth-secret-wrong");
        page.browser.click(Locator::Css("#sign-in")).await;
        page.browser.fill("#login", "ada").await;
        page.browser.click(Locator::Css("main button")).await;
        page.browser.sees("#error", "Sign-in failed").await;
        page.repairs("npx convex env set AUTH_GITHUB_SECRET practice-app-password --prod").await;

        page.breaks("token-expiry-wrong");
        page.comes().await;
        page.browser.click(Locator::Css("#sign-in")).await;
        page.browser.fill("#login", "ada").await;
        page.browser.click(Locator::Css("main button")).await;
        until("the token has run out", PATIENCE, || async {
            let _ = page.browser.client.find(Locator::Css("#new")).await.ok()?.click().await;
            page.browser.held("#error").await.filter(|text| text.contains("Unauthorized"))
        })
        .await;
        page.repairs(DEPLOY).await;
        page.begins().await;

        page.browser.click(Locator::Css("#sign-out")).await;
        page.breaks("provider-down");
        until("the provider is gone", PATIENCE, || async {
            page.range.services().unwrap()[&ServiceName::Provider].pid.is_none().then_some(())
        })
        .await;
        page.browser.click(Locator::Css("#sign-in")).await;
        page.browser.sees("body", "Something went wrong").await;
        page.operator_repairs("provider-down", ServiceName::Provider).await;
        page.begins().await;
        page
    })
    .await;
}
