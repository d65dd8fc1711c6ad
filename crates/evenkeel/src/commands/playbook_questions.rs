//! `evenkeel playbook questions`, `answer` and `ask`: what the compiler is not sure about, and what people say to it.
//!
//! An answer goes into the file beside the document; the document is never touched.

use crate::cli::{Answer, Asked, Reach};
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::print;
use crate::wiring::{self, ReadPlaybook};
use engine::ports::Clock as _;
use playbook::answers::{Entry, with_entry, without_entry};
use playbook::{Answered, Doubt, DoubtKind};
use serde_json::{Value, json};
use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

/// A longer answer belongs into the document.
const ANSWER_BYTES_MAX: usize = 2_000;

pub(super) fn list(reach: &Reach, asked: &Asked, all: bool) -> Result<(), Failure> {
    let reads = read(&asked.files, &asked.config)?;
    if reach.json {
        return print::json(&reads.iter().flat_map(listed).collect::<Vec<_>>());
    }
    let (mut open, mut answered) = (0, 0);
    for read in &reads {
        for doubt in &read.playbook.questions {
            let count = if doubt.is_open() { &mut open } else { &mut answered };
            *count += 1;
            if all || doubt.is_open() {
                show(read, doubt)?;
            }
        }
    }
    print::line(format!("{open} open, {answered} answered"))?;
    if open > 0 {
        print::line("answer with: evenkeel playbook answer ID ANSWER --in FILE --by NAME")?;
    }
    Ok(())
}

pub(super) fn answer(reach: &Reach, given: &Answer) -> Result<(), Failure> {
    let reads = read(&given.files, &given.config)?;
    let kept = match &given.answer {
        None => forget(&reads, &given.id)?,
        Some(words) => {
            let by = given.by.clone();
            settle(&reads, &given.id, &Words { answer: words.trim().to_owned(), by })?
        }
    };
    let kept: Vec<String> = kept.iter().map(|file| file.display().to_string()).collect();
    if reach.json {
        print::json(&json!({ "kept": kept }))
    } else {
        print::line(format!("kept in {}", kept.join(", ")))
    }
}

/// Asks one question after the other; an empty line leaves it open.
pub(super) fn ask(asked: &Asked, by: Option<&str>) -> Result<(), Failure> {
    let mut lines = std::io::stdin().lock();
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        let failure = Failure::new(Kind::Usage, "questions are asked at a terminal only");
        return Err(failure
            .hint("`evenkeel playbook questions --json` and `evenkeel playbook answer` are for programs"));
    }
    let reads = read(&asked.files, &asked.config)?;
    for (at, read) in reads.iter().enumerate() {
        for doubt in read.playbook.questions.iter().filter(|doubt| doubt.is_open()) {
            show(read, doubt)?;
            loop {
                print::prompt("answer (empty: later): ")?;
                let mut line = String::new();
                let read_bytes = lines
                    .read_line(&mut line)
                    .map_err(|error| Failure::new(Kind::World, format!("cannot read the answer: {error}")))?;
                if read_bytes == 0 {
                    return Ok(());
                }
                let words = Words { answer: line.trim().to_owned(), by: by.map(str::to_owned) };
                if words.answer.is_empty() {
                    break;
                }
                match settle(&reads[at..=at], &doubt.id, &words) {
                    Ok(_) => break,
                    Err(failure) => print::line(failure.to_string())?,
                }
            }
        }
    }
    Ok(())
}

/// What was typed.
struct Words {
    answer: String,
    by: Option<String>,
}

/// The playbooks that were named, or the one of the settings.
fn read(files: &[PathBuf], config: &Path) -> Result<Vec<ReadPlaybook>, Failure> {
    if files.is_empty() {
        return Ok(vec![Config::read(config)?.playbook.read()?]);
    }
    files.iter().map(|file| wiring::read_playbook(file)).collect()
}

