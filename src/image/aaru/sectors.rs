//! Sectors put together of what the image keeps of each in several places.

use std::io;
use std::sync::Arc;

use super::blocks::UserData;
use crate::bytes::{Bytes, Unpacked};
use crate::disc::ecc::{Seal, seal};
use crate::disc::sector::{RAW, frame};
use crate::disc::{Lba, TrackMode};

/// What is kept of the sectors of a disc.
pub struct Store {
    /// User data.
    pub user: Unpacked<UserData>,
    /// Where the user data of each sector lie: 8 bytes for each, 0 where it was not read.
    pub table: Arc<dyn Bytes>,
    /// How many bits of an entry of the table tell which sector of its block it is.
    pub shift: u8,
    /// Sync and header.
    pub prefix: Option<Part>,
    /// EDC and ECC.
    pub suffix: Option<Part>,
    /// Subheaders of mode 2, 8 bytes for each sector.
    pub subheaders: Option<Arc<dyn Bytes>>,
}

/// What the ideal sector of the mode does not tell.
pub enum Part {
    /// The bytes of every sector.
    Of(Arc<dyn Bytes>),
    /// 4 bytes for each sector, which tell that it is ideal, or which of these bytes are its own.
    Fixed(Arc<dyn Bytes>, Option<Arc<dyn Bytes>>),
}

/// The highest 8 bits of what is told of a sector, and the number that the others are.
const MARK: u32 = 0xFF00_0000;
const NUMBER: u32 = 0x00FF_FFFF;
const NOT_DUMPED: u32 = 0x1000_0000;
const CORRECT: u32 = 0x2000_0000;
const FORM1: u32 = 0x3000_0000;
const FORM2: u32 = 0x4000_0000;
const FORM2_WITHOUT_EDC: u32 = 0x5000_0000;

const PREFIX_LEN: usize = 16;
const SUFFIX_LEN: usize = 288;
/// Sectors that are put together before they are handed on.
const TOGETHER: u64 = 64;

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl Store {
    /// Whether sync, headers, EDC and ECC of data sectors are kept.
    pub fn is_raw(&self) -> bool {
        self.prefix.is_some() && self.suffix.is_some()
    }

    /// Where each of `count` sectors lies among the user data, and how many bytes it has; `None` where it was not read.
    fn places(&self, first: u64, count: u64) -> io::Result<Vec<Option<(u64, usize)>>> {
        let mut table = vec![0; count as usize * 8];
        self.table.read_at(first * 8, &mut table)?;
        let entries = table.as_chunks::<8>().0.iter().map(|&entry| u64::from_le_bytes(entry));
        let mut last: Option<(u64, u64, u64, u64)> = None;
        entries
            .map(|entry| {
                if entry == 0 {
                    return Ok(None);
                }
                let (place, number) = (entry >> self.shift, entry & ((1 << self.shift) - 1));
                if last.is_none_or(|(known, ..)| known != place) {
                    let (start, head) =
                        self.user.blocks().at(place).ok_or_else(|| broken("a sector is in a block that is not there"))?;
                    last = Some((place, start, head.len, head.unit.into()));
                }
                let (_, start, len, unit) = last.ok_or_else(|| broken("a sector is in no block"))?;
                let offset = number.checked_mul(unit).filter(|offset| offset + unit <= len);
                let offset = offset.ok_or_else(|| broken("a sector is behind the end of its block"))?;
                Ok(Some((start + offset, unit as usize)))
            })
            .collect()
    }

    /// Bytes of user data of a sector; `None` where it was not read.
    pub fn size_of(&self, sector: u64) -> io::Result<Option<usize>> {
        Ok(self.places(sector, 1)?.pop().flatten().map(|(_, size)| size))
    }
}

/// The sectors of a track, one after another.
pub struct Sectors {
    /// What is kept of them.
    pub store: Arc<Store>,
    /// The number of the first one, which is its address.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// What they are.
    pub mode: TrackMode,
    /// Bytes of each: all of a CD sector, or its user data.
    pub record: usize,
    /// Whether they are put together.
    pub whole: bool,
}

