//! The load generator: one thread, many keep-alive connections, one request at a time on each.
//!
//! Closed, each answer is followed by the next request. Open, requests have times of their own and latency counts from
//! there, so that a server which stalls is charged for those who had to wait.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

use super::numbers::{percentile, real};
use super::wire::{self, Request};
use super::{clock, numbers};
use crate::failure::Failure;

/// Nothing for so long, and the run ends.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// What the timer is known by among the connections.
const TIMER: u64 = u64::MAX;

/// When requests go out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// As fast as answers come.
    Closed,
    /// So many a second.
    Open(f64),
}

/// Which numbers are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Numbers {
    /// Each one once, from here on.
    From(u64),
    /// This one always.
    Always(u64),
}

/// One run.
pub(super) struct Load {
    pub(super) address: SocketAddr,
    pub(super) request: Request,
    pub(super) connections: usize,
    pub(super) pace: Pace,
    pub(super) numbers: Numbers,
    /// No request begins after this.
    pub(super) time_max: Duration,
    /// No more requests than this.
    pub(super) count_max: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The numbers answered with 2xx, in the order of their answers.
    pub(super) taken: Vec<u64>,
    /// When the request of each number that was answered should have gone out.
    pub(super) sent: Vec<(u64, Instant)>,
    /// Milliseconds from there to the answer.
    pub(super) waited: Vec<f64>,
    /// Answers other than 2xx.
    pub(super) refused: u64,
    /// Connections that ended under a request.
    pub(super) broken: u64,
    /// From the first request to the last answer.
    pub(super) length: Duration,
}

impl Outcome {
    /// Answers of 2xx a second.
    pub(super) fn rate(&self) -> f64 {
        numbers::real(self.taken.len() as u64) / self.length.as_secs_f64()
    }

    /// The latency below which this share of answers lies, in milliseconds.
    pub(super) fn waited_ms(&mut self, share: f64) -> f64 {
        percentile(&mut self.waited, share)
    }
}

/// One connection.
struct Line {
    stream: TcpStream,
    read: Vec<u8>,
    asked: Option<(u64, Instant)>,
}

/// A run under way.
struct Running {
    load: Load,
    epoll: OwnedFd,
    timer: OwnedFd,
    lines: Vec<Line>,
    free: VecDeque<usize>,
    began: Instant,
    begun: u64,
    waiting: usize,
    outcome: Outcome,
}

/// Runs it to its end.
pub(super) fn run(load: Load) -> Result<Outcome, Failure> {
    let address = load.address;
    let failed = |cause| Failure::io(format!("load on {address}"))(cause);
    Running::begin(load).and_then(Running::finish).map_err(failed)
}

