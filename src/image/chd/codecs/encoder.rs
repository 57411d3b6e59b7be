//! [`Encoder`]: packs hunks with any codec, or with the best of some.

use super::cd::{self, Frames};
use super::{Codec, deflate, flac_encode, huff, lzma, zstd};

/// The most that is hoped of a hunk that fast deflation can't make shorter, in thousandths of its length.
const HOPELESS: usize = 992;
/// Audio that FLAC makes no shorter than this is tried with the other codecs, too, in thousandths of its length…
const LOUD: usize = 950;
/// …and so is audio that is next to nothing.
const SILENT: usize = 100;
/// What LZMA makes no shorter than this may be shorter deflated, in thousandths of the length.
const POOR: usize = 900;

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
    fast: deflate::Deflate,
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
            fast: deflate::Deflate::new(1),
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
        for step in self.order(hunk) {
            let Some(number) = step.filter(|&number| !skip[number]) else { continue };
            let codec = self.codecs[number];
            self.trial.clear();
            if !self.one(codec, hunk, limit) {
                continue;
            }
            std::mem::swap(&mut self.best, &mut self.trial);
            chosen = Some(number as u8);
            limit = self.best.len().saturating_sub(1);
            let share = self.best.len() * 1000 / hunk.len();
            let enough = match codec {
                Codec::CdFlac => (SILENT..LOUD).contains(&share),
                Codec::Lzma | Codec::CdLzma => share < POOR,
                _ => false,
            };
            if enough {
                skip = [true; 4];
            }
        }
        chosen.map(|number| (number, self.best.as_slice()))
    }

    /// The codecs in the order in which they are tried, those left out that have no chance.
    fn order(&mut self, hunk: &[u8]) -> [Option<usize>; 4] {
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
        let deflates = self.codecs.iter().any(|codec| matches!(codec, Codec::Zlib | Codec::CdZlib));
        let tries_lzma = self.codecs.iter().any(|codec| matches!(codec, Codec::Lzma | Codec::CdLzma));
        if deflates && tries_lzma && (flac.is_none() || self.frames.is_data()) {
            let raw = if self.codecs.iter().any(|codec| codec.is_cd()) { self.frames.stripped() } else { hunk };
            self.trial.clear();
            if !self.kernels.fast.encode(raw, raw.len() * HOPELESS / 1000, &mut self.trial) {
                let codecs = &self.codecs;
                order.iter_mut().for_each(|step| {
                    *step = step.filter(|&number| !matches!(codecs[number], Codec::Lzma | Codec::CdLzma));
                });
            }
        }
        order
    }

    fn one(&mut self, codec: Codec, hunk: &[u8], limit: usize) -> bool {
        match codec.is_cd() {
            true => cd::encode(&mut self.kernels, &mut self.frames, codec, limit, &mut self.trial),
            false => self.kernels.encode(codec, hunk, limit, &mut self.trial),
        }
    }
}
