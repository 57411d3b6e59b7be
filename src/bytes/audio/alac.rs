//! ALAC in an MPEG-4 file (ISO/IEC 14496-12; Apple's “ALAC Specification”), decoded by Symphonia.
//!
//! The boxes are walked here. Their tables tell where every packet lies, each holds the same number of samples and stands by itself,
//! so that any place can be decoded at once.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_ALAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AlacDecoder;

use super::decoded::{Block, Cursor, Decoded, Source};
use super::shape::Shape;
use super::{AudioError, be32};
use crate::bytes::{Bytes, read_some};

/// Boxes looked at before the file is called hostile: real files have some dozens at each level.
const BOXES: usize = 10_000;
/// The most packets, of 4096 samples as a rule: a day and more.
const PACKETS: usize = 1_000_000;
/// The most bytes of a packet.
const PACKET: u32 = 1 << 20;

const DAMAGED: AudioError = AudioError::Unfit("is an MPEG-4 file that is damaged");

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let whole = Span { from: 0, to: file.len() };
    let movie = whole.child(&*file, b"moov")?.ok_or(DAMAGED)?;
    let mut other = AudioError::Unfit("is an MPEG-4 file without sound");
    for track in movie.children(&*file)?.into_iter().filter(|(name, _)| name == b"trak").map(|(_, span)| span) {
        let Some(table) = track.descend(&*file, &[b"mdia", b"minf", b"stbl"])? else { continue };
        let Some(entries) = table.child(&*file, b"stsd")? else { continue };
        let entry = read_some(&*file, entries.from, entries.len().min(256))?;
        match entry.get(12..16) {
            Some(b"alac") => return open_track(file, table, &entry),
            Some(b"mp4a") => other = AudioError::Unfit("is AAC, which is not read"),
            _ => {}
        }
    }
    Err(other)
}

/// What is in a box.
#[derive(Clone, Copy)]
struct Span {
    from: u64,
    to: u64,
}

impl Span {
    fn len(self) -> usize {
        usize::try_from(self.to - self.from).unwrap_or(usize::MAX)
    }

    /// The boxes in it (§4.2), up to one that does not fit.
    fn children(self, file: &dyn Bytes) -> Result<Vec<([u8; 4], Span)>, AudioError> {
        let (mut at, mut found) = (self.from, Vec::new());
        while found.len() < BOXES {
            let head = read_some(file, at, 16)?;
            let (Some(size), Some(name)) = (be32(&head, 0), head.get(4..8).and_then(|name| name.try_into().ok())) else { break };
            let (body, end) = match (size, be32(&head, 8), be32(&head, 12)) {
                (0, ..) => (at + 8, Some(self.to)),
                (1, Some(high), Some(low)) => (at + 16, at.checked_add(u64::from(high) << 32 | u64::from(low))),
                (size, ..) => (at + 8, Some(at + u64::from(size))),
            };
            let Some(end) = end.filter(|end| (body..=self.to).contains(end)) else { break };
            found.push((name, Span { from: body, to: end }));
            at = end;
        }
        Ok(found)
    }

    fn child(self, file: &dyn Bytes, wanted: &[u8; 4]) -> Result<Option<Span>, AudioError> {
        Ok(self.children(file)?.into_iter().find(|(name, _)| name == wanted).map(|(_, span)| span))
    }

    fn descend(self, file: &dyn Bytes, path: &[&[u8; 4]]) -> Result<Option<Span>, AudioError> {
        let mut here = Some(self);
        for name in path {
            here = match here {
                Some(span) => span.child(file, name)?,
                None => None,
            };
        }
        Ok(here)
    }

    /// A table (a full box): a number of entries, and so many 32-bit words for each. `skip` words stand before the number.
    fn table(self, file: &dyn Bytes, skip: usize, words: usize) -> Result<Vec<u32>, AudioError> {
        let head = read_some(file, self.from, 8 + 4 * skip)?;
        let count = be32(&head, 4 + 4 * skip).ok_or(DAMAGED)? as usize;
        let room = self.len().saturating_sub(head.len()) / (4 * words);
        if count > PACKETS || count > room {
            return Err(DAMAGED);
        }
        let bytes = read_some(file, self.from + head.len() as u64, 4 * words * count)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect())
    }
}

/// `entry` is the beginning of the table of descriptions (§8.5.2).
fn open_track(file: Arc<dyn Bytes>, table: Span, entry: &[u8]) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    // The description of sound has 28 bytes behind its name (§12.2.3); a box with the decoder's own follows.
    let (size, name) = (be32(entry, 44).ok_or(DAMAGED)?, entry.get(48..52).ok_or(DAMAGED)?);
    // Version and flags, and then what Apple calls the magic cookie; with a layout of channels behind it.
    let cookie = (size as usize).checked_sub(12).filter(|len| matches!(len, 24 | 48)).and_then(|len| entry.get(56..56 + len));
    let cookie = cookie.filter(|_| name == b"alac").ok_or(DAMAGED)?;
    let (Some(frame), Some(bits), Some(channels), Some(rate)) = (be32(cookie, 0), cookie.get(5), cookie.get(9), be32(cookie, 20))
    else {
        return Err(DAMAGED);
    };
    let shape = Shape::new(rate, u32::from(*channels), u32::from(*bits))?;
    if !matches!(bits, 16 | 20 | 24 | 32) || !(1..=65_536).contains(&frame) {
        return Err(DAMAGED);
    }
    let packets = packets(&*file, table)?;
    let samples = samples(&*file, table, frame, packets.len())?;
    let alac = Alac { file, cookie: cookie.to_vec(), frame, samples, packets: Arc::new(packets), shape };
    alac.decoder().map_err(|_| DAMAGED)?;
    Ok((Arc::new(Decoded::new(alac, samples, shape)), shape))
}

