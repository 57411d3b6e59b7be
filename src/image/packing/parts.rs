//! [`Parts`]: a packed image cut into files of a chosen size.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use super::PackTarget;

/// Names the part of this number, counted from 0.
pub type NamePart = Box<dyn Fn(usize) -> String + Send>;

/// Files of a chosen size, or one, that take a stream one after another behind a head for each, which is written last, when all is known.
pub struct Parts {
    target: PackTarget,
    name: NamePart,
    /// Bytes of a file, its head included.
    size: Option<u64>,
    /// Bytes of the head of the first file and of the others.
    heads: [u64; 2],
    /// Name of each file, and bytes of the stream in it.
    made: Vec<(String, u64)>,
    open: File,
}

impl Parts {
    /// Begins the first file. `size` is more than any head.
    pub fn new(target: PackTarget, name: NamePart, size: Option<u64>, heads: [u64; 2]) -> io::Result<Parts> {
        if size.is_some_and(|size| size <= heads[0].max(heads[1])) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the parts have no room for more than their heads"));
        }
        let first = name(0);
        let open = begin(&target, &first, heads[0])?;
        Ok(Parts { target, name, size, heads, made: vec![(first, 0)], open })
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.made.len()
    }

    /// Bytes of the stream in each file.
    pub fn lengths(&self) -> impl Iterator<Item = u64> {
        self.made.iter().map(|(_, len)| *len)
    }

    /// Bytes that fit into the file that is being written.
    pub fn room(&self) -> u64 {
        let head = self.heads[usize::from(self.made.len() > 1)];
        let len = self.made.last().map_or(0, |(_, len)| *len);
        self.size.map_or(u64::MAX, |size| size - head - len)
    }

    /// The next bytes of the stream; begins files as they are needed.
    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.room() == 0 {
                self.begin_next()?;
            }
            let now = usize::try_from(self.room()).unwrap_or(usize::MAX).min(bytes.len());
            self.open.write_all(&bytes[..now])?;
            if let Some((_, len)) = self.made.last_mut() {
                *len += now as u64;
            }
            bytes = &bytes[now..];
        }
        Ok(())
    }

    fn begin_next(&mut self) -> io::Result<()> {
        let name = (self.name)(self.made.len());
        self.open = begin(&self.target, &name, self.heads[1])?;
        self.made.push((name, 0));
        Ok(())
    }

    /// Writes the heads, each as long as was said, and names the files, the first one last.
    pub fn finish(self, head: impl Fn(usize) -> Vec<u8>) -> io::Result<Vec<String>> {
        for (index, (name, _)) in self.made.iter().enumerate() {
            let head = head(index);
            debug_assert_eq!(head.len() as u64, self.heads[usize::from(index > 0)], "the stream begins behind the head");
            self.target.reopen(name)?.write_all(&head)?;
        }
        let mut names: Vec<String> = self.made.into_iter().map(|(name, _)| name).collect();
        names.rotate_left(1);
        Ok(names)
    }
}

fn begin(target: &PackTarget, name: &str, head: u64) -> io::Result<File> {
    let mut file = target.create(name)?;
    file.seek(SeekFrom::Start(head))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_over_files_behind_their_heads() {
        let folder = tempfile::tempdir().unwrap();
        let target = PackTarget::new(folder.path(), "x");
        let named: fn(usize) -> String = |n| format!("x{n}");
        let mut parts = Parts::new(target.clone(), Box::new(named), Some(10), [4, 2]).unwrap();
        assert_eq!(parts.room(), 6);
        parts.write(b"abcdefghijklmnop").unwrap();
        assert_eq!((parts.count(), parts.room(), parts.lengths().collect::<Vec<_>>()), (3, 6, vec![6, 8, 2]));
        let made = parts.finish(|n| if n == 0 { b"HEAD".to_vec() } else { format!("h{n}").into_bytes() }).unwrap();
        assert_eq!(made, ["x1", "x2", "x0"]);
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!([read("x0"), read("x1"), read("x2")], ["HEADabcdef", "h1ghijklmn", "h2op"]);
        // One file, with nothing in it, and parts with no room.
        let one = Parts::new(target.clone(), Box::new(|_| "one".to_owned()), None, [3, 3]).unwrap();
        assert_eq!(one.finish(|_| b"abc".to_vec()).unwrap(), ["one"]);
        assert_eq!(read("one"), "abc");
        assert!(Parts::new(target, Box::new(|_| "no".to_owned()), Some(4), [4, 2]).is_err());
    }
}