impl Bytes for Sectors {
    fn len(&self) -> u64 {
        self.count * self.record as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let end = at.checked_add(into.len() as u64).filter(|end| *end <= self.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        if into.is_empty() {
            return Ok(());
        }
        let record = self.record as u64;
        let (mut sector, last) = (at / record, end.div_ceil(record));
        let mut skip = (at % record) as usize;
        let mut done = 0;
        let mut records = vec![0; (last - sector).min(TOGETHER) as usize * self.record];
        while sector < last {
            let count = (last - sector).min(TOGETHER);
            let records = &mut records[..count as usize * self.record];
            self.read(self.first + sector, count, records)?;
            let part = &records[skip..];
            let len = part.len().min(into.len() - done);
            into[done..done + len].copy_from_slice(&part[..len]);
            (done, skip, sector) = (done + len, 0, sector + count);
        }
        Ok(())
    }
}

impl Sectors {
    fn read(&self, first: u64, count: u64, records: &mut [u8]) -> io::Result<()> {
        let places = self.store.places(first, count)?;
        if !self.whole {
            return self.plain(&places, records);
        }
        let marks = Marks::read(&self.store, first, count)?;
        let mut user = Vec::new();
        let all = records.as_chunks_mut::<RAW>().0.iter_mut().zip(&places).enumerate();
        for (n, (raw, place)) in all {
            raw.fill(0);
            let sector = first + n as u64;
            let size = place.map_or(0, |(_, size)| size);
            user.resize(size, 0);
            if let Some((at, _)) = place {
                self.store.user.read_at(*at, &mut user)?;
            }
            let (prefix, suffix) = (marks.prefix.get(n).copied(), marks.suffix.get(n).copied());
            self.head(sector, prefix, raw)?;
            match self.mode {
                TrackMode::Mode1 => self.mode1(sector, &user, suffix, raw)?,
                _ => self.mode2(sector, &user, suffix, raw)?,
            }
        }
        Ok(())
    }

    /// User data alone. Sectors that lie one after another are read together.
    fn plain(&self, places: &[Option<(u64, usize)>], records: &mut [u8]) -> io::Result<()> {
        let mut from = 0;
        while let Some(place) = places.get(from) {
            let follows = |n: usize| match (place, places.get(from + n)) {
                (Some((at, _)), Some(Some((next, _)))) => *next == at + (n * self.record) as u64,
                (None, Some(None)) => true,
                _ => false,
            };
            let count = (1..).find(|&n| !follows(n)).unwrap_or(1);
            let records = &mut records[from * self.record..(from + count) * self.record];
            match place {
                None => records.fill(0),
                Some((at, size)) if *size == self.record => self.store.user.read_at(*at, records)?,
                Some(_) => return Err(broken("the sectors of a track differ in size")),
            }
            from += count;
        }
        Ok(())
    }

    /// Sync and header.
    fn head(&self, sector: u64, mark: Option<u32>, raw: &mut [u8; RAW]) -> io::Result<()> {
        match (&self.store.prefix, mark) {
            (Some(Part::Of(all)), _) => all.read_at(sector * PREFIX_LEN as u64, &mut raw[..PREFIX_LEN]),
            (Some(Part::Fixed(_, own)), Some(mark)) => match mark & MARK {
                CORRECT => {
                    let at = i32::try_from(sector).map_err(|_| broken("a sector has no address"))?;
                    frame(self.mode, Lba(at), raw);
                    Ok(())
                }
                _ => own_bytes(own.as_ref(), mark, PREFIX_LEN, &mut raw[..PREFIX_LEN]),
            },
            _ => Err(broken("a sector has no header")),
        }
    }

