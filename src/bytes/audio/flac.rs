//! FLAC (RFC 9639), decoded by Symphonia.
//!
//! The metadata is walked here and Symphonia is shown only the STREAMINFO and the frames: so no hostile seek table or picture
//! reaches it, and seeking is a bisection in which every frame looked at was proved by its CRC-16.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::packet::Packet;
use symphonia::default::codecs::FlacDecoder;
use symphonia::default::formats::FlacReader;

use super::decoded::{Block, Cursor, Decoded, Source};
use super::shape::Shape;
use super::stream::Stream;
use super::{AudioError, be16, be32};
use crate::bytes::{Bytes, Joined, Window, read_some};

/// Metadata blocks walked before the file is called hostile: real files have a dozen.
const BLOCKS: u32 = 10_000;
/// Where the bisection ends and frames are read one after another, in bytes.
const NEAR: u64 = 64 << 10;
/// How far before the end the last frame is looked for: a frame of 65,535 stereo samples that are not compressed is 256 KiB.
const TAIL: u64 = 1 << 20;

const DAMAGED: AudioError = AudioError::Unfit("is a FLAC file whose header is damaged");

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let (header, shape, stated, from) = metadata(&*file)?;
    let len = file.len() - from;
    let flac = Flac { header: Arc::new(header), shape, frames: Arc::new(Window::new(file, from, len)) };
    let found = flac.end()?;
    let samples = match stated {
        0 => found,
        stated if stated > found => return Err(AudioError::Unfit("is cut short: it ends before the length that it states")),
        stated => stated,
    };
    Ok((Arc::new(Decoded::new(flac, samples, shape)), shape))
}

/// The start of a stream with nothing but a STREAMINFO; what its samples are; the number of samples that the file states, 0 where it does not; and
/// where the frames begin.
fn metadata(file: &dyn Bytes) -> Result<(Vec<u8>, Shape, u64, u64), AudioError> {
    let info = read_some(file, 8, 34)?;
    let first = read_some(file, 4, 4)?;
    let (Some(numbers), Some(0x0000_0022)) = (be32(&info, 10), be32(&first, 0).map(|head| head & 0x7FFF_FFFF)) else {
        return Err(DAMAGED);
    };
    // 20 bits rate, 3 bits channels − 1, 5 bits bits − 1, 36 bits samples (RFC 9639 §8.2).
    let shape = Shape::surround(numbers >> 12, (numbers >> 9 & 7) + 1, (numbers >> 4 & 31) + 1)?;
    let stated = u64::from(numbers & 15) << 32 | u64::from(be32(&info, 14).ok_or(DAMAGED)?);
    let mut at = 4;
    for _ in 0..BLOCKS {
        let head = be32(&read_some(file, at, 4)?, 0).ok_or(DAMAGED)?;
        at += 4 + u64::from(head & 0x00FF_FFFF);
        if at > file.len() {
            return Err(DAMAGED);
        }
        if head >> 31 == 1 {
            let sync = be16(&read_some(file, at, 2)?, 0).ok_or(DAMAGED)?;
            return Ok((header(&info, sync & 1 == 1).ok_or(DAMAGED)?, shape, stated, at));
        }
    }
    Err(DAMAGED)
}

/// A stream's beginning for Symphonia: the marker and a STREAMINFO.
///
/// The smallest block size is set to what tells Symphonia whether the blocks vary in size; the frames know. Some encoders leave
/// it 0 (Symphonia issue 554). The length is left out, so that Symphonia takes the end of the file for the end; the MD5 too, as
/// nothing checks it here.
fn header(info: &[u8], varies: bool) -> Option<Vec<u8>> {
    let largest = be16(info, 2).filter(|size| *size > 16)?;
    let smallest = if varies { 16 } else { largest };
    let mut header = b"fLaC\x80\x00\x00\x22".to_vec();
    header.extend_from_slice(&smallest.to_be_bytes());
    header.extend_from_slice(info.get(2..13)?);
    header.push(info.get(13)? & 0xF0);
    header.extend_from_slice(&[0; 20]);
    Some(header)
}

