//! What there is to burn: small discs of every kind, as images of every format.

use std::path::Path;
use std::sync::Arc;

use spindle::disc::cd_text::Field;
use spindle::disc::sector::{RAW, SUBCHANNEL, Slice};
use spindle::disc::{Control, Disc, DiscReader, DiscType, Isrc, Lba, Mcn, Medium, Session, Track, TrackMode};
use spindle::image::{self, Extent, ExtentReader, FORMATS, Format, Image, Limits};
use spindle::job::{ConvertTask, Source, save};

use crate::common::discs::{Made, Noise, fill, gd};
use crate::common::{control, makers::MAKERS};
use TrackMode::{Audio, Dvd, Mode1, Mode2Mixed};

/// An image to be burned.
pub struct Subject {
    /// What disc it is: images of the same disc, and of no other, have the same name.
    pub disc: String,
    /// The name of its format.
    pub format: &'static str,
    /// The image.
    pub image: Image,
}

/// Every disc in every format that can hold something of it, and an image of each format that is only read.
pub fn subjects(folder: &Path) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (name, reader) in discs() {
        let medium = reader.disc().medium;
        // A GD-ROM is never burned, as which format ever: those are enough that know it for one.
        let tells = |format: &&Format| medium != Medium::Gd || format.holds.media.says(medium);
        for format in FORMATS.iter().copied().filter(|format| format.plan.is_some()).filter(tells) {
            let at = folder.join(format!("{name} {}", format.name));
            std::fs::create_dir(&at).unwrap();
            let mut task = ConvertTask::new("made up", at.join("disc").with_extension(format.extensions[0]));
            (task.format, task.allow_loss, task.verify) = (Some(format.name), true, false);
            let source = Source { reader: reader.clone(), path: Path::new("made up"), files: &[] };
            // Some formats hold nothing of some discs.
            let Ok(report) = save(&source, &task, &control(), &|_| ()) else { continue };
            let image = image::open(report.outputs.last().unwrap(), Limits::default()).unwrap();
            subjects.push(Subject { disc: name.to_owned(), format: format.name, image });
        }
    }
    for (maker, number) in MAKERS.iter().zip(0..) {
        let at = folder.join(format!("maker {number}"));
        std::fs::create_dir(&at).unwrap();
        let image = image::open(&(maker.make)(&at), Limits::default()).unwrap();
        subjects.push(Subject { disc: format!("maker {number}"), format: maker.format, image });
    }
    subjects
}

fn discs() -> Vec<(&'static str, Arc<ExtentReader>)> {
    vec![
        ("data and audio", cd(everything(), false)),
        ("data and audio with subchannel", cd(everything(), true)),
        ("two sessions with a hidden track", cd(two_sessions(), false)),
        ("one track of data", cd(Disc::new(Medium::Cd, vec![first(Mode1, 60)]), false)),
        ("dvd", Arc::new(rows(Medium::Dvd))),
        ("blu-ray", Arc::new(rows(Medium::Bd))),
        ("gd", gd().reader()),
    ]
}

fn first(mode: TrackMode, length: u32) -> Track {
    Track { pregap: 150, ..Track::new(1, mode, Lba(0), length) }
}

/// A track behind another, after a pregap.
fn behind(before: &Track, mode: TrackMode, pregap: u32, length: u32) -> Track {
    Track { pregap, ..Track::new(before.number + 1, mode, before.end() + pregap, length) }
}

/// Data and audio with everything that can be said of them; tracks that are too short, and pregaps of two lengths.
fn everything() -> Disc {
    let data = first(Mode1, 40);
    let mut one = behind(&data, Audio, 150, 40);
    one.control = Control { copy: true, ..Control::default() };
    let mut two = behind(&one, Audio, 30, 120);
    // A code stands in one sector of a hundred: a shorter track may have none.
    two.isrc = Some(Isrc::new(b"DEXYZ2612345").unwrap());
    two.indexes = vec![two.start + 40, two.start + 80];
    two.control = Control { pre_emphasis: true, ..Control::default() };
    let mut disc = Disc::new(Medium::Cd, vec![data, one, two]);
    disc.mcn = Some(Mcn::new(b"4006381333931").unwrap());
    for (number, title) in (0..).zip(["Whole", "Files", "One", "Two"]) {
        disc.cd_text.set(number, Field::Title, title);
    }
    disc
}

/// Audio before track 1, and a second session of XA sectors.
fn two_sessions() -> Disc {
    let hidden = Track { pregap: 180, ..Track::new(1, Audio, Lba(30), 60) };
    let mut disc = Disc::new(Medium::Cd, vec![hidden]);
    let start = disc.lead_out() + 11_400;
    let track = Track { pregap: 150, ..Track::new(2, Mode2Mixed, start, 40) };
    disc.sessions.push(Session { number: 2, disc_type: DiscType::Xa, lead_out: track.end(), tracks: vec![track] });
    disc
}

/// With a subchannel comes what no drive would make by itself: something in R to W, and a sector of data that contradicts itself.
fn cd(disc: Disc, sub: bool) -> Arc<ExtentReader> {
    const WHOLE: usize = RAW + SUBCHANNEL;
    let mut runs = fill(&disc, sub, &mut Noise(7));
    if sub {
        let mut noise = vec![0; SUBCHANNEL];
        for (_, run) in &mut runs {
            for sector in run.as_chunks_mut::<WHOLE>().0 {
                Noise(u64::from(sector[100]) | 1).fill(&mut noise);
                sector[RAW..].iter_mut().zip(&noise).for_each(|(sub, odd)| *sub = *sub & 0xC0 | odd & 0x3F);
            }
        }
        runs[0].1[5 * WHOLE + 100] ^= 0xFF;
    }
    Made { disc, runs, sub }.reader()
}

/// One row of sectors, not a whole number of blocks, with a burst cutting area and, on a DVD, a second layer.
fn rows(medium: Medium) -> ExtentReader {
    const SECTORS: u32 = 203;
    let mut disc = Disc::new(medium, vec![Track::new(1, Dvd, Lba(0), SECTORS)]);
    disc.layer_break = (medium == Medium::Dvd).then_some(112);
    disc.structures.bca = vec![7; 16];
    let mut bytes = vec![0; SECTORS as usize * 2048];
    Noise(9).fill(&mut bytes);
    let extent = Extent::plain(Lba(0), SECTORS, Arc::new(bytes), 0, 2048, Slice::COOKED);
    ExtentReader::new(disc, vec![extent]).unwrap()
}
