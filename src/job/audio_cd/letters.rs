//! Which letters CD-TEXT has, and what stands for those that it lacks.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::texts::Texts;
use crate::disc::cd_text::{ENGLISH, Encoding, Language};

/// Language codes (EBU Tech 3264, table of languages) of the character sets that are one language's.
const JAPANESE: u8 = 0x69;
const KOREAN: u8 = 0x65;
const CHINESE: u8 = 0x75;

/// Texts that a character set holds.
pub struct Written {
    /// An empty language with that character set.
    pub language: Language,
    /// The texts.
    pub texts: Texts,
    /// What is not as it was.
    pub note: Option<String>,
}

/// Chooses the character set.
///
/// ISO 8859-1, which every player that shows CD-TEXT knows, if only accents and quotation marks have to be made simpler for it. Or else the first of the
/// sets for Japanese, Korean and Chinese that holds everything as it is (they have Greek and Cyrillic letters, too). Or else the one that holds
/// the most; what it lacks is made simpler, and texts that it does not hold even so are left out.
pub fn written(texts: Texts) -> Written {
    let whole: Texts = texts.into_iter().map(|(place, text)| (place, text.nfc().collect())).collect();
    let simple = simpler(&whole, is_latin1);
    if simple.values().flat_map(|text| text.chars()).all(is_latin1) {
        let note = changed(&whole, &simple);
        return Written { language: Language::new(ENGLISH, Encoding::Latin1), texts: simple, note };
    }
    let sets = Encoding::CHOICES.into_iter().filter(|set| *set != Encoding::Latin1);
    let held = |set: Encoding, texts: &Texts| texts.values().filter(|text| set.encode(text).is_some()).count();
    if let Some(set) = sets.clone().find(|set| held(*set, &whole) == whole.len()) {
        return Written { language: language(set, &whole), texts: whole, note: None };
    }
    let simple_for = |set: Encoding| simpler(&whole, |c| set.encode(c.encode_utf8(&mut [0; 4])).is_some());
    // The first of those that hold the most.
    let set = sets.rev().max_by_key(|set| held(*set, &simple_for(*set))).unwrap_or_default();
    let mut texts = simple_for(set);
    let mut note = changed(&whole, &texts);
    let lacking = |text: &str| set.encode(text).is_none();
    let mut left_out: Vec<u8> = texts.iter().filter(|(_, text)| lacking(text)).map(|((track, _), _)| *track).collect();
    left_out.dedup();
    texts.retain(|_, text| !lacking(text));
    if !left_out.is_empty() {
        let names = left_out.iter().map(|track| if *track == 0 { "the disc".to_owned() } else { format!("track {track}") });
        let names: BTreeSet<String> = names.collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let more = format!("CD-TEXT has no character set for all the texts together; some are left out: of {names}.");
        note = Some(note.map_or(more.clone(), |note| format!("{note} {more}")));
    }
    Written { language: language(set, &texts), texts, note }
}

fn language(set: Encoding, texts: &Texts) -> Language {
    let japanese = |c: char| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}');
    let code = match set {
        Encoding::MsJis if texts.values().any(|text| text.contains(japanese)) => JAPANESE,
        Encoding::Korean => KOREAN,
        Encoding::Mandarin => CHINESE,
        _ => ENGLISH,
    };
    Language::new(code, set)
}

/// A printable character of ISO 8859-1. What Windows-1252 has between is left to programs: players show nothing there.
fn is_latin1(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A0}'..='\u{FF}')
}

/// The texts with something simpler for what is not held, where there is such.
fn simpler(texts: &Texts, held: impl Fn(char) -> bool) -> Texts {
    let simple = |text: &String| {
        let mut simple = String::new();
        for c in text.chars() {
            match if held(c) { None } else { base(c) } {
                Some(base) => simple.push_str(&base),
                None => simple.push(c),
            }
        }
        simple
    };
    texts.iter().map(|(place, text)| (*place, simple(text))).collect()
}

