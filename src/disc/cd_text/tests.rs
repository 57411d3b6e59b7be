use proptest::prelude::*;

use super::*;
use crate::disc::crc16::crc16;

/// A file of the test corpus, which lies beside the repository.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    bytes
}

/// One pack with its checksum.
fn pack(kind: u8, track: u8, sequence: u8, position: u8, text: &[u8]) -> Vec<u8> {
    let mut pack = vec![kind, track, sequence, position];
    pack.extend(text);
    pack.resize(16, 0);
    let crc = crc16(&pack);
    pack.extend(crc);
    pack
}

fn disc_of_three() -> CdText {
    let mut text = CdText::default();
    text.set(0, Field::Title, "A disc, a long title");
    text.set(1, Field::Title, "One");
    text.set(2, Field::Title, "The second of three");
    text.set(3, Field::Title, "Three");
    text
}

fn packs_of(text: &CdText) -> Vec<u8> {
    text.to_cdt(1, 3).unwrap()
}

/// What libcdio's expectation files say, as (language, track, keyword, text).
fn expected(right: &str) -> Vec<(usize, u8, String, String)> {
    let mut language = 0;
    let mut track = 0;
    let mut all = Vec::new();
    for line in right.lines() {
        if let Some(rest) = line.strip_prefix("Language ") {
            language = rest.split(' ').next().unwrap().parse().unwrap();
        } else if let Some(rest) = line.strip_prefix("CD-TEXT for Track") {
            track = rest.trim().trim_end_matches(':').parse().unwrap();
        } else if line.starts_with("CD-TEXT for Disc") {
            track = 0;
        } else if let Some((key, value)) = line.trim().split_once(": ") {
            all.push((language, track, key.to_owned(), value.to_owned()));
        }
    }
    all
}

#[test]
fn the_corpus_reads_as_libcdio_reads_it_and_is_written_back() {
    for (name, packs) in [("cdtext", 96), ("cdtext-libburnia", 91)] {
        let Some(bytes) = corpus(&format!("libcdio/test/data/{name}.cdt")) else { return };
        let Some(right) = corpus(&format!("libcdio/test/{name}.right")) else { return };
        let (text, flaws) = CdText::from_container(&bytes);
        assert_eq!(flaws, []);
        let expected = expected(std::str::from_utf8(&right).unwrap());
        assert!(expected.len() > 50);
        for (language, track, key, value) in &expected {
            if key == "GENRE_CODE" {
                assert_eq!(text.languages[*language].genre_code().to_string(), value.split(' ').next().unwrap());
                continue;
            }
            let field = if *track > 0 && key == "ISRC" { Field::Isrc } else { Field::from_keyword(key).unwrap() };
            assert_eq!(text.text(*language, *track, field), Some(value.as_str()), "{name}: {key} of track {track}");
        }
        // libcdio keeps the remarks for producers (type 8D, one a language) to itself.
        let texts: usize = text.languages.iter().map(|language| language.texts().count()).sum();
        let codes = expected.iter().filter(|(_, _, key, _)| key == "GENRE_CODE").count();
        assert_eq!(texts, expected.len() - codes + 2);
        assert_eq!(text.languages.iter().map(Language::word).collect::<Vec<_>>(), ["english", "german"]);
        assert_eq!(text.languages.iter().map(|l| l.encoding.word()).collect::<Vec<_>>(), ["ascii", "iso-8859-1"]);

        let written = text.to_cdt(1, 3).unwrap();
        assert_eq!(CdText::from_container(&written), (text, vec![]));
        assert_eq!(bytes.len() / PACK, packs);
        // The other file abbreviates a repeated name with a TAB, which is written out here.
        if name == "cdtext" {
            assert_eq!(written[..], bytes[..bytes.len() - 1]);
        }
    }
}

/// Nero's CD-TEXT of a disc of two tracks has texts for the disc alone.
#[test]
fn producers_may_stop_early() {
    let Some(image) = corpus("libcdio/test/data/p1.nrg") else { return };
    let at = image.windows(4).position(|tag| tag == b"CDTX").unwrap();
    let (text, flaws) = CdText::from_packs(&image[at + 8..at + 8 + 144]);
    assert_eq!(flaws, []);
    let texts: Vec<_> = text.languages[0].texts().collect();
    assert_eq!(texts, [(0, Field::Title, "Join us now we have the software"), (0, Field::Performer, "Richard Stallman")]);
    assert_eq!(text.to_cdt(1, 2).unwrap(), image[at + 8..at + 8 + 144]);
}

