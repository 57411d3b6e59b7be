//! How a drive is, in words for people: the same in the window and on the command line.

use super::drives::{Listed, State};
use crate::drive::mmc::DiscState;
use crate::drive::{Details, Protection};

/// How a face of the program writes a number of bytes.
pub type Size = fn(u64) -> String;

impl Listed {
    /// In words, with who else uses it: "no disc", "CD-ROM, finished, 1 track, 640 MB; in use: mounted on /media/disc".
    pub fn words(&self, size: Size) -> String {
        let words = self.state.words(size);
        match &self.user {
            Some(user) => format!("{words}; in use: {user}"),
            None => words,
        }
    }
}

impl State {
    /// In words: "no disc", "CD-ROM, finished, 2 sessions, 13 tracks, 640 MB".
    pub fn words(&self, size: Size) -> String {
        match self {
            State::NoDisc { open: true } => "the tray is open".to_owned(),
            State::NoDisc { open: false } => "no disc".to_owned(),
            State::Trouble(error) => error.to_string(),
            State::Disc(details) => disc_words(details, size),
        }
    }
}

fn disc_words(details: &Details, size: Size) -> String {
    let mut parts = vec![details.profile.to_string()];
    parts.extend(details.information.map(|information| {
        match information.state {
            DiscState::Blank => "blank",
            DiscState::Appendable => "more can be added",
            DiscState::Complete => "finished",
            DiscState::Random => "rewritable",
        }
        .to_owned()
    }));
    if let Some(disc) = &details.disc {
        if disc.sessions.len() > 1 {
            parts.push(format!("{} sessions", disc.sessions.len()));
        }
        if disc.medium.is_cd() {
            let count = disc.tracks().count();
            parts.push(if count == 1 { "1 track".to_owned() } else { format!("{count} tracks") });
        }
        let sector: u64 = if disc.medium.is_cd() { 2352 } else { 2048 };
        parts.push(size(u64::from(disc.sectors()) * sector));
    }
    if details.free > 0 {
        parts.push(format!("{} free", size(u64::from(details.free) * 2048)));
    }
    parts.extend(details.protection.map(|protection| match protection {
        Protection::Css { regions } if regions != 0xFF && regions != 0 => {
            let named = (1..=8).filter(|region| regions >> (region - 1) & 1 != 0).map(|region| region.to_string());
            format!("protected by CSS, region {}", named.collect::<Vec<_>>().join(" "))
        }
        other => format!("protected by {}", other.name()),
    }));
    parts.join(", ")
}
