//! From [`Cdi`] to the bytes of a descriptor of version 3.5.
//!
//! Much of it has no known meaning, and is what psx-spx has seen and cdi4dc writes.

use super::parse::{Cdi, CdiTrack};

const VERSION: u32 = 0x8000_0006;
/// Sectors of a disc of 80 minutes.
const CAPACITY: u32 = 360_000;
const CD: u16 = 0x98;
/// Bytes of a volume name.
const VOLUME: usize = 32;
const SAMPLE_RATE: u32 = 44_100;

/// What tracks and disc begin with.
pub struct Head<'a> {
    /// Three bytes whose meaning nobody knows, and which differ from program to program.
    pub mystery: [u8; 3],
    /// The name of the file when it was made.
    pub name: &'a [u8],
}

/// The descriptor of a CD with so many sectors from MSF 00:00:00 to its lead-out.
pub fn descriptor(cdi: &Cdi, sectors: u32, head: &Head<'_>) -> Vec<u8> {
    let all: usize = cdi.sessions.iter().map(|session| session.tracks.len()).sum();
    let mut out = Out(vec![cdi.sessions.len() as u8]);
    for (session, number) in cdi.sessions.iter().zip(0u32..) {
        out.session(session.tracks.len());
        for (index, track) in session.tracks.iter().enumerate() {
            let last = index + 1 == session.tracks.len();
            out.head(head, all);
            out.track(track, number, index as u32);
            out.bytes(&[if last { session.kind.unwrap_or(0) } else { 0 }, 0, 0, 0, 0, 0, u8::from(!last), 0]);
            out.bytes(&if last { track.start.to_le_bytes() } else { [0, 0, 0xFF, 0xFF] });
        }
    }
    out.session(0);
    out.head(head, all);
    out.number(sectors);
    out.bytes(&[VOLUME as u8]);
    out.bytes(&[b' '; VOLUME]);
    out.bytes(&[0, 1, 0, 0, 0, 1, 0, 0, 0]);
    out.bytes(cdi.mcn.as_ref().map_or(&[0; 13], |mcn| mcn.as_bytes()));
    out.number(u32::from(cdi.mcn.is_some()));
    out.number(cdi.cd_text.len() as u32);
    out.bytes(&cdi.cd_text);
    out.bytes(&[0; 8]);
    out.number(VERSION);
    let len = out.0.len() as u32 + 4;
    out.number(len);
    out.0
}

struct Out(Vec<u8>);

impl Out {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    fn session(&mut self, tracks: usize) {
        self.bytes(&[0, tracks as u8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF]);
    }

    fn head(&mut self, head: &Head<'_>, tracks: usize) {
        self.bytes(&[0xFF, 0xFF, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        self.bytes(&head.mystery);
        self.bytes(&[tracks as u8, head.name.len() as u8]);
        self.bytes(head.name);
        self.bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]);
        self.number(CAPACITY);
        self.bytes(&[0, 0]);
        self.bytes(&CD.to_le_bytes());
    }

    fn track(&mut self, track: &CdiTrack, session: u32, index: u32) {
        self.bytes(&(track.indexes.len() as u16).to_le_bytes());
        track.indexes.iter().for_each(|sectors| self.number(*sectors));
        // No CD-TEXT of its own: all of it is in the packs.
        self.number(0);
        self.bytes(&[0, 0]);
        for number in [
            track.mode.into(),
            0,
            session,
            index,
            track.start,
            track.length,
            0,
            0,
            0,
            0,
            track.layout.into(),
            track.control.into(),
        ] {
            self.number(number);
        }
        self.bytes(&[0]);
        self.number(track.length);
        self.number(0);
        self.bytes(track.isrc.as_ref().map_or(&[0; 12], |isrc| isrc.as_bytes()));
        self.number(u32::from(track.isrc.is_some()));
        self.bytes(&[0]);
        self.bytes(&[0xFF; 8]);
        for number in [1, 0x80, 2, 0x10, SAMPLE_RATE] {
            self.number(number);
        }
        self.bytes(&[0; 42]);
        self.bytes(&[0xFF; 4]);
        self.bytes(&[0; 12]);
    }
}
