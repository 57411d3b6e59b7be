//! CloneCD's images: a `.ccd` descriptor of the whole table of contents, an `.img` of raw sectors, a `.sub` of subchannel.
//!
//! There is no published description; the descriptor was learned from files that CloneCD wrote, which [`text`] reproduces byte for byte.

mod description;
mod layout;
mod open;
mod parse;
mod plan;
mod write;

use super::format::{Format, Likeness};
use super::holds::Holds;
use super::packing::Choices;
use super::{Error, Opener};

pub use description::{Ccd, Entry, SessionInfo, TrackInfo};
pub use layout::{Placed, lay_out};
pub use parse::parse;
pub use write::text;

/// CloneCD.
pub static CCD: Format = Format {
    name: "ccd",
    title: "CloneCD",
    extensions: &["ccd"],
    data_extensions: &["img", "sub"],
    read_by: "CloneCD, Alcohol 120%, DAEMON Tools and many emulators",
    holds: Holds { postgaps: false, scms: false, ..Holds::ALL_OF_CD },
    recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: |bytes, limits| {
        let _ = parse(bytes, limits).and_then(|ccd| lay_out(&ccd));
    },
};

fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 1024)?;
    let named = opener.extension() == "ccd";
    let first = super::text::lines(&head).find(|(_, line)| !line.is_empty());
    Ok(match first {
        Some((_, line)) if line.eq_ignore_ascii_case("[CloneCD]") => Likeness::Sure,
        _ if named => Likeness::Maybe,
        _ => Likeness::No,
    })
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_image;
