//! `lzma`: LZMA with 3 bits of literal context, 0 of literal position and 2 of position, without header and end mark.
//!
//! A hunk is decoded in one go: what is decoded is the dictionary, and nothing is copied. The format is that of the LZMA SDK, which is in the public
//! domain (`lzma-specification.txt`).

use std::io;

use super::broken;

/// Half of all: a bit of which nothing is known.
const EVEN: u16 = 1 << 10;
/// Bits of a probability.
const BITS: u32 = 11;
/// How fast probabilities follow what comes.
const SHIFT: u32 = 5;
/// The shortest match.
const SHORTEST: usize = 2;

/// The probabilities; sizes are rounded up to powers of two, so that no index has to be checked.
struct Model {
    literal: [[u16; 256]; 8],
    /// Literals where a match would have gone on with another byte.
    matched: [[u16; 512]; 8],
    is_match: [[u16; 4]; 16],
    is_rep: [u16; 16],
    is_rep0: [u16; 16],
    is_rep1: [u16; 16],
    is_rep2: [u16; 16],
    is_long: [[u16; 4]; 16],
    slot: [[u16; 64]; 4],
    special: [u16; 128],
    align: [u16; 16],
    length: Length,
    rep_length: Length,
}

/// How lengths of matches are coded.
struct Length {
    choice: [u16; 2],
    low: [[u16; 8]; 4],
    middle: [[u16; 8]; 4],
    high: [u16; 256],
}

impl Length {
    const NEW: Length = Length { choice: [EVEN; _], low: [[EVEN; _]; _], middle: [[EVEN; _]; _], high: [EVEN; _] };

    #[inline]
    fn next(&mut self, coder: &mut RangeDecoder<'_>, position: usize) -> usize {
        if !coder.bit(&mut self.choice[0]) {
            return SHORTEST + coder.tree::<3, 8>(&mut self.low[position & 3]);
        }
        if !coder.bit(&mut self.choice[1]) {
            return SHORTEST + 8 + coder.tree::<3, 8>(&mut self.middle[position & 3]);
        }
        SHORTEST + 16 + coder.tree::<8, 256>(&mut self.high)
    }
}

impl Model {
    const NEW: Model = Model {
        literal: [[EVEN; _]; _],
        matched: [[EVEN; _]; _],
        is_match: [[EVEN; _]; _],
        is_rep: [EVEN; _],
        is_rep0: [EVEN; _],
        is_rep1: [EVEN; _],
        is_rep2: [EVEN; _],
        is_long: [[EVEN; _]; _],
        slot: [[EVEN; _]; _],
        special: [EVEN; _],
        align: [EVEN; _],
        length: Length::NEW,
        rep_length: Length::NEW,
    };

    #[inline]
    fn literal(&mut self, coder: &mut RangeDecoder<'_>, before: u8) -> u8 {
        coder.tree::<8, 256>(&mut self.literal[usize::from(before >> 5)]) as u8
    }

    /// A literal behind a match: `instead` is what the match would have gone on with.
    #[inline]
    fn matched_literal(&mut self, coder: &mut RangeDecoder<'_>, before: u8, instead: u8) -> u8 {
        let literal = &mut self.literal[usize::from(before >> 5)];
        let matched = &mut self.matched[usize::from(before >> 5)];
        let mut symbol = 1;
        let mut other = usize::from(instead);
        while symbol < 0x100 {
            other <<= 1;
            let expected = other & 0x100;
            let bit = coder.quiet_bit(&mut matched[(expected + symbol) & 511]);
            symbol = symbol << 1 | bit as usize;
            if (expected != 0) != (bit != 0) {
                break;
            }
        }
        while symbol < 0x100 {
            symbol = symbol << 1 | coder.quiet_bit(&mut literal[symbol & 255]) as usize;
        }
        symbol as u8
    }

    /// How far back a match of this length lies, less one.
    #[inline]
    fn distance(&mut self, coder: &mut RangeDecoder<'_>, length: usize) -> u32 {
        let slot = coder.tree::<6, 64>(&mut self.slot[(length - SHORTEST).min(3)]) as u32;
        if slot < 4 {
            return slot;
        }
        let bits = (slot >> 1) - 1;
        let base = 2 | slot & 1;
        if slot < 14 {
            let from = ((base << bits) - slot) as usize;
            let (mut symbol, mut low) = (1, 0);
            for bit in 0..bits {
                let next = coder.quiet_bit(&mut self.special[(from + symbol - 1) & 127]);
                symbol = symbol << 1 | next as usize;
                low |= next << bit;
            }
            return (base << bits) + low;
        }
        let high = coder.direct(base, bits - 4);
        let (mut symbol, mut low) = (1, 0);
        for bit in 0..4 {
            let next = coder.quiet_bit(&mut self.align[symbol & 15]);
            symbol = symbol << 1 | next as usize;
            low |= next << bit;
        }
        high << 4 | low
    }
}

