//! Waiting for a drive, and no longer than the user wants to.

use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::{Control, JobError};

/// How long the control waits at most to be looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// Does something with a drive in a thread of its own. When the job is cancelled, that is left to itself: a drive may hang at a command for a minute, and
/// nothing that the drive is told could change that.
pub fn apart<T: Send + 'static>(control: &Control, work: impl FnOnce() -> T + Send + 'static) -> Result<T, JobError> {
    let (done, result) = bounded(1);
    let thread = std::thread::spawn(move || {
        // Nobody may be left who wants it.
        let _ = done.send(work());
    });
    loop {
        match result.recv_timeout(GLANCE) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Timeout) => control.check()?,
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => unreachable!("it sends before it ends"),
            },
        }
    }
}
