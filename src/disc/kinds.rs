//! Kinds of media, sessions and tracks.

use std::fmt;

/// What kind of disc it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Medium {
    /// Compact disc.
    Cd,
    /// DVD of any book type.
    Dvd,
    /// HD DVD.
    HdDvd,
    /// Blu-ray disc.
    Bd,
    /// Dreamcast GD-ROM: a CD with a high-density area from LBA 45000 on.
    Gd,
    /// GameCube disc.
    GameCube,
    /// Wii disc.
    Wii,
    /// Xbox disc.
    Xbox,
    /// PSP universal media disc.
    Umd,
}

impl Medium {
    /// The word the command line uses for it (`inspect --json`).
    pub fn word(self) -> &'static str {
        match self {
            Medium::Cd => "cd",
            Medium::Dvd => "dvd",
            Medium::HdDvd => "hd-dvd",
            Medium::Bd => "bd",
            Medium::Gd => "gd",
            Medium::GameCube => "gamecube",
            Medium::Wii => "wii",
            Medium::Xbox => "xbox",
            Medium::Umd => "umd",
        }
    }

    /// Whether its sectors have the structure of a CD (2352 bytes, MSF addresses, subchannel).
    pub fn is_cd(self) -> bool {
        matches!(self, Medium::Cd | Medium::Gd)
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Medium::Cd => "CD",
            Medium::Dvd => "DVD",
            Medium::HdDvd => "HD DVD",
            Medium::Bd => "Blu-ray",
            Medium::Gd => "GD-ROM",
            Medium::GameCube => "GameCube disc",
            Medium::Wii => "Wii disc",
            Medium::Xbox => "Xbox disc",
            Medium::Umd => "UMD",
        })
    }
}

/// What the sectors of a track are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackMode {
    /// CD audio, 588 stereo samples a sector.
    Audio,
    /// CD-ROM mode 0: empty.
    Mode0,
    /// CD-ROM mode 1: 2048 bytes a sector, EDC and ECC.
    Mode1,
    /// CD-ROM mode 2 without forms: 2336 bytes a sector.
    Mode2,
    /// CD-ROM XA, every sector form 1: 2048 bytes.
    Mode2Form1,
    /// CD-ROM XA, every sector form 2: 2324 bytes.
    Mode2Form2,
    /// CD-ROM XA, both forms: the subheader of each sector tells.
    Mode2Mixed,
    /// 2048-byte sectors without CD structure: DVD, BD and the like.
    Dvd,
}

impl TrackMode {
    /// The word the command line uses for it (`inspect --json`).
    pub fn word(self) -> &'static str {
        match self {
            TrackMode::Audio => "audio",
            TrackMode::Mode0 => "mode0",
            TrackMode::Mode1 => "mode1",
            TrackMode::Mode2 => "mode2",
            TrackMode::Mode2Form1 => "mode2-form1",
            TrackMode::Mode2Form2 => "mode2-form2",
            TrackMode::Mode2Mixed => "mode2-mixed",
            TrackMode::Dvd => "dvd",
        }
    }

    /// Whether the track holds data.
    pub fn is_data(self) -> bool {
        self != TrackMode::Audio
    }

    /// Whether the mode byte of its sectors is 2.
    pub fn is_mode2(self) -> bool {
        matches!(self, TrackMode::Mode2 | TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed)
    }
}

impl fmt::Display for TrackMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrackMode::Audio => "Audio",
            TrackMode::Mode0 => "Mode 0",
            TrackMode::Mode1 => "Mode 1",
            TrackMode::Mode2 => "Mode 2",
            TrackMode::Mode2Form1 => "Mode 2, form 1",
            TrackMode::Mode2Form2 => "Mode 2, form 2",
            TrackMode::Mode2Mixed => "Mode 2, mixed forms",
            TrackMode::Dvd => "Data",
        })
    }
}

/// The disc type byte that point A0 of a session's TOC carries (PSEC; MMC, READ TOC format 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DiscType {
    /// 0x00: CD-DA, or CD-ROM with mode 1 data.
    #[default]
    CdDaOrRom,
    /// 0x10: CD-i.
    CdI,
    /// 0x20: CD-ROM XA.
    Xa,
}

impl DiscType {
    /// The byte of point A0.
    pub fn byte(self) -> u8 {
        match self {
            DiscType::CdDaOrRom => 0x00,
            DiscType::CdI => 0x10,
            DiscType::Xa => 0x20,
        }
    }

    /// From the byte of point A0; unknown values read as 0, as drives do.
    pub fn from_byte(byte: u8) -> DiscType {
        match byte {
            0x10 => DiscType::CdI,
            0x20 => DiscType::Xa,
            _ => DiscType::CdDaOrRom,
        }
    }
}

/// The control flags of a track that its mode does not imply (Q subchannel CONTROL; ECMA-130, clause 22.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Control {
    /// Audio recorded with pre-emphasis (on data tracks: recorded incrementally).
    pub pre_emphasis: bool,
    /// Digital copy permitted.
    pub copy: bool,
    /// Four-channel audio.
    pub four_channel: bool,
    /// Serial copy management: the copy bit alternates. Cue sheets alone have a word for it.
    pub scms: bool,
}

impl Control {
    /// The four bits of CONTROL for a track of this mode.
    pub fn nibble(self, mode: TrackMode) -> u8 {
        u8::from(self.pre_emphasis) | u8::from(self.copy) << 1 | u8::from(mode.is_data()) << 2 | u8::from(self.four_channel) << 3
    }

    /// From the four bits of CONTROL; the data bit is left to the mode.
    pub fn from_nibble(nibble: u8) -> Control {
        Control { pre_emphasis: nibble & 1 != 0, copy: nibble & 2 != 0, four_channel: nibble & 8 != 0, scms: false }
    }

    /// The words of the set flags (`inspect --json`).
    pub fn words(self) -> Vec<&'static str> {
        let all =
            [(self.copy, "copy"), (self.pre_emphasis, "pre-emphasis"), (self.four_channel, "four-channel"), (self.scms, "scms")];
        all.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_survives_its_nibble() {
        for nibble in 0..16 {
            let mode = if nibble & 4 != 0 { TrackMode::Mode1 } else { TrackMode::Audio };
            assert_eq!(Control::from_nibble(nibble).nibble(mode), nibble);
        }
    }
}
