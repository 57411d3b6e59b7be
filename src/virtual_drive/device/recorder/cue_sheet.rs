//! The cue sheet of SEND CUE SHEET (MMC-6, 6.32): a session as it is to be written at once.

use super::block::{BlockForm, Main, Sub};
use super::refuse;
use crate::disc::{Control, DiscType, Isrc, Lba, Mcn, Msf, TrackMode};
use crate::drive::sense::Sense;

/// Bytes of an entry.
const ENTRY: usize = 8;
/// Track number of the lead-out.
const LEAD_OUT: u8 = 0xAA;
/// Data form of a lead-in whose subchannel the host sends: CD-TEXT.
const LEAD_IN_WITH_TEXT: u8 = 0x41;

/// An entry that says where something begins.
#[derive(Debug, Clone, Copy)]
struct Mark {
    control: u8,
    track: u8,
    index: u8,
    form: u8,
    scms: bool,
    at: Lba,
}

/// Sectors that come in blocks of one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// From here…
    pub from: Lba,
    /// …to before here.
    pub to: Lba,
    /// How their blocks come.
    pub form: BlockForm,
}

/// A track of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueTrack {
    /// Its number.
    pub number: u8,
    /// What its sectors are.
    pub mode: TrackMode,
    /// Its control bits, and whether the copy bit alternates.
    pub control: Control,
    /// Where it begins, its pause included.
    pub first: Lba,
    /// Index 1, 2, ….
    pub indexes: Vec<Lba>,
    /// Its recording code.
    pub isrc: Option<Isrc>,
    /// Whether the host sends its subchannel.
    pub sub: bool,
}

/// A session as the sheet tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CueSheet {
    /// Catalogue number of the disc.
    pub mcn: Option<Mcn>,
    /// Whether the host sends the lead-in, CD-TEXT in it.
    pub with_text: bool,
    /// Disc type of its table of contents, by the form of its lead-in.
    pub disc_type: DiscType,
    /// Its tracks, in order.
    pub tracks: Vec<CueTrack>,
    /// What comes, in order and without a hole between.
    pub areas: Vec<Area>,
    /// The address of the lead-out.
    pub lead_out: Lba,
}

/// What entries of ADR 2 and 3 say, two of them each.
#[derive(Default)]
struct Codes {
    mcn: Vec<u8>,
    isrc: Vec<(u8, Vec<u8>)>,
}

impl CueSheet {
    /// Reads a sheet. `with_control` is what the drive wants of entries that hold recording codes: control bits as the track has them (`Some(true)`),
    /// none (`Some(false)`), or whatever comes.
    pub fn parse(bytes: &[u8], with_control: Option<bool>) -> Result<CueSheet, Sense> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(ENTRY) {
            return Err(refuse::BAD_LENGTH);
        }
        let mut codes = Codes::default();
        let mut marks = Vec::new();
        for entry in bytes.chunks(ENTRY) {
            let (adr, control) = (entry[0] & 0x0F, entry[0] >> 4);
            match adr {
                1 => marks.push(mark(entry)?),
                // A disc has one number, and it stands before everything else.
                2 if marks.is_empty() => codes.mcn.extend_from_slice(&entry[1..]),
                3 if with_control.is_some_and(|wanted| wanted != (control != 0)) => return Err(refuse::BAD_PARAMETER),
                3 => code(&mut codes, entry[1], &entry[2..]),
                _ => return Err(refuse::BAD_PARAMETER),
            }
        }
        session(&marks, &codes)
    }

    /// The area that a sector lies in.
    pub fn area(&self, lba: Lba) -> Option<&Area> {
        self.areas.get(self.areas.partition_point(|area| area.to <= lba)).filter(|area| area.from <= lba)
    }
}

fn code(codes: &mut Codes, track: u8, part: &[u8]) {
    match codes.isrc.last_mut() {
        Some((last, text)) if *last == track => text.extend_from_slice(part),
        _ => codes.isrc.push((track, part.to_vec())),
    }
}

fn mark(entry: &[u8]) -> Result<Mark, Sense> {
    let &[head, track, index, form, scms, minute, second, frame] = entry else { return Err(refuse::BAD_LENGTH) };
    let at = Msf::new(minute.into(), second, frame).map_err(|_| refuse::BAD_PARAMETER)?.to_lba();
    Ok(Mark { control: head >> 4, track, index, form, scms: scms & 0x80 != 0, at })
}

