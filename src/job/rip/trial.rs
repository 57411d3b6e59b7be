//! What a drive is worth for audio, found out with an audio CD in a minute: how far it reads, whether it gives the subchannel and error pointers and
//! whether those are true, what it remembers, and whether it forgets when it is told to.

use std::time::{Duration, Instant};

use super::certain::MEMORY;
use super::memory::{Known, Memory};
use super::vote::{Evidence, Verdict, Votes, judge};
use crate::disc::sector::RAW;
use crate::disc::{Disc, DiscReader, Lba};
use crate::drive::mmc::{CommandError, Identity};
use crate::drive::transport::Transport;
use crate::drive::{Ask, AudioReading, DriveReader, POINTERS, SAMPLES};
use crate::job::drives::{self, Mounted};
use crate::job::{Control, DriveError, JobError};

/// No test takes longer.
const LONGEST: Duration = Duration::from_secs(60);
/// Sectors of a stretch that is read again and again: 2.7 seconds of music.
const STRETCH: u32 = 200;
/// Places on the disc that are read, from the inside outwards.
const PLACES: u32 = 5;
/// Readings of a stretch in which something differed.
const READINGS: usize = 10;
/// Sectors beyond the audio that are tried.
const REACHES: [u32; 6] = [1, 2, 5, 10, 75, 150];
/// Reading faster than this, nobody can tell a disc from a memory.
const TOO_FAST: Duration = Duration::from_millis(25);

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub struct DriveTrial {
    /// What the drive says of itself.
    pub identity: Option<Identity>,
    /// It gives the raw subchannel with audio.
    pub subchannel: bool,
    /// It gives error pointers with audio.
    pub c2: bool,
    /// Sectors before LBA 0 that it reads, of at most 150.
    pub before: u32,
    /// Sectors behind the lead-out's start that it reads, of at most 150.
    pub behind: u32,
    /// It remembers what it has read; `None` where that can't be told.
    pub remembers: Option<bool>,
    /// It forgets that when it is told to; `None` where that can't be told.
    pub forgets: Option<bool>,
    /// Sectors that were read more than once, and those that came in more than one way.
    pub sectors: (u32, u32),
    /// What its error pointers were worth in this test.
    pub evidence: Evidence,
    /// What is known of its model now, earlier tests and rips included.
    pub known: Known,
    /// How long the test took.
    pub seconds: f64,
}

/// Tests the drive of this name; what is found out of a real one is remembered.
pub fn test_drive(name: &str, control: &Control) -> Result<DriveTrial, JobError> {
    let transport = drives::open_to_rip(name, &crate::image::Opening::default()).map_err(|error| error.of(name))?;
    let memory =
        if drives::is_software(name) { Memory::default() } else { Memory::in_folder(crate::config::folder().as_deref()) };
    test_with(name, transport, &memory, control)
}

/// The same of a drive to which there is a way already.
pub fn test_with(name: &str, transport: Box<dyn Transport>, memory: &Memory, control: &Control) -> Result<DriveTrial, JobError> {
    let begun = Instant::now();
    let Mounted { identity, reader, .. } = drives::mount(name, transport, None, control)?;
    let disc = reader.disc().clone();
    let Some((first, last)) = audio(&disc) else { return Err(DriveError::NoAudio.of(name)) };
    let mut trial = Trial { name, control, begun, reader, first, last };
    let subchannel = trial.gives(AudioReading::default(), first, true)?;
    let c2 = trial.gives(AudioReading { c2: true, ..AudioReading::default() }, first, false)?;
    let before =
        trial.reach(|reach| AudioReading { offset: -(reach as i32) * SAMPLES, before: reach, ..AudioReading::default() })?;
    let behind =
        trial.reach(|reach| AudioReading { offset: reach as i32 * SAMPLES, behind: reach, ..AudioReading::default() })?;
    trial.reader.set_audio(AudioReading { c2, ..AudioReading::default() });
    let (remembers, forgets) = trial.time_memory()?;
    let (evidence, sectors) = trial.read_again()?;
    memory.learn(identity.as_ref(), |known| {
        known.c2 = known.c2.plus(evidence);
        known.forgets = forgets.or(known.forgets);
    });
    let known = memory.of(identity.as_ref());
    let seconds = begun.elapsed().as_secs_f64();
    Ok(DriveTrial { identity, subchannel, c2, before, behind, remembers, forgets, sectors, evidence, known, seconds })
}

