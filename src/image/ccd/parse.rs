//! The statements of a CloneCD descriptor: sections, keys and numbers, in any case.

use std::collections::BTreeMap;

use super::{Ccd, Entry, SessionInfo, TrackInfo};
use crate::image::text::lines;
use crate::image::{Fault, Flaw, Limits, shorten};

/// Rows that a table of contents can have: 99 tracks and, for each of 99 sessions, five more.
const ENTRIES: i64 = 99 + 99 * 5;
/// Packs that CD-TEXT can have: eight languages of 256.
const PACKS: i64 = 8 * 256;
/// Every number of minutes, seconds and frames of eight bits lies between these addresses.
const ADDRESSES: (i64, i64) = (-450_150, 1_200_000);

/// Reads a descriptor.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Ccd, Flaw> {
    if bytes.len() as u64 > limits.descriptor {
        return Err(Flaw::file(Fault::TooMany { what: "bytes in the CCD file", limit: limits.descriptor }));
    }
    let mut reader = Reader::default();
    let mut statements = 0;
    for (line, text) in lines(bytes) {
        if text.is_empty() || text.starts_with([';', '#']) {
            continue;
        }
        statements += 1;
        if statements > limits.statements {
            return Err(Flaw::line(line, Fault::TooMany { what: "statements", limit: u64::from(limits.statements) }));
        }
        reader.statement(Statement { line, text: &text })?;
    }
    reader.finish()
}

/// Where the statements belong to.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    /// Before the first section.
    None,
    CloneCd,
    Disc,
    Session(u16),
    Entry(u16),
    Track(u16),
    CdText,
    /// Unknown: read over.
    Other,
}

/// A line that says something.
#[derive(Clone, Copy)]
struct Statement<'a> {
    line: u32,
    text: &'a str,
}

impl<'a> Statement<'a> {
    fn flaw(self, fault: Fault) -> Flaw {
        Flaw::line(self.line, fault)
    }

    fn syntax(self, expected: &'static str) -> Flaw {
        self.flaw(Fault::Syntax { expected, found: shorten(self.text) })
    }

    /// A number, decimal or with 0x, within bounds.
    fn number(self, text: &str, what: &'static str, expected: &'static str, bounds: (i64, i64)) -> Result<i64, Flaw> {
        let found = number(text).ok_or_else(|| self.syntax("a number"))?;
        if found < bounds.0 || found > bounds.1 {
            return Err(self.flaw(Fault::OutOfRange { what, expected, found }));
        }
        Ok(found)
    }

    fn byte(self, value: &str, what: &'static str) -> Result<u8, Flaw> {
        Ok(self.number(value, what, "a number from 0 to 255", (0, 255))? as u8)
    }

    /// The word and, behind it, the number of `Entry 12`.
    fn numbered(self, name: &'a str) -> (&'a str, Option<&'a str>) {
        match name.split_once(|c: char| c.is_ascii_whitespace()) {
            Some((word, number)) => (word, Some(number.trim())),
            None => (name, None),
        }
    }
}

/// A number as CloneCD and its imitators write them.
fn number(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((digits, 10), |digits| (digits, 16));
    // The parser of the standard library would take a second sign.
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = plain.then(|| i64::from_str_radix(digits, radix).ok()).flatten()?;
    Some(if negative { -value } else { value })
}

/// A row while its keys come in.
#[derive(Default)]
struct Row {
    line: u32,
    session: Option<u8>,
    point: Option<u8>,
    adr: u8,
    control: u8,
    a: [u8; 3],
    zero: u8,
    p: [Option<u8>; 3],
    plba: Option<i32>,
}

struct Reader {
    ccd: Ccd,
    section: Section,
    /// Rows that the descriptor announces, and where.
    announced: Option<(u32, i64)>,
    sessions: BTreeMap<u16, SessionInfo>,
    rows: BTreeMap<u16, Row>,
    tracks: BTreeMap<u16, TrackInfo>,
    packs: BTreeMap<u16, [u8; 16]>,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader {
            ccd: Ccd { version: 3, ..Ccd::default() },
            section: Section::None,
            announced: None,
            sessions: BTreeMap::new(),
            rows: BTreeMap::new(),
            tracks: BTreeMap::new(),
            packs: BTreeMap::new(),
        }
    }
}

