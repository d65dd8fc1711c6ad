//! The JSON Schema of the playbook model, for `docs/playbook.schema.json`.

use crate::failure::Failure;

/// The schema as the page holds it, but for the last line feed.
pub(crate) fn text() -> Result<String, Failure> {
    let schema = schemars::schema_for!(playbook::Playbook);
    serde_json::to_string_pretty(&schema).map_err(|e| Failure::Answer(format!("schema: {e}")))
}
