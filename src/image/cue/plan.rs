//! From a disc to the files of an image.

use std::sync::Arc;

use crate::disc::sector::{Form, RAW};
use crate::disc::{Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::packing::Flac;
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};

use super::cd_text::fits_inline;
use super::sheet::{CueSheet, FileEntry, FileName, FileType, IndexEntry, SessionEntry, StoredMode, TrackEntry};
use super::spans::{LEAD_IN, PREGAP, lead_out_frames};
use super::write::write;

/// What audio tracks can be stored as: sectors, or files that every player knows.
pub const CODECS: [&str; 3] = [BIN, WAV, FLAC];
const BIN: &str = "bin";
const WAV: &str = "wav";
const FLAC: &str = "flac";

/// Plans a sheet with one file of sectors, or with one for each track, named as redump names them.
///
/// Pregaps are stored (`INDEX 00`), but for the 150 sectors that every session begins with; gaps between sessions are not. The texts
/// stand in the sheet where it can hold them, or else in a CD-TEXT file beside it.
///
/// Where audio tracks become files of sound and there are data tracks too, each track has a file.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let stem: String = request.stem.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    let codec = request.tuning.codec.as_deref().unwrap_or(BIN);
    let audio = disc.tracks().filter(|(_, track)| track.mode == TrackMode::Audio).count();
    let mixed = codec != BIN && audio > 0 && audio < disc.tracks().count();
    let apart = request.file_per_track || mixed;
    let mut planner = Planner { disc, stem, codec, apart, sheet: CueSheet::default(), files: Vec::new(), at: 0 };
    planner.sheet.catalog = disc.mcn;
    planner.sheet.medium = Some(disc.medium).filter(|medium| *medium != Medium::Cd);
    let mut before: Option<&Session> = None;
    for session in &disc.sessions {
        planner.session(before, session)?;
        before = Some(session);
    }
    planner.sound_files(request.tuning.level)?;
    planner.cd_text()?;
    let Planner { sheet, mut files, stem, .. } = planner;
    files.push(PlannedFile::new(format!("{stem}.cue"), vec![Part::Bytes(write(&sheet).into_bytes())]));
    Ok(Plan { files })
}

struct Planner<'a> {
    disc: &'a Disc,
    stem: String,
    /// One of [`CODECS`].
    codec: &'a str,
    /// A file for each track.
    apart: bool,
    sheet: CueSheet,
    files: Vec<PlannedFile>,
    /// Frames in the current file so far.
    at: u32,
}

/// How a track is divided: frames of its pregap that are stored, and frames before them that are in no file.
#[derive(Clone, Copy)]
struct Lead {
    stored: u32,
    unstored: u32,
}

