//! The orders the bytes of a subchannel come in.

use super::{CHANNEL, SUBCHANNEL};

/// Rows become columns: bit 7−c of byte r becomes bit 7−r of byte c, bytes counted from the most significant one.
///
/// Three rounds swap the two off-diagonal quarters of every square of 2, 4 and 8 bits.
fn transpose(square: u64) -> u64 {
    let swap = |square: u64, mask: u64, by: u32| {
        let differing = (square ^ square >> by) & mask;
        square ^ differing ^ differing << by
    };
    let square = swap(square, 0x00AA_00AA_00AA_00AA, 7);
    let square = swap(square, 0x0000_CCCC_0000_CCCC, 14);
    swap(square, 0x0000_0000_F0F0_F0F0, 28)
}

/// From packed order (12 bytes P, 12 Q …) to interleaved.
pub fn interleave(packed: &[u8; SUBCHANNEL]) -> [u8; SUBCHANNEL] {
    let mut raw = [0; SUBCHANNEL];
    for (group, into) in raw.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let rows = std::array::from_fn(|channel| packed[channel * CHANNEL + group]);
        *into = transpose(u64::from_be_bytes(rows)).to_be_bytes();
    }
    raw
}

/// From interleaved order to packed.
pub fn deinterleave(raw: &[u8; SUBCHANNEL]) -> [u8; SUBCHANNEL] {
    let mut packed = [0; SUBCHANNEL];
    for (group, from) in raw.as_chunks::<8>().0.iter().enumerate() {
        for (channel, byte) in transpose(u64::from_be_bytes(*from)).to_be_bytes().into_iter().enumerate() {
            packed[channel * CHANNEL + group] = byte;
        }
    }
    packed
}

/// The 12 bytes of Q of an interleaved subchannel, without the work of sorting all channels.
pub fn q_of_interleaved(raw: &[u8; SUBCHANNEL]) -> [u8; CHANNEL] {
    let mut q = [0; CHANNEL];
    for (into, from) in q.iter_mut().zip(raw.as_chunks::<8>().0) {
        // One bit of each byte, gathered in the top byte: the product moves bit 8k to bit 63−k, and nothing else comes there.
        let bits = u64::from_le_bytes(*from) >> 6 & 0x0101_0101_0101_0101;
        *into = (bits.wrapping_mul(0x8040_2010_0804_0201) >> 56) as u8;
    }
    q
}

/// The 12 bytes of Q of a packed subchannel.
pub fn q_of_packed(packed: &[u8; SUBCHANNEL]) -> [u8; CHANNEL] {
    std::array::from_fn(|index| packed[CHANNEL + index])
}

/// The 16-byte form (MMC, READ CD, formatted Q): Q, three bytes of padding, and P in the top bit of the last byte.
///
/// P is one value for the whole sector: what most of its 96 bits are.
pub fn to_pq16(packed: &[u8; SUBCHANNEL]) -> [u8; 16] {
    let mut pq = [0; 16];
    pq[..CHANNEL].copy_from_slice(&q_of_packed(packed));
    let set: u32 = packed[..CHANNEL].iter().map(|byte| byte.count_ones()).sum();
    pq[15] = if set > 48 { 0x80 } else { 0 };
    pq
}

/// A packed subchannel of the 16-byte form; R to W are empty.
pub fn from_pq16(pq: &[u8; 16]) -> [u8; SUBCHANNEL] {
    let mut packed = [0; SUBCHANNEL];
    if pq[15] & 0x80 != 0 {
        packed[..CHANNEL].fill(0xFF);
    }
    packed[CHANNEL..2 * CHANNEL].copy_from_slice(&pq[..CHANNEL]);
    packed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bit by bit, as the definition of the two orders reads.
    fn interleave_slowly(packed: &[u8; SUBCHANNEL]) -> [u8; SUBCHANNEL] {
        let mut raw = [0; SUBCHANNEL];
        for (channel, bytes) in packed.chunks(CHANNEL).enumerate() {
            for (at, byte) in raw.iter_mut().enumerate() {
                *byte |= (bytes[at / 8] >> (7 - at % 8) & 1) << (7 - channel);
            }
        }
        raw
    }

    proptest! {
        #[test]
        fn both_orders_agree_with_their_definition(packed: [u8; SUBCHANNEL]) {
            let raw = interleave_slowly(&packed);
            prop_assert_eq!(interleave(&packed), raw);
            prop_assert_eq!(deinterleave(&raw), packed);
            prop_assert_eq!(q_of_interleaved(&raw), q_of_packed(&packed));
        }
    }

    #[test]
    fn p_is_the_top_bit() {
        let mut packed = [0; SUBCHANNEL];
        packed[..CHANNEL].fill(0xFF);
        packed[CHANNEL] = 0x80;
        let raw = interleave(&packed);
        assert_eq!((raw[0], raw[1]), (0xC0, 0x80));
    }

    #[test]
    fn sixteen_bytes_keep_p_and_q() {
        let mut packed = [0; SUBCHANNEL];
        packed[CHANNEL..2 * CHANNEL].copy_from_slice(b"123456789012");
        assert_eq!(from_pq16(&to_pq16(&packed)), packed);
        packed[..CHANNEL].fill(0xFF);
        assert_eq!(&to_pq16(&packed), b"123456789012\0\0\0\x80");
        assert_eq!(from_pq16(&to_pq16(&packed)), packed);
        packed[..7].fill(0);
        assert_eq!(to_pq16(&packed)[15], 0);
    }
}
