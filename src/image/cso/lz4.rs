//! LZ4 blocks whose end is not known: an index tells their length with the padding behind them.

/// Decodes a block (LZ4 block format 1.6.3) until `into` is full, and gives how many bytes there were; what follows is padding.
///
/// The crate `lz4_flex` wants a block without padding. `None`: it is damaged, or goes on beyond `into`.
pub fn decode(mut block: &[u8], into: &mut [u8]) -> Option<usize> {
    let mut done = 0;
    while done < into.len() {
        let Some((&token, rest)) = block.split_first() else { return Some(done) };
        block = rest;
        let literals = length(usize::from(token >> 4), &mut block)?;
        let (now, rest) = block.split_at_checked(literals)?;
        into.get_mut(done..done.checked_add(literals)?)?.copy_from_slice(now);
        done += literals;
        block = rest;
        if done == into.len() || block.is_empty() {
            return Some(done);
        }
        let (offset, rest) = block.split_first_chunk()?;
        block = rest;
        let distance = usize::from(u16::from_le_bytes(*offset));
        let len = length(usize::from(token & 15), &mut block)?.checked_add(4)?;
        repeat(into, done, distance, len)?;
        done += len;
    }
    Some(done)
}

/// A length that goes on while bytes are 255.
fn length(nibble: usize, block: &mut &[u8]) -> Option<usize> {
    let mut length = nibble;
    if nibble == 15 {
        loop {
            let (&byte, rest) = block.split_first()?;
            *block = rest;
            length = length.checked_add(usize::from(byte))?;
            if byte != 255 {
                break;
            }
        }
    }
    Some(length)
}

/// Copies what lies `distance` back; what is copied may itself be part of it.
fn repeat(into: &mut [u8], at: usize, distance: usize, len: usize) -> Option<()> {
    let from = at.checked_sub(distance).filter(|_| distance > 0)?;
    let end = at.checked_add(len).filter(|&end| end <= into.len())?;
    let mut at = at;
    while at < end {
        // Each round what is there to be copied from has grown.
        let here = (at - from).min(end - at);
        into.copy_within(from..from + here, at);
        at += here;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// lz4_flex, which is another implementation, made the blocks; any padding may follow them.
    #[test]
    fn blocks_are_decoded_with_whatever_follows_them() {
        let mut state = 7u32;
        for round in 0..300usize {
            let raw: Vec<u8> = (0..1 + round * 13)
                .map(|n| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if n % 97 < round % 97 { (state >> 24) as u8 } else { (n % (1 + round % 7)) as u8 }
                })
                .collect();
            for padding in 0..9 {
                let block = [lz4_flex::block::compress(&raw), vec![(padding % 2) as u8 * 0xA5; padding]].concat();
                let mut into = vec![0; raw.len()];
                assert_eq!(decode(&block, &mut into), Some(raw.len()));
                assert!(into == raw);
            }
        }
    }

    #[test]
    fn damaged_blocks_end_in_nothing() {
        let mut into = [0; 64];
        // Cut in the literals, no offset, an offset of 0, one before the start, a match and literals beyond the end, an endless length.
        for bad in [
            &[0x40, 1, 2][..],
            &[0x10, 1, 9],
            &[0x10, 1, 0, 0],
            &[0x10, 1, 2, 0],
            &[0x1F, 1, 1, 0, 200, 0],
            &[0xF0, 200],
            &[0xF0; 1],
        ] {
            assert_eq!(decode(bad, &mut into), None, "{bad:?}");
        }
        assert_eq!(decode(&[[0xFF].as_slice(), &[255; 100_000]].concat(), &mut into), None);
        assert_eq!(decode(&[], &mut into), Some(0));
    }
}
