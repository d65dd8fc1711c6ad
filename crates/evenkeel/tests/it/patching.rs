//! `playbook check --fix`, `--sarif`, and what the disk and the calendar tell.

use crate::world::{evenkeel, run};
use std::path::Path;

fn codes(found: &serde_json::Value) -> Vec<String> {
    found.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_patch_fits_the_document_as_it_is_and_mends_it() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playbooks/tabbi.md");
    let own = std::fs::read_to_string(own).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.md");
    let damaged = own.replace("npx convex logs --prod", "npx convex logs").replace('\n', "\r\n");
    std::fs::write(&file, &damaged).unwrap();
    let path = file.to_str().unwrap();
    let before = codes(&evenkeel(&["playbook", "check", path, "--deny", "never", "--json"]).await.json());
    assert!(before.contains(&"W022".to_owned()), "{before:?}");

    let patch = evenkeel(&["playbook", "check", path, "--fix"]).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), damaged, "nothing is written");
    let patch_file = folder.path().join("fix.patch");
    std::fs::write(&patch_file, &patch.well().out).unwrap();
    run("patch", &["--binary", "-p0", path, patch_file.to_str().unwrap()]).await.well();

    let after = codes(&evenkeel(&["playbook", "check", path, "--deny", "never", "--json"]).await.json());
    assert!(!after.contains(&"W022".to_owned()), "{after:?}");
    let mended = std::fs::read_to_string(&file).unwrap();
    assert!(mended.lines().count() == damaged.lines().count() && mended.ends_with("\r\n"));
    assert!(evenkeel(&["playbook", "check", path, "--fix"]).await.well().out.is_empty(), "nothing is left");
}

#[tokio::test]
async fn the_patch_finds_a_document_with_a_blank_in_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("our book.md");
    std::fs::write(&file, "# Ops\n\nRead â†’ act.\n").unwrap();
    let patch = evenkeel(&["playbook", "check", file.to_str().unwrap(), "--fix"]).await;
    let patch_file = folder.path().join("fix.patch");
    std::fs::write(&patch_file, &patch.well().out).unwrap();
    // The name is the patch's alone.
    let named = ["--binary", "--batch", "-p1", "-d", "/", "-i", patch_file.to_str().unwrap()];
    run("patch", &named).await.well();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "# Ops\n\nRead → act.\n");
}

#[tokio::test]
async fn of_one_document_no_more_is_shown_than_anybody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.md");
    let links: String = (0..700).map(|number| format!("[a](gone{number}.md) ")).collect();
    std::fs::write(&file, format!("# Ops\n\n{links}\n")).unwrap();
    let path = file.to_str().unwrap();
    let shown = evenkeel(&["playbook", "check", path, "--deny", "never"]).await.well().out.clone();
    assert!(shown.contains("more finding(s); --json lists all"), "{shown}");
    assert!(shown.matches("warning[W054]").count() <= 500);
    let all = codes(&evenkeel(&["playbook", "check", path, "--deny", "never", "--json"]).await.json());
    assert_eq!(all.iter().filter(|code| *code == "W054").count(), 700);
}

#[tokio::test]
async fn code_hosts_and_calendars_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disk.md");
    let text = "---\nlast_reviewed_on: 2020-01-01\nreview_in: 6 months\n---\n# DiskFull\n\nSee [more](more.md).\n\n## Steps\n\n1. look\n\n   ```bash\n   wrangler tail --filter é\n   ```\n";
    std::fs::write(&file, text).unwrap();
    let said = evenkeel(&["playbook", "check", folder.path().to_str().unwrap(), "--sarif"]).await;
    assert_eq!(said.code, 5);
    let log: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |code: &str| {
        let found = results.iter().find(|result| result["ruleId"] == code);
        found.unwrap_or_else(|| panic!("no {code} in {said:?}", said = said.out))
    };
    let wrong_option = of("E020");
    assert_eq!(wrong_option["level"], "error");
    let place = &wrong_option["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("disk.md"));
    assert_eq!(place["region"]["startLine"], 14);
    assert_eq!(of("W048")["level"], "warning");
    assert!(of("W054")["message"]["text"].as_str().unwrap().contains("more.md"));
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(results.iter().all(|result| rules.iter().any(|rule| rule["id"] == result["ruleId"])));
}
