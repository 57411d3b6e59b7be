//! From [`Mds`] to the bytes of a descriptor of version 1.5 or 2.1, the latter not yet encrypted.

use super::blocks::{DataFile, KEY_LEN, LAYER_LEN, Mds, SessionBlock, TrackBlock, Version};
use super::parse::SIGNATURE;
use crate::disc::Lba;
use crate::disc::sector::SubKind;

/// The header as Alcohol pads it.
const HEADER_LEN: usize = 0x60;
const TRACK_LEN: usize = 80;
const EXTRA_LEN: usize = 8;
/// TOC points before the tracks of a CD session: A0, A1 and A2.
const LEAD_IN_POINTS: usize = 3;

/// Where each table goes: header, structures, burst cutting area, sessions, tracks, their pregaps and lengths, file lists, names, measurements, texts,
/// key.
struct Layout {
    version: Version,
    dvd: bool,
    structures: usize,
    bca: usize,
    sessions: usize,
    tracks: usize,
    extras: usize,
    footers: usize,
    names: usize,
    dpm: usize,
    cd_text: usize,
    key: usize,
}

impl Layout {
    fn of(mds: &Mds) -> Layout {
        let (version, dvd) = (mds.version, mds.dvd);
        let blocks = mds.sessions.iter().map(|session| blocks_of(session, dvd)).sum::<usize>();
        let files = mds.files.iter().flatten();
        let structures = HEADER_LEN;
        let bca = structures + mds.layers.len() * LAYER_LEN;
        let sessions = bca + mds.bca.len();
        let tracks = sessions + mds.sessions.len() * version.session_len() as usize;
        let extras = tracks + blocks * TRACK_LEN;
        let footers = extras + if dvd { 0 } else { blocks * EXTRA_LEN };
        let names = footers + files.clone().count() * version.footer_len() as usize;
        let dpm = names + files.map(|file| utf16(file).len()).sum::<usize>();
        let cd_text = dpm + if mds.dpm.is_empty() { 0 } else { 4 } + mds.dpm.iter().map(|block| 4 + block.len()).sum::<usize>();
        let key = cd_text + mds.cd_text.len();
        Layout { version, dvd, structures, bca, sessions, tracks, extras, footers, names, dpm, cd_text, key }
    }

    /// Where the footers of a file list begin.
    fn file_list(&self, mds: &Mds, list: usize) -> usize {
        self.footers + mds.files.iter().take(list).map(Vec::len).sum::<usize>() * self.version.footer_len() as usize
    }
}

/// TOC blocks of a session: its tracks, and on a CD the three points of its lead-in.
fn blocks_of(session: &SessionBlock, dvd: bool) -> usize {
    session.tracks.len() + if dvd { 0 } else { LEAD_IN_POINTS }
}

/// The descriptor. Names are written in UTF-16.
pub fn descriptor(mds: &Mds) -> Vec<u8> {
    let layout = Layout::of(mds);
    let mut out = header(mds, &layout);
    mds.layers.iter().for_each(|layer| out.extend_from_slice(layer));
    out.extend_from_slice(&mds.bca);
    let mut first_block = 0;
    for session in &mds.sessions {
        out.extend_from_slice(&session_block(session, layout.tracks + first_block * TRACK_LEN, &layout));
        first_block += blocks_of(session, layout.dvd);
    }
    let mut extras = Vec::new();
    for session in &mds.sessions {
        if !layout.dvd {
            lead_in_points(session).iter().for_each(|block| out.extend_from_slice(block));
            extras.extend_from_slice(&[0; LEAD_IN_POINTS * EXTRA_LEN]);
        }
        for track in &session.tracks {
            let extra = match (layout.dvd, layout.version) {
                (true, Version::One) => track.length,
                (true, Version::Two) => 0,
                (false, _) => (layout.extras + extras.len()) as u32,
            };
            out.extend_from_slice(&track_block(mds, &layout, track, extra));
            if !layout.dvd {
                extras.extend_from_slice(&track.pregap.to_le_bytes());
                extras.extend_from_slice(&track.length.to_le_bytes());
            }
        }
    }
    out.extend_from_slice(&extras);
    files(&mut out, mds, layout.names);
    measurements(&mut out, &mds.dpm, layout.dpm);
    out.extend_from_slice(&mds.cd_text);
    if let Some(key) = &mds.key {
        out.extend_from_slice(key.get(..KEY_LEN).unwrap_or(key));
    }
    out
}

fn put<const N: usize>(block: &mut [u8], at: usize, bytes: [u8; N]) {
    block[at..at + N].copy_from_slice(&bytes);
}

fn header(mds: &Mds, layout: &Layout) -> Vec<u8> {
    let place = |there: bool, at: usize| if there { at as u32 } else { 0 }.to_le_bytes();
    let mut out = vec![0; HEADER_LEN];
    put(&mut out, 0, *SIGNATURE);
    let (version, dvd_rom): (_, u16) = if layout.version == Version::One { ([1, 5], 0x10) } else { ([2, 1], 3) };
    put(&mut out, 0x10, version);
    put(&mut out, 0x12, if mds.dvd { dvd_rom } else { 0 }.to_le_bytes());
    put(&mut out, 0x14, (mds.sessions.len() as u16).to_le_bytes());
    // Its meaning is not known; DAEMON Tools reads nothing without it.
    put(&mut out, 0x16, 2u16.to_le_bytes());
    put(&mut out, 0x1A, (mds.bca.len() as u16).to_le_bytes());
    put(&mut out, 0x24, place(!mds.bca.is_empty(), layout.bca));
    put(&mut out, 0x40, place(!mds.layers.is_empty(), layout.structures));
    put(&mut out, 0x50, place(true, layout.sessions));
    put(&mut out, 0x54, place(!mds.dpm.is_empty(), layout.dpm));
    if layout.version == Version::Two {
        put(&mut out, 0x1C, (mds.cd_text.len() as u16).to_le_bytes());
        put(&mut out, 0x28, place(!mds.cd_text.is_empty(), layout.cd_text));
        put(&mut out, 0x58, place(mds.key.is_some(), layout.key));
    }
    out
}

