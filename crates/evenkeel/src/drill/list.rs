//! `evenkeel drill list`: every drill, what is seen in it, and how it went last.

use super::kept;
use crate::exit::Failure;
use crate::practice::Voice;
use crate::print;
use range::faults;
use serde_json::json;
use std::path::Path;
use web::drills::{DrillCard, spent};

pub(super) fn run(file: &Path, form: Voice) -> Result<(), Failure> {
    let kept = kept::earlier(file)?;
    let last = |name: &str| kept.iter().rfind(|card| card.drill == name);
    if form == Voice::Silent {
        let all: Vec<_> = faults::all()
            .map(|fault| {
                json!({
                    "name": fault.name,
                    "runbook": fault.runbook,
                    "seen": fault.seen,
                    "last": last(fault.name),
                })
            })
            .collect();
        return print::json(&all);
    }
    for runbook in faults::RUNBOOKS {
        print::line(runbook)?;
        for fault in faults::all().filter(|fault| fault.runbook == runbook) {
            let how = last(fault.name).map_or_else(|| "never run".to_owned(), how);
            print::line(format!("  {:<22} {}", fault.name, fault.seen))?;
            print::line(format!("  {:<22} {how}", ""))?;
        }
    }
    Ok(())
}

fn how(card: &DrillCard) -> String {
    match card.times.verified {
        Some(_) if card.is_repaired() => {
            format!("last time repaired and verified after {}", spent(card.times.verified))
        }
        _ => "last time not repaired by the playbook".to_owned(),
    }
}
