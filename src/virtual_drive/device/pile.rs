//! [`Pile`]: discs that lie beside the drive, and the hand that puts the next one in where the tray stays open.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::medium::Medium;
use super::recorder::{Blank, Recording};
use super::{Device, EVENT_REMOVAL};
use crate::disc::DiscReader;

/// Discs beside a drive.
#[derive(Default)]
pub struct Pile {
    /// Those that are still to be put in, the next one first.
    waiting: VecDeque<Medium>,
    /// Those that were in.
    done: Vec<Medium>,
    /// Since when the tray is open; `None` where it is shut.
    pub open_since: Option<Instant>,
}

impl Device {
    /// Lays a pressed disc on the pile.
    pub fn lay_beside(&mut self, reader: Arc<dyn DiscReader>) {
        self.pile.waiting.push_back(Medium::new(reader));
    }

    /// Lays a disc that can be written on the pile; an error where no temporary file can be made.
    pub fn lay_blank_beside(&mut self, blank: Blank) -> std::io::Result<()> {
        let medium = Medium::blank(Recording::new(blank)?, &self.writer.parameters);
        self.pile.waiting.push_back(medium);
        Ok(())
    }

    /// What was written to every disc that was in the drive, in that order, as [`Device::recorded`] has it.
    pub fn all_recorded(&self) -> Vec<Arc<dyn DiscReader>> {
        let inside = self.medium.iter().chain(&self.on_tray);
        self.pile.done.iter().chain(inside).filter_map(|medium| medium.recording.as_ref()?.recorded()).collect()
    }

    /// Whether the tray is open.
    pub(super) fn is_open(&self) -> bool {
        self.pile.open_since.is_some()
    }

    /// Opens the tray. A disc in the drive lies on it now.
    pub(super) fn open_tray(&mut self) {
        self.pile.open_since.get_or_insert_with(Instant::now);
        self.on_tray = self.medium.take().or(self.on_tray.take());
        self.event = EVENT_REMOVAL;
    }

    /// Takes out the disc that is in the drive, if any, and puts in the next of the pile, if there is one.
    pub fn next_disc(&mut self) {
        if let Some(next) = self.pile.waiting.pop_front() {
            self.pile.done.extend(self.medium.take().or(self.on_tray.take()));
            self.put_in(next, Vec::new());
        }
    }

    /// A tray that has been open for long enough gets the next disc, and is pushed in. One that goes out and in by itself is too quick for any hand.
    pub(super) fn change_disc(&mut self) {
        if self.pile.open_since.is_some_and(|since| since.elapsed() >= self.manners.hand) {
            self.next_disc();
        }
    }
}
