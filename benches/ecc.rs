//! Speed of EDC, P and Q on one core: `cargo bench --no-default-features --bench ecc`.

use spindle::disc::ecc::{Seal, check, seal};
use spindle::disc::{edc::edc, scramble::scramble};
use std::hint::black_box;
use std::time::{Duration, Instant};

const SECTOR: usize = 2352;
/// A run of sectors that fits no cache of the first level, as a copy job has.
const SECTORS: usize = 512;
const ROUNDS: usize = 60;

/// Prints the best of many rounds of `work` on all sectors.
fn measure(name: &str, sectors: &mut [u8], mut work: impl FnMut(&mut [u8; SECTOR])) {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for sector in black_box(&mut *sectors).as_chunks_mut().0 {
            work(sector);
        }
        best = best.min(start.elapsed());
    }
    let micros = best.as_secs_f64() * 1e6 / SECTORS as f64;
    println!("{name:24} {micros:7.3} us/sector {:9.1} MB/s of user data", 2048.0 / micros);
}

fn main() {
    // Any bytes will do: no branch depends on them.
    let mut state = 1u32;
    let mut sectors = vec![0u8; SECTORS * SECTOR];
    for byte in &mut sectors {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    for sector in sectors.as_chunks_mut::<SECTOR>().0 {
        // Mode 1 is not sound without a sync.
        sector[..12].fill(0xFF);
        (sector[0], sector[11]) = (0, 0);
    }
    measure("edc", &mut sectors, |s| {
        black_box(edc(&s[..2064]));
    });
    measure("seal, mode 1", &mut sectors, |s| seal(s, Seal::Mode1));
    measure("check, mode 1", &mut sectors, |s| assert!(check(s, Seal::Mode1)));
    measure("scramble", &mut sectors, |s| scramble(s));
}
