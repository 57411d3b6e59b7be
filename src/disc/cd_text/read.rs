//! The packs of one block become its texts, as much of them as is whole.

use super::field::ENGLISH;
use super::packs::{Pack, PackFlaw};
use super::{Encoding, FIRST_OF_TEXT, Field, Language, Opaque, PACK_TEXT, SIZE_INFO};

/// The third of SIZE_INFO that has this number (0–2).
pub(super) fn size_info(block: &[Pack], part: u8) -> Option<[u8; PACK_TEXT]> {
    block.iter().find(|pack| pack.kind == SIZE_INFO && pack.track == part).map(|pack| pack.data)
}

/// Reads one block.
pub(super) struct BlockReader<'a> {
    number: u8,
    packs: &'a [Pack],
    /// Whether the sequence numbers tell when a pack is missing.
    numbered: bool,
    first_track: u8,
    language: Language,
    flaws: &'a mut Vec<PackFlaw>,
}

/// The strings of one type, as they were cut out of its packs.
#[derive(Default)]
struct Strings {
    found: Vec<(u8, Vec<u8>)>,
    lost: Vec<u8>,
    unterminated: Option<u8>,
    /// How often packs and string ends disagree.
    disagreements: usize,
}

impl<'a> BlockReader<'a> {
    pub(super) fn new(
        number: u8,
        packs: &'a mut [Pack],
        codes: Option<[u8; PACK_TEXT]>,
        flaws: &'a mut Vec<PackFlaw>,
    ) -> BlockReader<'a> {
        let mut seen = [false; 256];
        let numbered = packs.iter().all(|pack| !std::mem::replace(&mut seen[usize::from(pack.sequence)], true));
        if numbered {
            packs.sort_by_key(|pack| pack.sequence);
        } else {
            flaws.push(PackFlaw::Sequence(number));
        }
        let head = size_info(packs, 0);
        let encoding = match head {
            Some([code, ..]) => {
                let encoding = Encoding::from_code(code);
                if let Encoding::Unknown(code) = encoding {
                    flaws.push(PackFlaw::Charset { block: number, code });
                }
                encoding
            }
            None => {
                let taken = if packs.iter().any(Pack::is_wide) { Encoding::MsJis } else { Encoding::Latin1 };
                flaws.push(PackFlaw::NoSizeInfo { block: number, taken });
                taken
            }
        };
        // The last eight of the 36 bytes of SIZE_INFO are the languages of all blocks. Without them, English is what nearly every disc is in.
        let stated = size_info(packs, 2).or(codes).and_then(|part| part.get(4 + usize::from(number)).copied());
        let mut language = Language::new(stated.unwrap_or(if number == 0 { ENGLISH } else { 0 }), encoding);
        language.copyright = head.map_or(0, |[_, _, _, flags, ..]| flags);
        let first_track = head.map_or(1, |[_, first, ..]| first.clamp(1, 99));
        BlockReader { number, packs, numbered, first_track, language, flaws }
    }

    pub(super) fn read_all(mut self) -> Language {
        for kind in 0x80..SIZE_INFO {
            let packs: Vec<Pack> = self.packs.iter().filter(|pack| pack.kind == kind).copied().collect();
            let Some(first) = packs.first() else { continue };
            if Field::of(kind, 0).is_some_and(Field::is_opaque) {
                let opaque = |pack: &Pack| Opaque { kind, track: pack.track, position: pack.position & 0x8F, data: pack.data };
                self.language.opaque.extend(packs.iter().map(opaque));
                continue;
            }
            let mut skip = 0;
            if kind == Field::Genre.kind() && !first.continues() && first.data[0] < FIRST_OF_TEXT {
                self.language.genre_code = u16::from_be_bytes([first.data[0], first.data[1]]);
                skip = 2;
            }
            let narrow = self.cut(&packs, skip, false);
            // Producers set the double-byte flag and end strings with a single NUL all the same: the better fit is taken.
            let strings = match packs.iter().any(Pack::is_wide).then(|| self.cut(&packs, skip, true)) {
                Some(wide) if wide.disagreements <= narrow.disagreements => (wide, true),
                _ => (narrow, false),
            };
            self.take(kind, strings.0, strings.1);
        }
        if self.language.encoding == Encoding::Ascii && self.language.texts.values().any(|text| !text.is_ascii()) {
            self.language.encoding = Encoding::Latin1;
            self.flaws.push(PackFlaw::NotAscii(self.number));
        }
        self.language
    }

    /// Cuts the data of packs of one type into strings.
    fn cut(&self, packs: &[Pack], skip: usize, wide: bool) -> Strings {
        let mut strings = Strings::default();
        let mut track = packs.first().map_or(0, |pack| pack.track);
        let mut string = Vec::new();
        let mut damaged = false;
        // Whether the second NUL of a double-byte end mark is due.
        let mut second = false;
        let mut previous: Option<u8> = None;
        for (index, pack) in packs.iter().enumerate() {
            let gap = previous.is_none_or(|previous| self.numbered && previous.wrapping_add(1) != pack.sequence);
            previous = Some(pack.sequence);
            if gap {
                if !string.is_empty() {
                    strings.lost.push(track);
                    string.clear();
                }
                (track, damaged, second) = (pack.track, pack.continues(), false);
                if damaged && strings.lost.last() != Some(&track) {
                    strings.lost.push(track);
                }
            } else if pack.track != track && !second {
                strings.disagreements += 1;
                if string.is_empty() && !pack.continues() && pack.track != 0 {
                    track = pack.track;
                }
            }
            for &byte in pack.data.iter().skip(if index == 0 { skip } else { 0 }) {
                if std::mem::take(&mut second) {
                    if byte == 0 {
                        continue;
                    }
                    strings.disagreements += 1;
                }
                if byte != 0 {
                    string.push(byte);
                    continue;
                }
                let ended = std::mem::take(&mut string);
                if !std::mem::take(&mut damaged) && !ended.is_empty() {
                    strings.found.push((track, ended));
                }
                track = if track == 0 { self.first_track } else { track.saturating_add(1) };
                second = wide;
            }
        }
        if !string.is_empty() && !damaged {
            if self.is_followed(previous) {
                strings.unterminated = Some(track);
                strings.found.push((track, string));
            } else {
                strings.lost.push(track);
            }
        }
        strings
    }

    /// Whether the pack with this number is the last of its block or has a successor, so that what ends with it ends there.
    fn is_followed(&self, sequence: Option<u8>) -> bool {
        let last = self.packs.last().map(|pack| pack.sequence);
        let next = sequence.and_then(|sequence| sequence.checked_add(1));
        !self.numbered || sequence == last || self.packs.iter().any(|pack| Some(pack.sequence) == next)
    }

    /// Decodes the strings of one type.
    fn take(&mut self, kind: u8, mut strings: Strings, wide: bool) {
        let block = self.number;
        let field_of = |track| Field::of(kind, track).unwrap_or(Field::Title);
        if let Some(track) = strings.unterminated {
            self.flaws.push(PackFlaw::Unterminated { block, track, field: field_of(track) });
        }
        for (track, bytes) in strings.found {
            // The first of two wins: the second comes from padding that was miscounted.
            if track > 99 || self.language.texts.contains_key(&(kind, track)) {
                continue;
            }
            // A lone TAB (two in a double-byte block) stands for the text of the track before.
            if bytes == [b'\t'] || wide && bytes == [b'\t', b'\t'] {
                let before = if track <= self.first_track { 0 } else { track - 1 };
                match self.language.texts.get(&(kind, before)).cloned() {
                    Some(text) => self.language.set(track, field_of(track), &text),
                    None if strings.lost.contains(&before) => strings.lost.push(track),
                    None => {}
                }
                continue;
            }
            let (text, clean) = self.language.encoding.decode(&bytes);
            if !clean {
                self.flaws.push(PackFlaw::Undecodable { block, track, field: field_of(track) });
            }
            self.language.set(track, field_of(track), &text);
        }
        for track in strings.lost {
            self.flaws.push(PackFlaw::Lost { block, track, field: field_of(track) });
        }
    }
}
