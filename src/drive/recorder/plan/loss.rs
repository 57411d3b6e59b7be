//! [`BurnLoss`]: what a disc is without when it has been written.

use std::fmt;

use crate::disc::{Disc, Medium};
use crate::drive::recorder::Kind;

/// What of a disc does not arrive on this medium in this mode, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BurnLoss {
    /// The pregaps of these tracks get a length of two seconds, and are silent.
    Pregaps(Vec<u8>),
    /// Audio before track 1, that many sectors.
    HiddenTrack(u32),
    /// Index 2 and above of these tracks.
    Indexes(Vec<u8>),
    /// Recording codes of these tracks.
    Isrc(Vec<u8>),
    /// Catalogue number.
    Mcn,
    /// CD-TEXT, of which this part can't be written.
    CdText(&'static str),
    /// The stored subchannel; the drive makes a new one.
    Subchannel,
    /// EDC, ECC, sync and header of the data sectors are made anew: what a copy protection put there is gone.
    RawSectors,
    /// These tracks get other numbers.
    Numbers(Vec<u8>),
    /// Sessions that lie at another address than they did. File systems in them are told to look there.
    Moved(Vec<u16>),
    /// All sessions become one.
    Sessions,
    /// Where the second layer begins.
    LayerBreak(u32),
    /// These tracks are shorter than the four seconds that a track should have, and are filled up with zeros.
    Padded(Vec<u8>),
    /// These tracks are shorter than the four seconds that a track should have; some drives refuse that.
    Short(Vec<u8>),
    /// Control structures of a DVD.
    Structures,
    /// It becomes a disc of another kind.
    Medium,
}

/// What a disc of this kind can't be or have, however it is written.
pub fn of_the_medium(disc: &Disc, kind: Kind) -> Vec<BurnLoss> {
    let is_other = matches!(disc.medium, Medium::HdDvd | Medium::GameCube | Medium::Wii | Medium::Xbox | Medium::Umd);
    let layer = disc.structures.layers.first();
    let is_protected = layer.and_then(|layer| layer.first()).is_some_and(|&protection| protection != 0);
    let has_structures = is_protected || !disc.structures.bca.is_empty();
    let losses = [
        is_other.then_some(BurnLoss::Medium),
        has_structures.then_some(BurnLoss::Structures),
        disc.layer_break.filter(|_| kind.is_cd()).map(BurnLoss::LayerBreak),
        disc.mcn.filter(|_| !kind.is_cd()).map(|_| BurnLoss::Mcn),
    ];
    losses.into_iter().flatten().collect()
}

impl BurnLoss {
    /// Whether nothing is written before somebody has said that this is fine. What only some drives mind is told, and no more.
    pub fn needs_leave(&self) -> bool {
        !matches!(self, BurnLoss::Short(_))
    }
}

fn list(tracks: &[u8]) -> String {
    let noun = if tracks.len() == 1 { "track" } else { "tracks" };
    let numbers: Vec<String> = tracks.iter().map(u8::to_string).collect();
    format!("{noun} {}", numbers.join(", "))
}

impl fmt::Display for BurnLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BurnLoss::Pregaps(tracks) => write!(f, "the pauses before {} become two seconds of silence", list(tracks)),
            BurnLoss::HiddenTrack(sectors) => write!(f, "the audio before track 1 ({sectors} sectors) is left out"),
            BurnLoss::Indexes(tracks) => write!(f, "the indexes above 1 of {} are left out", list(tracks)),
            BurnLoss::Isrc(tracks) => write!(f, "the recording codes (ISRC) of {} are left out", list(tracks)),
            BurnLoss::Mcn => f.write_str("the catalogue number (MCN) is left out"),
            BurnLoss::CdText(why) => write!(f, "CD-TEXT is left out: {why}"),
            BurnLoss::Subchannel => f.write_str("the subchannel is made anew instead of being copied"),
            BurnLoss::RawSectors => {
                f.write_str("sync, header, EDC and ECC of data sectors are made anew instead of being copied")
            }
            BurnLoss::Numbers(tracks) => write!(f, "{} will have other numbers", list(tracks)),
            BurnLoss::Moved(sessions) => {
                let numbers: Vec<String> = sessions.iter().map(u16::to_string).collect();
                write!(f, "session {} will lie at another address, and files in it may not be found", numbers.join(", "))
            }
            BurnLoss::Sessions => f.write_str("its sessions become one"),
            BurnLoss::LayerBreak(at) => write!(f, "the second layer will not begin at sector {at}"),
            BurnLoss::Padded(tracks) => write!(f, "{}, shorter than four seconds, will be filled up with zeros", list(tracks)),
            BurnLoss::Short(tracks) => write!(f, "the drive may refuse {}, shorter than four seconds", list(tracks)),
            BurnLoss::Structures => f.write_str("the control structures of the DVD are left out"),
            BurnLoss::Medium => f.write_str("it will be a disc of another kind"),
        }
    }
}
