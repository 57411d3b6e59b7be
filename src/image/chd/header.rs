//! The header of a CHD, versions 1 to 5. All integers have the high byte first.
//!
//! Learnt from the BSD-licensed readers of the format; versions 4 and 5 were verified on files, 1 to 3 on files made for the tests.

use super::codecs::Codec;
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// The marker at the start of the file.
pub const MAGIC: &[u8; 8] = b"MComprHD";
/// Bytes of the longest header, that of version 5.
pub const HEADER: usize = 124;
/// Hunks are never longer: chdman takes up to 1 MiB.
pub const MAX_HUNK: u32 = 4 << 20;

/// A SHA-1.
pub type Sha1 = [u8; 20];

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// 1 to 5.
    pub version: u32,
    /// How hunks may be compressed, by the numbers that the map gives them; none: nothing is compressed.
    pub codecs: Vec<Codec>,
    /// How many bytes there are when all is decoded; at least 1.
    pub bytes: u64,
    /// Bytes of a hunk; at least 1.
    pub hunk: u32,
    /// Bytes of the unit that references to a parent count in (version 5); at least 1.
    pub unit: u32,
    /// How many hunks hold those bytes.
    pub hunks: u64,
    /// Where the map is.
    pub map: u64,
    /// Where the first piece of metadata is.
    pub metadata: Option<u64>,
    /// The file that this one is the difference to.
    pub parent: Option<Parent>,
    /// The SHA-1 of all, metadata included (version 3: of the data), by which a child names this file.
    pub sha1: Option<Sha1>,
    /// The SHA-1 of the data.
    pub raw_sha1: Option<Sha1>,
    /// The MD5 of the data (versions 1 to 3).
    pub md5: Option<[u8; 16]>,
}

/// How a file names its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// By its MD5 (versions 1 and 2).
    Md5([u8; 16]),
    /// By its SHA-1.
    Sha1(Sha1),
}

impl Header {
    /// Whether a file with this header is the one that is named.
    pub fn is(&self, wanted: Parent) -> bool {
        match wanted {
            Parent::Md5(md5) => self.md5 == Some(md5),
            Parent::Sha1(sha1) => self.sha1 == Some(sha1),
        }
    }
}

impl std::fmt::Display for Parent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, bytes): (&str, &[u8]) = match self {
            Parent::Md5(md5) => ("MD5", md5),
            Parent::Sha1(sha1) => ("SHA-1", sha1),
        };
        write!(f, "{name} ")?;
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads the header at the start of a file.
pub fn parse(bytes: &[u8]) -> Result<Header, Flaw> {
    let wire = Wire::new(bytes, 0, "the header of the CHD");
    if !bytes.starts_with(MAGIC) {
        return Err(Flaw::at(0, Fault::NotThis { what: "a CHD (MAME's compressed hunks)" }));
    }
    let (length, version) = (wire.u32_be(8)?, wire.u32_be(12)?);
    let known = match version {
        1 => 76,
        2 => 80,
        3 => 120,
        4 => 108,
        5 => 124,
        _ => return Err(wire.out_of_range(12, "the version of the CHD", "1 to 5", version)),
    };
    if length != known {
        return Err(wire.out_of_range(8, "the length of the header", "that of its version", length));
    }
    let wire = wire.part(0, u64::from(length), "the header of the CHD")?;
    let header = match version {
        1 | 2 => hard_disk(wire, version)?,
        3 | 4 => old(wire, version)?,
        _ => new(wire)?,
    };
    check(wire, header)
}

/// Versions 1 and 2, which held hard disks only.
fn hard_disk(wire: Wire<'_>, version: u32) -> Result<Header, Flaw> {
    let sector = if version == 1 { 512 } else { wire.u32_be(76)? };
    let geometry = [wire.u32_be(32)?, wire.u32_be(36)?, wire.u32_be(40)?];
    let sectors = geometry.into_iter().try_fold(1u64, |all, some| all.checked_mul(u64::from(some)));
    let bytes = sectors.and_then(|sectors| sectors.checked_mul(u64::from(sector)));
    let hunk = u64::from(wire.u32_be(24)?) * u64::from(sector);
    let md5 = wire.array(44)?;
    Ok(Header {
        version,
        codecs: legacy_codecs(wire, wire.u32_be(20)?)?,
        bytes: bytes.ok_or_else(|| wire.out_of_range(32, "the size of the disk", "one that exists", i64::MAX))?,
        hunk: u32::try_from(hunk).unwrap_or(u32::MAX),
        unit: sector,
        hunks: u64::from(wire.u32_be(28)?),
        map: wire.len(),
        metadata: None,
        parent: (wire.u32_be(16)? & 1 != 0).then_some(Parent::Md5(wire.array(60)?)),
        sha1: None,
        raw_sha1: None,
        md5: Some(md5),
    })
}

