//! What a drive makes of the sectors of a data track: whether it gives them whole, and of which mode they are.

use std::time::Duration;

use super::details::optional;
use super::mmc::{self, CommandError};
use super::sense::Meaning;
use super::transport::Transport;
use crate::disc::sector::{self, RAW};
use crate::disc::{Lba, Track, TrackMode};

/// How long one sector may take.
const ONE_SECTOR: Duration = Duration::from_secs(30);
/// Which sectors of a track are looked at: the first may be damaged, and those of sector 16 are never empty.
const LOOKED_AT: [u32; 3] = [0, 16, 150];
/// Where EDC, zeros and ECC of mode 1 begin, which go to the sector's end (ECMA-130, 14.2).
const PROTECTION: usize = 2064;

/// A whole sector of any kind.
fn read(transport: &mut dyn Transport, at: Lba) -> Result<[u8; RAW], CommandError> {
    let whole = mmc::ReadCd { lba: at.0, count: 1, audio: false, main: true, c2: mmc::C2::None, sub: mmc::SubRead::None };
    let mut sector = [0; RAW];
    mmc::read_cd(transport, whole, &mut sector, ONE_SECTOR).map(|()| sector)
}

fn places(track: &Track) -> impl Iterator<Item = Lba> {
    LOOKED_AT.into_iter().filter(|&skip| skip < track.length).map(|skip| track.start + skip)
}

/// Whether nothing but the user data of this data track's sectors comes from the disc: the drive does not know READ CD, or makes up what surrounds
/// them. A sector that it can't read says nothing of that.
pub fn user_data_only(transport: &mut dyn Transport, track: &Track) -> Result<bool, CommandError> {
    let mut made_up = false;
    for at in places(track) {
        let read = read(transport, at);
        if read.as_ref().is_err_and(|error| error.meaning() == Some(Meaning::NotSupported)) {
            return Ok(true);
        }
        match optional(read)? {
            // One sector as a disc has it, and the drive is honest.
            Some(sector) if !is_made_up(&sector, at) => return Ok(false),
            Some(_) => made_up = true,
            None => {}
        }
    }
    Ok(made_up)
}

/// Whether a sector has sync and header of mode 1, and zeros where EDC and ECC should be, as QEMU's ATAPI drive has it (seen with 7.2). That drive also
/// tells addresses in binary instead of BCD.
///
/// No disc is mastered so. Copy protections have sectors with a wrong EDC, but neither here (the first 16 sectors and the volume descriptors stand in
/// their way) nor without any ECC.
fn is_made_up(sector: &[u8; RAW], at: Lba) -> bool {
    let mut framed = [0; 16];
    sector::frame(TrackMode::Mode1, at, &mut framed);
    let time = at.to_msf();
    let binary = [time.minute as u8, time.second, time.frame];
    let (sync, address, mode) = (&sector[..12], &sector[12..15], sector[15]);
    let headed = *sync == framed[..12] && (*address == framed[12..15] || *address == binary) && mode == framed[15];
    headed && sector[PROTECTION..].iter().all(|&byte| byte == 0)
}

/// The mode of a data track by its first sectors; `None` where none of them can be read.
pub fn mode_of(transport: &mut dyn Transport, track: &Track) -> Result<Option<TrackMode>, CommandError> {
    for at in places(track) {
        if let Some(mode) = optional(read(transport, at))?.and_then(|sector| crate::disc::mode_of(&sector)) {
            return Ok(Some(mode));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disc::sector::{Form, Slice, Worth};
    use crate::disc::{Disc, DiscReader, Medium};
    use crate::image::{Extent, ExtentReader};
    use crate::job::demo_disc;
    use crate::virtual_drive::{Device, Fault, Manners, Trouble};

    /// Whether only user data come from the demo disc's data track in this drive, after its sectors were changed.
    fn told(manners: Manners, faults: Vec<Fault>, change: fn(usize, &mut [u8])) -> bool {
        let demo = demo_disc().unwrap();
        let length = demo.disc().tracks().next().unwrap().1.length;
        let mut bytes = vec![0; length as usize * RAW];
        demo.read(Lba(0), Form::main(Slice::RAW), &mut bytes, &mut vec![Worth::Good; length as usize]).unwrap();
        bytes.chunks_mut(RAW).enumerate().for_each(|(n, sector)| change(n, sector));
        let track = Track::new(1, TrackMode::Mode1, Lba(0), length);
        let bytes: Arc<dyn crate::bytes::Bytes> = Arc::new(bytes);
        let extent = Extent::plain(Lba(0), length, bytes, 0, RAW as u32, Slice::RAW);
        let disc = ExtentReader::new(Disc::new(Medium::Cd, vec![track.clone()]), vec![extent]).unwrap();
        let mut device = Device::new(manners);
        device.insert(Arc::new(disc), faults);
        let _ = mmc::test_unit_ready(&mut device);
        user_data_only(&mut device, &track).unwrap()
    }

    #[test]
    fn a_drive_that_makes_sectors_up_is_found_out() {
        let made_up = || Manners { makes_up: true, ..Manners::default() };
        let bad = |sectors| vec![Fault { sectors, trouble: Trouble::Unreadable }];
        assert!(told(made_up(), Vec::new(), |_, _| ()));
        assert!(told(made_up(), bad(0..16), |_, _| ()), "the first can't be read");
        assert!(!told(made_up(), bad(0..200), |_, _| ()), "nothing is known");
        assert!(!told(Manners::default(), bad(0..16), |_, _| ()));
        assert!(told(Manners { knows_read_cd: false, ..Manners::default() }, Vec::new(), |_, _| ()));
    }

    /// Discs that are protected by sectors that contradict themselves must come as they are.
    #[test]
    fn a_disc_with_sectors_that_are_wrong_in_themselves_is_not_taken_for_made_up() {
        let honest = Manners::default;
        assert!(!told(honest(), Vec::new(), |n, sector| if n == 0 {
            sector[PROTECTION..].fill(0);
        }));
        assert!(!told(honest(), Vec::new(), |_, sector| sector[PROTECTION..PROTECTION + 4].fill(0)), "a wrong EDC has its ECC");
        assert!(
            !told(honest(), Vec::new(), |_, sector| (sector[14], _) = (0x77, sector[PROTECTION..].fill(0))),
            "a wrong header"
        );
        assert!(!told(honest(), Vec::new(), |_, sector| (sector[15], _) = (2, sector[PROTECTION..].fill(0))), "another mode");
    }
}
