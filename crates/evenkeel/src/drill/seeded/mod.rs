//! `evenkeel drill run NAME --seed N`: a drill without the practice stack. What the monitor measured and what the commands
//! printed is played from a recording of the real drill; the monitor's rules, the engine, the core, the room and the stand-in
//! are the real ones. No time is real and nothing is left to chance, so one seed is one transcript.
//!
//! Each play is played twice, and two that differ are an error: something in it asked for the real time or for real chance.

mod chance;
mod clock;
mod play;
mod scene;
#[cfg(test)]
mod tests;

use super::recording::Recording;
use super::tell;
use crate::cli::DrillRun;
use crate::exit::{Failure, Kind};
use crate::practice::Voice;
use crate::print;
use chance::Draws;
use engine::ports::Courier;
use play::{Piece, Told, play};
use range::faults;
use scene::{Phones, Scene};
use std::process::ExitCode;
use std::sync::Arc;

pub(super) fn run(args: &DrillRun, seed: u64, voice: Voice) -> Result<ExitCode, Failure> {
    let recording = recorded(args, seed)?;
    let fault = faults::named(&recording.drill).ok_or_else(|| {
        Failure::new(
            Kind::Refused,
            format!("the recording is of {:?}, and there is no such drill", recording.drill),
        )
    })?;
    let piece = Piece { recording: &recording, fault, seed, surprise: args.surprise };
    let told = twice(piece, &|scene| Arc::new(Phones(scene)))?;
    if let Some(file) = &args.transcript {
        std::fs::write(file, format!("{}{}", told.transcript, told.evidence)).map_err(|error| {
            Failure::new(Kind::World, format!("cannot write {}: {error}", file.display()))
        })?;
    }
    if voice == Voice::Aloud {
        print::line(told.transcript.trim_end())?;
    }
    tell::card(&told.card, &[], voice)?;
    tell::fault(fault, voice)?;
    Ok(if told.card.is_repaired() { ExitCode::SUCCESS } else { ExitCode::from(Kind::Refused.code()) })
}

/// The recording that was asked for, or one that the seed draws.
fn recorded(args: &DrillRun, seed: u64) -> Result<Recording, Failure> {
    if let Some(file) = &args.recorded {
        let wrong =
            |why: String| Failure::new(Kind::World, format!("the recording {}: {why}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let recording = Recording::read(&text).map_err(wrong)?;
        return match args.name.as_deref().filter(|name| *name != recording.drill) {
            Some(name) => Err(wrong(format!("it is of {}, not of {name}", recording.drill))),
            None => Ok(recording),
        };
    }
    let names: Vec<&str> = Recording::names().collect();
    let drawn = usize::try_from(Draws::new(seed, "drill").next()).unwrap_or(0);
    let name = args.name.as_deref().or_else(|| names.get(drawn % names.len().max(1)).copied());
    let name = name.unwrap_or_default();
    let recording = Recording::of(name).ok_or_else(|| {
        Failure::new(Kind::Refused, format!("there is no recording of {name:?}")).hint(format!(
            "there are {}; `drill run NAME --hands-off --record FILE` makes one",
            names.join(", ")
        ))
    })?;
    recording.map_err(|why| Failure::new(Kind::World, format!("the recording of {name}: {why}")))
}

/// Plays it twice; what came of it, if it was the same.
fn twice(piece: Piece<'_>, courier: &dyn Fn(Arc<Scene>) -> Arc<dyn Courier>) -> Result<Told, Failure> {
    let (first, second) = (play(piece, courier)?, play(piece, courier)?);
    if first == second {
        return Ok(first);
    }
    let lines = |told: &Told| told.transcript.lines().map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (lines(&first), lines(&second));
    let at = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "(its end)".to_owned());
    let words = format!(
        "two plays under seed {} differ at line {}, so something in them asked for real time or real chance: {:?} and {:?}",
        piece.seed,
        at + 1,
        line(&one),
        line(&other)
    );
    Err(Failure::new(Kind::World, words))
}
