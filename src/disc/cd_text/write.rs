//! Texts become packs.

use super::{CdText, Encoding, Field, Language, MAX_LANGUAGES, PACK, PACK_TEXT, SIZE_INFO};
use crate::disc::crc16::crc16;

/// Packs of SIZE_INFO in every block.
const SIZE_INFO_PACKS: usize = 3;
/// Packs that a block can count, SIZE_INFO left aside.
const MAX_PACKS: usize = 256 - SIZE_INFO_PACKS;

/// Why a text cannot be written as packs. Languages are counted from 0, track 0 is the disc.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// More languages than a disc can have.
    #[error("CD-TEXT can have {MAX_LANGUAGES} languages, not {0}")]
    Languages(usize),
    /// A text that its character set lacks, or that packs would give another meaning (NUL, a lone TAB).
    #[error("the CD-TEXT {} of track {track} can't be written in {}, language {language}", .field.word(), .encoding.word())]
    Text {
        /// Which language.
        language: usize,
        /// Which track.
        track: u8,
        /// Which text.
        field: Field,
        /// The character set.
        encoding: Encoding,
    },
    /// More text than the packs of a language hold (253 packs of 12 bytes).
    #[error("there is more CD-TEXT in language {0} than a disc can hold")]
    TooLong(usize),
}

/// The data of one type of pack, and for each byte the track and the character of its string that it belongs to.
struct Stream {
    bytes: Vec<(u8, u8, usize)>,
    wide: bool,
}

/// A block without its SIZE_INFO.
struct Block {
    packs: Vec<[u8; PACK]>,
    /// Packs of each type, 0x80–0x8F.
    counts: [u8; 16],
    first_track: u8,
    last_track: u8,
}

impl CdText {
    /// The packs for a disc whose tracks are numbered from `first_track` to `last_track`; none when there is no text.
    ///
    /// Texts of other tracks are kept: the blocks then tell of more tracks than the disc has. Strings that repeat are written out, for not every
    /// player knows the abbreviation (a lone TAB).
    pub fn to_packs(&self, first_track: u8, last_track: u8) -> Result<Vec<[u8; PACK]>, Unwritable> {
        let languages: Vec<_> = self.languages.iter().filter(|language| !language.is_empty()).collect();
        if languages.len() > MAX_LANGUAGES {
            return Err(Unwritable::Languages(languages.len()));
        }
        let mut blocks = Vec::new();
        for (number, language) in languages.iter().enumerate() {
            blocks.push(Block::new(language, number, first_track, last_track)?);
        }
        let mut last_sequences = [0; MAX_LANGUAGES];
        let mut codes = [0; MAX_LANGUAGES];
        for (number, (block, language)) in blocks.iter().zip(&languages).enumerate() {
            last_sequences[number] = (block.packs.len() + SIZE_INFO_PACKS - 1) as u8;
            codes[number] = language.code;
        }
        for (number, (block, language)) in blocks.iter_mut().zip(&languages).enumerate() {
            block.describe(language, number, last_sequences, codes);
        }
        Ok(blocks.into_iter().flat_map(|block| block.packs).collect())
    }

    /// As much of the texts as packs can carry: without those that their language's character set lacks, languages beyond the eighth, and
    /// languages of more text than a block holds.
    pub fn writable(&self, first_track: u8, last_track: u8) -> CdText {
        let mut left = self.clone();
        left.retain(|language, _, _, text| language.encoding.encode(text).is_some());
        left.languages.truncate(MAX_LANGUAGES);
        // Each round removes something, so that it ends.
        while let Err(error) = left.to_packs(first_track, last_track) {
            match error {
                Unwritable::Languages(_) => left.languages.truncate(MAX_LANGUAGES),
                Unwritable::TooLong(language) => drop(left.languages.remove(language)),
                Unwritable::Text { language, track, field, .. } => left.languages[language].set(track, field, ""),
            }
            left.languages.retain(|language| !language.is_empty());
        }
        left
    }

    /// The packs one after another, as a CD-TEXT file holds them. See [`CdText::to_packs`].
    pub fn to_cdt(&self, first_track: u8, last_track: u8) -> Result<Vec<u8>, Unwritable> {
        Ok(self.to_packs(first_track, last_track)?.concat())
    }
}

