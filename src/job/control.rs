//! [`Control`]: how a running job is told to pause, go on, or stop.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::JobError;

/// A handle shared by a job and whoever may stop it.
#[derive(Clone, Default)]
pub struct Control(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct State {
    cancelled: bool,
    paused: bool,
}

impl Control {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.notify_all();
    }

    fn state(&self) -> State {
        *self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the job to stop; it ends with [`JobError::Cancelled`].
    pub fn cancel(&self) {
        self.change(|state| state.cancelled = true);
    }

    /// Asks the job to rest, or to go on.
    pub fn pause(&self, paused: bool) {
        self.change(|state| state.paused = paused);
    }

    /// Whether it was asked to rest.
    pub fn is_paused(&self) -> bool {
        self.state().paused
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Called by the job between two steps: rests while paused, fails when cancelled.
    pub fn check(&self) -> Result<(), JobError> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.paused && !state.cancelled {
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.cancelled { Err(JobError::Cancelled) } else { Ok(()) }
    }
}
