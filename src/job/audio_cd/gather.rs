//! Files, playlists and folders become the list of tracks.

use std::fs;
use std::path::{Path, PathBuf};

use super::AudioFault;
use super::natural::Natural;
use super::playlist::Playlist;
use crate::bytes::audio::Tags;
use crate::bytes::{Bytes, FileBytes, read_some};
use crate::image::file_name;
use crate::job::{Control, JobError, images_in};

/// Tracks of a CD.
pub const MOST_TRACKS: usize = 99;
/// Bytes of a playlist: each of 99 paths could have 40,000.
const LARGEST_PLAYLIST: u64 = 4 << 20;
/// Playlists in playlists.
const DEEPEST: usize = 8;
/// Entries of a folder that are looked at.
const MOST_ENTRIES: usize = 10_000;

/// What a file in a folder has to be called to be one of its tracks. Those that are not read are here, too, so that they are refused by
/// name and not left out in silence.
#[rustfmt::skip]
const EXTENSIONS: [&str; 25] = [
    "wav", "wave", "rf64", "w64", "aif", "aiff", "aifc", "flac", "mp3", "ogg", "oga", "m4a", "m4b",
    "ape", "opus", "aac", "wma", "wv", "tta", "tak", "ofr", "mpc", "dsf", "dff", "spx",
];
const PLAYLISTS: [&str; 2] = ["m3u", "m3u8"];
const OTHER_PLAYLISTS: [&str; 5] = ["pls", "xspf", "wpl", "asx", "b4s"];

/// Extensions of audio files and of playlists, in small letters.
pub fn extensions() -> impl Iterator<Item = &'static str> {
    EXTENSIONS.into_iter().chain(PLAYLISTS).chain(OTHER_PLAYLISTS)
}

/// One track to be.
#[derive(Debug)]
pub struct Item {
    /// Its file.
    pub path: PathBuf,
    /// What the file says of itself.
    pub tags: Tags,
    /// What a playlist says of it.
    pub told: Option<String>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Gathered {
    /// In their order; at least one, and no more than 99.
    pub items: Vec<Item>,
    /// How the playlist is called, where there is one.
    pub title: Option<String>,
    /// Who performs, by the playlist.
    pub performer: Option<String>,
    /// What the user should hear.
    pub notes: Vec<String>,
}

/// Whether a path is to become an audio CD by itself: an audio file, a playlist, or a folder with audio files and without images.
pub fn is_audio(path: &Path) -> bool {
    let extension = extension(path);
    let is = |names: &[&str]| names.contains(&extension.as_str());
    match path.is_dir() {
        true => images_in(path).is_empty() && audio_in(path).is_ok_and(|files| !files.is_empty()),
        false => is(&EXTENSIONS) || is(&PLAYLISTS) || is(&OTHER_PLAYLISTS),
    }
}

/// The audio files in a folder, one more than a CD has tracks at most.
fn audio_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let hidden = |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    let audio = |path: &PathBuf| !hidden(path) && EXTENSIONS.contains(&extension(path).as_str()) && path.is_file();
    let entries = fs::read_dir(folder)?.flatten().take(MOST_ENTRIES).map(|entry| entry.path());
    Ok(entries.filter(audio).take(MOST_TRACKS + 1).collect())
}

/// Finds them. Files named more than once are tracks more than once.
pub fn gather(paths: &[PathBuf], control: &Control) -> Result<Gathered, JobError> {
    let mut gatherer = Gatherer { found: Gathered::default(), control, open: Vec::new() };
    for path in paths {
        gatherer.add(path, None)?;
    }
    let nothing = || AudioFault::Nothing.of(paths.first().map_or(Path::new(""), PathBuf::as_path));
    if gatherer.found.items.is_empty() { Err(nothing()) } else { Ok(gatherer.found) }
}

struct Gatherer<'a> {
    found: Gathered,
    control: &'a Control,
    /// The playlists that are being read, each inside the one before.
    open: Vec<PathBuf>,
}

