//! From the text of a track list to [`Gdi`]: pure, no file access.

use crate::disc::Lba;
use crate::image::text::lines;
use crate::image::{Fault, Flaw, Limits, shorten};

/// A track list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gdi {
    /// Its tracks, in order, numbered without a gap; at least one.
    pub tracks: Vec<GdiTrack>,
    /// What was odd, in sentences.
    pub warnings: Vec<String>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GdiTrack {
    /// 1–99.
    pub number: u8,
    /// Address of its first stored sector.
    pub start: Lba,
    /// Type 4; type 0 is audio.
    pub data: bool,
    /// Bytes of a record: 2048, 2336, 2352, or 2448 with subchannel.
    pub sector_size: u16,
    /// The file.
    pub file: String,
    /// Bytes to skip in it.
    pub offset: u64,
    /// Where the line stands, counted from 1.
    pub line: u32,
}

/// Whether the first lines are those of a track list.
pub fn is_list(head: &[u8]) -> bool {
    let mut lines = lines(head).filter(|(_, text)| !text.is_empty());
    let count = lines.next().and_then(|(_, text)| text.parse::<u8>().ok());
    count.is_some_and(|count| (1..=99).contains(&count)) && lines.next().is_some_and(|(line, text)| track(line, &text).is_ok())
}

/// Reads a track list.
///
/// The first line says how many tracks there are. Lists whose other lines are more or fewer are common, and the lines are right.
///
/// # Errors
/// A [`Flaw`] at the line that is wrong.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Gdi, Flaw> {
    let mut gdi = Gdi { tracks: Vec::new(), warnings: Vec::new() };
    let mut count = None;
    for (line, text) in lines(bytes).filter(|(_, text)| !text.is_empty()) {
        if line > limits.statements {
            return Err(Flaw::line(line, Fault::TooMany { what: "lines in the track list", limit: limits.statements.into() }));
        }
        let Some(count) = count else {
            let number = text.parse::<u8>().ok().filter(|number| (1..=99).contains(number));
            let expected = "the number of tracks, 1 to 99";
            count = Some(number.ok_or_else(|| Flaw::line(line, Fault::Syntax { expected, found: shorten(&text) }))?);
            continue;
        };
        match track(line, &text) {
            Ok(track) => push(&mut gdi.tracks, track)?,
            Err(_) if gdi.tracks.len() >= usize::from(count) => {
                gdi.warnings.push(format!("Line {line} stands behind the last track and is left out."));
            }
            Err(flaw) => return Err(flaw),
        }
    }
    match count {
        None => return Err(Flaw::file(Fault::NotThis { what: "a GDI track list" })),
        Some(_) if gdi.tracks.is_empty() => return Err(Flaw::file(Fault::Missing { what: "a track in the list" })),
        Some(count) if gdi.tracks.len() != usize::from(count) => {
            let found = gdi.tracks.len();
            gdi.warnings.insert(0, format!("The list says that there are {count} tracks, but has {found}."));
        }
        Some(_) => {}
    }
    Ok(gdi)
}

/// Adds a track, which has to follow the one before.
fn push(tracks: &mut Vec<GdiTrack>, track: GdiTrack) -> Result<(), Flaw> {
    if let Some(last) = tracks.last() {
        let contradiction = |what, one: i64, other: i64| Err(Flaw::line(track.line, Fault::Contradiction { what, one, other }));
        if track.number != last.number + 1 {
            let expected = i64::from(last.number) + 1;
            return contradiction("the numbers of this track and of the one before", expected, track.number.into());
        }
        if track.start <= last.start {
            let what = "the addresses of this track and of the one before, which should rise,";
            return contradiction(what, last.start.0.into(), track.start.0.into());
        }
    }
    tracks.push(track);
    Ok(())
}

/// A line: number, address, type, bytes of a sector, file, offset.
fn track(line: u32, text: &str) -> Result<GdiTrack, Flaw> {
    let syntax = |expected, found: &str| Flaw::line(line, Fault::Syntax { expected, found: shorten(found) });
    let mut rest = text;
    let mut number = |what, expected, most: u32| {
        let (field, behind) = rest.split_once([' ', '\t']).ok_or_else(|| syntax("six fields", text))?;
        rest = behind.trim_start();
        let value = field.parse::<u32>().map_err(|_| syntax(what, field))?;
        let too_much = || Flaw::line(line, Fault::OutOfRange { what, expected, found: value.into() });
        if value <= most { Ok(value) } else { Err(too_much()) }
    };
    let track = number("a track number", "1 to 99", 99)?;
    let start = number("an address", "one that a disc has", 600_000)?;
    let kind = number("a track type", "0 (audio) or 4 (data)", 15)?;
    let sector_size = number("a sector size", "2048, 2336, 2352 or 2448 bytes", 2448)?;
    let fits = match kind {
        0 => [2352, 2448].as_slice(),
        4 => &[2048, 2336, 2352, 2448],
        _ => {
            let (what, expected) = ("the track type", "0 (audio) or 4 (data)");
            return Err(Flaw::line(line, Fault::OutOfRange { what, expected, found: kind.into() }));
        }
    };
    if !fits.contains(&sector_size) {
        let (what, expected) = ("the sector size of a track", "one that its type has");
        return Err(Flaw::line(line, Fault::OutOfRange { what, expected, found: sector_size.into() }));
    }
    let (file, offset) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').ok_or_else(|| syntax("a quotation mark behind the name", rest))?,
        // Blanks in a name without quotes are some writer's mistake, but there is only one way to read them.
        None => rest.rsplit_once([' ', '\t']).ok_or_else(|| syntax("six fields", text))?,
    };
    let (file, offset) = (file.trim(), offset.trim());
    if file.is_empty() {
        return Err(syntax("the name of a file", rest));
    }
    let offset = offset.parse().map_err(|_| syntax("an offset in the file", offset))?;
    let number = u8::try_from(track).ok().filter(|&number| number > 0);
    let number = number.ok_or_else(|| syntax("a track number", text))?;
    let start = i32::try_from(start).map(Lba).map_err(|_| syntax("an address", text))?;
    Ok(GdiTrack { number, start, data: kind == 4, sector_size: sector_size as u16, file: file.to_owned(), offset, line })
}
