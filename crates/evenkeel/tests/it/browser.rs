//! A real browser walks through the console while a real incident runs: with scripts and without, by eye and by axe.

mod audit;
mod axe;
mod driver;
mod paths;
mod practice;
mod product;
mod screens;
mod story;
mod tour;

use std::time::Duration;

/// How long anything may take to show on a page, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
