//! A small team for the tests: its playbook and its settings.

/// The team's playbook. `SINK` stands for the sink's address and `FOLDER` for a folder of the test.
pub(crate) const PLAYBOOK: &str = include_str!("oncall.md");

/// Settings: `ana` and `ben` by webhook at this address; who stands for everybody else has no way to be reached.
pub(crate) fn settings(hook: &str) -> String {
    format!(
        r#"catch_all = ["mute"]

[[people]]
id = "ana"
name = "Primary of the tests"
contacts = [{{ channel = "webhook", address = "{hook}" }}]

[[people]]
id = "ben"
name = "Secondary of the tests"
contacts = [{{ channel = "webhook", address = "{hook}" }}]

[[people]]
id = "mute"
name = "Nobody's phone"

[roles]
"Primary" = ["ana"]
"Secondary" = ["ben"]

[channels.webhook]
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"#
    )
}
