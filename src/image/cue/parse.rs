//! From the bytes of a sheet to a [`CueSheet`]: no file is touched.
//!
//! Sheets were written by hand and by many programs, so this is lenient where a sane reading exists, and says so in a warning;
//! it stops only where nothing sensible could be read.

use std::collections::btree_map::Entry;

use crate::disc::cd_text::Field;
use crate::disc::sector::Slice;
use crate::disc::{Isrc, Mcn, Medium, Msf, TrackMode};
use crate::image::{Fault, Flaw, Limits, shorten};

use super::cd_text::{Texts, from_texts};
use super::line;
use super::sheet::{
    CueSheet, DISC_TYPES, FileEntry, FileName, FileType, IndexEntry, SessionEntry, StoredMode, TEXT_FIELDS, TrackEntry, Warning,
    medium_of,
};
use super::text;

/// Warnings that are kept: nobody reads more.
const MAX_WARNINGS: usize = 100;
/// The words after a file's name that mean sound, whatever the codec.
const SOUND: [&str; 14] = ["WAVE", "AIFF", "MP3", "FLAC", "OGG", "APE", "WV", "M4A", "MP4", "AAC", "OPUS", "TTA", "TAK", "WAV"];

/// The kinds of mode 2, for which sheets have one word.
const MODE2: [TrackMode; 4] = [TrackMode::Mode2, TrackMode::Mode2Form1, TrackMode::Mode2Form2, TrackMode::Mode2Mixed];

/// Reads a sheet.
///
/// # Errors
/// A sheet longer than `limits` allow, and the first line of which no sense can be made: a number or time of the wrong form,
/// a catalogue number with too few digits, a track of unknown mode, a sheet without a track.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<CueSheet, Flaw> {
    if bytes.len() as u64 > limits.descriptor {
        return Err(Flaw::file(Fault::TooMany { what: "bytes in the cue sheet", limit: limits.descriptor }));
    }
    let decoded = text::decode(bytes);
    let mut parser = Parser::new(decoded.encoding, limits);
    // A byte order mark is cut from the text and would move nothing but the first line, which `command` trims.
    let mut raw_lines = line::lines(if decoded.byte_lines { bytes } else { b"" });
    let guessed = !decoded.encoding.starts_with("UTF");
    let mut statements = 0;
    for line in line::lines(decoded.text.as_bytes()) {
        parser.line += 1;
        let raw = raw_lines.next().filter(|_| guessed);
        let line = std::str::from_utf8(line).expect("cut from a string at ASCII characters");
        let (word, rest) = line::command(line);
        if word.is_empty() && rest.is_empty() {
            continue;
        }
        statements += 1;
        if statements > limits.statements {
            return Err(parser.flaw(Fault::TooMany { what: "lines in the cue sheet", limit: limits.statements.into() }));
        }
        parser.statement(word, rest, raw)?;
    }
    parser.finish()
}

struct Parser<'a> {
    sheet: CueSheet,
    limits: &'a Limits,
    /// The line that is being read, from 1.
    line: u32,
    /// What was said of the next session before its `REM SESSION`.
    coming: SessionEntry,
    /// The number of the current session as the sheet counts.
    session_number: u32,
    unheard_warnings: usize,
    texts: Texts,
}

