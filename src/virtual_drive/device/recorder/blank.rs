//! [`Blank`]: a disc that nothing is written on, as it comes out of its box.

use std::str::FromStr;

use crate::drive::mmc::Profile;

/// Kinds of discs that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlankKind {
    /// CD that can be written once.
    CdR,
    /// CD that can be erased.
    CdRw,
    /// DVD-R.
    DvdR,
    /// DVD-R of two layers.
    DvdRDl,
    /// DVD-RW, which comes for sequential writing and can be formatted for restricted overwriting.
    DvdRw,
    /// DVD+R.
    DvdPlusR,
    /// DVD+R of two layers.
    DvdPlusRDl,
    /// DVD+RW.
    DvdPlusRw,
    /// DVD-RAM, which comes formatted.
    DvdRam,
    /// BD-R.
    BdR,
    /// BD-R of two layers.
    BdRDl,
    /// BD-RE.
    BdRe,
    /// BD-RE of two layers.
    BdReDl,
}

/// How a kind of disc is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// CD: tracks and sessions, sectors of 2352 bytes and their subchannel.
    Cd,
    /// DVD-R and DVD-RW: in order, or the whole disc at once.
    Dash,
    /// DVD+R: in order.
    Plus,
    /// BD-R: in order.
    Blu,
    /// Anywhere, once it is formatted.
    Anywhere,
}

/// What is fixed for a kind of disc.
struct Row {
    kind: BlankKind,
    word: &'static str,
    profile: u16,
    family: Family,
    /// Sectors of a disc of 12 cm, without spare areas where there may be some.
    sectors: u32,
    /// Write speeds, fastest first, as multiples of ten of the speed of [`BlankKind::single`].
    speeds: &'static [u32],
}

/// CDs: 79:59:72 is where the lead-out may begin at the latest. DVDs and BDs: what drives answer to READ TRACK INFORMATION and READ FORMAT CAPACITIES
/// of blank discs, as many reports of them show.
const ROWS: [Row; 13] = {
    use BlankKind::*;
    use Family::*;
    const fn row(kind: BlankKind, word: &'static str, profile: u16, family: Family, sectors: u32, speeds: &'static [u32]) -> Row {
        Row { kind, word, profile, family, sectors, speeds }
    }
    [
        row(CdR, "cd-r", 0x09, Cd, 359_847, &[480, 400, 320, 240, 160, 80, 40]),
        row(CdRw, "cd-rw", 0x0A, Cd, 359_847, &[240, 160, 100, 40]),
        row(DvdR, "dvd-r", 0x11, Dash, 2_298_496, &[160, 120, 80, 60, 40]),
        row(DvdRDl, "dvd-r-dl", 0x15, Dash, 4_171_712, &[80, 60, 40]),
        row(DvdRw, "dvd-rw", 0x14, Dash, 2_298_496, &[60, 40, 20]),
        row(DvdPlusR, "dvd+r", 0x1B, Plus, 2_295_104, &[160, 120, 80, 60, 40]),
        row(DvdPlusRDl, "dvd+r-dl", 0x2B, Plus, 4_173_824, &[80, 60, 40, 24]),
        row(DvdPlusRw, "dvd+rw", 0x1A, Anywhere, 2_295_104, &[80, 60, 40, 24]),
        row(DvdRam, "dvd-ram", 0x12, Anywhere, 2_295_072, &[50, 30]),
        row(BdR, "bd-r", 0x41, Blu, 12_219_392, &[160, 120, 80, 60, 40, 20]),
        row(BdRDl, "bd-r-dl", 0x41, Blu, 24_438_784, &[80, 60, 40, 20]),
        row(BdRe, "bd-re", 0x43, Anywhere, 12_219_392, &[20]),
        row(BdReDl, "bd-re-dl", 0x43, Anywhere, 24_438_784, &[20]),
    ]
};

/// A word that names no kind of blank disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of blank disc")]
pub struct NoSuchBlank;

