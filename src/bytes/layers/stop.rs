//! [`Stop`]: how long work inside of a layer learns that nobody wants its result any more.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Asks whether the work is to end. The default never ends it.
#[derive(Clone, Default)]
pub struct Stop(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Stop {
    /// Ends the work once this is true.
    pub fn when(stopped: impl Fn() -> bool + Send + Sync + 'static) -> Stop {
        Stop(Some(Arc::new(stopped)))
    }

    /// Called between two steps: an error when the work is to end.
    pub fn check(&self) -> io::Result<()> {
        match &self.0 {
            Some(stopped) if stopped() => Err(io::Error::other("the work was stopped")),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Stop(…)" } else { "Stop(never)" })
    }
}
