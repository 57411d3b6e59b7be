//! [`AudioForm`]: the files that become an audio CD, in their order. No drawing.

use std::path::{Path, PathBuf};

use super::ahead::Known;
use crate::job::{AudioDisc, AudioList};
use crate::ui::state::State;

/// The files, and the one that the keys act on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AudioForm {
    /// The files, and how they are laid out.
    pub list: AudioList,
    /// The row that is selected.
    pub at: Option<usize>,
}

impl AudioForm {
    /// Of these files, with two seconds between the tracks, as most CDs have them.
    pub fn new(files: Vec<PathBuf>) -> AudioForm {
        AudioForm { list: AudioList { files, gaps: true, level: false }, at: None }
    }

    /// Files are added at the end.
    pub fn add(&mut self, files: Vec<PathBuf>) {
        self.list.files.extend(files);
    }

    /// The selected file goes one place up or down.
    pub fn shift(&mut self, up: bool) {
        let Some(at) = self.at else { return };
        let to = if up { at.checked_sub(1) } else { Some(at + 1).filter(|&to| to < self.list.files.len()) };
        if let Some(to) = to {
            self.put(at, to);
        }
    }

    /// A file goes to another place; those between move up or down by one.
    pub fn put(&mut self, from: usize, to: usize) {
        if from < self.list.files.len() {
            let file = self.list.files.remove(from);
            let to = to.min(self.list.files.len());
            self.list.files.insert(to, file);
            self.at = Some(to);
        }
    }

    /// The selected file is taken off the list; the next one is selected.
    pub fn remove(&mut self) {
        if let Some(at) = self.at.filter(|&at| at < self.list.files.len()) {
            self.list.files.remove(at);
            self.at = self.list.files.len().checked_sub(1).map(|last| at.min(last));
        }
    }

    /// The disc that they make, where it is known.
    pub fn disc<'a>(&self, state: &'a State) -> Option<&'a AudioDisc> {
        state.ahead.list(&self.list)?.here()
    }

    /// The list, where nobody has asked yet what it makes.
    pub fn unasked(&self, state: &State) -> Option<&AudioList> {
        (!self.list.files.is_empty() && state.ahead.list(&self.list).is_none()).then_some(&self.list)
    }

    /// Why nothing can be burned from it.
    pub fn obstacle(&self, state: &State) -> Option<String> {
        if self.list.files.is_empty() {
            return Some("Add audio files.".to_owned());
        }
        match state.ahead.list(&self.list) {
            Some(Known::Here(_)) => None,
            Some(Known::Not(why)) => Some(why.clone()),
            None | Some(Known::Asked(_)) => Some("The files are being looked at.".to_owned()),
        }
    }

    /// Sectors of each file, where each is one track.
    pub fn lengths(&self, state: &State) -> Vec<Option<u32>> {
        let tracks: Vec<u32> = self.disc(state).map(lengths).unwrap_or_default();
        let each = tracks.len() == self.list.files.len();
        (0..self.list.files.len()).map(|n| tracks.get(n).copied().filter(|_| each)).collect()
    }
}

fn lengths(disc: &AudioDisc) -> Vec<u32> {
    disc.reader.disc().tracks().map(|(_, track)| track.length).collect()
}

/// Whether all of these are audio files by their names, and nothing else can be done with them.
pub fn is_audio(paths: &[PathBuf]) -> bool {
    let audio = |path: &Path| {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        extension.is_some_and(|extension| AudioList::extensions().any(|known| known == extension))
    };
    !paths.is_empty() && paths.iter().all(|path| audio(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(form: &AudioForm) -> Vec<String> {
        form.list.files.iter().map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn files_are_moved_and_taken_off_and_the_selection_stays_with_them() {
        let mut form = AudioForm::new(["a", "b", "c"].map(PathBuf::from).into());
        form.shift(true);
        assert_eq!(names(&form), ["a", "b", "c"], "nothing is selected");
        form.at = Some(0);
        form.shift(true);
        form.shift(false);
        assert_eq!((names(&form), form.at), (vec!["b".to_owned(), "a".into(), "c".into()], Some(1)));
        form.shift(false);
        form.shift(false);
        assert_eq!((names(&form).last().unwrap().as_str(), form.at), ("a", Some(2)));
        form.remove();
        assert_eq!((names(&form), form.at), (vec!["b".to_owned(), "c".into()], Some(1)));
        form.put(1, 0);
        assert_eq!(names(&form), ["c", "b"]);
        form.put(9, 0);
        form.remove();
        form.remove();
        form.remove();
        assert_eq!((names(&form).len(), form.at), (0, None));
    }

    #[test]
    fn audio_files_are_known_by_their_names() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert!(is_audio(&paths(&["a.FLAC", "b.mp3"])));
        assert!(!is_audio(&paths(&["a.flac", "b.iso"])) && !is_audio(&paths(&[])) && !is_audio(&paths(&["wav"])));
    }
}
