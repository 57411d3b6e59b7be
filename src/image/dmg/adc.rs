//! ADC, the compression of Disk Copy: literals, and copies of what came before.

/// Decodes until `into` is full or the bytes end, and gives how many came; `None` where they are damaged or go on beyond `into`.
pub fn decode(mut bytes: &[u8], into: &mut [u8]) -> Option<usize> {
    let mut done = 0usize;
    while let Some((&first, rest)) = bytes.split_first() {
        let (len, distance);
        match first {
            0x80.. => {
                let (literals, rest) = rest.split_at_checked(usize::from(first & 0x7F) + 1)?;
                into.get_mut(done..done + literals.len())?.copy_from_slice(literals);
                done += literals.len();
                bytes = rest;
                continue;
            }
            0x40.. => {
                let (far, rest) = rest.split_first_chunk()?;
                (len, distance) = (usize::from(first & 0x3F) + 4, usize::from(u16::from_be_bytes(*far)) + 1);
                bytes = rest;
            }
            _ => {
                let (&near, rest) = rest.split_first()?;
                (len, distance) = (usize::from(first >> 2) + 3, (usize::from(first & 3) << 8 | usize::from(near)) + 1);
                bytes = rest;
            }
        }
        let from = done.checked_sub(distance)?;
        into.get(done..done + len)?;
        (0..len).for_each(|n| into[done + n] = into[from + n]);
        done += len;
    }
    Some(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_copies() {
        let mut into = [0; 40];
        // Two literals, 3 from 2 back, 5 from 1 back by the long form.
        let bytes = [0x81, b'a', b'b', 0x00, 1, 0x41, 0, 0];
        assert_eq!(decode(&bytes, &mut into), Some(10));
        assert_eq!(&into[..10], b"ababaaaaaa");
        for bad in [&[0x83, 1][..], &[0x00, 0], &[0x40, 0], &[0x40, 0, 0], &[0x00], &[0x80, 1, 0x7F, 0, 0]] {
            assert_eq!(decode(bad, &mut into), None, "{bad:?}");
        }
        assert_eq!(decode(&[], &mut into), Some(0));
    }
}
