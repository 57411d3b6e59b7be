//! CD-TEXT as sheets have it: commands of their own, or a file of packs beside them.

use std::collections::BTreeMap;

use crate::bytes::read_some;
use crate::disc::CdText;
use crate::disc::cd_text::{ENGLISH, Encoding, Field, Language};
use crate::image::{Fault, Opener};

use super::sheet::{CueSheet, TEXT_FIELDS};

/// Flaws of a CD-TEXT file that are told.
const MAX_FLAWS: usize = 10;

/// Bytes of UTF-8 that can become the text of a language block: 253 packs of 12 bytes, none of which takes more than three here.
const MAX_LENGTH: usize = 253 * 12 * 3;

/// The texts of a sheet by track (0: the disc) and field.
pub type Texts = BTreeMap<(u8, Field), String>;

/// The CD-TEXT that a sheet's own texts are: one language, in the first character set that has them all.
///
/// More text than a disc can hold fits into packs of no character set, so that none is tried: that could take minutes.
pub fn from_texts(texts: &Texts) -> CdText {
    if texts.is_empty() {
        return CdText::default();
    }
    let holds = |encoding: &Encoding| texts.values().all(|text| encoding.encode(text).is_some());
    let short = texts.values().map(String::len).sum::<usize>() <= MAX_LENGTH;
    let encoding = Encoding::CHOICES.into_iter().filter(|_| short).find(holds);
    let mut language = Language::new(ENGLISH, encoding.unwrap_or_default());
    for ((track, field), text) in texts {
        language.set(*track, *field, text);
    }
    CdText { languages: vec![language] }
}

/// Whether a sheet's own texts would give back all of this: one language, fields that have a command, texts that fit between
/// quotation marks.
pub fn fits_inline(text: &CdText) -> bool {
    let mut texts = Texts::new();
    for (track, field, text) in text.languages.iter().flat_map(|language| language.texts()) {
        let known = TEXT_FIELDS.contains(&field);
        if !known || text.contains('"') || text.contains(char::is_control) || text.trim() != text {
            return false;
        }
        texts.insert((track, field), text.to_owned());
    }
    text.is_empty() || from_texts(&texts) == *text
}

/// What the CD-TEXT file says; the sheet's own texts where there is none, or nothing in it.
pub fn read(opener: &Opener, sheet: &CueSheet, warnings: &mut Vec<String>) -> CdText {
    let Some(name) = &sheet.cd_text_file else { return sheet.cd_text.clone() };
    // The disc is whole without it.
    let (text, flaws) = match packs(opener, &name.text) {
        Ok(packs) => CdText::from_container(&packs),
        Err(fault) => {
            warnings.push(format!("The CD-TEXT file can't be read: {fault}."));
            return sheet.cd_text.clone();
        }
    };
    warnings.extend(flaws.iter().take(MAX_FLAWS).map(|flaw| format!("CD-TEXT: {flaw}.")));
    if text.is_empty() { sheet.cd_text.clone() } else { text }
}

fn packs(opener: &Opener, name: &str) -> Result<Vec<u8>, Fault> {
    let file = opener.sibling(name)?;
    let limit = opener.limits.descriptor;
    if file.bytes.len() > limit {
        return Err(Fault::TooMany { what: "bytes in the CD-TEXT file", limit });
    }
    Ok(read_some(&*file.bytes, 0, file.bytes.len() as usize)?)
}
