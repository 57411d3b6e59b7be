use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};

use super::pdu::{self, FINAL, NONE, Pdu, opcode};
use super::*;
use crate::disc::DiscReader;
use crate::disc::sector::{Form, Slice};
use crate::image::testing::sectors;
use crate::job::demo_disc;
use crate::virtual_drive::{Blank, BlankKind, Device, Manners};

fn serve() -> Server {
    serve_disc(demo_disc().unwrap())
}

fn serve_disc(disc: Arc<dyn DiscReader>) -> Server {
    Server::new(Device::with(disc), &target_name("Demo Disc"), 0).unwrap()
}

/// An initiator that says just what a test wants.
struct Initiator {
    stream: TcpStream,
    cmd_sn: u32,
}

impl Initiator {
    fn login(server: &Server, keys: &str) -> io::Result<(Initiator, Pdu)> {
        let mut stream = TcpStream::connect(server.address())?;
        let text = keys.split(' ').map(|pair| format!("{pair}\0")).collect::<String>().into_bytes();
        let request = Pdu::new(0x40 | opcode::LOGIN, FINAL | 1 << 2 | 3).set(24, 7).with(text);
        request.write(&mut stream)?;
        let reply = Pdu::read(&mut stream)?;
        Ok((Initiator { stream, cmd_sn: 7 }, reply))
    }

    fn ask(&mut self, pdu: Pdu) -> Pdu {
        let pdu = pdu.set(24, self.cmd_sn);
        self.cmd_sn += 1;
        pdu.write(&mut self.stream).unwrap();
        Pdu::read(&mut self.stream).unwrap()
    }

    /// A command that reads; answers with all data, the status, and what the last unit was.
    fn read(&mut self, cdb: &[u8], len: u32) -> (Vec<u8>, u8, Pdu) {
        let mut request = Pdu::new(opcode::COMMAND, FINAL | 0x40).set(16, 99).set(20, len);
        request.header[32..32 + cdb.len()].copy_from_slice(cdb);
        let mut unit = self.ask(request);
        let mut data = Vec::new();
        while unit.opcode() == opcode::DATA_IN {
            assert_eq!(unit.u32(40) as usize, data.len());
            data.extend_from_slice(&unit.data);
            if unit.header[1] & 1 != 0 {
                break;
            }
            unit = Pdu::read(&mut self.stream).unwrap();
        }
        (data, unit.header[3], unit)
    }
}

impl Initiator {
    /// A command that writes, of which so many bytes go with it; a ping goes out with the answer to every request for more. Answers with the status
    /// and the sense data.
    fn write(&mut self, cdb: &[u8], data: &[u8], immediate: usize) -> (u8, Vec<u8>) {
        let len = data.len() as u32;
        let mut request = Pdu::new(opcode::COMMAND, FINAL | 0x20).set(16, 88).set(20, len).with(data[..immediate].to_vec());
        request.header[32..32 + cdb.len()].copy_from_slice(cdb);
        let mut unit = self.ask(request);
        let mut pings = 0;
        while unit.opcode() == opcode::READY_TO_TRANSFER {
            let (from, count) = (unit.u32(40) as usize, unit.u32(44) as usize);
            // It stands outside of the order of commands.
            let ping = Pdu::new(0x40 | opcode::NOP_OUT, FINAL).set(16, 500).set(20, NONE).set(24, self.cmd_sn);
            ping.write(&mut self.stream).unwrap();
            pings += 1;
            let pieces = data[from..from + count].chunks(60_000);
            let last = pieces.len() - 1;
            for ((piece, n), offset) in pieces.zip(0..).zip((from..).step_by(60_000)) {
                let flags = if n == last { FINAL } else { 0 };
                let out = Pdu::new(opcode::DATA_OUT, flags).set(16, 88).set(20, unit.u32(20)).set(36, n as u32);
                out.set(40, offset as u32).with(piece.to_vec()).write(&mut self.stream).unwrap();
            }
            unit = Pdu::read(&mut self.stream).unwrap();
        }
        for _ in 0..pings {
            assert_eq!(Pdu::read(&mut self.stream).unwrap().opcode(), opcode::NOP_IN);
        }
        assert_eq!(unit.opcode(), opcode::RESPONSE);
        (unit.header[3], unit.data)
    }
}

const WHOLE: &str = "InitiatorName=iqn.2026-11.test:one SessionType=Normal TargetName=iqn.2026-11.io.spindle:demo-disc \
                     MaxRecvDataSegmentLength=4096 InitialR2T=No ImmediateData=Yes HeaderDigest=CRC32C,None X-unheard=1";

