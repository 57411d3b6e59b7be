//! The kinds of media that Aaru numbers.

use crate::disc::Medium;

/// The medium of a number; `None` for what is no optical disc, or one that is not read here.
pub fn medium(number: u32) -> Option<Medium> {
    Some(match number {
        // CDs of all books, then those of consoles and computers.
        10..=24 | 29..=31 | 34 | 35 | 112 | 113 | 150 | 151 | 155 | 171..=177 | 179 => Medium::Cd,
        152 | 153 => Medium::Gd,
        40..=50 | 114 | 115 => Medium::Dvd,
        51..=56 => Medium::HdDvd,
        60..=64 | 116 | 117 => Medium::Bd,
        118 => Medium::Umd,
        130..=132 => Medium::Xbox,
        _ => return None,
    })
}
