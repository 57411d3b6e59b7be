//! Whether AAC has SBR in it without saying so: the upper half of the sound stands in every frame then, where decoders that don't know it pass over it.
//! Only the frames themselves tell (ISO/IEC 14496-3, 4.5.2.8).

use super::bits;

/// A fill element (4.4.2.7), and how the extension in it begins that is SBR, with a checksum or without (table 4.121).
const FILL: u32 = 6;
const SBR: [u32; 2] = [13, 14];
/// The element that ends a frame.
const END: u32 = 7;
/// A fill element of as many bytes tells the rest in a byte of its own; the most that can be told.
const LONG: usize = 15;
const LONGEST: usize = LONG + 254;

/// Whether the last element of a frame is one that is SBR. What stands before it can only be read by decoding it; but that an element of the right
/// length with the right marks ends just where the frame does is chance in one frame of some sixty, and in every one of a file no chance.
pub fn ends_with_sbr(frame: &[u8]) -> bool {
    let bits = |at, count| bits(frame, at, count);
    // Zeros fill the last byte up.
    let Some(last) = frame.iter().rposition(|byte| *byte != 0) else { return false };
    let behind = last * 8 + 8 - frame[last].trailing_zeros() as usize;
    let Some(end) = behind.checked_sub(3).filter(|end| bits(*end, 3) == Some(END)) else { return false };
    (1..=LONGEST).any(|bytes| {
        let head = if bytes < LONG { 7 } else { 15 };
        let Some(from) = end.checked_sub(bytes * 8 + head) else { return false };
        let told = match bytes {
            ..LONG => bits(from + 3, 4) == Some(bytes as u32),
            _ => bits(from + 3, 4) == Some(LONG as u32) && bits(from + 7, 8) == Some((bytes - LONG + 1) as u32),
        };
        told && bits(from, 3) == Some(FILL) && bits(from + head, 4).is_some_and(|kind| SBR.contains(&kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame: bits as text, and zeros up to a whole byte.
    fn frame(bits: &str) -> Vec<u8> {
        let bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
        bits.chunks(8).map(|byte| (0..8).fold(0, |sum, at| sum << 1 | byte.get(at).copied().unwrap_or(0))).collect()
    }

    #[test]
    fn the_last_element_of_a_frame_is_known_wherever_it_begins() {
        for before in ["", "1", "0110100", "01101001011"] {
            let with = |kind: &str| frame(&format!("{before} 110 0011 {kind} 01010101 11110000 1100 111"));
            assert!(ends_with_sbr(&with("1101")) && ends_with_sbr(&with("1110")), "{before}");
            assert!(!ends_with_sbr(&with("0000")), "{before}: other fill");
            let long = format!("{before} 110 1111 00000010 1101 {} 111", "0110".repeat(2 * 16 - 1));
            assert!(ends_with_sbr(&frame(&long)), "{before}: sixteen bytes");
        }
        assert!(!ends_with_sbr(&[]) && !ends_with_sbr(&[0; 40]) && !ends_with_sbr(&[0xE0]));
    }
}
