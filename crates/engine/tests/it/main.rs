//! The engine told as stories: a clock moved by hand, storage in memory, couriers and commands that do as told.

mod agents;
mod crashes;
mod holding;
mod late;
mod overrides;
mod pages;
mod runs;
mod silences;
mod still;
mod storage;
mod storms;
mod world;
