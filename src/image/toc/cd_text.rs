//! CD-TEXT of a TOC file and CD-TEXT of a disc.

use super::{Encoding, TextBlock, TextItem, TextValue, TocFile};
use crate::disc::CdText;
use crate::disc::cd_text::{self, ENGLISH, Field, Language, MAX_LANGUAGES};
use crate::image::PlanError;

/// Pack type of SIZE_INFO, which describes the language block: its first byte is the character set, the fourth the copyright flags.
const SIZE_INFO: u8 = 0x8F;
/// Bytes of SIZE_INFO.
const SIZE_INFO_BYTES: usize = 36;

/// The CD-TEXT that a TOC file says.
pub(super) fn from_toc(toc: &TocFile, warnings: &mut Vec<String>) -> CdText {
    let mut text = CdText::default();
    for number in 0..MAX_LANGUAGES as u8 {
        let of = |blocks: &[TextBlock]| blocks.iter().find(|block| block.language == number).cloned();
        let disc = of(&toc.text);
        let tracks: Vec<_> = toc.tracks.iter().map(|track| of(&track.text)).collect();
        let code = toc.languages.iter().find(|(other, _)| *other == number).map(|(_, code)| *code);
        // Without a map the first language is English, as in cdrdao.
        let code = code.unwrap_or(if number == 0 { ENGLISH } else { 0 });
        let size_info = disc.iter().flat_map(|block| &block.items).find_map(|item| match &item.value {
            TextValue::Binary(bytes) if item.kind == SIZE_INFO => Some(bytes.as_slice()),
            _ => None,
        });
        let word = disc.iter().chain(tracks.iter().flatten()).find_map(|block| block.encoding).map(character_set);
        let byte = size_info.and_then(|bytes| bytes.first()).map(|&code| cd_text::Encoding::from_code(code));
        let mut language = Language::new(code, word.or(byte).unwrap_or_default());
        language.copyright = size_info.and_then(|bytes| bytes.get(3)).copied().unwrap_or(0);
        let first = toc.first_track.unwrap_or(1);
        let numbered = (first..).zip(tracks).filter_map(|(track, block)| Some((track, block?)));
        for (track, block) in disc.map(|block| (0, block)).into_iter().chain(numbered) {
            for item in block.items.iter().filter(|item| item.kind != SIZE_INFO) {
                take(&mut language, track, item, warnings);
            }
        }
        if !language.is_empty() {
            text.languages.push(language);
        }
    }
    text
}

fn take(language: &mut Language, track: u8, item: &TextItem, warnings: &mut Vec<String>) {
    let Some(field) = Field::of(item.kind, track) else { return };
    match &item.value {
        TextValue::Text(bytes) if field.is_opaque() => {
            if !bytes.is_empty() {
                warnings.push(format!("The CD-TEXT item {} is text where bytes belong, and was left out.", field.word()));
            }
        }
        // As cdrdao reads it: UTF-8, or else bytes of the character set of the packs.
        TextValue::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => language.set(track, field, text),
            Err(_) => language.set(track, field, &language.encoding.decode(bytes).0),
        },
        TextValue::Binary(bytes) => language.set_bytes(track, field, bytes),
    }
}

/// Puts the CD-TEXT of a disc into a TOC file whose tracks are there.
pub(super) fn to_toc(text: &CdText, toc: &mut TocFile) -> Result<(), PlanError> {
    let first = toc.first_track.unwrap_or(1);
    let languages: Vec<_> = text.languages.iter().filter(|language| !language.is_empty()).collect();
    if languages.len() > MAX_LANGUAGES {
        return Err(PlanError::CdText("it has more than eight languages"));
    }
    for (number, language) in (0u8..).zip(languages) {
        toc.languages.push((number, language.code));
        let last = first.saturating_add(toc.tracks.len() as u8 - 1);
        toc.text.push(TextBlock { language: number, encoding: None, items: of_disc(language, first, last) });
        for (track, entry) in (first..=last).zip(&mut toc.tracks) {
            let items: Vec<_> = of_track(language, track).collect();
            if !items.is_empty() {
                entry.text.push(TextBlock { language: number, encoding: None, items });
            }
        }
        check(language, first, last)?;
    }
    Ok(())
}

/// The grammar has no place for some texts; leaving them out would say nothing of the loss.
fn check(language: &Language, first: u8, last: u8) -> Result<(), PlanError> {
    for (track, field, _) in language.texts().filter(|(track, ..)| *track > 0) {
        if !(first..=last).contains(&track) {
            return Err(PlanError::CdText("it names tracks that the disc does not have"));
        }
        if field == Field::Genre {
            return Err(PlanError::CdText("it has a genre of a single track"));
        }
    }
    Ok(())
}

fn of_track(language: &Language, track: u8) -> impl Iterator<Item = TextItem> {
    let texts = language.texts().filter(move |(other, field, _)| *other == track && *field != Field::Genre);
    texts.map(|(_, field, text)| TextItem { kind: field.kind(), value: TextValue::Text(encoded(language, text)) })
}

fn of_disc(language: &Language, first: u8, last: u8) -> Vec<TextItem> {
    let binary = |kind, bytes| TextItem { kind, value: TextValue::Binary(bytes) };
    let mut items: Vec<TextItem> = of_track(language, 0).collect();
    let genre = language.text(0, Field::Genre);
    if genre.is_some() || language.genre_code() > 0 {
        let mut bytes = language.genre_code().to_be_bytes().to_vec();
        if let Some(genre) = genre {
            bytes.extend(language.encoding.encode(genre).unwrap_or_default());
            bytes.push(0);
        }
        items.push(binary(Field::Genre.kind(), bytes));
    }
    for field in Field::ALL.into_iter().filter(|field| field.is_opaque()) {
        let bytes = language.opaque(field);
        if !bytes.is_empty() {
            items.push(binary(field.kind(), bytes));
        }
    }
    // The cdrdao of most distributions knows no word for the character set, but takes it from here.
    if language.encoding != cd_text::Encoding::default() || language.copyright != 0 {
        let mut bytes = vec![language.encoding.code(), first, last, language.copyright];
        bytes.resize(SIZE_INFO_BYTES, 0);
        items.push(binary(SIZE_INFO, bytes));
    }
    items.sort_by_key(|item| item.kind);
    items
}

/// Bytes of the character set, unless those could be taken for UTF-8.
fn encoded(language: &Language, text: &str) -> Vec<u8> {
    let bytes = language.encoding.encode(text).filter(|bytes| bytes.is_ascii() || std::str::from_utf8(bytes).is_err());
    bytes.unwrap_or_else(|| text.as_bytes().to_vec())
}

fn character_set(encoding: Encoding) -> cd_text::Encoding {
    match encoding {
        Encoding::Latin1 => cd_text::Encoding::Latin1,
        Encoding::Ascii => cd_text::Encoding::Ascii,
        Encoding::MsJis => cd_text::Encoding::MsJis,
        Encoding::Korean => cd_text::Encoding::Korean,
        Encoding::Mandarin => cd_text::Encoding::Mandarin,
    }
}