impl Reader {
    fn statement(&mut self, statement: Statement<'_>) -> Result<(), Flaw> {
        let text = statement.text;
        if let Some(name) = text.strip_prefix('[') {
            let name = name.strip_suffix(']').ok_or_else(|| statement.syntax("a section in brackets"))?;
            self.section = self.open(statement, name.trim())?;
            return Ok(());
        }
        if self.section == Section::None {
            return Err(statement.flaw(Fault::NotThis { what: "a CloneCD descriptor" }));
        }
        let (key, value) = text.split_once('=').ok_or_else(|| statement.syntax("a section or key=value"))?;
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match self.section {
            Section::CloneCd if key == "version" => self.ccd.version = statement.byte(value, "Version")?,
            Section::Disc => self.disc(statement, &key, value)?,
            Section::Session(number) => self.session(statement, number, &key, value)?,
            Section::Entry(number) => self.row(statement, number, &key, value)?,
            Section::Track(number) => self.track(statement, number, &key, value)?,
            Section::CdText => self.pack(statement, &key, value)?,
            Section::CloneCd | Section::None | Section::Other => {}
        }
        Ok(())
    }

    /// A section begins. One of the same name and number may not stand twice: nobody could tell which holds.
    fn open(&mut self, statement: Statement<'_>, name: &str) -> Result<Section, Flaw> {
        let (word, number) = statement.numbered(name);
        let word = word.to_ascii_lowercase();
        if self.section == Section::None && word != "clonecd" {
            return Err(statement.flaw(Fault::NotThis { what: "a CloneCD descriptor" }));
        }
        let of = |what, expected, bounds| {
            let number = number.ok_or_else(|| statement.syntax("a section with its number"))?;
            Ok(statement.number(number, what, expected, bounds)? as u16)
        };
        let line = statement.line;
        let (section, first) = match word.as_str() {
            "clonecd" => (Section::CloneCd, true),
            "disc" => (Section::Disc, true),
            "cdtext" => (Section::CdText, true),
            "session" => {
                let number = of("the number of a session", "1 to 99", (1, 99))?;
                let info = SessionInfo { number: number as u8, pregap_mode: 0, pregap_subchannel: false };
                (Section::Session(number), self.sessions.insert(number, info).is_none())
            }
            "entry" => {
                let number = of("the number of an entry", "0 to 593", (0, ENTRIES - 1))?;
                (Section::Entry(number), self.rows.insert(number, Row { line, ..Row::default() }).is_none())
            }
            "track" => {
                let number = of("the number of a track", "1 to 99", (1, 99))?;
                let track = TrackInfo { line, number: number as u8, mode: None, isrc: None, indexes: Vec::new() };
                (Section::Track(number), self.tracks.insert(number, track).is_none())
            }
            _ => (Section::Other, true),
        };
        let twice = Fault::Misplaced { what: "a section", why: "there is one of the same name and number already" };
        if first { Ok(section) } else { Err(statement.flaw(twice)) }
    }

    fn disc(&mut self, statement: Statement<'_>, key: &str, value: &str) -> Result<(), Flaw> {
        match key {
            "tocentries" => {
                let count = statement.number(value, "TocEntries", "the number of entries, at most 594", (0, ENTRIES))?;
                self.announced = Some((statement.line, count));
            }
            "datatracksscrambled" => self.ccd.scrambled = statement.byte(value, "DataTracksScrambled")? != 0,
            "catalog" => self.ccd.catalog = Some(value.to_owned()).filter(|catalog| !catalog.is_empty()),
            _ => {}
        }
        Ok(())
    }

