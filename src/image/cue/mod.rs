//! BIN/CUE: a text sheet (CDRWIN's, and what everyone made of it) beside one or more files of sectors or sound.
//!
//! There is no standard. What is read here is what sheets of CDRWIN, cdrdao, EAC, IsoBuster, ImgBurn, DiscImageCreator, redump and
//! others were seen to say.

mod layout;
mod line;
mod parse;
mod sheet;
mod spans;
mod text;
mod write;

pub use layout::{Layout, Run, layout};
pub use parse::parse;
pub use sheet::CueSheet;
pub use spans::SessionGaps;
pub use write::write;

#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod tests;
