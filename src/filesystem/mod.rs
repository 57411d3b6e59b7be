//! What is inside a data track: so far, which file lies where.

pub mod iso9660;
pub mod udf;

/// Bytes of a logical block, as every disc has them.
const BLOCK: usize = 2048;

/// How far a walk came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walked {
    /// There is no such file system.
    Nothing,
    /// Every file was seen.
    Whole,
    /// Some folders could not be read, or make no sense; there may be more files.
    Partly,
}
