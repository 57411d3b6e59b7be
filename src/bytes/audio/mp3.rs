//! MP3 (MPEG-1 and MPEG-2 audio, layer III; ISO/IEC 11172-3 and 13818-3), decoded by Symphonia.
//!
//! The frames are found here, all of them when the file is opened: each says how long it is. So every place can be decoded by
//! itself, and the length is known exactly. The encoder's delay and padding are taken off where a LAME tag tells them.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::MpaDecoder;

use super::decoded::{Block, Cursor, Decoded, Source};
use super::shape::Shape;
use super::{AudioError, be32};
use crate::bytes::{Bytes, read_some};

/// More frames than seven hours have.
const FRAMES: usize = 1_000_000;
/// What may stand before the first frame, in bytes.
const BEFORE: u64 = 64 << 10;
/// What may stand between frames and behind them, in bytes: tags with pictures, where files were joined.
const JUNK: u64 = 16 << 20;
/// Frames in a row that tell sound from junk, when there are so many.
const PROOF: u32 = 4;
/// Frames decoded in vain before the wanted one. A frame's data may begin up to 511 bytes before it, and at 32 kbit/s and 48 kHz a
/// frame brings 60; those of MPEG-2 up to 255 bytes, and at 8 kbit/s and 24 kHz it brings 11. The filter bank looks back two more.
const PREROLL: u64 = 26;
/// The delay of every decoder: what the hybrid filter bank holds back, plus 1.
const DECODER_DELAY: u64 = 529;

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let unknown = AudioError::Unfit("its format is not known here");
    let (mut frames, Some(header)) = frames(&*file)? else { return Err(unknown) };
    let shape = Shape::new(header.rate, header.channels, 16)?.lossy();
    let mut trim = (0, 0);
    let first = *frames.first().ok_or(unknown)?;
    if let Some(gaps) = info_tag(&read_some(&*file, first, 192)?, &header) {
        frames.remove(0);
        trim = gaps;
    }
    let total = frames.len() as u64 * header.samples;
    let samples = total.saturating_sub(trim.0).saturating_sub(trim.1);
    let mp3 = Mp3 { file, frames: Arc::new(frames), skip: trim.0.min(total), frame: header.samples, shape };
    Ok((Arc::new(Decoded::new(mp3, samples, shape)), shape))
}

/// What the header of a frame tells.
#[derive(Clone, Copy)]
struct Header {
    /// Bytes of the frame, the header included.
    len: u64,
    rate: u32,
    channels: u32,
    /// Samples of the frame.
    samples: u64,
    /// Bytes of its side information.
    side: usize,
}

impl Header {
    /// ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3, and what Fraunhofer called MPEG-2.5. None for other layers and for the free format.
    fn parse(word: u32) -> Option<Header> {
        const KBITS: [[u32; 15]; 2] = [
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        // Eleven bits of sync, two for the version, 01 for layer III; the bit that follows, for a CRC, may be either.
        let (version, layer) = (word >> 19 & 3, word >> 17 & 3);
        if word >> 21 != 0x7FF || version == 1 || layer != 1 {
            return None;
        }
        // From 24 kHz down, a frame has half the samples.
        let low = version != 3;
        let kbits = *KBITS[usize::from(low)].get((word >> 12 & 15) as usize).filter(|kbits| **kbits != 0)?;
        let rate = *[44_100, 48_000, 32_000].get((word >> 10 & 3) as usize)? >> [2, 0, 1, 0][version as usize];
        let samples = if low { 576 } else { 1152 };
        let channels = if word >> 6 & 3 == 3 { 1 } else { 2 };
        let side = [[17, 32], [9, 17]][usize::from(low)][channels as usize - 1];
        Some(Header {
            len: u64::from(samples * 125 * kbits / rate + (word >> 9 & 1)),
            rate,
            channels,
            samples: samples.into(),
            side,
        })
    }
}

/// Where every whole frame begins, and the header of the first.
fn frames(file: &dyn Bytes) -> Result<(Vec<u64>, Option<Header>), AudioError> {
    let mut words = Words { file, from: 0, buffer: Vec::new() };
    let (mut frames, mut first) = (Vec::new(), None);
    let (mut at, mut behind_last, mut junk) = (0, None, 0);
    while let Some(word) = words.at(at)? {
        if frames.is_empty() && at > BEFORE {
            break;
        }
        match Header::parse(word).filter(|header| at + header.len <= file.len()) {
            // Bytes that look like a header are everywhere, but not where the frame before ends.
            Some(header) if behind_last == Some(at) || words.goes_on(at, &header)? => {
                let first = first.get_or_insert(header);
                if (first.rate, first.channels) != (header.rate, header.channels) {
                    return Err(AudioError::Unfit("is an MP3 file whose rate or channels change in its midst"));
                }
                frames.push(at);
                at += header.len;
                behind_last = Some(at);
            }
            _ => {
                at += 1;
                junk += 1;
            }
        }
        if junk > JUNK {
            return Err(AudioError::Unfit("is an MP3 file with much in it that is no sound"));
        }
        if frames.len() > FRAMES {
            return Err(AudioError::Unfit("is longer than any disc"));
        }
    }
    Ok((frames, first))
}

/// The 32-bit words of a file at any offset, read in pieces.
struct Words<'a> {
    file: &'a dyn Bytes,
    from: u64,
    buffer: Vec<u8>,
}