/// The first and the last sector of the first session's audio, where that is long enough.
fn audio(disc: &Disc) -> Option<(Lba, Lba)> {
    let session = disc.sessions.first()?;
    let mut tracks = session.tracks.iter().skip_while(|track| track.mode.is_data()).take_while(|track| !track.mode.is_data());
    let first = tracks.next()?;
    let last = tracks.last().unwrap_or(first);
    let (first, last) = (first.start, last.end() - 1);
    (last.since(first)? >= 2 * STRETCH).then_some((first, last))
}

/// A stretch as it was read.
struct Reading {
    bytes: Vec<u8>,
    /// Error pointers.
    c2: Vec<u8>,
    took: Duration,
}

struct Trial<'a> {
    name: &'a str,
    control: &'a Control,
    begun: Instant,
    reader: DriveReader,
    first: Lba,
    last: Lba,
}

impl Trial<'_> {
    /// Whether sectors come; an error only where the drive is gone.
    fn came(&self, result: Result<(), CommandError>) -> Result<bool, JobError> {
        self.control.check()?;
        match result {
            Err(error) if error.is_gone() => Err(DriveError::Command(error).of(self.name)),
            result => Ok(result.is_ok()),
        }
    }

    /// Whether the drive reads a sector in this way.
    fn gives(&mut self, reading: AudioReading, at: Lba, sub: bool) -> Result<bool, JobError> {
        let (mut line, mut c2) = (vec![0; self.reader.line(sub)], vec![0; if reading.c2 { POINTERS } else { 0 }]);
        self.reader.set_audio(reading);
        let result = self.reader.attempt(Ask { at, count: 1, sub, from_disc: false }, &mut line, &mut c2);
        self.came(result)
    }

    /// How many sectors beyond an end of the audio the drive reads: read through an offset that leads there.
    fn reach(&mut self, reading: impl Fn(u32) -> AudioReading) -> Result<u32, JobError> {
        let mut reached = 0;
        for reach in REACHES {
            let reading = reading(reach);
            let at = if reading.offset > 0 { self.last } else { self.first };
            // What lies before a track that is not the first is no lead-in.
            if (reading.offset < 0 && self.first > Lba(0)) || !self.gives(reading, at, false)? {
                break;
            }
            reached = reach;
        }
        Ok(reached)
    }

    /// Reads a stretch; `None` where it can't be read.
    fn stretch(&self, at: Lba, from_disc: bool) -> Result<Option<Reading>, JobError> {
        let most = self.reader.most_sectors(false).max(1);
        let (mut bytes, mut c2) = (vec![0; STRETCH as usize * RAW], vec![0; STRETCH as usize * POINTERS]);
        let begun = Instant::now();
        let mut done = 0;
        while done < STRETCH {
            let count = most.min(STRETCH - done);
            let (from, to) = (done as usize, (done + count) as usize);
            let ask = Ask { at: at + done, count, sub: false, from_disc: from_disc && done == 0 };
            let result = self.reader.attempt(ask, &mut bytes[from * RAW..to * RAW], &mut c2[from * POINTERS..to * POINTERS]);
            if !self.came(result)? {
                return Ok(None);
            }
            done += count;
        }
        Ok(Some(Reading { bytes, c2, took: begun.elapsed() }))
    }

    /// Fills the drive's memory with something else.
    fn displace(&self, at: Lba) -> Result<(), JobError> {
        let result = self.reader.displace(at, MEMORY);
        self.came(result).map(drop)
    }

    /// Whether the drive remembers, and whether it forgets: told by the time that a second reading takes.
    fn time_memory(&self) -> Result<(Option<bool>, Option<bool>), JobError> {
        let (mut fresh, mut again) = (Duration::MAX, Duration::MAX);
        // The machine may be busy with other things in one of two tries.
        for _ in 0..2 {
            self.displace(self.first)?;
            let Some(Reading { took: first, .. }) = self.stretch(self.first, false)? else { return Ok((None, None)) };
            let Some(Reading { took: second, .. }) = self.stretch(self.first, false)? else { return Ok((None, None)) };
            (fresh, again) = (fresh.min(first), again.min(second));
        }
        if fresh < TOO_FAST {
            return Ok((None, None));
        }
        if again * 2 > fresh {
            return Ok((Some(false), None));
        }
        let told = self.stretch(self.first, true)?;
        Ok((Some(true), told.map(|told| told.took * 2 > fresh)))
    }

    /// Reads stretches of the disc twice, and more often where they differ: what were the error pointers worth?
    fn read_again(&self) -> Result<(Evidence, (u32, u32)), JobError> {
        let (mut evidence, mut read, mut differed) = (Evidence::default(), 0, 0);
        let length = self.last.since(self.first).unwrap_or(0).saturating_sub(STRETCH);
        for place in 0..PLACES {
            if self.begun.elapsed() > LONGEST {
                break;
            }
            let at = self.first + (u64::from(length) * u64::from(place) / u64::from(PLACES - 1)) as u32;
            let mut readings = Vec::new();
            while readings.len() < READINGS && self.begun.elapsed() < LONGEST {
                self.displace(at)?;
                let Some(Reading { bytes, c2, .. }) = self.stretch(at, true)? else { break };
                readings.push((bytes, c2));
                if readings.len() == 2 && readings[0].0 == readings[1].0 {
                    break;
                }
            }
            if readings.len() < 2 {
                continue;
            }
            read += STRETCH;
            for n in 0..STRETCH as usize {
                let part = |(bytes, c2): &(Vec<u8>, Vec<u8>)| {
                    (bytes[n * RAW..(n + 1) * RAW].to_vec(), c2[n * POINTERS..(n + 1) * POINTERS].to_vec())
                };
                let parts: Vec<(Vec<u8>, Vec<u8>)> = readings.iter().map(part).collect();
                differed += u32::from(parts.iter().any(|(bytes, _)| *bytes != parts[0].0));
                evidence = evidence.plus(worth(&parts));
            }
        }
        Ok((evidence, (read, differed)))
    }
}

