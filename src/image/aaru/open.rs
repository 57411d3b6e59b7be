//! Opens an AaruFormat image.

use std::sync::Arc;

use super::blocks::{UserData, Whole};
use super::parse::{self, Entry, Head, data, kind};
use super::sectors::{Part, Sectors, Store};
use super::{codec, layout};
use crate::bytes::{Bytes, Unpacked, read_some};
use crate::disc::sector::{RAW, SUBCHANNEL, Slice, SubKind};
use crate::disc::{CdText, Disc, Lba, Mcn, Medium, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::mds::structures::{has_two_layers, layer_break};
use crate::image::{Error, Extent, Fault, Flaw, Limits, MainStore, Opened, Opener, SubStore};

/// What a block may decode to whatever the length of the file; more needs a file at least half as long.
const SMALL: u64 = 64 << 20;
/// Bytes of data about the disc that are read: CD-TEXT, format information.
const MOST_TOLD: u64 = 1 << 20;
/// Warnings about single CD-TEXT packs that are passed on; more would say the same.
const MOST_TEXT_WARNINGS: usize = 5;

/// Opens the image.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    open_bytes(opener.bytes(), &opener.limits).map_err(|flaw| opener.flaw(flaw))
}

/// Opens an image out of memory, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let bytes: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
    let _ = open_bytes(&bytes, limits);
}

fn open_bytes(bytes: &Arc<dyn Bytes>, limits: &Limits) -> Result<Opened, Flaw> {
    let file = File { bytes, limits };
    let header = parse::header(&file.read(0, parse::HEADER_LEN)?)?;
    let entries = file.index(header.index)?;
    let (store, sectors) = file.store(&entries)?;
    let mut warnings = Vec::new();
    let (mut disc, extents) = if header.medium.is_cd() {
        file.cd(header.medium, &entries, store, sectors, &mut warnings)?
    } else {
        plain(header.medium, store, sectors)?
    };
    file.describe(&entries, &mut disc, &mut warnings)?;
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

struct File<'a> {
    bytes: &'a Arc<dyn Bytes>,
    limits: &'a Limits,
}

