//! The incident core: commands in, events out, state by folding events, intents for what leaves the process.
//!
//! `decide(&Incident, Command, &Moment) -> Result<Vec<Event>, Refusal>` says what happens,
//! `evolve(Incident, &Event) -> Incident` makes it so and cannot fail, `follow(&Incident, &Event) -> Vec<Intent>` says
//! what must now happen in the world. All three are synchronous, total and deterministic: no clock, no I/O, no
//! chance, no hashing order. `no_std` makes the compiler hold that.

#![no_std]

extern crate alloc;

mod alert;
mod command;
mod decide;
mod diagnosis;
mod event;
mod evolve;
mod expectation;
mod follow;
mod id;
mod later;
mod path;
mod people;
mod place;
mod plan;
mod postmortem;
mod preflight;
mod refusal;
mod schedule;
mod severity;
mod sight;
mod silence;
mod similar;
mod state;
mod summary;
mod why;
pub mod words;

pub use alert::{Alert, AlertKey, AlertStatus};
pub use command::{AckIntent, Asked, Command, RunAsk, StepOutcome, UpdateDraft};
pub use decide::{Acted, act, decide};
pub use diagnosis::{Diagnosis, Evidence, RankedCause, diagnose};
pub use event::{
    Acknowledging, Arrival, Audience, Ending, Event, EventKind, Fact, Holding, Lapse, OpenedBy, Opening,
    PageDecision, PageFailure, PageOutcome, PagePurpose, Phase, Purpose, Reaching, Resting, RestsFor,
    RunReport, RunRequest, SeverityBasis, StopReason, Taking,
};
pub use evolve::evolve;
pub use follow::{Intent, TimerKey, Work, follow};
pub use id::{IncidentId, OverrideId, ParseIdError, SilenceId};
pub use later::later;
pub use path::{EscalationPath, EscalationPolicy, Level};
pub use people::{Actor, Channel, Contact, Moment, PersonId, Responder, Roster};
pub use place::{Place, Serves};
pub use plan::{DelayReading, Plan, Policy};
pub use postmortem::{Impact, absolute_links, draft_postmortem, recovery_began};
pub use preflight::{Finding, Preflight, Stretch, Trouble};
pub use refusal::Refusal;
pub use schedule::{
    Again, Calendar, Entry, Every, Hours, Layer, MadeBy, MadeOverride, OVERRIDE_MAX, OVERRIDES_MAX, Override,
    OverrideDraft, OverrideKind, OverrideWish, Recurring, Rotation, Schedule, Shift, Stint, SwapShift, Take,
    Turns, Weekdays, Window, instant,
};
pub use severity::{Severity, Urgency};
pub use sight::Sight;
pub use silence::{
    EndedEarly, Hold, MATCHERS_MAX, Maintenance, MaintenanceDays, MatchOp, Matcher, Matchers, SILENCE_MAX,
    SILENCES_MAX, Silence, SilenceDraft, SilenceKind, Silences,
};
pub use similar::{Helped, Likeness, similar, what_helped};
pub use state::{
    Acknowledgement, ActionItem, AlertState, Escalation, FirstWord, Incident, Page, PageState,
    PostmortemState, Recovery, Run, RunState, Status, StatusUpdate, Tick,
};
pub use summary::{Summary, summarize};
pub use why::{WhyLine, why};
