//! Numbers out of a binary descriptor: every read is checked, and what is cut short is named.

use super::{Fault, Flaw};

/// A structure in a file: its bytes, where they stand, and what it is called when it ends too early.
#[derive(Debug, Clone, Copy)]
pub struct Wire<'a> {
    bytes: &'a [u8],
    base: u64,
    what: &'static str,
}

impl<'a> Wire<'a> {
    /// A structure whose first byte stands at `base` in its file.
    pub fn new(bytes: &'a [u8], base: u64, what: &'static str) -> Wire<'a> {
        Wire { bytes, base, what }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// All its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A fault `at` bytes into the structure.
    pub fn flaw(&self, at: u64, fault: Fault) -> Flaw {
        Flaw::at(self.base.saturating_add(at), fault)
    }

    /// A number in the structure that is out of its range.
    pub fn out_of_range(&self, at: u64, what: &'static str, expected: &'static str, found: impl TryInto<i64>) -> Flaw {
        self.flaw(at, Fault::OutOfRange { what, expected, found: found.try_into().unwrap_or(i64::MAX) })
    }

    /// A structure inside this one.
    ///
    /// # Errors
    /// [`Fault::Truncated`] with the name of the inner structure when it does not lie whole in this one.
    pub fn part(&self, at: u64, len: u64, what: &'static str) -> Result<Wire<'a>, Flaw> {
        let bytes = self.slice(at, len).ok_or_else(|| {
            let found = self.len().saturating_sub(at);
            self.flaw(at, Fault::Truncated { what, needed: len, found })
        })?;
        Ok(Wire { bytes, base: self.base.saturating_add(at), what })
    }

    /// The structure from `at` to the end of this one; empty when `at` lies at or behind the end.
    pub fn rest(&self, at: u64, what: &'static str) -> Wire<'a> {
        let bytes = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..)).unwrap_or(&[]);
        Wire { bytes, base: self.base.saturating_add(at), what }
    }

    fn slice(&self, at: u64, len: u64) -> Option<&'a [u8]> {
        let from = usize::try_from(at).ok()?;
        let to = usize::try_from(at.checked_add(len)?).ok()?;
        self.bytes.get(from..to)
    }

    /// `N` bytes.
    ///
    /// # Errors
    /// [`Fault::Truncated`] with the name of this structure, as for all numbers below.
    pub fn array<const N: usize>(&self, at: u64) -> Result<[u8; N], Flaw> {
        let slice = self.slice(at, N as u64).and_then(|slice| slice.try_into().ok());
        slice.ok_or_else(|| {
            self.flaw(0, Fault::Truncated { what: self.what, needed: at.saturating_add(N as u64), found: self.len() })
        })
    }

    /// A byte.
    pub fn u8(&self, at: u64) -> Result<u8, Flaw> {
        Ok(u8::from_le_bytes(self.array(at)?))
    }

    /// Two bytes, the low one first.
    pub fn u16_le(&self, at: u64) -> Result<u16, Flaw> {
        Ok(u16::from_le_bytes(self.array(at)?))
    }

    /// Four bytes, the lowest first.
    pub fn u32_le(&self, at: u64) -> Result<u32, Flaw> {
        Ok(u32::from_le_bytes(self.array(at)?))
    }

    /// Eight bytes, the lowest first.
    pub fn u64_le(&self, at: u64) -> Result<u64, Flaw> {
        Ok(u64::from_le_bytes(self.array(at)?))
    }

    /// Two bytes, the high one first.
    pub fn u16_be(&self, at: u64) -> Result<u16, Flaw> {
        Ok(u16::from_be_bytes(self.array(at)?))
    }

    /// Four bytes, the highest first.
    pub fn u32_be(&self, at: u64) -> Result<u32, Flaw> {
        Ok(u32::from_be_bytes(self.array(at)?))
    }

    /// Eight bytes, the highest first.
    pub fn u64_be(&self, at: u64) -> Result<u64, Flaw> {
        Ok(u64::from_be_bytes(self.array(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::At;

    #[test]
    fn numbers_in_both_byte_orders() {
        let wire = Wire::new(&[1, 2, 3, 4, 5, 6, 7, 8], 0, "a thing");
        assert_eq!((wire.u8(7).unwrap(), wire.u16_le(1).unwrap(), wire.u16_be(1).unwrap()), (8, 0x0302, 0x0203));
        assert_eq!((wire.u32_le(0).unwrap(), wire.u32_be(4).unwrap()), (0x0403_0201, 0x0506_0708));
        assert_eq!((wire.u64_le(0).unwrap(), wire.u64_be(0).unwrap()), (0x0807_0605_0403_0201, 0x0102_0304_0506_0708));
    }

    #[test]
    fn what_is_cut_short_is_named_with_its_place() {
        let file = Wire::new(&[0; 10], 100, "the file");
        let part = file.part(4, 6, "the head").unwrap();
        let flaw = part.u32_le(3).unwrap_err();
        assert_eq!(flaw.at, At::Offset(104));
        assert!(matches!(flaw.fault, Fault::Truncated { what: "the head", needed: 7, found: 6 }));
        let flaw = file.part(4, 7, "the head").unwrap_err();
        assert_eq!(flaw.at, At::Offset(104));
        assert!(matches!(flaw.fault, Fault::Truncated { what: "the head", needed: 7, found: 6 }));
    }

    #[test]
    fn no_offset_overflows() {
        let wire = Wire::new(&[0; 10], u64::MAX - 2, "a thing");
        for at in [0, 9, 10, 11, u64::from(u32::MAX), u64::MAX - 3, u64::MAX] {
            assert!(wire.part(at, u64::MAX, "part").is_err());
            assert_eq!(wire.u64_be(at).is_ok(), at == 0);
            assert_eq!(wire.rest(at, "rest").len(), 10u64.saturating_sub(at));
        }
    }
}
