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