/// CloneCD's packs have no checksum; these stem from a disc that says "the same as before" with TABs.
#[test]
fn packs_without_checksums_and_tabs() {
    let Some(sheet) = corpus("synthetic/ccd/ms_noidx2.ccd") else { return };
    let sheet = String::from_utf8(sheet).unwrap();
    let entries = sheet.split("[CDText]").nth(1).unwrap().lines().filter_map(|line| line.strip_prefix("Entry ")?.split_once('='));
    let bytes: Vec<u8> = entries.flat_map(|(_, hex)| hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap())).collect();
    let (text, flaws) = CdText::from_packs_without_crc(&bytes);
    assert_eq!(flaws, []);
    assert_eq!(text.text(0, 0, Field::Title), Some("A Memoir of Free Will"));
    assert_eq!(text.text(0, 9, Field::Title), Some("Battles Are Won Within"));
    for track in 0..=10 {
        assert_eq!(text.text(0, track, Field::Performer), Some("Krosis"));
        assert_eq!(text.text(0, track, Field::Composer), (track > 0).then_some("Krosis"));
    }
    assert_eq!(text.text(0, 10, Field::Isrc), Some("QM7281905213"));
    assert_eq!(text.text(0, 0, Field::UpcEan), None);
    assert_eq!(CdText::from_packs(&text.to_cdt(1, 10).unwrap()), (text, vec![]));
}

#[test]
fn containers_are_unwrapped() {
    let (text, packs) = (disc_of_three(), packs_of(&disc_of_three()));
    let header = [&((packs.len() + 2) as u16).to_be_bytes()[..], &[0, 0]].concat();
    for file in [
        packs.clone(),
        [&packs[..], &[0]].concat(),
        [&header[..], &packs].concat(),
        [&header[..], &packs, &[0]].concat(),
        [&[0; 4][..], &packs].concat(),
    ] {
        assert_eq!(CdText::from_container(&file), (text.clone(), vec![]));
    }
    assert_eq!(CdText::from_container(&[]), (CdText::default(), vec![]));
    let (read, flaws) = CdText::from_container(&packs[..packs.len() - 1]);
    assert_eq!(read.text(0, 3, Field::Title), Some("Three"));
    assert_eq!(flaws[0], PackFlaw::Leftover(17));
}

#[test]
fn a_damaged_pack_costs_its_own_texts_only() {
    let mut packs = packs_of(&disc_of_three());
    // The third holds the end of track 1 and the beginning of track 2.
    packs[2 * PACK + 6] ^= 1;
    let (text, flaws) = CdText::from_packs(&packs);
    let titles: Vec<_> = (0..=3).map(|track| text.text(0, track, Field::Title)).collect();
    assert_eq!(titles, [Some("A disc, a long title"), None, None, Some("Three")]);
    let lost = |track| PackFlaw::Lost { block: 0, track, field: Field::Title };
    assert_eq!(flaws, [PackFlaw::Crc(2), lost(1), lost(2)]);
}

#[test]
fn a_text_whose_end_is_lost_is_not_given_as_whole() {
    let mut text = CdText::default();
    text.set(0, Field::Title, "Longer than twelve");
    let mut packs = packs_of(&text);
    packs[PACK + 6] ^= 1;
    let (text, flaws) = CdText::from_packs(&packs);
    assert!(text.is_empty());
    assert_eq!(flaws, [PackFlaw::Crc(1), PackFlaw::Lost { block: 0, track: 0, field: Field::Title }]);
}

#[test]
fn checksums_may_be_zero_or_all_wrong_but_not_of_something_else() {
    let text = disc_of_three();
    let with_crc = |crc: [u8; 2]| {
        let mut packs = packs_of(&text);
        packs.chunks_mut(PACK).for_each(|pack| pack[16..].copy_from_slice(&crc));
        packs
    };
    assert_eq!(CdText::from_packs(&with_crc([0, 0])), (text.clone(), vec![]));
    assert_eq!(CdText::from_packs(&with_crc([1, 2])), (text.clone(), vec![PackFlaw::NoCrc]));
    let mut picture = with_crc([1, 2]);
    picture[0] = 0xFF;
    let (read, flaws) = CdText::from_packs(&picture);
    assert!(read.is_empty());
    assert_eq!(flaws.len(), picture.len() / PACK);
}

#[test]
fn packs_in_disorder_and_twice_are_put_right() {
    let text = disc_of_three();
    let mut packs = text.to_packs(1, 3).unwrap();
    packs.reverse();
    packs.extend_from_within(..3);
    assert_eq!(CdText::from_packs(&packs.concat()), (text, vec![]));
}

