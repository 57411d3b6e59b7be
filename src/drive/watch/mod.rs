//! [`Watch`]: hears of drives and discs that come and go, and asks no drive about it.

#[cfg(target_os = "linux")]
mod linux;

use std::io;

/// Hears of changes until it is dropped.
///
/// Linux tells of them by itself; that costs nothing while nothing happens, and wakes no drive. On other systems there is no such watch yet, and who
/// wants to know has to ask.
pub struct Watch {
    #[cfg(target_os = "linux")]
    _listener: linux::Listener,
}

impl Watch {
    /// Calls `changed` after a drive or a disc came or went, from a thread of its own; once for what happens at nearly the same time.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where the system has no such thing; others where it does not let this program have it.
    pub fn start(changed: impl Fn() + Send + 'static) -> io::Result<Watch> {
        #[cfg(target_os = "linux")]
        return Ok(Watch { _listener: linux::Listener::start(changed)? });
        #[cfg(not(target_os = "linux"))]
        {
            drop(changed);
            Err(io::ErrorKind::Unsupported.into())
        }
    }
}
