//! Ripping: the disc in a drive becomes an image, and nothing that could not be read is passed off as read.
//!
//! | piece | what it knows |
//! |---|---|
//! | [`task`], [`report`] | what to rip and how, and what came of it |
//! | [`map`], [`mapfile`] | what is known of each sector, and its text, that of GNU ddrescue |
//! | [`strategy`] | which sectors to ask for next; pure |
//! | [`layout`] | which sectors of a disc are ripped, and where each lies in the working file |
//! | [`store`], [`identity`] | the working folder, which outlives whatever ends this process |
//! | [`engine`] | drives a strategy over a drive into a store |
//! | [`picture`] | what has become of the sectors, for whoever watches |
//! | [`same_disc`] | whether a rip may go on with the disc in the drive |
//! | [`audio`], [`certain`], [`vote`], [`q`] | audio, which has no checksums: what the drive can, reading twice, votes, the subchannel |
//! | [`memory`] | what is remembered of drives |
//! | [`on_the_way`] | checksums while a disc is read |
//! | [`damage`], [`stand_in`], [`suspect`], [`log`] | what could not be read, what stands in its place, what was read and is wrong in itself, and what is written down of it |
//!
//! When all is read, the working file is a disc like any other: [`save`](super::convert::save) makes the image of it, and proves it.

mod asking;
mod audio;
mod certain;
mod damage;
mod engine;
mod error;
mod identity;
mod layout;
mod log;
mod map;
mod mapfile;
mod memory;
mod on_the_way;
mod picture;
mod q;
mod report;
mod same_disc;
mod stand_in;
mod store;
mod strategy;
mod suspect;
mod task;
#[cfg(test)]
mod tests;
mod trial;
mod vote;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::apart::apart;
use super::audio_sums::audio_sums;
use super::convert::{self, Source};
use super::databases::look_up;
use super::drives::{self, Mounted};
use super::hash::hash_disc;
use super::open::opening;
use super::{Control, ConvertTask, DriveError, JobError, Progress};
use crate::disc::cd_text::Field;
use crate::disc::{Disc, DiscReader};
use crate::drive::DriveReader;
use crate::drive::transport::Transport;
use crate::image;
use crate::virtual_drive::FaultScript;
use asking::Said;
pub use audio::AudioReport;
use audio::Way;
use certain::{Certainty, How, make_certain};
pub use damage::Area;
use engine::{PassCount, Work, read_all};
pub use error::RipError;
use identity::Identity;
use layout::Layout;
use log::Log;
use mapfile::Place;
pub use memory::{Known, Memory};
use on_the_way::{Hashing, Sums};
use picture::{Artist, Show};
pub use picture::{Became, Part, RipPicture};
pub use q::QCount;
pub use report::{Damage, RipReport};
use store::Store;
pub use suspect::Suspects;
pub use task::{AudioCheck, RipTask};
pub use trial::{DriveTrial, test_drive};
pub use vote::Evidence;

/// Files beside an image that have its name.
struct Names {
    folder: PathBuf,
    log: PathBuf,
    map: PathBuf,
}

/// Rips the disc in a drive.
pub(super) fn rip(
    task: &RipTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
    show: Show<'_>,
) -> Result<RipReport, JobError> {
    let name = drive_name(task);
    let opening = opening(None, control);
    let opened = match &task.faults {
        None => drives::open_to_rip(name, &opening),
        Some(path) => drives::open_faulty(name, script(path)?, &opening),
    };
    let transport = opened.map_err(|error| error.of(name))?;
    // Drives in software behave as they are told, and nothing can be learnt of them.
    let memory =
        if drives::is_software(name) { Memory::default() } else { Memory::in_folder(crate::config::folder().as_deref()) };
    rip_watched(transport, &RipTask { memory, ..task.clone() }, control, tell, show)
}

fn drive_name(task: &RipTask) -> &str {
    drives::drive_of(Path::new(&task.drive)).unwrap_or(&task.drive)
}

/// Reads what is wrong with a drive in software and the disc in it.
pub(super) fn script(path: &Path) -> Result<FaultScript, JobError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| JobError::Image(image::Flaw::file(image::Fault::Io(error)).of(path)))?;
    FaultScript::parse(&text).map_err(|error| JobError::Rip { path: path.to_owned(), error: error.into() })
}