/// The form of blocks by the data form of an entry (MMC-6, table of data forms of the main channel).
fn block_form(form: u8) -> Result<BlockForm, Sense> {
    let (mode, main) = match form & 0x3F {
        0x00 => (TrackMode::Audio, Main::Whole),
        0x01 => (TrackMode::Audio, Main::Made),
        0x10 => (TrackMode::Mode1, Main::Mode1),
        0x11 => (TrackMode::Mode1, Main::Whole),
        0x14 => (TrackMode::Mode1, Main::Made),
        0x20 => (TrackMode::Mode2Mixed, Main::Xa(2336)),
        0x21 => (TrackMode::Mode2Mixed, Main::Whole),
        0x24 => (TrackMode::Mode2Mixed, Main::Made),
        0x30 => (TrackMode::Mode2, Main::Mode2),
        0x31 => (TrackMode::Mode2, Main::Whole),
        0x34 => (TrackMode::Mode2, Main::Made),
        _ => return Err(refuse::BAD_PARAMETER),
    };
    let sub = match form >> 6 {
        0 => None,
        1 => Some(Sub::Interleaved),
        3 => Some(Sub::Packed),
        _ => return Err(refuse::BAD_PARAMETER),
    };
    Ok(BlockForm { mode, main, sub })
}

fn session(marks: &[Mark], codes: &Codes) -> Result<CueSheet, Sense> {
    let [lead_in, program @ .., lead_out] = marks else { return Err(refuse::BAD_PARAMETER) };
    let ends = lead_in.track == 0 && lead_in.index == 0 && lead_out.track == LEAD_OUT && lead_out.index == 1;
    let rises = program.iter().chain([lead_out]).collect::<Vec<_>>().windows(2).all(|pair| pair[0].at < pair[1].at);
    if !ends || !rises || program.is_empty() {
        return Err(refuse::BAD_PARAMETER);
    }
    let with_text = lead_in.form == LEAD_IN_WITH_TEXT;
    let disc_type = match lead_in.form {
        0x01 | LEAD_IN_WITH_TEXT | 0x14 | 0x34 => DiscType::CdDaOrRom,
        0x24 => DiscType::Xa,
        _ => return Err(refuse::BAD_PARAMETER),
    };
    let behind = program.iter().skip(1).chain([lead_out]);
    let mut areas: Vec<Area> = Vec::new();
    for (mark, next) in program.iter().zip(behind) {
        let form = block_form(mark.form)?;
        match areas.last_mut() {
            Some(area) if area.form == form => area.to = next.at,
            _ => areas.push(Area { from: mark.at, to: next.at, form }),
        }
    }
    let mut tracks: Vec<CueTrack> = Vec::new();
    for mark in program {
        add(&mut tracks, mark)?;
    }
    if tracks.iter().any(|track| track.indexes.is_empty()) {
        return Err(refuse::BAD_PARAMETER);
    }
    for (number, text) in &codes.isrc {
        let track = tracks.iter_mut().find(|track| track.number == *number).ok_or(refuse::BAD_PARAMETER)?;
        track.isrc = Some(Isrc::new(text).map_err(|_| refuse::BAD_PARAMETER)?);
    }
    let mcn = match codes.mcn.as_slice() {
        [] => None,
        [digits @ .., 0] => Some(Mcn::new(digits).map_err(|_| refuse::BAD_PARAMETER)?),
        _ => return Err(refuse::BAD_PARAMETER),
    };
    Ok(CueSheet { mcn, with_text, disc_type, tracks, areas, lead_out: lead_out.at })
}

