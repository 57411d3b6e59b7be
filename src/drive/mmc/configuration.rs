//! GET CONFIGURATION: profiles and features (MMC-6, 6.6 and 5).

use std::fmt;

use super::reply::{CommandError, MOST, ask, short};
use crate::drive::transport::Transport;

/// A kind of medium, as a drive counts them (MMC-6, table of profiles).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Profile(pub u16);

/// Number, name, whether it can be written.
type Row = (u16, &'static str, bool);

const PROFILES: [Row; 27] = [
    (0x0008, "CD-ROM", false),
    (0x0009, "CD-R", true),
    (0x000A, "CD-RW", true),
    (0x0010, "DVD-ROM", false),
    (0x0011, "DVD-R", true),
    (0x0012, "DVD-RAM", true),
    (0x0013, "DVD-RW (restricted overwrite)", true),
    (0x0014, "DVD-RW", true),
    (0x0015, "DVD-R DL", true),
    (0x0016, "DVD-R DL (layer jump)", true),
    (0x0017, "DVD-RW DL", true),
    (0x001A, "DVD+RW", true),
    (0x001B, "DVD+R", true),
    (0x002A, "DVD+RW DL", true),
    (0x002B, "DVD+R DL", true),
    (0x0040, "BD-ROM", false),
    (0x0041, "BD-R", true),
    (0x0042, "BD-R (random recording)", true),
    (0x0043, "BD-RE", true),
    (0x0050, "HD DVD-ROM", false),
    (0x0051, "HD DVD-R", true),
    (0x0052, "HD DVD-RAM", true),
    (0x0053, "HD DVD-RW", true),
    (0x0058, "HD DVD-R DL", true),
    (0x005A, "HD DVD-RW DL", true),
    (0x0002, "removable disk", true),
    (0x0000, "no disc", false),
];

impl Profile {
    /// No disc is in the drive, or none that it knows.
    pub const NONE: Profile = Profile(0);
    /// A pressed CD.
    pub const CD_ROM: Profile = Profile(0x08);
    /// A CD-R.
    pub const CD_R: Profile = Profile(0x09);
    /// A CD-RW.
    pub const CD_RW: Profile = Profile(0x0A);
    /// A pressed DVD.
    pub const DVD_ROM: Profile = Profile(0x10);
    /// A pressed Blu-ray disc.
    pub const BD_ROM: Profile = Profile(0x40);

    /// Its name; `None` for one that is not in the table.
    pub fn name(self) -> Option<&'static str> {
        PROFILES.iter().find(|row| row.0 == self.0).map(|row| row.1)
    }

    /// Whether such media can be written.
    pub fn is_writable(self) -> bool {
        PROFILES.iter().any(|row| row.0 == self.0 && row.2)
    }

    /// Whether its sectors have the structure of a CD.
    pub fn is_cd(self) -> bool {
        (0x08..=0x0A).contains(&self.0)
    }

    /// Whether it is a DVD of any kind.
    pub fn is_dvd(self) -> bool {
        (0x10..0x40).contains(&self.0)
    }

    /// Whether it is a Blu-ray disc of any kind.
    pub fn is_bd(self) -> bool {
        (0x40..0x50).contains(&self.0)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "medium of profile {:04X}", self.0),
        }
    }
}

/// One feature of a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Feature code.
    pub code: u16,
    /// Whether it can be used with the disc that is in the drive.
    pub current: bool,
    /// The bytes behind its header.
    pub data: Vec<u8>,
}

/// What a drive can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// The medium in the drive; [`Profile::NONE`] without one.
    pub current: Option<Profile>,
    /// All features, in the order in which the drive names them.
    pub features: Vec<Feature>,
}

/// Feature codes that somebody here asks for (MMC-6, table of features).
impl Configuration {
    /// List of profiles.
    const PROFILE_LIST: u16 = 0x0000;
    /// CD read: C2 pointers and CD-TEXT.
    const CD_READ: u16 = 0x001E;
    const RANDOM_WRITABLE: u16 = 0x0020;
    const DVD_PLUS_RW: u16 = 0x002A;
    const DVD_PLUS_R: u16 = 0x002B;
    const CD_TRACK_AT_ONCE: u16 = 0x002D;
    const CD_MASTERING: u16 = 0x002E;
    const DVD_R_WRITE: u16 = 0x002F;
    const CD_RW_WRITE: u16 = 0x0037;
    const DVD_PLUS_RW_DL: u16 = 0x003A;
    const DVD_PLUS_R_DL: u16 = 0x003B;
    const BD_WRITE: u16 = 0x0041;
    const HD_DVD_WRITE: u16 = 0x0051;
    /// DVD CSS.
    pub const CSS: u16 = 0x0106;
    /// AACS.
    pub const AACS: u16 = 0x010D;

