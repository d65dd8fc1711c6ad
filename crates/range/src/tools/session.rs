//! What a stand-in tool has at hand while it runs: its output, its person if there is one, its dialect, its range.

use std::io::{self, BufRead as _, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::Dialect;
use crate::RangeError;
use crate::client::{Client, LogRequest, Tick, Until};
use crate::log::{Record, ServiceName};

/// Whether somebody still reads what we print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Listening,
    Gone,
}

/// Whether a person can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seat {
    Terminal,
    Pipe,
}

/// One run of a tool.
pub(crate) struct Session<'a> {
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
    pub(crate) reader: &'a dyn Fn() -> Reader,
    pub(crate) seat: Seat,
    pub(crate) dialect: Dialect,
    /// The range's directory, when the environment names one.
    pub(crate) dir: Option<PathBuf>,
}

impl Session<'_> {
    /// Prints one line and flushes it: a reader in a pipe sees it at once.
    pub(crate) fn say(&mut self, line: &str) -> Result<(), RangeError> {
        writeln!(self.out, "{line}")?;
        Ok(self.out.flush()?)
    }

    /// Prints one line beside the output proper.
    pub(crate) fn remark(&mut self, line: &str) -> Result<(), RangeError> {
        Ok(writeln!(self.err, "{line}")?)
    }

    /// The service of the range that this tool acts on.
    pub(crate) fn client(&self, service: ServiceName) -> Result<Client, RangeError> {
        Client::to(self.dir.as_deref().ok_or(RangeError::NoDirectory)?, service)
    }

    /// Asks the person at the terminal; a break means no.
    pub(crate) fn ask(&mut self, question: &str) -> Result<ControlFlow<()>, RangeError> {
        write!(self.out, "{question} (y/N) ")?;
        self.out.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        let yes = matches!(answer.trim(), "y" | "Y" | "yes");
        Ok(if yes { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }

    /// Prints what `wording` makes of each record; ends when the log does or the reader has gone.
    pub(crate) fn print_log(
        &mut self,
        service: ServiceName,
        asked: LogRequest,
        wording: &dyn Fn(&Record) -> Option<String>,
    ) -> Result<i32, RangeError> {
        let client = self.client(service)?;
        client.read_log(asked, &mut |tick| {
            if (self.reader)() == Reader::Gone {
                return Ok(ControlFlow::Break(()));
            }
            if let Tick::Record(record) = tick
                && let Some(text) = wording(record)
            {
                self.say(&text)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if asked.until == Until::Ended && (self.reader)() == Reader::Listening {
            self.remark("the log has ended: the practice range stopped")?;
        }
        Ok(0)
    }
}
