//! Streams made of other streams: a [`Window`] on one, several [`Joined`].

use std::io;
use std::sync::Arc;

use super::{Bytes, Place};

/// A part of a stream, with its own offset 0.
pub struct Window {
    inner: Arc<dyn Bytes>,
    from: u64,
    len: u64,
}

impl Window {
    /// `len` bytes from `from` on, cut where the stream ends.
    pub fn new(inner: Arc<dyn Bytes>, from: u64, len: u64) -> Window {
        let from = from.min(inner.len());
        let len = len.min(inner.len() - from);
        Window { inner, from, len }
    }
}

impl Bytes for Window {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        match at.checked_add(into.len() as u64) {
            Some(end) if end <= self.len => self.inner.read_at(self.from + at, into),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn place(&self, at: u64) -> Option<Place<'_>> {
        let left = self.len.checked_sub(at)?;
        let place = self.inner.place(self.from + at)?;
        Some(Place { len: place.len.min(left), ..place })
    }
}

/// Streams one after another, as the parts of a split image are.
pub struct Joined {
    /// Each part with the offset at which it begins.
    parts: Vec<(u64, Arc<dyn Bytes>)>,
    len: u64,
}

impl Joined {
    /// The parts in their order. Lengths that overflow 64 bits are cut: no reader gets that far.
    pub fn new(parts: impl IntoIterator<Item = Arc<dyn Bytes>>) -> Joined {
        let mut len = 0u64;
        let mut placed = Vec::new();
        for part in parts {
            let start = len;
            len = len.saturating_add(part.len());
            placed.push((start, part));
        }
        Joined { parts: placed, len }
    }

    fn part_at(&self, at: u64) -> Option<(u64, &Arc<dyn Bytes>)> {
        let index = self.parts.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        let (start, part) = &self.parts[index];
        (at - start < part.len()).then_some((at - start, part))
    }
}

impl Bytes for Joined {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, mut at: u64, mut into: &mut [u8]) -> io::Result<()> {
        while !into.is_empty() {
            let (inside, part) = self.part_at(at).ok_or(io::ErrorKind::UnexpectedEof)?;
            let here = usize::try_from(part.len() - inside).unwrap_or(usize::MAX).min(into.len());
            let (now, rest) = into.split_at_mut(here);
            part.read_at(inside, now)?;
            at += here as u64;
            into = rest;
        }
        Ok(())
    }

    fn place(&self, at: u64) -> Option<Place<'_>> {
        let (inside, part) = self.part_at(at)?;
        part.place(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cross_the_borders_of_parts_and_stop_at_the_end() {
        let parts: [Arc<dyn Bytes>; 4] =
            [Arc::new(vec![0, 1, 2]), Arc::new(Vec::new()), Arc::new(vec![3]), Arc::new(vec![4, 5, 6, 7])];
        let joined: Arc<dyn Bytes> = Arc::new(Joined::new(parts));
        assert_eq!(joined.len(), 8);
        let window = Window::new(joined.clone(), 1, 6);
        let mut all = [0; 6];
        window.read_at(0, &mut all).unwrap();
        assert_eq!(all, [1, 2, 3, 4, 5, 6]);
        assert_eq!(window.read_at(1, &mut all).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(joined.read_at(8, &mut [0]).is_err());
        assert!(joined.read_at(u64::MAX, &mut [0]).is_err());
        assert_eq!(Window::new(joined, 100, 5).len(), 0);
    }
}
