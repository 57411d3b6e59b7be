//! What a disc and its tracks are called: by MusicBrainz (JSON) and gnudb (the protocol of CDDB, level 6).

use serde::Deserialize;

use crate::disc::Disc;
use crate::job::audio_sums::AudioSums;

/// Entries of a disc that are read.
const MOST: usize = 5;

/// What a database calls a disc.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Which database.
    pub source: &'static str,
    /// Who made it.
    pub artist: String,
    /// What it is called.
    pub title: String,
    /// When it came out, as far as that is told.
    pub date: String,
    /// Its tracks.
    pub tracks: Vec<String>,
}

/// The address of the question to MusicBrainz, behind the host's name.
pub fn music_brainz_path(sums: &AudioSums) -> String {
    format!("/ws/2/discid/{}?fmt=json&inc=artist-credits+recordings", sums.ids.music_brainz)
}

#[derive(Deserialize)]
struct DiscShape {
    #[serde(default)]
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    title: String,
    #[serde(default)]
    date: String,
    #[serde(default, rename = "artist-credit")]
    artists: Vec<Artist>,
    #[serde(default)]
    media: Vec<Medium>,
}

#[derive(Deserialize)]
struct Artist {
    #[serde(default)]
    name: String,
    #[serde(default)]
    joinphrase: String,
}

#[derive(Deserialize)]
struct Medium {
    #[serde(default)]
    discs: Vec<DiscId>,
    #[serde(default)]
    tracks: Vec<TrackShape>,
}

#[derive(Deserialize)]
struct DiscId {
    id: String,
}

#[derive(Deserialize)]
struct TrackShape {
    #[serde(default)]
    title: String,
}

/// Reads an answer of MusicBrainz; an error in words where it is none.
pub fn music_brainz(json: &[u8], sums: &AudioSums) -> Result<Vec<Names>, String> {
    let disc: DiscShape = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let names = disc.releases.into_iter().take(MOST).map(|release| {
        // Of several discs of an edition, the one with our number; where none says its number, the one with as many tracks.
        let ours = |medium: &&Medium| medium.discs.iter().any(|disc| disc.id == sums.ids.music_brainz);
        let alike = |medium: &&Medium| medium.tracks.len() == sums.tracks.len();
        let medium = release.media.iter().find(ours).or_else(|| release.media.iter().find(alike));
        Names {
            source: "MusicBrainz",
            artist: release.artists.iter().flat_map(|artist| [artist.name.as_str(), artist.joinphrase.as_str()]).collect(),
            title: release.title,
            date: release.date,
            tracks: medium.map(|medium| medium.tracks.iter().map(|track| track.title.clone()).collect()).unwrap_or_default(),
        }
    });
    Ok(names.collect())
}

/// Who asks gnudb: it wants a name, and gets that of the program alone.
const HELLO: &str = concat!("hello=user+localhost+Spindle+", env!("CARGO_PKG_VERSION"), "&proto=6");

/// The address of the question whether gnudb knows the disc, behind the host's name.
pub fn gnudb_query(sums: &AudioSums, disc: &Disc) -> String {
    let starts: Vec<String> = disc.tracks().map(|(_, track)| (track.start.0 + 150).to_string()).collect();
    let seconds = (disc.lead_out().0 + 150) / 75;
    format!("/~cddb/cddb.cgi?cmd=cddb+query+{:08x}+{}+{}+{seconds}&{HELLO}", sums.ids.cddb, starts.len(), starts.join("+"))
}

/// The address of an entry of gnudb.
pub fn gnudb_read(category: &str, id: &str) -> String {
    format!("/~cddb/cddb.cgi?cmd=cddb+read+{category}+{id}&{HELLO}")
}

/// Category and number of the first entry in the answer to a query; `None` where there is none.
pub fn gnudb_found(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.lines();
    let head = lines.next()?;
    let mut words = match head.split_whitespace().next()? {
        // One entry, in this line; or several, each in a line of its own.
        "200" => head.split_whitespace().skip(1).collect::<Vec<_>>(),
        "210" | "211" => lines.next()?.split_whitespace().collect(),
        _ => return None,
    }
    .into_iter();
    // They go into an address: nothing but what numbers and categories are made of.
    let plain = |word: &&str| !word.is_empty() && word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Some((words.next().filter(plain)?, words.next().filter(plain)?))
}

/// Reads an entry of gnudb; `None` where it is none.
pub fn gnudb(text: &str) -> Option<Names> {
    let mut lines = text.lines();
    lines.next().filter(|head| head.starts_with("210"))?;
    let mut names = Names { source: "gnudb", ..Names::default() };
    let mut title = String::new();
    for line in lines.take_while(|line| *line != ".").filter(|line| !line.starts_with('#')) {
        let Some((key, value)) = line.split_once('=') else { continue };
        match key {
            // Long values go on in a further line of the same key.
            "DTITLE" => title.push_str(value),
            "DYEAR" => names.date.push_str(value),
            _ => {
                let number =
                    key.strip_prefix("TTITLE").and_then(|number| number.parse().ok()).filter(|&number: &usize| number < 99);
                if let Some(number) = number {
                    names.tracks.resize(names.tracks.len().max(number + 1), String::new());
                    names.tracks[number].push_str(value);
                }
            }
        }
    }
    (names.artist, names.title) = match title.split_once(" / ") {
        Some((artist, title)) => (artist.to_owned(), title.to_owned()),
        None => (title.clone(), title),
    };
    Some(names)
}
