//! Checksums on the way: a disc that is read from front to back is hashed while it is read. Where that does not come to its end, because sectors are
//! missing in the middle, it is hashed again when all is over.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::disc::sector::{Form, Worth};
use crate::disc::{Disc, DiscReader, Lba, ReadError, Stored, TrackId};
use crate::job::hash::hash_disc;
use crate::job::{Control, Digests, JobError, TrackDigests};

/// Checksums of a disc, and of its tracks.
pub type Sums = (Option<Digests>, Vec<TrackDigests>);

/// How many sectors from the first on lie in the working file.
#[derive(Default)]
pub struct Front {
    state: Mutex<(u32, bool)>,
    moved: Condvar,
}

impl Front {
    /// So many it is now.
    pub fn at(&self, sectors: u32) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0 = sectors;
        self.moved.notify_all();
    }

    /// No more will come.
    fn end(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.moved.notify_all();
    }

    /// Waits for as many; whether they came.
    fn wait(&self, sectors: u32) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.0 < sectors && !state.1 {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.0 >= sectors
    }
}

/// The disc in the working file, each sector when it is there.
struct Following {
    reader: Arc<dyn DiscReader>,
    front: Arc<Front>,
}

impl DiscReader for Following {
    fn disc(&self) -> &Disc {
        self.reader.disc()
    }

    fn stored(&self, track: TrackId) -> Option<Stored> {
        self.reader.stored(track)
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let needed = u32::try_from(at.0).unwrap_or(0).saturating_add(worth.len() as u32);
        if self.front.wait(needed) { self.reader.read(at, form, into, worth) } else { Err(ReadError::Outside(at)) }
    }
}

/// A disc that is being hashed.
pub struct Hashing {
    front: Arc<Front>,
    thread: Option<JoinHandle<Result<Sums, JobError>>>,
}

impl Hashing {
    /// Begins; `reader` is the disc in the working file, whose sectors are numbered as their addresses are, as those of DVDs and BDs.
    pub fn begin(reader: Arc<dyn DiscReader>, path: &Path, front: Arc<Front>, control: &Control) -> Hashing {
        let (following, path, control) = (Following { reader, front: front.clone() }, path.to_owned(), control.clone());
        let thread = std::thread::spawn(move || {
            give_way();
            hash_disc(&following, &path, true, &control, &|_| ())
        });
        Hashing { front, thread: Some(thread) }
    }

    /// The checksums, where the whole disc was read.
    pub fn finish(mut self) -> Option<Sums> {
        self.front.end();
        let thread = self.thread.take()?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).ok()
    }
}

/// This thread, and those that it starts, leave the processor to those that wait for the drive: the drive does not wait for them.
#[cfg(target_os = "linux")]
fn give_way() {
    /// Enough that reading goes first, and not so much that nothing is left on a busy machine.
    const STEPS: i32 = 10;
    // On Linux each thread has a nice value of its own (nice(2)). Where it can't be changed, all goes on as before.
    let _ = rustix::process::nice(STEPS);
}

/// Elsewhere a process has one priority.
#[cfg(not(target_os = "linux"))]
fn give_way() {}

impl Drop for Hashing {
    /// Nobody wants to know any more.
    fn drop(&mut self) {
        self.front.end();
    }
}
