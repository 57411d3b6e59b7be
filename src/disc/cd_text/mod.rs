//! CD-TEXT: what a disc says about itself in the R–W subchannels of its lead-in (Red Book; MMC, annex on CD-TEXT).
//!
//! Up to eight languages, each with texts for the disc and its tracks. On disc they are packs of 18 bytes; image formats store those packs,
//! or statements of their own that come here as text.

mod encoding;
mod field;
mod lead_in;
mod packs;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

pub use encoding::Encoding;
pub use field::{ENGLISH, Field};
pub use lead_in::lead_in;
pub use packs::PackFlaw;
pub use write::Unwritable;

/// Most languages on a disc.
pub const MAX_LANGUAGES: usize = 8;
/// Bytes of text in a pack.
const PACK_TEXT: usize = 12;
/// Bytes of a pack, its checksum included.
pub const PACK: usize = 18;
/// Type of the packs that describe a block.
const SIZE_INFO: u8 = 0x8F;
/// Genre codes begin with a byte below this, texts do not: that tells packs of producers who leave the code out.
const FIRST_OF_TEXT: u8 = 0x20;

/// CD-TEXT of a disc.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CdText {
    /// Its languages, in the order of their blocks; more than [`MAX_LANGUAGES`] cannot be written as packs.
    pub languages: Vec<Language>,
}

/// One language block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Language {
    /// Language code (EBU Tech 3264); 9 is English, 0 unknown.
    pub code: u8,
    /// Character set of its packs.
    pub encoding: Encoding,
    /// Copyright flags of SIZE_INFO, as they are.
    pub copyright: u8,
    genre_code: u16,
    /// By pack type and track, never empty.
    texts: BTreeMap<(u8, u8), String>,
    opaque: Vec<Opaque>,
}

/// A pack whose content is bytes: type, track, the flags and position of byte 3 without the block number, and the data.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Opaque {
    kind: u8,
    track: u8,
    position: u8,
    data: [u8; PACK_TEXT],
}

impl CdText {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.languages.iter().all(Language::is_empty)
    }

    /// A text of the language at this index (0: the first); track 0 is the disc.
    pub fn text(&self, language: usize, track: u8, field: Field) -> Option<&str> {
        self.languages.get(language)?.text(track, field)
    }

    /// Sets a text of the first language, for formats that know no languages: it is created as English in ISO 8859-1, and changes to the first
    /// of [`Encoding::CHOICES`] that holds all its texts when they need another character set.
    ///
    /// Where none holds them all it stays as it is, and [`CdText::to_packs`] will name the text.
    pub fn set(&mut self, track: u8, field: Field, text: &str) {
        if self.languages.is_empty() {
            self.languages.push(Language::new(ENGLISH, Encoding::default()));
        }
        if let Some(language) = self.languages.first_mut() {
            language.set(track, field, text);
            if language.encoding.encode(text).is_none() {
                language.choose_encoding();
            }
        }
    }
}

impl CdText {
    /// Keeps the texts of which this is true, told their language, track (0: the disc), field and text.
    pub fn retain(&mut self, keep: impl Fn(&Language, u8, Field, &str) -> bool) {
        for language in &mut self.languages {
            let told = language.clone();
            language
                .texts
                .retain(|&(kind, track), text| Field::of(kind, track).is_none_or(|field| keep(&told, track, field, text)));
        }
        self.languages.retain(|language| !language.is_empty());
    }

    /// Keeps the texts of the disc, and those of the tracks that have a number in a new disc, under that number.
    pub fn renumber(&mut self, number: impl Fn(u8) -> Option<u8>) {
        for language in &mut self.languages {
            let texts = std::mem::take(&mut language.texts);
            let place = |track| if track == 0 { Some(0) } else { number(track) };
            language.texts = texts.into_iter().filter_map(|((kind, track), text)| Some(((kind, place(track)?), text))).collect();
        }
        self.languages.retain(|language| !language.is_empty());
    }
}

