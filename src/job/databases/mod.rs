//! What others know of an audio CD. Asked only where the user says so; what goes out is what the table of contents is made of, and no checksum.

mod accurate_rip;
mod ctdb;
mod http;
mod names;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

pub use accurate_rip::TrackMatch;
pub use ctdb::CtdbMatch;
use http::{Client, Reply};
pub use names::Names;

use super::audio_sums::AudioSums;
use super::{Control, JobError};
use crate::disc::DiscReader;

/// Where the databases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers {
    /// Of AccurateRip.
    pub accurate_rip: String,
    /// Of CUETools.
    pub ctdb: String,
    /// Of MusicBrainz.
    pub music_brainz: String,
    /// Of gnudb.
    pub gnudb: String,
}

impl Default for Servers {
    fn default() -> Servers {
        Servers {
            accurate_rip: "http://www.accuraterip.com".to_owned(),
            ctdb: "http://db.cuetools.net".to_owned(),
            music_brainz: "https://musicbrainz.org".to_owned(),
            gnudb: "http://gnudb.gnudb.org".to_owned(),
        }
    }
}

/// What a database says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// This.
    Known(T),
    /// It does not know the disc.
    Unknown,
    /// Why it could not be asked, in words.
    Failed(String),
}

/// What AccurateRip knows of a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accuracy {
    /// Each audio track.
    pub tracks: Vec<TrackMatch>,
    /// By how many samples the audio would have to be moved to be as others found it; `None` where it is so already, or nothing of the kind is seen.
    pub offset: Option<i32>,
}

impl Accuracy {
    /// How many tracks are as others found them.
    pub fn accurate(&self) -> usize {
        self.tracks.iter().filter(|track| track.confidence > 0).count()
    }
}

/// What databases know of a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// AccurateRip.
    pub accurate_rip: Answer<Accuracy>,
    /// CUETools.
    pub ctdb: Answer<CtdbMatch>,
    /// MusicBrainz and gnudb.
    pub names: Vec<Answer<Names>>,
}

/// Asks all of them. None that fails stops the others; only the user does.
pub fn look_up(
    reader: &dyn DiscReader,
    path: &Path,
    sums: &AudioSums,
    servers: &Servers,
    control: &Control,
) -> Result<Lookup, JobError> {
    let client = Client::new();
    let get = |server: &str, path: String| -> Result<Answer<Vec<u8>>, JobError> {
        control.check()?;
        Ok(match client.get(&[server, &path].concat()) {
            Reply::Body(body) => Answer::Known(body),
            Reply::NotFound => Answer::Unknown,
            Reply::Failed(why) => Answer::Failed(why),
        })
    };
    let accurate_rip = match get(&servers.accurate_rip, sums.ids.accurate_rip_path())? {
        Answer::Known(body) => accuracy(reader, path, sums, &body)?,
        Answer::Unknown => Answer::Unknown,
        Answer::Failed(why) => Answer::Failed(why),
    };
    let ctdb = get(&servers.ctdb, ctdb::path(sums))?.then(|body| {
        let found = ctdb::compare(&String::from_utf8_lossy(&body), sums)?;
        Ok(Some(found).filter(|found| found.reports > 0))
    });
    let brainz = get(&servers.music_brainz, names::music_brainz_path(sums))?
        .then(|body| Ok(names::music_brainz(&body, sums)?.into_iter().next()));
    let gnudb = match get(&servers.gnudb, names::gnudb_query(sums, reader.disc()))? {
        Answer::Known(body) => match names::gnudb_found(&String::from_utf8_lossy(&body)) {
            Some((category, id)) => get(&servers.gnudb, names::gnudb_read(category, id))?
                .then(|body| Ok(names::gnudb(&String::from_utf8_lossy(&body)))),
            None => Answer::Unknown,
        },
        Answer::Unknown => Answer::Unknown,
        Answer::Failed(why) => Answer::Failed(why),
    };
    Ok(Lookup { accurate_rip, ctdb, names: vec![brainz, gnudb] })
}

fn accuracy(reader: &dyn DiscReader, path: &Path, sums: &AudioSums, body: &[u8]) -> Result<Answer<Accuracy>, JobError> {
    let pressings = accurate_rip::parse(body, sums);
    if pressings.is_empty() {
        return Ok(Answer::Unknown);
    }
    let tracks = accurate_rip::compare(sums, &pressings);
    let all = tracks.iter().all(|track| track.confidence > 0);
    let offset = if all { None } else { accurate_rip::offset(reader, path, &pressings)?.filter(|&offset| offset != 0) };
    Ok(Answer::Known(Accuracy { tracks, offset }))
}

impl<T> Answer<T> {
    /// Reads an answer, which may turn out to be none.
    fn then<U>(self, read: impl FnOnce(T) -> Result<Option<U>, String>) -> Answer<U> {
        match self {
            Answer::Known(value) => match read(value) {
                Ok(Some(value)) => Answer::Known(value),
                Ok(None) => Answer::Unknown,
                Err(why) => Answer::Failed(why),
            },
            Answer::Unknown => Answer::Unknown,
            Answer::Failed(why) => Answer::Failed(why),
        }
    }
}
