//! The checksums of an image, to read and to copy.

use egui::{Grid, Label, RichText, ScrollArea, Ui};

use super::actions::{Action, Actions};
use super::icons::Icon;
use super::theme::{L, SMALL};
use super::widgets::{Look, button, note};
use super::words;
use crate::job::{Digests, HashReport};

/// Shows them.
pub fn show(ui: &mut Ui, report: &HashReport, actions: &mut Actions) {
    ui.horizontal(|ui| {
        if button(ui, Some(Icon::Copy), "Copy all", Look::Normal).clicked() {
            actions.push(Action::Copy(as_text(report)));
        }
        note(ui, "Of the sectors as the Redump database counts them.");
    });
    ScrollArea::both().auto_shrink([false, false]).show(ui, |ui| {
        Grid::new("checksums").num_columns(5).spacing([L, 6.0]).show(ui, |ui| {
            for head in ["Track", "Size", "CRC-32", "MD5", "SHA-1"] {
                note(ui, head);
            }
            ui.end_row();
            if let Some(disc) = &report.disc {
                row(ui, "All", disc);
            }
            for track in &report.tracks {
                row(ui, &track.id.track.to_string(), &track.digests);
            }
        });
    });
}

fn row(ui: &mut Ui, name: &str, digests: &Digests) {
    ui.label(name);
    ui.label(words::size(digests.bytes));
    for text in [format!("{:08x}", digests.crc32), words::hex(&digests.md5), words::hex(&digests.sha1)] {
        ui.add(Label::new(RichText::new(text).monospace().size(SMALL)).extend().selectable(true));
    }
    ui.end_row();
}

/// One line for each track, fields apart by tabs.
fn as_text(report: &HashReport) -> String {
    let mut text = "track\tbytes\tcrc32\tmd5\tsha1\n".to_owned();
    let mut line = |name: &str, d: &Digests| {
        text += &format!("{name}\t{}\t{:08x}\t{}\t{}\n", d.bytes, d.crc32, words::hex(&d.md5), words::hex(&d.sha1));
    };
    if let Some(disc) = &report.disc {
        line("all", disc);
    }
    for track in &report.tracks {
        line(&track.id.track.to_string(), &track.digests);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::TrackId;
    use crate::job::TrackDigests;

    #[test]
    fn what_is_copied_is_a_table() {
        let digests = Digests { bytes: 2352, crc32: 0xAB, md5: [1; 16], sha1: [0xFE; 20] };
        let track = TrackDigests { id: TrackId { session: 1, track: 7 }, digests };
        let report = HashReport { source: "a".into(), disc: None, tracks: vec![track], seconds: 0.0 };
        let line = format!("7\t2352\t000000ab\t{}\t{}", "01".repeat(16), "fe".repeat(20));
        assert_eq!(as_text(&report).lines().nth(1), Some(line.as_str()));
    }
}
