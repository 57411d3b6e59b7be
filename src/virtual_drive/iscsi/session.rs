//! The phase in which commands are sent (RFC 7143, 4.3 and 11).

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::login::Agreed;
use super::pdu::{self, FINAL, NONE, Pdu, opcode};
use crate::drive::sense::Sense;
use crate::drive::transport::{Data, Transport, TransportError};

/// A drive in software does not hang for longer than it was told to.
const PATIENCE: Duration = Duration::from_secs(120);
/// The most bytes that one command moves: what is more is left over.
const MOST_BYTES: usize = 8 << 20;
/// A command may have more to say than the initiator has room for: so much of that is counted (RFC 7143, 11.4.5).
const ROOM: usize = 64 << 10;
/// Commands that an initiator may send ahead.
const WINDOW: u32 = 32;
/// SAM-5 statuses.
const GOOD: u8 = 0x00;
const CHECK_CONDITION: u8 = 0x02;
const BUSY: u8 = 0x08;
/// Byte 1 of a command: it writes.
const WRITES: u8 = 0x20;
/// Byte 1 of an answer: a status goes with the data; less or more was to be moved than was.
const STATUS: u8 = 0x01;
const UNDERFLOW: u8 = 0x02;
const OVERFLOW: u8 = 0x04;
/// LOGICAL UNIT NOT SUPPORTED.
const NO_SUCH_UNIT: Sense = Sense::new(5, 0x25, 0);
/// Reasons of a reject (RFC 7143, 11.17.1).
const NOT_SUPPORTED: u8 = 0x05;

/// A connection after its login.
pub struct Session<'a, S, T> {
    stream: S,
    drive: &'a Mutex<T>,
    agreed: Agreed,
    target: &'a str,
    address: String,
    transfers: u32,
    /// Requests that came while data of a command were waited for: an initiator sends what it has (RFC 7143, 4.2.2.1).
    waiting: VecDeque<Pdu>,
}