/// A disc is known whose double-byte flag is set while its strings end with a single NUL (redumper issue 39).
#[test]
fn double_byte_flag_with_single_nuls() {
    let mut packs = pack(0x80, 0, 0, 0x80, b"\x83\x5C\x83\x5C\0Two\0Thr");
    packs.extend(pack(0x80, 3, 1, 0x83, b"ee\0\x95\x5C\0F"));
    packs.extend(pack(0x8F, 0, 2, 0, &[0x80, 1, 5, 0]));
    let (text, _) = CdText::from_packs(&packs);
    let titles: Vec<_> = (0..=4).map(|track| text.text(0, track, Field::Title)).collect();
    assert_eq!(titles, [Some("ソソ"), Some("Two"), Some("Three"), Some("表"), Some("F")]);
}

#[test]
fn the_pack_says_which_track_when_padding_stands_between() {
    // A producer that begins every string in a pack of its own.
    let packs = [pack(0x80, 0, 0, 0, b"Disc"), pack(0x80, 1, 1, 0, b"One"), pack(0x80, 3, 2, 0, b"Three")].concat();
    let (text, flaws) = CdText::from_packs(&packs);
    let texts: Vec<_> = text.languages[0].texts().map(|(track, _, text)| (track, text)).collect();
    assert_eq!(texts, [(0, "Disc"), (1, "One"), (3, "Three")]);
    assert_eq!(flaws, [PackFlaw::NoSizeInfo { block: 0, taken: Encoding::Latin1 }]);
}

#[test]
fn what_is_strange_is_reported() {
    let size = |code: u8| pack(0x8F, 0, 1, 0, &[code, 1, 1, 3]);
    let read = |packs: &[Vec<u8>]| CdText::from_packs(&packs.concat());
    let (text, flaws) = read(&[pack(0x80, 0, 0, 0, b"No end at all"), size(0x42)]);
    let field = Field::Title;
    assert_eq!(flaws, [PackFlaw::Charset { block: 0, code: 0x42 }, PackFlaw::Unterminated { block: 0, track: 0, field }]);
    assert_eq!((text.languages[0].encoding, text.languages[0].copyright), (Encoding::Unknown(0x42), 3));
    let (text, flaws) = read(&[pack(0x80, 0, 0, 0, b"Caf\xE9"), size(1)]);
    assert_eq!((text.text(0, 0, field), &flaws[..]), (Some("Café"), &[PackFlaw::NotAscii(0)][..]));
    let (text, flaws) = read(&[pack(0x80, 0, 0, 0x80, b"\xFF\xFF\0\0"), size(0x80)]);
    assert!(text.text(0, 0, field).unwrap().contains('\u{FFFD}'));
    assert_eq!(flaws, [PackFlaw::Undecodable { block: 0, track: 0, field }]);
    assert!(matches!(text.to_packs(1, 1), Err(Unwritable::Text { language: 0, track: 0, field: Field::Title, .. })));
    let (_, flaws) = read(&[pack(0x90, 0, 0, 0, b"x"), pack(0x80, 0x81, 1, 0, b"x")]);
    assert_eq!(flaws, [PackFlaw::Kind { pack: 0, kind: 0x90 }, PackFlaw::Kind { pack: 1, kind: 0x80 }]);
    let (text, flaws) = read(&[pack(0x80, 0, 0, 0, b"A"), pack(0x81, 0, 0, 0, b"B"), size(0)]);
    assert_eq!(text.languages[0].texts().count(), 2);
    assert_eq!(flaws, [PackFlaw::Sequence(0)]);
}

#[test]
fn more_packs_than_a_disc_has() {
    let many: Vec<u8> = (0..70_000u32).flat_map(|n| pack(0x80, (n % 100) as u8, n as u8, 0, &n.to_le_bytes())).collect();
    let (text, flaws) = CdText::from_packs(&many);
    assert_eq!(flaws.iter().filter(|&&flaw| flaw == PackFlaw::TooMany).count(), 1);
    assert_eq!(flaws.iter().filter(|&&flaw| flaw == PackFlaw::BlockTooLong(0)).count(), 1);
    assert!(text.languages.len() == 1 && flaws.len() < 300);
}