impl<'a> Parser<'a> {
    fn new(encoding: &'static str, limits: &'a Limits) -> Parser<'a> {
        let sheet = CueSheet { encoding, sessions: vec![SessionEntry::default()], ..CueSheet::default() };
        let (coming, texts) = (SessionEntry::default(), Texts::new());
        Parser { sheet, limits, line: 0, coming, session_number: 1, unheard_warnings: 0, texts }
    }

    fn flaw(&self, fault: Fault) -> Flaw {
        Flaw::line(self.line, fault)
    }

    fn syntax(&self, expected: &'static str, found: &str) -> Flaw {
        self.flaw(Fault::Syntax { expected, found: shorten(found) })
    }

    fn warn(&mut self, text: impl Into<String>) {
        if self.sheet.warnings.len() < MAX_WARNINGS {
            self.sheet.warnings.push(Warning { line: self.line, text: text.into() });
        } else {
            self.unheard_warnings += 1;
        }
    }

    /// The track that a command belongs to; without one the command is left out with a warning.
    fn track(&mut self, command: &str) -> Option<&mut TrackEntry> {
        if self.sheet.tracks.is_empty() {
            self.warn(format!("{command} stands before the first TRACK and is left out"));
        }
        self.sheet.tracks.last_mut()
    }

    fn statement(&mut self, word: &str, rest: &str, raw: Option<&[u8]>) -> Result<(), Flaw> {
        let word = word.to_ascii_uppercase();
        if let Some(field) = Field::from_keyword(&word).filter(|field| TEXT_FIELDS.contains(field)) {
            self.text(field, &word, rest);
            return Ok(());
        }
        match word.as_str() {
            "REM" => self.remark(rest),
            "CATALOG" => self.catalog(rest)?,
            "CDTEXTFILE" => {
                let raw = raw.map(|raw| unquote_raw(argument(raw)));
                self.sheet.cd_text_file = Some(FileName { text: line::unquote(rest).to_owned(), raw });
            }
            "FILE" => self.file(rest, raw)?,
            "TRACK" => self.new_track(rest)?,
            "FLAGS" => self.flags(rest),
            "ISRC" => self.isrc(rest),
            "INDEX" => self.index(rest)?,
            "PREGAP" => {
                let frames = self.time(rest)?;
                if let Some(track) = self.track("PREGAP") {
                    track.pregap = frames;
                }
            }
            "POSTGAP" => {
                let frames = self.time(rest)?;
                if let Some(track) = self.track("POSTGAP") {
                    track.postgap = frames;
                }
            }
            "TOC_INFO1" | "TOC_INFO2" | "TOC_INFO" | "SIZE_INFO" => {
                self.warn(format!("{word} is rebuilt from the rest of the disc"))
            }
            _ => self.warn(format!("unknown command “{}”", shorten(&word))),
        }
        Ok(())
    }

    /// A time as the only or the last word.
    fn time(&self, text: &str) -> Result<u32, Flaw> {
        let word = text.split_whitespace().next().unwrap_or("");
        let time = word
            .parse::<Msf>()
            .map_err(|_| self.syntax("a time of the form mm:ss:ff, seconds below 60, frames below 75", text))?;
        Ok(time.frames())
    }

    fn text(&mut self, field: Field, word: &str, rest: &str) {
        let track = self.sheet.tracks.last().map_or(0, |track| track.number);
        let text = line::unquote(rest);
        if text.is_empty() {
            return;
        }
        match self.texts.entry((track, field)) {
            Entry::Vacant(place) => {
                place.insert(text.to_owned());
            }
            Entry::Occupied(_) => self.warn(format!("a second {word} is left out")),
        }
    }

    fn catalog(&mut self, rest: &str) -> Result<(), Flaw> {
        let number = line::unquote(rest);
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        match (number.len(), digits) {
            (13, true) => self.sheet.catalog = Mcn::or_none(number.as_bytes()),
            // A UPC: an EAN with a leading zero that people leave out.
            (12, true) => self.sheet.catalog = Mcn::or_none(format!("0{number}").as_bytes()),
            (_, true) => return Err(self.syntax("a catalogue number of 13 digits", number)),
            (_, false) => {
                self.warn(format!("the catalogue number “{}” is not one of 13 digits, and is left out", shorten(number)))
            }
        }
        Ok(())
    }

    fn file(&mut self, rest: &str, raw: Option<&[u8]>) -> Result<(), Flaw> {
        if self.sheet.files.len() as u64 >= u64::from(self.limits.files) {
            return Err(self.flaw(Fault::TooMany { what: "files", limit: self.limits.files.into() }));
        }
        let is_type = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| file_type(word).is_some());
        let (name, kind) = line::file_arguments(rest.as_bytes(), is_type);
        let text = String::from_utf8_lossy(name).into_owned();
        if text.is_empty() {
            return Err(self.flaw(Fault::Missing { what: "the name after FILE" }));
        }
        let raw = raw.map(|raw| line::file_arguments(argument(raw), is_type).0.to_vec());
        let kind = String::from_utf8_lossy(kind);
        let word = kind.split_whitespace().next().unwrap_or("");
        let known = file_type(word);
        if known.is_none() {
            self.warn(format!("the file type “{}” is unknown: read as BINARY", shorten(word)));
        }
        let kind = known.unwrap_or(FileType::Binary);
        self.sheet.files.push(FileEntry { name: FileName { text, raw }, kind, line: self.line });
        Ok(())
    }

    fn new_track(&mut self, rest: &str) -> Result<(), Flaw> {
        let mut words = rest.split_whitespace();
        let (number, mode) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let stated = self.number(number, "the number of the track", "1 to 99", 1)?;
        let Some(stored) = StoredMode::from_word(mode) else {
            return Err(self.syntax("a track mode such as AUDIO, MODE1/2352 or MODE2/2336", mode));
        };
        if self.sheet.files.is_empty() {
            self.warn("TRACK stands before the first FILE");
        }
        // Sheets of two sessions that were joined by hand begin to count anew (cdemu, issue 45).
        let number = self.sheet.tracks.last().map_or(stated, |last| last.number + 1);
        if number > 99 {
            return Err(self.flaw(Fault::TooMany { what: "tracks", limit: 99 }));
        }
        if number != stated {
            self.warn(format!("track {stated} follows track {}: it counts as track {number}", number - 1));
        }
        self.sheet.tracks.push(TrackEntry {
            number,
            stored,
            mode_stated: false,
            session: self.sheet.sessions.len() - 1,
            control: Default::default(),
            isrc: None,
            pregap: 0,
            postgap: 0,
            stored_postgap: 0,
            indexes: Vec::new(),
            line: self.line,
        });
        Ok(())
    }

    /// A number of one or two digits from `least` to 99 (CVE-2023-43641 was an index number that nobody checked).
    fn number(&self, word: &str, what: &'static str, expected: &'static str, least: u8) -> Result<u8, Flaw> {
        match word.parse::<i64>() {
            Ok(number) => match u8::try_from(number) {
                Ok(number) if (least..=99).contains(&number) => Ok(number),
                _ => Err(self.flaw(Fault::OutOfRange { what, expected, found: number })),
            },
            Err(_) => Err(self.syntax("a number", word)),
        }
    }

    fn flags(&mut self, rest: &str) {
        let mut unknown = None;
        let Some(track) = self.track("FLAGS") else { return };
        for word in rest.split_whitespace() {
            match word.to_ascii_uppercase().as_str() {
                "DCP" => track.control.copy = true,
                "4CH" => track.control.four_channel = true,
                "PRE" => track.control.pre_emphasis = true,
                "SCMS" => track.control.scms = true,
                // What the track's mode says already.
                "DATA" => {}
                _ => unknown = Some(shorten(word)),
            }
        }
        if let Some(word) = unknown {
            self.warn(format!("unknown flag “{word}”"));
        }
    }

    fn isrc(&mut self, rest: &str) {
        let code: String = line::unquote(rest).chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
        let Some(track) = self.track("ISRC") else { return };
        if code.bytes().all(|byte| byte == b'0') {
            return;
        }
        match code.parse::<Isrc>() {
            Ok(isrc) => track.isrc = Some(isrc),
            Err(bad) => self.warn(format!("the code “{}” is left out: {bad}", shorten(&code))),
        }
    }

    fn index(&mut self, rest: &str) -> Result<(), Flaw> {
        let (number, time) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let number = self.number(number, "the number of the index", "0 to 99", 0)?;
        let at = self.time(time)?;
        if self.track("INDEX").is_none() {
            return Ok(());
        }
        if self.sheet.files.is_empty() {
            self.warn("INDEX stands before the first FILE and is left out");
            return Ok(());
        }
        self.join_repeated_file(at);
        let index = IndexEntry { number, file: self.sheet.files.len() - 1, at, line: self.line };
        let last = self.sheet.tracks.last().and_then(|track| track.indexes.last());
        match last.map(|last| last.number) {
            Some(last) if last == number => self.warn(format!("a second INDEX {number:02} is left out")),
            Some(last) if last > number => {
                return Err(self.flaw(Fault::Misplaced { what: "INDEX", why: "index numbers rise within a track" }));
            }
            _ => self.sheet.tracks.last_mut().expect("asked for above").indexes.push(index),
        }
        Ok(())
    }

    /// Some sheets say `FILE` of the same file before each track while the times run on: that is one file.
    fn join_repeated_file(&mut self, at: u32) {
        let [.., before, current] = self.sheet.files.as_slice() else { return };
        let same = before.name == current.name && before.kind == current.kind;
        let last = self.sheet.tracks.iter().rev().find_map(|track| track.indexes.last());
        if same && last.is_some_and(|last| last.file == self.sheet.files.len() - 2 && last.at < at) {
            self.sheet.files.pop();
        }
    }

    fn remark(&mut self, rest: &str) {
        let (word, value) = line::command(rest);
        match word.to_ascii_uppercase().as_str() {
            "SESSION" => self.new_session(value),
            "LEAD-OUT" => {
                if let Some(frames) = self.remark_time(value) {
                    self.session().lead_out = Some(frames);
                }
            }
            "LEAD-IN" => {
                let frames = self.remark_time(value);
                self.session_ahead().lead_in = frames;
            }
            "PREGAP" => {
                let frames = self.remark_time(value);
                self.session_ahead().pregap = frames;
            }
            "ORIGINAL" => {
                let name = value.get(..11).filter(|start| start.eq_ignore_ascii_case("MEDIA-TYPE:")).and(value.get(11..));
                if let Some(name) = name {
                    self.sheet.medium = self.sheet.medium.filter(|known| *known == Medium::Gd).or(medium_of(name));
                }
            }
            "POSTGAP" => {
                if let (Some(frames), Some(track)) = (self.remark_time(value), self.sheet.tracks.last_mut()) {
                    track.stored_postgap = frames;
                }
            }
            "TRACK-MODE" => {
                let known = MODE2.into_iter().find(|mode| mode.word().eq_ignore_ascii_case(value));
                let track = self.sheet.tracks.last_mut().filter(|track| track.stored.mode.is_mode2());
                if let (Some(mode), Some(track)) = (known, track)
                    && Slice::of_record(mode, track.stored.main as u16).is_some()
                {
                    track.stored.mode = mode;
                    track.mode_stated = true;
                }
            }
            "DISC-TYPE" => {
                let known = DISC_TYPES.iter().find(|(_, name)| name.eq_ignore_ascii_case(value));
                self.session_ahead().disc_type = known.map(|(disc_type, _)| *disc_type);
            }
            "HIGH-DENSITY" if value.eq_ignore_ascii_case("AREA") => {
                self.sheet.medium = Some(Medium::Gd);
                self.begin_session();
                self.session().high_density = true;
            }
            _ => {}
        }
    }

    fn remark_time(&mut self, value: &str) -> Option<u32> {
        let time = self.time(value).ok();
        if time.is_none() {
            self.warn(format!("“{}” is no time: the remark is left out", shorten(value)));
        }
        time
    }

    fn session(&mut self) -> &mut SessionEntry {
        self.sheet.sessions.last_mut().expect("there is one from the beginning")
    }

    fn has_tracks(&self) -> bool {
        self.sheet.tracks.last().is_some_and(|track| track.session == self.sheet.sessions.len() - 1)
    }

    /// The session that a lead-in or a session's pregap belongs to: the next one when this one has tracks.
    fn session_ahead(&mut self) -> &mut SessionEntry {
        if self.has_tracks() { &mut self.coming } else { self.session() }
    }

    fn new_session(&mut self, value: &str) {
        match value.trim().parse::<u32>() {
            Ok(number) if number > self.session_number => {
                self.session_number = number;
                self.begin_session();
            }
            Ok(number) if number == self.session_number => {}
            _ => self.warn(format!("session “{}” is not the next one: the remark is left out", shorten(value))),
        }
    }

    /// Begins a session unless nothing stands in the current one yet.
    fn begin_session(&mut self) {
        if self.has_tracks() {
            self.sheet.sessions.push(std::mem::take(&mut self.coming));
        }
    }

    fn finish(mut self) -> Result<CueSheet, Flaw> {
        if self.sheet.tracks.is_empty() {
            let nothing = self.sheet.files.is_empty();
            let fault = if nothing { Fault::NotThis { what: "a cue sheet" } } else { Fault::Missing { what: "a TRACK command" } };
            return Err(Flaw::file(fault));
        }
        // A session that was announced and has no track is none.
        let sessions = self.sheet.tracks.last().map_or(0, |track| track.session) + 1;
        self.sheet.sessions.truncate(sessions);
        self.sheet.cd_text = from_texts(&self.texts);
        if self.unheard_warnings > 0 {
            let text = format!("{} further remarks of this kind are not listed", self.unheard_warnings);
            self.sheet.warnings.push(Warning { line: self.line, text });
        }
        Ok(self.sheet)
    }
}

fn file_type(word: &str) -> Option<FileType> {
    match word.to_ascii_uppercase().as_str() {
        "BINARY" => Some(FileType::Binary),
        "MOTOROLA" => Some(FileType::Motorola),
        other => SOUND.contains(&other).then_some(FileType::Sound),
    }
}

/// What follows the first word of a line of bytes.
fn argument(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'"').unwrap_or(line.len());
    line[end..].trim_ascii()
}

/// [`line::unquote`] for bytes.
fn unquote_raw(text: &[u8]) -> Vec<u8> {
    match text.strip_prefix(b"\"") {
        Some(inner) => inner.iter().rposition(|byte| *byte == b'"').map_or(inner, |end| &inner[..end]).to_vec(),
        None => text.to_vec(),
    }
}