/// Rips the disc in a drive to which there is a way already.
pub fn rip_from(
    transport: Box<dyn Transport>,
    task: &RipTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<RipReport, JobError> {
    rip_watched(transport, task, control, tell, &|_| ())
}

/// The same; `show` is shown what has become of the sectors.
fn rip_watched(
    transport: Box<dyn Transport>,
    task: &RipTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
    show: Show<'_>,
) -> Result<RipReport, JobError> {
    let begun = (Instant::now(), log::now());
    let name = drive_name(task);
    let Mounted { identity: drive, mut reader, .. } = drives::mount(name, transport, task.speed, control)?;
    let disc = reader.disc().clone();
    let image = settle(&task.image, &disc);
    let names = names(&image.target);
    let source = drives::path_of(name);
    // A drive that gives less, or more, than the one before goes on as that has begun.
    if let Some(record) = Some(&names.folder).filter(|_| !task.restart).and_then(|folder| store::record_in(folder)) {
        reader.set_record(record);
    }
    let layout = Layout::of(&disc, reader.record());
    if task.subchannel && !reader.has_subchannel() {
        return Err(JobError::Rip { path: source, error: RipError::NoSubchannel });
    }
    let known = task.memory.of(drive.as_ref());
    let (reader, way) = prepare_audio(reader, task, known, control)?;
    let identity = Identity::of(&disc, &layout, task.subchannel || way.sub, begun.1);
    let store = Store::open(&names.folder, layout, &identity, task.restart)?;
    let mut store = checked(store, &disc, &names, &source, task, &image)?;
    let reading = Arc::new(reader);
    same_disc::confirm(&reading, &disc, name, &store, control)?;
    let work = Work { drive: reading, name, disc: &disc, retries: task.retries, trusted: way.trusted, said: Said::default() };
    let hashing = hash_on_the_way(&disc, &store, &source, control)?;
    let mut artist = Artist::new(show, &store);
    let mut passes = read_all(&work, &mut store, &mut artist, control, tell)?;
    let certainty = match task.audio {
        AudioCheck::Once => Certainty::default(),
        _ => make_certain(
            &work,
            &mut store,
            &mut artist,
            How { trusted: way.trusted, readings: task.readings, forgets: known.forgets == Some(true) },
            control,
            tell,
        )?,
    };
    passes.extend(&certainty.counts);
    task.memory.learn(drive.as_ref(), |known| {
        known.c2 = known.c2.plus(certainty.evidence);
        known.offset = task.offset.or(known.offset);
    });
    let full = store.disc(&disc, false)?;
    let count = q::mend(&mut store, full.disc(), certainty.q_mended)?;
    // From here on it is a disc like any other.
    let reader = store.disc(&disc, task.subchannel)?;
    let mut report = RipReport {
        image: None,
        sectors: store.map().len(),
        resumed: store.is_resumed(),
        folder: Some(names.folder.clone()),
        papers: Vec::new(),
        ejected: false,
        seconds: 0.0,
        damage: damage::find(&store, &*reader),
        suspects: Suspects::default(),
        sums: None,
        lookup: None,
        audio: way.any.then(|| audio::report(task, &way, work.drive.audio(), &store, reader.disc(), &certainty, count)),
    };
    if report.is_whole() || task.accept_damage {
        stand_in::fill(&mut store, reader.disc())?;
        let reader = stand_in::mark(&store, reader);
        report.suspects = suspect::find(&*reader, &source, &report.damage, control, tell)?;
        let sums = hashing.and_then(Hashing::finish).filter(|_| report.damage.sectors == 0);
        let (drive, said) = (drive.as_ref(), &work.said);
        let rip = Rip { task, drive, source: &source, image: &image, names: &names, passes: &passes, said, sums };
        rip.deliver(store, reader, &mut report, control, tell)?;
        // The image is there, whatever the drive says to this.
        report.ejected = task.eject && work.drive.eject().is_ok();
    }
    report.seconds = begun.0.elapsed().as_secs_f64();
    Ok(report)
}

/// Finds out how the drive reads audio.
fn prepare_audio(reader: DriveReader, task: &RipTask, known: Known, control: &Control) -> Result<(DriveReader, Way), JobError> {
    let (disc, task) = (reader.disc().clone(), task.clone());
    apart(control, move || {
        let fail = |error| DriveError::Command(error).of(drive_name(&task));
        audio::prepare(reader, &disc, &task, &known, fail)
    })?
}

/// Begins to hash a disc while it is read. Not CDs: their tracks may turn out to begin elsewhere, and their audio to be other samples.
fn hash_on_the_way(disc: &Disc, store: &Store, source: &Path, control: &Control) -> Result<Option<Hashing>, JobError> {
    if disc.medium.is_cd() {
        return Ok(None);
    }
    Ok(Some(Hashing::begin(store.disc(disc, false)?, source, store.front(), control)))
}

/// What the image and the log are made of, once all is read.
struct Rip<'a> {
    task: &'a RipTask,
    drive: Option<&'a crate::drive::mmc::Identity>,
    source: &'a Path,
    image: &'a ConvertTask,
    names: &'a Names,
    passes: &'a [PassCount],
    said: &'a Said,
    /// Its checksums, where they were made on the way.
    sums: Option<Sums>,
}

