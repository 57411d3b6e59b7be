//! [`Buffer`]: what has come from the host and is not yet on the disc.

use std::time::{Duration, Instant};

use super::refuse;
use crate::drive::sense::Sense;

/// A buffer that is written out at a constant rate, or at once.
#[derive(Debug)]
pub struct Buffer {
    size: u64,
    /// Bytes a second.
    rate: Option<u32>,
    held: f64,
    since: Option<Instant>,
}

impl Buffer {
    /// Of so many bytes.
    pub fn new(size: u32, rate: Option<u32>) -> Buffer {
        Buffer { size: size.into(), rate, held: 0.0, since: None }
    }

    /// Bytes that it holds, and those that there is room for.
    pub fn state(&mut self) -> (u32, u32) {
        self.drain();
        let held = (self.held as u64).min(self.size);
        (self.size as u32, (self.size - held) as u32)
    }

    fn drain(&mut self) {
        let now = Instant::now();
        let passed = self.since.replace(now).map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        self.held = self.rate.map_or(0.0, |rate| (self.held - passed * f64::from(rate)).max(0.0));
    }

    /// Takes bytes; says whether it had run empty since the writing began. The drive is still writing when there is no room.
    pub fn take(&mut self, bytes: usize) -> Result<bool, Sense> {
        let began = self.since.is_some();
        self.drain();
        // A command that is larger than the buffer goes through an empty one.
        if self.held > 0.0 && self.held + bytes as f64 > self.size as f64 {
            return Err(refuse::STILL_WRITING);
        }
        let empty = began && self.rate.is_some() && self.held == 0.0;
        self.held += bytes as f64;
        Ok(empty)
    }

    /// These bytes were not for the disc.
    pub fn give_back(&mut self, bytes: usize) {
        self.held = (self.held - bytes as f64).max(0.0);
    }

    /// How long it takes until all is on the disc.
    pub fn rest(&mut self) -> Duration {
        self.drain();
        self.rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(self.held / f64::from(rate.max(1))))
    }

    /// The writing has ended: an empty buffer is no trouble any more.
    pub fn end(&mut self) {
        self.since = None;
        self.held = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_disc_fills_the_buffer_and_a_slow_host_empties_it() {
        let mut buffer = Buffer::new(1_000_000, Some(1_000_000));
        assert_eq!(buffer.take(900_000), Ok(false));
        assert_eq!(buffer.take(900_000), Err(refuse::STILL_WRITING));
        assert!(buffer.state().1 < 500_000 && buffer.rest() > Duration::from_millis(500));
        let mut slow = Buffer::new(1_000_000, Some(10_000_000));
        assert_eq!(slow.take(10_000), Ok(false));
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(slow.take(10_000), Ok(true), "it ran empty");
        slow.end();
        assert_eq!((slow.take(10_000), Buffer::new(10, None).take(500)), (Ok(false), Ok(false)));
    }
}
