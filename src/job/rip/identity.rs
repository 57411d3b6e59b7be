//! [`Identity`]: which disc a working folder is about, and how it is read.

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use crate::disc::Disc;

/// What this version writes.
const VERSION: u32 = 1;

/// The table of contents of the disc, and what is read of it. As JSON it lies beside the working file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Of the folder's layout.
    version: u32,
    /// The medium's word.
    medium: String,
    /// Bytes of a sector in the working file.
    pub record: u32,
    /// How many sectors it holds.
    pub sectors: u32,
    /// The subchannel is read, too.
    pub subchannel: bool,
    /// The tracks as the table of contents has them.
    tracks: Vec<Entry>,
    /// When the rip began (UTC).
    pub begun: String,
}

/// A track as the table of contents has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    session: u16,
    number: u8,
    start: i32,
    length: u32,
    data: bool,
}

impl Identity {
    /// Of a disc that is to be read.
    pub fn of(disc: &Disc, layout: &Layout, subchannel: bool, begun: String) -> Identity {
        let entry = |session: u16, track: &crate::disc::Track| Entry {
            session,
            number: track.number,
            start: track.start.0,
            length: track.length,
            data: track.mode.is_data(),
        };
        Identity {
            version: VERSION,
            medium: disc.medium.word().to_owned(),
            record: layout.record,
            sectors: layout.sectors(),
            subchannel,
            tracks: disc.tracks().map(|(session, track)| entry(session.number, track)).collect(),
            begun,
        }
    }

    /// In what way the other disc is none for this folder; `None` where it may be the same.
    pub fn differs(&self, found: &Identity) -> Option<String> {
        let pair = |what: &str, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
            Some(format!("{what}: {found}, expected {expected}"))
        };
        let count = |identity: &Identity| identity.tracks.len();
        if self.version != found.version {
            return pair("version of the folder", &found.version, &self.version);
        }
        if self.medium != found.medium {
            return pair("medium", &self.medium, &found.medium);
        }
        if count(self) != count(found) {
            return pair("tracks", &count(self), &count(found));
        }
        let differing = self.tracks.iter().zip(&found.tracks).find(|(a, b)| a != b);
        if let Some((a, b)) = differing {
            let place = |entry: &Entry| format!("{} sectors from {} on", entry.length, entry.start);
            return pair(&format!("track {}", a.number), &place(a), &place(b));
        }
        if self.sectors != found.sectors {
            return pair("sectors", &self.sectors, &found.sectors);
        }
        if self.record != found.record {
            return pair("bytes of a sector", &self.record, &found.record);
        }
        let words = |subchannel| if subchannel { "read" } else { "not read" };
        if self.subchannel != found.subchannel {
            return pair("subchannel", &words(self.subchannel), &words(found.subchannel));
        }
        None
    }
}
