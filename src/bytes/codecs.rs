//! Decoders and encoders of blocks that stand by themselves. A decoder makes exactly as many bytes as the block is known to have: one that
//! holds fewer or more is damaged ([`io::ErrorKind::InvalidData`]), however much it claims, so that no bomb goes off.

use std::io::{self, Read, Write};

use bzip2::{Decompress as Bunzip, Status as BzipStatus};
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::{LzmaOptions, LzmaReader, LzmaWriter};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{BlockBoundaryState, DecompressorOxide, decompress, inflate_flags};

/// What is wrong with a block that can't be decoded.
fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Says of an error in which block it is.
pub fn in_block(block: u64, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("block {block}: {error}"))
}

/// Decodes deflate (RFC 1951) or zlib streams (RFC 1950), one after another.
pub struct Inflater {
    state: Decompress,
    zlib: bool,
}

impl Inflater {
    /// For bare deflate streams.
    pub fn raw() -> Inflater {
        Inflater { state: Decompress::new(false), zlib: false }
    }

    /// For zlib streams, whose checksum is checked.
    pub fn zlib() -> Inflater {
        Inflater { state: Decompress::new(true), zlib: true }
    }

    /// Decodes a block; what lies behind the end of its stream is not looked at.
    pub fn decode(&mut self, stored: &[u8], into: &mut [u8]) -> io::Result<()> {
        self.state.reset(self.zlib);
        match self.state.decompress(stored, into, FlushDecompress::Finish) {
            Ok(Status::StreamEnd) if self.state.total_out() == into.len() as u64 => Ok(()),
            Ok(Status::StreamEnd) => Err(damaged("its compressed data are too short")),
            Ok(Status::Ok | Status::BufError) if self.state.total_out() == into.len() as u64 => {
                Err(damaged("its compressed data don't end where the block does"))
            }
            Ok(Status::Ok | Status::BufError) => Err(damaged("its compressed data break off")),
            Err(_) => Err(damaged("its compressed data are damaged")),
        }
    }
}

/// The two bits that stand for a stored block, for one with fixed and for one with dynamic Huffman codes (BTYPE, RFC 1951, 3.2.3).
pub type BlockTypes = [u8; 3];

/// The types as they stand in the RFC.
pub const USUAL_TYPES: BlockTypes = [0, 1, 2];

/// Decodes a deflate stream in which the types of its blocks have changed places; they are put right in `stored` on the way. Gives how many bytes
/// there were, which is `into.len()` at most.
pub fn inflate_with_types(stored: &mut [u8], types: BlockTypes, into: &mut [u8]) -> io::Result<usize> {
    const FLAGS: u32 = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
        | inflate_flags::TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY
        | inflate_flags::TINFL_FLAG_IGNORE_ADLER32;
    let (mut read, mut made) = (0, 0);
    let mut boundary = BlockBoundaryState::default();
    loop {
        // Of the header of a block, the first bit says whether it is the last.
        let at = (read * 8 - usize::from(boundary.num_bits)) + 1;
        put_type_right(stored, at, types)?;
        if let Some(before) = read.checked_sub(1).filter(|_| boundary.num_bits > 0) {
            boundary.bit_buf = stored[before] >> (8 - boundary.num_bits);
        }
        let mut state = DecompressorOxide::from_block_boundary_state(&boundary);
        let (status, used, got) = decompress(&mut state, &stored[read..], into, made, FLAGS);
        (read, made) = (read + used, made + got);
        match (status, state.block_boundary_state()) {
            (TINFLStatus::BlockBoundary, Some(next)) => boundary = next,
            (TINFLStatus::Done, _) => return Ok(made),
            (TINFLStatus::HasMoreOutput, _) => return Err(damaged("its compressed data don't end where the block does")),
            _ => return Err(damaged("its compressed data are damaged")),
        }
    }
}

/// Puts right the two bits from bit `at` on.
fn put_type_right(stored: &mut [u8], at: usize, types: BlockTypes) -> io::Result<()> {
    let places = [(at / 8, at % 8), ((at + 1) / 8, (at + 1) % 8)];
    let bit = |(byte, bit): (usize, usize)| stored.get(byte).map(|byte| byte >> bit & 1);
    let (Some(low), Some(high)) = (bit(places[0]), bit(places[1])) else {
        return Err(damaged("its compressed data break off"));
    };
    let usual = types.iter().position(|&kind| kind == high << 1 | low);
    let usual = usual.ok_or_else(|| damaged("its compressed data have a block of no known type"))?;
    for ((byte, bit), value) in places.into_iter().zip([usual & 1, usual >> 1]) {
        stored[byte] = stored[byte] & !(1 << bit) | (value as u8) << bit;
    }
    Ok(())
}

