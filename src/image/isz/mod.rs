//! UltraISO's zipped images (ISZ): the sectors of one track in chunks that are compressed by zlib or bzip2, stored, or nothing but zeros; in
//! one file or several, and encrypted with AES.
//!
//! After the specification that EZB Systems published (ISZ File Format 1.00, 2006), and where programs are known to do otherwise, after isz-tool,
//! which reads all that is written here but for what is encrypted. No file that UltraISO wrote could be had: the reader is strict, and its
//! encryption (AES in ECB mode, though the specification says CBC) stands on the word of other readers alone. All integers have the low byte
//! first.

mod cipher;
mod open;
mod parse;
mod plan;
#[cfg(test)]
mod tests;
mod write;

use super::format::Format;
use super::holds::Holds;
use super::packing::{Choices, Protection};

/// UltraISO's zipped images.
pub static ISZ: Format = Format {
    name: "isz",
    title: "UltraISO zipped image",
    extensions: &["isz"],
    data_extensions: &[],
    read_by: "UltraISO, PowerISO, DAEMON Tools and CDemu",
    holds: Holds::NOTHING,
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices {
        codecs: &["zlib", "bzip2"],
        levels: true,
        // A smaller chunk is read sooner, a larger one packs better. Lengths have 22 bits.
        blocks: &[64 << 10, 32 << 10, 128 << 10, 256 << 10, 1 << 20],
        split: true,
        password: Some(Protection::Sound),
    },
    parse_anything: open::parse_anything,
};