impl Rip<'_> {
    /// Makes image, log and map, and takes the working folder away.
    fn deliver(
        self,
        store: Store,
        reader: Arc<dyn DiscReader>,
        report: &mut RipReport,
        control: &Control,
        tell: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), JobError> {
        let Rip { task, drive, source, image, names, passes, said, sums } = self;
        let sums = match sums {
            Some(sums) => sums,
            None => hash_disc(&*reader, source, true, control, tell)?,
        };
        report.sums = audio_sums(&*reader, source, control, tell)?;
        if let (Some(sums), Some(servers)) = (&report.sums, &task.look_up) {
            report.lookup = Some(look_up(&*reader, source, sums, servers, control)?);
        }
        let made = convert::save(&Source { reader: reader.clone(), path: source, files: &[] }, image, control, tell)?;
        let log = Log { drive, disc: reader.disc(), task, store: &store, passes, said, report, sums: &sums, made: &made };
        store.deliver(&log.text(), &names.log)?;
        store.deliver(&store.map_text(Place { sector: 0, work: '+', pass: 1 }), &names.map)?;
        drop(reader);
        store.remove();
        report.image = Some(made);
        report.folder = None;
        report.papers = vec![names.log.clone(), names.map.clone()];
        Ok(())
    }
}

/// The working folder, where an image could be made in the end; one that was only just made goes where none could.
fn checked(
    store: Store,
    disc: &Disc,
    names: &Names,
    source: &Path,
    task: &RipTask,
    image: &ConvertTask,
) -> Result<Store, JobError> {
    match check(&store, disc, names, source, task, image) {
        Ok(()) => Ok(store),
        Err(error) => {
            if !store.is_resumed() {
                store.remove();
            }
            Err(error)
        }
    }
}

/// Whether an image could be made of the disc: its format holds it, names are free, and there is room. Better known before than after an hour.
fn check(store: &Store, disc: &Disc, names: &Names, source: &Path, task: &RipTask, image: &ConvertTask) -> Result<(), JobError> {
    // Log and map replace nothing without leave.
    let there = |path: &&PathBuf| path.symlink_metadata().is_ok() && (!image.overwrite || path.is_dir());
    if let Some(path) = [&names.log, &names.map].into_iter().find(there) {
        return Err(JobError::Exists(path.clone()));
    }
    convert::check(&Source { reader: store.disc(disc, task.subchannel)?, path: source, files: &[] }, image)
}

/// The image with a target that says its format: what fits the disc, where the user has not said.
///
/// A format that the user did not choose may lose what a plain file of sectors has no place for; what that is stands in the report.
fn settle(image: &ConvertTask, disc: &Disc) -> ConvertTask {
    let mut image = image.clone();
    if image.target.is_dir() {
        image.target.push(title(disc));
    } else if image::by_extension(&image.target).is_some() || image::wrapper_of(&image.target).is_some() {
        return image;
    }
    let format = image.format.unwrap_or(if disc.medium.is_cd() { "cue" } else { "iso" });
    image.allow_loss |= image.format.is_none();
    if let Some(format) = image::by_name(format) {
        image.target = image::with_extension_of(image.target, format);
    }
    image
}

/// A file name for a disc: its title, where CD-TEXT has one.
fn title(disc: &Disc) -> String {
    let title = disc.cd_text.text(0, 0, Field::Title).unwrap_or_default();
    let kept = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let name: String = title.chars().map(kept).take(100).collect();
    let name = name.trim().trim_matches('.').to_owned();
    if name.is_empty() { "disc".to_owned() } else { name }
}

/// What an earlier run has left for the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRip {
    /// The working folder.
    pub folder: PathBuf,
    /// When it was begun (UTC).
    pub begun: String,
    /// Sectors that were read.
    pub read: u32,
    /// Sectors of the disc.
    pub sectors: u32,
}

/// The working folder of a rip into this image.
pub fn rip_folder(target: &Path) -> PathBuf {
    names(target).folder
}

/// What an earlier run has left that a rip into this working folder would go on with, with the right disc.
pub fn earlier_rip(folder: &Path) -> Option<EarlierRip> {
    let (identity, map) = store::left_in(folder)?;
    Some(EarlierRip {
        folder: folder.to_owned(),
        begun: identity.begun,
        read: map.count(map::Status::Finished),
        sectors: map.len(),
    })
}

fn names(target: &Path) -> Names {
    let stem = image::stem(target);
    let beside = |extension: &str| target.with_file_name(format!("{stem}.{extension}"));
    Names { folder: beside("rip"), log: beside("log"), map: beside("map") }
}