/// The number of samples, where all packets but the last have `frame` of them (§8.6.1.2).
fn samples(file: &dyn Bytes, table: Span, frame: u32, packets: usize) -> Result<u64, AudioError> {
    let times = table.child(file, b"stts")?.ok_or(DAMAGED)?.table(file, 0, 2)?;
    let (mut seen, mut samples) = (0u64, 0u64);
    for &[count, each] in times.as_chunks::<2>().0 {
        // Only the one behind the last may be shorter.
        if count > 0 && samples != seen * u64::from(frame) || each > frame {
            return Err(AudioError::Unfit("is ALAC in packets of several lengths, which is not read"));
        }
        seen += u64::from(count);
        samples += u64::from(count) * u64::from(each);
    }
    let short = (seen * u64::from(frame)).saturating_sub(samples);
    if seen != packets as u64 || short >= u64::from(frame) {
        return Err(DAMAGED);
    }
    Ok(samples)
}

/// Where each packet lies (§8.7.3 to §8.7.5).
fn packets(file: &dyn Bytes, table: Span) -> Result<Vec<(u64, u32)>, AudioError> {
    let child = |name| table.child(file, name);
    let sizes = child(b"stsz")?.ok_or(DAMAGED)?;
    let head = read_some(file, sizes.from, 12)?;
    let (Some(all), Some(count)) = (be32(&head, 4), be32(&head, 8)) else { return Err(DAMAGED) };
    // One size for all is what silence has, and a single packet.
    let sizes = match (all, count as usize) {
        (0, _) => sizes.table(file, 1, 1)?,
        (all, count @ ..=PACKETS) => vec![all; count],
        _ => return Err(DAMAGED),
    };
    let offsets: Vec<u64> = match (child(b"stco")?, child(b"co64")?) {
        (Some(narrow), _) => narrow.table(file, 0, 1)?.into_iter().map(u64::from).collect(),
        (None, Some(wide)) => {
            let words = wide.table(file, 0, 2)?;
            words.as_chunks::<2>().0.iter().map(|[high, low]| u64::from(*high) << 32 | u64::from(*low)).collect()
        }
        (None, None) => return Err(DAMAGED),
    };
    // From which chunk on how many packets are in each.
    let runs = child(b"stsc")?.ok_or(DAMAGED)?.table(file, 0, 3)?;
    let (mut runs, mut each) = (runs.as_chunks::<3>().0.iter().peekable(), 0);
    let (mut sizes, mut packets) = (sizes.into_iter(), Vec::new());
    for (chunk, offset) in (1u32..).zip(offsets) {
        while let Some([_, count, _]) = runs.next_if(|[first, ..]| *first <= chunk) {
            each = *count;
        }
        let mut at = offset;
        for size in sizes.by_ref().take(each as usize) {
            let end = at.checked_add(u64::from(size)).filter(|end| *end <= file.len()).ok_or(DAMAGED)?;
            if size > PACKET {
                return Err(DAMAGED);
            }
            packets.push((at, size));
            at = end;
        }
    }
    if sizes.next().is_some() || packets.is_empty() { Err(DAMAGED) } else { Ok(packets) }
}

struct Alac {
    file: Arc<dyn Bytes>,
    cookie: Vec<u8>,
    /// Samples of a packet.
    frame: u32,
    /// Samples of all.
    samples: u64,
    /// Offset and size of each.
    packets: Arc<Vec<(u64, u32)>>,
    shape: Shape,
}

impl Alac {
    fn decoder(&self) -> io::Result<AlacDecoder> {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_ALAC).with_extra_data(self.cookie.clone().into_boxed_slice());
        AlacDecoder::try_new(&params, &AudioDecoderOptions::default()).map_err(invalid)
    }
}

impl Source for Alac {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let next = usize::try_from(sample / u64::from(self.frame)).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let (file, packets) = (self.file.clone(), self.packets.clone());
        let (frame, samples, shape) = (u64::from(self.frame), self.samples, self.shape);
        Ok(Box::new(AlacCursor { file, packets, frame, samples, shape, decoder: self.decoder()?, next }))
    }
}

struct AlacCursor {
    file: Arc<dyn Bytes>,
    packets: Arc<Vec<(u64, u32)>>,
    frame: u64,
    samples: u64,
    shape: Shape,
    decoder: AlacDecoder,
    /// The next packet.
    next: usize,
}

impl Cursor for AlacCursor {
    fn next(&mut self) -> io::Result<Block> {
        let (at, size) = *self.packets.get(self.next).ok_or(io::ErrorKind::UnexpectedEof)?;
        let start = self.next as u64 * self.frame;
        self.next += 1;
        let data = read_some(&*self.file, at, size as usize)?;
        let expected = self.frame.min(self.samples - start);
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(expected), &data);
        let decoded = self.decoder.decode_ref(&packet).map_err(invalid)?;
        let pcm = self.shape.bytes_of_buffer(&decoded);
        if pcm.len() as u64 != expected * self.shape.sample() {
            return Err(invalid("a packet of ALAC has another number of samples than its file says"));
        }
        Ok(Block { start, pcm })
    }
}

fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
