//! Which characters the bytes of a sheet are: nothing in a cue sheet says.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1252};

/// The encodings that are told apart when the bytes are not Unicode; the earlier one wins a tie.
pub const LEGACY: [&Encoding; 6] = [WINDOWS_1252, SHIFT_JIS, EUC_KR, GBK, BIG5, WINDOWS_1251];

/// Bytes that the guess goes by: every sheet ever seen is shorter.
const SAMPLE: usize = 256 << 10;

/// A sheet as text.
pub struct Decoded {
    /// The text, without its byte order mark.
    pub text: String,
    /// What it was read as.
    pub encoding: &'static str,
    /// Whether its ASCII characters were single bytes, so that line n of the text is line n of the bytes.
    pub byte_lines: bool,
}

/// Reads the bytes as the first of these that fits: what a byte order mark says, UTF-8, the likeliest of [`LEGACY`].
///
/// Never fails: what has no meaning becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Some(decoded) = utf_32(bytes) {
        return decoded;
    }
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
            return Decoded { text: text.into_owned(), encoding: encoding.name(), byte_lines: false };
        }
        Some((_, mark)) => return by(UTF_8, &bytes[mark..]),
        None => {}
    }
    by(if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { likeliest(bytes) }, bytes)
}

fn by(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), byte_lines: true }
}