#[test]
fn a_login_agrees_on_what_both_can_do() {
    let server = serve();
    let (_, reply) = Initiator::login(&server, WHOLE).unwrap();
    assert_eq!(
        (reply.opcode(), reply.header[1], &reply.header[36..38]),
        (opcode::LOGIN_RESPONSE, FINAL | 1 << 2 | 3, &[0, 0][..])
    );
    let keys = pdu::keys(&reply.data);
    let said = |key: &str| keys.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    assert_eq!((said("HeaderDigest"), said("InitialR2T"), said("X-unheard")), (Some("None"), Some("Yes"), Some("NotUnderstood")));
    assert_eq!((said("InitiatorName"), said("TargetPortalGroupTag")), (None, Some("1")));
    let (_, refused) = Initiator::login(&server, "InitiatorName=a TargetName=iqn.other").unwrap();
    assert_eq!(refused.header[36..38], [2, 3]);
}

#[test]
fn sectors_come_in_units_of_the_size_agreed_on() {
    let disc = demo_disc().unwrap();
    let server = serve_disc(disc.clone());
    let (mut initiator, _) = Initiator::login(&server, WHOLE).unwrap();
    // The disc is new: that is told first, with sense data.
    let (_, status, unit) = initiator.read(&[0; 6], 0);
    assert_eq!((status, unit.opcode(), &unit.data[..5]), (2, opcode::RESPONSE, &[0, 18, 0x70, 0, 6][..]));
    let (data, status, unit) = initiator.read(&[0x28, 0, 0, 0, 0, 16, 0, 0, 8, 0], 8 * 2048);
    assert_eq!((status, unit.u32(36), unit.u32(44)), (0, 3, 0));
    assert!(data == sectors(&*disc, 16, 8, Form::main(Slice::COOKED)));
    // INQUIRY is 36 bytes; who wants more learns how much is left.
    let (data, _, unit) = initiator.read(&[0x12, 0, 0, 0, 96, 0], 96);
    assert_eq!((data.len(), unit.header[1] & 2, unit.u32(44)), (36, 2, 60));
}

/// As iscsi-test-cu (libiscsi 1.19) wants it: its iSCSIResiduals and iSCSIcmdsn failed.
#[test]
fn what_is_left_over_is_counted_and_what_is_out_of_order_passed_over() {
    let server = serve();
    let (mut initiator, _) = Initiator::login(&server, WHOLE).unwrap();
    initiator.read(&[0; 6], 0);
    let two = [0x28, 0, 0, 0, 0, 16, 0, 0, 2, 0];
    for (room, came, flags, left) in
        [(4096, 4096, 0, 0), (2048, 2048, 4, 2048), (200, 200, 4, 3896), (0, 0, 4, 4096), (5000, 4096, 2, 904)]
    {
        let (data, status, unit) = initiator.read(&two, room);
        assert_eq!((data.len(), status, unit.header[1] & 6, unit.u32(44)), (came, 0, flags, left), "{room}");
    }
    for number in [initiator.cmd_sn.wrapping_sub(1), initiator.cmd_sn + 100] {
        let request = Pdu::new(opcode::COMMAND, FINAL).set(16, 77).set(24, number);
        request.write(&mut initiator.stream).unwrap();
    }
    let (_, status, unit) = initiator.read(&[0; 6], 0);
    assert_eq!((status, unit.u32(16)), (0, 99), "the others were not answered");
}

