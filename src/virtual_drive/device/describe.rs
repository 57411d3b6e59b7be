//! What the drive says of itself.

use super::medium::Medium;
use super::recorder::{self, WRITTEN, WriteParameters};
use super::write::{Writer, speeds};
use super::{C2Manner, Manners, says};
use crate::drive::mmc::Profile;
use crate::drive::sense::Sense;

/// A text in a field of fixed length, padded with blanks.
fn field(text: &str, len: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().filter(u8::is_ascii).take(len).collect();
    bytes.resize(len, b' ');
    bytes
}

/// Cuts an answer to the length that the command allows.
pub fn allow(mut answer: Vec<u8>, len: usize) -> Vec<u8> {
    answer.truncate(len);
    answer
}

/// A number of two bytes of a command.
pub fn be16(cdb: &[u8], at: usize) -> usize {
    usize::from(u16::from_be_bytes([cdb[at], cdb[at + 1]]))
}

/// INQUIRY, and the vital product data of pages 00, 80 and 83 (SPC-4, 6.6 and 7.8).
pub fn inquiry(manners: &Manners, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let len = be16(cdb, 3);
    if cdb[1] & 1 != 0 {
        let page = |code: u8, data: &[u8]| [&[5, code, 0, data.len() as u8], data].concat();
        let answer = match cdb[2] {
            0x00 => page(0, &[0x00, 0x80, 0x83]),
            0x80 => page(0x80, &field(&manners.serial, manners.serial.len().clamp(4, 32))),
            0x83 => {
                // A name in ASCII made of maker, model and serial number (designator type 1).
                let name = [field(&manners.vendor, 8), field(&manners.product, 16), field(&manners.serial, 8)].concat();
                page(0x83, &[&[0x02, 0x01, 0, name.len() as u8], name.as_slice()].concat())
            }
            _ => return Err(says::BAD_FIELD),
        };
        return Ok(allow(answer, len));
    }
    if cdb[2] != 0 {
        return Err(says::BAD_FIELD);
    }
    // Device type 5, removable, SPC-3, response format 2.
    let mut answer = vec![0x05, 0x80, 0x05, 0x02, 31, 0, 0, 0];
    answer.extend(field(&manners.vendor, 8));
    answer.extend(field(&manners.product, 16));
    answer.extend(field(&manners.revision, 4));
    Ok(allow(answer, len))
}

/// GET CONFIGURATION (MMC-6, 6.6).
pub fn configuration(manners: &Manners, medium: Option<&Medium>, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let (wanted, from, len) = (cdb[1] & 3, be16(cdb, 2) as u16, be16(cdb, 7));
    let current = medium.map_or(Profile::NONE, |medium| medium.profile);
    let mut all = features(manners, current);
    if manners.records {
        let recording = medium.and_then(|medium| medium.recording.as_ref());
        all.extend(recorder::features(recording, current, manners.claims_cd_text));
        all.sort_by_key(|(code, _, _)| *code);
    }
    let chosen = all.into_iter().filter(|(code, flags, _)| match wanted {
        0 => *code >= from,
        1 => *code >= from && flags & 1 != 0,
        _ => *code == from,
    });
    let mut answer = vec![0; 8];
    answer[6..8].copy_from_slice(&current.0.to_be_bytes());
    for (code, flags, data) in chosen {
        answer.extend(code.to_be_bytes());
        answer.extend([flags, data.len() as u8]);
        answer.extend(data);
    }
    let count = (answer.len() - 4) as u32;
    answer[..4].copy_from_slice(&count.to_be_bytes());
    Ok(allow(answer, len))
}