/// Decodes bits by their probabilities. Behind the end of the input are zeros.
struct RangeDecoder<'a> {
    range: u32,
    code: u32,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> RangeDecoder<'a> {
    fn new(bytes: &'a [u8]) -> Option<RangeDecoder<'a>> {
        let (&[0, a, b, c, d], bytes) = bytes.split_first_chunk::<5>()? else { return None };
        Some(RangeDecoder { range: u32::MAX, code: u32::from_be_bytes([a, b, c, d]), bytes, at: 0 })
    }

    #[inline(always)]
    fn normalise(&mut self) {
        if self.range < 1 << 24 {
            self.range <<= 8;
            self.code = self.code << 8 | u32::from(self.bytes.get(self.at).copied().unwrap_or(0));
            self.at += 1;
        }
    }

    /// A bit that is mostly as expected.
    #[inline(always)]
    fn bit(&mut self, probability: &mut u16) -> bool {
        self.normalise();
        let bound = (self.range >> BITS) * u32::from(*probability);
        if self.code < bound {
            self.range = bound;
            *probability += ((1 << BITS) - *probability) >> SHIFT;
            false
        } else {
            self.range -= bound;
            self.code -= bound;
            *probability -= *probability >> SHIFT;
            true
        }
    }

    /// A bit that may be either, decoded without a jump that would be guessed wrong every other time.
    #[inline(always)]
    fn quiet_bit(&mut self, probability: &mut u16) -> u32 {
        self.normalise();
        let now = u32::from(*probability);
        let bound = (self.range >> BITS) * now;
        let bit = u32::from(self.code >= bound);
        let mask = bit.wrapping_neg();
        self.range = bound.wrapping_add(self.range.wrapping_sub(bound << 1) & mask);
        self.code -= bound & mask;
        // Towards 2048 for a 0, towards 0 for a 1, both rounded as in `bit`.
        let step = (now as i32 - ((1 << BITS) - (1 << SHIFT) + 1) * (1 - bit as i32)) >> SHIFT;
        *probability = (now as i32 - step) as u16;
        bit
    }

    /// A number of `BITS` bits, the highest first.
    #[inline(always)]
    fn tree<const BITS: u32, const SIZE: usize>(&mut self, probabilities: &mut [u16; SIZE]) -> usize {
        let mut symbol = 1;
        for _ in 0..BITS {
            symbol = symbol << 1 | self.quiet_bit(&mut probabilities[symbol & (SIZE - 1)]) as usize;
        }
        symbol - SIZE
    }

    /// Bits that are as often 0 as 1, behind those of `value`.
    #[inline(always)]
    fn direct(&mut self, mut value: u32, bits: u32) -> u32 {
        for _ in 0..bits {
            self.normalise();
            self.range >>= 1;
            let bit = u32::from(self.code >= self.range);
            self.code -= self.range & bit.wrapping_neg();
            value = value << 1 | bit;
        }
        value
    }
}

/// A decoder.
pub struct Lzma(Box<Model>);

impl Default for Lzma {
    fn default() -> Lzma {
        Lzma(Box::new(Model::NEW))
    }
}

impl Lzma {
    /// Fills `into`, and tells how many bytes of `packed` there were.
    pub fn decode(&mut self, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        *self.0 = Model::NEW;
        let mut coder = RangeDecoder::new(packed).ok_or_else(broken)?;
        run(&mut self.0, &mut coder, into).ok_or_else(broken)?;
        if coder.at > coder.bytes.len() { Err(broken()) } else { Ok(packed.len()) }
    }
}

/// What follows a literal.
const AFTER_LITERAL: [u8; 16] = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5, 0, 0, 0, 0];

fn run(model: &mut Model, coder: &mut RangeDecoder<'_>, into: &mut [u8]) -> Option<()> {
    let (mut at, mut before) = (0, 0u8);
    let mut state = 0u8;
    // How far back the last four matches lay, less one.
    let mut last = [0u32; 4];
    while at < into.len() {
        let (position, now) = (at & 3, usize::from(state & 15));
        if !coder.bit(&mut model.is_match[now][position]) {
            before = if state < 7 {
                model.literal(coder, before)
            } else {
                let instead = *into.get(at.checked_sub(last[0] as usize + 1)?)?;
                model.matched_literal(coder, before, instead)
            };
            *into.get_mut(at)? = before;
            at += 1;
            state = AFTER_LITERAL[now];
            continue;
        }
        let length = if !coder.bit(&mut model.is_rep[now]) {
            let length = model.length.next(coder, position);
            last = [model.distance(coder, length), last[0], last[1], last[2]];
            state = if state < 7 { 7 } else { 10 };
            length
        } else {
            if !coder.bit(&mut model.is_rep0[now]) {
                if !coder.bit(&mut model.is_long[now][position]) {
                    before = *into.get(at.checked_sub(last[0] as usize + 1)?)?;
                    *into.get_mut(at)? = before;
                    at += 1;
                    state = if state < 7 { 9 } else { 11 };
                    continue;
                }
            } else if !coder.bit(&mut model.is_rep1[now]) {
                last = [last[1], last[0], last[2], last[3]];
            } else if !coder.bit(&mut model.is_rep2[now]) {
                last = [last[2], last[0], last[1], last[3]];
            } else {
                last = [last[3], last[0], last[1], last[2]];
            }
            state = if state < 7 { 8 } else { 11 };
            model.rep_length.next(coder, position)
        };
        copy(into, at, last[0] as usize + 1, length)?;
        at += length;
        before = *into.get(at - 1)?;
    }
    Some(())
}

/// Copies `length` bytes from `back` bytes before `at` to there; what is copied may be copied again.
#[inline]
fn copy(into: &mut [u8], at: usize, back: usize, length: usize) -> Option<()> {
    const STEP: usize = 16;
    let from = at.checked_sub(back)?;
    let end = at.checked_add(length).filter(|&end| end <= into.len())?;
    if back >= STEP && end + STEP <= into.len() {
        // Whole steps, the last of which may reach further than is wanted: what is there has not come yet.
        for step in (0..length).step_by(STEP) {
            let bytes: [u8; STEP] = *into.get(from + step..)?.first_chunk()?;
            *into.get_mut(at + step..)?.first_chunk_mut()? = bytes;
        }
        return Some(());
    }
    for offset in 0..length {
        *into.get_mut(at + offset)? = *into.get(from + offset)?;
    }
    Some(())
}
