//! Hashing: CRC-32, MD5 and SHA-1 of every track, as the Redump database counts them, and of the whole disc.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};
use md5::{Digest, Md5};
use sha1::Sha1;

use super::copy::pieces;
use super::progress::Meter;
use super::{Control, JobError, Phase, Progress, open};
use crate::disc::sector::{Form, Slice, Worth};
use crate::disc::{Disc, DiscReader, Lba, Track, TrackId, TrackMode};
use crate::image::Opening;

/// Digests of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// How many bytes.
    pub bytes: u64,
    /// CRC-32 (zlib's).
    pub crc32: u32,
    /// MD5.
    pub md5: [u8; 16],
    /// SHA-1.
    pub sha1: [u8; 20],
}

/// Digests of one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackDigests {
    /// Which.
    pub id: TrackId,
    /// Of its sectors: 2352 bytes each (audio little-endian) from index 0 where the pregap is stored, the first track from index 1;
    /// 2048 bytes each on other media than CDs.
    pub digests: Digests,
}

/// What came of hashing.
#[derive(Debug, Clone)]
pub struct HashReport {
    /// The image.
    pub source: PathBuf,
    /// Of all tracks one after another, where that was asked for.
    pub disc: Option<Digests>,
    /// Of every track.
    pub tracks: Vec<TrackDigests>,
    /// How long it took.
    pub seconds: f64,
}

/// Pieces that wait for a hasher.
const AHEAD: usize = 4;

/// One digest of each kind, of the current track and, where asked for, of the disc.
struct Sums<H> {
    track: H,
    disc: Option<H>,
}

/// The two digests that one thread makes: SHA-1 with CRC-32 takes less time than MD5 alone, so that they balance.
#[derive(Clone, Default)]
struct Sha1AndCrc {
    sha1: Sha1,
    crc32: crc32fast::Hasher,
    bytes: u64,
}

trait Sum: Clone + Default + Send {
    fn feed(&mut self, bytes: &[u8]);
}

impl Sum for Md5 {
    fn feed(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Sum for Sha1AndCrc {
    fn feed(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.crc32.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

enum Message {
    Bytes(Arc<Vec<u8>>),
    TrackEnds,
}

/// Hashes an image.
pub(super) fn hash(
    source: &Path,
    whole: bool,
    opening: &Opening,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<HashReport, JobError> {
    let begun = Instant::now();
    let image = open::source(source, opening, control)?;
    let (disc, tracks) = hash_disc(&*image.reader, source, whole, control, tell)?;
    Ok(HashReport { source: source.to_owned(), disc, tracks, seconds: begun.elapsed().as_secs_f64() })
}

/// The digests of the whole disc, where they are asked for, and of its tracks. `path` is its name for messages.
pub(super) fn hash_disc(
    reader: &dyn DiscReader,
    path: &Path,
    whole: bool,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(Option<Digests>, Vec<TrackDigests>), JobError> {
    let spans: Vec<(TrackId, Lba, u32, Form)> = spans(reader);
    let total = spans.iter().map(|span| u64::from(span.2)).sum();
    let mut meter = Meter::new(control, tell, Phase::Hash, total);
    // A disc of one track has the digests of that track.
    let disc_too = whole && spans.len() > 1;
    let (mut md5s, mut others) = std::thread::scope(|scope| {
        let (to_md5, for_md5) = bounded(AHEAD);
        let (to_other, for_other) = bounded(AHEAD);
        let md5 = scope.spawn(move || digest::<Md5>(&for_md5, disc_too));
        let other = scope.spawn(move || digest::<Sha1AndCrc>(&for_other, disc_too));
        let read = read_all(reader, path, &spans, &[to_md5, to_other], &mut meter);
        let md5 = md5.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        read.map(|()| (md5, other))
    })?;
    meter.finish();
    let finish = |(md5, other): (Md5, Sha1AndCrc)| Digests {
        bytes: other.bytes,
        crc32: other.crc32.finalize(),
        md5: md5.finalize().into(),
        sha1: other.sha1.finalize().into(),
    };
    let disc = if disc_too { md5s.pop().zip(others.pop()).map(finish) } else { None };
    let digests: Vec<Digests> = md5s.into_iter().zip(others).map(finish).collect();
    let disc = disc.or_else(|| digests.first().filter(|_| whole).cloned());
    let tracks = spans.iter().zip(digests).map(|(span, digests)| TrackDigests { id: span.0, digests }).collect();
    Ok((disc, tracks))
}

/// What of each track is hashed.
fn spans(reader: &dyn DiscReader) -> Vec<(TrackId, Lba, u32, Form)> {
    let disc: &Disc = reader.disc();
    let first = disc.tracks().next().map(|(_, track)| track.start);
    let span = |id: TrackId, track: &Track| {
        let stored = reader.stored(id).map_or(0, |stored| stored.pregap);
        let before = if Some(track.start) == first { 0 } else { stored.min(track.pregap) };
        let slice = if track.mode == TrackMode::Dvd { Slice::COOKED } else { Slice::RAW };
        (id, track.start - before, before + track.length, Form::main(slice))
    };
    disc.tracks().map(|(s, t)| span(TrackId { session: s.number, track: t.number }, t)).collect()
}

/// Reads everything once and hands it to every hasher.
fn read_all(
    reader: &dyn DiscReader,
    path: &Path,
    spans: &[(TrackId, Lba, u32, Form)],
    hashers: &[Sender<Message>],
    meter: &mut Meter<'_>,
) -> Result<(), JobError> {
    let send = |message: &dyn Fn() -> Message| {
        for hasher in hashers {
            // A hasher is gone only when it panicked, and joining it passes that on.
            let _ = hasher.send(message());
        }
    };
    let mut spare: Vec<Arc<Vec<u8>>> = Vec::new();
    for &(id, from, sectors, form) in spans {
        let mut worth = Vec::new();
        for (at, sectors) in pieces(from, sectors) {
            let free = spare.iter_mut().position(|buffer| Arc::get_mut(buffer).is_some());
            let mut buffer = free.map_or_else(Arc::default, |free| spare.swap_remove(free));
            let bytes = Arc::make_mut(&mut buffer);
            bytes.resize(sectors as usize * form.size(), 0);
            worth.clear();
            worth.resize(sectors as usize, Worth::Good);
            let fail = |error| JobError::Read { path: path.to_owned(), error };
            reader.read(at, form, bytes, &mut worth).map_err(fail)?;
            let size = bytes.len() as u64;
            send(&|| Message::Bytes(buffer.clone()));
            spare.push(buffer);
            meter.advance(u64::from(sectors), size, Some(id.track))?;
        }
        send(&|| Message::TrackEnds);
    }
    Ok(())
}

/// Takes all bytes: the digests of each track, then, where asked for, of the disc.
fn digest<H: Sum>(messages: &Receiver<Message>, disc_too: bool) -> Vec<H> {
    let mut all = Vec::new();
    let mut sums = Sums { track: H::default(), disc: None };
    for message in messages {
        match message {
            Message::Bytes(bytes) => {
                sums.track.feed(&bytes);
                if let Some(disc) = &mut sums.disc {
                    disc.feed(&bytes);
                }
            }
            Message::TrackEnds => {
                // The digest of the disc begins as that of track 1: so far they are the same.
                if disc_too && sums.disc.is_none() {
                    sums.disc = Some(sums.track.clone());
                }
                all.push(std::mem::take(&mut sums.track));
            }
        }
    }
    all.extend(sums.disc);
    all
}
