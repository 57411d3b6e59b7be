//! What could not be read: where it lies, and what it belongs to.

use std::collections::HashSet;
use std::ops::Range;

use super::Damage;
use super::map::Status;
use super::store::Store;
use crate::disc::sector::{Form, Worth};
use crate::disc::{Disc, DiscReader, Lba};
use crate::filesystem::{Walked, iso9660, udf};
use crate::image::cooked;

/// Sectors of one track that could not be read, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Address of the first.
    pub start: Lba,
    /// How many.
    pub sectors: u32,
    /// The track.
    pub track: u8,
}

impl Area {
    /// Address of the last.
    pub fn last(&self) -> Lba {
        self.start + (self.sectors - 1)
    }
}

/// The numbers of the sectors that could not be read.
pub fn unread(store: &Store) -> impl Iterator<Item = Range<u32>> {
    store.map().blocks().iter().filter(|block| block.status != Status::Finished).map(|block| block.sectors.clone())
}

/// All that could not be read, and what it belongs to.
pub fn find(store: &Store, reader: &dyn DiscReader) -> Damage {
    let areas = areas(unread(store), store, reader.disc());
    if areas.is_empty() {
        return Damage::default();
    }
    let (files, all) = files(reader, &areas);
    Damage { sectors: unread(store).map(|sectors| sectors.end - sectors.start).sum(), areas, files, more_files: !all }
}

/// Sectors by their numbers, cut where tracks end.
pub fn areas(sectors: impl Iterator<Item = Range<u32>>, store: &Store, disc: &Disc) -> Vec<Area> {
    let mut areas: Vec<Area> = Vec::new();
    let layout = store.layout();
    for mut rest in sectors {
        while !rest.is_empty() {
            let start = layout.lba(rest.start);
            let track = disc.track_at(start).map(|(_, track)| track);
            let end = track.and_then(|track| track.end().since(start)).unwrap_or(1).max(1);
            let sectors = end.min(rest.end - rest.start);
            let track = track.map_or(0, |track| track.number);
            match areas.last_mut() {
                Some(last) if last.track == track && last.start + last.sectors == start => last.sectors += sectors,
                _ => areas.push(Area { start, sectors, track }),
            }
            rest.start += sectors;
        }
    }
    areas
}

/// The files that lie, in part or whole, where nothing could be read; and whether these are all, for folders may be damaged, too.
fn files(reader: &dyn DiscReader, areas: &[Area]) -> (Vec<String>, bool) {
    let damaged = |sectors: &Range<u32>| {
        let next = areas.partition_point(|area| i64::from(area.last().0) < i64::from(sectors.start));
        areas.get(next).is_some_and(|area| i64::from(area.start.0) < i64::from(sectors.end))
    };
    let (mut files, mut all) = (Vec::new(), true);
    for (_, track) in reader.disc().tracks().filter(|(_, track)| track.mode.is_data()) {
        let form = Form::main(cooked(track.mode));
        let read = |block: u32| {
            let at = i32::try_from(block).ok().map(Lba).filter(|&at| track.contains(at) && !damaged(&(block..block + 1)))?;
            let mut bytes = vec![0; form.size()];
            reader.read(at, form, &mut bytes, &mut [Worth::Good]).ok()?;
            bytes.first_chunk().copied()
        };
        let first = u32::try_from(track.start.0).unwrap_or(0);
        let mut show = |path: &str, sectors: Range<u32>| {
            if damaged(&sectors) && files.last().is_none_or(|last| last != path) {
                files.push(path.to_owned());
            }
        };
        // Where both file systems are, UDF has all files of the other, and better names; only where it is damaged can the other know more.
        let walked = match udf::walk(first..first.saturating_add(track.length), &read, &mut show) {
            Walked::Whole => Walked::Whole,
            Walked::Nothing => iso9660::walk(first, &read, &mut show),
            Walked::Partly => {
                iso9660::walk(first, &read, &mut show);
                Walked::Partly
            }
        };
        all &= walked == Walked::Whole || areas.iter().all(|area| area.track != track.number);
    }
    let mut seen = HashSet::new();
    files.retain(|path| seen.insert(path.clone()));
    (files, all)
}
