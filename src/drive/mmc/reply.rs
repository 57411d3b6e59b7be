//! Sends commands, and checks replies.

use std::time::Duration;

use crate::drive::sense::{Meaning, Sense};
use crate::drive::transport::{Data, Transport, TransportError};

/// Long enough for a drive to spin up a disc and answer; what takes longer says so itself.
pub(super) const USUAL: Duration = Duration::from_secs(30);
/// The largest reply that a length field of 16 bits can announce.
pub(super) const MOST: usize = 0xFFFF;

/// A command that did not do what it should.
#[derive(Debug, thiserror::Error)]
#[error("{command}: {fault}")]
pub struct CommandError {
    /// Its name in the standard.
    pub command: &'static str,
    /// What went wrong.
    #[source]
    pub fault: CommandFault,
}

/// Why.
#[derive(Debug, thiserror::Error)]
pub enum CommandFault {
    /// It was not carried out.
    #[error(transparent)]
    Transport(TransportError),
    /// The reply ends before the field that is wanted.
    #[error("the drive's answer is too short: {needed} bytes are needed, {found} came")]
    Short {
        /// Bytes needed.
        needed: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The reply holds a value that it can't.
    #[error("the drive's answer makes no sense: {what} is {found}")]
    Senseless {
        /// The field.
        what: &'static str,
        /// Its value.
        found: u32,
    },
}

impl CommandError {
    /// What the drive said, where it said something.
    pub fn sense(&self) -> Option<&Sense> {
        match &self.fault {
            CommandFault::Transport(error) => error.sense(),
            _ => None,
        }
    }

    /// What that means; `None` where the drive said nothing.
    pub fn meaning(&self) -> Option<Meaning> {
        self.sense().map(Sense::meaning)
    }

    /// Whether the drive refused the command, and did nothing of it.
    pub fn is_refusal(&self) -> bool {
        self.sense().is_some_and(Sense::is_refusal)
    }

    /// Whether the drive is gone.
    pub fn is_gone(&self) -> bool {
        matches!(self.fault, CommandFault::Transport(TransportError::Gone))
    }
}

/// A reply, which knows what it is the reply to.
pub(super) struct Reply {
    command: &'static str,
    bytes: Vec<u8>,
}

/// Sends a command that carries nothing.
pub(super) fn order(
    transport: &mut dyn Transport,
    command: &'static str,
    cdb: &[u8],
    timeout: Duration,
) -> Result<(), CommandError> {
    let fail = |error| CommandError { command, fault: CommandFault::Transport(error) };
    transport.execute(cdb, Data::None, timeout).map(drop).map_err(fail)
}

/// Sends a command with data.
pub(super) fn send(
    transport: &mut dyn Transport,
    command: &'static str,
    cdb: &[u8],
    bytes: &[u8],
    timeout: Duration,
) -> Result<(), CommandError> {
    let fail = |error| CommandError { command, fault: CommandFault::Transport(error) };
    transport.execute(cdb, Data::Out(bytes), timeout).map(drop).map_err(fail)
}

/// Sends a command that is answered with at most `most` bytes.
pub(super) fn ask(transport: &mut dyn Transport, command: &'static str, cdb: &[u8], most: usize) -> Result<Reply, CommandError> {
    let fail = |error| CommandError { command, fault: CommandFault::Transport(error) };
    let mut bytes = vec![0; most.min(transport.most_bytes())];
    let came = transport.execute(cdb, Data::In(&mut bytes), USUAL).map_err(fail)?;
    // A transport that counts wrongly must not make zeros out of nothing.
    bytes.truncate(came);
    Ok(Reply { command, bytes })
}

impl Reply {
    /// Bytes that came as a part of another reply.
    pub fn of(command: &'static str, bytes: Vec<u8>) -> Reply {
        Reply { command, bytes }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// A part of it that has to be there.
    pub fn part(&self, at: usize, len: usize) -> Result<&[u8], CommandError> {
        let needed = at.saturating_add(len);
        let short = || self.fault(CommandFault::Short { needed, found: self.bytes.len() });
        self.bytes.get(at..needed).ok_or_else(short)
    }

    /// A fixed number of bytes that have to be there.
    pub fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], CommandError> {
        let part = self.part(at, N)?;
        Ok(*part.first_chunk().expect("the part has the length that was asked for"))
    }

    /// One byte.
    pub fn u8(&self, at: usize) -> Result<u8, CommandError> {
        self.array(at).map(u8::from_be_bytes)
    }

    /// A number of two bytes.
    pub fn u16(&self, at: usize) -> Result<u16, CommandError> {
        self.array(at).map(u16::from_be_bytes)
    }

    /// A number of four bytes.
    pub fn u32(&self, at: usize) -> Result<u32, CommandError> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// The bytes from `at` on, at most as far as the length field `len` (counted from `from`) says; nothing where the reply is shorter than `at`.
    pub fn rest(&self, at: usize, from: usize, len: usize) -> &[u8] {
        let end = from.saturating_add(len).min(self.bytes.len());
        self.bytes.get(at..end.max(at)).unwrap_or_default()
    }

    /// An error about this reply.
    pub fn fault(&self, fault: CommandFault) -> CommandError {
        CommandError { command: self.command, fault }
    }

    /// A field that makes no sense.
    pub fn senseless(&self, what: &'static str, found: impl Into<u32>) -> CommandError {
        self.fault(CommandFault::Senseless { what, found: found.into() })
    }
}

/// A number in two bytes, as length fields have them.
pub(super) fn short(len: usize) -> [u8; 2] {
    (len.min(MOST) as u16).to_be_bytes()
}
