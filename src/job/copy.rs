//! The copy engine: from any reader to any writer. Ripping, converting and burning are all this.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::pipeline::in_order;
use super::progress::Meter;
use super::{Control, JobError, Phase, Progress};
use crate::bytes::Place;
use crate::disc::sector::{Slice, Worth};
use crate::disc::{DiscReader, DiscWriter, Lba, ReadError, Run};
use crate::image::swap_words;
use crate::threads::workers;

/// Sectors that one worker handles at a time: 1.2 MB of a CD.
pub const PIECE: u32 = 512;
/// Bytes that the kernel copies at a time, between two looks at the control.
const KERNEL_PIECE: u64 = 8 << 20;
/// Sectors whose addresses are kept when they are damaged.
const MOST_DAMAGED: usize = 1000;

/// What is known of the copied sectors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worths {
    /// Sectors that error correction put right.
    pub repaired: u64,
    /// Sectors that are wrong and beyond repair.
    pub damaged: u64,
    /// The first of those.
    pub damaged_at: Vec<Lba>,
}

impl Worths {
    /// Counts the sectors from `at` on.
    pub fn count(&mut self, at: Lba, worth: &[Worth]) {
        for (worth, n) in worth.iter().zip(0..) {
            match worth {
                Worth::Good | Worth::Synthesised => {}
                Worth::Repaired => self.repaired += 1,
                Worth::Damaged => {
                    self.damaged += 1;
                    if self.damaged_at.len() < MOST_DAMAGED {
                        self.damaged_at.push(at + n);
                    }
                }
            }
        }
    }
}

/// Where source and target are, for messages.
pub struct Names<'a> {
    /// The image that is read.
    pub source: &'a Path,
    /// The image that is written.
    pub target: &'a Path,
}

impl Names<'_> {
    fn read(&self, error: ReadError) -> JobError {
        JobError::Read { path: self.source.to_owned(), error }
    }

    fn write(&self, error: io::Error) -> JobError {
        JobError::Write { path: self.target.to_owned(), error }
    }
}

/// Hands the writer all that it wants, and completes it.
pub fn copy(
    reader: &dyn DiscReader,
    writer: &mut dyn DiscWriter,
    names: &Names<'_>,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Worths, JobError> {
    let runs = writer.runs();
    let total = runs.iter().map(|run| u64::from(run.sectors)).sum();
    let mut meter = Meter::new(control, tell, Phase::Copy, total);
    let mut worths = Worths::default();
    for run in runs {
        let mut rest = run;
        while rest.sectors > 0 {
            let done = match rest.swap {
                false => reader.place(rest.at, rest.form),
                true => None,
            };
            let copied = match done {
                Some(place) => kernel_copy(place, &rest, writer, names, &mut meter, track_of(reader, rest.at))?,
                None => 0,
            };
            if copied == 0 {
                transform(reader, &rest, writer, names, &mut meter, &mut worths)?;
                break;
            }
            rest = Run { at: rest.at + copied, sectors: rest.sectors - copied, ..rest };
        }
    }
    writer.finish().map_err(|error| names.write(error))?;
    meter.finish();
    Ok(worths)
}

fn track_of(reader: &dyn DiscReader, at: Lba) -> Option<u8> {
    reader.disc().track_at(at).map(|(_, track)| track.number)
}

/// Copies as much of the run as lies at `place`, without the bytes entering this program. 0: the writer takes no files.
fn kernel_copy(
    place: Place<'_>,
    run: &Run,
    writer: &mut dyn DiscWriter,
    names: &Names<'_>,
    meter: &mut Meter<'_>,
    track: Option<u8>,
) -> Result<u32, JobError> {
    let size = run.form.size() as u64;
    let sectors = u32::try_from(place.len / size).unwrap_or(u32::MAX).min(run.sectors);
    if writer.file().is_none() {
        return Ok(0);
    }
    // A handle of its own has the cursor of the original, so the position is set before each piece, by this thread alone.
    let mut source = place.file.try_clone().map_err(|source| names.read(ReadError::Io { at: run.at, source }))?;
    let total = u64::from(sectors) * size;
    let mut done = 0;
    // Pieces end on round offsets, not between sectors: where they share pages, or split the kernel's large ones, copying takes half as
    // long again.
    while done < total {
        let bytes = KERNEL_PIECE.min(total - done);
        let fail = |source| names.read(ReadError::Io { at: run.at + (done / size) as u32, source });
        source.seek(SeekFrom::Start(place.offset + done)).map_err(fail)?;
        let target = writer.file().ok_or_else(|| names.write(io::ErrorKind::InvalidInput.into()))?;
        if pour(&mut source, bytes, target).map_err(|error| names.write(error))? < bytes {
            return Err(fail(io::ErrorKind::UnexpectedEof.into()));
        }
        writer.written(bytes).map_err(|error| names.write(error))?;
        let sectors_now = (done + bytes) / size - done / size;
        meter.advance(sectors_now, bytes, track)?;
        done += bytes;
    }
    Ok(sectors)
}

/// `bytes` bytes from cursor to cursor; fewer where the source ends. On Linux this is `copy_file_range`, or a shared extent.
fn pour(source: &mut File, bytes: u64, target: &mut File) -> io::Result<u64> {
    if cfg!(target_os = "linux") {
        return io::copy(&mut source.take(bytes), target);
    }
    let mut buffer = vec![0; bytes.min(1 << 20) as usize];
    let mut done = 0;
    while done < bytes {
        let now = (bytes - done).min(buffer.len() as u64) as usize;
        let read = source.read(&mut buffer[..now])?;
        if read == 0 {
            break;
        }
        target.write_all(&buffer[..read])?;
        done += read as u64;
    }
    Ok(done)
}

/// A piece of a run, on its way from a worker to the writer.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    worth: Vec<Worth>,
}

/// Reads the run in parallel, piece by piece, and writes it in order.
fn transform(
    reader: &dyn DiscReader,
    run: &Run,
    writer: &mut dyn DiscWriter,
    names: &Names<'_>,
    meter: &mut Meter<'_>,
    worths: &mut Worths,
) -> Result<(), JobError> {
    let spans = pieces(run.at, run.sectors);
    let track = track_of(reader, run.at);
    in_order(
        spans.len(),
        workers(),
        Piece::default,
        |number, piece| {
            let (at, sectors) = spans[number];
            piece.bytes.resize(sectors as usize * run.form.size(), 0);
            piece.worth.clear();
            piece.worth.resize(sectors as usize, Worth::Good);
            reader.read(at, run.form, &mut piece.bytes, &mut piece.worth).map_err(|error| names.read(error))?;
            if run.swap {
                // The subchannel behind the samples is no samples.
                let main = run.form.main.map_or(0, Slice::size);
                piece.bytes.chunks_mut(run.form.size()).for_each(|record| swap_words(&mut record[..main]));
            }
            Ok(())
        },
        |number, piece| {
            worths.count(spans[number].0, &piece.worth);
            writer.write(&piece.bytes).map_err(|error| names.write(error))?;
            meter.advance(piece.worth.len() as u64, piece.bytes.len() as u64, track)
        },
    )
}

/// A run cut into pieces of [`PIECE`] sectors.
pub fn pieces(at: Lba, sectors: u32) -> Vec<(Lba, u32)> {
    (0..sectors).step_by(PIECE as usize).map(|from| (at + from, PIECE.min(sectors - from))).collect()
}
