//! Addresses on a disc: [`Lba`] and [`Msf`].

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

/// Sectors (frames) in one second of a CD: ECMA-130, clause 22.
pub const FRAMES_PER_SECOND: i32 = 75;
/// Sectors in one minute of a CD.
pub const FRAMES_PER_MINUTE: i32 = 60 * FRAMES_PER_SECOND;
/// LBA 0 lies at MSF 00:02:00.
const LBA_OFFSET: i32 = 150;
/// Absolute times from 90:00:00 on count up to the start of the program area: they are negative addresses (MMC, table of LBA to MSF).
const LEAD_IN_FROM_MINUTE: u8 = 90;
const LEAD_IN_WRAP: i32 = 100 * FRAMES_PER_MINUTE;

/// Logical block address: the number of a sector, 0 being the first after the pregap of track 1 (MSF 00:02:00).
///
/// Addresses from −150 on are the pregap of track 1, lower ones the lead-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lba(pub i32);

impl Lba {
    /// The first sector of the pregap of track 1 (MSF 00:00:00).
    pub const PROGRAM_START: Lba = Lba(-LBA_OFFSET);

    /// The absolute time of this sector, as sector headers and Q subchannels carry it.
    ///
    /// Addresses before −150 wrap to the times below 100:00:00; those above 99:59:74 do not exist on a CD and are clamped.
    pub fn to_msf(self) -> Msf {
        let frames = i64::from(self.0) + i64::from(LBA_OFFSET);
        let frames = if frames < 0 { frames + i64::from(LEAD_IN_WRAP) } else { frames };
        Msf::from_frames(frames.clamp(0, i64::from(LEAD_IN_WRAP - 1)) as u32)
    }

    /// Sectors from `earlier` to here; `None` when `earlier` lies behind.
    pub fn since(self, earlier: Lba) -> Option<u32> {
        u32::try_from(i64::from(self.0) - i64::from(earlier.0)).ok()
    }

    /// The address `sectors` further on, or `None` when no 32-bit address is there.
    pub fn checked_add(self, sectors: u32) -> Option<Lba> {
        i32::try_from(i64::from(self.0) + i64::from(sectors)).ok().map(Lba)
    }
}

impl Add<u32> for Lba {
    type Output = Lba;
    /// Saturates: an address past 2³¹ exists on no disc, and every reader checks sizes before it adds.
    fn add(self, sectors: u32) -> Lba {
        Lba(self.0.saturating_add_unsigned(sectors))
    }
}

impl AddAssign<u32> for Lba {
    fn add_assign(&mut self, sectors: u32) {
        *self = *self + sectors;
    }
}

impl Sub<u32> for Lba {
    type Output = Lba;
    /// Saturates, as [`Add`] does.
    fn sub(self, sectors: u32) -> Lba {
        Lba(self.0.saturating_sub_unsigned(sectors))
    }
}

impl fmt::Display for Lba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Minutes, seconds and frames (1/75 s).
///
/// Absolute on a disc (00:02:00 is LBA 0), or relative to the start of a file in a cue sheet or TOC file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Msf {
    /// Minutes; cue sheets of large files go beyond 99.
    pub minute: u32,
    /// Seconds, 0–59.
    pub second: u8,
    /// Frames, 0–74.
    pub frame: u8,
}

/// A time that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time of the form minutes:seconds(0-59):frames(0-74)")]
pub struct BadMsf;

impl Msf {
    /// A checked time.
    pub fn new(minute: u32, second: u8, frame: u8) -> Result<Msf, BadMsf> {
        // Minutes are bounded so that the count of frames always fits an `i32`.
        if second < 60 && frame < 75 && minute < (i32::MAX / FRAMES_PER_MINUTE) as u32 {
            Ok(Msf { minute, second, frame })
        } else {
            Err(BadMsf)
        }
    }

    /// The time of a number of frames counted from 00:00:00.
    pub fn from_frames(frames: u32) -> Msf {
        Msf { minute: frames / 4500, second: (frames / 75 % 60) as u8, frame: (frames % 75) as u8 }
    }

