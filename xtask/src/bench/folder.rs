//! A large folder of small runbooks, made of a playbook's own.

/// How many documents it holds.
pub(super) const DOCUMENTS: usize = 1000;

/// The runbooks of a playbook over and over, each a document of its own with a name of its own.
pub(super) fn documents(own: &str) -> Vec<Vec<u8>> {
    let runbooks: Vec<&str> = own.split("\n### ").filter(|part| part.contains("**Symptoms")).collect();
    let numbered = runbooks.iter().cycle().take(DOCUMENTS).zip(1..);
    numbered.map(|(runbook, number)| format!("# {number}: {runbook}").into_bytes()).collect()
}
