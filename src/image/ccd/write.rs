//! The text of a CloneCD descriptor, as CloneCD itself writes it.

use std::fmt::{Display, Write as _};

use super::Ccd;
use crate::disc::Msf;

/// Writes a descriptor, which [`super::parse`] reads as the same.
pub fn text(ccd: &Ccd) -> Vec<u8> {
    let mut out = Writer::default();
    out.section("CloneCD");
    out.key("Version", ccd.version);
    out.section("Disc");
    out.key("TocEntries", ccd.entries.len());
    out.key("Sessions", ccd.sessions.len());
    out.key("DataTracksScrambled", u8::from(ccd.scrambled));
    // Packs count with the checksum that is not written.
    out.key("CDTextLength", ccd.cd_text.len() * 18);
    if let Some(catalog) = &ccd.catalog {
        out.key("CATALOG", catalog);
    }
    for session in &ccd.sessions {
        out.section(format_args!("Session {}", session.number));
        out.key("PreGapMode", session.pregap_mode);
        out.key("PreGapSubC", u8::from(session.pregap_subchannel));
    }
    out.entries(ccd);
    for track in &ccd.tracks {
        out.section(format_args!("TRACK {}", track.number));
        if let Some(mode) = track.mode {
            out.key("MODE", mode);
        }
        if let Some(isrc) = &track.isrc {
            out.key("ISRC", isrc);
        }
        for (number, at) in &track.indexes {
            out.key(format_args!("INDEX {number}"), at);
        }
    }
    if !ccd.cd_text.is_empty() {
        out.section("CDText");
        out.key("Entries", ccd.cd_text.len());
        for (number, pack) in ccd.cd_text.iter().enumerate() {
            let bytes: Vec<String> = pack.iter().map(|byte| format!("{byte:02x}")).collect();
            out.key(format_args!("Entry {number}"), bytes.join(" "));
        }
    }
    out.text.into_bytes()
}

#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn section(&mut self, name: impl Display) {
        self.put(format_args!("[{name}]\r\n"));
    }

    fn key(&mut self, key: impl Display, value: impl Display) {
        self.put(format_args!("{key}={value}\r\n"));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.text.write_fmt(text).expect("writing to a String does not fail");
    }

    fn entries(&mut self, ccd: &Ccd) {
        for (number, entry) in ccd.entries.iter().enumerate() {
            self.section(format_args!("Entry {number}"));
            self.key("Session", entry.session);
            self.key("Point", format_args!("0x{:02x}", entry.point));
            self.key("ADR", format_args!("0x{:02x}", entry.adr));
            self.key("Control", format_args!("0x{:02x}", entry.control));
            self.key("TrackNo", 0);
            let [minute, second, frame] = entry.a;
            self.key("AMin", minute);
            self.key("ASec", second);
            self.key("AFrame", frame);
            self.key("ALBA", Msf { minute: u32::from(minute), second, frame }.to_lba());
            self.key("Zero", entry.zero);
            let [minute, second, frame] = entry.p;
            self.key("PMin", minute);
            self.key("PSec", second);
            self.key("PFrame", frame);
            self.key("PLBA", entry.plba);
        }
    }
}
