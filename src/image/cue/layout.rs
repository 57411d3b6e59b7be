//! From a sheet and the lengths of its files to a [`Disc`] and the places of its sectors: arithmetic alone.
//!
//! Files follow one another without a gap, from LBA 0. What sheets leave open is decided so:
//!
//! * The 150 sectors of pregap that every disc begins with are in no file. Frames before index 1 of track 1 are more pregap, on
//!   top of these: the hidden track. cd-info 2.1 says the same of `INDEX 01 00:01:00`.
//! * `PREGAP` of track 1 is on top of the 150, too: `PREGAP 00:02:00` puts its index 1 at LBA 150. chdman 0.251 and cdrdao 1.2.4
//!   read it so, and EAC writes it so; cd-info takes no notice of any `PREGAP`.
//! * `PREGAP` lies before what the file has of the pregap, where there are both.
//! * A session begins with its lead-in; between two lie 6750 + 4500 + 150 frames (2250 + 4500 + 150 from the second on, MMC). `REM
//!   LEAD-OUT`, `REM LEAD-IN` and `REM PREGAP` change them. `REM LEAD-OUT` is a length if a `REM LEAD-IN` follows
//!   (DiscImageCreator, redump), or else the place in the file where the session ends (IsoBuster, ImgBurn, which store the gap).
//! * The high-density area of a GD-ROM begins at LBA 45000. It is the second session here.

use crate::disc::{Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::{Fault, Flaw, guess_medium, set_medium};

use super::sheet::{CueSheet, StoredMode, TrackEntry, Warning};
use super::spans::{LEAD_IN, PREGAP, SessionGaps, Span, lead_out_frames, spans};

/// Sectors that lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which of [`CueSheet::files`].
    pub file: usize,
    /// Byte offset in it (of the decoded sound, where it is sound).
    pub offset: u64,
    /// Address of the first.
    pub start: Lba,
    /// How many.
    pub sectors: u32,
    /// What they are.
    pub stored: StoredMode,
}

/// A sheet laid out on a disc.
#[derive(Debug)]
pub struct Layout {
    /// The disc, without its CD-TEXT.
    pub disc: Disc,
    /// What is in the files.
    pub runs: Vec<Run>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// Lays out a sheet whose files have these lengths in bytes (of sound: decoded, 16-bit stereo).
///
/// # Errors
/// Those of the sheet's times: see [`Flaw`]'s line.
pub fn layout(sheet: &CueSheet, lengths: &[u64], gaps: SessionGaps) -> Result<Layout, Flaw> {
    let mut warnings = Vec::new();
    let spans = spans(sheet, lengths, gaps, &mut warnings)?;
    let mut layer = Layer { sheet, next: 0, gap: 0, runs: Vec::new(), warnings };
    let mut sessions: Vec<Session> = Vec::new();
    let mut place = spans.as_slice();
    for (index, entry) in sheet.tracks.iter().enumerate() {
        let (own, rest) = place.split_at(place.iter().take_while(|span| span.track == index).count());
        place = rest;
        let opens = index == 0 || sheet.tracks[index - 1].session != entry.session;
        let track = layer.track(entry, own, opens)?;
        if opens {
            let number = sessions.len() as u16 + 1;
            sessions.push(Session { number, disc_type: DiscType::default(), tracks: Vec::new(), lead_out: Lba(0) });
        }
        let session = sessions.last_mut().expect("the first track opens one");
        session.lead_out = track.end();
        session.tracks.push(track);
    }
    let mut disc = Disc { sessions, mcn: sheet.catalog, ..Disc::new(Medium::Cd, Vec::new()) };
    for (index, session) in disc.sessions.iter_mut().enumerate() {
        session.disc_type = disc_type(sheet, index);
    }
    disc.medium = medium(sheet, &disc);
    if sheet.medium == Some(Medium::Gd) && disc.medium != Medium::Gd {
        let line = sheet.tracks.first().map_or(0, |track| track.line);
        let text = "this is said to be a GD-ROM, but its sessions are not the areas of one: it is read as a CD".to_owned();
        layer.warnings.push(Warning { line, text });
    }
    if !disc.medium.is_cd() {
        uncompact(&mut disc, &mut layer.runs);
    }
    Ok(Layout { disc, runs: layer.runs, warnings: layer.warnings })
}

struct Layer<'a> {
    sheet: &'a CueSheet,
    /// The first address that no track has yet.
    next: i64,
    /// Frames of session gap before it that the files count.
    gap: u32,
    runs: Vec<Run>,
    warnings: Vec<Warning>,
}

