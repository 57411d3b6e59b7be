//! The ring by itself, between a source and a writer that do as they are told.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::super::ring::{Drained, Gauge, Levels, SIZE, ring};
use crate::disc::sector::{Form, Slice};
use crate::disc::{DiscWriter, Lba, Run};

/// Keeps what it is given, slowly, and fails at one of the pieces.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    pieces: usize,
    slow: Duration,
    fails_at: Option<usize>,
    finished: bool,
    /// Pieces that the source has put in so far.
    put: Arc<AtomicUsize>,
    /// How many that were when the first came out.
    put_at_first: Option<usize>,
}

impl DiscWriter for Kept {
    fn runs(&self) -> Vec<Run> {
        Vec::new()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.put_at_first.get_or_insert(self.put.load(Ordering::SeqCst));
        if self.fails_at == Some(self.pieces) {
            return Err(io::Error::other("as tested"));
        }
        std::thread::sleep(self.slow);
        self.pieces += 1;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.finished = true;
        Ok(())
    }
}

/// Puts so many megabytes through a ring, waiting a little before the piece of that number, and gives the writer, how that ended, what the source was
/// told, and the levels.
fn through(
    megabytes: usize,
    mut writer: Kept,
    finish: bool,
    hesitate: Option<(usize, Duration)>,
) -> (Kept, Drained, io::Result<()>, Levels) {
    let form = Form::main(Slice::COOKED);
    let runs = vec![Run { at: Lba(0), sectors: megabytes as u32 * 512, form, swap: false }];
    let (gauge, count) = (Gauge::default(), writer.put.clone());
    let (mut ring, feed) = ring(runs, &gauge, Box::new(|_| Ok(())));
    let (drained, put) = std::thread::scope(|scope| {
        let writer = &mut writer;
        let hand = scope.spawn(move || feed.drain(writer, |_| None));
        let mut put = || {
            for n in 0..megabytes {
                if let Some((_, rest)) = hesitate.filter(|(at, _)| *at == n) {
                    std::thread::sleep(rest);
                }
                ring.write(&vec![n as u8; 1 << 20])?;
                count.fetch_add(1, Ordering::SeqCst);
            }
            if finish { ring.finish() } else { Ok(()) }
        };
        let put = put();
        drop(ring);
        (hand.join().unwrap(), put)
    });
    (writer, drained, put, gauge.read())
}

#[test]
fn what_goes_in_comes_out_in_order_and_the_writer_finishes() {
    for megabytes in [0, 1, 3, 100] {
        let (kept, drained, put, levels) = through(megabytes, Kept::default(), true, None);
        assert!(matches!(drained, Drained::Whole) && put.is_ok() && kept.finished, "{drained:?}");
        assert_eq!((kept.bytes.len(), levels.written), (megabytes << 20, (megabytes << 20) as u64));
        assert!(kept.bytes.chunks(1 << 20).zip(0..).all(|(piece, n)| piece.iter().all(|&byte| byte == n as u8)));
        assert_eq!(levels.ring.used, 0);
    }
}

#[test]
fn a_source_that_ends_early_leaves_the_writer_unfinished() {
    let (kept, drained, put, _) = through(5, Kept::default(), false, None);
    assert!(matches!(drained, Drained::Short) && put.is_ok() && !kept.finished);
}

#[test]
fn a_writer_that_fails_stops_the_source_and_says_why() {
    let writer = Kept { fails_at: Some(2), ..Kept::default() };
    let (kept, drained, put, _) = through(SIZE / (1 << 20) * 2, writer, true, None);
    let Drained::Failed(error) = drained else { panic!("it has failed") };
    assert_eq!((error.to_string().as_str(), kept.pieces), ("as tested", 2));
    assert_eq!(put.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

/// The laser must not start before there is something in reserve: a source that rests for a moment must not stop it.
#[test]
fn the_writer_is_given_nothing_before_the_ring_is_full() {
    // The source rests while the ring is half full.
    let (kept, drained, _, levels) = through(200, Kept::default(), true, Some((32, Duration::from_millis(100))));
    assert!(matches!(drained, Drained::Whole));
    // Whoever puts the last piece in that has room has not counted it yet when it is taken out.
    assert!(kept.put_at_first.unwrap() >= SIZE / (1 << 20) - 1, "{:?}", kept.put_at_first);
    assert!(levels.lowest < 1.0, "it was emptied faster than it was filled");
    // What is smaller than the ring is not waited for.
    let (kept, ..) = through(3, Kept::default(), true, None);
    assert_eq!(kept.pieces, 3);
}
