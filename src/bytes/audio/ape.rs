//! Monkey's Audio (APE), decoded by the crate ape-decoder.
//!
//! Files of version 3.98 (2006) and later, whose header is checked here before the decoder sees it: nothing is longer than the file, and
//! the frames lie one behind another. Frames stand by themselves, and each has a checksum. Verified on files of the encoder's version
//! 3.99 at all its levels against ffmpeg's decoder.

use std::io;
use std::sync::Arc;

use ape_decoder::{ApeDecoder, ApeError};

use super::decoded::{Block, Cursor, Decoded, Source};
use super::linear::Number;
use super::shape::Shape;
use super::stream::Stream;
use super::{AudioError, le16, le32};
use crate::bytes::{Bytes, read_some};

/// Bytes of the descriptor, and of the header behind it.
const DESCRIPTOR: u32 = 52;
const HEADER: u32 = 24;
/// More samples than any encoder puts into a frame: at the highest level it is 1,179,648.
const FRAME: u32 = 1 << 21;
/// More frames than a day has.
const FRAMES: u32 = 100_000;
/// Samples that a frame is handed out in.
const PIECE: usize = 16 << 10;

const DAMAGED: AudioError = AudioError::Unfit("is a Monkey's Audio file that is damaged or cut short");

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let head = read_some(&*file, 0, DESCRIPTOR as usize)?;
    if head.starts_with(b"MACF") {
        return Err(AudioError::Unfit("is Monkey's Audio with floating-point samples, which is not read"));
    }
    match le16(&head, 4) {
        Some(3980..=3999) => {}
        _ => return Err(AudioError::Unfit("is Monkey's Audio of a version that is not read (3.98 and 3.99 are)")),
    }
    let number = |at| le32(&head, at).ok_or(DAMAGED);
    let (descriptor, header) = (number(8)?, number(12)?);
    if !(DESCRIPTOR..=4096).contains(&descriptor) || !(HEADER..=4096).contains(&header) {
        return Err(DAMAGED);
    }
    let (table, wave_header) = (number(16)?, number(20)?);
    let format = read_some(&*file, descriptor.into(), HEADER as usize)?;
    let (Some(each), Some(last), Some(frames), Some(bits), Some(channels), Some(rate)) =
        (le32(&format, 4), le32(&format, 8), le32(&format, 12), le16(&format, 16), le16(&format, 18), le32(&format, 20))
    else {
        return Err(DAMAGED);
    };
    let shape = Shape::new(rate, channels.into(), bits.into())?;
    let sample = match bits {
        8 => Number::Unsigned,
        16 | 24 => Number::Signed(usize::from(bits) / 8),
        _ => return Err(AudioError::Unfit("is Monkey's Audio with samples of a size that is not read")),
    };
    let sound = (1..=FRAME).contains(&each) && (1..=each).contains(&last) && (1..=FRAMES).contains(&frames);
    let begins = u64::from(descriptor) + u64::from(header) + u64::from(table) + u64::from(wave_header);
    if !sound || table / 4 < frames || begins > file.len() {
        return Err(DAMAGED);
    }
    // Where each frame begins: behind the one before, in the file, and none larger than samples that are not packed would be.
    let offsets = read_some(&*file, u64::from(descriptor) + u64::from(header), 4 * frames as usize)?;
    let offsets: Vec<u32> = offsets.as_chunks::<4>().0.iter().map(|offset| u32::from_le_bytes(*offset)).collect();
    let ordered = offsets.windows(2).all(|two| two[0] < two[1]);
    if !ordered
        || offsets.first().is_none_or(|first| u64::from(*first) < begins)
        || offsets.last().is_none_or(|last| u64::from(*last) >= file.len())
    {
        return Err(DAMAGED);
    }
    let samples = u64::from(frames - 1) * u64::from(each) + u64::from(last);
    let ape = Ape { file, each, samples, number: sample, shape };
    ape.decoder().map_err(|_| DAMAGED)?;
    Ok((Arc::new(Decoded::new(ape, samples, shape)), shape))
}

struct Ape {
    file: Arc<dyn Bytes>,
    /// Samples of a frame.
    each: u32,
    /// Samples of all.
    samples: u64,
    number: Number,
    shape: Shape,
}

impl Ape {
    fn decoder(&self) -> io::Result<ApeDecoder<Stream>> {
        ApeDecoder::new(Stream::new(self.file.clone())).map_err(to_io)
    }
}

impl Source for Ape {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let frame = u32::try_from(sample / u64::from(self.each)).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let mut cursor = ApeCursor {
            decoder: self.decoder()?,
            each: self.each,
            samples: self.samples,
            number: self.number,
            shape: self.shape,
            frame,
            pcm: Vec::new(),
            at: 0,
        };
        cursor.decode()?;
        let piece = (sample - u64::from(frame) * u64::from(self.each)) as usize / PIECE;
        cursor.at = piece * PIECE;
        Ok(Box::new(cursor))
    }
}

struct ApeCursor {
    decoder: ApeDecoder<Stream>,
    each: u32,
    samples: u64,
    number: Number,
    shape: Shape,
    /// The frame that comes next; the one before it is in `pcm`, as it was decoded, and handed out up to sample `at`.
    frame: u32,
    pcm: Vec<u8>,
    at: usize,
}

impl ApeCursor {
    /// Bytes of a sample of all channels as they are decoded.
    fn stride(&self) -> usize {
        self.number.bytes() * self.shape.channels()
    }

    fn decode(&mut self) -> io::Result<()> {
        let before = u64::from(self.frame) * u64::from(self.each);
        let expected = self.samples.checked_sub(before).filter(|left| *left > 0).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.pcm = self.decoder.decode_frame(self.frame).map_err(to_io)?;
        self.frame += 1;
        self.at = 0;
        match self.pcm.len() as u64 == expected.min(u64::from(self.each)) * self.stride() as u64 {
            true => Ok(()),
            false => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "a frame of Monkey's Audio has another length than its file says"))
            }
        }
    }
}

impl Cursor for ApeCursor {
    fn next(&mut self) -> io::Result<Block> {
        let stride = self.stride();
        if self.at * stride >= self.pcm.len() {
            self.decode()?;
        }
        let from = self.at * stride;
        let piece = &self.pcm[from..self.pcm.len().min(from + PIECE * stride)];
        let start = u64::from(self.frame - 1) * u64::from(self.each) + self.at as u64;
        self.at += piece.len() / stride;
        let pcm = match self.shape.is_cd() {
            true => piece.to_vec(),
            false => self.shape.bytes_of(&self.number.values(piece, false)),
        };
        Ok(Block { start, pcm })
    }
}

fn to_io(error: ApeError) -> io::Error {
    match error {
        ApeError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
    }
}
