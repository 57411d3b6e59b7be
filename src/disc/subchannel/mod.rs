//! Placeholder until the module is merged.
use super::{Disc, Lba};
#[allow(missing_docs)]
pub fn synthesise(_: &Disc, _: Lba) -> [u8; 96] {
    [0; 96]
}
#[allow(missing_docs)]
pub fn interleave(p: &[u8; 96]) -> [u8; 96] {
    *p
}
#[allow(missing_docs)]
pub fn deinterleave(p: &[u8; 96]) -> [u8; 96] {
    *p
}