fn session_block(session: &SessionBlock, tracks_at: usize, layout: &Layout) -> Vec<u8> {
    let number = |track: Option<&TrackBlock>| u16::from(track.map_or(1, |track| track.number)).to_le_bytes();
    let mut out = vec![0; layout.version.session_len() as usize];
    match layout.version {
        Version::One => {
            put(&mut out, 0, session.start.0.to_le_bytes());
            put(&mut out, 4, session.end.0.to_le_bytes());
        }
        Version::Two => {
            put(&mut out, 0, i64::from(session.start.0).to_le_bytes());
            put(&mut out, 0x18, i64::from(session.end.0).to_le_bytes());
        }
    }
    put(&mut out, 8, session.number.to_le_bytes());
    // On a DVD, too, Alcohol counts three points in the lead-in, although none is there.
    put(&mut out, 10, [blocks_of(session, layout.dvd) as u8, LEAD_IN_POINTS as u8]);
    put(&mut out, 12, number(session.tracks.first()));
    put(&mut out, 14, number(session.tracks.last()));
    put(&mut out, 20, (tracks_at as u32).to_le_bytes());
    out
}

const ADR_POSITION: u8 = 1 << 4;

/// The points A0 (first track, disc type), A1 (last track) and A2 (lead-out) of the TOC.
fn lead_in_points(session: &SessionBlock) -> [[u8; TRACK_LEN]; LEAD_IN_POINTS] {
    let point = |point: u8, track: Option<&TrackBlock>, time: [u8; 3]| {
        let mut out = [0; TRACK_LEN];
        put(&mut out, 2, [ADR_POSITION | track.map_or(0, |track| track.control), 0, point]);
        put(&mut out, 9, time);
        out
    };
    let (first, last) = (session.tracks.first(), session.tracks.last());
    let number = |track: Option<&TrackBlock>| track.map_or(1, |track| track.number);
    [
        point(0xA0, first, [number(first), session.disc_type.byte(), 0]),
        point(0xA1, last, [number(last), 0, 0]),
        point(0xA2, last, time(session.end)),
    ]
}

fn time(lba: Lba) -> [u8; 3] {
    let msf = lba.to_msf();
    // Times below 100:00:00 are all that an address is ever turned into.
    [msf.minute as u8, msf.second, msf.frame]
}

fn track_block(mds: &Mds, layout: &Layout, track: &TrackBlock, extra: u32) -> [u8; TRACK_LEN] {
    let mut out = [0; TRACK_LEN];
    let sub = match track.sub {
        None => 0,
        Some(SubKind::Interleaved | SubKind::Packed) => 8,
        Some(SubKind::Q16) => 16,
    };
    put(&mut out, 0, [track.mode, sub, ADR_POSITION | track.control, 0, track.number]);
    put(&mut out, 0x0C, extra.to_le_bytes());
    put(&mut out, 0x10, track.sector_size.to_le_bytes());
    if !layout.dvd {
        put(&mut out, 9, time(track.start));
        // The numbers in the block that holds pregap and length.
        put(&mut out, 0x12, [2]);
    }
    put(&mut out, 0x24, track.start.0.to_le_bytes());
    put(&mut out, 0x28, track.offset.to_le_bytes());
    put(&mut out, 0x30, (mds.files.get(track.files).map_or(0, Vec::len) as u32).to_le_bytes());
    put(&mut out, 0x34, (layout.file_list(mds, track.files) as u32).to_le_bytes());
    if layout.version == Version::Two {
        let first = track.start - track.stored_pregap.unwrap_or(0);
        put(&mut out, 0x38, i64::from(first.0).to_le_bytes());
        if layout.dvd {
            put(&mut out, 0x40, u64::from(track.length).to_le_bytes());
        }
    }
    out
}

/// The name of a data file and its zero; nothing where the sectors lie in the file of the descriptor.
fn utf16(file: &DataFile) -> Vec<u8> {
    let Some(name) = &file.name else { return Vec::new() };
    name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn files(out: &mut Vec<u8>, mds: &Mds, names_at: usize) {
    let mut names = Vec::new();
    for file in mds.files.iter().flatten() {
        const UTF_16: u32 = 1;
        const COMPRESSED: u32 = 1;
        let at = if file.name.is_some() { names_at + names.len() } else { 0 } as u32;
        let fields = match mds.version {
            Version::One => [at, UTF_16, 0, 0],
            Version::Two => [at, file.groups.map_or(0, |_| COMPRESSED), 0, file.groups.map_or(0, |groups| groups.sectors)],
        };
        fields.iter().for_each(|field| out.extend_from_slice(&field.to_le_bytes()));
        if mds.version == Version::Two {
            out.extend_from_slice(&file.sectors.to_le_bytes());
            out.extend_from_slice(&file.groups.map_or(0, |groups| groups.table).to_le_bytes());
        }
        names.extend_from_slice(&utf16(file));
    }
    out.extend_from_slice(&names);
}

fn measurements(out: &mut Vec<u8>, blocks: &[Vec<u8>], at: usize) {
    if blocks.is_empty() {
        return;
    }
    out.extend_from_slice(&(blocks.len() as u32).to_le_bytes());
    let mut next = at + 4 + blocks.len() * 4;
    for block in blocks {
        out.extend_from_slice(&(next as u32).to_le_bytes());
        next += block.len();
    }
    blocks.iter().for_each(|block| out.extend_from_slice(block));
}