impl Running {
    fn begin(load: Load) -> io::Result<Running> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer =
            timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &timer, epoll::EventData::new_u64(TIMER), epoll::EventFlags::IN)?;
        let mut lines = Vec::with_capacity(load.connections);
        for number in 0..load.connections {
            let stream = TcpStream::connect(load.address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN)?;
            lines.push(Line { stream, read: Vec::with_capacity(4096), asked: None });
        }
        let free = (0..lines.len()).collect();
        let outcome = Outcome::default();
        let began = clock::now();
        Ok(Running { load, epoll, timer, lines, free, began, begun: 0, waiting: 0, outcome })
    }

    fn finish(mut self) -> io::Result<Outcome> {
        let mut events = Vec::with_capacity(256);
        let silence = Timespec::try_from(SILENCE_MAX).map_err(io::Error::other)?;
        loop {
            self.send_due()?;
            if self.waiting == 0 && !self.goes_on() {
                break;
            }
            events.clear();
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&silence)) {
                Ok(0) => break,
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            for event in &events {
                match event.data.u64() {
                    TIMER => drop(rustix::io::read(&self.timer, &mut [0; 8])),
                    line => self.hear(usize::try_from(line).unwrap_or(usize::MAX)),
                }
            }
        }
        self.outcome.length = self.began.elapsed();
        // What was asked and never answered.
        self.outcome.broken += self.waiting as u64;
        Ok(self.outcome)
    }

    fn goes_on(&self) -> bool {
        let lines_left = self.waiting > 0 || !self.free.is_empty();
        self.begun < self.load.count_max && self.began.elapsed() < self.load.time_max && lines_left
    }

    /// Sends what is due on the connections that are free.
    fn send_due(&mut self) -> io::Result<()> {
        while self.goes_on() {
            let due = match self.load.pace {
                Pace::Closed => clock::now(),
                Pace::Open(rate) => self.began + Duration::from_secs_f64(real(self.begun) / rate),
            };
            if due > clock::now() {
                return self.wake_at(due);
            }
            let Some(free) = self.free.pop_front() else { return Ok(()) };
            self.ask(free, due);
        }
        Ok(())
    }

    fn wake_at(&self, due: Instant) -> io::Result<()> {
        let left = due.saturating_duration_since(clock::now()).max(Duration::from_nanos(1));
        let it_value = Timespec::try_from(left).map_err(io::Error::other)?;
        let it_interval = Timespec { tv_sec: 0, tv_nsec: 0 };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval, it_value })?;
        Ok(())
    }

    fn ask(&mut self, free: usize, due: Instant) {
        let number = match self.load.numbers {
            Numbers::From(first) => first + self.begun,
            Numbers::Always(number) => number,
        };
        self.begun += 1;
        let line = &mut self.lines[free];
        // A request is small and the connection is idle, so it goes out whole or the connection is gone.
        if line.stream.write_all(self.load.request.numbered(number)).is_ok() {
            line.asked = Some((number, due));
            self.waiting += 1;
        } else {
            self.outcome.broken += 1;
        }
    }

    /// Reads what a connection has, and takes it for free when its answer is whole.
    fn hear(&mut self, at: usize) {
        let Some(line) = self.lines.get_mut(at) else { return };
        let mut buffer = [0; 4096];
        match line.stream.read(&mut buffer) {
            Ok(read) if read > 0 => line.read.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Ok(_) | Err(_) => {
                // An error means that it is not among them any more.
                let _ = epoll::delete(&self.epoll, &line.stream);
                if line.asked.take().is_some() {
                    self.outcome.broken += 1;
                    self.waiting -= 1;
                }
                self.free.retain(|free| *free != at);
                return;
            }
        }
        let Some(answer) = wire::answer(&line.read) else { return };
        line.read.drain(..answer.length);
        if let Some((number, due)) = line.asked.take() {
            self.waiting -= 1;
            self.free.push_back(at);
            if (200..300).contains(&answer.status) {
                self.outcome.waited.push(clock::ms(due.elapsed()));
                self.outcome.taken.push(number);
                self.outcome.sent.push((number, due));
            } else {
                self.outcome.refused += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::sink::Sink;

    fn load(pace: Pace, count_max: u64) -> Outcome {
        let sink = Sink::open().unwrap();
        let request = Request::post(sink.address(), "/", &crate::bench::bodies::alert("info"));
        let outcome = run(Load {
            address: sink.address(),
            request,
            connections: 4,
            pace,
            numbers: Numbers::From(7),
            time_max: Duration::from_secs(10),
            count_max,
        });
        let outcome = outcome.unwrap();
        assert_eq!(sink.arrived().len() as u64, count_max);
        outcome
    }

    #[test]
    fn every_number_is_sent_once() {
        let mut outcome = load(Pace::Closed, 100);
        outcome.taken.sort_unstable();
        assert_eq!(outcome.taken, (7..107).collect::<Vec<_>>());
        assert_eq!((outcome.refused, outcome.broken), (0, 0));
    }

    #[test]
    fn an_open_run_keeps_its_times() {
        let outcome = load(Pace::Open(1_000.0), 50);
        assert!(outcome.length >= Duration::from_millis(49), "{:?}", outcome.length);
        assert_eq!(outcome.waited.len(), 50);
    }
}
