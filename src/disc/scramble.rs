//! Placeholder until the module is merged.
#[allow(missing_docs)]
pub fn scramble(_: &mut [u8]) {}
