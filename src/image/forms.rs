//! Tells the mode of tracks from their sectors. Descriptors are wrong about it, or have one word for two modes (XA and mode 2 without
//! forms, mode 0 and mode 1), but sync patterns, headers and subheaders tell.

use super::extent::{Extent, MainStore};
use crate::disc::edc::edc;
use crate::disc::sector::{SYNC, Slice};
use crate::disc::{Disc, TrackMode};

/// Sectors from index 1 on that are looked at: the first ones may be damaged.
const LOOKED_AT: [u32; 4] = [0, 1, 16, 150];

/// Gives data tracks whose headers or subheaders are stored the mode that their sectors show. Tracks that can't be read stay as they are:
/// whoever reads them will learn it.
pub fn settle_forms(disc: &mut Disc, extents: &[Extent]) {
    for track in disc.tracks_mut().filter(|track| track.mode.is_data() && track.mode != TrackMode::Dvd) {
        let Some(extent) = extents.iter().find(|extent| extent.start <= track.start && track.start < extent.end()) else {
            continue;
        };
        let Some(main) = extent.main.as_ref().filter(|main| main.slice.covers(Slice::MODE2) && !main.scrambled) else { continue };
        let first = track.start.since(extent.start).unwrap_or(0);
        let looked_at = LOOKED_AT.into_iter().filter(|&skip| skip < track.length && first + skip < extent.sectors);
        let header = |skip| (main.slice == Slice::RAW).then(|| header_mode(main, first + skip)).flatten();
        match (looked_at.clone().find_map(header), track.mode.is_mode2()) {
            (Some(0), _) => track.mode = TrackMode::Mode0,
            (Some(1), _) => track.mode = TrackMode::Mode1,
            (Some(2), false) => track.mode = TrackMode::Mode2Mixed,
            _ => {}
        }
        if !track.mode.is_mode2() {
            continue;
        }
        let seen: Vec<bool> = looked_at.filter_map(|skip| has_subheader(main, first + skip)).collect();
        if !seen.is_empty() {
            track.mode = if seen.contains(&true) { TrackMode::Mode2Mixed } else { TrackMode::Mode2 };
        }
    }
}

/// The mode byte of a full sector with a sync pattern.
fn header_mode(main: &MainStore, number: u32) -> Option<u8> {
    let mut head = [0; 16];
    let at = main.offset.checked_add(u64::from(number) * u64::from(main.stride))?;
    main.bytes.read_at(at, &mut head).ok()?;
    head.starts_with(&SYNC).then_some(head[15])
}

/// Whether a sector has a subheader: it stands there twice, and is not all zeros before data that are not, unless these have the EDC of form 1 (some
/// makers of Dreamcast discs leave it empty). `None` for a sector of zeros, which has nothing to say.
fn has_subheader(main: &MainStore, number: u32) -> Option<bool> {
    let mut data = [0; 2336];
    let skipped = (main.slice.size() - data.len()) as u64;
    // Nobody has held the offset against the file yet.
    let at = main.offset.checked_add(u64::from(number) * u64::from(main.stride) + skipped)?;
    main.bytes.read_at(at, &mut data).ok()?;
    let [first, second] = [&data[..4], &data[4..8]];
    let form1 = || data[2056..2060] == edc(&data[..2056]).to_le_bytes();
    data.iter().any(|&byte| byte != 0).then(|| first == second && (first.iter().any(|&byte| byte != 0) || form1()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disc::{Lba, Medium, Track};

    fn settled(stride: usize, slice: Slice, fill: impl Fn(&mut [u8])) -> TrackMode {
        let mut bytes = vec![0; stride * 3];
        bytes.chunks_mut(stride).for_each(|sector| fill(&mut sector[slice.size() - 2336..]));
        let mut disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode2Form2, Lba(0), 3)]);
        settle_forms(&mut disc, &[Extent::plain(Lba(0), 3, Arc::new(bytes), 0, stride as u32, slice)]);
        disc.sessions[0].tracks[0].mode
    }

    #[test]
    fn the_sectors_tell() {
        for (stride, slice) in [(2352, Slice::RAW), (2448, Slice::RAW), (2336, Slice::MODE2)] {
            assert_eq!(
                settled(stride, slice, |data| data[..8].copy_from_slice(&[0, 0, 8, 0, 0, 0, 8, 0])),
                TrackMode::Mode2Mixed
            );
            assert_eq!(settled(stride, slice, |data| data.fill_with(rand())), TrackMode::Mode2);
            assert_eq!(settled(stride, slice, |data| data[8..].fill(1)), TrackMode::Mode2);
            assert_eq!(settled(stride, slice, |_| {}), TrackMode::Mode2Form2);
        }
        assert_eq!(settled(2352, Slice::RAW, |_| {}), TrackMode::Mode2Form2);
    }

    /// An MDS file can give any offset for a track; a fuzzer gave one that made the sum overflow.
    #[test]
    fn offsets_behind_the_end_of_everything_tell_nothing() {
        let mut disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode2Form2, Lba(0), 3)]);
        settle_forms(&mut disc, &[Extent::plain(Lba(0), 3, Arc::new(vec![0; 9000]), u64::MAX - 100, 2352, Slice::RAW)]);
        assert_eq!(disc.sessions[0].tracks[0].mode, TrackMode::Mode2Form2);
    }

    /// Nero and Alcohol have no word for mode 0, and sheets that call mode 2 tracks MODE1 are common; both once failed their proof.
    #[test]
    fn the_header_overrules_the_descriptor() {
        for (byte, mode) in [(0, TrackMode::Mode0), (1, TrackMode::Mode1), (2, TrackMode::Mode2Mixed)] {
            let mut sector = [0; 2352];
            crate::disc::sector::frame(TrackMode::Mode1, Lba(0), &mut sector);
            sector[15] = byte;
            let mut disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 1)]);
            settle_forms(&mut disc, &[Extent::plain(Lba(0), 1, Arc::new(sector.to_vec()), 0, 2352, Slice::RAW)]);
            assert_eq!(disc.sessions[0].tracks[0].mode, mode);
        }
    }

    fn rand() -> impl FnMut() -> u8 {
        let mut n = 0u8;
        move || {
            n = n.wrapping_mul(5).wrapping_add(17);
            n
        }
    }
}