impl BlankKind {
    /// All of them.
    pub const ALL: [BlankKind; 13] = {
        use BlankKind::*;
        [CdR, CdRw, DvdR, DvdRDl, DvdRw, DvdPlusR, DvdPlusRDl, DvdPlusRw, DvdRam, BdR, BdRDl, BdRe, BdReDl]
    };

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.kind == self).expect("every kind has its row")
    }

    /// The word that the command line uses for it.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// Sectors that a disc of the usual size has, its spare areas included: 80 minutes, 4.7 GB, 25 GB a layer.
    pub fn capacity(self) -> u32 {
        self.row().sectors
    }

    /// What a drive calls it as it comes out of its box.
    pub fn profile(self) -> Profile {
        Profile(self.row().profile)
    }

    pub(super) fn family(self) -> Family {
        self.row().family
    }

    /// Whether what is on it can be replaced.
    pub fn is_rewritable(self) -> bool {
        self.family() == Family::Anywhere || matches!(self, BlankKind::CdRw | BlankKind::DvdRw)
    }

    pub(super) fn is_dual_layer(self) -> bool {
        matches!(self, BlankKind::DvdRDl | BlankKind::DvdPlusRDl | BlankKind::BdRDl | BlankKind::BdReDl)
    }

    /// Sectors that are written in one piece: an ECC block of a DVD, a cluster of a BD.
    pub(super) fn block(self) -> u32 {
        match self {
            BlankKind::CdR | BlankKind::CdRw => 1,
            BlankKind::BdR | BlankKind::BdRDl | BlankKind::BdRe | BlankKind::BdReDl => 32,
            _ => 16,
        }
    }

    /// Single speed in tenths of kB/s: 176.4 for CDs, 1385 for DVDs, 4495.5 for BDs.
    fn single(self) -> u32 {
        match self.block() {
            1 => 1764,
            16 => 13_850,
            _ => 44_955,
        }
    }

    /// Write speeds in kB/s, fastest first.
    pub(super) fn speeds(self) -> Vec<u32> {
        self.row().speeds.iter().map(|tenths| tenths * self.single() / 100).collect()
    }
}

impl FromStr for BlankKind {
    type Err = NoSuchBlank;

    fn from_str(word: &str) -> Result<BlankKind, NoSuchBlank> {
        ROWS.iter().find(|row| row.word == word).map(|row| row.kind).ok_or(NoSuchBlank)
    }
}

/// A blank disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blank {
    /// What it is.
    pub kind: BlankKind,
    /// How many sectors it has, its spare areas included.
    pub sectors: u32,
}

impl Blank {
    /// Sectors of a CD of 74 minutes.
    pub const MINUTES_74: u32 = 333_000;

    /// One of the usual size.
    pub fn new(kind: BlankKind) -> Blank {
        Blank { kind, sectors: kind.capacity() }
    }

    /// Write speeds in kB/s, fastest first.
    pub(in crate::virtual_drive::device) fn speeds(self) -> Vec<u32> {
        self.kind.speeds()
    }

    /// A smaller one; never larger than the usual, and never without a sector. Two layers are of one size.
    pub fn of(kind: BlankKind, sectors: u32) -> Blank {
        let unit = kind.block() * if kind.is_dual_layer() { 2 } else { 1 };
        Blank { kind, sectors: sectors.clamp(unit, kind.capacity()) / unit * unit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_word_and_its_numbers() {
        for kind in BlankKind::ALL {
            assert_eq!(kind.word().parse(), Ok(kind));
            assert!(kind.profile().name().is_some() && kind.capacity().is_multiple_of(kind.block()));
            assert_eq!(Blank::of(kind, u32::MAX), Blank::new(kind));
            assert!(kind.speeds().is_sorted_by(|a, b| a > b), "{}", kind.word());
        }
        assert_eq!("cd".parse::<BlankKind>(), Err(NoSuchBlank));
        // 79:59:72, two seconds before which LBA 0 lies.
        assert_eq!(BlankKind::CdR.capacity(), (79 * 60 + 59) * 75 + 72 - 150);
        assert_eq!(
            (BlankKind::CdR.speeds()[0], BlankKind::DvdPlusRDl.speeds()[3], BlankKind::BdRe.speeds()[0]),
            (8467, 3324, 8991)
        );
    }
}
