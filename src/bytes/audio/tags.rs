//! [`Tags`]: what an audio file says of the music in it.

use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use lofty::config::ParseOptions;
use lofty::file::TaggedFileExt;
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};

use super::stream::Stream;
use crate::bytes::{Bytes, FileBytes};

/// Bytes that may stand before the first frame of an MP3, as where its sound is read.
const JUNK: usize = 64 << 10;
/// Characters of a text that are kept; what is longer is no title.
const LONGEST: usize = 1000;

/// What an audio file says: ID3, Vorbis comments, the item list of MPEG-4, APE tags, the INFO list of a WAVE, the text chunks of an AIFF.
///
/// Texts are as they are stored, without blanks at their ends and line breaks; none is empty. Where a file has several tags, what is usual for its format
/// comes first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags {
    /// Of the track.
    pub title: Option<String>,
    /// Who performs; several with commas between them.
    pub performer: Option<String>,
    /// Who wrote the words.
    pub songwriter: Option<String>,
    /// Who composed.
    pub composer: Option<String>,
    /// Who arranged.
    pub arranger: Option<String>,
    /// The title of the disc.
    pub album: Option<String>,
    /// Who performs on the disc as a whole.
    pub album_performer: Option<String>,
    /// The kind of music, as a word.
    pub genre: Option<String>,
    /// Recording code, in whatever form.
    pub isrc: Option<String>,
    /// The number under the bars on the case, in whatever form.
    pub barcode: Option<String>,
    /// Number of the track.
    pub track: Option<u32>,
    /// Number of the disc in its set.
    pub disc: Option<u32>,
}

impl Tags {
    /// Those of a file; nothing where it has none. An error where it has some that can't be read.
    pub fn read(path: &Path) -> io::Result<Tags> {
        Tags::of(Arc::new(FileBytes::open(path)?))
    }

    /// The same, of a file that lies in other bytes.
    pub fn of(file: Arc<dyn Bytes>) -> io::Result<Tags> {
        // The crate is made for files as people have them; a panic of it must not end a job that needs no titles.
        catch_unwind(AssertUnwindSafe(|| parse(file))).unwrap_or_else(|_| Err(io::ErrorKind::InvalidData.into()))
    }
}

fn parse(file: Arc<dyn Bytes>) -> io::Result<Tags> {
    let options = ParseOptions::new().read_properties(false).read_cover_art(false).max_junk_bytes(JUNK);
    let probe = Probe::new(BufReader::new(Stream::new(file))).options(options).guess_file_type()?;
    if probe.file_type().is_none() {
        return Ok(Tags::default());
    }
    let tagged = probe.read().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    let usual = tagged.primary_tag_type();
    let mut tags: Vec<&Tag> = tagged.tags().iter().collect();
    tags.sort_by_key(|tag| tag.tag_type() != usual);
    let text = |key: ItemKey| tags.iter().find_map(|tag| joined(tag, key));
    // “3/12” is the third of twelve.
    let number = |key| text(key).and_then(|text: String| text.split('/').next()?.trim().parse().ok());
    Ok(Tags {
        title: text(ItemKey::TrackTitle),
        performer: text(ItemKey::TrackArtist).or_else(|| text(ItemKey::TrackArtists)),
        songwriter: text(ItemKey::Lyricist).or_else(|| text(ItemKey::Writer)),
        composer: text(ItemKey::Composer),
        arranger: text(ItemKey::Arranger),
        album: text(ItemKey::AlbumTitle),
        album_performer: text(ItemKey::AlbumArtist).or_else(|| text(ItemKey::AlbumArtists)),
        genre: text(ItemKey::Genre),
        isrc: text(ItemKey::Isrc),
        barcode: text(ItemKey::Barcode),
        track: number(ItemKey::TrackNumber),
        disc: number(ItemKey::DiscNumber),
    })
}

/// All texts of one key.
fn joined(tag: &Tag, key: ItemKey) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for text in tag.get_strings(key).map(tidy).filter(|text| !text.is_empty()) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Some(texts.join(", ")).filter(|text| !text.is_empty())
}

/// On one line, without what can't be seen.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ffmpeg, format, mutated, pcm, wave};
    use super::*;

    fn of(file: &[u8]) -> Tags {
        Tags::of(Arc::new(file.to_vec())).unwrap()
    }

    /// Four frames of silence, as MPEG-1 layer III has them at 128 kbit/s.
    fn mp3() -> Vec<u8> {
        [[0xFF, 0xFB, 0x90, 0x64].as_slice(), &[0; 413]].concat().repeat(4)
    }

    /// An APE tag of version 2 with these texts.
    fn ape(items: &[(&str, &str)]) -> Vec<u8> {
        let item = |(key, text): &(&str, &str)| {
            let len = (text.len() as u32).to_le_bytes();
            [len.as_slice(), &[0; 4], key.as_bytes(), &[0], text.as_bytes()].concat()
        };
        let body: Vec<u8> = items.iter().flat_map(item).collect();
        let numbers = [2000, body.len() as u32 + 32, items.len() as u32, 0, 0, 0].map(u32::to_le_bytes).concat();
        [body, b"APETAGEX".to_vec(), numbers].concat()
    }

    #[test]
    fn ape_tags_are_read_behind_the_sound() {
        let tag = ape(&[
            ("Title", "A\r\n title "),
            ("Artist", "One\0Two"),
            ("Track", "3/12"),
            ("ISRC", "USS1Z9900001"),
            ("Genre", "  "),
        ]);
        let tags = of(&[mp3(), tag].concat());
        assert_eq!((tags.title.as_deref(), tags.track, tags.disc), (Some("A title"), Some(3), None));
        assert_eq!((tags.performer.as_deref(), tags.isrc.as_deref()), (Some("One, Two"), Some("USS1Z9900001")));
        assert_eq!(tags.genre, None);
    }

    #[test]
    fn what_has_no_tags_has_none() {
        for file in [mp3(), wave(&format(1, 2, 44_100, 16), &pcm(100)), Vec::new(), vec![1; 5000]] {
            assert_eq!(of(&file), Tags::default());
        }
    }

    /// Whatever stands in a file, reading its tags ends, soon and without a panic.
    #[test]
    fn hostile_tags_do_no_harm() {
        let source = wave(&format(1, 2, 44_100, 16), &pcm(5000));
        let tags = "-metadata title=A_title -metadata artist=Somebody -metadata track=3/9 -metadata ISRC=USS1Z9900001";
        let mut files = vec![[mp3(), ape(&[("Title", "x"), ("Artist", "y")])].concat()];
        for (options, suffix) in [
            ("-c:a libmp3lame", "out.mp3"),
            ("-c:a flac", "out.flac"),
            ("-c:a libvorbis", "out.ogg"),
            ("-c:a alac", "out.m4a"),
            ("-write_id3v2 1", "out.aiff"),
            ("-c:a copy", "out.wav"),
        ] {
            let Some(file) = ffmpeg(&format!("{options} {tags}"), &source, ("in.wav", suffix)) else { break };
            assert_eq!(of(&file).title.as_deref(), Some("A_title"), "{suffix}");
            files.push(file);
        }
        for file in files {
            for changed in mutated(&file, 100) {
                let begun = std::time::Instant::now();
                let _ = Tags::of(Arc::new(changed));
                assert!(begun.elapsed().as_secs() < 20);
            }
        }
    }
}
