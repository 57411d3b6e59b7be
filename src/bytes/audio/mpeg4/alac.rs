//! ALAC (Apple's “ALAC Specification”): every packet holds the same number of samples, and stands by itself.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_ALAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AlacDecoder;

use super::boxes::{Span, codec_boxes, packets};
use super::{DAMAGED, invalid};
use crate::bytes::audio::decoded::{Block, Cursor, Decoded, Source};
use crate::bytes::audio::shape::Shape;
use crate::bytes::audio::{AudioError, be32};
use crate::bytes::{Bytes, read_some};

/// `entry` is its description.
pub fn open(file: Arc<dyn Bytes>, table: Span, entry: Span) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let cookie = codec_boxes(&*file, entry)?.child(&*file, b"alac")?.ok_or(DAMAGED)?;
    // Version and flags, and then what Apple calls the magic cookie; with a layout of channels behind it.
    let cookie = cookie.without(4).filter(|cookie| matches!(cookie.len(), 24 | 48)).ok_or(DAMAGED)?.read(&*file, 48)?;
    let (Some(frame), Some(bits), Some(channels), Some(rate)) =
        (be32(&cookie, 0), cookie.get(5), cookie.get(9), be32(&cookie, 20))
    else {
        return Err(DAMAGED);
    };
    let shape = Shape::new(rate, u32::from(*channels), u32::from(*bits))?;
    if !matches!(bits, 16 | 20 | 24 | 32) || !(1..=65_536).contains(&frame) {
        return Err(DAMAGED);
    }
    let packets = packets(&*file, table)?;
    let samples = samples(&*file, table, frame, packets.len())?;
    let alac = Alac { file, cookie, frame, samples, packets: Arc::new(packets), shape };
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
