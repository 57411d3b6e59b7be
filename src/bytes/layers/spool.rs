//! [`Spool`]: what can only be decoded from front to back, unpacked to a temporary file as far as somebody reads.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::temp::{Temp, TempReader, free_space};
use super::{Bounds, LayerError, damaged};
use crate::bytes::{Bytes, Place};

/// Bytes handed over at a time, and how many such pieces the decoder may be ahead.
const PIECE: usize = 1 << 20;
const AHEAD: usize = 4;

/// A stream that a thread of its own decodes, into a temporary file. The file is gone with it.
pub struct Spool {
    len: u64,
    reader: TempReader,
    state: Mutex<State>,
    bounds: Bounds,
}

struct State {
    file: Temp,
    /// What the decoder says; gone when it has ended.
    coming: Option<Receiver<Message>>,
    failure: Option<(io::ErrorKind, String)>,
}

enum Message {
    Piece(Vec<u8>),
    Ended(io::Result<()>),
}

impl Spool {
    /// Begins to decode a stream of this length, which somebody else has told; `None`: it is not known, and all is decoded at once.
    ///
    /// `decode` writes the whole stream. It is stopped by an error of what it writes to.
    pub fn start(
        len: Option<u64>,
        bounds: &Bounds,
        decode: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    ) -> Result<Spool, LayerError> {
        if let Some(len) = len {
            bounds.check(len)?;
            check_room(len)?;
        }
        let file = Temp::new()?;
        let reader = file.reader()?;
        let (tell, coming) = bounded(AHEAD);
        thread::Builder::new().name("unpacker".to_owned()).spawn(move || {
            let mut pieces = Pieces { tell: tell.clone(), piece: Vec::new() };
            // A decoder that panics is one that fails: the others wait for what it has to say.
            let work = std::panic::AssertUnwindSafe(|| decode(&mut pieces).and_then(|()| pieces.flush()));
            let result = std::panic::catch_unwind(work).unwrap_or_else(|_| Err(damaged("the decoder failed")));
            // Nobody reads any more.
            let _ = tell.send(Message::Ended(result));
        })?;
        let state = State { file, coming: Some(coming), failure: None };
        let mut spool = Spool { len: len.unwrap_or(u64::MAX), reader, state: Mutex::new(state), bounds: bounds.clone() };
        if len.is_none() {
            spool.len = spool.unpack_all()?;
        }
        Ok(spool)
    }

    /// Decodes to the end, to learn where that is.
    fn unpack_all(&self) -> Result<u64, LayerError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut checked = 0;
        while state.coming.is_some() {
            self.advance(&mut state)?;
            let len = state.file.len();
            self.bounds.check(len)?;
            // The system says so too when the disk is full, but then it is.
            if len - checked > 64 << 20 {
                check_room(64 << 20)?;
                checked = len;
            }
        }
        Ok(state.file.len())
    }

    /// Takes one piece.
    fn advance(&self, state: &mut State) -> io::Result<()> {
        if let Some((kind, why)) = &state.failure {
            return Err(io::Error::new(*kind, why.clone()));
        }
        self.bounds.stop.check()?;
        let Some(coming) = &state.coming else { return Err(damaged("the compressed data end too early")) };
        let result = match coming.recv() {
            Ok(Message::Piece(piece)) if state.file.len() + piece.len() as u64 > self.len => {
                Err(damaged("the compressed data unpack to more than they should"))
            }
            Ok(Message::Piece(piece)) => return state.file.append(&piece),
            Ok(Message::Ended(result)) => result,
            Err(_) => Err(damaged("the decoder failed")),
        };
        state.coming = None;
        result.inspect_err(|error| state.failure = Some((error.kind(), error.to_string())))
    }
}

/// Whether so much can be unpacked.
fn check_room(needed: u64) -> Result<(), LayerError> {
    match free_space() {
        Some(free) if free < needed => Err(LayerError::NoRoom { needed, free }),
        _ => Ok(()),
    }
}

impl Bytes for Spool {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let end = at.checked_add(into.len() as u64).filter(|end| *end <= self.len).ok_or(io::ErrorKind::UnexpectedEof)?;
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            while state.file.len() < end {
                self.advance(&mut state)?;
            }
            // Whoever reads the last byte wants to know whether the sums at the end are right.
            while end == self.len && state.coming.is_some() {
                self.advance(&mut state)?;
            }
            if let (true, Some((kind, why))) = (end == self.len, &state.failure) {
                return Err(io::Error::new(*kind, why.clone()));
            }
        }
        self.reader.read_at(at, into)
    }

    fn place(&self, at: u64) -> Option<Place<'_>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = state.coming.is_none() && state.failure.is_none() && state.file.len() == self.len;
        let left = self.len.checked_sub(at)?;
        whole.then(|| self.reader.place(at, left))
    }
}

/// What a decoder writes to.
struct Pieces {
    tell: Sender<Message>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.capacity() == 0 {
            self.piece.reserve_exact(PIECE);
        }
        let count = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..count]);
        if self.piece.len() == PIECE {
            self.flush()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        self.tell.send(Message::Piece(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