#[test]
fn genres_with_and_without_a_code() {
    let genre = |data: &[u8]| CdText::from_packs(&pack(0x87, 0, 0, 0, data)).0;
    let read = |text: &CdText| (text.languages[0].genre_code(), text.text(0, 0, Field::Genre).map(str::to_owned));
    assert_eq!(read(&genre(b"\0\x05Opera")), (5, Some("Opera".into())));
    assert_eq!(read(&genre(b"\0\x12")), (18, None));
    assert_eq!(read(&genre(b"Opera")), (0, Some("Opera".into())));
    let code_only = genre(b"\0\x12");
    assert_eq!(CdText::from_packs(&packs_of(&code_only)).0.languages[0].genre_code(), 18);
    let mut language = Language::new(ENGLISH, Encoding::Latin1);
    language.set_bytes(0, Field::Genre, b"\0\x05Op\xE9ra\0");
    assert_eq!((language.genre_code(), language.text(0, Field::Genre)), (5, Some("Opéra")));
}

#[test]
fn binary_fields_are_kept_as_they_are() {
    let packs = [
        pack(0x88, 0, 0, 0, &[1, 2, 0, 40, 10, 5, 0, 0, 0, 0, 0, 9]),
        pack(0x88, 1, 1, 0, &[0, 2, 0, 0, 5, 30]),
        pack(0x8F, 0, 2, 0, &[0, 1, 2, 0]),
        pack(0x8F, 1, 3, 0, &[]),
        pack(0x8F, 2, 4, 0, &[0, 0, 0, 0, 9]),
    ];
    let (text, flaws) = CdText::from_packs(&packs.concat());
    assert_eq!(flaws, []);
    assert_eq!(text.languages[0].opaque(Field::TocInfo)[12..18], [0, 2, 0, 0, 5, 30]);
    assert_eq!(text.to_cdt(1, 2).unwrap()[..36], packs.concat()[..36]);
    let mut language = Language::default();
    language.set_bytes(0, Field::TocInfo2, &[7; 13]);
    language.set_bytes(0, Field::TocInfo2, &[8; 13]);
    assert_eq!(language.opaque(Field::TocInfo2), [&[8; 13][..], &[0; 11]].concat());
}

#[test]
fn the_first_language_takes_the_character_set_its_texts_need() {
    let mut text = CdText::default();
    text.set(0, Field::Title, "It’s “né”");
    assert_eq!(text.languages[0].encoding, Encoding::Latin1);
    text.set(0, Field::Title, "");
    assert!(text.is_empty());
    text.set(1, Field::Title, "表");
    text.set(2, Field::Title, "plain");
    assert_eq!((text.languages[0].encoding, text.languages[0].word()), (Encoding::MsJis, "english"));
    assert_eq!(CdText::from_packs(&packs_of(&text)), (text.clone(), vec![]));
    text.set(3, Field::Performer, "한국");
    assert_eq!(text.languages[0].encoding, Encoding::Korean);
    text.set(3, Field::Performer, "עברית");
    let error = text.to_packs(1, 3).unwrap_err();
    assert_eq!(error.to_string(), "the CD-TEXT performer of track 3 can't be written in korean, language 0");
}

#[test]
fn what_cannot_be_written_is_refused() {
    let with = |text: &str| {
        let mut all = CdText::default();
        all.set(1, Field::Title, text);
        all.to_packs(1, 1)
    };
    for bad in ["\t", "a\0b"] {
        assert!(matches!(with(bad), Err(Unwritable::Text { track: 1, .. })));
    }
    assert!(with("\ta").is_ok());
    // 253 packs hold 3036 bytes: here two end marks and the text.
    assert_eq!(with(&"x".repeat(3034)).unwrap().len(), 256);
    assert_eq!(with(&"x".repeat(3035)), Err(Unwritable::TooLong(0)));
    let nine = CdText { languages: vec![disc_of_three().languages.remove(0); 9] };
    assert_eq!(nine.to_packs(1, 3), Err(Unwritable::Languages(9)));
    assert_eq!(CdText::default().to_packs(1, 3), Ok(vec![]));
}

#[test]
fn texts_of_tracks_that_the_disc_has_not_are_kept() {
    let text = disc_of_three();
    assert_eq!(CdText::from_packs(&text.to_cdt(2, 2).unwrap()), (text.clone(), vec![]));
    let mut first_is_four = CdText::default();
    first_is_four.set(4, Field::Title, "Four");
    first_is_four.set(5, Field::Title, "Five");
    assert_eq!(CdText::from_packs(&first_is_four.to_cdt(4, 5).unwrap()), (first_is_four, vec![]));
}

