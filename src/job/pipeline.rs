//! Work on pieces in parallel, results in order: the one loop that copying, comparing and checking share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel::{bounded, unbounded};

/// Makes `count` pieces in parallel by `make`, each in a scratch value that is used again, and hands them to `take` in order.
///
/// A worker takes a scratch value before it takes the number of a piece, so the lowest piece under way always has one, and
/// memory is bounded by `workers + 2` of them. The first error of either ends the work.
pub fn in_order<S: Send, E: Send>(
    count: usize,
    workers: usize,
    scratch: impl Fn() -> S,
    make: impl Fn(usize, &mut S) -> Result<(), E> + Sync,
    mut take: impl FnMut(usize, &mut S) -> Result<(), E>,
) -> Result<(), E> {
    if workers <= 1 || count <= 1 {
        let mut piece = scratch();
        return (0..count).try_for_each(|number| make(number, &mut piece).and_then(|()| take(number, &mut piece)));
    }
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (free, spare) = unbounded();
    let (done, finished) = bounded(2 * workers + 2);
    for _ in 0..workers + 2 {
        free.send(scratch()).expect("the receiver stands beside it");
    }
    std::thread::scope(|scope| {
        for _ in 0..workers.min(count) {
            let (spare, done, next, stop, make) = (spare.clone(), done.clone(), &next, &stop, &make);
            scope.spawn(move || {
                let _alarm = Alarm(|| drop(done.send(None)));
                while let Ok(mut piece) = spare.recv() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let result = make(number, &mut piece);
                    if done.send(Some((number, piece, result))).is_err() {
                        return;
                    }
                }
            });
        }
        drop((spare, done));
        let mut early = BTreeMap::new();
        let result = (0..count).try_for_each(|number| {
            let mut piece = loop {
                if let Some(piece) = early.remove(&number) {
                    break piece;
                }
                // A worker panicked: the scope passes that on.
                let Ok(Some((other, piece, result))) = finished.recv() else { return Ok(()) };
                result?;
                early.insert(other, piece);
            };
            take(number, &mut piece)?;
            // The workers may all have ended already.
            let _ = free.send(piece);
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        drop((free, finished));
        result
    })
}

/// Goes off when its thread panics: otherwise all others would wait for a piece that never comes.
struct Alarm<F: Fn()>(F);

impl<F: Fn()> Drop for Alarm<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_whatever_they_cost() {
        for workers in [1, 2, 5] {
            let mut seen = Vec::new();
            let cost = |number: usize| std::thread::sleep(std::time::Duration::from_micros((number * 37 % 11) as u64 * 100));
            let make = |number: usize, piece: &mut usize| {
                cost(number);
                *piece = number * number;
                Ok::<(), ()>(())
            };
            in_order(
                50,
                workers,
                || 0,
                make,
                |number, piece| {
                    seen.push((number, *piece));
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(seen, (0..50).map(|n| (n, n * n)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
        let make = |number: usize, _: &mut ()| if number == 3 { panic!("as tested") } else { Ok::<(), ()>(()) };
        assert!(std::panic::catch_unwind(|| in_order(100, 2, || (), make, |_, ()| Ok(()))).is_err());
    }

    #[test]
    fn the_first_error_ends_the_work() {
        let make = |number: usize, _: &mut ()| if number == 7 { Err("made") } else { Ok(()) };
        let mut taken = 0;
        let result = in_order(
            1_000_000,
            3,
            || (),
            make,
            |_, ()| {
                taken += 1;
                Ok(())
            },
        );
        assert_eq!((result, taken <= 7), (Err("made"), true));
        let result = in_order(1_000_000, 3, || (), |_, ()| Ok(()), |number, ()| if number == 3 { Err("taken") } else { Ok(()) });
        assert_eq!(result, Err("taken"));
    }
}
