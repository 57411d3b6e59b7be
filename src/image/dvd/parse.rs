//! The few lines of a `.dvd` file.

use crate::image::text::lines;
use crate::image::{Fault, Flaw, Limits, shorten};

/// What a `.dvd` file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DvdFile {
    /// `LayerBreak`: the first sector of the second layer; none when it is 0 or not said.
    pub layer_break: Option<u32>,
    /// Names of the files that hold the sectors, in order, and their lines; at least one.
    pub files: Vec<(u32, String)>,
}

/// Reads a `.dvd` file: a line `LayerBreak=n`, then a file name in every line.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<DvdFile, Flaw> {
    if bytes.len() as u64 > limits.descriptor {
        return Err(Flaw::file(Fault::TooMany { what: "bytes in the .dvd file", limit: limits.descriptor }));
    }
    let mut layer_break = None;
    let mut files = Vec::new();
    for (line, text) in lines(bytes) {
        if text.is_empty() {
            continue;
        }
        if text.contains(char::is_control) {
            return Err(Flaw::line(line, Fault::NotThis { what: "a .dvd file, which is text" }));
        }
        let value = text.split_once('=').filter(|(key, _)| key.trim().eq_ignore_ascii_case("LayerBreak"));
        if let Some((_, value)) = value {
            if layer_break.is_some() || !files.is_empty() {
                return Err(Flaw::line(
                    line,
                    Fault::Misplaced { what: "LayerBreak", why: "it is the first line, and the only one" },
                ));
            }
            layer_break = Some(sectors(line, value.trim())?);
            continue;
        }
        if files.len() >= limits.files as usize {
            return Err(Flaw::line(line, Fault::TooMany { what: "files", limit: u64::from(limits.files) }));
        }
        files.push((line, text.into_owned()));
    }
    if files.is_empty() {
        return Err(Flaw::file(Fault::Missing { what: "the name of the file that holds the sectors" }));
    }
    Ok(DvdFile { layer_break: layer_break.filter(|&sector| sector > 0), files })
}

fn sectors(line: u32, value: &str) -> Result<u32, Flaw> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return Err(Flaw::line(line, Fault::Syntax { expected: "the layer break as a number", found: shorten(value) }));
    }
    value.parse().ok().filter(|&sectors: &u32| sectors <= i32::MAX as u32).ok_or_else(|| {
        let found = value.parse().unwrap_or(i64::MAX);
        Flaw::line(line, Fault::OutOfRange { what: "LayerBreak", expected: "the number of a sector", found })
    })
}