/// Versions 3 and 4.
fn old(wire: Wire<'_>, version: u32) -> Result<Header, Flaw> {
    let three = version == 3;
    let hunk = wire.u32_be(if three { 76 } else { 44 })?;
    let sha1 = wire.array(if three { 80 } else { 48 })?;
    let parent = wire.array(if three { 100 } else { 68 })?;
    Ok(Header {
        version,
        codecs: legacy_codecs(wire, wire.u32_be(20)?)?,
        bytes: wire.u64_be(28)?,
        hunk,
        unit: hunk,
        hunks: u64::from(wire.u32_be(24)?),
        map: wire.len(),
        metadata: Some(wire.u64_be(36)?).filter(|&at| at != 0),
        parent: (wire.u32_be(16)? & 1 != 0).then_some(Parent::Sha1(parent)),
        sha1: Some(sha1),
        raw_sha1: Some(if three { sha1 } else { wire.array(88)? }),
        md5: if three { Some(wire.array(44)?) } else { None },
    })
}

/// Version 5.
fn new(wire: Wire<'_>) -> Result<Header, Flaw> {
    let mut codecs = Vec::new();
    for at in [16, 20, 24, 28] {
        let tag = wire.array(at)?;
        if tag == [0; 4] {
            break;
        }
        let codec = Codec::of_tag(tag);
        codecs.push(codec.ok_or_else(|| wire.flaw(at, Fault::Unsupported { what: "the compression of this CHD" }))?);
    }
    let (bytes, hunk) = (wire.u64_be(32)?, wire.u32_be(56)?);
    let parent: Sha1 = wire.array(104)?;
    Ok(Header {
        version: 5,
        codecs,
        bytes,
        hunk,
        unit: wire.u32_be(60)?,
        hunks: bytes.div_ceil(u64::from(hunk.max(1))),
        map: wire.u64_be(40)?,
        metadata: Some(wire.u64_be(48)?).filter(|&at| at != 0),
        parent: (parent != [0; 20]).then_some(Parent::Sha1(parent)),
        sha1: Some(wire.array(84)?),
        raw_sha1: Some(wire.array(64)?),
        md5: None,
    })
}

fn legacy_codecs(wire: Wire<'_>, compression: u32) -> Result<Vec<Codec>, Flaw> {
    match compression {
        0 => Ok(Vec::new()),
        1 | 2 => Ok(vec![Codec::Zlib]),
        3 => Err(wire.flaw(20, Fault::Unsupported { what: "a laserdisc (audio and video of a CHD)" })),
        _ => Err(wire.out_of_range(20, "the compression of the CHD", "0 to 3", compression)),
    }
}

fn check(wire: Wire<'_>, header: Header) -> Result<Header, Flaw> {
    let Header { version, bytes, hunk, unit, hunks, .. } = header;
    if !(1..=MAX_HUNK).contains(&hunk) {
        return Err(wire.out_of_range(0, "the size of a hunk", "1 byte to 4 MiB", hunk));
    }
    if unit == 0 || (version == 5 && !hunk.is_multiple_of(unit)) {
        return Err(wire.out_of_range(0, "the size of a unit", "one that divides a hunk", unit));
    }
    if bytes == 0 || bytes > i64::MAX as u64 {
        return Err(wire.out_of_range(0, "the size of what is packed", "at least 1 byte", bytes));
    }
    if bytes.div_ceil(u64::from(hunk)) > hunks {
        let (one, other) = (bytes.div_ceil(u64::from(hunk)) as i64, hunks as i64);
        return Err(wire.flaw(0, Fault::Contradiction { what: "the size of what is packed and the number of hunks", one, other }));
    }
    if header.codecs.iter().any(|codec| !codec.fits(hunk)) {
        return Err(wire.out_of_range(0, "the size of a hunk", "a whole number of CD frames (2448 bytes)", hunk));
    }
    Ok(header)
}