    /// Frames since 00:00:00.
    pub fn frames(self) -> u32 {
        self.minute * 4500 + u32::from(self.second) * 75 + u32::from(self.frame)
    }

    /// The address of this absolute time. Minutes from 90 on are lead-in, that is negative addresses (MMC).
    pub fn to_lba(self) -> Lba {
        let lead_in = self.minute >= u32::from(LEAD_IN_FROM_MINUTE) && self.minute < 100;
        let wrap = if lead_in { LEAD_IN_WRAP } else { 0 };
        Lba(self.frames() as i32 - LBA_OFFSET - wrap)
    }

    /// The three bytes as binary-coded decimals, as headers and Q carry them; minutes modulo 100.
    pub fn to_bcd(self) -> [u8; 3] {
        [to_bcd((self.minute % 100) as u8), to_bcd(self.second), to_bcd(self.frame)]
    }

    /// From three binary-coded decimals.
    pub fn from_bcd(bytes: [u8; 3]) -> Result<Msf, BadMsf> {
        let [m, s, f] = bytes.map(from_bcd);
        Msf::new(u32::from(m.ok_or(BadMsf)?), s.ok_or(BadMsf)?, f.ok_or(BadMsf)?)
    }
}

/// A number below 100 as binary-coded decimal.
pub fn to_bcd(value: u8) -> u8 {
    value / 10 % 10 * 16 + value % 10
}

/// The number of a binary-coded decimal, or `None` when a nibble is above 9.
pub fn from_bcd(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 15);
    (high < 10 && low < 10).then_some(high * 10 + low)
}

impl fmt::Display for Msf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.minute, self.second, self.frame)
    }
}

impl FromStr for Msf {
    type Err = BadMsf;

    /// `m:s:f`, any number of digits, nothing else.
    fn from_str(text: &str) -> Result<Msf, BadMsf> {
        let mut parts = text.split(':').map(|part| match part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<u32>().map_err(|_| BadMsf),
            false => Err(BadMsf),
        });
        let mut next = || parts.next().unwrap_or(Err(BadMsf));
        let (m, s, f) = (next()?, next()?, next()?);
        let small = |n: u32| u8::try_from(n).map_err(|_| BadMsf);
        match parts.next() {
            None => Msf::new(m, small(s)?, small(f)?),
            Some(_) => Err(BadMsf),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_area_starts_two_seconds_in() {
        assert_eq!(Lba(0).to_msf().to_string(), "00:02:00");
        assert_eq!(Lba::PROGRAM_START.to_msf().to_string(), "00:00:00");
        assert_eq!("74:30:12".parse::<Msf>().unwrap().to_lba(), Lba((74 * 60 + 30) * 75 + 12 - 150));
    }

    #[test]
    fn lead_in_times_are_negative_addresses() {
        assert_eq!(Msf::new(90, 0, 0).unwrap().to_lba(), Lba(-45150));
        assert_eq!(Lba(-45150).to_msf(), Msf::new(90, 0, 0).unwrap());
        assert_eq!(Lba(-151).to_msf(), Msf::new(99, 59, 74).unwrap());
        assert_eq!(Lba(404_849).to_msf(), Msf::new(89, 59, 74).unwrap());
    }

    #[test]
    fn every_address_survives_the_way_to_time_and_back() {
        for lba in -45150..404_850 {
            assert_eq!(Lba(lba).to_msf().to_lba(), Lba(lba));
            assert_eq!(Msf::from_bcd(Lba(lba).to_msf().to_bcd()).unwrap().to_lba(), Lba(lba));
        }
    }

    #[test]
    fn bad_times_are_refused() {
        for bad in ["", "1:2", "1:2:3:4", "0:60:0", "0:0:75", "-1:0:0", "0:+1:0", "a:0:0", "4294967297:0:0", "00:00", "0::0"] {
            assert!(bad.parse::<Msf>().is_err(), "{bad}");
        }
        assert_eq!("1:2:3".parse::<Msf>(), Msf::new(1, 2, 3));
        assert_eq!("100:00:00".parse::<Msf>(), Msf::new(100, 0, 0));
        assert!(Msf::from_bcd([0x0A, 0, 0]).is_err());
    }
}
