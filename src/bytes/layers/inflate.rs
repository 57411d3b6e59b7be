//! [`Inflater`]: deflate (RFC 1951) that can begin, and stop, at any border of its blocks.

use std::io;
use std::ops::Range;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY};
use miniz_oxide::inflate::core::{BlockBoundaryState, DecompressorOxide, decompress_with_limit};

use super::damaged;
use crate::bytes::{Bytes, read_some};

/// How far back deflate refers.
pub const WINDOW: usize = 32 << 10;
/// What has been decoded, over and over. The decoder wants a power of two, and one that stays in the processor's cache is fastest.
const RING: usize = 4 * WINDOW;
/// Packed bytes read at a time.
const INPUT: usize = 64 << 10;

/// A decoder between two steps.
pub struct Inflater {
    core: Box<DecompressorOxide>,
    ring: Box<[u8]>,
    /// Where in the ring the next byte goes.
    at: usize,
    input: Vec<u8>,
    taken: usize,
    /// Offset of the byte after `input`.
    next: u64,
}

/// Where decoding can begin again: what the decoder has to know besides the [`WINDOW`] bytes before.
#[derive(Clone)]
pub enum Resume {
    /// At the first block of a stream.
    Start,
    /// Between two blocks, with the bits that are left of the last byte.
    Border {
        /// How many bits.
        count: u8,
        /// The bits.
        bits: u8,
    },
    /// Inside of a block that is too long to wait for its end.
    Inside(Box<DecompressorOxide>),
}

/// Where a step has led.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Inside of a block.
    Inside,
    /// Between two blocks.
    Border,
    /// Behind the last block.
    End,
}

impl Inflater {
    /// One that has yet to be told where to begin.
    pub fn new() -> Inflater {
        let ring = vec![0; RING].into_boxed_slice();
        Inflater { core: Box::default(), ring, at: 0, input: Vec::new(), taken: 0, next: 0 }
    }

    /// Begins at this offset of the packed bytes. Where that is not the start of a stream, [`Inflater::window_mut`] takes what was before.
    pub fn begin(&mut self, packed: u64, resume: &Resume) {
        match resume {
            Resume::Start => self.core.init(),
            Resume::Border { count, bits } => {
                let state = BlockBoundaryState { num_bits: *count & 7, bit_buf: *bits, ..BlockBoundaryState::default() };
                *self.core = DecompressorOxide::from_block_boundary_state(&state);
            }
            Resume::Inside(core) => self.core.clone_from(core),
        }
        self.at = WINDOW;
        self.input.clear();
        (self.taken, self.next) = (0, packed);
    }

    /// Where the [`WINDOW`] bytes before the beginning are to be put.
    pub fn window_mut(&mut self) -> &mut [u8] {
        &mut self.ring[..WINDOW]
    }

    /// Offset of the packed byte that comes next.
    pub fn packed(&self) -> u64 {
        self.next - (self.input.len() - self.taken) as u64
    }

    /// How decoding can begin here again, where the last step has led.
    pub fn resume(&self, place: Place) -> Resume {
        let border = (place == Place::Border).then(|| self.core.block_boundary_state()).flatten();
        match border {
            Some(state) => Resume::Border { count: state.num_bits, bits: state.bit_buf },
            None => Resume::Inside(self.core.clone()),
        }
    }

    /// The last [`WINDOW`] bytes, in two parts. Those before the beginning of the stream are of no meaning.
    pub fn window(&self) -> [&[u8]; 2] {
        match self.at.checked_sub(WINDOW) {
            Some(from) => [&self.ring[from..self.at], &[]],
            None => [&self.ring[RING - (WINDOW - self.at)..], &self.ring[..self.at]],
        }
    }

    /// Decoded bytes, by where [`Inflater::step`] says they are.
    pub fn made(&self, made: Range<usize>) -> &[u8] {
        &self.ring[made]
    }

    /// Decodes up to `most` bytes, and says where in the ring they are. It may be none.
    pub fn step(&mut self, source: &dyn Bytes, most: usize) -> io::Result<(Range<usize>, Place)> {
        if self.taken == self.input.len() {
            self.input = read_some(source, self.next, INPUT)?;
            (self.taken, self.next) = (0, self.next + self.input.len() as u64);
        }
        if self.at == RING {
            self.at = 0;
        }
        let more = if self.next < source.len() { TINFL_FLAG_HAS_MORE_INPUT } else { 0 };
        let flags = more | TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY;
        let input = &self.input[self.taken..];
        let (status, taken, made) = decompress_with_limit(&mut self.core, input, &mut self.ring, self.at, most, flags);
        self.taken += taken;
        let range = self.at..self.at + made;
        self.at += made;
        let place = match status {
            TINFLStatus::Done => Place::End,
            TINFLStatus::BlockBoundary => Place::Border,
            TINFLStatus::HasMoreOutput => Place::Inside,
            TINFLStatus::NeedsMoreInput if more != 0 => Place::Inside,
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the compressed data are cut short"));
            }
            _ => return Err(damaged("the compressed data are damaged")),
        };
        Ok((range, place))
    }
}
