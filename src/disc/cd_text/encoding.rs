//! Character sets of CD-TEXT.

use encoding_rs::{EUC_KR, GBK, SHIFT_JIS, WINDOWS_1252};

/// The character set of a language block (first byte of its SIZE_INFO pack; MMC, annex on CD-TEXT).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// 0x00: ISO 8859-1. Bytes 0x80–0x9F, which the standard leaves empty, are taken as Windows-1252, as the producers that use them do.
    #[default]
    Latin1,
    /// 0x01: ISO 646, that is ASCII.
    Ascii,
    /// 0x80: Music Shift-JIS.
    MsJis,
    /// 0x81: Korean (EUC-KR).
    Korean,
    /// 0x82: Mandarin Chinese (GB 2312 with its extension GBK).
    Mandarin,
    /// Any other code. Its bytes are carried one by one as [`Encoding::Latin1`], so that nothing is lost.
    Unknown(u8),
}

impl Encoding {
    /// Those that are tried, in this order, when a text has to be given one.
    pub const CHOICES: [Encoding; 4] = [Encoding::Latin1, Encoding::MsJis, Encoding::Korean, Encoding::Mandarin];

    /// From the code in SIZE_INFO.
    pub fn from_code(code: u8) -> Encoding {
        match code {
            0x00 => Encoding::Latin1,
            0x01 => Encoding::Ascii,
            0x80 => Encoding::MsJis,
            0x81 => Encoding::Korean,
            0x82 => Encoding::Mandarin,
            other => Encoding::Unknown(other),
        }
    }

    /// The code in SIZE_INFO.
    pub fn code(self) -> u8 {
        match self {
            Encoding::Latin1 => 0x00,
            Encoding::Ascii => 0x01,
            Encoding::MsJis => 0x80,
            Encoding::Korean => 0x81,
            Encoding::Mandarin => 0x82,
            Encoding::Unknown(code) => code,
        }
    }

    /// The word the command line uses for it (`inspect --json`).
    pub fn word(self) -> &'static str {
        match self {
            Encoding::Latin1 => "iso-8859-1",
            Encoding::Ascii => "ascii",
            Encoding::MsJis => "ms-jis",
            Encoding::Korean => "korean",
            Encoding::Mandarin => "mandarin",
            Encoding::Unknown(_) => "unknown",
        }
    }

    /// Whether its strings end with two NULs and its packs carry the double-byte flag.
    pub fn is_wide(self) -> bool {
        matches!(self, Encoding::MsJis | Encoding::Korean | Encoding::Mandarin)
    }

    /// The text of these bytes, and whether every byte had a meaning; those without one become U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> (String, bool) {
        let (text, bad) = self.table().decode_without_bom_handling(bytes);
        (text.into_owned(), !bad)
    }

    /// The bytes of this text, or `None` when the character set lacks one of its characters.
    ///
    /// A character that would come back as another (¥ and \ share a code in Shift-JIS) counts as lacking.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        if self == Encoding::Ascii && !text.is_ascii() {
            return None;
        }
        let (bytes, _, unmappable) = self.table().encode(text);
        (!unmappable && self.decode(&bytes).0 == text).then(|| bytes.into_owned())
    }

    fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Latin1 | Encoding::Ascii | Encoding::Unknown(_) => WINDOWS_1252,
            Encoding::MsJis => SHIFT_JIS,
            Encoding::Korean => EUC_KR,
            Encoding::Mandarin => GBK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backslash_in_the_second_byte_is_no_backslash() {
        // 表 and ソ end with 0x5C in Shift-JIS.
        let bytes = [0x95, 0x5C, 0x83, 0x5C];
        assert_eq!(Encoding::MsJis.decode(&bytes), ("表ソ".into(), true));
        assert_eq!(Encoding::MsJis.encode("表ソ").unwrap(), bytes);
    }

    #[test]
    fn every_single_byte_survives() {
        for encoding in [Encoding::Latin1, Encoding::Unknown(7)] {
            let bytes: Vec<u8> = (0..=255).collect();
            let (text, whole) = encoding.decode(&bytes);
            assert!(whole);
            assert_eq!(encoding.encode(&text).unwrap(), bytes);
        }
    }

    #[test]
    fn what_would_change_is_refused() {
        assert_eq!(Encoding::Ascii.encode("é"), None);
        assert_eq!(Encoding::Latin1.encode("ł"), None);
        assert_eq!(Encoding::MsJis.encode("¥"), None);
        assert_eq!(Encoding::Korean.encode("한국").unwrap(), [0xC7, 0xD1, 0xB1, 0xB9]);
        assert_eq!(Encoding::Mandarin.encode("中文").unwrap(), [0xD6, 0xD0, 0xCE, 0xC4]);
    }

    #[test]
    fn codes_survive() {
        for code in 0..=255 {
            assert_eq!(Encoding::from_code(code).code(), code);
        }
    }
}
