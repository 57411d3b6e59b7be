//! [`Kind`] and [`Mode`]: what can be written on, and how.

use std::fmt;

use crate::disc::Medium;
use crate::drive::mmc::Profile;

/// A kind of recordable medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// CD-R.
    CdR,
    /// CD-RW.
    CdRw,
    /// DVD-R, and DVD-R for authoring.
    DvdR,
    /// DVD-R DL.
    DvdRDl,
    /// DVD-RW, written as a DVD-R is.
    DvdRw,
    /// DVD-RW, formatted: written anywhere in blocks of 32 KiB.
    DvdRwOverwrite,
    /// DVD-RAM.
    DvdRam,
    /// DVD+R.
    DvdPlusR,
    /// DVD+R DL.
    DvdPlusRDl,
    /// DVD+RW, of one layer or two.
    DvdPlusRw,
    /// BD-R, written in sequence.
    BdR,
    /// BD-RE.
    BdRe,
}

/// How a disc is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// CD, track by track: the drive makes the pause before each and links them (TAO).
    TrackAtOnce,
    /// CD, a session in one go by a cue sheet (SAO, DAO).
    SessionAtOnce,
    /// CD, every bit of it given to the drive, from the lead-in to the lead-out (RAW 96).
    Raw,
    /// DVD-R and DVD-RW in one go, of a length told beforehand (DAO).
    DiscAtOnce,
    /// DVD-R and DVD-RW piece by piece; more can be added.
    Incremental,
    /// DVD-R DL, both layers by turns.
    LayerJump,
    /// DVD-RW, in place.
    RestrictedOverwrite,
    /// DVD+R and BD-R, one piece after another; more can be added.
    Sequential,
    /// DVD+RW, DVD-RAM and BD-RE, anywhere.
    Overwrite,
}

impl Kind {
    /// What the drive takes the disc for; `None` where it is nothing to be written on, or something that no drive sold writes any more.
    pub fn of(profile: Profile) -> Option<Kind> {
        Some(match profile.0 {
            0x09 => Kind::CdR,
            0x0A => Kind::CdRw,
            0x11 => Kind::DvdR,
            0x12 => Kind::DvdRam,
            0x13 => Kind::DvdRwOverwrite,
            0x14 => Kind::DvdRw,
            // The drive tells one or the other by the way of writing that it was told last.
            0x15 | 0x16 => Kind::DvdRDl,
            0x1A | 0x2A => Kind::DvdPlusRw,
            0x1B => Kind::DvdPlusR,
            0x2B => Kind::DvdPlusRDl,
            0x41 => Kind::BdR,
            0x43 => Kind::BdRe,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::CdR => "CD-R",
            Kind::CdRw => "CD-RW",
            Kind::DvdR => "DVD-R",
            Kind::DvdRDl => "DVD-R DL",
            Kind::DvdRw | Kind::DvdRwOverwrite => "DVD-RW",
            Kind::DvdRam => "DVD-RAM",
            Kind::DvdPlusR => "DVD+R",
            Kind::DvdPlusRDl => "DVD+R DL",
            Kind::DvdPlusRw => "DVD+RW",
            Kind::BdR => "BD-R",
            Kind::BdRe => "BD-RE",
        }
    }

    /// Whether it is a CD.
    pub fn is_cd(self) -> bool {
        matches!(self, Kind::CdR | Kind::CdRw)
    }

    /// What disc it becomes.
    pub fn medium(self) -> Medium {
        match self {
            kind if kind.is_cd() => Medium::Cd,
            kind if kind.is_bd() => Medium::Bd,
            _ => Medium::Dvd,
        }
    }

    /// Whether it is a Blu-ray disc.
    pub fn is_bd(self) -> bool {
        matches!(self, Kind::BdR | Kind::BdRe)
    }

    /// Whether it can be written anew, erased before or not.
    pub fn is_rewritable(self) -> bool {
        use Kind::*;
        matches!(self, CdRw | DvdRw | DvdRwOverwrite | DvdRam | DvdPlusRw | BdRe)
    }

    /// Whether it is written in place, without being erased before.
    pub fn is_overwritten(self) -> bool {
        matches!(self, Kind::DvdRwOverwrite | Kind::DvdRam | Kind::DvdPlusRw | Kind::BdRe)
    }

    /// Sectors that are written together: an ECC block of 32 KiB on DVDs, a cluster of 64 KiB on Blu-ray discs. On CDs every sector stands alone.
    pub fn block(self) -> u32 {
        match self {
            kind if kind.is_cd() => 1,
            kind if kind.is_bd() => 32,
            _ => 16,
        }
    }

    /// The modes that it can be written in, the best for a whole disc first; which of them a drive offers is in [`super::Recordable`].
    pub fn modes(self) -> &'static [Mode] {
        match self {
            Kind::CdR | Kind::CdRw => &[Mode::SessionAtOnce, Mode::TrackAtOnce, Mode::Raw],
            Kind::DvdR => &[Mode::DiscAtOnce, Mode::Incremental],
            Kind::DvdRDl => &[Mode::DiscAtOnce, Mode::Incremental, Mode::LayerJump],
            Kind::DvdRw => &[Mode::DiscAtOnce, Mode::Incremental, Mode::RestrictedOverwrite],
            Kind::DvdRwOverwrite => &[Mode::RestrictedOverwrite, Mode::DiscAtOnce, Mode::Incremental],
            Kind::DvdPlusR | Kind::DvdPlusRDl | Kind::BdR => &[Mode::Sequential],
            Kind::DvdRam | Kind::DvdPlusRw | Kind::BdRe => &[Mode::Overwrite],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Mode {
    /// All of them.
    pub const ALL: [Mode; 9] = [
        Mode::TrackAtOnce,
        Mode::SessionAtOnce,
        Mode::Raw,
        Mode::DiscAtOnce,
        Mode::Incremental,
        Mode::LayerJump,
        Mode::RestrictedOverwrite,
        Mode::Sequential,
        Mode::Overwrite,
    ];

    /// The word the command line uses for it.
    pub fn word(self) -> &'static str {
        match self {
            Mode::TrackAtOnce => "tao",
            Mode::SessionAtOnce => "sao",
            Mode::Raw => "raw",
            Mode::DiscAtOnce => "dao",
            Mode::Incremental => "incremental",
            Mode::LayerJump => "layer-jump",
            Mode::RestrictedOverwrite => "restricted-overwrite",
            Mode::Sequential => "sequential",
            Mode::Overwrite => "overwrite",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Mode::TrackAtOnce => "track at once",
            Mode::SessionAtOnce => "session at once",
            Mode::Raw => "raw, with subchannel",
            Mode::DiscAtOnce => "disc at once",
            Mode::Incremental => "incremental",
            Mode::LayerJump => "layer jump",
            Mode::RestrictedOverwrite => "restricted overwrite",
            Mode::Sequential => "sequential",
            Mode::Overwrite => "overwrite",
        }
    }

    /// Whether the modes page of the drive (page 05) has to say so. DVD+R, DVD+RW, DVD-RAM and Blu-ray discs know one way of writing each: MMC-6 keeps the
    /// page from them.
    pub fn has_page(self) -> bool {
        !matches!(self, Mode::RestrictedOverwrite | Mode::Sequential | Mode::Overwrite)
    }

    /// Whether a drive may go through it with the laser at reading power.
    pub fn can_simulate(self) -> bool {
        matches!(self, Mode::TrackAtOnce | Mode::SessionAtOnce | Mode::Raw | Mode::DiscAtOnce | Mode::Incremental)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