impl Words<'_> {
    fn at(&mut self, at: u64) -> io::Result<Option<u32>> {
        let end = self.from + self.buffer.len() as u64;
        if at < self.from || at + 4 > end {
            if at + 4 > self.file.len() {
                return Ok(None);
            }
            self.buffer = read_some(self.file, at, 64 << 10)?;
            self.from = at;
        }
        Ok(usize::try_from(at - self.from).ok().and_then(|at| be32(&self.buffer, at)))
    }

    /// Whether this frame is followed by more, up to [`PROOF`] or the end of the file.
    fn goes_on(&mut self, at: u64, header: &Header) -> io::Result<bool> {
        let mut next = at + header.len;
        for _ in 1..PROOF {
            let Some(word) = self.at(next)? else { break };
            match Header::parse(word).filter(|other| other.rate == header.rate) {
                Some(other) => next += other.len,
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Samples to take off at the start and at the end, when the frame is no sound but a tag: Xing's or LAME's (“Info”) behind the
/// side information of a frame, or Fraunhofer's (“VBRI”) at byte 36, which does not tell.
fn info_tag(frame: &[u8], header: &Header) -> Option<(u64, u64)> {
    if frame.get(36..40)? == b"VBRI" {
        return Some((0, 0));
    }
    let tag = 4 + header.side;
    if !matches!(frame.get(tag..tag + 4)?, b"Xing" | b"Info") {
        return None;
    }
    let flags = be32(frame, tag + 4)?;
    let fields = [(1, 4), (2, 4), (4, 100), (8, 4)];
    let lame = tag + 8 + fields.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, len)| len).sum::<usize>();
    let (encoder, gaps) = (frame.get(lame..lame + 4), be32(frame, lame + 20).map(|word| word & 0x00FF_FFFF));
    Some(match (encoder, gaps) {
        // 12 bits each: what the encoder put before, and behind.
        (Some(b"LAME" | b"Lavf" | b"Lavc"), Some(gaps)) => {
            (u64::from(gaps >> 12) + DECODER_DELAY, u64::from(gaps & 0xFFF).saturating_sub(DECODER_DELAY))
        }
        _ => (0, 0),
    })
}

struct Mp3 {
    file: Arc<dyn Bytes>,
    frames: Arc<Vec<u64>>,
    /// Samples before the first that counts.
    skip: u64,
    /// Samples of a frame.
    frame: u64,
    shape: Shape,
}

impl Source for Mp3 {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let wanted = sample.saturating_add(self.skip) / self.frame;
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_MP3);
        let decoder = MpaDecoder::try_new(&params, &AudioDecoderOptions::default())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        let (file, frames, skip, samples, shape) = (self.file.clone(), self.frames.clone(), self.skip, self.frame, self.shape);
        let mut cursor = Mp3Cursor { file, frames, skip, samples, shape, decoder, next: wanted.saturating_sub(PREROLL) };
        while cursor.next < wanted {
            // Nothing is wrong where this fails: it is only for what the decoder keeps of it.
            let _ = cursor.decode();
        }
        Ok(Box::new(cursor))
    }
}

struct Mp3Cursor {
    file: Arc<dyn Bytes>,
    frames: Arc<Vec<u64>>,
    skip: u64,
    /// Samples of a frame.
    samples: u64,
    shape: Shape,
    decoder: MpaDecoder,
    /// The next frame.
    next: u64,
}

impl Mp3Cursor {
    /// The PCM of the next frame: always as many samples as a frame has.
    ///
    /// The first frames of a file that was cut out of a longer one need data that is gone: they are silence, as they are to
    /// players.
    fn decode(&mut self) -> io::Result<Vec<u8>> {
        let index = usize::try_from(self.next).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let at = *self.frames.get(index).ok_or(io::ErrorKind::UnexpectedEof)?;
        let header = be32(&read_some(&*self.file, at, 4)?, 0).and_then(Header::parse).ok_or(io::ErrorKind::InvalidData)?;
        let data = read_some(&*self.file, at, header.len as usize)?;
        let begins = self.next < PREROLL;
        self.next += 1;
        let mut samples: Vec<f32> = Vec::new();
        match self.decoder.decode_ref(&PacketRef::new(0, Timestamp::ZERO, Duration::from(self.samples), &data)) {
            Ok(decoded) => decoded.copy_to_vec_interleaved(&mut samples),
            Err(_) if begins => {}
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
        }
        samples.resize(self.samples as usize * self.shape.channels(), 0.0);
        Ok(self.shape.bytes_of(&samples))
    }
}

impl Cursor for Mp3Cursor {
    fn next(&mut self) -> io::Result<Block> {
        loop {
            let start = self.next * self.samples;
            let mut pcm = self.decode()?;
            let cut = self.skip.saturating_sub(start).min(self.samples);
            if cut < self.samples {
                pcm.drain(..(cut * self.shape.sample()) as usize);
                return Ok(Block { start: start + cut - self.skip, pcm });
            }
        }
    }
}
