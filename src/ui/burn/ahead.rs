//! [`Ahead`]: what was asked before anything is burned, and what the answer was. Plain data.

use super::words;
use crate::drive::recorder::Recordable;
use crate::job::{AudioDisc, AudioList, JobError, JobId, Outcome, Progress};

/// What is known of something that has to be asked for.
pub enum Known<T> {
    /// It is being found out.
    Asked(JobId),
    /// It.
    Here(T),
    /// Why it can't be known, in a sentence.
    Not(String),
}

impl<T> Known<T> {
    /// It, where it is known.
    pub fn here(&self) -> Option<&T> {
        match self {
            Known::Here(it) => Some(it),
            Known::Asked(_) | Known::Not(_) => None,
        }
    }

    fn answers(&self, id: JobId) -> bool {
        matches!(self, Known::Asked(asked) if *asked == id)
    }
}

/// What lies in the recorders, as far as they were asked, and what the last list of audio files makes.
#[derive(Default)]
pub struct Ahead {
    recorders: Vec<(String, Known<Recordable>)>,
    list: Option<(AudioList, Known<AudioDisc>)>,
    /// How much of the files of that list was measured, from 0 to 1.
    measured: Option<f32>,
    version: u64,
}

impl Ahead {
    /// Changes with everything that is known here.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What lies in this recorder; `None` where nobody has asked.
    pub fn recorder(&self, name: &str) -> Option<&Known<Recordable>> {
        self.recorders.iter().find(|(known, _)| known == name).map(|(_, known)| known)
    }

    /// What this list makes; `None` where nobody has asked.
    pub fn list(&self, list: &AudioList) -> Option<&Known<AudioDisc>> {
        self.list.as_ref().filter(|(known, _)| known == list).map(|(_, known)| known)
    }

    /// A recorder is being asked.
    pub fn ask_recorder(&mut self, id: JobId, name: &str) {
        self.forget(name);
        self.recorders.push((name.to_owned(), Known::Asked(id)));
    }

    /// A list is being laid out; what another one makes is of no interest any more.
    pub fn ask_list(&mut self, id: JobId, list: AudioList) {
        self.version += 1;
        self.list = Some((list, Known::Asked(id)));
        self.measured = None;
    }

    /// How much of the files of the list was measured, from 0 to 1, where they have to be and that goes on.
    pub fn measured(&self) -> Option<f32> {
        self.measured.filter(|_| self.list_in_question().is_some())
    }

    /// A question is on its way to its answer.
    pub fn advanced(&mut self, id: JobId, progress: &Progress) {
        if self.list_in_question() == Some(id) && progress.total > 0 {
            self.measured = Some(progress.done as f32 / progress.total as f32);
        }
    }

    /// The question that is open of a list.
    pub fn list_in_question(&self) -> Option<JobId> {
        match &self.list {
            Some((_, Known::Asked(id))) => Some(*id),
            _ => None,
        }
    }

    /// What lies in this recorder may be something else now.
    pub fn forget(&mut self, name: &str) {
        self.version += 1;
        self.recorders.retain(|(known, _)| known != name);
    }

    /// Keeps an answer. Gives it back where it is none to a question from here.
    pub fn answered(&mut self, id: JobId, result: Result<Outcome, JobError>) -> Option<Result<Outcome, JobError>> {
        if let Some((_, known)) = self.recorders.iter_mut().find(|(_, known)| known.answers(id)) {
            *known = match result {
                Ok(Outcome::Blank(recordable)) => Known::Here(*recordable),
                Ok(_) => Known::Not("The drive did not say.".to_owned()),
                Err(error) => Known::Not(words::why(&error)),
            };
        } else if let Some((_, known)) = self.list.as_mut().filter(|(_, known)| known.answers(id)) {
            *known = match result {
                Ok(Outcome::LaidOut(disc)) => Known::Here(disc),
                Ok(_) => Known::Not("The files did not say.".to_owned()),
                Err(error) => Known::Not(words::why(&error)),
            };
        } else {
            return match result {
                // What became of a list that was changed meanwhile is of no use to anybody.
                Ok(Outcome::LaidOut(_) | Outcome::Blank(_)) => None,
                result => Some(result),
            };
        }
        self.version += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_what_was_asked_last() {
        let mut ahead = Ahead::default();
        let list = |file: &str| AudioList { files: vec![file.into()], ..AudioList::default() };
        ahead.ask_list(JobId(1), list("a.wav"));
        assert_eq!(ahead.list_in_question(), Some(JobId(1)));
        ahead.ask_list(JobId(2), list("b.wav"));
        let half = Progress { phase: crate::job::Phase::Measure, done: 1, total: 2, rate: 0.0, eta: None, track: None };
        ahead.advanced(JobId(1), &half);
        assert_eq!(ahead.measured(), None, "of a list that nobody wants any more");
        ahead.advanced(JobId(2), &half);
        assert_eq!(ahead.measured(), Some(0.5));
        let before = ahead.version();
        assert!(ahead.answered(JobId(2), Err(JobError::NoFormat("b.wav".into()))).is_none());
        assert!(matches!(ahead.list(&list("b.wav")), Some(Known::Not(_))) && ahead.list(&list("a.wav")).is_none());
        assert!(ahead.version() > before);
        // A drive that was changed while it was asked is asked again, and the old answer comes too late.
        ahead.ask_recorder(JobId(3), "/dev/sr0");
        ahead.forget("/dev/sr0");
        ahead.ask_recorder(JobId(4), "/dev/sr0");
        assert!(ahead.answered(JobId(3), Err(JobError::Cancelled)).is_some(), "it answers nothing that was asked");
        assert!(matches!(ahead.recorder("/dev/sr0"), Some(Known::Asked(JobId(4)))));
    }
}