    /// The feature of this code.
    pub fn feature(&self, code: u16) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.code == code)
    }

    /// Every medium that the drive knows, most able first, as it lists them.
    pub fn profiles(&self) -> Vec<Profile> {
        let list = self.feature(Self::PROFILE_LIST).map(|feature| feature.data.as_chunks::<4>().0).unwrap_or_default();
        list.iter().map(|entry| Profile(u16::from_be_bytes([entry[0], entry[1]]))).collect()
    }

    /// Those of them that the drive writes. It lists a medium that it only reads, too, and writing each kind is a feature of its own (MMC-6, clause 5;
    /// the byte and the bit of the kind in that feature's data, where one feature stands for several).
    pub fn written(&self) -> Vec<Profile> {
        self.profiles().into_iter().filter(|&profile| self.writes(profile)).collect()
    }

    fn writes(&self, profile: Profile) -> bool {
        let has = |code| self.feature(code).is_some();
        let bit = |code, byte: usize, bit: u8| self.feature(code).and_then(|f| f.data.get(byte)).is_some_and(|&b| b & bit != 0);
        // A bit for each of the versions of a disc (5.3.35).
        let versions = |bytes: std::ops::Range<usize>| {
            self.feature(Self::BD_WRITE).and_then(|f| f.data.get(bytes)).is_some_and(|bits| bits.iter().any(|&byte| byte != 0))
        };
        match profile.0 {
            0x0009 => has(Self::CD_TRACK_AT_ONCE) || has(Self::CD_MASTERING),
            0x000A => bit(Self::CD_TRACK_AT_ONCE, 0, 0x02) || bit(Self::CD_MASTERING, 0, 0x02) || has(Self::CD_RW_WRITE),
            0x0011 => has(Self::DVD_R_WRITE),
            0x0013 | 0x0014 | 0x0017 => bit(Self::DVD_R_WRITE, 0, 0x02),
            0x0015 | 0x0016 => bit(Self::DVD_R_WRITE, 0, 0x08),
            0x001A => bit(Self::DVD_PLUS_RW, 0, 0x01),
            0x001B => bit(Self::DVD_PLUS_R, 0, 0x01),
            0x002A => bit(Self::DVD_PLUS_RW_DL, 0, 0x01),
            0x002B => bit(Self::DVD_PLUS_R_DL, 0, 0x01),
            0x0041 | 0x0042 => versions(12..20),
            0x0043 => versions(4..12),
            0x0051..0x0060 => has(Self::HD_DVD_WRITE),
            0x0002 | 0x0012 => has(Self::RANDOM_WRITABLE),
            _ => false,
        }
    }

    /// Whether C2 error pointers can be read.
    pub fn c2_pointers(&self) -> bool {
        self.feature(Self::CD_READ).and_then(|feature| feature.data.first()).is_some_and(|flags| flags & 0x02 != 0)
    }

    /// Whether CD-TEXT can be read.
    pub fn cd_text(&self) -> bool {
        self.feature(Self::CD_READ).and_then(|feature| feature.data.first()).is_some_and(|flags| flags & 0x01 != 0)
    }
}

/// Features that one drive lists at most; the standard has some eighty.
const MOST_FEATURES: usize = 500;

/// GET CONFIGURATION, all features.
pub fn get_configuration(transport: &mut dyn Transport) -> Result<Configuration, CommandError> {
    const NAME: &str = "GET CONFIGURATION";
    // Some drives stumble over a length far beyond what they have, so the header is asked for first.
    let head = ask(transport, NAME, &[0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0], 8)?;
    let all = (head.u32(0)? as usize).saturating_add(4).clamp(8, MOST);
    let [high, low] = short(all);
    let reply = ask(transport, NAME, &[0x46, 0, 0, 0, 0, 0, 0, high, low, 0], all)?;
    let current = Some(Profile(reply.u16(6)?));
    let mut features = Vec::new();
    let mut rest = reply.rest(8, 4, reply.u32(0)? as usize);
    while let Some((&[high, low, flags, len], behind)) = rest.split_first_chunk() {
        let len = usize::from(len).min(behind.len());
        let (data, next) = behind.split_at(len);
        features.push(Feature { code: u16::from_be_bytes([high, low]), current: flags & 1 != 0, data: data.to_vec() });
        rest = next;
        if features.len() == MOST_FEATURES {
            break;
        }
    }
    Ok(Configuration { current, features })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Profiles, and features with their data.
    fn drive(profiles: &[u16], features: &[(u16, &[u8])]) -> Configuration {
        let list = profiles.iter().flat_map(|profile| [(profile >> 8) as u8, *profile as u8, 0, 0]).collect();
        let features = features.iter().map(|(code, data)| (*code, data.to_vec())).chain([(0, list)]);
        let features = features.map(|(code, data)| Feature { code, current: false, data });
        Configuration { current: None, features: features.collect() }
    }

    fn written(configuration: &Configuration) -> Vec<u16> {
        configuration.written().into_iter().map(|profile| profile.0).collect()
    }

    #[test]
    fn media_that_are_written_are_told_from_those_that_are_read() {
        let all = [0x43, 0x41, 0x40, 0x2B, 0x1B, 0x1A, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x10, 0x0A, 0x09, 0x08];
        assert_eq!(written(&drive(&all, &[])), [0u16; 0]);
        // A DVD writer for 12 cm discs as most are, which reads Blu-ray discs.
        let features: [(u16, &[u8]); 6] = [
            (0x20, &[0; 12]),
            (0x2A, &[1, 0, 0, 0]),
            (0x2B, &[1, 0, 0, 0]),
            (0x2D, &[0x47, 0, 0, 0]),
            (0x2F, &[0x46, 0, 0, 0]),
            (0x3B, &[1, 0, 0, 0]),
        ];
        assert_eq!(written(&drive(&all, &features)), [0x2B, 0x1B, 0x1A, 0x14, 0x13, 0x12, 0x11, 0x0A, 0x09]);
        // Flags that say that it only reads them, and a Blu-ray writer that is for BD-R.
        let bd_r = [&[0; 12][..], &[0, 1, 0, 0, 0, 0, 0, 0]].concat();
        let features: [(u16, &[u8]); 4] = [(0x2A, &[0; 4]), (0x2B, &[]), (0x2E, &[0x60, 0, 0, 0]), (0x41, &bd_r)];
        assert_eq!(written(&drive(&all, &features)), [0x41, 0x09]);
    }
}