impl<'a, S: Read + Write, T: Transport> Session<'a, S, T> {
    /// `address` is where initiators find the target.
    pub fn new(stream: S, drive: &'a Mutex<T>, agreed: Agreed, target: &'a str, address: String) -> Session<'a, S, T> {
        Session { stream, drive, agreed, target, address, transfers: 0, waiting: VecDeque::new() }
    }

    /// Answers until the initiator logs out or is gone.
    pub fn serve(mut self) -> io::Result<()> {
        loop {
            let request = match self.waiting.pop_front() {
                Some(request) => request,
                None => Pdu::read(&mut self.stream)?,
            };
            if numbered(&request) {
                let number = request.u32(24);
                // What is outside of the window is passed over without a word (RFC 7143, 4.2.2.1).
                if number.wrapping_sub(self.agreed.cmd_sn) >= WINDOW {
                    continue;
                }
                self.agreed.cmd_sn = number.wrapping_add(1);
            }
            match request.opcode() {
                opcode::COMMAND => self.command(&request)?,
                opcode::NOP_OUT if request.u32(16) != NONE => {
                    let reply = Pdu::new(opcode::NOP_IN, FINAL).like(&request, 8..20).set(20, NONE);
                    self.answer(reply.with(request.data))?;
                }
                opcode::NOP_OUT => {}
                opcode::TASK_MANAGEMENT => {
                    // Commands are carried out one after another: whatever is to be aborted or reset is over already.
                    let reply = Pdu::new(opcode::TASK_RESPONSE, FINAL).like(&request, 16..20);
                    self.answer(reply)?;
                }
                opcode::TEXT => self.text(&request)?,
                opcode::LOGOUT => {
                    let reply = Pdu::new(opcode::LOGOUT_RESPONSE, FINAL).like(&request, 16..20);
                    return self.answer(reply);
                }
                _ => {
                    let mut reply = Pdu::new(opcode::REJECT, FINAL).set(16, NONE);
                    reply.header[2] = NOT_SUPPORTED;
                    self.answer(reply.with(request.header.to_vec()))?;
                }
            }
        }
    }

    /// Sends an answer that carries a status number.
    fn answer(&mut self, pdu: Pdu) -> io::Result<()> {
        let pdu = self.counted(pdu.set(24, self.agreed.stat_sn));
        self.agreed.stat_sn = self.agreed.stat_sn.wrapping_add(1);
        pdu.write(&mut self.stream)?;
        self.stream.flush()
    }

    /// With the numbers of the commands that may come.
    fn counted(&self, pdu: Pdu) -> Pdu {
        pdu.set(28, self.agreed.cmd_sn).set(32, self.agreed.cmd_sn.wrapping_add(WINDOW - 1))
    }

    /// SendTargets is all that initiators ask for in texts.
    fn text(&mut self, request: &Pdu) -> io::Result<()> {
        let asked = pdu::keys(&request.data).iter().any(|(key, _)| key == "SendTargets");
        let told =
            [("TargetName".to_owned(), self.target.to_owned()), ("TargetAddress".to_owned(), format!("{},1", self.address))];
        let text = if asked { pdu::text(&told) } else { Vec::new() };
        let reply = Pdu::new(opcode::TEXT_RESPONSE, FINAL).like(request, 16..20).set(20, NONE);
        self.answer(reply.with(text))
    }

    fn command(&mut self, request: &Pdu) -> io::Result<()> {
        let flags = request.header[1];
        let expected = request.u32(20) as usize;
        let cdb: [u8; 16] = *request.header[32..].first_chunk().expect("the header has 48 bytes");
        let len = command_len(cdb[0]);
        // Peripheral addressing of unit 0, or flat addressing of it (SAM-5, 4.7).
        let unit_0 = request.header[8] & 0x3F == 0 && request.header[9] == 0 && !self.agreed.discovery;
        if !unit_0 {
            return self.other_unit(request, cdb[0], expected);
        }
        if flags & WRITES != 0 && expected > 0 {
            let data = self.collect(request, expected.min(MOST_BYTES))?;
            let done = self.execute(&cdb[..len], Data::Out(&data));
            return self.conclude(request, done.map(|_| data.len()), expected, &[]);
        }
        let mut into = vec![0; expected.clamp(ROOM, MOST_BYTES)];
        let done = self.execute(&cdb[..len], Data::In(&mut into));
        self.conclude(request, done, expected, &into)
    }

    fn execute(&self, cdb: &[u8], data: Data<'_>) -> Result<usize, TransportError> {
        self.drive.lock().unwrap_or_else(PoisonError::into_inner).execute(cdb, data, PATIENCE)
    }

    /// There is one unit: INQUIRY of any other says that there is none, and nothing else is known there (SPC-4, 6.6.2).
    fn other_unit(&mut self, request: &Pdu, code: u8, expected: usize) -> io::Result<()> {
        match code {
            0x12 => {
                let mut answer = vec![0x7F, 0, 5, 2, 31];
                answer.resize(36, 0);
                self.conclude(request, Ok(answer.len()), expected, &answer)
            }
            _ => self.conclude(request, Err(TransportError::Check(NO_SUCH_UNIT)), expected, &[]),
        }
    }

    /// The data of a command that writes: what came with it, and what is asked for piece by piece.
    fn collect(&mut self, request: &Pdu, expected: usize) -> io::Result<Vec<u8>> {
        let bad = |what| io::Error::new(io::ErrorKind::InvalidData, what);
        let mut data = request.data.clone();
        data.truncate(expected);
        let mut number = 0;
        while data.len() < expected {
            let wanted = (expected - data.len()).min(self.agreed.most_burst as usize);
            self.transfers = self.transfers.wrapping_add(1) & 0x7FFF_FFFF;
            let ask = Pdu::new(opcode::READY_TO_TRANSFER, FINAL).like(request, 8..20).set(20, self.transfers);
            let ask = ask.set(24, self.agreed.stat_sn).set(36, number).set(40, data.len() as u32).set(44, wanted as u32);
            self.counted(ask).write(&mut self.stream)?;
            self.stream.flush()?;
            number += 1;
            let end = data.len() + wanted;
            while data.len() < end {
                let piece = Pdu::read(&mut self.stream)?;
                if piece.opcode() != opcode::DATA_OUT && self.waiting.len() < WINDOW as usize {
                    self.waiting.push_back(piece);
                    continue;
                }
                let fits =
                    piece.opcode() == opcode::DATA_OUT && piece.u32(20) == self.transfers && piece.u32(40) as usize == data.len();
                if !fits || piece.data.is_empty() || data.len() + piece.data.len() > end {
                    return Err(bad("data came that nobody had asked for"));
                }
                data.extend_from_slice(&piece.data);
            }
        }
        Ok(data)
    }

    /// Sends what a command has come to: data and status, or what the drive says.
    fn conclude(&mut self, request: &Pdu, done: Result<usize, TransportError>, expected: usize, data: &[u8]) -> io::Result<()> {
        let (status, moved, sense) = match done {
            Ok(moved) => (GOOD, moved, None),
            Err(TransportError::Check(sense)) => (CHECK_CONDITION, 0, Some(sense)),
            // The cable is out.
            Err(TransportError::Gone) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Err(_) => (BUSY, 0, None),
        };
        let residual = expected.abs_diff(moved) as u32;
        let left = match moved.cmp(&expected) {
            Ordering::Less => UNDERFLOW,
            Ordering::Equal => 0,
            Ordering::Greater => OVERFLOW,
        };
        let data = &data[..moved.min(data.len()).min(expected)];
        if status == GOOD && !data.is_empty() {
            return self.send_data(request, data, left, residual);
        }
        let mut reply = Pdu::new(opcode::RESPONSE, FINAL | left).like(request, 16..20).set(44, residual);
        reply.header[3] = status;
        let sense = sense.map(|sense| [[0, 18].as_slice(), &sense.to_fixed()].concat());
        self.answer(reply.with(sense.unwrap_or_default()))
    }

    /// Data in as many units as the initiator wants, the status with the last.
    fn send_data(&mut self, request: &Pdu, data: &[u8], left: u8, residual: u32) -> io::Result<()> {
        let pieces = data.chunks(self.agreed.most_in.min(pdu::MOST_DATA));
        let count = pieces.len();
        let mut offset = 0;
        for (number, piece) in pieces.enumerate() {
            let last = number + 1 == count;
            let flags = if last { FINAL | STATUS | left } else { 0 };
            let unit = Pdu::new(opcode::DATA_IN, flags).like(request, 16..20).set(20, NONE).set(36, number as u32);
            let unit = unit.set(40, offset).with(piece.to_vec());
            offset += piece.len() as u32;
            if last {
                self.answer(unit.set(44, residual))?;
            } else {
                self.counted(unit).write(&mut self.stream)?;
            }
        }
        Ok(())
    }
}

/// Whether a request takes part in the order of commands.
fn numbered(request: &Pdu) -> bool {
    const KINDS: [u8; 5] = [opcode::COMMAND, opcode::TASK_MANAGEMENT, opcode::TEXT, opcode::NOP_OUT, opcode::LOGOUT];
    !request.immediate() && KINDS.contains(&request.opcode())
}

/// How many bytes a command has: its group tells (SPC-4, 4.2.5.1).
fn command_len(code: u8) -> usize {
    match code >> 5 {
        0 => 6,
        1 | 2 => 10,
        4 => 16,
        5 => 12,
        _ => 16,
    }
}
