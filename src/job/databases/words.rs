//! What databases said, in words: the same in the log, in the window and on the command line.

use super::{Answer, Lookup};

impl Lookup {
    /// A line for each thing that is known: of which database, and what it says.
    pub fn words(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        match &self.accurate_rip {
            Answer::Known(accuracy) => {
                let (accurate, all) = (accuracy.accurate(), accuracy.tracks.len());
                lines.push(("AccurateRip", format!("{accurate} of {all} tracks are as others found them")));
                lines.extend(accuracy.tracks.iter().map(|track| {
                    let (number, found, reports) = (track.id.track, track.confidence, track.reports);
                    ("AccurateRip", format!("track {number}: the same was found {found} times, of {reports} reports"))
                }));
                lines.extend(accuracy.offset.map(|offset| {
                    (
                        "AccurateRip",
                        format!(
                            "moved by {offset} samples, it is as others found it: another pressing, or the drive's read offset"
                        ),
                    )
                }));
            }
            other => lines.push(("AccurateRip", other.why())),
        }
        match &self.ctdb {
            Answer::Known(found) => {
                lines.push(("CTDB", format!("the same disc was found {} times, of {} reports", found.confidence, found.reports)));
            }
            other => lines.push(("CTDB", other.why())),
        }
        for (names, source) in self.names.iter().zip(["MusicBrainz", "gnudb"]) {
            match names {
                Answer::Known(names) => {
                    let date = if names.date.is_empty() { String::new() } else { format!(" ({})", names.date) };
                    lines.push((names.source, format!("{}: {}{date}", names.artist, names.title)));
                    lines.extend(names.tracks.iter().zip(1..).map(|(title, n)| (names.source, format!("track {n}: {title}"))));
                }
                other => lines.push((source, other.why())),
            }
        }
        lines
    }
}

impl Lookup {
    /// What is known of the disc as a whole.
    pub fn brief(&self) -> Vec<(&'static str, String)> {
        self.words().into_iter().filter(|(_, words)| !words.starts_with("track ")).collect()
    }
}

impl<T> Answer<T> {
    /// Why there is nothing to tell.
    fn why(&self) -> String {
        match self {
            Answer::Known(_) => String::new(),
            Answer::Unknown => "does not know this disc".to_owned(),
            Answer::Failed(why) => format!("could not be asked: {why}"),
        }
    }
}
