//! The text of a `.dvd` file.

use super::DvdFile;

/// Writes a `.dvd` file, which [`super::parse`] reads as the same.
pub fn text(dvd: &DvdFile) -> Vec<u8> {
    let mut text = format!("LayerBreak={}\r\n", dvd.layer_break.unwrap_or(0));
    for (_, name) in &dvd.files {
        text += name;
        text += "\r\n";
    }
    text.into_bytes()
}
