//! What a file says of its AAC: the elementary stream descriptor (ISO/IEC 14496-1, 7.2.6) and in it the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2).

use super::{DAMAGED, bits};
use crate::bytes::audio::AudioError;

/// Tags of descriptors (ISO/IEC 14496-1, table 1).
const STREAM: u8 = 0x03;
const DECODER: u8 = 0x04;
const SPECIFIC: u8 = 0x05;
/// Kinds of streams (ISO/IEC 14496-1, table 5): MPEG-4 audio; AAC of MPEG-2, main, LC and SSR; MP3 of MPEG-2 and MPEG-1.
const MPEG_4: u8 = 0x40;
const MPEG_2_LC: u8 = 0x67;
const MP3: [u8; 2] = [0x69, 0x6B];
/// Kinds of sound (ISO/IEC 14496-3, table 1.17): AAC-LC, and what is put on top of it.
const LC: u32 = 2;
const SBR: u32 = 5;
const PS: u32 = 29;
/// What announces SBR behind the rest, so that old decoders pass it over.
const EXTENSION: u32 = 0x2B7;
/// Sampling rates by their number; 15 stands for one that is written out.
const RATES: [u32; 13] = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const WRITTEN_OUT: u32 = 15;

const HALVED: AudioError = AudioError::Unfit("is HE-AAC (SBR), the upper half of which is not read");

/// AAC-LC of one channel or two, in frames of 1024 samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The AudioSpecificConfig, as decoders want it.
    pub bytes: Vec<u8>,
    /// Samples a second.
    pub rate: u32,
    /// Its channels.
    pub channels: u32,
}

impl Config {
    /// Of the box `esds`, without its version and flags.
    pub fn of_descriptor(descriptor: &[u8]) -> Result<Config, AudioError> {
        let stream = within(descriptor, STREAM).ok_or(DAMAGED)?;
        // Number of the stream, and flags that say what else stands before the next descriptor.
        let flags = *stream.get(2).ok_or(DAMAGED)?;
        let address = if flags & 0x40 == 0 { 0 } else { 1 + usize::from(*stream.get(3).ok_or(DAMAGED)?) };
        let before = 3 + if flags & 0x80 == 0 { 0 } else { 2 } + address + if flags & 0x20 == 0 { 0 } else { 2 };
        let decoder = stream.get(before..).and_then(|rest| within(rest, DECODER)).ok_or(DAMAGED)?;
        match decoder.first() {
            Some(&(MPEG_4 | MPEG_2_LC)) => {}
            Some(kind) if MP3.contains(kind) => return Err(AudioError::Unfit("is MP3 in an MPEG-4 file, which is not read")),
            _ => return Err(AudioError::Unfit("is an MPEG-4 file with sound of a kind that is not read")),
        }
        // Kind, buffer and two bit rates.
        Config::of(decoder.get(13..).and_then(|rest| within(rest, SPECIFIC)).ok_or(DAMAGED)?)
    }

    /// Of an AudioSpecificConfig.
    fn of(bytes: &[u8]) -> Result<Config, AudioError> {
        let mut rest = Bits { bytes, at: 0 };
        let mut read = |count| rest.take(count).ok_or(DAMAGED);
        let kind = read(5)?;
        let rate = match read(4)? {
            WRITTEN_OUT => read(24)?,
            number => *RATES.get(number as usize).ok_or(DAMAGED)?,
        };
        let channels = read(4)?;
        match kind {
            LC => {}
            SBR | PS => return Err(HALVED),
            _ => return Err(AudioError::Unfit("is AAC of another kind than LC, which is not read")),
        }
        if read(1)? != 0 {
            return Err(AudioError::Unfit("is AAC in frames of 960 samples, which is not read"));
        }
        // That it depends on another stream, with a delay, and that it has an extension, which LC has not.
        let depends = read(1)? != 0;
        if depends || read(1)? != 0 {
            return Err(DAMAGED);
        }
        if rest.take(11) == Some(EXTENSION) && rest.take(5) == Some(SBR) && rest.take(1) == Some(1) {
            return Err(HALVED);
        }
        match channels {
            0 => Err(AudioError::Unfit("is AAC with channels in an order of its own, which is not read")),
            _ => Ok(Config { bytes: bytes.to_vec(), rate, channels }),
        }
    }
}

/// What is in a descriptor that begins here and has this tag: its length is written in up to four times seven bits.
fn within(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (&found, mut rest) = bytes.split_first()?;
    let mut len = 0usize;
    for _ in 0..4 {
        let (&byte, behind) = rest.split_first()?;
        (len, rest) = (len << 7 | usize::from(byte & 0x7F), behind);
        if byte & 0x80 == 0 {
            return rest.get(..len).filter(|_| found == tag);
        }
    }
    None
}

/// Bits, one after another.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let number = bits(self.bytes, self.at, count)?;
        self.at += count;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> &'static str {
        match Config::of(bytes) {
            Err(AudioError::Unfit(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    /// ISO/IEC 14496-3, 1.6: LC at 44.1 kHz in stereo is 12 10, at 22.05 kHz 13 90, and with SBR announced behind it 13 90 56 E5 A0.
    #[test]
    fn configurations_of_the_usual_encoders_are_told_apart() {
        assert_eq!(Config::of(&[0x12, 0x10]).unwrap(), Config { bytes: vec![0x12, 0x10], rate: 44_100, channels: 2 });
        assert_eq!(Config::of(&[0x12, 0x10, 0x56, 0xE5, 0x00]).unwrap().channels, 2, "an encoder that says that there is no SBR");
        assert_eq!(Config::of(&[0x13, 0x88]).unwrap().channels, 1);
        for halved in [&[0x13, 0x90, 0x56, 0xE5, 0xA0][..], &[0x2B, 0x92, 0x08, 0x00], &[0xEB, 0x8A, 0x08, 0x00]] {
            assert_eq!(refused(halved), "is HE-AAC (SBR), the upper half of which is not read");
        }
        assert_eq!(refused(&[0x0A, 0x10]), "is AAC of another kind than LC, which is not read");
        assert_eq!(refused(&[0x12, 0x14]), "is AAC in frames of 960 samples, which is not read");
        assert_eq!(refused(&[0x12, 0x00]), "is AAC with channels in an order of its own, which is not read");
        assert_eq!(refused(&[0x12]), "is an MPEG-4 file that is damaged");
    }

    #[test]
    fn descriptors_are_found_however_their_lengths_are_written() {
        let descriptor = |len: &dyn Fn(u8) -> Vec<u8>| {
            let specific = [&[SPECIFIC][..], &len(2), &[0x12, 0x10]].concat();
            let decoder = [&[DECODER][..], &len(13 + specific.len() as u8), &[MPEG_4], &[0; 12], &specific].concat();
            [&[STREAM][..], &len(3 + decoder.len() as u8), &[0, 1, 0], &decoder].concat()
        };
        let (short, long) = (descriptor(&|len| vec![len]), descriptor(&|len| vec![0x80, 0x80, 0x80, len]));
        assert_eq!(Config::of_descriptor(&short).unwrap(), Config::of_descriptor(&long).unwrap());
        for cut in 0..short.len() {
            assert!(Config::of_descriptor(&short[..cut]).is_err(), "{cut}");
        }
    }
}
