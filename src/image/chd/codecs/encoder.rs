//! [`Encoder`]: packs hunks with any codec, or with the best of some.

use super::cd::{self, Frames};
use super::flac_encode::{self, hopeful};
use super::{Codec, deflate, huff, lzma_encode, zstd};

/// What a quick deflation makes no shorter than this, in thousandths of what there is to say, LZMA makes no shorter either.
const HOPELESS: usize = 950;
/// The level of that deflation: lower ones miss much that LZMA finds.
const QUICK: u32 = 6;
/// Audio that FLAC makes no shorter than this is tried with the other codecs, too, in thousandths of its length…
const LOUD: usize = 950;
/// …and so is audio that is next to nothing.
const SILENT: usize = 100;
/// What is no CD is taken for sound only where that would make it shorter than this, in thousandths.
const QUIET: usize = 700;
/// Bits of entropy a byte up to which every deflation makes it shorter than [`HOPELESS`] says, by its Huffman codes alone.
const RANDOM: f64 = 7.4;
/// What LZMA makes no shorter than this may be shorter deflated, in thousandths of what there is to say.
const POOR: usize = 850;

/// What encoding needs besides the hunk; used again from hunk to hunk.
pub struct Encoder {
    codecs: Vec<Codec>,
    kernels: Kernels,
    frames: Frames,
    best: Vec<u8>,
    trial: Vec<u8>,
}

/// A compressor of each kind.
pub struct Kernels {
    pub(super) deflate: deflate::Deflate,
    quick: deflate::Deflate,
    pub(super) lzma: lzma_encode::Lzma,
    pub(super) zstd: zstd::Compressor,
    pub(super) flac: flac_encode::Flac,
}

impl Kernels {
    /// Appends what `raw`, which is no CD hunk, is packed to, at most `limit` bytes; false where it takes more.
    pub fn encode(&mut self, codec: Codec, raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
        match codec {
            Codec::Zlib => self.deflate.encode(raw, limit, into),
            Codec::Lzma => self.lzma.encode(raw, limit, into),
            Codec::Huff => huff::encode(raw, limit, into),
            Codec::Zstd => self.zstd.encode(raw, limit, into),
            Codec::Flac => self.flac.encode_marked(raw, limit, into),
            Codec::CdZlib | Codec::CdLzma | Codec::CdFlac | Codec::CdZstd => false,
        }
    }
}

impl Encoder {
    /// For files with these codecs.
    pub fn new(codecs: &[Codec]) -> Encoder {
        let kernels = Kernels {
            deflate: deflate::Deflate::new(9),
            quick: deflate::Deflate::new(QUICK),
            lzma: lzma_encode::Lzma,
            zstd: zstd::Compressor::default(),
            flac: flac_encode::Flac::default(),
        };
        let (best, trial) = Default::default();
        Encoder { codecs: codecs.to_vec(), kernels, frames: Frames::default(), best, trial }
    }

    /// The shortest that is found for a hunk, and the number of its codec; `None` where nothing is shorter than the hunk itself.
    ///
    /// Not every codec is tried on every hunk, as chdman does it: FLAC only where the samples look like sound, LZMA not where a quick deflation finds
    /// nothing, and what is left not where the first had success.
    pub fn encode(&mut self, hunk: &[u8]) -> Option<(u8, &[u8])> {
        if self.codecs.iter().any(|codec| codec.is_cd()) {
            self.frames.set(hunk);
        }
        let several = self.codecs.len() > 1;
        let mut order: Vec<usize> = (0..self.codecs.len()).collect();
        let sounds = several && self.sounds(hunk);
        if sounds {
            order.sort_by_key(|&number| !is_flac(self.codecs[number]));
        }
        let deflates = self.codecs.iter().any(|codec| matches!(codec, Codec::Zlib | Codec::CdZlib));
        let mut limit = hunk.len() - 1;
        let mut chosen = None;
        let mut enough = false;
        for number in order {
            let codec = self.codecs[number];
            let passed_over = match codec {
                Codec::Flac | Codec::CdFlac => several && !sounds,
                Codec::Lzma | Codec::CdLzma => enough || deflates && self.is_hopeless(hunk),
                _ => enough,
            };
            self.trial.clear();
            if passed_over || !self.one(codec, hunk, limit) {
                continue;
            }
            std::mem::swap(&mut self.best, &mut self.trial);
            chosen = Some(number as u8);
            limit = self.best.len().saturating_sub(1);
            enough = match codec {
                Codec::Flac | Codec::CdFlac => (SILENT..LOUD).contains(&(self.best.len() * 1000 / hunk.len())),
                Codec::Lzma | Codec::CdLzma => self.best.len() * 1000 < self.substance(hunk) * POOR,
                _ => false,
            };
        }
        chosen.map(|number| (number, self.best.as_slice()))
    }

    /// Whether there is a codec for sound, and the hunk may be some.
    fn sounds(&self, hunk: &[u8]) -> bool {
        match self.codecs.iter().find(|&&codec| is_flac(codec)) {
            Some(Codec::CdFlac) => !self.frames.is_data() && hopeful(self.frames.sectors(), true, hunk.len() * LOUD / 1000),
            Some(_) => [false, true].into_iter().any(|big| hopeful(hunk, big, hunk.len() * QUIET / 1000)),
            None => false,
        }
    }

    /// Bytes of a hunk that do not follow from others of it.
    fn substance(&self, hunk: &[u8]) -> usize {
        if self.codecs.iter().any(|codec| codec.is_cd()) { self.frames.substance() } else { hunk.len() }
    }

    /// Whether it looks like chance or is packed already, so that LZMA would take long to find nothing.
    fn is_hopeless(&mut self, hunk: &[u8]) -> bool {
        let said = self.substance(hunk);
        let raw = if self.codecs.iter().any(|codec| codec.is_cd()) { self.frames.stripped() } else { hunk };
        self.trial.clear();
        looks_random(raw, raw.len() - said) && !self.kernels.quick.encode(raw, said * HOPELESS / 1000, &mut self.trial)
    }

    fn one(&mut self, codec: Codec, hunk: &[u8], limit: usize) -> bool {
        match codec.is_cd() {
            true => cd::encode(&mut self.kernels, &mut self.frames, codec, limit, &mut self.trial),
            false => self.kernels.encode(codec, hunk, limit, &mut self.trial),
        }
    }
}

fn is_flac(codec: Codec) -> bool {
    matches!(codec, Codec::Flac | Codec::CdFlac)
}

/// Whether all bytes come about as often, so many zeros left out.
fn looks_random(bytes: &[u8], zeros: usize) -> bool {
    let mut counts = [0usize; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    counts[0] = counts[0].saturating_sub(zeros);
    let all = bytes.len().saturating_sub(zeros) as f64;
    let used = counts.into_iter().filter(|&count| count > 0).map(|count| count as f64);
    used.map(|count| count * (all / count).log2()).sum::<f64>() > RANDOM * all
}
