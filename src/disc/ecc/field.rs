//! GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1 and α = 2 (ECMA-130 annex A).

/// `POWERS[e]` is α^e for e in 0..255.
pub(super) const POWERS: [u8; 255] = powers();

/// `LOGS[x]` is the e in 0..255 with α^e = x; zero has none, its entry is never to be read.
static LOGS: [u8; 256] = logs();

const fn powers() -> [u8; 255] {
    let mut table = [0; 255];
    let mut x: u16 = 1;
    let mut e = 0;
    while e < 255 {
        table[e] = x as u8;
        x <<= 1;
        if x > 0xFF {
            x ^= 0x11D;
        }
        e += 1;
    }
    table
}

const fn logs() -> [u8; 256] {
    let mut table = [0; 256];
    let mut e = 0;
    while e < 255 {
        table[POWERS[e] as usize] = e as u8;
        e += 1;
    }
    table
}

/// α^e.
pub(super) fn power(e: usize) -> u8 {
    POWERS[e % 255]
}

/// The exponent e in 0..255 with α^e = x, none for zero.
pub(super) fn log(x: u8) -> Option<usize> {
    (x != 0).then(|| usize::from(LOGS[usize::from(x)]))
}

/// a·b.
pub(super) fn times(a: u8, b: u8) -> u8 {
    match (log(a), log(b)) {
        (Some(a), Some(b)) => power(a + b),
        _ => 0,
    }
}

/// a / b, none when b is zero.
pub(super) fn divided(a: u8, b: u8) -> Option<u8> {
    let b = log(b)?;
    Some(log(a).map_or(0, |a| power(a + 255 - b)))
}
