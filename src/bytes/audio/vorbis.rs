//! Ogg (RFC 3533) with one Vorbis stream, decoded by Symphonia.
//!
//! The pages are found here, all of them when the file is opened: each tells which sample its last packet ends with (the
//! granule position), so that every place can be decoded by itself and the length is known exactly.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::VorbisDecoder;

use super::decoded::{Block, Cursor, Decoded, Source};
use super::shape::Shape;
use super::{AudioError, le32, le64};
use crate::bytes::{Bytes, read_some};

/// More pages than any disc needs: they have 4 KiB as a rule.
const PAGES: usize = 1_000_000;
/// The longest packet that is put together, in bytes: the comments may hold a picture.
const PACKET: usize = 32 << 20;

/// Pages from one that tells its granule position to the next: only those in the midst of one packet tell none.
const SPAN: usize = 64;

const DAMAGED: AudioError = AudioError::Unfit("is an Ogg file that is damaged");

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let pages = walk(&*file)?;
    let (extra, shape, first_page) = headers(&*file, &pages)?;
    let marks: Vec<Mark> =
        pages.iter().enumerate().skip(first_page).filter_map(|(page, it)| Some(Mark { page, end: it.end? })).collect();
    let end = marks.last().ok_or(AudioError::Unfit("is an Ogg file without sound"))?.end;
    let follow = |two: &[Mark]| matches!(two, [one, next] if one.end <= next.end && next.page - one.page <= SPAN);
    if !marks.windows(2).all(follow) || marks.first().is_some_and(|first| first.page - first_page > SPAN) {
        return Err(DAMAGED);
    }
    let mut stream = Stream { file, extra, shape, pages, marks, first_page, start: 0 };
    stream.start = stream.find_start()?;
    let samples = end.saturating_sub(stream.base());
    Ok((Arc::new(Decoded::new(Vorbis(Arc::new(stream)), samples, shape)), shape))
}

/// One page (RFC 3533 §6).
struct Page {
    at: u64,
    /// The sample that follows the last packet that ends here.
    end: Option<u64>,
}

/// The fixed part of a page's header, and the lengths of its segments.
fn page_head(file: &dyn Bytes, at: u64) -> io::Result<Option<([u8; 27], Vec<u8>)>> {
    let head = read_some(file, at, 27 + 255)?;
    let Some((fixed, rest)) = head.split_first_chunk::<27>() else { return Ok(None) };
    Ok(rest.get(..usize::from(fixed[26])).map(|lacing| (*fixed, lacing.to_vec())))
}

fn body_len(lacing: &[u8]) -> usize {
    lacing.iter().map(|len| usize::from(*len)).sum()
}

/// Every page, up to the end or to one that is cut short.
fn walk(file: &dyn Bytes) -> Result<Vec<Page>, AudioError> {
    let (mut pages, mut at, mut serial) = (Vec::new(), 0, None);
    while at < file.len() {
        let Some((head, lacing)) = page_head(file, at)? else { break };
        let (Some(granule), Some(this)) = (le64(&head, 6), le32(&head, 14)) else { break };
        if !head.starts_with(b"OggS\0") {
            return Err(DAMAGED);
        }
        if *serial.get_or_insert(this) != this {
            return Err(AudioError::Unfit("is an Ogg file with several streams, which is not read"));
        }
        let page = Page { at, end: Some(granule).filter(|granule| *granule <= i64::MAX as u64) };
        at += (27 + lacing.len() + body_len(&lacing)) as u64;
        if at > file.len() {
            break;
        }
        pages.push(page);
        if pages.len() > PAGES {
            return Err(AudioError::Unfit("is longer than any disc"));
        }
    }
    Ok(pages)
}

/// The identification and the setup header, what the samples are, and the page where the sound begins: the headers have pages of their own (Vorbis I
/// §A.2).
fn headers(file: &dyn Bytes, pages: &[Page]) -> Result<(Vec<u8>, Shape, usize), AudioError> {
    let mut packets = Packets::default();
    let mut found: Vec<Vec<u8>> = Vec::new();
    let (mut page, mut shape) = (0, None);
    while found.len() < 3 {
        found.extend(packets.of(file, pages.get(page).ok_or(DAMAGED)?)?);
        page += 1;
        if let Some(first) = found.first() {
            shape = Some(check(first)?);
        }
    }
    match (<[Vec<u8>; 3]>::try_from(found), shape) {
        (Ok([mut ident, _, setup]), Some(shape)) if setup.starts_with(b"\x05vorbis") => {
            ident.extend_from_slice(&setup);
            Ok((ident, shape, page))
        }
        _ => Err(DAMAGED),
    }
}

fn check(ident: &[u8]) -> Result<Shape, AudioError> {
    if !ident.starts_with(b"\x01vorbis") || ident.len() != 30 {
        return Err(AudioError::Unfit(match ident {
            [b'O', b'p', b'u', b's', ..] => "is Opus, which is not read",
            [0x7F, b'F', b'L', b'A', b'C', ..] => "is FLAC inside Ogg, which is not read yet",
            _ => "is an Ogg file that holds no Vorbis",
        }));
    }
    let (Some(channels), Some(rate)) = (ident.get(11), le32(ident, 12)) else { return Err(DAMAGED) };
    Ok(Shape::new(rate, u32::from(*channels), 16)?.lossy())
}

/// Puts packets together that are cut into segments, and these into pages.
#[derive(Default)]
struct Packets {
    partial: Option<Vec<u8>>,
}

