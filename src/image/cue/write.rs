//! From a [`CueSheet`] to its text.

use std::fmt::Write;

use crate::disc::{Control, Msf};

use super::sheet::{CueSheet, DISC_TYPES, FileType, TEXT_FIELDS, TrackEntry, medium_name};

/// The text of a sheet: UTF-8 without a mark, lines ending in CR LF, which every program reads.
///
/// Reading it again gives the same sheet, but for line numbers and warnings, as long as no text or name has a character that ends
/// a line, or blanks or quotation marks at its ends.
pub fn write(sheet: &CueSheet) -> String {
    let mut text = Lines(String::new());
    if let Some(medium) = sheet.medium.filter(|_| !sheet.sessions.iter().any(|session| session.high_density)) {
        text.line(0, &format!("REM ORIGINAL MEDIA-TYPE: {}", medium_name(medium)));
    }
    if let Some(catalog) = sheet.catalog {
        text.line(0, &format!("CATALOG {catalog}"));
    }
    if let Some(file) = &sheet.cd_text_file {
        text.line(0, &format!("CDTEXTFILE \"{}\"", file.text));
    }
    text.texts(0, sheet, 0);
    let (mut file, mut session) = (None, None);
    for track in &sheet.tracks {
        if session != Some(track.session) {
            text.session(sheet, track.session);
            session = Some(track.session);
        }
        text.track(sheet, track, &mut file);
    }
    text.0
}

struct Lines(String);

impl Lines {
    fn line(&mut self, depth: usize, line: &str) {
        write!(self.0, "{:1$}{line}\r\n", "", depth * 2).expect("a String takes everything");
    }

    fn texts(&mut self, depth: usize, sheet: &CueSheet, track: u8) {
        for field in TEXT_FIELDS {
            if let Some(text) = sheet.cd_text.text(0, track, field) {
                self.line(depth, &format!("{} \"{text}\"", field.word().to_ascii_uppercase()));
            }
        }
    }

    /// What stands between two sessions, and before the first where there are several.
    fn session(&mut self, sheet: &CueSheet, session: usize) {
        let (before, this) = (session.checked_sub(1).map(|before| &sheet.sessions[before]), &sheet.sessions[session]);
        if sheet.sessions.iter().any(|session| session.high_density) {
            self.line(0, if this.high_density { "REM HIGH-DENSITY AREA" } else { "REM SINGLE-DENSITY AREA" });
            self.time("REM PREGAP", this.pregap);
        } else if sheet.sessions.len() > 1 {
            self.time("REM LEAD-OUT", before.and_then(|before| before.lead_out));
            self.line(0, &format!("REM SESSION {:02}", session + 1));
            self.time("REM LEAD-IN", this.lead_in);
            self.time("REM PREGAP", this.pregap);
        }
        if let Some((_, name)) = DISC_TYPES.iter().find(|(disc_type, _)| Some(*disc_type) == this.disc_type) {
            self.line(0, &format!("REM DISC-TYPE {name}"));
        }
    }

    fn time(&mut self, what: &str, frames: Option<u32>) {
        if let Some(frames) = frames {
            self.line(0, &format!("{what} {}", Msf::from_frames(frames)));
        }
    }

    fn file(&mut self, sheet: &CueSheet, file: usize) {
        let kind = match sheet.files[file].kind {
            FileType::Binary => "BINARY",
            FileType::Motorola => "MOTOROLA",
            FileType::Sound => "WAVE",
        };
        self.line(0, &format!("FILE \"{}\" {kind}", sheet.files[file].name.text));
    }