/// What a character is without its accents, or what typewriters had for it.
fn base(c: char) -> Option<String> {
    let known = match c {
        '‘' | '’' | '‚' | '′' | 'ʼ' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '‹' => "<",
        '›' => ">",
        '‐' | '‑' | '–' | '—' | '−' => "-",
        '•' | '★' | '☆' => "*",
        '€' => "EUR",
        'ł' => "l",
        'Ł' => "L",
        'đ' => "d",
        'Đ' => "D",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'ŋ' => "n",
        'Ŋ' => "N",
        'ŧ' => "t",
        'Ŧ' => "T",
        'œ' => "oe",
        'Œ' => "OE",
        'ə' => "e",
        'ẞ' => "SS",
        // Marks alone, and what can't be seen.
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0E}' | '\u{FE0F}' => "",
        c if is_combining_mark(c) => "",
        c => {
            let base: String = std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)).collect();
            return Some(base).filter(|base| !base.is_empty() && base.chars().all(is_latin1));
        }
    };
    Some(known.to_owned())
}

/// Which characters are others now.
fn changed(whole: &Texts, simple: &Texts) -> Option<String> {
    let pairs = whole.values().zip(simple.values());
    let changed: BTreeSet<char> = pairs.flat_map(|(before, after)| before.chars().filter(|c| !after.contains(*c))).collect();
    let shown: Vec<String> = changed.iter().filter(|c| !is_combining_mark(**c)).map(|c| format!("“{c}”")).collect();
    (!changed.is_empty())
        .then(|| format!("CD-TEXT lacks some characters, and simpler ones stand for them: {}.", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::cd_text::Field;

    fn of(titles: &[&str]) -> Written {
        written((0..).zip(titles).map(|(track, title)| ((track, Field::Title), (*title).to_owned())).collect())
    }

    fn titles(written: &Written) -> Vec<&str> {
        written.texts.values().map(String::as_str).collect()
    }

    #[test]
    fn western_titles_stay_as_they_are_however_their_accents_are_stored() {
        let done = of(&["Für Elise", "Cafe\u{301} ¿Qué?"]);
        assert_eq!(
            (titles(&done), done.language.encoding, &done.note),
            (vec!["Für Elise", "Café ¿Qué?"], Encoding::Latin1, &None)
        );
    }

    #[test]
    fn other_latin_letters_lose_their_accents_and_that_is_told() {
        let done = of(&["Dvořák – Łódź", "Don’t… “Ő”"]);
        assert_eq!(titles(&done), ["Dvorák - Lódz", "Don't... \"O\""]);
        assert_eq!(done.language.encoding, Encoding::Latin1);
        let note = done.note.unwrap();
        assert!(["ř", "Ł", "ź", "’", "Ő"].iter().all(|c| note.contains(c)) && !note.contains('ó'), "{note}");
    }

    #[test]
    fn other_scripts_get_a_character_set_that_holds_all_of_them() {
        for (titles, set, code) in [
            (["ひらがな", "Title"], Encoding::MsJis, JAPANESE),
            (["Калинка", "ΑΒΓ"], Encoding::MsJis, ENGLISH),
            (["한국", "Title"], Encoding::Korean, KOREAN),
            (["简体中文", "爱"], Encoding::Mandarin, CHINESE),
        ] {
            let done = of(&titles);
            assert_eq!((done.language.encoding, done.language.code, &done.note), (set, code, &None));
            assert_eq!(self::titles(&done), titles);
        }
    }

    #[test]
    fn what_no_character_set_holds_with_the_rest_is_left_out_and_told() {
        let done = of(&["ひらがな", "Café", "שלום", "🎵"]);
        assert_eq!(titles(&done), ["ひらがな", "Cafe"]);
        let note = done.note.unwrap();
        assert!(note.contains("“é”") && note.ends_with("of track 2, track 3."), "{note}");
    }
}