/// Decodes a bzip2 stream.
pub fn bunzip(stored: &[u8], into: &mut [u8]) -> io::Result<()> {
    let mut state = Bunzip::new(false);
    let mut status = state.decompress(stored, into);
    if matches!(status, Ok(BzipStatus::Ok | BzipStatus::MemNeeded)) && state.total_out() == into.len() as u64 {
        // All bytes are there, but what tells the end of the stream and its checksum may not have been read.
        let rest = stored.get(state.total_in() as usize..).unwrap_or_default();
        status = state.decompress(rest, &mut [0]);
    }
    match status {
        Ok(BzipStatus::StreamEnd) if state.total_out() == into.len() as u64 => Ok(()),
        Ok(BzipStatus::StreamEnd) => Err(damaged("its compressed data are too short")),
        Ok(_) if state.total_out() > into.len() as u64 => Err(damaged("its compressed data don't end where the block does")),
        Ok(_) => Err(damaged("its compressed data break off")),
        Err(_) => Err(damaged("its compressed data are damaged")),
    }
}

/// How the LZMA streams of an image are to be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LzmaProperties {
    /// The byte that tells lc, lp and pb.
    pub codes: u8,
    /// Bytes of the dictionary.
    pub dictionary: u32,
    /// The addresses in the code of x86 machines were made absolute before ("BCJ").
    pub x86: bool,
}

/// Decodes a bare LZMA stream of at least one byte, with or without a marker at its end.
pub fn unlzma(properties: LzmaProperties, stored: &[u8], into: &mut [u8]) -> io::Result<()> {
    let LzmaProperties { codes, dictionary, x86 } = properties;
    let reader = LzmaReader::new_with_props(stored, into.len() as u64, codes, dictionary, None);
    let mut reader = reader.map_err(|_| damaged("its compressed data are damaged"))?;
    reader.set_relaxed_end_condition(false);
    let read = if x86 { BcjReader::new_x86(reader, 0).read_exact(into) } else { reader.read_exact(into) };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("its compressed data break off"),
        _ => damaged("its compressed data are damaged"),
    })
}

/// Makes deflate or zlib streams, one after another.
pub struct Deflater(Compress);

impl Deflater {
    /// Of this level, 1 to 9; with the head and checksum of zlib, or without.
    pub fn new(level: u8, zlib: bool) -> Deflater {
        Deflater(Compress::new(Compression::new(level.into()), zlib))
    }