    fn track(&mut self, sheet: &CueSheet, track: &TrackEntry, file: &mut Option<usize>) {
        let mut indexes = track.indexes.iter().peekable();
        if let Some(first) = indexes.peek().map(|index| index.file).filter(|first| *file != Some(*first)) {
            self.file(sheet, first);
            *file = Some(first);
        }
        self.line(1, &format!("TRACK {:02} {}", track.number, track.stored.word()));
        if track.mode_stated {
            self.line(2, &format!("REM TRACK-MODE {}", track.stored.mode.word()));
        }
        self.texts(2, sheet, track.number);
        if let Some(isrc) = track.isrc {
            self.line(2, &format!("ISRC {isrc}"));
        }
        if track.control != Control::default() {
            self.line(2, &format!("FLAGS{}", flags(track.control)));
        }
        if track.pregap > 0 {
            self.line(2, &format!("PREGAP {}", Msf::from_frames(track.pregap)));
        }
        for index in indexes {
            if *file != Some(index.file) {
                self.file(sheet, index.file);
                *file = Some(index.file);
            }
            self.line(2, &format!("INDEX {:02} {}", index.number, Msf::from_frames(index.at)));
        }
        if track.postgap > 0 {
            self.line(2, &format!("POSTGAP {}", Msf::from_frames(track.postgap)));
        }
        if track.stored_postgap > 0 {
            self.line(2, &format!("REM POSTGAP {}", Msf::from_frames(track.stored_postgap)));
        }
    }
}

fn flags(control: Control) -> String {
    let all = [(control.copy, " DCP"), (control.four_channel, " 4CH"), (control.pre_emphasis, " PRE"), (control.scms, " SCMS")];
    all.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{corpus, read};
    use super::*;

    /// The sheet without what only its text has: line numbers, warnings, the files that no track uses.
    fn bare(mut sheet: CueSheet) -> CueSheet {
        sheet.warnings.clear();
        sheet.files.iter_mut().for_each(|file| file.line = 0);
        for track in &mut sheet.tracks {
            track.line = 0;
            track.indexes.iter_mut().for_each(|index| index.line = 0);
        }
        sheet
    }

    #[test]
    fn what_is_written_reads_as_what_was_meant() {
        for text in [
            "CATALOG 0000010271955\nTITLE x\nFILE \"a b.bin\" MOTOROLA\nTRACK 04 AUDIO\nPERFORMER y\nFLAGS DCP 4CH PRE SCMS\nISRC USAB19912345\n\
             PREGAP 00:00:01\nINDEX 00 00:00:00\nINDEX 01 00:00:02\nINDEX 02 00:00:07\nPOSTGAP 00:00:03\nREM POSTGAP 00:00:04\nTRACK 05 MODE2/2336\nREM TRACK-MODE mode2-form1\nINDEX 01 00:01:00",
            "REM ORIGINAL MEDIA-TYPE: BD\nFILE a.iso BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00",
            "REM ORIGINAL MEDIA-TYPE: HD DVD-ROM\nREM DISC-TYPE cd-i\nFILE a.iso BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00",
            "CDTEXTFILE a.cdt\nFILE a WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:01:00\nFILE b WAVE\nINDEX 01 00:00:00",
            "REM SESSION 1\nFILE a BINARY\nTRACK 01 CDG\nINDEX 01 00:00:00\nREM LEAD-OUT 00:01:00\nREM SESSION 2\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\n\
             FILE b BINARY\nTRACK 02 CDI/2352\nINDEX 01 00:00:00",
            "REM SINGLE-DENSITY AREA\nFILE a BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nREM HIGH-DENSITY AREA\nREM PREGAP 00:03:00\nFILE b BINARY\nTRACK 02 MODE0/2336\nINDEX 01 00:00:00",
        ] {
            let sheet = read(text);
            let again = read(&write(&sheet));
            assert!(again.warnings.is_empty(), "{:?}", again.warnings);
            assert_eq!(bare(again), bare(sheet), "{text}");
        }
    }

    #[test]
    fn real_sheets_survive_writing() {
        let Some(corpus) = corpus() else { return };
        for name in
            ["libcdio/test/data/p1", "libcdio/test/vcd_demo", "generated/mix", "libcue/t/99_tracks", "rcue/test/fixtures/unicode"]
        {
            let sheet = read(&std::fs::read_to_string(corpus.join(format!("{name}.cue"))).unwrap());
            assert_eq!(bare(read(&write(&sheet))), bare(sheet), "{name}");
        }
    }
}