impl File<'_> {
    fn read(&self, at: u64, len: usize) -> Result<Vec<u8>, Flaw> {
        read_some(&**self.bytes, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)))
    }

    /// The entries of the index, none of them of nothing.
    fn index(&self, at: u64) -> Result<Vec<Entry>, Flaw> {
        let (count, from, crc) = parse::index_head(&self.read(at, parse::INDEX_HEAD_LEN)?, at, self.limits)?;
        let bytes = self.read(from, (count * parse::ENTRY_LEN) as usize)?;
        let entries = parse::index(&bytes, from, count)?;
        self.check(&bytes, crc, at, "the checksum of the index")?;
        Ok(entries)
    }

    fn check(&self, bytes: &[u8], crc: u64, at: u64, what: &'static str) -> Result<(), Flaw> {
        if codec::matches(bytes, crc) {
            return Ok(());
        }
        Err(Flaw::at(at, Fault::OutOfRange { what, expected: "that of its bytes", found: crc.cast_signed() }))
    }

    /// Whether what a block says of itself can be.
    fn vet(&self, entry: &Entry, head: Head) -> Result<Head, Flaw> {
        let out_of_range =
            |what, expected, found: u64| Flaw::at(entry.at, Fault::OutOfRange { what, expected, found: found.cast_signed() });
        if !codec::is_known(head.compression) {
            return Err(Flaw::at(entry.at, Fault::Unsupported { what: "a compression that is newer than this program" }));
        }
        let end = head.at.checked_add(head.stored).filter(|end| *end <= self.bytes.len());
        if end.is_none() {
            let found = self.bytes.len().saturating_sub(head.at);
            return Err(Flaw::at(entry.at, Fault::Truncated { what: "a block", needed: head.stored, found }));
        }
        if head.len == 0 || head.len > SMALL.max(self.bytes.len().saturating_mul(2)) {
            return Err(out_of_range("the length of a block", "one that its compression could have", head.len));
        }
        if head.unit == 0 || !head.len.is_multiple_of(head.unit.into()) {
            return Err(out_of_range("the size of the sectors of a block", "a divisor of its length", head.unit.into()));
        }
        Ok(head)
    }

    fn block(&self, entry: &Entry) -> Result<Head, Flaw> {
        self.vet(entry, parse::block(&self.read(entry.at, parse::BLOCK_HEAD_LEN)?, entry)?)
    }

    fn table(&self, entry: &Entry) -> Result<Head, Flaw> {
        self.vet(entry, parse::table(&self.read(entry.at, parse::TABLE_HEAD_LEN)?, entry)?)
    }

    fn whole(&self, head: Head) -> Arc<dyn Bytes> {
        Arc::new(Unpacked::new(Whole { file: self.bytes.clone(), head }))
    }

    /// The data of this kind, if there are some.
    fn data(&self, entries: &[Entry], wanted: u16) -> Result<Option<Arc<dyn Bytes>>, Flaw> {
        let entry = entries.iter().find(|entry| entry.kind == kind::DATA && entry.data == wanted);
        // Sizes of sectors mean nothing to what is not cut into some.
        let Some(entry) = entry else { return Ok(None) };
        let head = parse::block(&self.read(entry.at, parse::BLOCK_HEAD_LEN)?, entry)?;
        self.vet(entry, Head { unit: 1, ..head }).map(|head| Some(self.whole(head)))
    }

    fn part(&self, entries: &[Entry], all: u16, fixed: u16) -> Result<Option<Part>, Flaw> {
        let table = entries.iter().find(|entry| entry.kind == kind::TABLE && entry.data == fixed);
        match (table, self.data(entries, all)?) {
            (Some(table), _) => Ok(Some(Part::Fixed(self.whole(self.table(table)?), self.data(entries, fixed)?))),
            (None, Some(all)) => Ok(Some(Part::Of(all))),
            (None, None) => Ok(None),
        }
    }

    /// What is kept of the sectors, and how many there are.
    fn store(&self, entries: &[Entry]) -> Result<(Arc<Store>, u32), Flaw> {
        let table = entries.iter().find(|entry| entry.kind == kind::TABLE && entry.data == data::USER);
        let table = table.ok_or_else(|| Flaw::file(Fault::Missing { what: "the table of sectors" }))?;
        let head = self.table(table)?;
        let count = u32::try_from(head.len / 8).ok().filter(|&count| count <= i32::MAX as u32);
        let count = count.ok_or_else(|| Flaw::at(table.at, Fault::TooMany { what: "sectors", limit: i32::MAX as u64 }))?;
        let user = entries.iter().filter(|entry| entry.kind == kind::DATA && entry.data == data::USER);
        let user = user.map(|entry| Ok((entry.at, self.block(entry)?))).collect::<Result<Vec<_>, Flaw>>()?;
        let store = Store {
            user: Unpacked::new(UserData::new(self.bytes.clone(), user)),
            table: self.whole(head),
            shift: head.shift,
            prefix: self.part(entries, data::PREFIX, data::PREFIX_FIXED)?,
            suffix: self.part(entries, data::SUFFIX, data::SUFFIX_FIXED)?,
            subheaders: self.data(entries, data::SUBHEADER)?,
        };
        Ok((Arc::new(store), count))
    }

    fn list<T>(
        &self,
        entries: &[Entry],
        (wanted, head_len, len): ([u8; 4], usize, usize),
        read: fn(&[u8], u64) -> Result<Vec<T>, Flaw>,
    ) -> Result<Vec<T>, Flaw> {
        let Some(entry) = entries.iter().find(|entry| entry.kind == wanted) else { return Ok(Vec::new()) };
        let (count, crc) = parse::list_head(&self.read(entry.at, head_len)?, entry, head_len as u64 - 8)?;
        let at = entry.at.saturating_add(head_len as u64);
        let bytes = self.read(at, count * len)?;
        if bytes.len() < count * len {
            let (needed, found) = ((count * len) as u64, bytes.len() as u64);
            return Err(Flaw::at(at, Fault::Truncated { what: "the list of tracks", needed, found }));
        }
        self.check(&bytes, crc, entry.at, "the checksum of the list of tracks")?;
        read(&bytes, at)
    }

    fn cd(
        &self,
        medium: Medium,
        entries: &[Entry],
        store: Arc<Store>,
        sectors: u32,
        warnings: &mut Vec<String>,
    ) -> Result<(Disc, Vec<Extent>), Flaw> {
        let tracks = self.list(entries, (kind::TRACKS, parse::TRACKS_HEAD_LEN, parse::TRACK_LEN), parse::tracks)?;
        let indexes = self.list(entries, (kind::INDEXES, parse::INDEXES_HEAD_LEN, parse::INDEX_LEN), parse::track_indexes)?;
        let (disc, from) = if tracks.is_empty() {
            warnings.push("The image does not tell of tracks: its sectors were taken for one track of mode 1.".to_owned());
            let mut track = Track::new(1, TrackMode::Mode1, Lba(0), sectors);
            track.pregap = 150;
            (Disc::new(medium, vec![track]), vec![Lba(0)])
        } else {
            layout::cd(medium, &tracks, &indexes)?
        };
        let subchannel = self.data(entries, data::SUBCHANNEL)?;
        let mut extents = Vec::new();
        for ((_, track), from) in disc.tracks().zip(from) {
            let stored = Lba(0) + sectors;
            let (first, end) = (from.max(Lba(0)), track.end().min(stored));
            let Some(count) = end.since(first).filter(|&count| count > 0) else { continue };
            if let Some(missing) = track.end().since(stored).filter(|&missing| missing > 0) {
                warnings.push(format!("The last {missing} sectors of track {} are not in the image.", track.number));
            }
            let mut extent = extent(&store, track.mode, first, count)?;
            let channel = |lba: Lba| lba.since(Lba(0)).map_or(0, u64::from) * SUBCHANNEL as u64;
            extent.sub = subchannel.as_ref().filter(|bytes| channel(end) <= bytes.len()).map(|bytes| SubStore {
                bytes: bytes.clone(),
                offset: channel(first),
                stride: SUBCHANNEL as u32,
                kind: SubKind::Interleaved,
            });
            extents.push(extent);
        }
        Ok((disc, extents))
    }

    /// What the image says of the disc besides.
    fn describe(&self, entries: &[Entry], disc: &mut Disc, warnings: &mut Vec<String>) -> Result<(), Flaw> {
        let told = |wanted| -> Result<Option<Vec<u8>>, Flaw> {
            let Some(bytes) = self.data(entries, wanted)?.filter(|bytes| bytes.len() <= MOST_TOLD) else { return Ok(None) };
            let mut into = vec![0; bytes.len() as usize];
            bytes.read_at(0, &mut into).map_err(|error| Flaw::file(Fault::Io(error)))?;
            Ok(Some(into))
        };
        disc.mcn = told(data::MCN)?.and_then(|digits| Mcn::new(digits.get(..13)?).ok());
        if let Some(packs) = told(data::CD_TEXT)? {
            let (text, flaws) = CdText::from_container(&packs);
            disc.cd_text = text;
            warnings.extend(flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")));
        }
        if disc.medium != Medium::Dvd {
            return Ok(());
        }
        disc.structures.bca = told(data::BCA)?.unwrap_or_default();
        if let Some(pfi) = told(data::PFI)? {
            let other = |wanted, len| Ok(sized(told(wanted)?.unwrap_or_default(), len));
            let layer = [other(data::COPYRIGHT, 4)?, other(data::DMI, 2048)?, sized(pfi, 2048)].concat();
            let layers = 1 + usize::from(has_two_layers(&layer));
            disc.structures.layers = vec![layer; layers];
            disc.layer_break = layer_break(&disc.structures.layers).filter(|&at| at < disc.sectors());
        }
        Ok(())
    }
}