/// A reader without checksums to lean on takes every single wrong bit, and what it makes of it can be written or is refused.
#[test]
fn every_wrong_bit_is_survived() {
    let mut text = disc_of_three();
    text.set(2, Field::Title, "表ソ能");
    let packs: Vec<u8> = text.to_packs(1, 3).unwrap().iter().flat_map(|pack| pack[..16].to_vec()).collect();
    for bit in 0..packs.len() * 8 {
        let mut packs = packs.clone();
        packs[bit / 8] ^= 1 << (bit % 8);
        let (read, _) = CdText::from_packs_without_crc(&packs);
        let _ = read.to_packs(1, 3);
    }
}

/// Text in a character set: what the set can hold, second bytes of 0x5C among it.
fn text_in(encoding: Encoding) -> BoxedStrategy<String> {
    let characters = match encoding {
        Encoding::Ascii => (1u8..128).prop_map(char::from).boxed(),
        Encoding::Latin1 | Encoding::Unknown(_) => (1u8..=255).prop_map(|b| Encoding::Latin1.decode(&[b]).0.remove(0)).boxed(),
        Encoding::MsJis => {
            proptest::sample::select("表ソ能あアｱ漢字Aé b~\\".chars().filter(|&c| c != 'é').collect::<Vec<_>>()).boxed()
        }
        Encoding::Korean => proptest::sample::select("한국가나다A b\\".chars().collect::<Vec<_>>()).boxed(),
        Encoding::Mandarin => proptest::sample::select("中文字亂A b\\".chars().collect::<Vec<_>>()).boxed(),
    };
    let text = proptest::collection::vec(characters, 1..40).prop_map(String::from_iter);
    text.prop_filter("a lone TAB means something else", |text| text != "\t").boxed()
}

fn any_language() -> impl Strategy<Value = Language> {
    let encodings = [Encoding::Latin1, Encoding::Ascii, Encoding::MsJis, Encoding::Korean, Encoding::Mandarin];
    let encoding = proptest::sample::select(encodings.to_vec());
    encoding.prop_flat_map(|encoding| {
        let field = proptest::sample::select(Field::ALL.to_vec());
        let texts = proptest::collection::vec((0u8..8, field, text_in(encoding)), 1..12);
        (texts, any::<u8>(), any::<u8>(), 0u8..29).prop_map(move |(texts, code, copyright, genre)| {
            let mut language = Language { copyright, ..Language::new(code, encoding) };
            language.set_bytes(0, Field::Genre, &[0, genre]);
            for (track, field, text) in texts {
                if field.is_opaque() {
                    language.set_bytes(0, field, text.as_bytes());
                }
                language.set(track, field, &text);
            }
            // One that is sure to be there, so that the block is.
            language.set(0, Field::Title, "Title");
            language
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn texts_survive_packs(languages in proptest::collection::vec(any_language(), 1..=8), first in 1u8..4, last in 4u8..10) {
        let text = CdText { languages };
        let packs = text.to_packs(first, last).unwrap();
        for pack in &packs {
            prop_assert_eq!(&crc16(&pack[..16]), &pack[16..]);
        }
        let (read, flaws) = CdText::from_packs(&packs.concat());
        prop_assert_eq!(&read, &text);
        prop_assert_eq!(flaws, vec![]);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = CdText::from_container(&bytes);
        let _ = CdText::from_packs_without_crc(&bytes).0.to_packs(bytes.len() as u8, 0);
    }

    #[test]
    fn no_headers_are_too_strange(packs in proptest::collection::vec((0x80u8..0x90, any::<u8>(), any::<u8>(), any::<u8>(), any::<[u8; 12]>()), 0..60)) {
        let bytes: Vec<u8> = packs.iter().flat_map(|(kind, track, sequence, position, text)| pack(*kind, *track, *sequence, *position, text)).collect();
        let (text, _) = CdText::from_packs(&bytes);
        let _ = text.to_packs(1, 99);
    }
}

/// A disc titled in Latin letters with one track in Japanese fits no character set of CD-TEXT; once it could not be converted at all.
#[test]
fn what_packs_cannot_carry_is_left_out_and_the_rest_kept() {
    let mut text = CdText::default();
    text.set(0, Field::Title, "Album – Gäste");
    text.set(2, Field::Title, "日本");
    assert!(text.to_packs(1, 2).is_err());
    let left = text.writable(1, 2);
    assert!(left.to_packs(1, 2).is_ok());
    assert_eq!((left.text(0, 0, Field::Title), left.text(0, 2, Field::Title)), (Some("Album – Gäste"), None));
    text.set(2, Field::Title, "two");
    assert_eq!(text.writable(1, 2), text);
}