impl Planner<'_> {
    fn session(&mut self, before: Option<&Session>, session: &Session) -> Result<(), PlanError> {
        let first = session.tracks.first().ok_or(PlanError::Nothing("a session has no track"))?;
        let high_density = self.disc.medium == Medium::Gd && before.is_some();
        let mut entry = SessionEntry { high_density, disc_type: remarked_type(session), ..SessionEntry::default() };
        let mut end = Lba(0);
        if let Some(before) = before {
            end = before.tracks.last().map_or(before.lead_out, Track::end);
            if !high_density {
                let last = self.sheet.sessions.len() - 1;
                let gap = first.start.since(end).unwrap_or(0);
                self.sheet.sessions[last].lead_out = self.gap(gap, first.pregap, last, &mut entry);
            } else if first.pregap != PREGAP {
                entry.pregap = Some(first.pregap);
            }
        }
        self.sheet.sessions.push(entry);
        for (index, track) in session.tracks.iter().enumerate() {
            let lead = match (before, index) {
                (None, 0) => {
                    let on_disc = track.start.since(Lba(0)).unwrap_or(0);
                    let stored = track.pregap.min(on_disc);
                    Lead { stored, unstored: on_disc - stored }
                }
                (Some(_), 0) => Lead { stored: if track.pregap > PREGAP { track.pregap } else { 0 }, unstored: 0 },
                _ => Lead { stored: track.pregap, unstored: track.first().since(end).unwrap_or(0) },
            };
            self.track(track, lead)?;
            end = track.end();
        }
        Ok(())
    }

    /// The remarks for a gap of `gap` frames between a session and index 1 of the next; returns the lead-out's.
    ///
    /// With files of their own, all three lengths are told, as DiscImageCreator and redumper do. In one file, the lead-out is the place
    /// where the session ends, as IsoBuster and ImgBurn have it; the lead-in is told where it is not of the usual length.
    fn gap(&self, gap: u32, pregap: u32, last: usize, next: &mut SessionEntry) -> Option<u32> {
        let ruled = lead_out_frames(last);
        let rest = gap.saturating_sub(pregap);
        next.pregap = Some(pregap).filter(|pregap| self.apart || *pregap != PREGAP);
        match rest.checked_sub(ruled) {
            Some(lead_in) if !self.apart => {
                next.lead_in = Some(lead_in).filter(|lead_in| *lead_in != LEAD_IN);
                Some(self.at)
            }
            _ => {
                let lead_in = rest.min(LEAD_IN);
                next.lead_in = Some(lead_in);
                Some(rest - lead_in)
            }
        }
    }

    fn track(&mut self, track: &Track, lead: Lead) -> Result<(), PlanError> {
        let too_long = PlanError::TooLong { sectors: self.disc.sectors(), limit: i32::MAX as u32 };
        if self.apart || self.files.is_empty() {
            self.new_file(track);
        }
        let file = self.sheet.files.len() - 1;
        let from = track.start - lead.stored;
        let slice = full_record(track.mode);
        let sectors = lead.stored.checked_add(track.length).ok_or(too_long)?;
        if let Some(file) = self.files.last_mut() {
            file.parts.push(Part::sectors(from, sectors, Form::main(slice)));
        }
        let index = |number: usize, address: Lba| -> Result<IndexEntry, PlanError> {
            let at = address.since(from).and_then(|skip| skip.checked_add(self.at)).ok_or(too_long)?;
            Ok::<_, PlanError>(IndexEntry { number: number as u8, file, at, line: 0 })
        };
        let mut indexes = Vec::with_capacity(track.indexes.len() + 2);
        if lead.stored > 0 {
            indexes.push(index(0, from)?);
        }
        indexes.push(index(1, track.start)?);
        for (number, address) in (2..).zip(&track.indexes) {
            indexes.push(index(number, *address)?);
        }
        self.at = self.at.checked_add(sectors).ok_or(too_long)?;
        self.sheet.tracks.push(TrackEntry {
            number: track.number,
            stored: StoredMode { mode: track.mode, main: slice.size() as u32, subchannel: false, cdi: false },
            // Mixed forms are what everyone takes mode 2 for.
            mode_stated: track.mode.is_mode2() && track.mode != TrackMode::Mode2Mixed,
            session: self.sheet.sessions.len() - 1,
            control: track.control,
            isrc: track.isrc,
            pregap: lead.unstored,
            postgap: 0,
            stored_postgap: track.postgap,
            indexes,
            line: 0,
        });
        Ok(())
    }

    /// Begins the next file of sectors.
    fn new_file(&mut self, track: &Track) {
        let sound = track.mode == TrackMode::Audio && self.codec != BIN;
        let extension = match track.mode {
            TrackMode::Dvd => "iso",
            TrackMode::Audio => self.codec,
            _ => BIN,
        };
        let tracks = self.disc.tracks().count();
        let (stem, number) = (&self.stem, track.number);
        let name = match tracks {
            _ if !self.apart || tracks == 1 => format!("{stem}.{extension}"),
            ..10 if self.disc.tracks().all(|(_, track)| track.number < 10) => format!("{stem} (Track {number}).{extension}"),
            _ => format!("{stem} (Track {number:02}).{extension}"),
        };
        let text = name.clone();
        let kind = if sound { FileType::Sound } else { FileType::Binary };
        self.files.push(PlannedFile::new(name, Vec::new()));
        self.sheet.files.push(FileEntry { name: FileName { text, raw: None }, kind, line: 0 });
        self.at = 0;
    }

    /// Makes files of sound of those that the sheet says are.
    fn sound_files(&mut self, level: Option<u8>) -> Result<(), PlanError> {
        let entries = self.sheet.files.iter().map(|entry| entry.kind);
        for (file, _) in self.files.iter_mut().zip(entries).filter(|(_, kind)| *kind == FileType::Sound) {
            if self.codec == FLAC {
                file.packing = Some(Arc::new(Flac::new(level)));
                continue;
            }
            let limit = (u32::MAX - 36) / RAW as u32;
            let len = file.len();
            let sectors = u32::try_from(len / RAW as u64).unwrap_or(u32::MAX);
            if sectors > limit {
                return Err(PlanError::TooLong { sectors, limit });
            }
            file.parts.insert(0, Part::Bytes(wave_header(len as u32)));
        }
        Ok(())
    }

    fn cd_text(&mut self) -> Result<(), PlanError> {
        let text = &self.disc.cd_text;
        if fits_inline(text) {
            self.sheet.cd_text = text.clone();
            return Ok(());
        }
        let number = |track: Option<(&Session, &Track)>| track.map_or(1, |(_, track)| track.number);
        let (first, last) = (number(self.disc.tracks().next()), number(self.disc.tracks().next_back()));
        let packs = text.to_cdt(first, last)?;
        let name = format!("{}.cdt", self.stem);
        self.sheet.cd_text_file = Some(FileName { text: name.clone(), raw: None });
        self.files.push(PlannedFile::new(name, vec![Part::Bytes(packs)]));
        Ok(())
    }
}

/// What stands in a WAVE file before so many bytes of sound: a RIFF with the chunks `fmt ` and `data`.
fn wave_header(len: u32) -> Vec<u8> {
    const RATE: u32 = 44_100;
    // PCM, two channels.
    let format = [1u16, 2].map(u16::to_le_bytes).concat();
    let rates = [RATE, RATE * 4].map(u32::to_le_bytes).concat();
    // Bytes of a stereo sample, bits of one.
    let sizes = [4u16, 16].map(u16::to_le_bytes).concat();
    let (riff, data) = ((len + 36).to_le_bytes(), len.to_le_bytes());
    [b"RIFF", &riff[..], b"WAVE", b"fmt ", &16u32.to_le_bytes(), &format, &rates, &sizes, b"data", &data].concat()
}

/// The disc type, where a reader would take the session for one of another.
fn remarked_type(session: &Session) -> Option<DiscType> {
    let mode2 = session.tracks.iter().any(|track| track.mode.is_mode2());
    let told = if mode2 { DiscType::Xa } else { DiscType::CdDaOrRom };
    Some(session.disc_type).filter(|disc_type| *disc_type != told)
}
