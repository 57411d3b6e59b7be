//! [`Flac`]: 16-bit little-endian stereo PCM at 44.1 kHz as a FLAC file (RFC 9639).

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use md5::{Digest, Md5};

use super::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker};
use crate::bytes::audio::FrameEncoder;

/// Samples of a frame, the usual number.
const FRAME: u32 = 4096;
/// Frames from one seek point to the next: ten seconds.
const SEEK: u64 = 441_000 / FRAME as u64;
/// Bytes of a stereo sample.
const SAMPLE: u32 = 4;
/// The level that is taken where none is asked for.
const LEVEL: u8 = 8;
/// Bytes of a STREAMINFO and of a seek point (§8.2, §8.5).
const INFO: usize = 34;
const POINT: usize = 18;

/// Packs PCM into a FLAC file, whose samples are a multiple of 4 bytes, and less than 2³⁶.
#[derive(Debug, Clone, Copy)]
pub struct Flac {
    level: u8,
}

impl Flac {
    /// With a level from 1 (fast) to 9 (small), or the usual one.
    pub fn new(level: Option<u8>) -> Flac {
        Flac { level: level.unwrap_or(LEVEL) }
    }
}

impl Packing for Flac {
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
        let samples = len / u64::from(SAMPLE);
        let points = samples.div_ceil(u64::from(FRAME)).div_ceil(SEEK);
        let sink = FlacFile {
            file: into.create(into.name())?,
            name: into.name().to_owned(),
            samples,
            digest: [0; 16],
            sizes: None,
            points: Vec::new(),
            at: 0,
        };
        let mut file = &sink.file;
        // The head is known only when all has come.
        file.write_all(&vec![0; 4 + 4 + INFO + 4 + POINT * usize::try_from(points).map_err(|_| io::ErrorKind::InvalidInput)?])?;
        let packer = ParallelPacker::new(*self, sink, (FRAME * SAMPLE) as usize)?;
        Ok(Box::new(FlacPacker { md5: Md5::new(), packer: Box::new(packer) }))
    }
}

/// The samples are hashed in their order, before they are handed out.
struct FlacPacker {
    md5: Md5,
    packer: Box<ParallelPacker<Flac, FlacFile>>,
}

impl Packer for FlacPacker {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.packer.write(bytes)
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        self.packer.sink().digest = self.md5.finalize().into();
        self.packer.finish()
    }
}

impl BlockCodec for Flac {
    type Worker = FrameEncoder;
    type Made = Vec<u8>;

    fn worker(&self) -> FrameEncoder {
        FrameEncoder::new(self.level)
    }

    fn encode(&self, encoder: &mut FrameEncoder, index: u64, raw: &[u8]) -> io::Result<Vec<u8>> {
        let number = u32::try_from(index).map_err(|_| io::ErrorKind::InvalidInput)?;
        let (samples, _) = raw.as_chunks::<4>();
        let mut frame = Vec::with_capacity(raw.len());
        let of = |&[a, b, c, d]: &[u8; 4]| [i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d])];
        encoder.frame(number, samples.iter().map(of), &mut frame);
        Ok(frame)
    }
}

/// The file, to which frames are appended.
struct FlacFile {
    file: File,
    name: String,
    samples: u64,
    digest: [u8; 16],
    /// The smallest and the largest frame so far.
    sizes: Option<(usize, usize)>,
    /// The number of a frame, and how many bytes stand between the first frame and this one.
    points: Vec<(u64, u64)>,
    /// Bytes of all frames so far.
    at: u64,
}

impl BlockSink for FlacFile {
    type Made = Vec<u8>;

    fn put(&mut self, index: u64, frame: Vec<u8>) -> io::Result<()> {
        if index.is_multiple_of(SEEK) {
            self.points.push((index, self.at));
        }
        let (least, most) = self.sizes.unwrap_or((frame.len(), frame.len()));
        self.sizes = Some((least.min(frame.len()), most.max(frame.len())));
        self.at += frame.len() as u64;
        self.file.write_all(&frame)
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        let head = self.head();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&head)?;
        Ok(vec![self.name])
    }
}

