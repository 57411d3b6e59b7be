//! Damaged copies of a good file, for the tests of the parsers.

use super::Fault;

/// Calls `check` with damaged copies of a small good file: cut at every length, trailing garbage, every integer of 1, 2, 4 and 8 bytes in either
/// byte order at every offset set to the values that break arithmetic, and 2000 single bits turned.
pub fn damage(good: &[u8], mut check: impl FnMut(&[u8])) {
    for len in 0..good.len() {
        check(&good[..len]);
    }
    check(&[good, b"trailing garbage"].concat());
    let mut bad = good.to_vec();
    for at in 0..good.len() {
        for width in [1, 2, 4, 8].into_iter().filter(|width| at + width <= good.len()) {
            let top = 1u64 << (width * 8 - 1);
            for value in [0, 1, top - 1, top, top | (top - 1)] {
                let le = value.to_le_bytes();
                bad[at..at + width].copy_from_slice(&le[..width]);
                check(&bad);
                if width > 1 {
                    bad[at..at + width].reverse();
                    check(&bad);
                }
                bad[at..at + width].copy_from_slice(&good[at..at + width]);
            }
        }
    }
    let mut seed = 1u64;
    for _ in 0..2000 {
        // Knuth's multiplier: any fixed sequence does, it only has to be the same every time.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bit = (seed >> 33) as usize % (good.len() * 8);
        bad[bit / 8] ^= 1 << (bit % 8);
        check(&bad);
        bad[bit / 8] ^= 1 << (bit % 8);
    }
}

/// The name of what is wrong, whatever the words of its message.
pub fn what(fault: &Fault) -> &'static str {
    match fault {
        Fault::NotThis { what }
        | Fault::Truncated { what, .. }
        | Fault::OutOfRange { what, .. }
        | Fault::Missing { what }
        | Fault::Contradiction { what, .. }
        | Fault::TooMany { what, .. }
        | Fault::Unsupported { what } => what,
        other => panic!("another fault than a binary descriptor has: {other}"),
    }
}
