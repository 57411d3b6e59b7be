//! Discs made up from a seed: any mix of tracks, modes, gaps, indexes, sessions, texts and subchannel, with sectors that are
//! right to the last bit of their EDC and ECC.

use std::sync::Arc;

use proptest::prelude::*;
use spindle::bytes::Bytes;
use spindle::disc::cd_text::Field;
use spindle::disc::sector::{self, RAW, Records, SUBCHANNEL, Slice, Worth};
use spindle::disc::{CdText, Control, Disc, DiscType, Isrc, Lba, Mcn, Medium, Session, Track, TrackMode, subchannel};
use spindle::image::{Extent, ExtentReader};

/// A made-up disc: its description, and every stored sector.
#[derive(Clone)]
pub struct Made {
    pub disc: Disc,
    /// Runs of full sectors, with the subchannel behind each where `sub` says so.
    pub runs: Vec<(Lba, Vec<u8>)>,
    pub sub: bool,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Megabytes of noise say nothing.
        f.debug_struct("Made").field("disc", &self.disc).field("sub", &self.sub).finish()
    }
}

/// The choices that make up a track.
#[derive(Debug, Clone)]
struct Plan {
    mode: u8,
    pregap: u32,
    length: u32,
    indexes: Vec<u32>,
    flags: u8,
    isrc: bool,
    title: Option<String>,
    new_session: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let title = prop::option::weighted(0.6, "[A-Za-z0-9 àéöß'.-]{1,24}");
    (0u8..7, 0u32..40, 4u32..30, prop::collection::vec(1u32..20, 0..3), 0u8..8, any::<bool>(), title, prop::bool::weighted(0.15))
        .prop_map(|(mode, pregap, length, indexes, flags, isrc, title, new_session)| Plan {
            mode,
            pregap: if pregap < 15 { 0 } else { pregap },
            length,
            indexes,
            flags,
            isrc,
            title,
            new_session,
        })
}

/// Any disc.
pub fn made() -> impl Strategy<Value = Made> {
    let tracks = prop::collection::vec(plan(), 1..7);
    (tracks, any::<bool>(), 0u32..30, any::<bool>(), any::<u64>()).prop_map(|(plans, mcn, hidden, sub, seed)| {
        let hidden = if hidden < 15 { 0 } else { hidden };
        let disc = describe(&plans, mcn, hidden);
        let mut noise = Noise(seed | 1);
        let runs = fill(&disc, sub, &mut noise);
        Made { disc, runs, sub }
    })
}

fn describe(plans: &[Plan], mcn: bool, hidden: u32) -> Disc {
    let mut sessions: Vec<Session> = Vec::new();
    let mut text = CdText::default();
    let mut at = Lba(0);
    for (plan, number) in plans.iter().zip(1u8..) {
        let first_of_session = sessions.is_empty() || plan.new_session;
        if first_of_session {
            // Lead-out, lead-in and pregap between sessions (ECMA-130 and the Orange Book).
            at = match sessions.len() {
                0 => Lba(0) + hidden,
                1 => at + 11_400,
                _ => at + 6_900,
            };
            sessions.push(Session {
                number: sessions.len() as u16 + 1,
                disc_type: DiscType::default(),
                tracks: Vec::new(),
                lead_out: at,
            });
        }
        let mode = match plan.mode {
            0 | 1 => TrackMode::Audio,
            2 | 3 => TrackMode::Mode1,
            4 => TrackMode::Mode2Mixed,
            5 => TrackMode::Mode2,
            _ => TrackMode::Mode0,
        };
        let pregap = match (number, first_of_session) {
            (1, _) => 150 + hidden,
            (_, true) => 150,
            _ => plan.pregap,
        };
        let start = if first_of_session { at } else { at + pregap };
        let mut track = Track::new(number, mode, start, plan.length);
        track.pregap = pregap;
        let mut indexes: Vec<Lba> = plan.indexes.iter().filter(|&&i| i < plan.length).map(|&i| start + i).collect();
        indexes.sort();
        indexes.dedup();
        track.indexes = indexes;
        track.control = Control { copy: plan.flags & 1 != 0, ..Control::default() };
        if mode == TrackMode::Audio {
            track.control.pre_emphasis = plan.flags & 2 != 0;
            track.isrc = plan.isrc.then(|| Isrc::new(format!("XXSPD26{number:05}").as_bytes()).unwrap());
        }
        if let Some(title) = &plan.title {
            text.set(number, Field::Title, title.trim());
        }
        at = track.end();
        let session = sessions.last_mut().unwrap();
        session.lead_out = at;
        session.tracks.push(track);
    }
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    disc.sessions = sessions;
    disc.mcn = mcn.then(|| Mcn::new(b"4006381333931").unwrap());
    disc.cd_text = text;
    disc
}

/// A small generator of noise that is the same everywhere.
pub struct Noise(pub u64);

