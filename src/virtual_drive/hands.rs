//! [`Hands`]: a drive in software that is used by one and whose discs are put in and taken out by another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Device;
use crate::drive::transport::{Data, Transport, TransportError};

/// A way to a drive in software that leaves another to it.
#[derive(Clone)]
pub struct Hands(Arc<Mutex<Device>>);

impl Hands {
    /// To this drive.
    pub fn new(device: Device) -> Hands {
        Hands(Arc::new(Mutex::new(device)))
    }

    /// The drive itself, while no command is under way.
    pub fn device(&self) -> MutexGuard<'_, Device> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Hands {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        self.device().execute(cdb, data, timeout)
    }

    fn most_bytes(&self) -> usize {
        self.device().most_bytes()
    }
}
