//! [`Promise`]: what an image says that its bytes add up to. Opening it does not hold it to that, because all would have to be read;
//! verifying does.

use std::fmt;
use std::sync::Arc;

use md5::{Digest as _, Md5};

use crate::bytes::Bytes;
use crate::disc::edc::{edc, edc_of_both};

/// A checksum that stands in an image.
#[derive(Clone)]
pub struct Promise {
    /// The bytes that it is of.
    pub bytes: Arc<dyn Bytes>,
    /// What they are, in words that follow "the checksum of".
    pub of: &'static str,
    /// What they should add up to.
    pub digest: Digest,
}

/// A checksum and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// CRC-32 as in ZIP.
    Crc32(u32),
    /// The CRC that is the EDC of CD-ROM sectors.
    Edc(u32),
    /// MD5.
    Md5([u8; 16]),
}

/// A checksum that is being made.
pub enum Sum {
    /// Of [`Digest::Crc32`].
    Crc32(crc32fast::Hasher),
    /// Of [`Digest::Edc`].
    Edc(u32),
    /// Of [`Digest::Md5`].
    Md5(Md5),
}

impl Digest {
    /// A sum of the same kind, of nothing yet.
    pub fn begin(&self) -> Sum {
        match self {
            Digest::Crc32(_) => Sum::Crc32(crc32fast::Hasher::new()),
            Digest::Edc(_) => Sum::Edc(0),
            Digest::Md5(_) => Sum::Md5(Md5::new()),
        }
    }
}

impl Sum {
    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        match self {
            Sum::Crc32(sum) => sum.update(bytes),
            Sum::Edc(sum) => *sum = edc_of_both(*sum, edc(bytes), bytes.len() as u64),
            Sum::Md5(sum) => sum.update(bytes),
        }
    }

    /// The sum of all.
    pub fn end(self) -> Digest {
        match self {
            Sum::Crc32(sum) => Digest::Crc32(sum.finalize()),
            Sum::Edc(sum) => Digest::Edc(sum),
            Sum::Md5(sum) => Digest::Md5(sum.finalize().into()),
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Digest::Crc32(sum) => write!(f, "CRC-32 {sum:08x}"),
            Digest::Edc(sum) => write!(f, "EDC {sum:08x}"),
            Digest::Md5(sum) => {
                f.write_str("MD5 ")?;
                sum.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of "123456789" from the catalogue of CRC algorithms (CRC-32/ISO-HDLC, CRC-32/CD-ROM-EDC) and of RFC 1321.
    #[test]
    fn sums_in_pieces_are_those_of_the_whole() {
        for (digest, bytes) in [
            (Digest::Crc32(0xCBF4_3926), "123456789"),
            (Digest::Edc(0x6EC2_EDC4), "123456789"),
            (Digest::Md5(*b"\x90\x01\x50\x98\x3c\xd2\x4f\xb0\xd6\x96\x3f\x7d\x28\xe1\x7f\x72"), "abc"),
        ] {
            for cut in 0..=bytes.len() {
                let mut sum = digest.begin();
                sum.add(&bytes.as_bytes()[..cut]);
                sum.add(&bytes.as_bytes()[cut..]);
                assert_eq!(sum.end(), digest, "{digest}");
            }
        }
    }
}