/// Feature code, version and flags, data (MMC-6, clause 5).
fn features(manners: &Manners, current: Profile) -> Vec<(u16, u8, Vec<u8>)> {
    const PERSISTENT: u8 = 0x03;
    let written = WRITTEN.iter().copied().filter(|_| manners.records).map(Profile);
    let mut known: Vec<Profile> = written.chain([Profile::BD_ROM, Profile::DVD_ROM, Profile::CD_ROM]).collect();
    // Most able first.
    known.sort_by(|one, other| other.cmp(one));
    let profiles = known.iter().flat_map(|profile| [(profile.0 >> 8) as u8, profile.0 as u8, u8::from(*profile == current), 0]);
    let now = |is: bool| u8::from(is);
    let c2 = manners.c2 != C2Manner::Refused;
    vec![
        (0x0000, PERSISTENT, profiles.collect()),
        // Core: SCSI, with device busy events.
        (0x0001, PERSISTENT | 0x08, vec![0, 0, 0, 1, 1, 0, 0, 0]),
        (0x0002, PERSISTENT | 0x04, vec![1, 0, 0, 0]),
        // Removable medium: a tray that can be locked, ejected and loaded.
        (0x0003, PERSISTENT, vec![0x29, 0, 0, 0]),
        (0x0010, now(current != Profile::NONE), vec![0, 0, 8, 0, 0, 16, 0, 0]),
        (0x001D, now(current != Profile::NONE), vec![]),
        // CD read: C2 pointers where there are any, and CD-TEXT.
        (0x001E, 0x08 | now(current.is_cd()), vec![u8::from(c2) << 1 | 1, 0, 0, 0]),
        (0x001F, 0x04 | now(current.is_dvd()), vec![1, 0, 0, 0]),
        (0x0040, now(current.is_bd()), [vec![0; 4], vec![0xFF; 24]].concat()),
        (0x0103, now(current.is_cd()), vec![0; 4]),
        (0x0105, PERSISTENT | 0x04, vec![0; 4]),
        // SET CD SPEED, write speeds in page 2A and in GET PERFORMANCE, and streams that are written.
        (0x0107, 0x10 | now(current != Profile::NONE), vec![if manners.records { 0x0F } else { 0 }, 0, 0, 0]),
        (0x0108, PERSISTENT, field(&manners.serial, manners.serial.len().div_ceil(4) * 4)),
    ]
}

/// GET EVENT STATUS NOTIFICATION (MMC-6, 6.7): the class media alone, polled.
pub fn event(event: u8, present: bool, open: bool, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    const MEDIA: u8 = 4;
    if cdb[1] & 1 == 0 {
        return Err(says::BAD_FIELD);
    }
    let classes = 1 << MEDIA;
    let answer = if cdb[4] & classes == 0 {
        vec![0, 2, 0x80, classes]
    } else {
        vec![0, 6, MEDIA, classes, event, u8::from(present) << 1 | u8::from(open), 0, 0]
    };
    Ok(allow(answer, be16(cdb, 7)))
}

/// MODE SENSE of 6 and of 10 bytes: pages 01, 05, 0A, 0E, 1A and 2A, or all of them (3F).
pub fn mode_pages(manners: &Manners, writer: &Writer, medium: Option<&Medium>, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    const CHANGEABLE: u8 = 1;
    const DEFAULT: u8 = 2;
    const SAVED: u8 = 3;
    let kind = cdb[2] >> 6;
    let writing = match kind {
        CHANGEABLE => WriteParameters::changeable(),
        DEFAULT => WriteParameters::default().current(),
        _ => writer.parameters.current(),
    };
    let writing = if manners.records { writing.to_vec() } else { Vec::new() };
    let all = [recovery(), writing, control(), audio(), power(), capabilities(manners, writer, medium)];
    let wanted = cdb[2] & 0x3F;
    let is_wanted = |page: &&Vec<u8>| page.first().is_some_and(|&code| wanted == 0x3F || code == wanted);
    let chosen: Vec<u8> = all.iter().filter(is_wanted).flatten().copied().collect();
    // Saved values there are none.
    if chosen.is_empty() || kind == SAVED {
        return Err(says::BAD_FIELD);
    }
    if cdb[0] == 0x1A {
        let head = [(chosen.len() + 3) as u8, 0, 0, 0];
        return Ok(allow([&head, chosen.as_slice()].concat(), usize::from(cdb[4])));
    }
    let [high, low] = ((chosen.len() + 6) as u16).to_be_bytes();
    let head = [high, low, 0, 0, 0, 0, 0, 0];
    Ok(allow([&head, chosen.as_slice()].concat(), be16(cdb, 7)))
}

