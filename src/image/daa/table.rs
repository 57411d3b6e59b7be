//! The table of chunks: how long each is in the file, and how it is compressed. Version 2 packs it bit by bit, and may hide it in three ways.

/// How a chunk is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// As it is, followed by four bytes of no meaning.
    Stored,
    /// A bare deflate stream.
    Deflate,
    /// A bare LZMA stream.
    Lzma,
}

/// How an entry of version 2 is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths {
    /// Bits of the length.
    pub length: u32,
    /// Bits of the codec.
    pub codec: u32,
}

/// What every length is more than what is written of it.
pub const LEAST: u64 = 5;
/// How a codec is written.
pub const LZMA: u32 = 0;
/// How a codec is written.
pub const DEFLATE: u32 = 1;

impl Widths {
    /// Bits of an entry.
    pub fn sum(self) -> u64 {
        u64::from(self.length + self.codec)
    }

    /// Bytes of a table of so many entries.
    pub fn bytes(self, entries: u64) -> u64 {
        (self.sum() * entries).div_ceil(8)
    }
}

/// The length of chunk `index` in a table of version 1.
pub fn length_v1(table: &[u8], index: usize) -> Option<u32> {
    let &[high, low, middle] = table.get(index.checked_mul(3)?..)?.first_chunk()?;
    Some(u32::from_be_bytes([0, high, middle, low]))
}

/// The same length as it is written.
pub fn entry_v1(length: u32) -> [u8; 3] {
    let [low, middle, high, _] = length.to_le_bytes();
    [high, low, middle]
}

/// The two fields of entry `index` in a table of version 2; `hidden` says whether they are XORed with a number that follows the index.
pub fn fields_v2(table: &[u8], widths: Widths, hidden: bool, index: u64) -> Option<(u32, u32)> {
    let at = widths.sum().checked_mul(index)?;
    let mask = if hidden { mask(index) } else { 0 };
    let field = |at, width| Some((bits(table, at, width)? ^ mask) & ones(width));
    Some((field(at, widths.length)?, field(at + u64::from(widths.length), widths.codec)?))
}

/// Appends a field to a table of version 2 that has `at` bits.
pub fn push_bits(table: &mut Vec<u8>, at: u64, width: u32, value: u32) {
    for bit in 0..width {
        let at = at + u64::from(bit);
        if at.is_multiple_of(8) {
            table.push(0);
        }
        if let Some(last) = table.last_mut() {
            *last |= ((value >> bit & 1) as u8) << (at % 8);
        }
    }
}

fn ones(width: u32) -> u32 {
    u32::MAX.checked_shr(32 - width.min(32)).unwrap_or(0)
}

/// `width` bits (32 at most) from bit `at` on, the lowest of each byte first.
fn bits(table: &[u8], at: u64, width: u32) -> Option<u32> {
    let from = usize::try_from(at / 8).ok()?;
    let needed = (at % 8 + u64::from(width)).div_ceil(8) as usize;
    let bytes = table.get(from..from.checked_add(needed)?)?;
    let all = bytes.iter().rev().fold(0u64, |all, &byte| all << 8 | u64::from(byte));
    Some((all >> (at % 8)) as u32 & ones(width))
}

/// With what the fields of an entry are XORed.
fn mask(index: u64) -> u32 {
    const NUMBERS: [u8; 8] = [0x0A, 0x35, 0x2D, 0x3F, 0x08, 0x33, 0x09, 0x15];
    let byte = index as u8 ^ NUMBERS[(index % 8) as usize];
    u32::from(byte) * 0x0101_0101
}

/// Makes a table readable that gBurner has hidden, by the checksum of the header.
pub fn reveal_gburner(table: &mut [u8], header_crc: u32) {
    let key = (table.len() >> 2) as u8;
    table.iter_mut().for_each(|byte| *byte = byte.wrapping_sub(header_crc as u8) ^ key);
}

/// The contrary of [`reveal_gburner`].
pub fn hide_gburner(table: &mut [u8], header_crc: u32) {
    let key = (table.len() >> 2) as u8;
    table.iter_mut().for_each(|byte| *byte = (*byte ^ key).wrapping_add(header_crc as u8));
}

/// Makes a table readable that PowerISO has hidden, by the length of the image.
pub fn reveal_poweriso(table: &mut [u8], image_len: u64) {
    let [mut less, step, ..] = (image_len / 2048).to_le_bytes();
    for byte in table {
        *byte = byte.wrapping_sub(less);
        less = less.wrapping_add(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_are_written() {
        assert_eq!(length_v1(&[0, 0, 0, 0x12, 0x56, 0x34], 1), Some(0x12_34_56));
        assert_eq!(entry_v1(0x12_34_56), [0x12, 0x56, 0x34]);
        assert_eq!(length_v1(&[1, 2], 0), None);
        let widths = Widths { length: 17, codec: 2 };
        let (mut table, mut at) = (Vec::new(), 0);
        let entries = [(0x1_ABCD, 1), (0, 3), (0x1_FFFF, 0), (5, 2)];
        for (length, codec) in entries {
            push_bits(&mut table, at, 17, length);
            push_bits(&mut table, at + 17, 2, codec);
            at += widths.sum();
        }
        assert_eq!(table.len() as u64, widths.bytes(4));
        let read = |index| fields_v2(&table, widths, false, index);
        assert_eq!([read(0), read(1), read(2), read(3)], entries.map(Some));
        // Two bits of padding are no entry.
        assert_eq!(read(4), None);
        assert_eq!(read(u64::MAX), None);
        assert_eq!((ones(0), ones(1), ones(32)), (0, 1, u32::MAX));
    }

    #[test]
    fn hidden_tables_are_revealed() {
        let plain: Vec<u8> = (0..200).collect();
        let mut table = plain.clone();
        hide_gburner(&mut table, 0x1234_5678);
        assert_ne!(table, plain);
        reveal_gburner(&mut table, 0x1234_5678);
        assert_eq!(table, plain);
        // The first byte less 0x34, the second less 0x34 + 0x12.
        let mut table = [0x35, 0x48];
        reveal_poweriso(&mut table, 0x1234 * 2048);
        assert_eq!(table, [1, 2]);
    }
}