impl Layer<'_> {
    fn warn(&mut self, line: u32, text: String) {
        self.warnings.push(Warning { line, text });
    }

    /// Lays a track at the next address.
    fn track(&mut self, entry: &TrackEntry, spans: &[Span], opens: bool) -> Result<Track, Flaw> {
        let start = self.start_index(entry);
        let mut addresses = Vec::with_capacity(entry.indexes.len());
        let (mut at, mut before_start) = (0, 0);
        for span in spans {
            for index in span.indexes {
                let address = at + i64::from(index.at - span.from);
                if index.number == start {
                    before_start = address;
                }
                if index.number > start {
                    addresses.push((address, index.line));
                }
            }
            at += i64::from(span.sectors);
        }
        let (first, pregap) = self.first(entry, before_start, opens)?;
        let index_1 = first + before_start;
        let mut here = first;
        for span in spans {
            self.run(entry, span, here)?;
            here += i64::from(span.sectors);
        }
        self.gap = spans.last().map_or(0, |span| span.gap);
        let end = here + i64::from(entry.postgap);
        self.next = end;
        let length = u32::try_from(end - index_1).map_err(|_| too_long(entry.line))?;
        if length == 0 {
            return Err(Flaw::line(entry.line, Fault::Missing { what: "every sector of this track" }));
        }
        let mut track = Track::new(entry.number, entry.stored.mode, lba(index_1, entry.line)?, length);
        lba(end, entry.line)?;
        track.pregap = u32::try_from(pregap).map_err(|_| too_long(entry.line))?;
        track.postgap = entry.postgap.saturating_add(entry.stored_postgap).min(length);
        track.control = entry.control;
        track.isrc = entry.isrc;
        for (address, line) in addresses {
            let address = lba(first + address, line)?;
            if address > track.indexes.last().copied().unwrap_or(track.start) && address < track.end() {
                track.indexes.push(address);
            } else {
                self.warn(line, "this INDEX has no sectors and is left out".to_owned());
            }
        }
        Ok(track)
    }

    /// The number of the index where the track begins: 1, or what there is of others.
    fn start_index(&mut self, entry: &TrackEntry) -> u8 {
        let start = entry.indexes.iter().map(|index| index.number).find(|number| *number > 0).unwrap_or(0);
        if start != 1 {
            self.warn(entry.line, format!("track {} has no INDEX 01: it begins at INDEX {start:02}", entry.number));
        }
        start
    }

    /// The address of the first stored frame of a track that stores `stored` frames of pregap, and the length of its whole pregap.
    fn first(&self, entry: &TrackEntry, stored: i64, opens: bool) -> Result<(i64, i64), Flaw> {
        let pregap = i64::from(entry.pregap) + stored;
        let lead = i64::from(PREGAP);
        if !opens {
            return Ok((self.next + i64::from(entry.pregap), pregap));
        }
        let Some(before) = entry.session.checked_sub(1) else {
            return Ok((i64::from(entry.pregap), lead + pregap));
        };
        let (last, this) = (self.sheet.sessions[before], self.sheet.sessions[entry.session]);
        let area = this.pregap.map_or(lead, i64::from).max(pregap);
        if this.high_density {
            let start = i64::from(Disc::HIGH_DENSITY.0);
            let first = start - stored;
            return if start - area >= self.next { Ok((first, area)) } else { Err(too_long(entry.line)) };
        }
        if self.gap > 0 {
            let first = self.next + i64::from(self.gap);
            return Ok((first, area.min(i64::from(self.gap) + stored)));
        }
        // With a lead-in beside it, the lead-out is a length; the end of the session in its file would say nothing new.
        let length = this.lead_in.and(last.lead_out).filter(|length| Some(*length) != self.end_in_file(before));
        let gap = length.unwrap_or(lead_out_frames(before)) + this.lead_in.unwrap_or(LEAD_IN);
        Ok((self.next + i64::from(gap) + area - stored, area))
    }

    /// The time in its file at which a session ends, where the next goes on in the same file.
    fn end_in_file(&self, session: usize) -> Option<u32> {
        let (last, next) = (
            self.sheet.tracks.iter().rfind(|track| track.session == session)?.indexes.last()?,
            self.sheet.tracks.iter().find(|track| track.session > session)?.indexes.first()?,
        );
        (last.file == next.file).then_some(next.at)
    }

    fn run(&mut self, entry: &TrackEntry, span: &Span, start: i64) -> Result<(), Flaw> {
        if span.sectors > 0 {
            let start = lba(start, entry.line)?;
            self.runs.push(Run { file: span.file, offset: span.offset, start, sectors: span.sectors, stored: entry.stored });
        }
        Ok(())
    }
}

fn lba(address: i64, line: u32) -> Result<Lba, Flaw> {
    i32::try_from(address).map(Lba).map_err(|_| too_long(line))
}

fn too_long(line: u32) -> Flaw {
    Flaw::line(line, Fault::TooMany { what: "sectors before the end of this track", limit: i32::MAX as u64 })
}

/// What the sheet says of a session, or what its tracks let one think: mode 2 is recorded on XA discs.
fn disc_type(sheet: &CueSheet, session: usize) -> DiscType {
    let own = || sheet.tracks.iter().filter(move |track| track.session == session).map(|track| track.stored);
    let told = match own().any(|stored| stored.mode.is_mode2()) {
        _ if own().any(|stored| stored.cdi) => DiscType::CdI,
        true => DiscType::Xa,
        false => DiscType::CdDaOrRom,
    };
    sheet.sessions[session].disc_type.unwrap_or(told)
}

/// What the sheet says, unless its tracks cannot be on that; where it says nothing, what the size allows.
fn medium(sheet: &CueSheet, disc: &Disc) -> Medium {
    let plain = sheet.tracks.iter().all(|track| track.stored.mode == TrackMode::Mode1 && track.stored.record() == 2048);
    match sheet.medium {
        Some(Medium::Gd) if disc.check_areas().is_err() => Medium::Cd,
        Some(medium) if plain || medium.is_cd() => medium,
        None if plain && sheet.tracks.len() == 1 => guess_medium(disc.sectors().into()),
        _ => Medium::Cd,
    }
}

/// Discs other than CDs have no pregap and no CD-ROM modes.
fn uncompact(disc: &mut Disc, runs: &mut [Run]) {
    set_medium(disc, disc.medium);
    runs.iter_mut().for_each(|run| run.stored.mode = TrackMode::Dvd);
}