impl FlacFile {
    /// The marker, STREAMINFO (§8.2) and SEEKTABLE (§8.5), as long as what was left free for them.
    fn head(&self) -> Vec<u8> {
        let block = |kind: u8, len: usize| (u32::from(kind) << 24 | len as u32).to_be_bytes();
        let mut head = b"fLaC".to_vec();
        head.extend(block(0, INFO));
        head.extend([(FRAME as u16).to_be_bytes(); 2].concat());
        let (least, most) = self.sizes.unwrap_or_default();
        [least, most].iter().for_each(|size| head.extend_from_slice(&(*size as u32).to_be_bytes()[1..]));
        // 20 bits rate, 3 bits channels − 1, 5 bits bits − 1, 36 bits samples.
        head.extend((44_100u64 << 44 | 1 << 41 | 15 << 36 | self.samples & 0xF_FFFF_FFFF).to_be_bytes());
        head.extend(self.digest);
        head.extend(block(0x80 | 3, POINT * self.points.len()));
        for (frame, at) in &self.points {
            let first = frame * u64::from(FRAME);
            head.extend(first.to_be_bytes());
            head.extend(at.to_be_bytes());
            head.extend((self.samples.saturating_sub(first).min(u64::from(FRAME)) as u16).to_be_bytes());
        }
        head
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::bytes::{audio, read_some};

    fn pack(pcm: &[u8], step: usize, level: Option<u8>, folder: &Path) -> std::path::PathBuf {
        let target = PackTarget::new(folder, "x.flac");
        let mut packer = Flac::new(level).begin(target, pcm.len() as u64).unwrap();
        pcm.chunks(step).for_each(|bytes| packer.write(bytes).unwrap());
        assert_eq!(packer.finish().unwrap(), ["x.flac"]);
        folder.join("x.flac")
    }

    /// Noise over a slow wave, of so many samples.
    fn pcm(samples: u32) -> Vec<u8> {
        let sample = |n: u32| ((f64::from(n) / 40.0).sin() * 9000.0) as i16 ^ (n.wrapping_mul(2_654_435_761) >> 24) as i16;
        (0..2 * samples).flat_map(|n| sample(n).to_le_bytes()).collect()
    }

    /// `flac -t` 1.4.2 holds all frames against their checksums, the MD5 and the length; `metaflac` lists the seek table.
    #[test]
    fn the_reference_decoder_finds_nothing_wrong() {
        for samples in [1, 588, 4095, 4096, 4097, 2_000_000] {
            let folder = tempfile::tempdir().unwrap();
            let pcm = pcm(samples);
            let path = pack(&pcm, 30_000, None, folder.path());
            let pcm_again = audio::open(&path).unwrap().pcm;
            assert!(read_some(&*pcm_again, 0, usize::MAX).unwrap() == pcm, "{samples}");
            let Ok(output) = Command::new("flac").args(["-t", "-s"]).arg(&path).output() else {
                return println!("skipped: flac is not installed");
            };
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{samples}: {said}");
            let listed = Command::new("metaflac").arg("--list").arg(&path).output().unwrap();
            let points = String::from_utf8_lossy(&listed.stdout).matches("sample_number=").count();
            assert_eq!(points, samples.div_ceil(4096).div_ceil(107) as usize);
        }
    }

    /// ffmpeg 5.1 seeks by the table: what it gives from the middle on is what stands there.
    #[test]
    fn others_seek_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let pcm = pcm(2_000_000);
        let path = pack(&pcm, 1 << 20, Some(2), folder.path());
        let Ok(output) =
            Command::new("ffmpeg").args(["-v", "error", "-ss", "30", "-i"]).arg(&path).args(["-f", "s16le", "-"]).output()
        else {
            return println!("skipped: ffmpeg is not installed");
        };
        assert!(output.status.success() && output.stdout == pcm[30 * 44_100 * 4..]);
    }

    #[test]
    fn higher_levels_make_smaller_files() {
        let folder = tempfile::tempdir().unwrap();
        let pcm: Vec<u8> = (0..200_000).flat_map(|n| (((f64::from(n / 2) * 0.05).sin() * 9000.0) as i16).to_le_bytes()).collect();
        let sizes = [1, 4, 9].map(|level| {
            let path = pack(&pcm, 5000, Some(level), folder.path());
            let size = path.metadata().unwrap().len();
            std::fs::remove_file(path).unwrap();
            size
        });
        assert!(sizes[0] >= sizes[1] && sizes[1] > sizes[2], "{sizes:?}");
    }
}
