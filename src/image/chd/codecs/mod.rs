//! The compressions of CHDs: [`Codec`] names one, [`Decoder`] undoes any of them, [`Encoder`] does them.
//!
//! A codec turns a hunk into bytes and back, and keeps nothing from hunk to hunk but its memory.

mod cd;
mod deflate;
mod encoder;
mod flac;
mod flac_encode;
mod huff;
mod lzma;
mod lzma_encode;
#[cfg(test)]
mod tests;
mod zstd;

use std::io;

pub use cd::FRAME;
pub use encoder::Encoder;

/// A compression, by the four letters that the header has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// `zlib`: deflate without a wrapping.
    Zlib,
    /// `lzma`: LZMA without a header.
    Lzma,
    /// `huff`: Huffman codes of single bytes.
    Huff,
    /// `flac`: the bytes as 16-bit stereo.
    Flac,
    /// `zstd`: a Zstandard frame.
    Zstd,
    /// `cdzl`: sectors and subchannel apart, both deflated.
    CdZlib,
    /// `cdlz`: sectors with LZMA, subchannel deflated.
    CdLzma,
    /// `cdfl`: sectors as audio, subchannel deflated.
    CdFlac,
    /// `cdzs`: sectors and subchannel apart, both with Zstandard.
    CdZstd,
}

/// Every codec with its letters.
const ALL: [(Codec, &[u8; 4]); 9] = [
    (Codec::Zlib, b"zlib"),
    (Codec::Lzma, b"lzma"),
    (Codec::Huff, b"huff"),
    (Codec::Flac, b"flac"),
    (Codec::Zstd, b"zstd"),
    (Codec::CdZlib, b"cdzl"),
    (Codec::CdLzma, b"cdlz"),
    (Codec::CdFlac, b"cdfl"),
    (Codec::CdZstd, b"cdzs"),
];

impl Codec {
    /// The codec with these letters.
    pub fn of_tag(tag: [u8; 4]) -> Option<Codec> {
        ALL.iter().find(|(_, letters)| **letters == tag).map(|(codec, _)| *codec)
    }

    /// Its letters.
    pub fn tag(self) -> [u8; 4] {
        ALL.iter().find(|(codec, _)| *codec == self).map_or([0; 4], |(_, letters)| **letters)
    }

    /// Whether it is made for the frames of a CD.
    pub fn is_cd(self) -> bool {
        matches!(self, Codec::CdZlib | Codec::CdLzma | Codec::CdFlac | Codec::CdZstd)
    }

    /// Whether hunks of this size can be packed with it.
    pub fn fits(self, hunk: u32) -> bool {
        match self {
            Codec::Flac => hunk.is_multiple_of(4),
            codec => !codec.is_cd() || hunk.is_multiple_of(cd::FRAME as u32),
        }
    }
}

/// What decoding needs besides the hunk; used again from hunk to hunk.
#[derive(Default)]
pub struct Decoder {
    inflate: deflate::Inflate,
    lzma: lzma::Lzma,
    huff: huff::Huff,
    zstd: zstd::Zstd,
    flac: flac::Flac,
    /// The parts of a CD hunk before they are put together.
    parts: Vec<u8>,
}

impl Decoder {
    /// Decodes a hunk; `into` has exactly its length.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] where the bytes are no such hunk.
    pub fn decode(&mut self, codec: Codec, packed: &[u8], into: &mut [u8]) -> io::Result<()> {
        if codec.is_cd() {
            return cd::decode(self, codec, packed, into);
        }
        self.plain(codec, packed, into).map(|_| ())
    }

    /// Decodes what is no CD hunk, and tells how many bytes of `packed` it took.
    fn plain(&mut self, codec: Codec, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        match codec {
            Codec::Zlib => self.inflate.decode(packed, into),
            Codec::Lzma => self.lzma.decode(packed, into),
            Codec::Huff => self.huff.decode(packed, into),
            Codec::Zstd => self.zstd.decode(packed, into),
            Codec::Flac => self.flac.decode_marked(packed, into),
            Codec::CdZlib | Codec::CdLzma | Codec::CdFlac | Codec::CdZstd => Err(broken()),
        }
    }
}

/// The bytes are not what the codec makes.
fn broken() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
