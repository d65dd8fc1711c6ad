//! `evenkeel preflight`: when would an incident wake nobody, or the wrong people? Changes nothing.

use crate::cli::{Preflight as Args, Reach};
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::Clock as _;
use incident::{Finding, Plan, Preflight};

pub(super) fn run(reach: &Reach, args: &Args) -> Result<(), Failure> {
    let config = Config::read(&args.config)?;
    let plan = config.plan(config.playbook.read()?.playbook)?;
    let found = ahead(&config, &plan, args.days);
    if reach.json {
        print::json(&found)?;
    } else {
        tell(&found, args.days)?;
    }
    match found.grave().count() {
        0 => Ok(()),
        grave => Err(Failure::new(Kind::Config, format!("{grave} thing(s) would go wrong"))),
    }
}

/// What they make of the days to come, from now on.
pub(super) fn ahead(config: &Config, plan: &Plan, days: u32) -> Preflight {
    let now = wiring::Steady::new(1.0).now();
    wiring::look_ahead(plan, config.roster(), &config.channels, now, days)
}

fn tell(found: &Preflight, days: u32) -> Result<(), Failure> {
    if found.findings.is_empty() {
        return print::line(format!(
            "whatever happens in the next {days} days, somebody on its path is woken"
        ));
    }
    let row = |one: &Finding| {
        let mark = if one.trouble.is_grave() { "!!" } else { "?" };
        vec![mark.to_owned(), one.said.clone(), one.fix.clone()]
    };
    print::table(&found.findings.iter().map(row).collect::<Vec<_>>())
}
