//! What tags and playlists say, as CD-TEXT.

use std::collections::BTreeMap;

use super::gather::{Gathered, Item};
use super::ids;
use super::letters::{Written, written};
use crate::bytes::audio::Tags;
use crate::disc::cd_text::{Field, Language};
use crate::disc::{CdText, Isrc, Mcn};
use crate::image::file_name;

/// Texts by track (0: the disc) and field.
pub type Texts = BTreeMap<(u8, Field), String>;

/// Fields that are left out, in this order, where there is more text than a disc holds: who sings matters more than who arranged.
const LEFT_OUT: [(Field, &str); 4] = [
    (Field::Arranger, "arrangers"),
    (Field::Songwriter, "songwriters"),
    (Field::Composer, "composers"),
    (Field::Performer, "performers"),
];
/// Characters that titles are cut to, in this order, where that is not enough. Of the last, 99 fit even in two bytes each.
const CUT: [usize; 4] = [60, 40, 20, 12];

/// Kinds of music that have a code (MMC-3, annex J, table of genre codes), which is the place in this list. The first two are none.
#[rustfmt::skip]
const GENRES: [&str; 29] = [
    "", "", "adult contemporary", "alternative rock", "childrens music", "classical", "contemporary christian", "country", "dance",
    "easy listening", "erotic", "folk", "gospel", "hip hop", "jazz", "latin", "musical", "new age", "opera", "operetta", "pop", "rap",
    "reggae", "rock", "rhythm and blues", "sound effects", "soundtrack", "spoken word", "world",
];

/// What the disc says of itself.
#[derive(Debug, Default)]
pub struct Said {
    /// Titles and names.
    pub cd_text: CdText,
    /// Recording codes, one for each track.
    pub isrcs: Vec<Option<Isrc>>,
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// What is lost.
    pub notes: Vec<String>,
}

/// Puts it together. What is said of the disc is what all files agree on.
pub fn said(gathered: &Gathered) -> Said {
    let mut notes = Vec::new();
    let isrcs = gathered.items.iter().map(|item| isrc(item, &mut notes)).collect();
    let barcode = common(gathered, |tags| &tags.barcode);
    let mcn = barcode.and_then(ids::mcn);
    if let (Some(barcode), None) = (barcode, mcn) {
        notes.push(format!("The barcode in the tags is none, and is left out: {barcode}."));
    }
    let Written { mut language, texts, note } = written(texts(gathered));
    notes.extend(note);
    set_genre(&mut language, gathered);
    let (cd_text, note) = fitting(&language, texts, gathered.items.len());
    notes.extend(note);
    Said { cd_text, isrcs, mcn, notes }
}

/// What all files say, where they say the same.
fn common(gathered: &Gathered, of: impl Fn(&Tags) -> &Option<String>) -> Option<&str> {
    let mut all = gathered.items.iter().map(|item| of(&item.tags).as_deref());
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

fn isrc(item: &Item, notes: &mut Vec<String>) -> Option<Isrc> {
    let text = item.tags.isrc.as_ref()?;
    let isrc = ids::isrc(text);
    if isrc.is_none() {
        notes.push(format!("The recording code (ISRC) of “{}” is none, and is left out: {text}.", file_name(&item.path)));
    }
    isrc
}

fn texts(gathered: &Gathered) -> Texts {
    let mut texts = Texts::new();
    let mut set = |track, field, text: Option<&str>| {
        if let Some(text) = text {
            texts.insert((track, field), text.to_owned());
        }
    };
    let performer = common(gathered, |tags| &tags.album_performer).or(gathered.performer.as_deref());
    set(0, Field::Title, common(gathered, |tags| &tags.album).or(gathered.title.as_deref()));
    set(0, Field::Performer, performer.or_else(|| common(gathered, |tags| &tags.performer)));
    for (track, item) in (1..).zip(&gathered.items) {
        let tags = &item.tags;
        let (performer, title) = match (&tags.title, &item.told) {
            (None, Some(told)) => told.split_once(" - ").map_or((None, Some(told.as_str())), |(one, two)| (Some(one), Some(two))),
            (title, _) => (None, title.as_deref()),
        };
        set(track, Field::Title, title);
        set(track, Field::Performer, tags.performer.as_deref().or(performer));
        set(track, Field::Songwriter, tags.songwriter.as_deref());
        set(track, Field::Composer, tags.composer.as_deref());
        set(track, Field::Arranger, tags.arranger.as_deref());
    }
    texts
}

/// The kind of music, where all tracks are of one that has a code.
fn set_genre(language: &mut Language, gathered: &Gathered) {
    let Some(genre) = common(gathered, |tags| &tags.genre) else { return };
    let plain = genre.to_lowercase().replace(['\'', '’'], "").replace('-', " ").replace('&', "and");
    let plain = plain.strip_suffix(" music").unwrap_or(&plain);
    let code = (2..).zip(GENRES.iter().skip(2)).find(|(_, name)| **name == plain || name.strip_suffix(" music") == Some(plain));
    if let Some((code, _)) = code {
        // Names of such kinds are ASCII, and so the same in every character set.
        let bytes: Vec<u8> = u16::to_be_bytes(code).into_iter().chain(genre.bytes().filter(u8::is_ascii)).collect();
        language.set_bytes(0, Field::Genre, &bytes);
    }
}

/// As much of the texts as a disc holds (253 packs of 12 bytes), and what is left out.
fn fitting(language: &Language, mut texts: Texts, tracks: usize) -> (CdText, Option<String>) {
    let last = u8::try_from(tracks).unwrap_or(u8::MAX);
    let with = |texts: &Texts| {
        let mut language = language.clone();
        texts.iter().for_each(|((track, field), text)| language.set(*track, *field, text));
        CdText { languages: if language.is_empty() { Vec::new() } else { vec![language] } }
    };
    let fits = |texts: &Texts| with(texts).to_packs(1, last).is_ok();
    let mut lost: Vec<String> = Vec::new();
    for (field, name) in LEFT_OUT {
        if !fits(&texts) && texts.keys().any(|(track, other)| *track > 0 && *other == field) {
            texts.retain(|(track, other), _| *track == 0 || *other != field);
            lost.push(format!("the {name} of tracks"));
        }
    }
    for longest in CUT {
        if !fits(&texts) {
            texts.values_mut().for_each(|text| *text = text.chars().take(longest).collect::<String>().trim_end().to_owned());
            lost.retain(|lost| !lost.starts_with("what"));
            lost.push(format!("what is beyond {longest} characters of a title"));
        }
    }
    let note = (!lost.is_empty()).then(|| format!("There is more CD-TEXT than a disc holds. Left out: {}.", lost.join(", ")));
    // What is left always fits; should it not, then a disc with fewer texts is better than none.
    (with(&texts).writable(1, last), note)
}
