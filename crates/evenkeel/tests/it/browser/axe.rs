//! axe-core: the tests fetch it once through npm, say so, and put it into the page that is open.

use super::driver::Browser;
use crate::world::run;
use serde_json::{Value, json};
use std::path::Path;

/// Where it is kept between runs.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/axe");

/// What it finds is as bad as this, at least, to count.
const COUNTS: [&str; 2] = ["serious", "critical"];

/// axe's own text.
pub(crate) async fn source() -> String {
    let file = Path::new(FOLDER).join("node_modules/axe-core/axe.min.js");
    if !file.exists() {
        println!("axe-core is not there: npm install --prefix {FOLDER} axe-core");
        std::fs::create_dir_all(FOLDER).unwrap();
        run("npm", &["install", "--no-audit", "--no-fund", "--prefix", FOLDER, "axe-core"]).await.well();
    }
    std::fs::read_to_string(&file).unwrap()
}

/// What axe has against the page that is open: a line for each element; what is less than serious is printed only.
pub(crate) async fn faults(browser: &Browser, source: &str, page: &str) -> Vec<String> {
    browser.client.execute(source, Vec::new()).await.unwrap();
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then((r) => done(r), (e) => done({ error: String(e) }));";
    let found = browser.client.execute_async(run, vec![json!({})]).await.unwrap();
    assert_eq!(found["error"], Value::Null, "axe failed on {page}");
    assert!(found["testEngine"]["name"] == "axe-core", "axe did not look at {page}: {found}");
    let mut faults = Vec::new();
    for rule in found["violations"].as_array().unwrap() {
        for node in rule["nodes"].as_array().unwrap() {
            let line = format!(
                "{page}: {} {}: {} {}",
                rule["impact"], rule["id"], node["target"], node["failureSummary"]
            );
            if COUNTS.iter().any(|name| rule["impact"] == *name) {
                faults.push(line);
            } else {
                println!("not counted: {line}");
            }
        }
    }
    faults
}
