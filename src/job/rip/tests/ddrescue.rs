//! GNU ddrescue as judge: from the same map of faults, with as many commands, it rescues no more.

use std::process::Command;

use super::super::map::{Map, Status};
use super::super::mapfile::{Place, print};
use super::super::strategy::{Bounds, Strategy};

const SECTORS: u32 = 20_000;
const SIZE: u32 = 2048;
const CLUSTER: u32 = 32;
const RETRIES: u32 = 2;

/// A disc with scratches and single bad sectors; which sectors are bad.
fn faults(seed: u64) -> Vec<bool> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut chance = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % u64::from(below)) as u32
    };
    let mut bad = vec![false; SECTORS as usize];
    let scratches = chance(60);
    for _ in 0..scratches {
        let (start, longest) = (chance(SECTORS), 1 + chance(300));
        let length = 1 + chance(longest);
        (start..SECTORS.min(start + length)).for_each(|n| bad[n as usize] = true);
    }
    for _ in 0..chance(100) {
        bad[chance(SECTORS) as usize] = true;
    }
    bad
}

/// Sectors rescued after each command of ours.
fn ours(bad: &[bool]) -> Vec<u32> {
    let bounds = Bounds { most: CLUSTER, retries: RETRIES, borders: Vec::new() };
    let mut strategy = Strategy::new(Map::new(SECTORS), bounds);
    let (mut curve, mut rescued) = (Vec::new(), 0);
    while let Some(request) = strategy.next() {
        let read = !request.sectors.clone().any(|n| bad[n as usize]);
        rescued += if read { request.sectors.end - request.sectors.start } else { 0 };
        strategy.report(&request, read);
        curve.push(rescued);
    }
    curve
}

/// Sectors rescued after each command of ddrescue's, and whether it was given a part of what it asked for, which no drive does; `None` where it is not
/// installed.
fn theirs(bad: &[bool]) -> Option<(Vec<u32>, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let map = Map::of_blocks(bad.iter().zip(0..).map(|(&bad, n)| (n, n + 1, if bad { Status::Bad } else { Status::Finished })));
    let place = Place { sector: 0, work: '?', pass: 1 };
    std::fs::write(folder.path().join("faults"), print(&map, SIZE, place, &[])).unwrap();
    std::fs::File::create(folder.path().join("in")).unwrap().set_len(u64::from(SECTORS * SIZE)).unwrap();
    let made = Command::new("ddrescue")
        .args(["-q", "-b", "2048", "-c", "32", "-r", "2", "--test-mode=faults", "--log-reads=reads", "in", "out", "map"])
        .current_dir(folder.path())
        .status();
    let Ok(status) = made else {
        println!("skipped: ddrescue is not installed");
        return None;
    };
    assert!(status.success());
    let log = std::fs::read_to_string(folder.path().join("reads")).unwrap();
    let (mut curve, mut rescued, mut parts) = (Vec::new(), 0, false);
    for line in log.lines().filter(|line| line.starts_with("0x")) {
        let numbers: Vec<u32> = line.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
        parts |= numbers[1] > 0 && numbers[2] > 0;
        rescued += numbers[1] / SIZE;
        curve.push(rescued);
    }
    Some((curve, parts))
}

#[test]
fn ddrescue_rescues_no_more_with_as_many_commands() {
    let mut compared = 0;
    for seed in 1..=20 {
        let bad = faults(seed);
        let Some((theirs, parts)) = theirs(&bad) else { return };
        let ours = ours(&bad);
        assert_eq!(ours.last(), theirs.last(), "all that can be read, {seed}");
        if parts {
            continue;
        }
        compared += 1;
        let last = ours.last().copied().unwrap();
        for (n, theirs) in theirs.iter().enumerate() {
            let ours = ours.get(n).copied().unwrap_or(last);
            assert!(ours >= *theirs, "after command {n} of {seed}: {ours} of ours, {theirs} of theirs");
        }
    }
    assert!(compared >= 15, "{compared}");
}
