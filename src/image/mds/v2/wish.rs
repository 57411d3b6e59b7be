//! What is asked of an image that is packed.

use crate::image::Password;
use crate::image::packing::Tuning;

/// The compression of groups, and none, as users name them.
pub const ZLIB: &str = "zlib";
pub const NONE: &str = "none";

/// How sectors are packed.
#[derive(Clone, PartialEq, Eq)]
pub struct Wish {
    /// The level of compression, 1 to 9; `None`: not compressed.
    pub level: Option<u32>,
    /// Encrypted with this password.
    pub password: Option<Password>,
}

impl Wish {
    /// What is asked for, where images are compressed unless somebody says otherwise, or are not.
    pub fn of(tuning: &Tuning, compressed: bool) -> Wish {
        // Whoever names a level wants compression.
        let compress = tuning.codec.as_ref().map_or(compressed || tuning.level.is_some(), |codec| codec == ZLIB);
        let level = u32::from(tuning.level.unwrap_or(6).clamp(1, 9));
        Wish { level: compress.then_some(level), password: tuning.password.clone() }
    }

    /// Whether the sectors lie in the file as they are.
    pub fn is_plain(&self) -> bool {
        self.level.is_none() && self.password.is_none()
    }
}
