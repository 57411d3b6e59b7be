//! How a connection begins: the initiator says who it is and what it wants, and both agree on sizes (RFC 7143, 6 and 13).

use std::io::{self, Read, Write};

use super::pdu::{self, FINAL, MOST_DATA, Pdu, opcode};

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Whether the session is only to ask which targets there are.
    pub discovery: bool,
    /// Data that the initiator takes in one unit.
    pub most_in: usize,
    /// Data that it sends for one request to send.
    pub most_burst: u32,
    /// Status number of the next response.
    pub stat_sn: u32,
    /// Number of the next command.
    pub cmd_sn: u32,
}

/// The login goes on, or over to the phase in which commands are sent.
const STAGE_OPERATIONAL: u8 = 1;
const STAGE_FULL: u8 = 3;
/// Text goes on in the next unit (byte 1).
const CONTINUE: u8 = 0x40;
/// Status class and detail: initiator error, target not found (RFC 7143, 11.13.5).
const NOT_FOUND: [u8; 2] = [2, 3];
const INITIATOR_ERROR: [u8; 2] = [2, 0];
/// Units that a login takes at most.
const MOST_UNITS: usize = 32;
/// Bytes of text that a login takes at most.
const MOST_TEXT: usize = 64 << 10;
/// The most that one request to send asks for.
const MOST_BURST: u32 = 1 << 20;

/// Carries the login through; an error ends the connection.
pub fn login(stream: &mut (impl Read + Write), target: &str) -> io::Result<Agreed> {
    let mut agreed = Agreed { discovery: false, most_in: 8192, most_burst: 262_144, stat_sn: 1, cmd_sn: 1 };
    let mut coming = Vec::new();
    for _ in 0..MOST_UNITS {
        let request = Pdu::read(stream)?;
        if request.opcode() != opcode::LOGIN {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a connection has to begin with a login"));
        }
        agreed.cmd_sn = request.u32(24);
        coming.extend_from_slice(&request.data);
        if coming.len() > MOST_TEXT {
            answer(stream, &request, &mut agreed, 0, INITIATOR_ERROR, Vec::new())?;
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the text of the login is too long"));
        }
        let flags = request.header[1];
        if flags & CONTINUE != 0 {
            answer(stream, &request, &mut agreed, flags & 0x0C, [0, 0], Vec::new())?;
            continue;
        }
        let keys = pdu::keys(&std::mem::take(&mut coming));
        let value = |key: &str| keys.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        agreed.discovery |= value("SessionType") == Some("Discovery");
        if value("TargetName").is_some_and(|name| name != target) {
            answer(stream, &request, &mut agreed, flags & 0x0C, NOT_FOUND, Vec::new())?;
            return Err(io::Error::new(io::ErrorKind::NotFound, "the initiator asks for another target"));
        }
        let mut replies = Vec::new();
        for (key, value) in &keys {
            if let Some(reply) = reply(key, value, &mut agreed) {
                replies.push((key.clone(), reply));
            }
        }
        let stage = flags >> 2 & 3;
        if stage == STAGE_OPERATIONAL && !replies.iter().any(|(key, _)| key == "MaxRecvDataSegmentLength") {
            replies.push(("MaxRecvDataSegmentLength".to_owned(), MOST_DATA.to_string()));
        }
        if value("TargetName").is_some() {
            replies.push(("TargetPortalGroupTag".to_owned(), "1".to_owned()));
        }
        let (transit, next) = (flags & FINAL != 0, flags & 3);
        let echoed = flags & if transit { FINAL | 0x0F } else { 0x0C };
        answer(stream, &request, &mut agreed, echoed, [0, 0], pdu::text(&replies))?;
        if transit && next == STAGE_FULL {
            return Ok(agreed);
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "the login comes to no end"))
}

fn answer(
    stream: &mut impl Write,
    request: &Pdu,
    agreed: &mut Agreed,
    flags: u8,
    status: [u8; 2],
    text: Vec<u8>,
) -> io::Result<()> {
    /// The handle of the session: there is one for each connection, so one number does.
    const TSIH: [u8; 2] = [0, 1];
    let mut reply = Pdu::new(opcode::LOGIN_RESPONSE, flags).like(request, 8..20);
    if flags & FINAL != 0 && flags & 3 == STAGE_FULL {
        reply.header[14..16].copy_from_slice(&TSIH);
    }
    let mut reply = reply.set(24, agreed.stat_sn).set(28, agreed.cmd_sn).set(32, agreed.cmd_sn).with(text);
    reply.header[36..38].copy_from_slice(&status);
    agreed.stat_sn = agreed.stat_sn.wrapping_add(1);
    reply.write(stream)?;
    stream.flush()
}

/// What is said to a key; `None` to those that only tell (RFC 7143, 13).
fn reply(key: &str, value: &str, agreed: &mut Agreed) -> Option<String> {
    let number = value.parse::<u32>().ok();
    let at_most = |most: u32| number.map_or_else(|| "Reject".to_owned(), |number| number.min(most).to_string());
    Some(match key {
        "InitiatorName" | "InitiatorAlias" | "SessionType" | "TargetName" | "TargetAlias" => return None,
        "AuthMethod" | "HeaderDigest" | "DataDigest" => {
            if value.split(',').any(|choice| choice == "None") { "None" } else { "Reject" }.to_owned()
        }
        "MaxRecvDataSegmentLength" => {
            agreed.most_in = number.map_or(8192, |number| number.clamp(512, MOST_BURST)) as usize;
            MOST_DATA.to_string()
        }
        "MaxBurstLength" => {
            agreed.most_burst = number.map_or(262_144, |number| number.clamp(512, MOST_BURST));
            agreed.most_burst.to_string()
        }
        "FirstBurstLength" => at_most(65_536),
        "InitialR2T" | "DataPDUInOrder" | "DataSequenceInOrder" => "Yes".to_owned(),
        "ImmediateData" => if value == "Yes" { "Yes" } else { "No" }.to_owned(),
        "MaxConnections" | "MaxOutstandingR2T" => "1".to_owned(),
        "DefaultTime2Wait" => number.map_or(2, |number| number.clamp(2, 3600)).to_string(),
        "DefaultTime2Retain" | "ErrorRecoveryLevel" => "0".to_owned(),
        "IFMarker" | "OFMarker" => "No".to_owned(),
        _ => "NotUnderstood".to_owned(),
    })
}