impl Gatherer<'_> {
    fn add(&mut self, path: &Path, told: Option<String>) -> Result<(), JobError> {
        self.control.check()?;
        let kind = fs::metadata(path).map_err(|error| AudioFault::Io(error).of(path))?;
        let extension = extension(path);
        let is = |names: &[&str]| names.contains(&extension.as_str());
        match kind.is_dir() {
            true => self.folder(path),
            false if is(&PLAYLISTS) => self.playlist(path),
            false if is(&OTHER_PLAYLISTS) => Err(AudioFault::OtherPlaylist.of(path)),
            false if is(&["cue"]) => Err(AudioFault::CueSheet.of(path)),
            false => {
                self.room(path)?;
                let tags = self.tags(path)?;
                self.found.items.push(Item { path: path.to_owned(), tags, told });
                Ok(())
            }
        }
    }

    /// Whether another track can follow.
    fn room(&self, path: &Path) -> Result<(), JobError> {
        if self.found.items.len() < MOST_TRACKS { Ok(()) } else { Err(AudioFault::TooMany.of(path)) }
    }

    fn tags(&mut self, path: &Path) -> Result<Tags, JobError> {
        self.control.check()?;
        Ok(Tags::read(path).unwrap_or_else(|_| {
            self.found
                .notes
                .push(format!("The tags of “{}” can't be read: it becomes a track without CD-TEXT.", file_name(path)));
            Tags::default()
        }))
    }

    /// Its audio files: in the order of their disc and track numbers where all have them and no two the same, or else of their names.
    fn folder(&mut self, folder: &Path) -> Result<(), JobError> {
        let mut paths = audio_in(folder).map_err(|error| AudioFault::Io(error).of(folder))?;
        paths.sort_by_cached_key(|path| (Natural::of(&path.file_stem().unwrap_or_default().to_string_lossy()), path.clone()));
        if paths.is_empty() {
            return Err(AudioFault::EmptyFolder.of(folder));
        }
        if self.found.items.len() + paths.len() > MOST_TRACKS {
            return Err(AudioFault::TooMany.of(folder));
        }
        let mut items = Vec::new();
        for path in paths {
            let tags = self.tags(&path)?;
            items.push(Item { path, tags, told: None });
        }
        let place = |item: &Item| item.tags.track.map(|track| (item.tags.disc.unwrap_or(1), track));
        let mut places: Vec<_> = items.iter().filter_map(place).collect();
        places.sort_unstable();
        places.dedup();
        if places.len() == items.len() {
            items.sort_by_key(place);
        }
        self.found.items.extend(items);
        Ok(())
    }

    /// What it names, in its order. That may be anywhere: playlists lie beside the music as often as among it.
    fn playlist(&mut self, path: &Path) -> Result<(), JobError> {
        let fail = |fault: AudioFault| fault.of(path);
        let place = fs::canonicalize(path).map_err(|error| fail(error.into()))?;
        if self.open.contains(&place) || self.open.len() >= DEEPEST {
            return Err(fail(AudioFault::Circle));
        }
        let bytes = FileBytes::open(path).map_err(|error| fail(error.into()))?;
        if bytes.len() > LARGEST_PLAYLIST {
            return Err(fail(AudioFault::TooMany));
        }
        let bytes = read_some(&bytes, 0, usize::MAX).map_err(|error| fail(error.into()))?;
        let list = Playlist::parse(&bytes).map_err(fail)?;
        if list.entries.is_empty() {
            return Err(fail(AudioFault::EmptyPlaylist));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut outside = Vec::new();
        self.open.push(place.clone());
        for entry in list.entries {
            let named = entry.path(folder).map_err(fail)?;
            match fs::canonicalize(&named) {
                Ok(is) if place.parent().is_some_and(|folder| !is.starts_with(folder)) => outside.push(named.clone()),
                Ok(_) => {}
                Err(_) => return Err(AudioFault::Missing { playlist: path.to_owned() }.of(&named)),
            }
            self.add(&named, entry.told)?;
        }
        self.open.pop();
        if let Some((first, more)) = outside.split_first() {
            let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            let (list, first) = (file_name(path), first.display());
            self.found.notes.push(format!("The playlist “{list}” names what lies outside of its own folder: {first}{more}."));
        }
        self.found.title = self.found.title.take().or(list.title);
        self.found.performer = self.found.performer.take().or(list.performer);
        Ok(())
    }
}

/// In small letters.
fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}
