//! The kinds of information a CD-TEXT block holds, and the languages it can be in.

/// What a text says: the type of its pack (MMC, annex on CD-TEXT, table of pack types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// 0x80: title of the disc or track.
    Title,
    /// 0x81: who performs.
    Performer,
    /// 0x82: who wrote the words.
    Songwriter,
    /// 0x83: who composed.
    Composer,
    /// 0x84: who arranged.
    Arranger,
    /// 0x85: a message to the listener.
    Message,
    /// 0x86: what the publisher calls the disc.
    DiscId,
    /// 0x87: genre; the text beside the code, see [`super::Language::genre_code`].
    Genre,
    /// 0x88: table of contents, binary.
    TocInfo,
    /// 0x89: second table of contents (intervals), binary.
    TocInfo2,
    /// 0x8A: reserved, binary.
    Reserved1,
    /// 0x8B: reserved, binary.
    Reserved2,
    /// 0x8C: reserved, binary.
    Reserved3,
    /// 0x8D: remarks that players do not show.
    Closed,
    /// 0x8E on the disc: its catalogue number.
    UpcEan,
    /// 0x8E on a track: its recording code.
    Isrc,
}

impl Field {
    /// All of them, in the order of their packs.
    pub const ALL: [Field; 16] = [
        Field::Title,
        Field::Performer,
        Field::Songwriter,
        Field::Composer,
        Field::Arranger,
        Field::Message,
        Field::DiscId,
        Field::Genre,
        Field::TocInfo,
        Field::TocInfo2,
        Field::Reserved1,
        Field::Reserved2,
        Field::Reserved3,
        Field::Closed,
        Field::UpcEan,
        Field::Isrc,
    ];

    /// Type byte of its packs.
    pub fn kind(self) -> u8 {
        match self {
            Field::Isrc => Field::UpcEan as u8 | 0x80,
            other => other as u8 | 0x80,
        }
    }

    /// What a pack of this type says of this track (0: of the disc). `None` for SIZE_INFO and for bytes that are no pack type.
    pub fn of(kind: u8, track: u8) -> Option<Field> {
        match (kind, track) {
            (0x80..=0x8D, _) => Field::ALL.get(usize::from(kind & 0x0F)).copied(),
            (0x8E, 0) => Some(Field::UpcEan),
            (0x8E, _) => Some(Field::Isrc),
            _ => None,
        }
    }

    /// Whether it is carried as bytes, not as text.
    pub fn is_opaque(self) -> bool {
        matches!(self.kind(), 0x88..=0x8C)
    }

    /// The word the command line uses for it (`inspect --json`); in capitals, the keyword of cue sheets and TOC files.
    pub fn word(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Performer => "performer",
            Field::Songwriter => "songwriter",
            Field::Composer => "composer",
            Field::Arranger => "arranger",
            Field::Message => "message",
            Field::DiscId => "disc_id",
            Field::Genre => "genre",
            Field::TocInfo => "toc_info1",
            Field::TocInfo2 => "toc_info2",
            Field::Reserved1 => "reserved1",
            Field::Reserved2 => "reserved2",
            Field::Reserved3 => "reserved3",
            Field::Closed => "closed",
            Field::UpcEan => "upc_ean",
            Field::Isrc => "isrc",
        }
    }

    /// From the keyword of a cue sheet or TOC file, in any case.
    pub fn from_keyword(keyword: &str) -> Option<Field> {
        // Old TOC files call type 8D a fourth reserved one.
        if keyword.eq_ignore_ascii_case("reserved4") {
            return Some(Field::Closed);
        }
        Field::ALL.into_iter().find(|field| keyword.eq_ignore_ascii_case(field.word()))
    }
}

/// Language codes of EBU Tech 3264 (also ETSI TS 101 756), as SIZE_INFO carries them: 0x01–0x2B.
#[rustfmt::skip]
const EUROPEAN: [&str; 43] = [
    "albanian", "breton", "catalan", "croatian", "welsh", "czech", "danish", "german", "english", "spanish", "esperanto",
    "estonian", "basque", "faroese", "french", "frisian", "irish", "gaelic", "galician", "icelandic", "italian", "lappish",
    "latin", "latvian", "luxembourgian", "lithuanian", "hungarian", "maltese", "dutch", "norwegian", "occitan", "polish",
    "portuguese", "romanian", "romansh", "serbian", "slovak", "slovenian", "finnish", "swedish", "turkish", "flemish",
    "walloon",
];

/// The same table: 0x45–0x7F.
#[rustfmt::skip]
const OTHER: [&str; 59] = [
    "zulu", "vietnamese", "uzbek", "urdu", "ukrainian", "thai", "telugu", "tatar", "tamil", "tadzhik", "swahili",
    "sranan-tongo", "somali", "sinhalese", "shona", "serbo-croat", "ruthenian", "russian", "quechua", "pushtu", "punjabi",
    "persian", "papamiento", "oriya", "nepali", "ndebele", "marathi", "moldavian", "malaysian", "malagasay", "macedonian",
    "laotian", "korean", "khmer", "kazakh", "kannada", "japanese", "indonesian", "hindi", "hebrew", "hausa", "gurani",
    "gujurati", "greek", "georgian", "fulani", "dari", "churash", "chinese", "burmese", "bulgarian", "bengali",
    "bielorussian", "bambora", "azerbaijani", "assamese", "armenian", "arabic", "amharic",
];

/// The code of English.
pub const ENGLISH: u8 = 0x09;

/// The word of a language code; `unknown` for those without one.
pub(super) fn language_word(code: u8) -> &'static str {
    let word = match code {
        0x01..=0x2B => EUROPEAN.get(usize::from(code) - 0x01),
        0x45..=0x7F => OTHER.get(usize::from(code) - 0x45),
        _ => None,
    };
    word.copied().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_their_pack_type() {
        for field in Field::ALL {
            let track = u8::from(field == Field::Isrc);
            assert_eq!(Field::of(field.kind(), track), Some(field));
            assert_eq!(Field::from_keyword(&field.word().to_ascii_uppercase()), Some(field));
        }
        assert_eq!(Field::Isrc.kind(), 0x8E);
        assert_eq!(Field::of(0x8F, 0), None);
        assert_eq!(Field::of(0x7F, 0), None);
        assert_eq!(Field::from_keyword("RESERVED4"), Some(Field::Closed));
        assert_eq!(Field::from_keyword("REM"), None);
    }

    #[test]
    fn both_tables_of_languages_are_in_step() {
        let some =
            [(0x00, "unknown"), (0x08, "german"), (0x09, "english"), (0x0F, "french"), (0x15, "italian"), (0x2B, "walloon")];
        let more =
            [(0x45, "zulu"), (0x56, "russian"), (0x65, "korean"), (0x69, "japanese"), (0x75, "chinese"), (0x7F, "amharic")];
        for (code, word) in some.into_iter().chain(more).chain([(0x2C, "unknown"), (0x80, "unknown")]) {
            assert_eq!(language_word(code), word);
        }
    }
}
