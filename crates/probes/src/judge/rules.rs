//! The rules by which looks become a state.

use super::WindowRule;

/// Most looks that a share can be asked of: a day of one every minute and a half is no longer about now.
const SHARE_OF_MAX: u32 = 1_000;

/// So many of the last looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many of them must have failed.
    pub fails: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    /// So many failures without a pass between them.
    #[must_use]
    pub const fn in_a_row(fails: u32) -> Self {
        Self { fails, of: fails }
    }

    /// `None` unless it can be reached and forgotten: at least one failure, and no more than there are looks.
    #[must_use]
    pub fn new(fails: u32, of: u32) -> Option<Self> {
        ((1..=of).contains(&fails) && of <= SHARE_OF_MAX).then_some(Self { fails, of })
    }
}

/// The rules of one probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Which share of the last looks must have failed before the target counts as down.
    pub down: Share,
    /// So many passes in a row, and it counts as up again.
    pub up_after: u32,
    /// What is expected of whole windows.
    pub windows: Vec<WindowRule>,
}