    fn mode1(&self, sector: u64, user: &[u8], mark: Option<u32>, raw: &mut [u8; RAW]) -> io::Result<()> {
        put(user, 2048, &mut raw[16..])?;
        match (&self.store.suffix, mark) {
            (Some(Part::Of(all)), _) => all.read_at(sector * SUFFIX_LEN as u64, &mut raw[2064..]),
            (Some(Part::Fixed(_, own)), Some(mark)) => match mark & MARK {
                CORRECT => {
                    seal(raw, Seal::Mode1);
                    Ok(())
                }
                _ => own_bytes(own.as_ref(), mark, SUFFIX_LEN, &mut raw[2064..]),
            },
            _ => Err(broken("a sector has no EDC and ECC")),
        }
    }

    fn mode2(&self, sector: u64, user: &[u8], mark: Option<u32>, raw: &mut [u8; RAW]) -> io::Result<()> {
        let Some(subheaders) = &self.store.subheaders else { return put(user, 2336, &mut raw[16..]) };
        subheaders.read_at(sector * 8, &mut raw[16..24])?;
        let (Some(Part::Fixed(_, own)), Some(mark)) = (&self.store.suffix, mark) else { return put(user, 2328, &mut raw[24..]) };
        match mark & MARK {
            FORM1 => {
                put(user, 2048, &mut raw[24..])?;
                seal(raw, Seal::Form1);
                Ok(())
            }
            FORM2 => {
                put(user, 2324, &mut raw[24..])?;
                seal(raw, Seal::Form2);
                Ok(())
            }
            FORM2_WITHOUT_EDC => put(user, 2324, &mut raw[24..]),
            NOT_DUMPED => Ok(()),
            _ if mark == 0 => Ok(()),
            // Some versions left EDC and ECC with the user data.
            _ if user.len() == 2328 => put(user, 2328, &mut raw[24..]),
            _ => {
                let form2 = (raw[18] | raw[22]) & 0x20 != 0;
                let (data, len) = if form2 { (2324, 4) } else { (2048, 280) };
                put(user, data, &mut raw[24..])?;
                own_bytes(own.as_ref(), mark, SUFFIX_LEN, &mut raw[24 + data..24 + data + len])
            }
        }
    }
}

/// Copies the user data of a sector, of which nothing is there when it was not read.
fn put(user: &[u8], len: usize, into: &mut [u8]) -> io::Result<()> {
    match user.get(..len) {
        Some(data) => {
            into[..len].copy_from_slice(data);
            Ok(())
        }
        None if user.is_empty() => Ok(()),
        None => Err(broken("a sector has too little user data")),
    }
}

/// The bytes that a sector has of its own: those of its number, from 1; what was not read has none.
fn own_bytes(own: Option<&Arc<dyn Bytes>>, mark: u32, len: usize, into: &mut [u8]) -> io::Result<()> {
    if mark == 0 || mark & MARK == NOT_DUMPED {
        return Ok(());
    }
    let own = own.filter(|_| mark & MARK == 0).ok_or_else(|| broken("a sector is marked in an unknown way"))?;
    let number = u64::from(mark & NUMBER).checked_sub(1).ok_or_else(|| broken("a sector is marked in an unknown way"))?;
    own.read_at(number * len as u64, into)
}

/// What is told of the prefixes and suffixes of a run of sectors.
struct Marks {
    prefix: Vec<u32>,
    suffix: Vec<u32>,
}

impl Marks {
    fn read(store: &Store, first: u64, count: u64) -> io::Result<Marks> {
        let read = |part: &Option<Part>| match part {
            Some(Part::Fixed(marks, _)) => {
                let mut bytes = vec![0; count as usize * 4];
                marks.read_at(first * 4, &mut bytes)?;
                Ok::<_, io::Error>(bytes.as_chunks::<4>().0.iter().map(|&mark| u32::from_le_bytes(mark)).collect())
            }
            _ => Ok(Vec::new()),
        };
        Ok(Marks { prefix: read(&store.prefix)?, suffix: read(&store.suffix)? })
    }
}