impl Language {
    /// A language without texts.
    pub fn new(code: u8, encoding: Encoding) -> Language {
        Language { code, encoding, ..Language::default() }
    }

    /// The word of its code: `english`, or `unknown`.
    pub fn word(&self) -> &'static str {
        field::language_word(self.code)
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.opaque.is_empty() && self.genre_code == 0
    }

    /// A text; track 0 is the disc.
    pub fn text(&self, track: u8, field: Field) -> Option<&str> {
        self.texts.get(&(field.kind(), track)).map(String::as_str)
    }

    /// All texts with their tracks (0: the disc), by field, then by track.
    pub fn texts(&self) -> impl Iterator<Item = (u8, Field, &str)> {
        self.texts.iter().filter_map(|(&(kind, track), text)| Some((track, Field::of(kind, track)?, text.as_str())))
    }

    /// Sets a text, or removes it when it is empty. Track 0 is the disc; tracks above 99 and fields without text are ignored, for no disc has them.
    pub fn set(&mut self, track: u8, field: Field, text: &str) {
        if track > 99 || field.is_opaque() {
            return;
        }
        if text.is_empty() {
            self.texts.remove(&(field.kind(), track));
        } else {
            self.texts.insert((field.kind(), track), text.to_owned());
        }
    }

    /// Sets a field from its bytes, as TOC files can give it: text in this language's character set up to its NUL, a genre's code before its
    /// text, or the data of a binary field.
    pub fn set_bytes(&mut self, track: u8, field: Field, mut bytes: &[u8]) {
        if field.is_opaque() {
            self.set_opaque(field, bytes);
            return;
        }
        if field == Field::Genre {
            let (code, text) = split_genre(bytes);
            self.genre_code = code;
            bytes = text;
        }
        let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
        self.set(track, field, &self.encoding.decode(text).0);
    }

    /// Genre code (0: none, 1: not defined, then those of the MMC annex's table, 5 being classical music).
    pub fn genre_code(&self) -> u16 {
        self.genre_code
    }

    /// The data of a binary field, all its packs; empty when there is none.
    pub fn opaque(&self, field: Field) -> Vec<u8> {
        self.opaque.iter().filter(|pack| pack.kind == field.kind()).flat_map(|pack| pack.data).collect()
    }

    fn set_opaque(&mut self, field: Field, bytes: &[u8]) {
        self.opaque.retain(|pack| pack.kind != field.kind());
        let first_track = bytes.first().copied().unwrap_or(0);
        self.opaque.extend(bytes.chunks(PACK_TEXT).enumerate().map(|(number, chunk)| {
            let mut data = [0; PACK_TEXT];
            data.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            let track = if field == Field::TocInfo { track_of_toc_pack(first_track, number) } else { 0 };
            Opaque { kind: field.kind(), track, position: 0, data }
        }));
        self.opaque.sort_by_key(|pack| pack.kind);
    }

    fn choose_encoding(&mut self) {
        let holds_all = |encoding: &Encoding| self.texts.values().all(|text| encoding.encode(text).is_some());
        if let Some(encoding) = Encoding::CHOICES.into_iter().find(holds_all) {
            self.encoding = encoding;
        }
    }
}

/// The track of a pack of the table of contents: the first pack is of the disc, and begins with the number of its first track; each that follows has the
/// times of four tracks, and the number of the first of them. 0 where bytes that are no table of contents lead to a number that no track has.
fn track_of_toc_pack(first_track: u8, number: usize) -> u8 {
    let track = number.checked_sub(1).map(|before| before.saturating_mul(4).saturating_add(usize::from(first_track)));
    track.and_then(|track| u8::try_from(track).ok()).filter(|track| *track <= 99).unwrap_or(0)
}

/// Code and text of genre data; producers that leave the code out begin with the text.
fn split_genre(data: &[u8]) -> (u16, &[u8]) {
    match data {
        [high, low, text @ ..] if *high < FIRST_OF_TEXT => (u16::from_be_bytes([*high, *low]), text),
        text => (0, text),
    }
}
