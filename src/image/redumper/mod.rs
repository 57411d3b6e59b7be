//! What redumper leaves of a CD before it is split into tracks: `.scram`, the sectors as they stand on the disc, and beside it tables of contents
//! (`.toc`, `.fulltoc`), subchannel (`.subcode`), the state of every sample (`.state`) and CD-TEXT (`.cdtext`).
//!
//! The files have no marks and no version; what is in them is what redumper's own source tells. **No real set was at hand**; how scrambled sectors are
//! told from others was held against the fixtures of redumper's own tests.

mod offset;
mod open;
mod state;
#[cfg(test)]
mod tests;
mod toc;

use super::format::Format;
use super::holds::Holds;
use super::packing::Choices;

/// redumper's sets of files.
pub static REDUMPER: Format = Format {
    name: "redumper",
    title: "redumper dump",
    // `.toc` is another format's, and told by what is in it.
    extensions: &["scram", "fulltoc", "state"],
    data_extensions: &["subcode"],
    read_by: "redumper",
    holds: Holds { scms: false, ..Holds::ALL_OF_CD },
    recognise: open::recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: toc::parse_anything,
};

/// Address of the first sector of `.scram`, `.subcode` and `.state`: MSF 90:00:00, in the lead-in.
const FIRST: i32 = -45_150;
/// Samples of a sector; a sample is four bytes of `.scram` and one of `.state`.
const SAMPLES: i64 = 588;
