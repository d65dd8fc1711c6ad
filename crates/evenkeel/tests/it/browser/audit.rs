//! What every page must keep: nothing against it from axe, nothing wider than the screen, and a small weight.

use super::axe;
use super::driver::{Browser, Scripts, Theme, with_browser};
use super::practice::Practice;
use super::tour::{self, Stop};

/// From the smallest phone to a desk.
const WIDTHS: [u32; 3] = [320, 360, 1440];

/// A page with everything that it loads.
const BYTES_MAX: u64 = 100_000;

/// What stands out to the right of the screen, by name.
const TOO_WIDE: &str = "
    const root = document.documentElement, wide = root.clientWidth;
    if (root.scrollWidth <= wide) return '';
    const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > wide + 0.5);
    const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map((c) => '.' + c).join('');
    return root.scrollWidth + ' px: ' + out.slice(0, 6).map(name).join(' ');";

/// What comes over the wire for the page that is open, on a first visit; what it asks later to stay true counts not.
const WEIGHT: &str = "
    const later = (entry) => entry.initiatorType === 'fetch';
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return all.filter((entry) => !later(entry)).reduce((sum, entry) => sum + entry.encodedBodySize, 0);";

#[tokio::test]
async fn every_page_is_open_to_everybody_and_fits_every_screen() {
    with_browser(Scripts::On, |browser| async move {
        let folder = tempfile::tempdir().unwrap();
        let practice = Practice::start(folder.path()).await;
        let source = axe::source().await;
        let mut faults = Vec::new();
        for stop in tour::doors(&practice) {
            faults.extend(look(&browser, &source, &stop).await);
        }
        for stop in tour::under_way(&browser, &practice).await {
            faults.extend(look(&browser, &source, &stop).await);
        }
        for stop in tour::over(&browser, &practice).await {
            faults.extend(look(&browser, &source, &stop).await);
        }
        practice.stop().await;
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

async fn look(browser: &Browser, axe_source: &str, stop: &Stop) -> Vec<String> {
    let mut faults = Vec::new();
    browser.screen(WIDTHS[2], Theme::Light).await;
    browser.open(&stop.url).await;
    let weight = browser.ask(WEIGHT).await.as_u64().unwrap();
    assert!(weight > 500, "{}: {weight} bytes are no page", stop.name);
    println!("{}: {weight} bytes", stop.name);
    if weight > BYTES_MAX {
        faults.push(format!("{}: {weight} bytes are loaded", stop.name));
    }
    for width in WIDTHS {
        browser.screen(width, Theme::Light).await;
        let wide = browser.ask(TOO_WIDE).await;
        if wide != "" {
            faults.push(format!("{}: at {width} px it is {wide}", stop.name));
        }
    }
    for (width, theme) in [(WIDTHS[2], Theme::Light), (WIDTHS[2], Theme::Dark), (WIDTHS[1], Theme::Light)] {
        browser.screen(width, theme).await;
        let page = format!("{} ({width} px, {})", stop.name, theme.name());
        faults.extend(axe::faults(browser, axe_source, &page).await);
    }
    faults
}
