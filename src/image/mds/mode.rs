//! The mode codes of tracks. The high half tells which parts of the sectors were read; programs ignore it.

use crate::disc::TrackMode;
use crate::disc::sector::Slice;

/// What the sectors of a track are, and which part of each a record of `size` bytes holds; `None` where the two can't be reconciled.
///
/// Codes 4 and 5 stand for the form of the first sectors; where subheaders are stored, they tell the form of each.
pub fn mode(code: u8, size: u16, dvd: bool) -> Option<(TrackMode, Slice)> {
    let has_subheaders = size >= 2336;
    let mode = match code & 7 {
        2 if dvd => TrackMode::Dvd,
        _ if dvd => return None,
        1 => TrackMode::Audio,
        2 => TrackMode::Mode1,
        4 | 5 if has_subheaders => TrackMode::Mode2Mixed,
        4 => TrackMode::Mode2Form1,
        5 => TrackMode::Mode2Form2,
        // 0 and 7, too, have been seen for mode 2.
        0 | 3 | 7 => TrackMode::Mode2,
        _ => return None,
    };
    Some((mode, Slice::of_record(mode, size)?))
}

/// How large the main channel of a sector is, by the parts that the code names (version 2): bit 7 sync, 6 subheader, 5 header, 3 EDC and ECC.
/// `None` where a part in the middle is missing.
pub fn main_size(code: u8) -> Option<u16> {
    let part = |bit: u8, size: u16| if code >> bit & 1 == 1 { size } else { 0 };
    let (sync, subheader, header) = (part(7, 12), part(6, 8), part(5, 4));
    let (forms, user) = match code & 7 {
        1 => return Some(2352),
        2 => (false, 2048 + part(3, 288)),
        3 => (false, 2336),
        4 => (true, 2048 + part(3, 280)),
        5 => (true, 2324 + part(3, 4)),
        _ => return None,
    };
    let joined = (sync == 0 || header > 0) && (!forms || header == 0 || subheader > 0);
    joined.then(|| sync + header + if forms { subheader } else { 0 } + user)
}

/// The code for sectors of this mode, all parts of which are stored.
pub fn code(mode: TrackMode) -> u8 {
    match mode {
        TrackMode::Dvd => 0x02,
        TrackMode::Audio => 0xA9,
        TrackMode::Mode0 | TrackMode::Mode1 => 0xAA,
        TrackMode::Mode2 => 0xAB,
        TrackMode::Mode2Form1 | TrackMode::Mode2Mixed => 0xAC,
        TrackMode::Mode2Form2 => 0xAD,
    }
}

/// The same in version 2, where the bit of the subheaders counts.
pub fn code_2(mode: TrackMode) -> u8 {
    const SUBHEADERS: u8 = 0x40;
    let forms = matches!(mode, TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed);
    code(mode) | if forms { SUBHEADERS } else { 0 }
}
