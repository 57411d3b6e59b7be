//! Streams made of other streams: a [`Window`] on one, several [`Joined`], one [`Padded`] with zeros.

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

/// A stream that goes on with zeros up to a given length: the last sector of an audio file is filled with silence so.
pub struct Padded {
    inner: Arc<dyn Bytes>,
    len: u64,
}

impl Padded {
    /// `len` bytes, or those of the stream when they are more: nothing is cut.
    pub fn new(inner: Arc<dyn Bytes>, len: u64) -> Padded {
        let len = len.max(inner.len());
        Padded { inner, len }
    }
}

impl Bytes for Padded {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let left = usize::try_from(self.inner.len().saturating_sub(at)).unwrap_or(usize::MAX).min(into.len());
        let (stored, zeros) = into.split_at_mut(left);
        zeros.fill(0);
        if stored.is_empty() { Ok(()) } else { self.inner.read_at(at, stored) }
    }

    fn place(&self, at: u64) -> Option<Place<'_>> {
        let left = self.inner.len().checked_sub(at).filter(|left| *left > 0)?;
        let place = self.inner.place(at)?;
        Some(Place { len: place.len.min(left), ..place })
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
    #[test]
    fn padding_follows_what_is_stored_and_cuts_nothing() {
        let padded = Padded::new(Arc::new(vec![1, 2, 3]), 6);
        assert_eq!(padded.len(), 6);
        let mut all = [9; 6];
        padded.read_at(0, &mut all).unwrap();
        assert_eq!(all, [1, 2, 3, 0, 0, 0]);
        padded.read_at(2, &mut all[..2]).unwrap();
        assert_eq!(all[..2], [3, 0]);
        padded.read_at(5, &mut all[..1]).unwrap();
        assert_eq!(all[0], 0);
        assert!(padded.read_at(5, &mut all[..2]).is_err() && padded.read_at(u64::MAX, &mut all[..1]).is_err());
        assert_eq!(Padded::new(Arc::new(vec![1, 2, 3]), 1).len(), 3);
    }

    #[test]
    fn only_what_is_stored_has_a_place() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [7; 10]).unwrap();
        let padded = Padded::new(Arc::new(crate::bytes::FileBytes::open(file.path()).unwrap()), 100);
        assert_eq!(padded.place(4).map(|place| (place.offset, place.len)), Some((4, 6)));
        assert!(padded.place(10).is_none() && padded.place(50).is_none());
    }
}
