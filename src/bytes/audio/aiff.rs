//! AIFF (Apple, version 1.3) and AIFF-C: big-endian samples in chunks, or little-endian ones where the compression is `sowt`.

use std::io;
use std::sync::Arc;

use super::linear::{Linear, Number};
use super::shape::Shape;
use super::{AudioError, be16, be32};
use crate::bytes::{Bytes, Window, read_some};

/// Chunks looked at before the file is called hostile: real files have a dozen.
const CHUNKS: u32 = 10_000;

/// What the `COMM` chunk tells.
struct Common {
    /// Stereo samples.
    samples: u32,
    little_endian: bool,
    number: Number,
    shape: Shape,
}

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let compressed = read_some(&*file, 8, 4)? == b"AIFC";
    let (mut at, mut common, mut sound) = (12u64, None, None);
    for _ in 0..CHUNKS {
        let head = read_some(&*file, at, 8)?;
        let (Some(id), Some(size)) = (head.get(..4), be32(&head, 4)) else { break };
        let body = at + 8;
        match id {
            b"COMM" if common.is_none() => {
                common = Some(parse_common(&read_some(&*file, body, size.min(22) as usize)?, compressed)?);
            }
            b"SSND" if sound.is_none() => {
                // Offset of the first sample and block size come before the samples.
                let offset = be32(&read_some(&*file, body, 8)?, 0).unwrap_or_default();
                let from = body + 8 + u64::from(offset);
                sound = Some((from, (body + u64::from(size)).saturating_sub(from)));
            }
            _ => {}
        }
        if common.is_some() && sound.is_some() {
            break;
        }
        at = body + u64::from(size) + u64::from(size & 1);
    }
    let (Some(common), Some((from, len))) = (common, sound) else {
        return Err(AudioError::Unfit("is an AIFF file without its format or without sound"));
    };
    let Common { samples, little_endian, number, shape } = common;
    let sample = (number.bytes() * shape.channels()) as u64;
    let len = len.min(u64::from(samples) * sample).min(file.len().saturating_sub(from));
    let pcm = Window::new(file, from, len - len % sample);
    let pcm: Arc<dyn Bytes> = match (shape.is_cd(), little_endian) {
        (true, true) => Arc::new(pcm),
        (true, false) => Arc::new(Swapped { inner: pcm }),
        (false, _) => Arc::new(Linear::new(pcm, number, !little_endian, shape)),
    };
    Ok((pcm, shape))
}

fn parse_common(body: &[u8], compressed: bool) -> Result<Common, AudioError> {
    let short = AudioError::Unfit("is an AIFF file whose format is cut short");
    let numbers = (be16(body, 0), be32(body, 2), be16(body, 6), body.get(8..18).and_then(extended));
    let (Some(channels), Some(samples), Some(bits), Some(rate)) = numbers else { return Err(short) };
    let shape = Shape::new(rate, channels.into(), bits.into())?;
    let integer = Number::signed(bits.into()).ok_or(AudioError::Unfit("has samples of no known size"));
    let (number, little_endian) = match (compressed, body.get(18..22)) {
        (false, _) | (true, Some(b"NONE" | b"twos")) => (integer?, false),
        (true, Some(b"sowt")) => (integer?, true),
        (true, Some(b"raw ")) if bits <= 8 => (Number::Unsigned, false),
        (true, Some(b"fl32" | b"FL32")) => (Number::Float(4), false),
        (true, Some(b"fl64" | b"FL64")) => (Number::Float(8), false),
        (true, Some(_)) => return Err(AudioError::Unfit("is a compressed AIFF file, which is not read")),
        (true, None) => return Err(short),
    };
    let shape = if matches!(number, Number::Float(_)) { shape.floating() } else { shape };
    Ok(Common { samples, little_endian, number, shape })
}

/// A whole number in the 80-bit extended format of IEEE 754, rounded down; sampling rates are such.
fn extended(bytes: &[u8]) -> Option<u32> {
    let exponent = be16(bytes, 0)?;
    let mantissa = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
    match exponent {
        16383..=16414 => u32::try_from(mantissa >> (63 - (exponent - 16383))).ok(),
        _ => Some(0),
    }
}

/// A stream of 16-bit words, the two bytes of each exchanged. Its length is even.
struct Swapped {
    inner: Window,
}

impl Bytes for Swapped {
    fn len(&self) -> u64 {
        self.inner.len()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let beyond = at.checked_add(into.len() as u64).is_none_or(|end| end > self.len());
        if beyond {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // A read may begin or end inside a word; then the other half of that word is needed.
        let (mut at, mut into) = (at, into);
        if at % 2 == 1
            && let Some((first, rest)) = std::mem::take(&mut into).split_first_mut()
        {
            self.inner.read_at(at - 1, std::slice::from_mut(first))?;
            (at, into) = (at + 1, rest);
        }
        let even = into.len() - into.len() % 2;
        let (words, last) = into.split_at_mut(even);
        self.inner.read_at(at, words)?;
        words.chunks_exact_mut(2).for_each(|word| word.swap(0, 1));
        if !last.is_empty() {
            self.inner.read_at(at + even as u64 + 1, last)?;
        }
        Ok(())
    }
}
