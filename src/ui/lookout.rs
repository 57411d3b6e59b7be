//! [`Lookout`]: asks the drives, in threads of their own, whenever the system says that something changed, or the user wants to know.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::drive::Watch;
use crate::image::{Opening, Password};
use crate::job::{self, Listed, Named};

/// What the look-out says.
pub enum Sighting {
    /// These drives there are.
    Found {
        /// All of them.
        named: Vec<Named>,
        /// Whether those that were known before are to be asked, too.
        all: bool,
    },
    /// How one of them is.
    Asked(Box<Listed>),
    /// The system says that a drive or a disc came or went.
    Changed,
}

/// Asks, and hears the answers. A drive that hangs keeps nothing waiting but its own row.
pub struct Lookout {
    tell: Sender<Sighting>,
    sightings: Receiver<Sighting>,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// Where the system tells of changes, this hears of them.
    watch: Option<Watch>,
    questions: Questions,
}

/// One question at a time to each drive: the answer to the last one begins after the last change, so that no old answer comes late.
#[derive(Debug, Default, PartialEq, Eq)]
struct Questions {
    asking: Vec<String>,
    again: Vec<String>,
}

impl Questions {
    /// Whether a drive may be asked now; if not, it will be once it has answered.
    fn ask(&mut self, name: &str) -> bool {
        let knows = |list: &[String]| list.iter().any(|known| known == name);
        let free = !knows(&self.asking);
        if free {
            self.asking.push(name.to_owned());
        } else if !knows(&self.again) {
            self.again.push(name.to_owned());
        }
        free
    }

    /// A drive has answered; whether it has to be asked again.
    fn answered(&mut self, name: &str) -> bool {
        self.asking.retain(|asked| asked != name);
        let before = self.again.len();
        self.again.retain(|again| again != name);
        self.again.len() < before
    }
}

impl Lookout {
    /// `wake` is called after each sighting.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Lookout {
        let (tell, sightings) = unbounded();
        let (told, woken) = (tell.clone(), wake.clone());
        // Without it the drives are looked for when the user comes back to the window.
        let watch = Watch::start(move || say(&told, &woken, Sighting::Changed)).ok();
        Lookout { tell, sightings, wake, watch, questions: Questions::default() }
    }

    /// Whether the system tells of changes by itself.
    pub fn hears(&self) -> bool {
        self.watch.is_some()
    }

    /// What was seen since the last time.
    pub fn sightings(&self) -> Vec<Sighting> {
        self.sightings.try_iter().collect()
    }

    /// Finds out which drives there are; no drive is asked anything yet.
    pub fn look(&self, demo: Option<PathBuf>, all: bool) {
        let (tell, wake) = (self.tell.clone(), self.wake.clone());
        thread::spawn(move || {
            let named = job::drive_names(demo.as_deref());
            say(&tell, &wake, Sighting::Found { named, all });
        });
    }

    /// Asks a drive how it is; once it has answered, if it is being asked already. `password` is for the image in the drive in software.
    pub fn ask(&mut self, named: Named, password: Option<Password>) {
        if !self.questions.ask(&named.name) {
            return;
        }
        let (tell, wake) = (self.tell.clone(), self.wake.clone());
        thread::spawn(move || {
            let listed = job::look_at_drive(named, &Opening::with(password), job::SPIN_UP);
            say(&tell, &wake, Sighting::Asked(Box::new(listed)));
        });
    }

    /// A drive has answered; whether it has to be asked again, because something happened meanwhile.
    pub fn answered(&mut self, name: &str) -> bool {
        self.questions.answered(name)
    }
}

fn say(tell: &Sender<Sighting>, wake: &Arc<dyn Fn() + Send + Sync>, sighting: Sighting) {
    // Nobody listens any more when the window has been closed.
    let _ = tell.send(sighting);
    wake();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_is_asked_one_question_at_a_time_and_none_is_forgotten() {
        let mut questions = Questions::default();
        assert!(questions.ask("a") && questions.ask("b"));
        assert!(!questions.ask("a") && !questions.ask("a"), "it has not answered yet");
        assert!(questions.answered("a"), "something happened meanwhile");
        assert!(questions.ask("a") && !questions.answered("a"));
        assert!(!questions.answered("b"));
        assert_eq!(questions, Questions::default());
    }
}
