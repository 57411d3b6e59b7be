//! How blocks are compressed.

use std::io::{self, Read};
use std::sync::Arc;

use crc_fast::CrcAlgorithm;
use lzma_rust2::LzmaReader;

use crate::bytes::audio;

const NONE: u16 = 0;
const LZMA: u16 = 1;
const FLAC: u16 = 2;
/// LZMA of subchannel in which each channel was put together first.
const LZMA_OF_CHANNELS: u16 = 3;
/// The smallest dictionary that LZMA has.
const LEAST_DICTIONARY: u32 = 1 << 12;

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Whether a compression is known.
pub fn is_known(compression: u16) -> bool {
    compression <= LZMA_OF_CHANNELS
}

/// Decodes a block to the bytes it must have.
pub fn decode(compression: u16, stored: Vec<u8>, into: &mut [u8]) -> io::Result<()> {
    match compression {
        NONE if stored.len() == into.len() => {
            into.copy_from_slice(&stored);
            Ok(())
        }
        NONE => Err(broken("its length is wrong")),
        LZMA => unlzma(&stored, into),
        FLAC => {
            let sound = audio::open_bytes(Arc::new(stored)).map_err(|_| broken("its FLAC stream is damaged"))?;
            if sound.converted.is_some() {
                return Err(broken("its FLAC stream is not that of a CD"));
            }
            // The encoder fills up its last frame.
            sound.pcm.read_at(0, into)
        }
        LZMA_OF_CHANNELS => {
            let mut channels = vec![0; into.len()];
            unlzma(&stored, &mut channels)?;
            interleave(&channels, into)
        }
        _ => Err(broken("its compression is unknown")),
    }
}

/// The five bytes of properties, and the stream.
fn unlzma(stored: &[u8], into: &mut [u8]) -> io::Result<()> {
    let [properties, d0, d1, d2, d3, stream @ ..] = stored else { return Err(broken("it is cut short")) };
    // No more of the dictionary is used than there are bytes, whatever is claimed.
    let most = u32::try_from(into.len()).unwrap_or(u32::MAX).max(LEAST_DICTIONARY);
    let dictionary = u32::from_le_bytes([*d0, *d1, *d2, *d3]).min(most);
    let reader = LzmaReader::new_with_props(stream, into.len() as u64, *properties, dictionary, None);
    reader
        .map_err(|_| broken("its LZMA properties are wrong"))?
        .read_exact(into)
        .map_err(|_| broken("its LZMA stream is damaged"))
}

/// Puts subchannel together of which all of P stands first, then all of Q and so on: eight bits of each channel make eight bytes.
fn interleave(channels: &[u8], into: &mut [u8]) -> io::Result<()> {
    let each = channels.len() / 8;
    if each * 8 != channels.len() {
        return Err(broken("its subchannel has no eight channels"));
    }
    for (n, bytes) in into.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let rows: [u8; 8] = std::array::from_fn(|channel| channels[channel * each + n]);
        *bytes = transposed(u64::from_be_bytes(rows)).to_be_bytes();
    }
    Ok(())
}

/// Mirrors eight rows of eight bits at their diagonal, by swapping ever larger squares.
fn transposed(rows: u64) -> u64 {
    [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0)].into_iter().fold(
        rows,
        |rows, (by, mask)| {
            let swapped = (rows ^ rows >> by) & mask;
            rows ^ swapped ^ swapped << by
        },
    )
}

/// Whether data have this checksum (CRC-64 of ECMA-182, reflected). Aaru wrote its bytes in reverse; 0 stands for none.
pub fn matches(bytes: &[u8], crc: u64) -> bool {
    let found = crc_fast::checksum(CrcAlgorithm::Crc64Xz, bytes);
    crc == 0 || found == crc || found.swap_bytes() == crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_put_together() {
        let mut channels = vec![0; 16];
        // P of the second group, and W of the first.
        (channels[1], channels[14]) = (0b1010_0000, 0b0000_0001);
        let mut into = [0; 16];
        interleave(&channels, &mut into).unwrap();
        assert_eq!(into, [0, 0, 0, 0, 0, 0, 0, 1, 0x80, 0, 0x80, 0, 0, 0, 0, 0]);
        assert!(interleave(&[0; 15], &mut [0; 15]).is_err());
    }

    /// The check value of the algorithm, for the digits 1 to 9.
    #[test]
    fn the_checksum_is_the_one_of_xz() {
        let crc = 0x995D_C9BB_DF19_39FA_u64;
        assert!(matches(b"123456789", crc) && matches(b"123456789", crc.swap_bytes()) && matches(b"123456789", 0));
        assert!(!matches(b"123456780", crc));
    }
}