fn utf_32(bytes: &[u8]) -> Option<Decoded> {
    let (name, to_char): (_, fn([u8; 4]) -> u32) = match bytes.get(..4)? {
        [0xFF, 0xFE, 0, 0] => ("UTF-32LE", u32::from_le_bytes),
        [0, 0, 0xFE, 0xFF] => ("UTF-32BE", u32::from_be_bytes),
        _ => return None,
    };
    let units = bytes[4..].as_chunks::<4>().0;
    let text = units.iter().map(|&unit| char::from_u32(to_char(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some(Decoded { text, encoding: name, byte_lines: false })
}

/// Scores the bytes above 127 under each encoding by how common the characters are that they would be.
fn likeliest(bytes: &[u8]) -> &'static Encoding {
    // A high byte after ASCII begins a character in all of them, so that nothing is lost by looking from there on.
    let first = bytes.iter().position(|byte| *byte >= 0x80).unwrap_or(0).saturating_sub(1);
    let bytes = &bytes[first..bytes.len().min(first + SAMPLE)];
    let mut best = (i64::MIN, WINDOWS_1252);
    for encoding in LEGACY {
        let score = if encoding.is_single_byte() { score_single(encoding, bytes) } else { score_double(encoding, bytes) };
        if score > best.0 {
            best = (score, encoding);
        }
    }
    best.1
}

fn score_single(encoding: &'static Encoding, bytes: &[u8]) -> i64 {
    let at = |index: Option<usize>| index.and_then(|index| bytes.get(index)).copied().unwrap_or(b' ');
    let high = bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0x80);
    high.map(|(index, &byte)| {
        let around = [at(index.checked_sub(1)), at(index.checked_add(1))];
        if encoding == WINDOWS_1251 { cyrillic(byte, around) } else { latin(byte, around) }
    })
    .sum()
}

/// A letter of Western text stands among ASCII letters; signs stand anywhere.
fn latin(byte: u8, around: [u8; 2]) -> i64 {
    match byte {
        0x81 | 0x8D | 0x8F | 0x90 | 0x9D => -8,
        0x85 | 0x91..=0x97 => 2,
        0x80..=0x9F => -1,
        0xA0..=0xBF | 0xD7 | 0xF7 => 0,
        _ if around.iter().any(|next| *next >= 0xC0) => -1,
        _ if around.iter().any(u8::is_ascii_alphabetic) => 2,
        _ => 1,
    }
}

/// A letter of Cyrillic text stands among its like, and a capital is not inside a word of small letters.
fn cyrillic(byte: u8, around: [u8; 2]) -> i64 {
    let letter = |byte: u8| byte >= 0xC0 || byte == 0xA8 || byte == 0xB8;
    let small = |byte: u8| byte >= 0xE0 || byte == 0xB8;
    match byte {
        0x98 => -8,
        _ if !letter(byte) => 0,
        _ if around.iter().any(u8::is_ascii_alphabetic) => -3,
        _ if small(around[0]) && !small(byte) => -3,
        _ if around.iter().any(|next| letter(*next)) => 2,
        _ => 0,
    }
}

fn score_double(encoding: &'static Encoding, bytes: &[u8]) -> i64 {
    let (mut score, mut index) = (0, 0);
    let mut before = b' ';
    while let Some(&lead) = bytes.get(index) {
        let kana = encoding == SHIFT_JIS && (0xA1..=0xDF).contains(&lead);
        if lead < 0x80 || kana {
            let next = bytes.get(index + 1).copied().unwrap_or(b' ');
            score += if !kana {
                0
            } else if (0xA1..=0xDF).contains(&before) || (0xA1..=0xDF).contains(&next) {
                1
            } else {
                -2
            };
            before = lead;
            index += 1;
            continue;
        }
        let trail = bytes.get(index + 1).copied().unwrap_or(0);
        // A pair that begins right after a Latin letter and ends in one is an accented letter inside a word.
        let in_word = before.is_ascii_alphabetic() && trail.is_ascii_alphabetic();
        score += if in_word { -4 } else { pair(encoding, lead, trail) };
        before = trail;
        index += 2;
    }
    score
}

/// How common the character is that two bytes are: the standards sort theirs into a first level of common and a second of rare ones.
fn pair(encoding: &'static Encoding, lead: u8, trail: u8) -> i64 {
    let low_or_high = matches!(trail, 0x40..=0x7E | 0x80..=0xFE);
    let high = (0xA1..=0xFE).contains(&trail);
    if !low_or_high {
        return -16;
    }
    match (encoding.name(), lead) {
        ("Shift_JIS", 0x82) if trail >= 0x9F => 6,
        ("Shift_JIS", 0x83) if trail <= 0x96 => 6,
        ("Shift_JIS", 0x88..=0x97) => 4,
        ("Shift_JIS", 0x81..=0x82) => 2,
        ("Shift_JIS", 0x83..=0x9F | 0xE0..=0xEA) => -1,
        ("EUC-KR", 0xB0..=0xC8) | ("GBK", 0xB0..=0xD7) if high => 4,
        ("EUC-KR" | "GBK", 0xA1..=0xA3) if high => 2,
        ("EUC-KR" | "GBK", 0x81..=0xFD) => -1,
        ("Big5", 0xA4..=0xC6) if high || trail <= 0x7E => 4,
        ("Big5", 0xA1..=0xA3) if high || trail <= 0x7E => 2,
        ("Big5", 0xC9..=0xF9) if high || trail <= 0x7E => -1,
        _ => -16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(encoding: &'static Encoding, text: &str) {
        let bytes = encoding.encode(text).0;
        let decoded = decode(&bytes);
        assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding.name(), text));
    }

    #[test]
    fn marks_and_utf_8_are_believed() {
        let utf_16 = |to: fn(u16) -> [u8; 2]| "\u{FEFF}TITLE é".encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let utf_32 = |to: fn(u32) -> [u8; 4]| "\u{FEFF}TITLE é".chars().flat_map(|c| to(c as u32)).collect::<Vec<u8>>();
        for (bytes, name) in [
            (utf_16(u16::to_le_bytes), "UTF-16LE"),
            (utf_16(u16::to_be_bytes), "UTF-16BE"),
            (utf_32(u32::to_le_bytes), "UTF-32LE"),
            (utf_32(u32::to_be_bytes), "UTF-32BE"),
            ("\u{FEFF}TITLE é".as_bytes().to_vec(), "UTF-8"),
            ("TITLE é".as_bytes().to_vec(), "UTF-8"),
        ] {
            let decoded = decode(&bytes);
            assert_eq!((decoded.encoding, decoded.text.as_str()), (name, "TITLE é"));
            assert_eq!(decoded.byte_lines, name == "UTF-8");
        }
    }

    #[test]
    fn legacy_texts_are_told_apart() {
        read_back(WINDOWS_1252, "TITLE \"Motörhead\"\nPERFORMER \"Beyoncé\"");
        read_back(WINDOWS_1252, "TITLE \"It’s a long way\"");
        read_back(WINDOWS_1252, "PERFORMER \"Die Ärzte\"\nTITLE \"Männer sind Schweine\"");
        read_back(WINDOWS_1252, "TITLE \"Ágætis byrjun\"\nPERFORMER \"Sigur Rós\"");
        read_back(WINDOWS_1252, "TITLE \"À bout de souffle – été\"");
        read_back(SHIFT_JIS, "TITLE \"表ソ能\"\nPERFORMER \"椎名林檎\"");
        read_back(SHIFT_JIS, "FILE \"ファイル.bin\" BINARY");
        read_back(SHIFT_JIS, "TITLE \"無罪モラトリアム\"");
        read_back(WINDOWS_1251, "PERFORMER \"Кино\"\nTITLE \"Группа крови\"");
        read_back(WINDOWS_1251, "TITLE \"АЛИСА\"");
        read_back(GBK, "PERFORMER \"邓丽君\"\nTITLE \"月亮代表我的心\"");
        read_back(EUC_KR, "PERFORMER \"소녀시대\"\nTITLE \"다시 만난 세계\"");
        read_back(BIG5, "PERFORMER \"鄧麗君\"\nTITLE \"月亮代表我的心\"");
    }

    #[test]
    fn any_bytes_are_some_text() {
        let every: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        assert!(!decode(&every).text.is_empty());
        assert_eq!(decode(b"").text, "");
        assert_eq!(decode(&[0xFF, 0xFE, 0, 0, 1]).text, "");
        assert_eq!(decode(&[0xFF]).encoding, "windows-1252");
    }
}
