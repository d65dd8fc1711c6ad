//! Chance: the one place where it comes from.

use engine::ports::Ids;
use incident::IncidentId;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};

/// The system's own randomness.
#[derive(Debug)]
pub(crate) struct Chance(SystemRandom);

impl Default for Chance {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Ids for Chance {
    fn incident(&self, now: Timestamp) -> IncidentId {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes);
        let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
        IncidentId::from_parts(unix_ms, u128::from_be_bytes(bytes))
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        self.fill(&mut bytes);
        bytes
    }
}

impl Chance {
    /// One byte, for a draw among few.
    pub(crate) fn byte(&self) -> u8 {
        let mut byte = [0_u8; 1];
        self.fill(&mut byte);
        let [byte] = byte;
        byte
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the kernel gives random bytes on every system that this runs on");
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