impl Noise {
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            chunk.copy_from_slice(&self.0.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// All sectors of all tracks, from index 0 (of the first track of a session: from LBA 0 or index 1) on.
pub fn fill(disc: &Disc, sub: bool, noise: &mut Noise) -> Vec<(Lba, Vec<u8>)> {
    let mut runs = Vec::new();
    for session in &disc.sessions {
        for (index, track) in session.tracks.iter().enumerate() {
            let from = match (session.number, index) {
                (1, 0) => Lba(0),
                (_, 0) => track.start,
                _ => track.first(),
            };
            let sectors = track.end().since(from).unwrap();
            let mut bytes = Vec::new();
            for n in 0..sectors {
                bytes.extend_from_slice(&sector_of(track.mode, from + n, noise));
                if sub {
                    let packed = subchannel::synthesise(disc, from + n);
                    bytes.extend_from_slice(&subchannel::interleave(&packed));
                }
            }
            runs.push((from, bytes));
        }
    }
    runs
}

/// One full sector of noise, as the mode wants it.
pub fn sector_of(mode: TrackMode, at: Lba, noise: &mut Noise) -> [u8; RAW] {
    let mut raw = [0; RAW];
    if mode == TrackMode::Audio {
        noise.fill(&mut raw);
        return raw;
    }
    let form2 = at.0 % 3 == 0;
    let (build, slice) = match mode {
        TrackMode::Mode2Mixed if form2 => (TrackMode::Mode2Form2, Slice::of_record(TrackMode::Mode2Form2, 2324).unwrap()),
        TrackMode::Mode2Mixed => (TrackMode::Mode2Form1, Slice::FORM1),
        TrackMode::Mode2 => (TrackMode::Mode2, Slice::MODE2),
        TrackMode::Mode0 => (TrackMode::Mode0, Slice::MODE2),
        _ => (TrackMode::Mode1, Slice::COOKED),
    };
    let mut user = vec![0; slice.size()];
    // Sectors of mode 0 are empty (ECMA-130, clause 14.2).
    if build != TrackMode::Mode0 {
        noise.fill(&mut user);
    }
    let records = Records { mode: build, at, slice, stride: user.len(), bytes: &user };
    sector::reform(records, Slice::RAW, &mut raw, RAW, &mut [Worth::Good]);
    raw
}

impl Made {
    /// The disc, readable.
    pub fn reader(&self) -> Arc<ExtentReader> {
        let stride = if self.sub { RAW + SUBCHANNEL } else { RAW };
        let extents = self.runs.iter().map(|(start, bytes)| {
            let sectors = (bytes.len() / stride) as u32;
            let bytes: Arc<dyn Bytes> = Arc::new(bytes.clone());
            let extent = Extent::plain(*start, sectors, bytes, 0, stride as u32, Slice::RAW);
            if self.sub { extent.with_subchannel() } else { extent }
        });
        Arc::new(ExtentReader::new(self.disc.clone(), extents.collect()).unwrap())
    }

    /// The main channel of a stored sector, straight from where it was made.
    pub fn sector(&self, at: Lba) -> Option<&[u8]> {
        let stride = if self.sub { RAW + SUBCHANNEL } else { RAW };
        self.runs.iter().find_map(|(start, bytes)| {
            let skip = at.since(*start)? as usize * stride;
            bytes.get(skip..skip + RAW)
        })
    }
}

/// A disc of a few sectors with something of everything: data and audio, a pregap, an index 2, flags, an ISRC, an MCN and titles.
/// Always the same.
pub fn small() -> Made {
    let track = |mode, pregap, length, title: &str| Plan {
        mode,
        pregap,
        length,
        indexes: vec![2],
        flags: 1,
        isrc: true,
        title: Some(title.to_owned()),
        new_session: false,
    };
    let disc = describe(&[track(2, 0, 6, "Files"), track(0, 3, 5, "Eins"), track(0, 0, 4, "Zwei")], true, 0);
    let runs = fill(&disc, false, &mut Noise(3));
    Made { disc, runs, sub: false }
}

/// A GD-ROM with data and audio in each of its areas, and the pregaps that real ones have, all stored.
pub fn gd() -> Made {
    let track = |number, mode, start: i32, pregap, length| Track { pregap, ..Track::new(number, mode, Lba(start), length) };
    let low = vec![track(1, TrackMode::Mode1, 0, 150, 320), track(2, TrackMode::Audio, 470, 150, 164)];
    let high = vec![
        track(3, TrackMode::Mode1, 45_000, 150, 200),
        track(4, TrackMode::Audio, 45_350, 150, 160),
        track(5, TrackMode::Mode1, 45_735, 225, 164),
    ];
    let mut disc = Disc::new(Medium::Gd, low);
    let lead_out = high.last().unwrap().end();
    disc.sessions.push(Session { number: 2, disc_type: DiscType::default(), tracks: high, lead_out });
    let runs = fill(&disc, false, &mut Noise(11));
    Made { disc, runs, sub: false }
}

/// An audio disc of one track of this many sectors.
pub fn long(sectors: u32) -> Made {
    let mut track = Track::new(1, TrackMode::Audio, Lba(0), sectors);
    track.pregap = 150;
    let disc = Disc::new(Medium::Cd, vec![track]);
    let runs = fill(&disc, false, &mut Noise(5));
    Made { disc, runs, sub: false }
}
