//! The core told as stories: what happened, what was asked, what follows. No clock runs and nothing sleeps.

mod acknowledging;
mod alerts;
mod approving;
mod diagnosing;
mod escalating;
mod handing_over;
mod helping;
mod learning;
mod overriding;
mod placing;
mod policies;
mod preflight;
mod preparing;
mod promising;
mod ranking;
mod replaying;
mod reporting;
mod resting;
mod running;
mod scheduling;
mod severities;
mod silencing;
mod telling;
mod urgency;
mod why;
mod world;
