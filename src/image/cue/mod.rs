//! BIN/CUE: a text sheet (CDRWIN's, and what everyone made of it) beside one or more files of sectors or sound.
//!
//! There is no standard. What is read here is what sheets of CDRWIN, cdrdao, EAC, IsoBuster, ImgBurn, DiscImageCreator, redump and
//! others were seen to say; what is written, those read.

mod cd_text;
mod files;
mod layout;
#[cfg(test)]
mod layout_tests;
mod line;
mod open;
#[cfg(test)]
mod open_tests;
mod parse;
mod plan;
#[cfg(test)]
mod plan_tests;
mod sheet;
mod spans;
#[cfg(test)]
mod tests;
mod text;
mod write;

use super::flaw::Limits;
use super::format::Format;
use super::holds::{Holds, Media, Texts};
use super::packing::Choices;

pub use layout::{Layout, Run, layout};
pub use parse::parse;
pub use sheet::CueSheet;
pub use spans::SessionGaps;

/// Cue sheets.
///
/// Audio tracks are raw sectors (`bin`) as a rule, or files of sound; data tracks are always raw sectors.
/// They are written without subchannel, although 2448-byte records are read: hardly any other program reads those of data tracks.
pub static CUE: Format = Format {
    name: "cue",
    title: "BIN/CUE",
    extensions: &["cue"],
    data_extensions: &["bin"],
    read_by: "nearly every burning program, player and emulator",
    holds: Holds { media: Media::Any, subchannel: false, cd_text: Texts::Any, ..Holds::ALL_OF_CD },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices { codecs: &plan::CODECS, levels: true, ..Choices::NONE },
    parse_anything,
};

/// Reads a sheet and lays it out on files of some length.
fn parse_anything(bytes: &[u8], limits: &Limits) {
    if let Ok(sheet) = parse(bytes, limits) {
        for gaps in [SessionGaps::Apart, SessionGaps::Stored, SessionGaps::Skipped] {
            let _ = layout(&sheet, &vec![1 << 30; sheet.files.len()], gaps);
        }
    }
}
