//! Audio files as CD tracks: whatever they are stored as, 16-bit little-endian stereo PCM at 44.1 kHz.
//!
//! | file | how | lossless |
//! |---|---|---|
//! | WAVE (RIFF, RF64) | a window on the file | yes |
//! | AIFF, AIFF-C | a window, its bytes swapped unless they are `sowt` | yes |
//! | FLAC | decoded on demand ([`decoded`]) | yes |
//! | ALAC in MPEG-4, Monkey's Audio | decoded on demand | yes |
//! | MP3, Ogg Vorbis, AAC-LC in MPEG-4 | decoded on demand, gaps at both ends trimmed | no |
//!
//! What a file is, is told by its content. What is not 44.1 kHz, 16 bit and stereo is converted ([`convert`]), and whoever opens it is
//! told so. A file reads the same every time and from everywhere, for the rest of the house compares bytes; that is true of dither and of
//! another loudness, too, where somebody asks for them ([`Finish`]).

mod aiff;
mod ape;
mod convert;
mod decoded;
mod encode;
mod finish;
mod flac;
mod linear;
mod mp3;
mod mpeg4;
mod recording;
mod shape;
mod stream;
mod tags;
mod vorbis;
mod wave;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use encode::FrameEncoder;
pub use finish::Finish;
pub use recording::Recording;
pub use tags::Tags;

use super::{Bytes, FileBytes, Window, read_some};

/// Bytes of one stereo sample.
const SAMPLE: u64 = 4;

/// Why a file can't serve as a CD track.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The system could not read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is not audio that is known here, or not of the right kind.
    #[error("{0}")]
    Unfit(&'static str),
}

/// An audio file as a CD track.
pub struct Sound {
    /// 16-bit little-endian stereo at 44.1 kHz.
    pub pcm: Arc<dyn Bytes>,
    /// What it was before, where it had to be converted: “48 kHz, mono, 24 bits”.
    pub converted: Option<String>,
}

impl Sound {
    /// What a user has to hear about a file of this name that is not what a CD holds.
    pub fn conversion(name: &str, was: &str) -> String {
        format!("“{name}” is {was}: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.")
    }
}

/// Opens an audio file, by its content.
///
/// The length is that of the PCM exactly, in whole stereo samples (4 bytes); it need not fill the last sector of 2352 bytes
/// ([`Padded`](super::Padded) does that). A WAVE, or an AIFF in `sowt`, lies unchanged in the file and can be copied in the
/// kernel. Where a compressed file is damaged, reads fail with [`io::ErrorKind::InvalidData`].
pub fn open(path: &Path) -> Result<Sound, AudioError> {
    open_bytes(Arc::new(FileBytes::open(path)?))
}

/// Whether these first bytes of a file (12 are enough, more are needed to see past an ID3 tag) are those of a WAVE, AIFF, FLAC,
/// Ogg, MPEG-4 or Monkey's Audio file, so that it is never raw PCM, whatever a cue sheet says.
///
/// MP3 is not told: its marker of 11 bits is also found in raw data.
pub fn is_container(head: &[u8]) -> bool {
    let head = match id3_len(head) {
        Some(len) => usize::try_from(len).ok().and_then(|len| head.get(len..)).unwrap_or_default(),
        None => head,
    };
    matches!(Kind::of(head), Some(Kind::Wave | Kind::Aiff | Kind::Flac | Kind::Ogg | Kind::Mpeg4 | Kind::Monkey))
}

/// What the first bytes of a file tell.
enum Kind {
    Wave,
    Aiff,
    Flac,
    Ogg,
    Mpeg4,
    Monkey,
    /// Known by its marker, and not read: the sentence.
    Unread(&'static str),
}

impl Kind {
    fn of(head: &[u8]) -> Option<Kind> {
        let form = head.get(8..12);
        match head.get(..4)? {
            b"RIFF" | b"RF64" if form == Some(b"WAVE") => Some(Kind::Wave),
            b"FORM" if matches!(form, Some(b"AIFF" | b"AIFC")) => Some(Kind::Aiff),
            b"fLaC" => Some(Kind::Flac),
            b"OggS" => Some(Kind::Ogg),
            b"wvpk" => Some(Kind::Unread("is WavPack, which is not read")),
            b"MAC " | b"MACF" => Some(Kind::Monkey),
            b"TTA1" | b"TTA2" => Some(Kind::Unread("is True Audio (TTA), which is not read")),
            b"tBaK" => Some(Kind::Unread("is TAK, which is not read")),
            b"OFR " => Some(Kind::Unread("is OptimFROG, which is not read")),
            [0xFF, second, ..] if second & 0xF6 == 0xF0 => {
                Some(Kind::Unread("is AAC in a bare stream (ADTS), which is not read: in an MPEG-4 file (.m4a) it is"))
            }
            b"riff" => Some(Kind::Unread("is Wave64, which is not read")),
            _ if head.get(4..8) == Some(b"ftyp") => Some(Kind::Mpeg4),
            _ => None,
        }
    }
}

/// The same as [`open`], of audio that lies in other bytes.
pub fn open_bytes(file: Arc<dyn Bytes>) -> Result<Sound, AudioError> {
    let recording = Recording::of(file)?;
    Ok(Sound { pcm: recording.for_cd(Finish::PLAIN)?, converted: recording.unlike_cd() })
}

/// The length of the ID3v2 tag that begins here: 10 bytes of header, four times seven bits of length (id3.org, ID3v2.4 §3.1).
fn id3_len(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, flags, len @ ..] = head.get(..10)? else { return None };
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    len.iter().try_fold(0u64, |sum, byte| (byte & 0x80 == 0).then_some(sum << 7 | u64::from(*byte))).map(|len| 10 + len + footer)
}

/// The file without the ID3v2 tags before it, of which there are two at most in what people have.
fn without_id3v2(file: Arc<dyn Bytes>) -> io::Result<Arc<dyn Bytes>> {
    let mut from = 0;
    for _ in 0..4 {
        match id3_len(&read_some(&*file, from, 10)?) {
            Some(len) => from = (from + len).min(file.len()),
            None => break,
        }
    }
    let len = file.len() - from;
    Ok(if from == 0 { file } else { Arc::new(Window::new(file, from, len)) })
}

/// The file without the tags behind it: an ID3v1, and an APE tag before that.
fn without_tail_tags(file: Arc<dyn Bytes>) -> io::Result<Arc<dyn Bytes>> {
    let mut to = file.len();
    if to >= 128 && read_some(&*file, to - 128, 3)? == b"TAG" {
        to -= 128;
    }
    if to >= 32 {
        let footer = read_some(&*file, to - 32, 32)?;
        if let (Some(b"APETAGEX"), Some(size), Some(flags)) = (footer.get(..8), le32(&footer, 12), le32(&footer, 20)) {
            let header = if flags & 0x8000_0000 == 0 { 0 } else { 32 };
            to = to.saturating_sub(u64::from(size) + header);
        }
    }
    Ok(if to == file.len() { file } else { Arc::new(Window::new(file, 0, to)) })
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    le16(bytes, at).map(u16::swap_bytes)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    le32(bytes, at).map(u32::swap_bytes)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_convert;
