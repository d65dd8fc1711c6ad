//! Pictures of every page, to look at: `cargo test -p evenkeel --test it browser::screens -- --ignored`.

use super::driver::{Browser, Scripts, Theme, with_browser};
use super::practice::Practice;
use super::tour::{self, Stop};
use std::path::Path;

/// Where they go.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screens");

const WIDTHS: [u32; 3] = [1440, 768, 360];

/// No picture is taller.
const HEIGHT_MAX: u64 = 12_000;

#[tokio::test]
#[ignore = "draws pictures for people to look at"]
async fn every_page_on_every_screen() {
    with_browser(Scripts::On, |browser| async move {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(FOLDER).unwrap();
        let practice = Practice::start(folder.path()).await;
        for stop in tour::doors(&practice) {
            draw(&browser, &stop).await;
        }
        for stop in tour::under_way(&browser, &practice).await {
            draw(&browser, &stop).await;
        }
        for stop in tour::over(&browser, &practice).await {
            draw(&browser, &stop).await;
        }
        practice.stop().await;
    })
    .await;
}

async fn draw(browser: &Browser, stop: &Stop) {
    for width in WIDTHS {
        for theme in [Theme::Light, Theme::Dark] {
            browser.screen(width, theme).await;
            browser.open(&stop.url).await;
            let height = browser.ask("return document.documentElement.scrollHeight").await.as_u64().unwrap();
            browser.tall(width, height.clamp(900, HEIGHT_MAX)).await;
            let picture = browser.client.screenshot().await.unwrap();
            let file = Path::new(FOLDER).join(format!("{}-{width}-{}.png", stop.name, theme.name()));
            std::fs::write(file, picture).unwrap();
        }
    }
}
