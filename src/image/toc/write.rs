//! The text of a TOC file.

use super::description::{ENCODINGS, ITEMS, KINDS, MODES, word};
use super::{Amount, Mark, Piece, Source, SubMode, TextBlock, TextValue, TocFile, TocMode, TocTrack};
use crate::disc::Msf;

/// Writes a TOC file, which [`super::parse`] reads as the same.
pub fn text(toc: &TocFile) -> Vec<u8> {
    let mut out = Writer::default();
    out.line(0, word(&KINDS, toc.kind));
    if let Some(catalog) = toc.catalog {
        out.line(0, &format!("CATALOG \"{catalog}\""));
    }
    if let Some(first) = toc.first_track {
        out.line(0, &format!("FIRST_TRACK_NO {first}"));
    }
    if !toc.text.is_empty() || !toc.languages.is_empty() {
        out.line(0, "CD_TEXT {");
        if !toc.languages.is_empty() {
            out.line(1, "LANGUAGE_MAP {");
            for (language, code) in &toc.languages {
                out.line(2, &format!("{language} : {code}"));
            }
            out.line(1, "}");
        }
        out.blocks(&toc.text, false);
    }
    for (number, track) in (u32::from(toc.first_track.unwrap_or(1))..).zip(&toc.tracks) {
        out.line(0, &format!("\n// Track {number}"));
        out.track(track);
    }
    out.bytes
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn line(&mut self, depth: usize, text: &str) {
        self.bytes.extend(std::iter::repeat_n(b' ', depth * 2));
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b'\n');
    }

    /// Blocks and the closing brace of CD_TEXT.
    fn blocks(&mut self, blocks: &[TextBlock], of_track: bool) {
        for block in blocks {
            self.line(1, &format!("LANGUAGE {} {{", block.language));
            if let Some(encoding) = block.encoding {
                self.line(2, word(&ENCODINGS, encoding));
            }
            for item in &block.items {
                let name = if of_track && item.kind == 0x8E { "ISRC" } else { word(&ITEMS, item.kind) };
                match &item.value {
                    TextValue::Text(text) => self.line(2, &format!("{name} {}", quoted(text))),
                    TextValue::Binary(bytes) => {
                        let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
                        self.line(2, &format!("{name} {{ {} }}", list.join(", ")));
                    }
                }
            }
            self.line(1, "}");
        }
        self.line(0, "}");
    }

    fn track(&mut self, track: &TocTrack) {
        let sub = match track.sub {
            None => "",
            Some(SubMode::Rw) => " RW",
            Some(SubMode::RwRaw) => " RW_RAW",
        };
        self.line(0, &format!("TRACK {}{sub}", word(&MODES, track.mode)));
        self.line(0, if track.control.copy { "COPY" } else { "NO COPY" });
        if track.mode == TocMode::Audio {
            self.line(0, if track.control.pre_emphasis { "PRE_EMPHASIS" } else { "NO PRE_EMPHASIS" });
            self.line(0, if track.control.four_channel { "FOUR_CHANNEL_AUDIO" } else { "TWO_CHANNEL_AUDIO" });
        }
        if let Some(isrc) = track.isrc {
            self.line(0, &format!("ISRC \"{isrc}\""));
        }
        if !track.text.is_empty() {
            self.line(0, "CD_TEXT {");
            self.blocks(&track.text, true);
        }
        for (number, piece) in track.pieces.iter().enumerate() {
            self.marks(track, Some(number));
            self.piece(track, piece);
        }
        self.marks(track, Some(track.pieces.len()));
        self.marks(track, None);
        for index in &track.indexes {
            self.line(0, &format!("INDEX {}", Msf::from_frames(*index)));
        }
    }

    /// START and END that stand here: after this many pieces, or at the end of the track those with a time.
    fn marks(&mut self, track: &TocTrack, after: Option<usize>) {
        for (name, mark) in [("START", track.start), ("END", track.end)] {
            match mark {
                Some(Mark::After(count)) if after == Some(count) => self.line(0, name),
                Some(Mark::At(sectors)) if after.is_none() => self.line(0, &format!("{name} {}", Msf::from_frames(sectors))),
                _ => {}
            }
        }
    }

    fn piece(&mut self, track: &TocTrack, piece: &Piece) {
        let length = piece.length.map_or(String::new(), |length| format!(" {}", amount(length)));
        match &piece.source {
            Source::Empty if track.mode == TocMode::Audio && !matches!(piece.length, Some(Amount::Bytes(_))) => {
                self.line(0, &format!("SILENCE{length}"));
            }
            Source::Empty => self.line(0, &format!("ZERO{length}")),
            Source::File { name, offset, start, swap, audio } => {
                let skip = if *offset > 0 { format!(" #{offset}") } else { String::new() };
                let (name, swap) = (quoted(name.as_bytes()), if *swap { " SWAP" } else { "" });
                match audio {
                    true => self.line(0, &format!("FILE {name}{swap}{skip} {}{length}", amount(*start))),
                    false => self.line(0, &format!("DATAFILE {name}{skip}{length}")),
                }
            }
        }
    }
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::Sectors(sectors) => Msf::from_frames(sectors).to_string(),
        Amount::Samples(number) | Amount::Bytes(number) => number.to_string(),
    }
}

/// A string with its escapes. Text that is not UTF-8 is escaped byte by byte, so that the file stays UTF-8.
fn quoted(text: &[u8]) -> String {
    let mut out = String::from("\"");
    let octal = |out: &mut String, byte: u8| out.push_str(&format!("\\{byte:03o}"));
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                '\0'..='\x1F' | '\x7F' => octal(&mut out, c as u8),
                _ => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|&byte| octal(&mut out, byte));
    }
    out.push('"');
    out
}
