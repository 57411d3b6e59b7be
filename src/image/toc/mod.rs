//! cdrdao's TOC files: a text that describes every track, over raw data files.
//!
//! Audio in a raw data file is **big-endian** (the most significant byte first), in a WAV file little-endian as everywhere; `SWAP` turns
//! either around. One TOC file is one session. Grammar and meaning: the manual page cdrdao(1), section TOC-FILE; checked against
//! `cdrdao show-toc` over cdrdao's own test files.

mod cd_text;
mod description;
mod layout;
mod lex;
mod open;
mod parse;
mod parse_text;
mod plan;
mod write;

use super::format::{Format, Likeness};
use super::holds::{Holds, Texts};
use super::packing::Choices;
use super::{Error, Opener};

pub use description::{
    Amount, Encoding, Mark, Piece, Source, SubMode, TextBlock, TextItem, TextValue, TocFile, TocKind, TocMode, TocTrack,
};
pub use layout::{Placed, lay_out};
pub use parse::parse;
pub use write::text;

/// cdrdao.
pub static TOC: Format = Format {
    name: "toc",
    title: "cdrdao TOC and BIN",
    extensions: &["toc"],
    data_extensions: &["bin"],
    read_by: "cdrdao, libcdio and cdemu",
    holds: Holds { sessions: false, postgaps: false, scms: false, cd_text: Texts::PacksButGenresOfTracks, ..Holds::ALL_OF_CD },
    recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: |bytes, limits| {
        let _ = parse(bytes, limits).and_then(|toc| lay_out(&toc, |_, _| Ok(1 << 30)));
    },
};

/// The first words tell; `CATALOG` alone could be a cue sheet's, and in a file of this name anything is worth a reason.
fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 4096)?;
    let mut lexer = lex::Lexer::new(&head);
    let mut next = || lexer.next().ok().map(|(_, token)| token);
    let sure = match (next(), next()) {
        (Some(lex::Token::Word(first)), Some(second)) => match (first, second) {
            ("TRACK", lex::Token::Word(mode)) => description::value(&description::MODES, mode).is_some(),
            ("FIRST_TRACK_NO", lex::Token::Number(_)) | ("CD_TEXT", lex::Token::Mark('{')) => true,
            (first, _) => description::value(&description::KINDS, first).is_some(),
        },
        _ => false,
    };
    Ok(match sure {
        true => Likeness::Sure,
        false if opener.extension() == "toc" => Likeness::Maybe,
        false => Likeness::No,
    })
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_image;