/// Read error recovery: as hard as the drive can.
fn recovery() -> Vec<u8> {
    vec![0x01, 0x0A, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// Control (SPC-4, 7.5.8): sense data in fixed format, nothing protected by software.
fn control() -> Vec<u8> {
    vec![0x0A, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// CD audio control: both channels to both ports.
fn audio() -> Vec<u8> {
    vec![0x0E, 0x0E, 0x04, 0, 0, 0, 0, 75, 1, 0xFF, 2, 0xFF, 0, 0, 0, 0]
}

fn power() -> Vec<u8> {
    vec![0x1A, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// Capabilities and mechanical status (MMC-3, 5.5.10): a list of write speeds is its end.
fn capabilities(manners: &Manners, writer: &Writer, medium: Option<&Medium>) -> Vec<u8> {
    let c2 = u8::from(manners.c2 != C2Manner::Refused) << 4;
    let speeds = speeds(medium);
    let mut page = vec![0x2A, (30 + 4 * speeds.len()) as u8];
    // Reads CD-R, CD-RW, method 2, DVD-ROM, DVD-R, DVD-RAM; writes CD-R, CD-RW, with the laser off, DVD-R, DVD-RAM.
    page.extend([0x3F, if manners.records { 0x37 } else { 0 }]);
    // Multi-session, mode 2 form 1 and 2, underruns bridged; CD-DA accurate, R–W de-interleaved, C2, ISRC, MCN.
    page.extend([0x70 | u8::from(manners.records) << 7, 0x63 | 0x04 | c2]);
    // A tray that locks and ejects.
    page.extend([0x29, 0x00]);
    // ×52 at most and now, two volume levels, and the buffer in kilobytes.
    let [high, low] = ((manners.buffer >> 10).min(0xFFFF) as u16).to_be_bytes();
    page.extend([0x23, 0xD3, 0, 2, high, low, 0x23, 0xD3]);
    let short = |speed: u32| (speed.min(0xFFFF) as u16).to_be_bytes();
    let (now, most) = (short(writer.speed_of(&speeds)), short(speeds.first().copied().unwrap_or(0)));
    // Write speeds in the places of older standards, too.
    page.extend([&[0, 0], most.as_slice(), &now, &[0; 6], &now, &short(speeds.len() as u32)].concat());
    for speed in speeds {
        page.extend([[0, 0], short(speed)].concat());
    }
    page
}

/// GET PERFORMANCE (MMC-6, 6.8): nominal performance, one speed over the whole disc; and the write speeds of the disc.
pub fn performance(writer: &Writer, medium: Option<&Medium>, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    const FASTEST: u32 = 9_171;
    const WRITE_SPEEDS: u8 = 3;
    /// Constant linear velocity, and the drive keeps to the speed.
    const EXACT: u8 = 0x02;
    let len = 8 + 16 * be16(cdb, 8);
    let told = medium.and_then(|medium| medium.readable.as_ref()?.told.as_ref()).map_or(0, |disc| disc.sectors());
    let sectors = medium.and_then(|medium| medium.recording.as_ref()).map_or(told, |recording| recording.blank().sectors);
    let last = sectors.saturating_sub(1);
    let speeds = speeds(medium);
    match cdb[10] {
        0 => {
            let (writes, except) = (cdb[1] & 4 != 0, u8::from(cdb[1] & 4 != 0) << 1);
            let speed = if writes { writer.speed_of(&speeds) } else { FASTEST };
            let mut answer = vec![0, 0, 0, 20, except, 0, 0, 0, 0, 0, 0, 0];
            answer.extend([speed, last, speed].iter().flat_map(|number| number.to_be_bytes()));
            Ok(allow(answer, len))
        }
        WRITE_SPEEDS => {
            let mut answer = (4 + 16 * speeds.len() as u32).to_be_bytes().to_vec();
            answer.extend([0; 4]);
            for speed in speeds {
                answer.extend([EXACT, 0, 0, 0]);
                answer.extend([last, FASTEST, speed].iter().flat_map(|number| number.to_be_bytes()));
            }
            Ok(allow(answer, len))
        }
        // No defects, streams or zones.
        _ => Ok(vec![0, 0, 0, 4, 0, 0, 0, 0]),
    }
}

/// MECHANISM STATUS (MMC-6, 6.11).
pub fn mechanism(open: bool) -> Vec<u8> {
    vec![0, u8::from(open) << 4, 0, 0, 0, 0, 0, 0]
}
