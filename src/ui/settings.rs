//! [`Settings`]: what is remembered from one start to the next.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::geometry::Thumbnail;

/// Version of the settings file; a later one is read as far as it is understood.
const VERSION: u32 = 1;
/// Images that are remembered.
const MOST_RECENT: usize = 20;

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// An image that was opened before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    /// The file.
    pub path: PathBuf,
    /// What it was, in a few words.
    pub note: String,
    /// What it looked like.
    #[serde(default)]
    pub thumbnail: Thumbnail,
}

/// What is remembered from one start to the next.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Nobody is told when a job has ended.
    pub quiet: bool,
    /// Databases on the internet may be asked about audio discs.
    pub look_up: bool,
    /// Images opened before, the last first.
    pub recent: Vec<Recent>,
    /// Where the last image was saved.
    pub folder: Option<PathBuf>,
    /// Width and height of the window, in points.
    pub window: Option<[f32; 2]>,
}

impl Settings {
    /// From text. Each key counts for itself: what can't be understood is as if it were not there.
    pub fn parse(text: &str) -> Settings {
        let keys: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let recent = keys.get("recent").and_then(Value::as_array).into_iter().flatten();
        Settings {
            theme: key(&keys, "theme").unwrap_or_default(),
            quiet: key(&keys, "quiet").unwrap_or_default(),
            look_up: key(&keys, "look_up").unwrap_or_default(),
            recent: recent.filter_map(understood).take(MOST_RECENT).collect(),
            folder: key(&keys, "folder"),
            window: key(&keys, "window").filter(|size: &[f32; 2]| size.iter().all(|side| (200.0..20_000.0).contains(side))),
        }
    }

    /// As text.
    pub fn to_text(&self) -> String {
        // A path that is no Unicode can't stand in this file: it is left out, and nothing else with it.
        let recent: Vec<Value> = self.recent.iter().filter_map(|recent| serde_json::to_value(recent).ok()).collect();
        let keys = serde_json::json!({
            "version": VERSION,
            "theme": self.theme,
            "quiet": self.quiet,
            "look_up": self.look_up,
            "recent": recent,
            "folder": self.folder.as_deref().and_then(Path::to_str),
            "window": self.window,
        });
        format!("{keys:#}\n")
    }

    /// From the settings file; the defaults where there is none.
    pub fn load() -> Settings {
        place().and_then(|place| std::fs::read_to_string(place).ok()).map(|text| Settings::parse(&text)).unwrap_or_default()
    }

    /// Puts an image on top of the recent ones.
    pub fn remember(&mut self, recent: Recent) {
        self.recent.retain(|known| known.path != recent.path);
        self.recent.insert(0, recent);
        self.recent.truncate(MOST_RECENT);
    }

    /// Takes an image from the recent ones.
    pub fn forget(&mut self, path: &Path) {
        self.recent.retain(|known| known.path != path);
    }
}

fn key<T: DeserializeOwned>(keys: &Map<String, Value>, name: &str) -> Option<T> {
    keys.get(name).and_then(understood)
}

fn understood<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// The settings file.
pub fn place() -> Option<PathBuf> {
    Some(crate::config::folder()?.join("settings.json"))
}

/// Writes the settings file: a new one beside it, which then takes its name.
pub fn store(place: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let fresh = place.with_extension("json.new");
    std::fs::write(&fresh, text)?;
    std::fs::rename(fresh, place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::geometry::Kind;

    fn recent(name: &str) -> Recent {
        Recent { path: name.into(), note: "CD".into(), thumbnail: Thumbnail(vec![(Kind::Audio, 416, 900)]) }
    }

    #[test]
    fn what_is_stored_comes_back() {
        let mut settings = Settings {
            theme: ThemeChoice::Dark,
            quiet: true,
            look_up: true,
            window: Some([900.0, 700.0]),
            ..Settings::default()
        };
        settings.folder = Some("out".into());
        settings.remember(recent("a.iso"));
        settings.remember(recent("b.cue"));
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("new/settings.json");
        store(&place, &settings.to_text()).unwrap();
        assert_eq!(Settings::parse(&std::fs::read_to_string(place).unwrap()), settings);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_unicode_are_left_out() {
        use std::os::unix::ffi::OsStrExt;
        let odd = PathBuf::from(std::ffi::OsStr::from_bytes(b"disc-\xe9.iso"));
        let mut settings = Settings { folder: Some(odd.clone()), ..Settings::default() };
        settings.remember(recent("a.iso"));
        settings.remember(Recent { path: odd, ..recent("") });
        let back = Settings::parse(&settings.to_text());
        assert_eq!((back.recent, back.folder), (vec![recent("a.iso")], None));
    }

    #[test]
    fn a_bad_key_spoils_no_other() {
        let text = r#"{"version": 9, "theme": "sepia", "recent": [{"path": 3}, {"path": "a.iso", "note": "CD"}],
            "folder": "out", "window": [1e9, -3], "later": {}}"#;
        let settings = Settings::parse(text);
        assert_eq!(settings.theme, ThemeChoice::System);
        assert_eq!(settings.recent.iter().map(|r| &r.path).collect::<Vec<_>>(), [Path::new("a.iso")]);
        assert_eq!((settings.folder, settings.window), (Some("out".into()), None));
        for nonsense in ["", "{", "[]", "null", "\0\u{ff}"] {
            assert_eq!(Settings::parse(nonsense), Settings::default());
        }
    }

    #[test]
    fn the_last_twenty_are_remembered_once_each() {
        let mut settings = Settings::default();
        for n in 0..30 {
            settings.remember(recent(&format!("{}.iso", n % 25)));
        }
        assert_eq!(settings.recent.len(), 20);
        assert_eq!(settings.recent[0].path, Path::new("4.iso"));
        settings.forget(Path::new("4.iso"));
        assert_eq!(settings.recent[0].path, Path::new("3.iso"));
    }
}
