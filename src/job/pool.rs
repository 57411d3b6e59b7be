//! The worker pool: several tasks at once, each told of as [`Event`]s over a channel.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    BatchEvent, BurnNews, Class, Control, JobError, Outcome, Progress, RipPicture, Task, audio_cd, batch, burn, convert, hash,
    open, rip, survey, verify,
};
use crate::image::Password;

/// Number of a task in its pool, in the order of submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// What the pool tells.
pub enum Event {
    /// A worker took the task.
    Started(JobId),
    /// How far it is; a few times a second at most.
    Progress(JobId, Progress),
    /// How a batch goes on.
    Batch(JobId, BatchEvent),
    /// What has become of the sectors of a disc that is ripped; five times a second at most.
    Rip(JobId, Box<RipPicture>),
    /// How a burn goes; ten times a second at most.
    Burn(JobId, BurnNews),
    /// It is over.
    Ended(JobId, Box<Result<Outcome, JobError>>),
}

/// Called after each event, from a worker's thread: wakes whoever reads the events.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Threads that do tasks. Dropping the pool cancels all tasks and waits for them to clean up.
///
/// What is done with a drive has a thread of its own, for it waits for that drive most of the time: it takes no other task's place, and waits for none.
pub struct Pool {
    tasks: Option<Sender<(JobId, Task, Control)>>,
    events: Receiver<Event>,
    desk: Desk,
    next: AtomicU64,
    workers: Vec<JoinHandle<()>>,
    at_drives: Mutex<Vec<JoinHandle<()>>>,
}

/// What a thread needs to do tasks.
#[derive(Clone)]
struct Desk {
    told: Sender<Event>,
    waker: Waker,
    controls: Arc<Mutex<HashMap<JobId, Control>>>,
}

impl Desk {
    fn work(&self, id: JobId, task: &Task, control: &Control) {
        work(id, task, control, &self.told, &self.waker);
        self.controls.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl Pool {
    /// As many workers as given, at least one.
    pub fn new(workers: usize, waker: Waker) -> Pool {
        let (tasks, queue) = unbounded::<(JobId, Task, Control)>();
        let (told, events) = unbounded();
        let desk = Desk { told, waker, controls: Arc::default() };
        let spawn = |_| {
            let (queue, desk) = (queue.clone(), desk.clone());
            std::thread::spawn(move || {
                for (id, task, control) in queue {
                    desk.work(id, &task, &control);
                }
            })
        };
        let workers = (0..workers.max(1)).map(spawn).collect();
        Pool { tasks: Some(tasks), events, desk, next: AtomicU64::new(1), workers, at_drives: Mutex::default() }
    }

    /// Queues a task; one at a drive begins at once.
    pub fn submit(&self, task: Task) -> JobId {
        let id = JobId(self.next.fetch_add(1, Ordering::Relaxed));
        let control = Control::default();
        self.desk.controls.lock().unwrap_or_else(PoisonError::into_inner).insert(id, control.clone());
        if matches!(task, Task::Rip(_) | Task::Burn(_) | Task::Erase(_) | Task::Close(_) | Task::LookAtBlank(_)) {
            let desk = self.desk.clone();
            let mut at_drives = self.at_drives.lock().unwrap_or_else(PoisonError::into_inner);
            at_drives.retain(|rip| !rip.is_finished());
            at_drives.push(std::thread::spawn(move || desk.work(id, &task, &control)));
        } else if let Some(tasks) = &self.tasks {
            // The queue is only gone when the workers are, and they end only after the pool has dropped its own end.
            tasks.send((id, task, control)).expect("the workers live as long as the pool");
        }
        id
    }

    /// What happened, in order.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// The control of a task that has not ended.
    pub fn control(&self, id: JobId) -> Option<Control> {
        self.desk.controls.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.tasks = None;
        for control in self.desk.controls.lock().unwrap_or_else(PoisonError::into_inner).values() {
            control.cancel();
        }
        let at_drives = std::mem::take(&mut *self.at_drives.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in self.workers.drain(..).chain(at_drives) {
            // A worker catches the panics of its tasks; there is nothing to learn from one that ended otherwise.
            let _ = worker.join();
        }
    }
}

fn work(id: JobId, task: &Task, control: &Control, told: &Sender<Event>, waker: &Waker) {
    let tell = |event| {
        // Nobody listens any more when the pool is being dropped.
        let _ = told.send(event);
        waker();
    };
    tell(Event::Started(id));
    let progress = |progress| tell(Event::Progress(id, progress));
    let batch = |event| tell(Event::Batch(id, event));
    let picture = |picture| tell(Event::Rip(id, Box::new(picture)));
    let burn = |news| tell(Event::Burn(id, news));
    let hears = Tell { progress: &progress, batch: &batch, picture: &picture, burn: &burn };
    let result = catch_unwind(AssertUnwindSafe(|| run(task, control, &hears)));
    let result = result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(JobError::Panicked(text.unwrap_or_default()))
    });
    tell(Event::Ended(id, Box::new(result)));
}

/// Who hears what while a task is done.
struct Tell<'a> {
    progress: &'a (dyn Fn(Progress) + Sync),
    batch: batch::Tell<'a>,
    picture: &'a (dyn Fn(RipPicture) + Sync),
    burn: burn::Show<'a>,
}

