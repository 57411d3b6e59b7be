//! Bits, the highest of a byte first.

/// Reads bits. Behind the end there are zeros, as codes at the end may be looked at whole; [`BitReader::is_past`] tells.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// Bits loaded and not yet taken, from the top down.
    held: u64,
    /// How many; zeros from behind the end count.
    count: u32,
    /// Of these, the last so many are zeros from behind the end, and were not all taken yet.
    made: u32,
}

impl<'a> BitReader<'a> {
    /// From the first bit of these bytes.
    pub fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader { bytes, at: 0, held: 0, count: 0, made: 0 }
    }

    fn fill(&mut self) {
        if let Some(word) = self.bytes.get(self.at..self.at + 4).and_then(|rest| rest.first_chunk::<4>()) {
            self.held |= u64::from(u32::from_be_bytes(*word)) << (32 - self.count);
            self.at += 4;
            self.count += 32;
            return;
        }
        while self.count <= 32 {
            match self.bytes.get(self.at) {
                Some(&byte) => self.held |= u64::from(byte) << (56 - self.count),
                None => self.made += 8,
            }
            self.at += 1;
            self.count += 8;
        }
    }

    /// The next `bits` (1 to 32), which stay.
    #[inline]
    pub fn peek(&mut self, bits: u32) -> u32 {
        if self.count < bits {
            self.fill();
        }
        (self.held >> (64 - bits)) as u32
    }

    /// Passes over `bits` that were [peeked](BitReader::peek) at.
    #[inline]
    pub fn skip(&mut self, bits: u32) {
        self.held <<= bits;
        self.count = self.count.saturating_sub(bits);
    }

    /// The next `bits` (0 to 64).
    pub fn take(&mut self, bits: u32) -> u64 {
        match bits {
            0 => 0,
            33.. => {
                let high = self.take(bits - 32);
                high << 32 | self.take(32)
            }
            _ => {
                let value = self.peek(bits);
                self.skip(bits);
                u64::from(value)
            }
        }
    }

    /// Whether more bits were taken than there are.
    pub fn is_past(&self) -> bool {
        self.made > self.count
    }
}

/// Writes bits.
#[derive(Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter {
    /// Behind these bytes.
    pub fn after(bytes: Vec<u8>) -> BitWriter {
        BitWriter { bytes, held: 0, count: 0 }
    }

    /// The low `bits` (0 to 56) of `value`.
    pub fn put(&mut self, value: u64, bits: u32) {
        self.held = self.held << bits | value;
        self.count += bits;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.held >> self.count) as u8);
        }
    }

    /// The bytes; what lacks of the last one is zero.
    pub fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let values: Vec<(u64, u32)> = (0..500u64).map(|n| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15), (n * 7 % 49) as u32)).collect();
        let mut writer = BitWriter::default();
        for &(value, bits) in &values {
            writer.put(value & ((1 << bits) - 1), bits);
        }
        let bytes = writer.finish();
        let mut reader = BitReader::new(&bytes);
        for &(value, bits) in &values {
            assert_eq!(reader.take(bits), value & ((1 << bits) - 1));
        }
        assert!(!reader.is_past());
    }

    #[test]
    fn behind_the_end_are_zeros_and_that_is_told() {
        let mut reader = BitReader::new(&[0xFF]);
        assert_eq!((reader.peek(16), reader.is_past()), (0xFF00, false));
        reader.skip(8);
        assert!(!reader.is_past());
        assert_eq!((reader.take(1), reader.is_past()), (0, true));
    }
}