/// An answer of a drive, with or without its head of four bytes.
fn sized(mut answer: Vec<u8>, len: usize) -> Vec<u8> {
    if answer.len() == len + 4 {
        answer.drain(..4);
    }
    answer.resize(len, 0);
    answer
}

/// A run of sectors of a CD: whole where everything of them is kept.
fn extent(store: &Arc<Store>, mode: TrackMode, first: Lba, count: u32) -> Result<Extent, Flaw> {
    let io = |error| Flaw::file(Fault::Io(error));
    let from = first.since(Lba(0)).map_or(0, u64::from);
    let whole = mode.is_data() && store.is_raw();
    let size = match (whole, mode) {
        (true, _) | (_, TrackMode::Audio) => Some(RAW),
        // The first sector that was read tells how much of each is kept.
        _ => (from..from + u64::from(count).min(1000))
            .find_map(|sector| store.size_of(sector).transpose())
            .transpose()
            .map_err(io)?,
    };
    let Some(size) = size else { return Ok(Extent { start: first, sectors: count, main: None, sub: None }) };
    let slice = u16::try_from(size).ok().and_then(|size| Slice::of_record(mode, size)).ok_or_else(|| {
        let (what, expected) = ("the size of the sectors of a track", "one that its kind can have");
        Flaw::file(Fault::OutOfRange { what, expected, found: size as i64 })
    })?;
    let sectors = Sectors { store: store.clone(), first: from, count: count.into(), mode, record: size, whole };
    let main = MainStore { bytes: Arc::new(sectors), offset: 0, stride: size as u32, slice, swap: false, scrambled: false };
    Ok(Extent { start: first, sectors: count, main: Some(main), sub: None })
}

/// A disc without the structure of a CD: one run of sectors.
fn plain(medium: Medium, store: Arc<Store>, count: u32) -> Result<(Disc, Vec<Extent>), Flaw> {
    let disc = Disc::new(medium, vec![Track::new(1, TrackMode::Dvd, Lba(0), count)]);
    let extent = extent(&store, TrackMode::Dvd, Lba(0), count)?;
    Ok((disc, vec![extent]))
}