/// Does a task in this thread.
fn run(task: &Task, control: &Control, tell: &Tell<'_>) -> Result<Outcome, JobError> {
    control.check()?;
    // What was stopped inside of a decoder says so in its own words.
    perform(task, control, tell).map_err(|error| match control.is_cancelled() && error.class() != Class::Cancelled {
        true => JobError::Cancelled,
        false => error,
    })
}

fn perform(task: &Task, control: &Control, told: &Tell<'_>) -> Result<Outcome, JobError> {
    let tell = told.progress;
    Ok(match task {
        Task::Survey { sources, passwords, always } => look(sources, passwords, *always, control)?,
        Task::Batch(task) => Outcome::Batched(batch::batch(task, control, told.batch)?),
        Task::Open { path, password } => Outcome::Opened(open::open(path, &open::opening(password.as_ref(), control), control)?),
        Task::Convert(task) => Outcome::Converted(convert::convert(task, control, tell)?),
        Task::Rip(task) => Outcome::Ripped(Box::new(rip::rip(task, control, tell, told.picture)?)),
        Task::LookAtBlank(name) => Outcome::Blank(Box::new(burn::look_ahead(name, control)?)),
        Task::LayOut(list) => Outcome::LaidOut(audio_cd::audio_disc(list, control)?),
        Task::Burn(task) => Outcome::Burned(Box::new(burn::burn(task, control, tell, told.burn)?)),
        Task::Erase(task) => Outcome::Erased(burn::erase(task, control, tell)?),
        Task::Close(task) => Outcome::Closed(burn::close(task, control, tell)?),
        Task::Demo(folder) => Outcome::Converted(convert::demo(folder, control, tell)?),
        Task::Verify { source, other, password } => {
            let opening = open::opening(password.as_ref(), control);
            Outcome::Verified(verify::verify(source, other.as_deref(), &opening, control, tell)?)
        }
        Task::Hash { source, whole, password } => {
            Outcome::Hashed(hash::hash(source, *whole, &open::opening(password.as_ref(), control), control, tell)?)
        }
    })
}

/// One file is an image to open; many, and folders of many, are told.
fn look(sources: &[PathBuf], passwords: &[Password], always: bool, control: &Control) -> Result<Outcome, JobError> {
    let open = |path: &Path| {
        let (image, password) = survey::open_with_any(path, passwords)?;
        Ok(Outcome::Opened(vec![open::report(image, password)]))
    };
    if let ([one], false) = (sources, always)
        && !one.is_dir()
    {
        return open(one);
    }
    let findings = survey::survey(sources, passwords, control)?;
    match findings.as_slice() {
        [only] if !always && (only.result.is_ok() || only.is_locked()) => open(&only.path),
        _ => Ok(Outcome::Surveyed(findings)),
    }
}
