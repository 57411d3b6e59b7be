//! From the bytes of a descriptor to [`Cdi`]: pure, no file access.

use crate::disc::{Isrc, Mcn};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// Stands twice at the beginning of each track.
const MARK: [u8; 10] = [0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
/// Most indexes of a track: 0 to 99.
const MOST_INDEXES: u16 = 100;
/// Texts in a block of CD-TEXT.
const TEXTS: usize = 18;
/// Which of them is the title.
const TITLE: usize = 10;
/// Medium code of a DVD; that of a CD is 0x98.
const DVD: u16 = 0x38;

/// Which DiscJuggler wrote it, told by the last bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2.
    Two,
    /// 3.0.
    Three,
    /// 3.5 and 4.
    ThreeAndHalf,
}

impl Version {
    /// By its number in the file.
    pub fn of(number: u32) -> Option<Version> {
        match number {
            0x8000_0004 => Some(Version::Two),
            0x8000_0005 => Some(Version::Three),
            0x8000_0006 => Some(Version::ThreeAndHalf),
            _ => None,
        }
    }
}

/// A descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cdi {
    /// Whether it is a DVD.
    pub dvd: bool,
    /// The sessions, in order.
    pub sessions: Vec<CdiSession>,
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// Packs of CD-TEXT.
    pub cd_text: Vec<u8>,
    /// Whether what stands behind the tracks could be read; what is in it is not needed to read the disc.
    pub whole: bool,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CdiSession {
    /// Its tracks; at least one.
    pub tracks: Vec<CdiTrack>,
    /// 0 CD-DA, 1 CD-ROM, 2 XA; older versions don't tell.
    pub kind: Option<u8>,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CdiTrack {
    /// The lengths of its indexes in sectors, from index 0 on; at least one.
    pub indexes: Vec<u32>,
    /// Its title.
    pub title: Option<String>,
    /// 0 audio, 1 mode 1, 2 mode 2.
    pub mode: u8,
    /// Where index 0 begins, in sectors from MSF 00:00:00.
    pub start: u32,
    /// Sectors, pregap included; all are stored.
    pub length: u32,
    /// How its sectors are stored: 0 2048 bytes, 1 2336, 2 2352, 3 2352 and 16 of Q, 4 2352 and 96 of P–W.
    pub layout: u8,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// Recording code.
    pub isrc: Option<Isrc>,
}

/// Where the descriptor of a file of `len` bytes begins, by its last eight bytes.
pub fn descriptor_at(tail: &[u8; 8], len: u64) -> Option<(Version, u64)> {
    let [a, b, c, d, rest @ ..] = tail;
    let version = Version::of(u32::from_le_bytes([*a, *b, *c, *d]))?;
    let place = u64::from(u32::from_le_bytes(*rest));
    let at = if version == Version::ThreeAndHalf { len.checked_sub(place)? } else { place };
    (place > 8 && at.checked_add(8)? < len).then_some((version, at))
}

/// Reads a descriptor that stands at `base` in its file and goes on to its end.
///
/// # Errors
/// A [`Flaw`] at the offset of what is wrong.
pub fn parse(bytes: &[u8], base: u64, version: Version, limits: &Limits) -> Result<Cdi, Flaw> {
    if bytes.len() as u64 > limits.descriptor {
        return Err(Flaw::at(base, Fault::TooMany { what: "bytes in the descriptor", limit: limits.descriptor }));
    }
    let mut walk = Walk { wire: Wire::new(bytes, base, "the CDI descriptor"), at: 0, version };
    let mut cdi = Cdi::default();
    let sessions = walk.count("the number of sessions", 1)?;
    let mut tracks = 0;
    for _ in 0..sessions {
        let count = walk.count("the number of tracks in a session", 1)?;
        let mut session = CdiSession::default();
        for _ in 0..count {
            tracks += 1;
            if tracks > 99 {
                return Err(walk.wire.flaw(walk.at, Fault::TooMany { what: "tracks", limit: 99 }));
            }
            let track = walk.track(sessions, &mut cdi.dvd)?;
            session.tracks.push(track);
        }
        session.kind = walk.end_of_session()?;
        cdi.sessions.push(session);
    }
    if version == Version::ThreeAndHalf {
        cdi.whole = walk.disc(&mut cdi).is_ok();
    }
    Ok(cdi)
}

/// A place in the descriptor, which has no offsets: it can only be read from its beginning.
struct Walk<'a> {
    wire: Wire<'a>,
    at: u64,
    version: Version,
}

