//! What is made sure of before the laser starts: that the source can be read to its end, and how fast it is.

use std::io;
use std::path::Path;
use std::time::Instant;

use crate::disc::{DiscReader, DiscWriter, Run};
use crate::drive::recorder::Recordable;
use crate::job::copy::{Names, Worths, copy};
use crate::job::{Control, JobError, Phase, Progress};

/// A source should give this much more than the drive takes: what stands between them is emptied by any hitch.
pub const RESERVE: f64 = 1.25;
/// Bytes of a disc in another drive that are read to learn how fast it is. To read all of it twice would take longer than to save it.
const SAMPLE: u64 = 24 << 20;

/// Takes everything, and keeps nothing.
struct Nowhere(Vec<Run>);

impl DiscWriter for Nowhere {
    fn runs(&self) -> Vec<Run> {
        self.0.clone()
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is known of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What its sectors are worth, as far as they were read.
    pub worths: Worths,
    /// Bytes a second that it gives.
    pub rate: f64,
}

/// Reads what is going to be burned, as it is going to be burned. Of a source that is itself a drive, only the beginning.
pub fn measure(
    reader: &dyn DiscReader,
    runs: &[Run],
    path: &Path,
    whole: bool,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Measured, JobError> {
    let runs = if whole { runs.to_vec() } else { beginning(runs) };
    let bytes: u64 = runs.iter().map(|run| u64::from(run.sectors) * run.form.size() as u64).sum();
    let begun = Instant::now();
    let names = Names { source: path, target: Path::new("") };
    let worths =
        copy(reader, &mut Nowhere(runs), &names, control, &|progress| tell(Progress { phase: Phase::Check, ..progress }))?;
    Ok(Measured { worths, rate: bytes as f64 / begun.elapsed().as_secs_f64().max(1e-6) })
}

/// The first of the sectors.
fn beginning(runs: &[Run]) -> Vec<Run> {
    let mut left = SAMPLE;
    let mut chosen = Vec::new();
    for run in runs {
        let size = run.form.size().max(1) as u64;
        let sectors = u32::try_from(left / size).unwrap_or(u32::MAX).min(run.sectors);
        if sectors > 0 {
            chosen.push(Run { sectors, ..*run });
        }
        left -= u64::from(sectors) * size;
    }
    chosen
}

/// How a source of some speed and a drive go together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// The drive can go as fast as it likes.
    Free,
    /// The source keeps up with this speed in kB/s (1000 bytes), and with no faster one.
    At(u32),
    /// It keeps up with none.
    Starves {
        /// The slowest speed in kB/s.
        slowest: u32,
    },
}

/// How a source that gives so many bytes a second goes together with the drive.
pub fn pace(rate: f64, recordable: &Recordable) -> Pace {
    let keeps_up = |speed: u32| f64::from(speed) * 1000.0 * RESERVE <= rate;
    let mut speeds: Vec<u32> = recordable.speeds.iter().map(|speed| speed.write).filter(|&speed| speed > 0).collect();
    speeds.sort_unstable();
    match (speeds.last(), speeds.iter().rev().find(|&&speed| keeps_up(speed)), speeds.first()) {
        (Some(&fastest), _, _) if keeps_up(fastest) => Pace::Free,
        (_, Some(&speed), _) => Pace::At(speed),
        (_, None, Some(&slowest)) => Pace::Starves { slowest },
        (_, None, None) => Pace::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::recorder::look_at_blank;
    use crate::virtual_drive::{Blank, BlankKind, Device, Manners};

    /// A CD-R is written at several speeds; the source should give a quarter more than the one that is chosen.
    #[test]
    fn the_speed_is_the_fastest_that_the_source_keeps_up_with() {
        let mut device = Device::new(Manners::default());
        device.insert_blank(Blank::new(BlankKind::CdR), Vec::new()).unwrap();
        // The first command is told that there is a new disc.
        assert!(crate::drive::mmc::test_unit_ready(&mut device).is_err());
        let mut recordable = look_at_blank(&mut device).unwrap();
        let mut speeds: Vec<u32> = recordable.speeds.iter().map(|speed| speed.write).collect();
        speeds.sort_unstable();
        let &[slowest, next, .., fastest] = speeds.as_slice() else { panic!("{speeds:?}") };
        let just = |speed: u32| f64::from(speed) * 1000.0 * RESERVE;
        assert_eq!(pace(just(fastest), &recordable), Pace::Free);
        assert_eq!(pace(just(next), &recordable), Pace::At(next));
        assert_eq!(pace(just(next) - 1.0, &recordable), Pace::At(slowest));
        assert_eq!(pace(just(slowest) - 1.0, &recordable), Pace::Starves { slowest });
        // A drive that names no speeds writes at its own.
        recordable.speeds.clear();
        assert_eq!(pace(1.0, &recordable), Pace::Free);
    }
}
