//! AAC-LC (ISO/IEC 14496-3, subpart 4): each packet is a frame of 1024 samples that overlaps with the one before.
//!
//! A decoder of AAC makes noise up where the encoder found nothing but noise (4.6.13), and goes on with its own chance numbers from frame to frame. A file has
//! to read the same every time and from everywhere, though; so frames are decoded in groups, each by a decoder of its own that has seen the frame
//! before it and nothing else.

use std::io;
use std::sync::Arc;

use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AacDecoder;

use super::boxes::{Span, codec_boxes, packets};
use super::config::Config;
use super::gaps::{Sounding, sounding};
use super::sbr::ends_with_sbr;
use super::{DAMAGED, Place, invalid};
use crate::bytes::audio::AudioError;
use crate::bytes::audio::decoded::{Block, Cursor, Decoded, Source};
use crate::bytes::audio::shape::Shape;
use crate::bytes::{Bytes, read_some};

/// Samples of a frame.
const FRAME: u64 = 1024;
/// Frames of a group: a second and a half.
const GROUP: u64 = 64;
/// Bytes of a description that matter: there may be padding behind.
const DESCRIPTOR: usize = 512;
/// Up to this rate, AAC may have SBR in it without saying so (ISO/IEC 14496-3, 1.6.5).
const HALF: u32 = 24_000;
/// Frames that are looked at to know.
const LOOKED_AT: usize = 32;

/// `entry` is its description.
pub fn open(file: Arc<dyn Bytes>, place: Place, entry: Span) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let boxes = codec_boxes(&*file, entry)?;
    let descriptor = match boxes.child(&*file, b"esds")? {
        Some(found) => Some(found),
        // QuickTime has it a level deeper.
        None => boxes.descend(&*file, &[b"wave", b"esds"])?,
    };
    let descriptor = descriptor.and_then(|descriptor| descriptor.without(4)).ok_or(DAMAGED)?.read(&*file, DESCRIPTOR)?;
    let config = Config::of_descriptor(&descriptor)?;
    let shape = Shape::new(config.rate, config.channels, 16)?.lossy();
    let packets = packets(&*file, place.table)?;
    if config.rate <= HALF && is_halved(&*file, &packets)? {
        return Err(AudioError::Unfit("is HE-AAC (SBR), the upper half of which is not read"));
    }
    let Sounding { skip, samples } = sounding(&*file, place, config.rate, packets.len() as u64 * FRAME)?;
    let stream = Arc::new(Stream { file, config: config.bytes, packets, skip, shape });
    stream.decoder().map_err(|_| DAMAGED)?;
    Ok((Arc::new(Decoded::new(Aac(stream), samples, shape)), shape))
}

/// Whether most frames have SBR in them.
fn is_halved(file: &dyn Bytes, packets: &[(u64, u32)]) -> Result<bool, AudioError> {
    let (mut seen, mut halved) = (0, 0);
    for &(at, size) in packets.iter().step_by(packets.len().div_ceil(LOOKED_AT).max(1)) {
        seen += 1;
        halved += usize::from(ends_with_sbr(&read_some(file, at, size as usize)?));
    }
    Ok(2 * halved > seen)
}

struct Stream {
    file: Arc<dyn Bytes>,
    /// The AudioSpecificConfig.
    config: Vec<u8>,
    /// Offset and size of each.
    packets: Vec<(u64, u32)>,
    /// Samples before the first that counts.
    skip: u64,
    shape: Shape,
}

impl Stream {
    fn decoder(&self) -> io::Result<AacDecoder> {
        let mut params = AudioCodecParameters::new();
        params.for_codec(CODEC_ID_AAC).with_extra_data(self.config.clone().into_boxed_slice());
        AacDecoder::try_new(&params, &AudioDecoderOptions::default()).map_err(invalid)
    }

    /// The PCM of a frame.
    fn decode(&self, decoder: &mut AacDecoder, frame: u64) -> io::Result<Vec<u8>> {
        let packet = usize::try_from(frame).ok().and_then(|frame| self.packets.get(frame));
        let &(at, size) = packet.ok_or(io::ErrorKind::UnexpectedEof)?;
        // A decoder makes the last frame again of no bytes.
        if size == 0 {
            return Err(invalid("a frame of AAC is empty"));
        }
        let data = read_some(&*self.file, at, size as usize)?;
        let mut samples: Vec<f32> = Vec::new();
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(FRAME), &data);
        decoder.decode_ref(&packet).map_err(invalid)?.copy_to_vec_interleaved(&mut samples);
        match samples.len() as u64 == FRAME * self.shape.channels() as u64 {
            true => Ok(self.shape.bytes_of(&samples)),
            false => Err(invalid("a frame of AAC has another number of samples than its file says")),
        }
    }
}

struct Aac(Arc<Stream>);

impl Source for Aac {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        let next = sample.saturating_add(self.0.skip) / FRAME / GROUP * GROUP;
        Ok(Box::new(AacCursor { decoder: self.0.decoder()?, stream: self.0.clone(), next }))
    }
}

struct AacCursor {
    stream: Arc<Stream>,
    decoder: AacDecoder,
    /// The next frame.
    next: u64,
}

impl AacCursor {
    fn decode(&mut self) -> io::Result<Vec<u8>> {
        let frame = self.next;
        if frame > 0 && frame.is_multiple_of(GROUP) {
            self.decoder = self.stream.decoder()?;
            // Only for what overlaps: where it is damaged, the group before says so.
            let _ = self.stream.decode(&mut self.decoder, frame - 1);
        }
        self.next += 1;
        self.stream.decode(&mut self.decoder, frame)
    }
}

impl Cursor for AacCursor {
    fn next(&mut self) -> io::Result<Block> {
        let (skip, size) = (self.stream.skip, self.stream.shape.sample());
        loop {
            let start = self.next * FRAME;
            let mut pcm = self.decode()?;
            let cut = skip.saturating_sub(start).min(FRAME);
            if cut < FRAME {
                pcm.drain(..(cut * size) as usize);
                return Ok(Block { start: start + cut - skip, pcm });
            }
        }
    }
}