impl Walk<'_> {
    fn skip(&mut self, bytes: u64) {
        self.at = self.at.saturating_add(bytes);
    }

    fn u8(&mut self) -> Result<u8, Flaw> {
        let value = self.wire.u8(self.at)?;
        self.skip(1);
        Ok(value)
    }

    fn u16(&mut self) -> Result<u16, Flaw> {
        let value = self.wire.u16_le(self.at)?;
        self.skip(2);
        Ok(value)
    }

    fn u32(&mut self) -> Result<u32, Flaw> {
        let value = self.wire.u32_le(self.at)?;
        self.skip(4);
        Ok(value)
    }

    fn bytes(&mut self, len: u64, what: &'static str) -> Result<&[u8], Flaw> {
        let part = self.wire.part(self.at, len, what)?;
        self.skip(len);
        Ok(part.bytes())
    }

    /// A number of sessions or tracks.
    fn count(&mut self, what: &'static str, least: u16) -> Result<u16, Flaw> {
        let (at, count) = (self.at, self.u16()?);
        if (least..=99).contains(&count) { Ok(count) } else { Err(self.wire.out_of_range(at, what, "1 to 99", count)) }
    }

    /// A number that is not above `most`.
    fn small(&mut self, what: &'static str, expected: &'static str, most: u32) -> Result<u8, Flaw> {
        let (at, value) = (self.at, self.u32()?);
        if value <= most { Ok(value as u8) } else { Err(self.wire.out_of_range(at, what, expected, value)) }
    }

    /// What tracks and the disc begin with: marks, the name of the file when it was made, the medium. Gives the medium code.
    fn head(&mut self) -> Result<u16, Flaw> {
        if self.u32()? != 0 {
            self.skip(8);
        }
        for _ in 0..2 {
            let at = self.at;
            if self.wire.array(at)? != MARK {
                return Err(self.wire.flaw(at, Fault::Missing { what: "the mark at the beginning of a track" }));
            }
            self.skip(MARK.len() as u64);
        }
        self.skip(4);
        let name = self.u8()?;
        self.skip(u64::from(name) + 19);
        // DiscJuggler 4 says here how large the disc is, and what.
        if self.u32()? != 0x8000_0000 {
            return Ok(0);
        }
        self.skip(6);
        self.u16()
    }

    fn track(&mut self, sessions: u16, dvd: &mut bool) -> Result<CdiTrack, Flaw> {
        *dvd = self.head()? == DVD;
        let at = self.at;
        let count = self.u16()?;
        if !(1..=MOST_INDEXES).contains(&count) {
            return Err(self.wire.out_of_range(at, "the number of indexes of a track", "1 to 100", count));
        }
        let indexes = (0..count).map(|_| self.u32()).collect::<Result<_, _>>()?;
        let title = self.texts()?;
        self.skip(2);
        let mode = self.small("the mode of a track", "0 to 2", 2)?;
        self.skip(4);
        self.small("the session of a track", "one that the disc has", u32::from(sessions) - 1)?;
        self.skip(4);
        let (start, length) = (self.u32()?, self.u32()?);
        self.skip(16);
        let layout = self.small("the sector layout of a track", "0 to 4", 4)?;
        let control = self.u32()? as u8 & 0x0F;
        self.skip(9);
        let isrc = Isrc::new(&self.wire.array::<12>(self.at)?).ok();
        self.skip(12);
        let isrc = isrc.filter(|_| self.wire.u32_le(self.at).is_ok_and(|valid| valid != 0));
        self.skip(4);
        if self.version > Version::Two {
            self.skip(5);
            if self.u32()? == u32::MAX {
                self.skip(78);
            }
        }
        Ok(CdiTrack { indexes, title, mode, start, length, layout, control, isrc })
    }

    /// The CD-TEXT of a track as strings in the code page of the writer: a byte of length and the text, 18 times for each block. Only the place of
    /// the title is known.
    fn texts(&mut self) -> Result<Option<String>, Flaw> {
        let mut title = None;
        for block in 0..self.u32()? {
            for text in 0..TEXTS {
                let len = self.u8()?;
                let bytes = self.bytes(len.into(), "a text of a track")?;
                if text == TITLE && block == 0 && len > 0 {
                    title = Some(local_text(bytes));
                }
            }
        }
        Ok(title)
    }

    /// What stands between the last track of a session and the number of tracks in the next.
    fn end_of_session(&mut self) -> Result<Option<u8>, Flaw> {
        if self.version == Version::Two {
            self.skip(12);
            return Ok(None);
        }
        let kind = self.u8()?;
        self.skip(12);
        Ok((self.version == Version::ThreeAndHalf).then_some(kind))
    }

    /// What stands behind the last session: one without tracks, and what is said of the whole disc.
    fn disc(&mut self, cdi: &mut Cdi) -> Result<(), Flaw> {
        self.count("the number of tracks behind the last session", 0)?;
        self.head()?;
        self.skip(4);
        let volume = self.u8()?;
        self.skip(u64::from(volume) + 9);
        let mcn = Mcn::or_none(self.bytes(13, "the catalogue number")?);
        let valid = self.u32()? != 0;
        let len = self.u32()?;
        cdi.cd_text = self.bytes(len.into(), "the CD-TEXT")?.to_vec();
        cdi.mcn = mcn.filter(|_| valid);
        Ok(())
    }
}

/// Text in a code page that the file doesn't tell: UTF-8 where it fits, else Western European.
fn local_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
