//! What the sectors of a disc say of the disc: game discs tell by their contents what they are, where an image of 2048-byte sectors
//! has no place to.

use crate::bytes::{Bytes, read_some};
use crate::disc::sector::{Form, Worth};
use crate::disc::{Disc, DiscReader, Lba, Medium, Track, TrackMode};

use super::holds::{Holds, Media, Tracks, cooked, project, set_medium};

/// Bytes of a sector.
const SECTOR: u64 = 2048;

/// What stands in the first sector of a Wii disc at 0x18, and of a GameCube disc at 0x1C.
const WII: [u8; 4] = [0x5D, 0x1C, 0x9E, 0xA3];
const GAMECUBE: [u8; 4] = [0xC2, 0x33, 0x9F, 0x3D];

/// The begin of the volume descriptor in sector 32 of an Xbox game partition.
const XDVDFS: &[u8; 20] = b"MICROSOFT*XBOX*MEDIA";
/// Where that partition begins: at the start where it was cut out, else by the generation of the disc (XGD1, XGD2, XGD3).
const XBOX: [u64; 4] = [0, 405_798_912, 265_879_552, 34_078_720];

/// What a disc says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What medium it is.
    pub medium: Medium,
    /// The sector at which its game partition begins, where another partition lies before it (Xbox).
    pub game: Option<u32>,
    /// NKit has left out what can be made again, and so these are not all bytes of the disc (GameCube, Wii).
    pub scrubbed: bool,
}

/// What the disc in a file of 2048-byte sectors says of itself.
pub fn told_by(bytes: &dyn Bytes) -> Option<Told> {
    tell(&|sector| read_some(bytes, sector.checked_mul(SECTOR)?, SECTOR as usize).ok())
}

/// What is left of a disc in a format, where the format can't say of which medium it is but the sectors do.
///
/// [`project`] goes by the description alone, and would take the disc for what its size says.
pub fn project_sectors(reader: &dyn DiscReader, holds: &Holds) -> Option<Disc> {
    let disc = reader.disc();
    let mut left = project(disc, holds)?;
    // Where sectors are kept raw, the image of a CD is one of a CD.
    if holds.media != Media::Guessed || (holds.raw && disc.medium.is_cd()) {
        return Some(left);
    }
    let wanted = |track: &Track| holds.tracks != Tracks::OneData || track.mode.is_data();
    let kept = disc.tracks().map(|(_, track)| track).find(|track| wanted(track));
    let becomes = left.tracks().next().map(|(_, track)| track.mode);
    if let (Some(track), Some(TrackMode::Mode1 | TrackMode::Dvd)) = (kept, becomes)
        && let Some(told) = tell(&|sector| read_sector(reader, track, sector))
    {
        set_medium(&mut left, told.medium);
    }
    Some(left)
}

fn read_sector(reader: &dyn DiscReader, track: &Track, sector: u64) -> Option<Vec<u8>> {
    let sector = u32::try_from(sector).ok().filter(|&sector| sector < track.length)?;
    let form = Form::main(cooked(track.mode));
    let mut bytes = vec![0; form.size()];
    reader.read(Lba(track.start.0.checked_add_unsigned(sector)?), form, &mut bytes, &mut [Worth::Good]).ok()?;
    Some(bytes)
}

/// `read` gives a sector, or nothing where it can't.
fn tell(read: &dyn Fn(u64) -> Option<Vec<u8>>) -> Option<Told> {
    let first = read(0).unwrap_or_default();
    let scrubbed = first.get(0x200..0x204) == Some(b"NKIT");
    for (at, mark, medium) in [(0x18, WII, Medium::Wii), (0x1C, GAMECUBE, Medium::GameCube)] {
        if first.get(at..at + 4) == Some(&mark) {
            return Some(Told { medium, game: None, scrubbed });
        }
    }
    if is_umd(read) {
        return Some(Told { medium: Medium::Umd, game: None, scrubbed: false });
    }
    let is_volume = |sector| read(sector).is_some_and(|volume| volume.starts_with(XDVDFS));
    let game = XBOX.into_iter().map(|base| base / SECTOR).find(|base| is_volume(base + 32))?;
    Some(Told { medium: Medium::Xbox, game: u32::try_from(game).ok().filter(|&game| game > 0), scrubbed: false })
}

/// Games name their system in the volume descriptor (ISO 9660, 8.4.5); every UMD has a file UMD_DATA.BIN in its root folder.
fn is_umd(read: &dyn Fn(u64) -> Option<Vec<u8>>) -> bool {
    let Some(volume) = read(16).filter(|volume| volume.get(1..6) == Some(b"CD001")) else { return false };
    if volume.get(8..16) == Some(b"PSP GAME") {
        return true;
    }
    let root = volume.get(158..162).and_then(<[u8]>::first_chunk).map(|at| u64::from(u32::from_le_bytes(*at)));
    let folder = root.and_then(read).unwrap_or_default();
    folder.windows(12).any(|name| name == b"UMD_DATA.BIN")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disc::sector::Slice;
    use crate::image::raw::{ISO, RAW};
    use crate::image::{Extent, ExtentReader};

    /// An ISO of 40 sectors with these bytes in it.
    fn iso(places: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; 40 * 2048];
        places.iter().for_each(|(at, what)| bytes[*at..at + what.len()].copy_from_slice(what));
        bytes
    }

    #[test]
    fn discs_say_what_they_are() {
        let volume = (16 * 2048, b"\x01CD001\x01\0".as_slice());
        let medium = |places: &[(usize, &[u8])]| told_by(&iso(places)).map(|told| told.medium);
        assert_eq!(medium(&[(0x18, &WII)]), Some(Medium::Wii));
        assert_eq!(medium(&[(0x1C, &GAMECUBE)]), Some(Medium::GameCube));
        assert!(told_by(&iso(&[(0x1C, &GAMECUBE), (0x200, b"NKIT")])).unwrap().scrubbed);
        assert_eq!(medium(&[volume, (16 * 2048 + 8, b"PSP GAME")]), Some(Medium::Umd));
        assert_eq!(
            medium(&[volume, (16 * 2048 + 158, &[20]), (20 * 2048 + 100, b"UMD_DATA.BIN")]),
            Some(Medium::Umd),
            "films and music name no system"
        );
        assert_eq!(medium(&[(32 * 2048, XDVDFS)]), Some(Medium::Xbox));
        assert_eq!(medium(&[volume]), None);
        assert_eq!(medium(&[(16 * 2048 + 8, b"PSP GAME")]), None, "without a volume descriptor");
        assert_eq!(medium(&[volume, (16 * 2048 + 158, &[0xFF; 4])]), None, "a root folder behind the end");
        assert_eq!(told_by(&Vec::new()), None);
    }

    /// What an ISO can't say of a disc, and its sectors do, is not lost.
    #[test]
    fn the_medium_stays_where_the_sectors_tell_it() {
        let bytes = iso(&[(32 * 2048, XDVDFS)]);
        let disc = Disc::new(Medium::Xbox, vec![Track::new(1, TrackMode::Dvd, Lba(0), 40)]);
        let extent = Extent::plain(Lba(0), 40, Arc::new(bytes), 0, 2048, Slice::COOKED);
        let reader = ExtentReader::new(disc.clone(), vec![extent]).unwrap();
        for format in [&ISO, &RAW] {
            assert_eq!(project(&disc, &format.holds).unwrap().medium, Medium::Cd);
            assert_eq!(project_sectors(&reader, &format.holds).unwrap(), disc);
            assert_eq!(crate::image::loss(&reader, &format.holds).unwrap(), []);
        }
    }
}
