//! Verifying: two images against each other, or one against what it says of itself.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::compare::{Difference, Pair, common_ground, compare_discs, compare_sectors, sectors};
use super::copy::pieces;
use super::open;
use super::pipeline::in_order;
use super::progress::Meter;
use super::promises;
use super::{Control, JobError, Phase, Progress};
use crate::disc::ecc::{self, Repair};
use crate::disc::sector::{self, Form, RAW, SYNC, Slice, Worth};
use crate::disc::{DiscReader, Lba, ReadError, Track, TrackId};
use crate::image::{Image, Opening};
use crate::threads::workers;

/// What came of verifying.
#[derive(Debug, Clone)]
pub struct VerifyReport {
    /// The image.
    pub source: PathBuf,
    /// The one it was compared with.
    pub other: Option<PathBuf>,
    /// In what they differ.
    pub differences: Vec<Difference>,
    /// What the sectors' own protection says, where there is only one image.
    pub findings: Findings,
    /// How long it took.
    pub seconds: f64,
}

impl VerifyReport {
    /// Whether nothing speaks against it.
    pub fn passed(&self) -> bool {
        self.differences.is_empty() && self.findings.wrong() == 0 && self.findings.broken.is_empty()
    }
}

/// What EDC, ECC and headers say of the sectors of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Sectors that carry their own protection.
    pub protected: u64,
    /// Sectors that don't: audio, and images that store user data alone.
    pub unprotected: u64,
    /// Wrong, but the sector's error correction can put it right.
    pub repairable: u64,
    /// Wrong, and beyond repair.
    pub damaged: u64,
    /// Right in themselves, but the header has another address.
    pub misplaced: u64,
    /// Checksums of the image that were held against its bytes.
    pub checksums: u64,
    /// Those that did not fit, in words.
    pub broken: Vec<String>,
    /// The first wrong sectors.
    pub wrong_at: Vec<Lba>,
}

/// Wrong sectors whose addresses are kept.
const MOST_WRONG: usize = 1000;

impl Findings {
    /// How many sectors are wrong in any way.
    pub fn wrong(&self) -> u64 {
        self.repairable + self.damaged + self.misplaced
    }

    fn count(&mut self, at: Lba, verdict: Verdict) {
        let counter = match verdict {
            Verdict::Sound => &mut self.protected,
            Verdict::Unprotected => &mut self.unprotected,
            Verdict::Repairable => &mut self.repairable,
            Verdict::Damaged => &mut self.damaged,
            Verdict::Misplaced => &mut self.misplaced,
        };
        *counter += 1;
        if matches!(verdict, Verdict::Repairable | Verdict::Damaged | Verdict::Misplaced) {
            self.protected += 1;
            if self.wrong_at.len() < MOST_WRONG {
                self.wrong_at.push(at);
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Verdict {
    Sound,
    Unprotected,
    Repairable,
    Damaged,
    Misplaced,
}

/// Verifies an image, alone or against another.
pub(super) fn verify(
    source: &Path,
    other: Option<&Path>,
    opening: &Opening,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<VerifyReport, JobError> {
    let begun = Instant::now();
    let one = open::source(source, opening, control)?;
    let (differences, findings) = match other {
        Some(path) => (compare(&one, &open::source(path, opening, control)?, control, tell)?, Findings::default()),
        None => (Vec::new(), check(&one, control, tell)?),
    };
    let seconds = begun.elapsed().as_secs_f64();
    Ok(VerifyReport { source: source.to_owned(), other: other.map(Path::to_owned), differences, findings, seconds })
}

fn compare(one: &Image, other: &Image, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<Vec<Difference>, JobError> {
    let mut differences = compare_discs(one.disc(), other.disc());
    let ground = common_ground(&*one.reader, &*other.reader);
    let mut meter = Meter::new(control, tell, Phase::Verify, sectors(&ground));
    let pair = Pair { one: (&*one.reader, &one.path), other: (&*other.reader, &other.path) };
    differences.extend(compare_sectors(&pair, &ground, &mut meter)?);
    meter.finish();
    Ok(differences)
}

#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    worth: Vec<Worth>,
    verdicts: Vec<Verdict>,
}

/// Checks every sector against its own EDC, ECC and header.
fn check(image: &Image, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<Findings, JobError> {
    let disc = image.disc();
    let total: u64 = disc.tracks().map(|(_, track)| u64::from(track.length)).sum();
    let mut meter = Meter::new(control, tell, Phase::Verify, total + promises::weight(image));
    let mut findings = Findings::default();
    for (session, track) in disc.tracks() {
        let stored = image.reader.stored(TrackId { session: session.number, track: track.number });
        let slice = stored.map_or(Slice::user(track.mode), |stored| stored.main);
        let spans = pieces(track.start, track.length);
        in_order(
            spans.len(),
            workers(),
            Piece::default,
            |number, piece| check_piece(image, track, slice, spans[number], piece),
            |number, piece| {
                let (at, sectors) = spans[number];
                piece.verdicts.iter().zip(0..).for_each(|(&verdict, n)| findings.count(at + n, verdict));
                meter.advance(u64::from(sectors), piece.bytes.len() as u64, Some(track.number))
            },
        )?;
    }
    findings.checksums = image.promises.len() as u64;
    findings.broken = promises::broken(image, control, &mut meter)?;
    meter.finish();
    Ok(findings)
}

fn check_piece(image: &Image, track: &Track, slice: Slice, (at, sectors): (Lba, u32), piece: &mut Piece) -> Result<(), JobError> {
    let guarded = track.mode.is_data() && slice.covers(Slice::MODE2);
    let form = Form::main(if guarded { Slice::RAW } else { slice });
    piece.bytes.resize(sectors as usize * form.size(), 0);
    piece.worth.clear();
    piece.worth.resize(sectors as usize, Worth::Good);
    let fail = |error: ReadError| JobError::Read { path: image.path.clone(), error };
    image.reader.read(at, form, &mut piece.bytes, &mut piece.worth).map_err(fail)?;
    piece.verdicts.clear();
    if !guarded {
        piece.verdicts.resize(sectors as usize, Verdict::Unprotected);
        return Ok(());
    }
    let (records, _) = piece.bytes.as_chunks::<RAW>();
    let judged = records.iter().zip(&piece.worth).zip(0..).map(|((record, worth), n)| match worth {
        Worth::Synthesised => Verdict::Unprotected,
        _ => judge(record, track, at + n, slice == Slice::RAW),
    });
    piece.verdicts.extend(judged);
    Ok(())
}

fn judge(record: &[u8; RAW], track: &Track, at: Lba, has_header: bool) -> Verdict {
    let Some(seal) = sector::seal_of(track.mode, record) else { return Verdict::Unprotected };
    if !ecc::check(record, seal) {
        let mut mended = *record;
        return match ecc::repair(&mut mended, seal) {
            Repair::Sound => Verdict::Sound,
            Repair::Repaired => Verdict::Repairable,
            Repair::Beyond => Verdict::Damaged,
        };
    }
    let placed = !has_header || (record[..12] == SYNC && record[12..15] == at.to_msf().to_bcd());
    if placed { Verdict::Sound } else { Verdict::Misplaced }
}