impl Block {
    fn new(language: &Language, number: usize, first_track: u8, last_track: u8) -> Result<Block, Unwritable> {
        let texted = || language.texts.keys().map(|&(_, track)| track).filter(|&track| track > 0);
        let first_track = texted().chain([first_track.clamp(1, 99)]).min().unwrap_or(1);
        let last_track = texted().chain([last_track.clamp(first_track, 99)]).max().unwrap_or(99);
        let mut block = Block { packs: Vec::new(), counts: [0; 16], first_track, last_track };
        for kind in 0x80..SIZE_INFO {
            if Field::of(kind, 0).is_some_and(Field::is_opaque) {
                for pack in language.opaque.iter().filter(|pack| pack.kind == kind) {
                    block.push(kind, pack.track, pack.position, number, &pack.data);
                }
            } else if let Some(stream) = block.stream(language, number, kind)? {
                for chunk in stream.bytes.chunks(PACK_TEXT) {
                    let Some(&(_, track, character)) = chunk.first() else { continue };
                    let mut data = [0; PACK_TEXT];
                    data.iter_mut().zip(chunk).for_each(|(to, (from, ..))| *to = *from);
                    block.push(kind, track, character.min(15) as u8 | u8::from(stream.wide) << 7, number, &data);
                }
            }
            if block.packs.len() > MAX_PACKS {
                return Err(Unwritable::TooLong(number));
            }
        }
        Ok(block)
    }

    /// The data of all texts of one type; `None` when there are none.
    fn stream(&self, language: &Language, number: usize, kind: u8) -> Result<Option<Stream>, Unwritable> {
        let text_of = |track| language.texts.get(&(kind, track)).map_or("", String::as_str);
        let is_genre = kind == Field::Genre.kind();
        let mut texts = language.texts.range((kind, 0)..=(kind, 99)).peekable();
        if texts.peek().is_none() && !(is_genre && language.genre_code != 0) {
            return Ok(None);
        }
        // What identifies a disc is in ASCII even where its titles are not.
        let plain = matches!(kind, 0x86 | 0x87 | 0x8E) && texts.clone().all(|(_, text)| text.is_ascii());
        let wide = language.encoding.is_wide() && !plain;
        // Readers count end marks: what a disc has and its tracks could have, every track has, if only as an empty string.
        let of_tracks = matches!(kind, 0x80..=0x85 | 0x8E) || texts.any(|(&(_, track), _)| track > 0);
        let mut stream = Stream { bytes: Vec::new(), wide };
        if is_genre {
            stream.bytes.extend(language.genre_code.to_be_bytes().map(|byte| (byte, 0, 0)));
        }
        let tracks = of_tracks.then_some(self.first_track..=self.last_track);
        for track in std::iter::once(0).chain(tracks.into_iter().flatten()) {
            let failed = || Unwritable::Text {
                language: number,
                track,
                field: Field::of(kind, track).unwrap_or(Field::Title),
                encoding: language.encoding,
            };
            stream.push(text_of(track), track, language.encoding).ok_or_else(failed)?;
        }
        Ok(Some(stream))
    }

    fn push(&mut self, kind: u8, track: u8, position: u8, number: usize, data: &[u8; PACK_TEXT]) {
        // More than 256 packs are refused later; until then their numbers may wrap.
        let head = [kind, track, self.packs.len() as u8, position | (number as u8) << 4];
        let mut pack = [0; PACK];
        let content = head.iter().chain(data);
        pack.iter_mut().zip(content).for_each(|(to, from)| *to = *from);
        let crc = crc16(&pack[..PACK - 2]);
        pack[PACK - 2..].copy_from_slice(&crc);
        self.packs.push(pack);
        let count = &mut self.counts[usize::from(kind & 0x0F)];
        *count = count.saturating_add(1);
    }

    /// Adds SIZE_INFO: character set, tracks, copyright flags, packs of each type, last sequence number and language of every block.
    fn describe(&mut self, language: &Language, number: usize, last_sequences: [u8; 8], codes: [u8; 8]) {
        self.counts[usize::from(SIZE_INFO & 0x0F)] = SIZE_INFO_PACKS as u8;
        let mut info = vec![language.encoding.code(), self.first_track, self.last_track, language.copyright];
        info.extend(self.counts);
        info.extend(last_sequences);
        info.extend(codes);
        for (part, data) in (0..).zip(info.as_chunks::<PACK_TEXT>().0) {
            self.push(SIZE_INFO, part, 0, number, data);
        }
    }
}

impl Stream {
    /// Adds a string and its end mark; `None` when it cannot be written.
    fn push(&mut self, text: &str, track: u8, encoding: Encoding) -> Option<()> {
        if text.contains('\0') || text == "\t" || self.wide && text == "\t\t" {
            return None;
        }
        let mut position = 0;
        for character in text.chars() {
            let bytes = encoding.encode(character.encode_utf8(&mut [0; 4]))?;
            self.bytes.extend(bytes.into_iter().map(|byte| (byte, track, position)));
            position += 1;
        }
        let end = if self.wide { 2 } else { 1 };
        self.bytes.extend(std::iter::repeat_n((0, track, position), end));
        Some(())
    }
}