/// What the error pointers of the readings of one sector were worth; nothing is known where the sector is not.
fn worth(readings: &[(Vec<u8>, Vec<u8>)]) -> Evidence {
    let equal = readings.iter().all(|(bytes, _)| *bytes == readings[0].0);
    let truth = if equal {
        readings[0].0.clone()
    } else {
        let mut votes = Votes::default();
        readings.iter().for_each(|(bytes, _)| votes.add(bytes, None));
        match votes.verdict(false) {
            Verdict::Agreed(truth) => truth,
            Verdict::Open(_) => return Evidence::default(),
        }
    };
    readings.iter().fold(Evidence::default(), |sum, (bytes, c2)| sum.plus(judge(bytes, c2, &truth)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::rip::tests::audio_cd;
    use crate::virtual_drive::{C2Manner, Device, Fault, Manners, Trouble};

    fn trial(manners: Manners, faults: Vec<Fault>) -> DriveTrial {
        let mut device = Device::new(manners);
        device.insert(audio_cd(), faults);
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::in_folder(Some(folder.path()));
        test_with("tested", Box::new(device), &memory, &Control::default()).unwrap()
    }

    #[test]
    fn a_drive_is_found_out() {
        let fault = |sectors, trouble| Fault { sectors, trouble };
        let faults = || vec![fault(250..260, Trouble::WrongBefore(4)), fault(600..601, Trouble::Flickers)];
        let fine = trial(Manners { lead_in: 2, lead_out: 5, ..Manners::default() }, faults());
        assert!(fine.subchannel && fine.c2 && fine.evidence.is_trusted() && fine.known.c2 == fine.evidence, "{fine:?}");
        assert_eq!((fine.before, fine.behind), (2, 5));
        let silent = trial(Manners { c2: C2Manner::Silent, ..Manners::default() }, faults());
        assert!(silent.evidence.is_distrusted());
        let refusing = trial(Manners { c2: C2Manner::Refused, ..Manners::default() }, Vec::new());
        assert!(!refusing.c2 && refusing.evidence == Evidence::default() && refusing.sectors.1 == 0);
    }

    #[test]
    fn what_it_remembers_is_told_by_the_time_that_it_takes() {
        for (cache, forgets, wanted) in
            [(0, true, (Some(false), None)), (300, true, (Some(true), Some(true))), (300, false, (Some(true), Some(false)))]
        {
            let trial = trial(Manners { cache, forgets, pace: Some(4_000_000), ..Manners::default() }, Vec::new());
            assert_eq!((trial.remembers, trial.forgets), wanted, "{cache} {forgets}");
        }
    }
}
