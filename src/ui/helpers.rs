//! What would make the window wait, done by threads of its own: the system's dialogs, its file manager, the settings file.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Command;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::actions::Question;
use super::{settings, vigil};
use crate::image::{FORMATS, WRAPPERS};
use crate::job::{AudioList, EarlierRip, earlier_rip};

/// What a helper has to say.
#[derive(Debug)]
pub enum Answer {
    /// These are to be opened.
    Open(Vec<PathBuf>),
    /// This is to be burned.
    Burn(PathBuf),
    /// These become an audio CD.
    Audio(Vec<PathBuf>),
    /// The new image is to be saved here.
    Target(PathBuf),
    /// New images are to be saved in this folder.
    Into(PathBuf),
    /// What an earlier rip has left in this folder.
    Earlier(PathBuf, Option<EarlierRip>),
    /// There is no dialog on this system.
    NoDialog(Question),
    /// A folder could not be shown.
    NotShown(PathBuf, io::Error),
}

/// Sends work to helpers, and hears their answers.
pub struct Helpers {
    tell: Sender<Answer>,
    answers: Receiver<Answer>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// A dialog that is gone sooner than anybody can press a button was never there: without a desktop portal the answer is the same as
/// that of a cancelled dialog.
const NEVER_THERE: Duration = Duration::from_millis(300);

impl Helpers {
    /// `wake` is called after each answer.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Helpers {
        let (tell, answers) = unbounded();
        Helpers { tell, answers, wake }
    }

    /// What was answered since the last time.
    pub fn answers(&self) -> impl Iterator<Item = Answer> + '_ {
        self.answers.try_iter()
    }

    fn spawn(&self, work: impl FnOnce() -> Option<Answer> + Send + 'static) {
        let (tell, wake) = (self.tell.clone(), self.wake.clone());
        thread::spawn(move || {
            if let Some(answer) = work() {
                // Nobody listens any more when the window has been closed.
                let _ = tell.send(answer);
                wake();
            }
        });
    }

    /// Asks with a dialog of the system.
    pub fn ask(&self, question: Question) {
        self.spawn(move || {
            let asked = Instant::now();
            let answer = wait_for(ask(&question));
            answer.or_else(|| (asked.elapsed() < NEVER_THERE).then_some(Answer::NoDialog(question)))
        });
    }

    /// Sees whether an earlier rip has left this folder.
    pub fn look_for_rip(&self, folder: PathBuf) {
        self.spawn(move || {
            let earlier = earlier_rip(&folder);
            Some(Answer::Earlier(folder, earlier))
        });
    }

    /// Tells the desktop of what has ended.
    pub fn notify(&self, title: String, text: String) {
        self.spawn(move || {
            vigil::notify(&title, &text);
            None
        });
    }

    /// Shows a file in the system's file manager.
    pub fn reveal(&self, path: PathBuf) {
        self.spawn(move || match reveal(&path) {
            Ok(()) => None,
            Err(error) => Some(Answer::NotShown(path, error)),
        });
    }
}

async fn ask(question: &Question) -> Option<Answer> {
    let dialog = rfd::AsyncFileDialog::new();
    let paths = |files: Vec<rfd::FileHandle>| Answer::Open(files.iter().map(|file| file.path().to_owned()).collect());
    match question {
        Question::Files => of_images(dialog.set_title("Open disc images")).pick_files().await.map(paths),
        Question::ToBurn => {
            let file = of_images(dialog.set_title("Burn a disc image")).pick_file().await;
            file.map(|file| Answer::Burn(file.path().to_owned()))
        }
        Question::Audio => {
            let extensions: Vec<&str> = AudioList::extensions().collect();
            let dialog = dialog.set_title("Add audio files").add_filter("Audio files", &extensions);
            let dialog = dialog.add_filter("All files", &["*"]);
            let files = dialog.pick_files().await;
            files.map(|files| Answer::Audio(files.iter().map(|file| file.path().to_owned()).collect()))
        }
        Question::Folder => dialog.set_title("Open the images in a folder").pick_folders().await.map(paths),
        Question::Into(folder) => {
            let dialog = dialog.set_title("Save the new images in").set_directory(folder);
            dialog.pick_folder().await.map(|folder| Answer::Into(folder.path().to_owned()))
        }
        Question::Target { folder, name, format, extensions } => {
            let dialog = dialog.set_title("Save the new image as").add_filter(*format, extensions);
            let dialog = dialog.set_directory(folder).set_file_name(name);
            dialog.save_file().await.map(|file| Answer::Target(file.path().to_owned()))
        }
    }
}

/// A dialog that shows disc images first.
fn of_images(dialog: rfd::AsyncFileDialog) -> rfd::AsyncFileDialog {
    let wrappers = WRAPPERS.iter().flat_map(|wrapper| wrapper.extensions);
    let extensions: Vec<&str> = FORMATS.iter().flat_map(|format| format.extensions).chain(wrappers).copied().collect();
    dialog.add_filter("Disc images", &extensions).add_filter("All files", &["*"])
}

/// Wakes the thread that waits.
struct Waiting(Thread);

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future in this thread. On macOS only rfd's asynchronous dialogs may be asked for outside of the main thread.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Waiting(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(windows)]
fn reveal(path: &Path) -> io::Result<()> {
    use std::os::windows::process::CommandExt;
    // The file manager wants quotes around the path alone, and its exit code says nothing.
    let mut argument = std::ffi::OsString::from("/select,\"");
    argument.push(path);
    argument.push("\"");
    Command::new("explorer").raw_arg(argument).status().map(drop)
}

#[cfg(not(windows))]
fn reveal(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let status = if cfg!(target_os = "macos") {
        Command::new("open").arg("-R").arg(path).status()?
    } else {
        Command::new("xdg-open").arg(folder).status()?
    };
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("the file manager ended with {status}"))) }
}

/// Writes the settings file, one version after the other.
pub struct Saver {
    texts: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Writes to this place, or nowhere.
    pub fn new(place: Option<PathBuf>) -> Saver {
        let Some(place) = place else { return Saver { texts: None, thread: None } };
        let (texts, queue) = unbounded::<String>();
        let work = move || {
            for text in queue {
                // Settings that can't be kept are no reason to bother anybody.
                let _ = settings::store(&place, &text);
            }
        };
        Saver { texts: Some(texts), thread: Some(thread::spawn(work)) }
    }

    /// Writes this, soon.
    pub fn save(&self, text: String) {
        if let Some(texts) = &self.texts {
            let _ = texts.send(text);
        }
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.texts = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_is_waited_for_until_another_thread_is_ready() {
        let (tell, told) = unbounded::<u32>();
        let mut helper: Option<JoinHandle<()>> = None;
        let value = wait_for(std::future::poll_fn(move |context| {
            if let Ok(value) = told.try_recv() {
                return Poll::Ready(value);
            }
            let (tell, waker) = (tell.clone(), context.waker().clone());
            helper.get_or_insert_with(|| {
                thread::spawn(move || {
                    let _ = tell.send(7);
                    waker.wake();
                })
            });
            Poll::Pending
        }));
        assert_eq!(value, 7);
    }

    #[test]
    fn the_last_settings_saved_are_there_when_the_saver_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("settings.json");
        let saver = Saver::new(Some(place.clone()));
        (0..50).for_each(|n| saver.save(n.to_string()));
        drop(saver);
        assert_eq!(std::fs::read_to_string(place).unwrap(), "49");
    }
}
