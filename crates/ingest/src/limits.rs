//! Every limit on what a source may send, with its reason. Nothing else lives here.

/// Levels of lists and objects inside one another; real senders use six, and the parser below gives up at 128.
pub const DEPTH_MAX: usize = 64;

/// JSON values in one body; keeps the tree of a full 4 MiB body to some tens of megabytes.
pub const VALUES_MAX: usize = 400_000;

/// Alerts in one request; Prometheus sends at most 256, an Alertmanager group rarely more than a few hundred.
pub const ALERTS_MAX: usize = 10_000;

/// Characters of a source's own key; the limit of `PagerDuty`'s `dedup_key`.
pub const KEY_CHARS_MAX: usize = 255;

/// Characters of a title; a longer one is cut, so that a stored event stays small.
pub const TITLE_CHARS_MAX: usize = incident::words::TITLE_CHARS_MAX;

/// Characters of a description; a longer one is cut.
pub const DESCRIPTION_CHARS_MAX: usize = incident::words::DESCRIPTION_CHARS_MAX;

/// Characters of one label's value; a longer one is cut.
pub const LABEL_CHARS_MAX: usize = 1_000;

/// Labels of one alert, the source's own first; what is over is dropped.
pub const LABELS_MAX: usize = 100;

/// Characters of a label's name; a longer one is cut.
pub(crate) const LABEL_NAME_CHARS_MAX: usize = 200;

/// Characters of the source's word for how bad it is; a longer one is cut.
pub(crate) const SEVERITY_CHARS_MAX: usize = 100;

/// Bytes of a link; a longer one is dropped, because half a link leads nowhere.
pub(crate) const LINK_BYTES_MAX: usize = 4_000;

/// Characters of `payload.summary` which `PagerDuty` accepts.
pub(crate) const SUMMARY_CHARS_MAX: usize = 1_024;

/// Faults which an answer lists; the counts tell of the rest, and senders log only the first few kilobytes.
pub(crate) const FAULTS_TOLD_MAX: usize = 20;