    fn session(&mut self, statement: Statement<'_>, number: u16, key: &str, value: &str) -> Result<(), Flaw> {
        let Some(session) = self.sessions.get_mut(&number) else { return Ok(()) };
        match key {
            "pregapmode" => session.pregap_mode = statement.byte(value, "PreGapMode")?,
            "pregapsubc" => session.pregap_subchannel = statement.byte(value, "PreGapSubC")? != 0,
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, statement: Statement<'_>, number: u16, key: &str, value: &str) -> Result<(), Flaw> {
        let Some(row) = self.rows.get_mut(&number) else { return Ok(()) };
        let nibble = |what| Ok(statement.number(value, what, "a number from 0 to 15", (0, 15))? as u8);
        match key {
            "session" => row.session = Some(statement.number(value, "Session", "1 to 99", (1, 99))? as u8),
            "point" => row.point = Some(statement.byte(value, "Point")?),
            "adr" => row.adr = nibble("ADR")?,
            "control" => row.control = nibble("Control")?,
            "amin" => row.a[0] = statement.byte(value, "AMin")?,
            "asec" => row.a[1] = statement.byte(value, "ASec")?,
            "aframe" => row.a[2] = statement.byte(value, "AFrame")?,
            "zero" => row.zero = statement.byte(value, "Zero")?,
            "pmin" => row.p[0] = Some(statement.byte(value, "PMin")?),
            "psec" => row.p[1] = Some(statement.byte(value, "PSec")?),
            "pframe" => row.p[2] = Some(statement.byte(value, "PFrame")?),
            "plba" => row.plba = Some(statement.number(value, "PLBA", "an address of a disc", ADDRESSES)? as i32),
            _ => {}
        }
        Ok(())
    }

    fn track(&mut self, statement: Statement<'_>, number: u16, key: &str, value: &str) -> Result<(), Flaw> {
        let Some(track) = self.tracks.get_mut(&number) else { return Ok(()) };
        match statement.numbered(key) {
            ("mode", None) => track.mode = Some(statement.byte(value, "MODE")?),
            ("isrc", None) => track.isrc = Some(value.to_owned()).filter(|isrc| !isrc.is_empty()),
            ("index", Some(index)) => {
                let index = statement.number(index, "the number of an index", "0 to 99", (0, 99))? as u8;
                let at = statement.number(value, "INDEX", "an address of a disc", ADDRESSES)? as i32;
                match track.indexes.binary_search_by_key(&index, |(number, _)| *number) {
                    Ok(_) => {
                        let twice = Fault::Misplaced { what: "INDEX", why: "the track has one of the same number already" };
                        return Err(statement.flaw(twice));
                    }
                    Err(place) => track.indexes.insert(place, (index, at)),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn pack(&mut self, statement: Statement<'_>, key: &str, value: &str) -> Result<(), Flaw> {
        let ("entry", Some(number)) = statement.numbered(key) else { return Ok(()) };
        let number = statement.number(number, "the number of a CD-TEXT pack", "0 to 2047", (0, PACKS - 1))? as u16;
        let hex = |word: &str| (word.len() <= 2 && !word.starts_with('+')).then(|| u8::from_str_radix(word, 16).ok()).flatten();
        let bytes: Option<Vec<u8>> = value.split_ascii_whitespace().map(hex).take(17).collect();
        let pack = bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
        let pack = pack.ok_or_else(|| statement.syntax("16 bytes as hexadecimal numbers"))?;
        match self.packs.insert(number, pack) {
            None => Ok(()),
            Some(_) => {
                Err(statement.flaw(Fault::Misplaced { what: "a CD-TEXT pack", why: "there is one of the same number already" }))
            }
        }
    }

    fn finish(mut self) -> Result<Ccd, Flaw> {
        if self.section == Section::None {
            return Err(Flaw::file(Fault::NotThis { what: "a CloneCD descriptor" }));
        }
        if let Some((line, _)) = self.announced.filter(|(_, count)| *count > self.rows.len() as i64) {
            return Err(Flaw::line(line, Fault::Missing { what: "an entry that TocEntries counts" }));
        }
        if self.rows.is_empty() {
            return Err(Flaw::file(Fault::Missing { what: "the table of contents ([Entry 0] and so on)" }));
        }
        self.ccd.entries = self.rows.into_values().map(entry).collect::<Result<_, _>>()?;
        self.ccd.sessions = self.sessions.into_values().collect();
        self.ccd.tracks = self.tracks.into_values().collect();
        self.ccd.cd_text = self.packs.into_values().collect();
        Ok(self.ccd)
    }
}

/// A row with all its keys. What is missing and could be told from the rest, is.
fn entry(row: Row) -> Result<Entry, Flaw> {
    let missing = |what| Flaw::line(row.line, Fault::Missing { what });
    let p = row.p.map(|part| part.unwrap_or(0));
    let of_time = || {
        let [minute, second, frame] = row.p;
        let frames = i32::from(minute?) * 4500 + i32::from(second?) * 75 + i32::from(frame?);
        Some(frames - 150)
    };
    Ok(Entry {
        line: row.line,
        session: row.session.unwrap_or(1),
        point: row.point.ok_or_else(|| missing("Point"))?,
        adr: row.adr,
        control: row.control,
        a: row.a,
        zero: row.zero,
        p,
        plba: row.plba.or_else(of_time).ok_or_else(|| missing("PLBA"))?,
    })
}