    /// Appends a whole stream.
    pub fn encode(&mut self, raw: &[u8], into: &mut Vec<u8>) -> io::Result<()> {
        self.0.reset();
        loop {
            into.reserve(raw.len() / 2 + 64);
            let read = self.0.total_in() as usize;
            match self.0.compress_vec(&raw[read..], into, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

/// A bzip2 stream of this level, 1 to 9.
pub fn bzip(level: u8, raw: &[u8]) -> io::Result<Vec<u8>> {
    let mut made = Vec::with_capacity(raw.len() / 2 + 64);
    bzip2::read::BzEncoder::new(raw, bzip2::Compression::new(level.into())).read_to_end(&mut made)?;
    Ok(made)
}

/// A bare LZMA stream with a marker at its end. The dictionary has `dictionary` bytes; lc, lp and pb are those of [`LZMA_CODES`].
pub fn lzma(level: u8, dictionary: u32, raw: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(level.into());
    options.dict_size = dictionary;
    let mut writer = LzmaWriter::new_no_header(Vec::with_capacity(raw.len() / 2 + 64), &options, true)?;
    writer.write_all(raw)?;
    writer.finish()
}

/// lc 3, lp 0, pb 2.
pub const LZMA_CODES: u8 = (2 * 5) * 9 + 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<u8> {
        let words: Vec<String> = (0..4000_u32).map(|n| format!("{} ", n.wrapping_mul(2_654_435_761) >> 20)).collect();
        words.concat().into_bytes()
    }

    fn swapped(from: &[u8], into: &mut [u8]) -> io::Result<()> {
        let made = inflate_with_types(&mut from.to_vec(), USUAL_TYPES, into)?;
        if made == into.len() { Ok(()) } else { Err(damaged("too short")) }
    }

    type Decode = Box<dyn FnMut(&[u8], &mut [u8]) -> io::Result<()>>;

    /// Every codec with its stream of `raw`.
    fn streams(raw: &[u8]) -> Vec<(&'static str, Vec<u8>, Decode)> {
        let deflated = |zlib| {
            let mut made = Vec::new();
            Deflater::new(6, zlib).encode(raw, &mut made).unwrap();
            made
        };
        let (mut bare, mut zlib) = (Inflater::raw(), Inflater::zlib());
        let plain = LzmaProperties { codes: LZMA_CODES, dictionary: 1 << 16, x86: false };
        vec![
            ("deflate", deflated(false), Box::new(move |from, into| bare.decode(from, into))),
            ("swapped", deflated(false), Box::new(swapped)),
            ("zlib", deflated(true), Box::new(move |from, into| zlib.decode(from, into))),
            ("bzip2", bzip(9, raw).unwrap(), Box::new(bunzip)),
            ("lzma", lzma(6, 1 << 16, raw).unwrap(), Box::new(move |from, into| unlzma(plain, from, into))),
        ]
    }

    #[test]
    fn blocks_have_exactly_the_length_they_are_known_to_have() {
        let raw = text();
        for (name, stream, mut decode) in streams(&raw) {
            let mut whole = vec![0; raw.len()];
            decode(&stream, &mut whole).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(whole == raw, "{name}");
            for wrong in [1, raw.len() - 1, raw.len() + 1] {
                let error = decode(&stream, &mut vec![0; wrong]).expect_err(name);
                assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{name}: {wrong}: {error}");
            }
            for cut in [0, 1, 4, stream.len() / 2, stream.len() - 2] {
                let error = decode(&stream[..cut], &mut whole).expect_err(name);
                assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{name}: cut to {cut}: {error}");
            }
            decode(&stream, &mut whole).unwrap();
        }
    }

    /// 8 MB of zeros in some kilobytes or less.
    #[test]
    fn bombs_do_not_go_off() {
        for (name, stream, mut decode) in streams(&vec![0; 8 << 20]) {
            let begun = std::time::Instant::now();
            assert_eq!(decode(&stream, &mut [0; 2048]).expect_err(name).kind(), io::ErrorKind::InvalidData, "{name}");
            println!("{name}: a bomb of {} bytes refused in {:?}", stream.len(), begun.elapsed());
        }
    }

    /// Two bits from bit `at` on.
    fn set_type(stream: &mut [u8], at: usize, types: BlockTypes) {
        let get = |at: usize| stream[at / 8] >> (at % 8) & 1;
        let coded = types[usize::from(get(at) | get(at + 1) << 1)];
        for (at, bit) in [(at, coded & 1), (at + 1, coded >> 1)] {
            stream[at / 8] = stream[at / 8] & !(1 << (at % 8)) | bit << (at % 8);
        }
    }

    /// Stored blocks end at whole bytes, so that the places of all headers in this stream are known without decoding it.
    #[test]
    fn types_of_deflate_blocks_may_have_changed_places() {
        let raw = text();
        let mut dynamic = Vec::new();
        Deflater::new(9, false).encode(&raw[100..], &mut dynamic).unwrap();
        assert_eq!(dynamic[0] >> 1 & 3, 2, "this text is worth a block of its own codes");
        let stored = |bytes: &[u8]| {
            let len = bytes.len() as u16;
            [&[0], len.to_le_bytes().as_slice(), &(!len).to_le_bytes(), bytes].concat()
        };
        // Fixed codes: type 1, the end of the block (seven zeros), and then a stored block from bit 10 on.
        let mut stream = stored(&raw[..40]);
        let fixed = stream.len() * 8;
        stream.extend([0b010, 0, 60, 0, !60, 0xFF]);
        stream.extend(&raw[40..100]);
        let last = stream.len() * 8;
        stream.extend(&dynamic);
        for types in [USUAL_TYPES, [1, 2, 0], [0, 2, 1], [1, 0, 2], [3, 1, 0]] {
            let mut swapped = stream.clone();
            [0, fixed, fixed + 10, last].iter().for_each(|header| set_type(&mut swapped, header + 1, types));
            let mut into = vec![0; raw.len()];
            assert_eq!(inflate_with_types(&mut swapped, types, &mut into).unwrap(), raw.len());
            assert!(into == raw && swapped == stream, "{types:?}");
        }
        assert!(inflate_with_types(&mut [0b110], USUAL_TYPES, &mut [0]).is_err(), "type 3 is none");
    }

    #[test]
    fn x86_code_is_put_back() {
        // `call` with the absolute address 0x105 in place of the distance 0x100 from the instruction behind it.
        let filtered = [0xE8, 5, 1, 0, 0, 0x90, 0x90, 0x90, 0x90, 0x90];
        let stream = lzma(6, 4096, &filtered).unwrap();
        let mut into = [0; 10];
        let properties = LzmaProperties { codes: LZMA_CODES, dictionary: 4096, x86: true };
        unlzma(properties, &stream, &mut into).unwrap();
        assert_eq!(into, [0xE8, 0, 1, 0, 0, 0x90, 0x90, 0x90, 0x90, 0x90]);
        unlzma(LzmaProperties { x86: false, ..properties }, &stream, &mut into).unwrap();
        assert_eq!(into, filtered);
    }
}
