//! [`Encoder`]: packs hunks with any codec, or with the best of some.

use super::cd::{self, Frames};
use super::{Codec, deflate, flac_encode, huff, lzma, zstd};

/// What a quick deflation makes no shorter than this, in thousandths of what there is to say, LZMA makes no shorter either.
const HOPELESS: usize = 950;
/// The level of that deflation: lower ones miss much that LZMA finds.
const QUICK: u32 = 6;
/// Audio that FLAC makes no shorter than this is tried with the other codecs, too, in thousandths of its length…
const LOUD: usize = 950;
/// …and so is audio that is next to nothing.
const SILENT: usize = 100;
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
    pub(super) lzma: lzma::Lzma,
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
            lzma: lzma::Lzma::default(),
            zstd: zstd::Compressor::default(),
            flac: flac_encode::Flac::default(),
        };
        let (best, trial) = Default::default();
        Encoder { codecs: codecs.to_vec(), kernels, frames: Frames::default(), best, trial }
    }

    /// The shortest that is found for a hunk, and the number of its codec; `None` where nothing is shorter than the hunk itself.
    pub fn encode(&mut self, hunk: &[u8]) -> Option<(u8, &[u8])> {
        if self.codecs.iter().any(|codec| codec.is_cd()) {
            self.frames.set(hunk);
        }
        let mut limit = hunk.len() - 1;
        let mut chosen = None;
        let mut skip = [false; 4];
        let deflates = self.codecs.iter().any(|codec| matches!(codec, Codec::Zlib | Codec::CdZlib));
        for step in self.order() {
            let Some(number) = step.filter(|&number| !skip[number]) else { continue };
            let codec = self.codecs[number];
            if deflates && matches!(codec, Codec::Lzma | Codec::CdLzma) && self.is_hopeless(hunk) {
                continue;
            }
            self.trial.clear();
            if !self.one(codec, hunk, limit) {
                continue;
            }
            std::mem::swap(&mut self.best, &mut self.trial);
            chosen = Some(number as u8);
            limit = self.best.len().saturating_sub(1);
            let enough = match codec {
                Codec::CdFlac => (SILENT..LOUD).contains(&(self.best.len() * 1000 / hunk.len())),
                Codec::Lzma | Codec::CdLzma => self.best.len() * 1000 < self.substance(hunk) * POOR,
                _ => false,
            };
            if enough {
                skip = [true; 4];
            }
        }
        chosen.map(|number| (number, self.best.as_slice()))
    }

    /// The codecs in the order in which they are tried, those left out that have no chance.
    fn order(&self) -> [Option<usize>; 4] {
        let mut order = std::array::from_fn(|number| (number < self.codecs.len()).then_some(number));
        if self.codecs.len() < 2 {
            return order;
        }
        let flac = self.codecs.iter().position(|&codec| codec == Codec::CdFlac);
        if let Some(flac) = flac {
            if self.frames.is_data() {
                order.iter_mut().for_each(|step| *step = step.filter(|&number| number != flac));
            } else {
                // It comes first, and mostly is enough.
                order.sort_by_key(|step| (step.is_none(), *step != Some(flac)));
            }
        }
        order
    }

    /// Bytes of a hunk that do not follow from others of it.
    fn substance(&self, hunk: &[u8]) -> usize {
        if self.codecs.iter().any(|codec| codec.is_cd()) { self.frames.substance() } else { hunk.len() }
    }

    /// Whether it looks like chance or is packed already, so that LZMA would take long to find nothing.
    fn is_hopeless(&mut self, hunk: &[u8]) -> bool {
        let limit = self.substance(hunk) * HOPELESS / 1000;
        let raw = if self.codecs.iter().any(|codec| codec.is_cd()) { self.frames.stripped() } else { hunk };
        self.trial.clear();
        !self.kernels.quick.encode(raw, limit, &mut self.trial)
    }

    fn one(&mut self, codec: Codec, hunk: &[u8], limit: usize) -> bool {
        match codec.is_cd() {
            true => cd::encode(&mut self.kernels, &mut self.frames, codec, limit, &mut self.trial),
            false => self.kernels.encode(codec, hunk, limit, &mut self.trial),
        }
    }
}
