//! The cue sheet: the layout of a session that is written at once (MMC-3, SEND CUE SHEET).

use super::plan::SessionPlan;
use crate::disc::{Lba, TrackMode, toc};

/// An entry: CONTROL and ADR, track, index, data form, copy bit, minute, second, frame; all numbers binary.
pub type Entry = [u8; 8];

/// In what drives differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flavour {
    /// The entries of recording codes carry the control bits of their track.
    pub isrc_control: bool,
    /// The entry of a lead-in with CD-TEXT says where that begins.
    pub lead_in_time: bool,
}

impl Flavour {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Flavour; 4] = [
        Flavour { isrc_control: true, lead_in_time: true },
        Flavour { isrc_control: false, lead_in_time: true },
        Flavour { isrc_control: true, lead_in_time: false },
        Flavour { isrc_control: false, lead_in_time: false },
    ];
}

/// ADR of an entry: a time, half of a catalogue number, half of a recording code.
const TIME: u8 = 1;
const MCN: u8 = 2;
const ISRC: u8 = 3;
/// The track number of a lead-out.
const LEAD_OUT: u8 = 0xAA;
/// Data form of audio whose main channel the drive makes, with subchannels R to W of the host.
const LEAD_IN_WITH_TEXT: u8 = 0x41;
/// The copy bit alternates (SCMS).
const ALTERNATE: u8 = 0x80;

/// The entries of a session whose sectors lie this much further on than planned. `lead_in` is where that begins.
pub fn cue_sheet(session: &SessionPlan, shift: i32, lead_in: Lba, flavour: Flavour) -> Vec<Entry> {
    let (Some(first), Some(last)) = (session.tracks.first(), session.tracks.last()) else { return Vec::new() };
    let moved = |lba: Lba| Lba(lba.0.saturating_add(shift));
    // Lead-in and lead-out are data or audio, and nothing else.
    let edge = |mode: TrackMode| u8::from(mode.is_data()) << 6;
    let mut entries = Vec::new();
    if let Some(mcn) = session.mcn {
        let (a, b) = mcn.as_bytes().split_at(7);
        entries.extend([a, b].map(|half| with(edge(first.mode) | MCN, half)));
    }
    let start = match session.cd_text.is_empty() {
        false if flavour.lead_in_time => toc::time(lead_in),
        _ => [0; 3],
    };
    let form = if session.cd_text.is_empty() { empty_form(first.mode) } else { LEAD_IN_WITH_TEXT };
    entries.push(entry([edge(first.mode) | TIME, 0, 0, form, 0], start));
    for (track, n) in session.tracks.iter().zip(0..) {
        let control = track.control.nibble(track.mode) << 4;
        if let Some(isrc) = track.isrc {
            let control = if flavour.isrc_control { control } else { 0 };
            let (a, b) = isrc.as_bytes().split_at(6);
            entries.extend([a, b].map(|half| with(control | ISRC, &[&[track.number], half].concat())));
        }
        let copy = if track.control.scms { ALTERNATE } else { 0 };
        let row =
            |index: u8, at: Lba| entry([control | TIME, track.number, index, form_of(track.mode), copy], toc::time(moved(at)));
        // The first track of a session always has a pause.
        if track.pregap > 0 || n == 0 {
            entries.push(row(0, track.start - track.pregap));
        }
        entries.push(row(1, track.start));
        entries.extend((2..).zip(&track.indexes).map(|(index, &at)| row(index, at)));
    }
    entries.push(entry([edge(last.mode) | TIME, LEAD_OUT, 1, empty_form(last.mode), 0], toc::time(moved(session.lead_out))));
    entries
}

/// Control and ADR, and up to seven bytes.
fn with(head: u8, rest: &[u8]) -> Entry {
    let mut entry = [0; 8];
    entry[0] = head;
    entry[1..].iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    entry
}

fn entry([head, track, index, form, copy]: [u8; 5], [minute, second, frame]: [u8; 3]) -> Entry {
    [head, track, index, form, copy, minute, second, frame]
}

/// Data form of sectors that the host sends: 2352 bytes of audio, 2048 of mode 1, 2336 of XA and of mode 2.
fn form_of(mode: TrackMode) -> u8 {
    match mode {
        TrackMode::Audio => 0x00,
        TrackMode::Mode0 | TrackMode::Mode1 | TrackMode::Dvd => 0x10,
        TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed => 0x20,
        TrackMode::Mode2 => 0x30,
    }
}

/// Data form of sectors that the drive makes.
fn empty_form(mode: TrackMode) -> u8 {
    match form_of(mode) {
        0 => 0x01,
        form => form | 0x04,
    }
}