/// A question with its file, and what answers it as a command.
fn listed(read: &ReadPlaybook) -> Vec<Value> {
    let one = |doubt: &Doubt| {
        let mut value = json!(doubt);
        value["file"] = json!(read.path(doubt.document));
        value
    };
    read.playbook.questions.iter().map(one).collect()
}

fn show(read: &ReadPlaybook, doubt: &Doubt) -> Result<(), Failure> {
    let place = format!("{}:{}", read.path(doubt.document).display(), doubt.origin.span.line);
    print::line(format!("{}  {}", doubt.id, print::foreign(&place)))?;
    print::line(format!("    {}", print::foreign(&doubt.question)))?;
    for offer in &doubt.offers {
        let guess = if offer.answer == doubt.guess { " (holds until somebody answers)" } else { "" };
        print::line(format!("      {:<8} {}{guess}", offer.answer, offer.means))?;
    }
    match &doubt.answered {
        Some(said) => print::line(format!(
            "    answered: {} ({})\n",
            print::foreign(&said.answer),
            print::foreign(&said.whose())
        )),
        None if doubt.offers.is_empty() => print::line("      in your own words\n"),
        None => print::line(""),
    }
}

/// Keeps an answer beside every document that asks the question.
fn settle(reads: &[ReadPlaybook], id: &str, words: &Words) -> Result<Vec<PathBuf>, Failure> {
    let asking = reads.iter().flat_map(|read| read.playbook.questions.iter().map(move |doubt| (read, doubt)));
    let asking: Vec<_> = asking.filter(|(_, doubt)| doubt.id == id).collect();
    if asking.is_empty() {
        let failure = Failure::new(Kind::Refused, format!("nothing asks {id:?}"));
        return Err(
            failure.hint("`evenkeel playbook questions` lists what is asked; an id changes with its text")
        );
    }
    let mut kept = Vec::new();
    for (read, doubt) in asking {
        let entry =
            Entry { id: id.to_owned(), question: doubt.question.clone(), answered: answered(doubt, words)? };
        kept.push(wiring::change(&read.path(doubt.document), |before| with_entry(before, &entry))?);
    }
    Ok(kept)
}

fn answered(doubt: &Doubt, words: &Words) -> Result<Answered, Failure> {
    let answer = words.answer.clone();
    let offers: Vec<&str> = doubt.offers.iter().map(|offer| offer.answer.as_str()).collect();
    if answer.is_empty() || answer.len() > ANSWER_BYTES_MAX {
        let message = format!("an answer has 1 to {ANSWER_BYTES_MAX} bytes, this one has {}", answer.len());
        return Err(Failure::new(Kind::Usage, message));
    }
    if !offers.is_empty() && !offers.contains(&answer.as_str()) {
        let message = format!("{answer:?} is no answer to “{}”", doubt.question);
        return Err(Failure::new(Kind::Usage, message).hint(format!("answer {}", offers.join(" or "))));
    }
    let named = words.by.clone().filter(|by| !by.trim().is_empty());
    let by = match (doubt.about, named) {
        (_, Some(by)) => by,
        (DoubtKind::Command, None) => {
            let failure = Failure::new(Kind::Usage, "a command is vouched for by a named person only");
            return Err(failure.hint("add --by NAME"));
        }
        (_, None) => ["USER", "LOGNAME"].into_iter().find_map(wiring::own_variable).unwrap_or_default(),
    };
    let at = wiring::Steady::new(1.0).now();
    Ok(Answered { answer, by, at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string() })
}

/// Takes the answer out wherever it is kept, also when nothing asks for it any more.
fn forget(reads: &[ReadPlaybook], id: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut changed = Vec::new();
    for read in reads {
        for (number, answers) in (0_u32..).zip(&read.answers) {
            if answers.get(id).is_some() {
                changed.push(wiring::change(&read.path(number), |before| without_entry(before, id))?);
            }
        }
    }
    if changed.is_empty() {
        return Err(Failure::new(Kind::Refused, format!("no file of answers holds {id:?}")));
    }
    Ok(changed)
}