struct Flac {
    header: Arc<Vec<u8>>,
    shape: Shape,
    /// The frames alone.
    frames: Arc<dyn Bytes>,
}

impl Flac {
    /// A reader that begins with the first frame behind this offset; none where no frame follows.
    fn reader(&self, from: u64) -> io::Result<Option<FlacReader<'static>>> {
        let rest: Arc<dyn Bytes> = Arc::new(Window::new(self.frames.clone(), from, u64::MAX));
        let stream = Joined::new([self.header.clone() as Arc<dyn Bytes>, rest]);
        let source = MediaSourceStream::new(Box::new(Stream::new(Arc::new(stream))), Default::default());
        found(FlacReader::try_new(source, FormatOptions::default()))
    }

    /// Where the last frame ends, in samples.
    fn end(&self) -> Result<u64, AudioError> {
        let len = self.frames.len();
        let mut tail = NEAR.min(len);
        loop {
            let mut last = None;
            if let Some(mut reader) = self.reader(len - tail)? {
                while let Some(packet) = packet(&mut reader)? {
                    last = Some(end_of(&packet));
                }
            }
            match last {
                Some(end) => return Ok(end),
                None if tail >= TAIL.min(len) => return Err(AudioError::Unfit("is a FLAC file without sound, or cut short")),
                None => tail = (tail * 4).min(len),
            }
        }
    }

    /// An offset before the frame that holds the sample, and near to it.
    fn find(&self, sample: u64) -> io::Result<u64> {
        let (mut low, mut high) = (0, self.frames.len());
        while high - low > NEAR {
            let middle = low + (high - low) / 2;
            let first = match self.reader(middle)? {
                Some(mut reader) => packet(&mut reader)?,
                None => None,
            };
            match first {
                Some(packet) if start_of(&packet) <= sample => low = middle,
                _ => high = middle,
            }
        }
        Ok(low)
    }
}

impl Source for Flac {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let mut reader = self.reader(self.find(sample)?)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let track = reader.tracks().first().and_then(|track| track.codec_params.as_ref()).and_then(|params| params.audio());
        let params = track.ok_or(io::ErrorKind::InvalidData)?;
        let decoder = FlacDecoder::try_new(params, &AudioDecoderOptions::default()).map_err(to_io)?;
        let mut first = None;
        while let Some(packet) = packet(&mut reader)? {
            if end_of(&packet) > sample {
                first = Some(packet);
                break;
            }
        }
        Ok(Box::new(FlacCursor { reader, decoder, first, shape: self.shape }))
    }
}

struct FlacCursor {
    reader: FlacReader<'static>,
    decoder: FlacDecoder,
    /// The frame that the seek ended on.
    first: Option<Packet>,
    shape: Shape,
}

impl Cursor for FlacCursor {
    fn next(&mut self) -> io::Result<Block> {
        let packet = match self.first.take() {
            Some(packet) => packet,
            None => packet(&mut self.reader)?.ok_or(io::ErrorKind::UnexpectedEof)?,
        };
        let decoded = self.decoder.decode(&packet).map_err(to_io)?;
        if decoded.num_planes() != self.shape.channels() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a frame of FLAC has another number of channels than its file",
            ));
        }
        Ok(Block { start: start_of(&packet), pcm: self.shape.bytes_of_buffer(&decoded) })
    }
}

fn start_of(packet: &Packet) -> u64 {
    u64::try_from(packet.pts.get()).unwrap_or_default()
}

fn end_of(packet: &Packet) -> u64 {
    start_of(packet).saturating_add(packet.dur.get())
}

/// The next frame whose CRC-16 is right.
fn packet(reader: &mut FlacReader<'static>) -> io::Result<Option<Packet>> {
    Ok(found(reader.next_packet())?.flatten())
}

/// None where there is no frame, an error only when the system could not read.
fn found<T>(result: Result<T, Error>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::IoError(error)) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        Err(_) => Ok(None),
    }
}

fn to_io(error: Error) -> io::Error {
    match error {
        Error::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
    }
}