/// Adds what a mark says to its track, which has to be the last or the next one.
fn add(tracks: &mut Vec<CueTrack>, mark: &Mark) -> Result<(), Sense> {
    let form = block_form(mark.form)?;
    if form.mode.is_data() != (mark.control & 4 != 0) || !(1..=99).contains(&mark.track) {
        return Err(refuse::BAD_PARAMETER);
    }
    match tracks.last_mut() {
        Some(track) if track.number == mark.track => {
            if usize::from(mark.index) != track.indexes.len() + 1 || form.mode != track.mode {
                return Err(refuse::BAD_PARAMETER);
            }
            track.sub |= form.sub.is_some();
            track.indexes.push(mark.at);
        }
        last => {
            let follows = last.as_ref().is_none_or(|last| last.number + 1 == mark.track);
            // The first track of a session has a pause.
            if !follows || mark.index > u8::from(last.is_some()) {
                return Err(refuse::BAD_PARAMETER);
            }
            let indexes = if mark.index == 1 { vec![mark.at] } else { Vec::new() };
            let control = Control { scms: mark.scms, ..Control::from_nibble(mark.control) };
            let (number, mode, sub) = (mark.track, form.mode, form.sub.is_some());
            tracks.push(CueTrack { number, mode, control, first: mark.at, indexes, isrc: None, sub });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tracks of 600 sectors, as programs that write such sheets have them accepted by drives.
    const TWO: [[u8; 8]; 5] = [
        [0x01, 0, 0, 0x01, 0, 0, 0, 0],
        [0x01, 1, 0, 0x00, 0, 0, 0, 0],
        [0x01, 1, 1, 0x00, 0, 0, 2, 0],
        [0x01, 2, 1, 0x00, 0, 0, 10, 0],
        [0x01, 0xAA, 1, 0x01, 0, 0, 18, 0],
    ];

    fn parse(entries: &[[u8; 8]]) -> Result<CueSheet, Sense> {
        CueSheet::parse(entries.as_flattened(), None)
    }

    #[test]
    fn two_audio_tracks() {
        let sheet = parse(&TWO).unwrap();
        let starts: Vec<(u8, i32, i32)> = sheet.tracks.iter().map(|t| (t.number, t.first.0, t.indexes[0].0)).collect();
        assert_eq!((starts, sheet.lead_out), (vec![(1, -150, 0), (2, 600, 600)], Lba(1200)));
        assert_eq!((sheet.areas.len(), sheet.areas[0].form.size(), sheet.with_text), (1, 2352, false));
    }

    /// Data with codes, a pause that the drive makes, audio with an index and its subchannel.
    #[test]
    fn all_that_a_sheet_can_say() {
        let isrc = |control: u8, part: &[u8; 6]| [[control << 4 | 3, 2].as_slice(), part].concat().try_into().unwrap();
        let entries = [
            *b"\x020724385",
            *b"\x02356926\0",
            [0x41, 0, 0, 0x24, 0, 0, 0, 0],
            [0x41, 1, 0, 0x20, 0, 0, 0, 0],
            [0x41, 1, 1, 0x20, 0, 0, 2, 0],
            isrc(2, b"USRC17"),
            isrc(2, b"607839"),
            [0x21, 2, 0, 0x01, 0x80, 0, 10, 0],
            [0x21, 2, 1, 0x40, 0x80, 0, 12, 0],
            [0x21, 2, 2, 0x40, 0x80, 0, 14, 0],
            [0x01, 0xAA, 1, 0x01, 0, 0, 18, 0],
        ];
        let sheet = parse(&entries).unwrap();
        assert_eq!((sheet.mcn.unwrap().as_str(), sheet.disc_type), ("0724385356926", DiscType::Xa));
        let track = &sheet.tracks[1];
        assert_eq!((track.first, track.indexes.as_slice(), track.sub), (Lba(600), &[Lba(750), Lba(900)][..], true));
        assert!(track.control.copy && track.control.scms && track.isrc.unwrap().as_str() == "USRC17607839");
        let sizes: Vec<(i32, usize)> = sheet.areas.iter().map(|area| (area.from.0, area.form.size())).collect();
        assert_eq!(sizes, [(-150, 2336), (600, 0), (750, 2448)]);
        assert_eq!((sheet.area(Lba(749)).unwrap().from, sheet.area(Lba(1200))), (Lba(600), None));
        assert_eq!(CueSheet::parse(entries.as_flattened(), Some(false)), Err(refuse::BAD_PARAMETER));
        assert!(CueSheet::parse(entries.as_flattened(), Some(true)).is_ok());
    }

    #[test]
    fn sheets_that_make_no_session_are_refused() {
        assert_eq!(CueSheet::parse(&TWO.as_flattened()[1..], None), Err(refuse::BAD_LENGTH));
        assert_eq!(parse(&[]), Err(refuse::BAD_LENGTH));
        let with = |entry: usize, byte: usize, value: u8| {
            let mut entries = TWO;
            entries[entry][byte] = value;
            parse(&entries)
        };
        let wrong = [(0, 1, 1), (0, 3, 0x77), (1, 2, 1), (2, 6, 0), (2, 3, 0x10), (3, 1, 3), (3, 0, 0x41), (4, 1, 3), (4, 6, 9)];
        for (entry, byte, value) in wrong.into_iter().chain([(2, 6, 60), (2, 0, 0x05), (3, 3, 0x02), (3, 1, 100)]) {
            assert_eq!(with(entry, byte, value), Err(refuse::BAD_PARAMETER), "entry {entry}, byte {byte}");
        }
        for len in 0..TWO.len() {
            assert!(parse(&TWO[..len]).is_err());
        }
    }
}