#[test]
fn what_is_not_a_command_is_answered_too() {
    let server = serve();
    let (mut initiator, _) = Initiator::login(&server, WHOLE).unwrap();
    let echo = initiator.ask(Pdu::new(opcode::NOP_OUT, FINAL).set(16, 5).set(20, NONE).with(b"ping".to_vec()));
    assert_eq!((echo.opcode(), echo.u32(16), echo.data.as_slice()), (opcode::NOP_IN, 5, b"ping".as_slice()));
    let list = initiator.ask(Pdu::new(opcode::TEXT, FINAL).set(16, 6).set(20, NONE).with(b"SendTargets=All\0".to_vec()));
    assert_eq!(pdu::keys(&list.data)[0], ("TargetName".to_owned(), server.target().to_owned()));
    assert_eq!(initiator.ask(Pdu::new(0x15, FINAL)).opcode(), opcode::REJECT);
    let mut elsewhere = Pdu::new(opcode::COMMAND, FINAL | 0x40).set(20, 36);
    elsewhere.header[9] = 3;
    elsewhere.header[32..38].copy_from_slice(&[0x12, 0, 0, 0, 36, 0]);
    assert_eq!(initiator.ask(elsewhere).data[0], 0x7F);
    assert_eq!(initiator.ask(Pdu::new(opcode::LOGOUT, FINAL)).opcode(), opcode::LOGOUT_RESPONSE);
    assert_eq!(initiator.stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn data_for_the_drive_are_asked_for() {
    let server = serve();
    let (mut initiator, _) = Initiator::login(&server, WHOLE).unwrap();
    initiator.read(&[0; 6], 0);
    // SET STREAMING with 28 bytes, 12 of which come with the command.
    let mut request = Pdu::new(opcode::COMMAND, FINAL | 0x20).set(16, 9).set(20, 28).with(vec![0; 12]);
    request.header[32..44].copy_from_slice(&[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0]);
    let ask = initiator.ask(request);
    assert_eq!((ask.opcode(), ask.u32(40), ask.u32(44)), (opcode::READY_TO_TRANSFER, 12, 16));
    let reply = initiator.ask(Pdu::new(opcode::DATA_OUT, FINAL).set(16, 9).set(20, ask.u32(20)).set(40, 12).with(vec![0; 16]));
    assert_eq!((reply.opcode(), reply.header[3]), (opcode::RESPONSE, 0));
}

/// Commands of 512 KiB to a blank disc, as Linux sends them: some data come with the command, the rest is asked for in bursts, and other requests
/// come in between, since an initiator sends what it has.
#[test]
fn a_blank_disc_is_written() {
    let mut device = Device::new(Manners::default());
    device.insert_blank(Blank::new(BlankKind::BdR), Vec::new()).unwrap();
    let drive = Arc::new(Mutex::new(device));
    let server = Server::sharing(drive.clone(), &target_name("Demo Disc"), 0).unwrap();
    let (mut initiator, _) = Initiator::login(&server, &format!("{WHOLE} MaxBurstLength=262144 FirstBurstLength=65536")).unwrap();
    initiator.read(&[0; 6], 0);
    let data = crate::image::testing::noise(447, 3)[..2 * (512 << 10)].to_vec();
    for (half, lba) in data.chunks(512 << 10).zip([0u32, 256]) {
        let [a, b, c, d] = lba.to_be_bytes();
        assert_eq!(initiator.write(&[0x2A, 0, a, b, c, d, 0, 1, 0, 0], half, 8192), (0, Vec::new()));
    }
    // One that the drive does not take, all of whose data it is given.
    let (status, sense) = initiator.write(&[0x2A, 0, 0, 0, 0, 0, 0, 1, 0, 0], &data[..512 << 10], 0);
    assert_eq!((status, sense[2 + 2], sense[2 + 12], sense[2 + 13]), (2, 5, 0x21, 2));
    for cdb in [[0x5B, 0, 1, 0, 0, 1, 0, 0, 0, 0], [0x5B, 0, 6, 0, 0, 0, 0, 0, 0, 0]] {
        assert_eq!(initiator.read(&cdb, 0).1, 0);
    }
    let (read, status, _) = initiator.read(&[0x28, 0, 0, 0, 0, 0, 0, 2, 0, 0], 1 << 20);
    assert!(status == 0 && read == data);
    let recorded = drive.lock().unwrap().recorded().unwrap();
    assert!(sectors(&*recorded, 0, 512, Form::main(Slice::COOKED)) == data);
}

#[test]
fn garbage_ends_the_connection_and_nothing_else() {
    let server = serve();
    for bytes in [[0xFFu8; 48].as_slice(), b"GET / HTTP/1.0\r\n\r\n", &[0x43; 48], &[0; 4096]] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        // The other end may have hung up by then.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert!(Initiator::login(&server, WHOLE).is_ok());
}

/// libiscsi 1.19, another implementation of initiators, finds the target and its drive.
#[test]
fn libiscsi_finds_the_drive() {
    let server = serve();
    let address = server.address();
    let said = |program: &str, url: String| match Command::new(program).arg(url).output() {
        Ok(output) => Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()),
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    };
    if let Some(list) = said("iscsi-ls", format!("iscsi://{address}")) {
        assert!(list.contains(server.target()), "{list}");
    }
    if let Some(inquiry) = said("iscsi-inq", format!("iscsi://{address}/{}/0", server.target())) {
        assert!(inquiry.contains("MMC") && inquiry.contains("SOFTWARE DRIVE"), "{inquiry}");
    }
}