impl Packets {
    /// The packets that end on this page, when those of the page before were asked for last. The rest of one whose beginning
    /// was not seen is left out.
    fn of(&mut self, file: &dyn Bytes, page: &Page) -> io::Result<Vec<Vec<u8>>> {
        let (head, lacing) = page_head(file, page.at)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let body = read_some(file, page.at + 27 + lacing.len() as u64, body_len(&lacing))?;
        let mut rest = body.as_slice();
        let mut whole = Vec::new();
        // The lowest flag: the first segment goes on with a packet of the page before.
        let mut current = if head[5] & 1 != 0 { self.partial.take() } else { Some(Vec::new()) };
        for len in &lacing {
            let (segment, after) = rest.split_at_checked(usize::from(*len)).ok_or(io::ErrorKind::UnexpectedEof)?;
            rest = after;
            if let Some(packet) = &mut current {
                if packet.len() + segment.len() > PACKET {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a packet is too long"));
                }
                packet.extend_from_slice(segment);
            }
            if *len < 255 {
                whole.extend(current.replace(Vec::new()));
            }
        }
        self.partial = current;
        Ok(whole)
    }
}

/// A page with which a packet ends.
struct Mark {
    page: usize,
    /// The sample that follows there.
    end: u64,
}

struct Stream {
    file: Arc<dyn Bytes>,
    /// The two headers that the decoder needs.
    extra: Vec<u8>,
    shape: Shape,
    pages: Vec<Page>,
    /// In the order of the file, and of the samples.
    marks: Vec<Mark>,
    first_page: usize,
    /// The granule position of the first sample that comes out of the decoder. It is below 0 where samples are to be left out
    /// at the beginning, and above in a part cut out of a longer stream (Vorbis I §A.2).
    start: i64,
}

impl Stream {
    /// The granule position of the first sample that counts.
    fn base(&self) -> u64 {
        u64::try_from(self.start).unwrap_or(0)
    }

    fn decoder(&self) -> io::Result<VorbisDecoder> {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_VORBIS).with_extra_data(self.extra.clone().into_boxed_slice());
        let options = AudioDecoderOptions::default();
        VorbisDecoder::try_new(&params, &options).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
    }

    fn find_start(&self) -> Result<i64, AudioError> {
        let mut decoder = self.decoder().map_err(|_| DAMAGED)?;
        let [first, _, ..] = self.marks.as_slice() else { return Ok(0) };
        let mut packets = Packets::default();
        let mut count = 0;
        for page in self.pages.get(self.first_page..=first.page).unwrap_or_default() {
            for packet in packets.of(&*self.file, page)? {
                count += decode(&mut decoder, &packet, self.shape)?.len() as u64 / self.shape.sample();
            }
        }
        Ok(first.end.cast_signed().saturating_sub(count.cast_signed()))
    }
}

/// The PCM of one packet. The first one after the decoder began has none: it is only the left half of what overlaps.
fn decode(decoder: &mut VorbisDecoder, packet: &[u8], shape: Shape) -> io::Result<Vec<u8>> {
    if packet.is_empty() {
        return Ok(Vec::new());
    }
    let mut samples: Vec<f32> = Vec::new();
    decoder
        .decode_ref(&PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet))
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?
        .copy_to_vec_interleaved(&mut samples);
    Ok(shape.bytes_of(&samples))
}

struct Vorbis(Arc<Stream>);

impl Source for Vorbis {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let stream = self.0.clone();
        let wanted = stream.base().saturating_add(sample);
        let mark = stream.marks.partition_point(|mark| mark.end <= wanted);
        let before = mark.checked_sub(1).and_then(|mark| stream.marks.get(mark));
        // The packet before the first wanted one has to be decoded too, and be whole: it may begin on the page before, where the
        // first one may lack its beginning.
        let page = mark.checked_sub(3).and_then(|mark| stream.marks.get(mark)).map_or(stream.first_page, |mark| mark.page + 1);
        let known = before.map(|before| (before.page + 1, before.end.cast_signed()));
        let decoder = stream.decoder()?;
        let position = stream.start;
        let mut cursor = VorbisCursor { stream, decoder, packets: Packets::default(), page, position };
        if let Some((until, position)) = known {
            while cursor.page < until {
                // What can't be decoded here is not asked for; the marks tell whether what follows is right.
                let _ = cursor.next_page();
            }
            cursor.position = position;
        }
        Ok(Box::new(cursor))
    }
}

struct VorbisCursor {
    stream: Arc<Stream>,
    decoder: VorbisDecoder,
    packets: Packets,
    /// The next one.
    page: usize,
    /// The granule position of the next sample.
    position: i64,
}

impl VorbisCursor {
    /// The PCM of what ends on the next page.
    fn next_page(&mut self) -> io::Result<Vec<u8>> {
        let page = self.stream.pages.get(self.page).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.page += 1;
        let mut pcm = Vec::new();
        for packet in self.packets.of(&*self.stream.file, page)? {
            pcm.extend(decode(&mut self.decoder, &packet, self.stream.shape)?);
        }
        Ok(pcm)
    }
}

impl Cursor for VorbisCursor {
    fn next(&mut self) -> io::Result<Block> {
        loop {
            let mut pcm = self.next_page()?;
            let start = self.position;
            self.position = start.saturating_add_unsigned(pcm.len() as u64 / self.stream.shape.sample());
            let last = self.page == self.stream.pages.len();
            let told = self.stream.pages.get(self.page - 1).and_then(|page| page.end);
            if !last && told.is_some_and(|told| told.cast_signed() != self.position) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the Ogg file is damaged here"));
            }
            let skip = start.saturating_neg().max(0).cast_unsigned().saturating_mul(self.stream.shape.sample());
            if skip >= pcm.len() as u64 {
                continue;
            }
            pcm.drain(..skip as usize);
            return Ok(Block { start: start.max(0).cast_unsigned() - self.stream.base(), pcm });
        }
    }
}
