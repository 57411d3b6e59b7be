//! WAVE: chunks in a RIFF, or in an RF64 (EBU Tech 3306) when it is larger than 4 GiB.

use std::sync::Arc;

use super::linear::{Linear, Number};
use super::shape::Shape;
use super::{AudioError, le16, le32, le64};
use crate::bytes::{Bytes, Window, read_some};

/// Chunks looked at before the file is called hostile: real files have a dozen.
const CHUNKS: u32 = 10_000;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;
/// A GUID in WAVE_FORMAT_EXTENSIBLE behind its first two bytes, which are the format's number.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let rf64 = read_some(&*file, 0, 4)? == b"RF64";
    let (mut at, mut format, mut data, mut long) = (12u64, None, None, None);
    for _ in 0..CHUNKS {
        let head = read_some(&*file, at, 8)?;
        let (Some(id), Some(size)) = (head.get(..4), le32(&head, 4)) else { break };
        let body = at + 8;
        let mut len = u64::from(size);
        match id {
            b"ds64" if rf64 => long = le64(&read_some(&*file, body, 16)?, 8),
            b"fmt " if format.is_none() => format = Some(parse(&read_some(&*file, body, size.min(40) as usize)?)?),
            b"data" if data.is_none() => {
                len = data_len(size, long, file.len() - body);
                data = Some((body, len));
            }
            _ => {}
        }
        if format.is_some() && data.is_some() {
            break;
        }
        // Chunks begin at even offsets; the pad byte does not count in the size.
        match body.checked_add(len).and_then(|end| end.checked_add(len & 1)) {
            Some(next) => at = next,
            None => break,
        }
    }
    let (Some((number, shape)), Some((from, len))) = (format, data) else {
        return Err(AudioError::Unfit("is a WAVE file without its format or without sound"));
    };
    let len = len.min(file.len() - from);
    let sample = (number.bytes() * shape.channels()) as u64;
    let pcm = Window::new(file, from, len - len % sample);
    Ok((if shape.is_cd() { Arc::new(pcm) } else { Arc::new(Linear::new(pcm, number, false, shape)) }, shape))
}

/// The sound reaches to the end of the file when its size was never filled in (0, by a recorder that was stopped; all ones,
/// by one that wrote into a pipe), unless an RF64 tells it elsewhere.
fn data_len(size: u32, long: Option<u64>, left: u64) -> u64 {
    match (size, long) {
        (u32::MAX, Some(long)) => long,
        (0 | u32::MAX, _) => left,
        (size, _) => u64::from(size),
    }
}

fn parse(format: &[u8]) -> Result<(Number, Shape), AudioError> {
    let short = AudioError::Unfit("is a WAVE file whose format is cut short");
    let numbers = (le16(format, 0), le16(format, 2), le32(format, 4), le16(format, 14));
    let (Some(mut tag), Some(channels), Some(rate), Some(bits)) = numbers else { return Err(short) };
    if tag == EXTENSIBLE {
        let (Some(guid), Some(mask)) = (format.get(24..40), le32(format, 20)) else { return Err(short) };
        tag = if guid.ends_with(&GUID_TAIL) { le16(guid, 0).unwrap_or_default() } else { 0 };
        if channels > 2 && !in_order(channels, mask) {
            return Err(AudioError::Unfit("has more than two channels, of which it is not known how they become two"));
        }
    }
    let shape = Shape::surround(rate, channels.into(), bits.into())?;
    let strange = AudioError::Unfit("has samples of no known size");
    match (tag, bits) {
        (PCM, ..=8) => Ok((Number::Unsigned, shape)),
        (PCM, _) => Ok((Number::signed(bits.into()).ok_or(strange)?, shape)),
        (FLOAT, 32 | 64) => Ok((Number::Float(usize::from(bits) / 8), shape.floating())),
        (FLOAT, _) => Err(strange),
        _ => Err(AudioError::Unfit("is a compressed WAVE file, which is not read")),
    }
}

/// Whether these speakers are the usual ones for so many channels (Microsoft, WAVEFORMATEXTENSIBLE): each is a bit, lowest first. Those at the
/// back and those at the sides stand for each other; 0 says nothing.
fn in_order(channels: u16, mask: u32) -> bool {
    let usual: &[u32] = match channels {
        3 => &[0x7],
        4 => &[0x33, 0x603],
        5 => &[0x37, 0x607],
        6 => &[0x3F, 0x60F],
        7 => &[0x70F],
        8 => &[0x63F],
        _ => &[],
    };
    mask == 0 || usual.contains(&mask)
}
