//! [`report`]: what a drive answers to everything that this program may ask it, written down for who has to find out why it behaves as it does.
//!
//! What names a person's drive or disc stays out: serial numbers are never asked for, and blanked where an answer brings them along; of sectors, MCN,
//! ISRC and CD-TEXT only the lengths are told.

use std::fmt::Write;
use std::time::{Duration, Instant};

use super::transport::{Data, Transport, TransportError};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same of one that moves nothing. QEMU's ATAPI drive never answers the read of no sectors (seen with 7.2), and nobody should wait a minute for that.
const LITTLE_PATIENCE: Duration = Duration::from_secs(10);
/// Room for the longest answer that is asked for.
const MOST: usize = 64 << 10;

/// What of an answer is written down.
#[derive(Clone, Copy)]
enum Keep {
    /// All of it.
    All,
    /// All of it, after what names the one drive or disc was blanked.
    Blanked(fn(&mut [u8])),
    /// Its length: it is what lies on somebody's disc.
    Length,
}

/// One question.
struct Question {
    name: &'static str,
    cdb: Vec<u8>,
    most: usize,
    keep: Keep,
}

fn question(name: &'static str, cdb: &[u8], most: usize, keep: Keep) -> Question {
    Question { name, cdb: cdb.to_vec(), most, keep }
}

/// INQUIRY, bytes 36 to 55: for the maker's use, and some makers put the serial number there (SPC-4, 6.6.2).
fn blank_inquiry(answer: &mut [u8]) {
    if let Some(own) = answer.get_mut(36..) {
        own.iter_mut().take(20).for_each(|byte| *byte = 0);
    }
}

/// Feature 0108h: the drive's serial number (MMC-6, 5.3.37).
fn blank_features(answer: &mut [u8]) {
    let mut at = 8;
    while let Some(&[high, low, _, len]) = answer.get(at..).and_then(|rest| rest.first_chunk()) {
        let end = (at + 4 + usize::from(len)).min(answer.len());
        if [high, low] == [0x01, 0x08] {
            answer[at + 4..end].fill(0);
        }
        at = end.max(at + 4);
    }
}

/// READ DISC INFORMATION, bytes 12 to 15: the number of the one disc (MMC-6, 6.22.3.1).
fn blank_disc_number(answer: &mut [u8]) {
    if let Some(number) = answer.get_mut(12..16) {
        number.fill(0);
    }
}

/// What is asked, in this order: first what costs nothing, last what makes the drive seek.
fn questions() -> Vec<Question> {
    let mut all = vec![
        question("INQUIRY", &[0x12, 0, 0, 0, 96, 0], 96, Keep::Blanked(blank_inquiry)),
        question("TEST UNIT READY", &[0; 6], 0, Keep::All),
        question("TEST UNIT READY, again", &[0; 6], 0, Keep::All),
        question("GET EVENT STATUS NOTIFICATION, media", &[0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0], 8, Keep::All),
        question("MECHANISM STATUS", &[0xBD, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], 8, Keep::All),
        question("GET CONFIGURATION", &[0x46, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0], 0xFFFF, Keep::Blanked(blank_features)),
        question("REQUEST SENSE", &[0x03, 0, 0, 0, 18, 0], 18, Keep::All),
    ];
    for (name, page) in [
        ("MODE SENSE, error recovery", 0x01),
        ("MODE SENSE, write parameters", 0x05),
        ("MODE SENSE, caching", 0x08),
        ("MODE SENSE, timeouts", 0x1D),
        ("MODE SENSE, capabilities", 0x2A),
    ] {
        all.push(question(name, &[0x5A, 8, page, 0, 0, 0, 0, 4, 0, 0], 1024, Keep::All));
    }
    let performance = |kind| [0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 32, kind, 0];
    let structure = |format| [0xAD, 0, 0, 0, 0, 0, 0, format, 0x10, 0, 0, 0];
    let toc = |format, msf| [0x43, msf, format, 0, 0, 0, u8::from(format < 2), 0x10, 0, 0];
    all.extend([
        question("GET PERFORMANCE, reading", &performance(0), 1024, Keep::All),
        question("GET PERFORMANCE, write speeds", &performance(3), 1024, Keep::All),
        question("READ CAPACITY", &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8, Keep::All),
        question("READ FORMAT CAPACITIES", &[0x23, 0, 0, 0, 0, 0, 0, 1, 0, 0], 256, Keep::All),
        question("READ DISC INFORMATION", &[0x51, 0, 0, 0, 0, 0, 0, 0x10, 0, 0], 4096, Keep::Blanked(blank_disc_number)),
        question("READ TRACK INFORMATION, track 1", &[0x52, 1, 0, 0, 0, 1, 0, 0, 64, 0], 64, Keep::All),
        question("READ TRACK INFORMATION, invisible track", &[0x52, 1, 0, 0, 0, 0xFF, 0, 0, 64, 0], 64, Keep::All),
        question("READ TOC, tracks", &toc(0, 0), 4096, Keep::All),
        question("READ TOC, sessions", &toc(1, 0), 4096, Keep::All),
        question("READ TOC, full", &toc(2, 2), 4096, Keep::All),
        question("READ TOC, ATIP", &toc(4, 2), 4096, Keep::All),
        question("READ TOC, CD-TEXT", &toc(5, 0), 4096, Keep::Length),
        question("READ SUB-CHANNEL, MCN", &[0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0], 24, Keep::Length),
        question("READ SUB-CHANNEL, ISRC of track 1", &[0x42, 0, 0x40, 3, 0, 0, 1, 0, 24, 0], 24, Keep::Length),
        question("READ DISC STRUCTURE, list", &structure(0xFF), 4096, Keep::All),
        question("READ DISC STRUCTURE, physical format", &structure(0x00), 4096, Keep::All),
        question("READ DISC STRUCTURE, copyright", &structure(0x01), 4096, Keep::All),
        question("a command that no drive knows", &[0x02, 0, 0, 0, 0, 0], 0, Keep::All),
    ]);
    all.extend(reads());
    all
}

/// Reads of single sectors, in the ways in which drives differ; and of sectors where there are none.
fn reads() -> Vec<Question> {
    let read_cd = |lba: i32, kind: u8, main: u8, sub: u8| {
        let [a, b, c, d] = lba.to_be_bytes();
        [0xBE, kind << 2, a, b, c, d, 0, 0, 1, main, sub, 0]
    };
    let length = |name, cdb: &[u8], most| question(name, cdb, most, Keep::Length);
    vec![
        length("READ (10) at 0", &[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0], 2048),
        length("READ (12) at 0", &[0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], 2048),
        length("READ (12) at 0, streaming", &[0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x80, 0], 2048),
        length("READ (12) of nothing at 0, from the disc", &[0xA8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        length("READ CD at 0, whole", &read_cd(0, 0, 0xF8, 0), 2352),
        length("READ CD at 0, as audio", &read_cd(0, 1, 0x10, 0), 2352),
        length("READ CD at 0, whole with C2", &read_cd(0, 0, 0xFA, 0), 2646),
        length("READ CD at 0, whole with C2 and block", &read_cd(0, 0, 0xFC, 0), 2648),
        length("READ CD at 0, whole with raw subchannel", &read_cd(0, 0, 0xF8, 1), 2448),
        length("READ CD at 0, whole with C2 and raw subchannel", &read_cd(0, 0, 0xFA, 1), 2742),
        length("READ CD at 0, Q alone", &read_cd(0, 0, 0, 2), 16),
        length("READ CD at -1, any", &read_cd(-1, 0, 0xF8, 0), 2352),
        length("READ CD at -150, any", &read_cd(-150, 0, 0xF8, 0), 2352),
        length("READ CD beyond every disc", &read_cd(0x7F_FFFF, 0, 0xF8, 0), 2352),
        length("READ CD at 0, again", &read_cd(0, 0, 0xF8, 0), 2352),
    ]
}

/// Asks everything, and writes down of each question the command, the time, the answer or what the drive said instead. Changes nothing on the disc or in
/// the drive. A drive that is gone is asked nothing more.
pub fn report(transport: &mut dyn Transport) -> String {
    let mut text = format!("one command moves at most {} bytes\n", transport.most_bytes());
    let mut buffer = vec![0; MOST];
    for question in questions() {
        let most = question.most.min(transport.most_bytes());
        let data = if most == 0 { Data::None } else { Data::In(&mut buffer[..most]) };
        let patience = if most == 0 { LITTLE_PATIENCE } else { PATIENCE };
        let begun = Instant::now();
        let result = transport.execute(&question.cdb, data, patience);
        let took = begun.elapsed();
        // Writing to a string can't fail.
        let _ = write!(text, "\n{}\n  {}  {:.1} ms  ", question.name, hex(&question.cdb), took.as_secs_f64() * 1e3);
        match result {
            Ok(len) => {
                let answer = &mut buffer[..len.min(most)];
                let _ = writeln!(text, "{} bytes", answer.len());
                if let Keep::Blanked(blank) = question.keep {
                    blank(answer);
                }
                if !matches!(question.keep, Keep::Length) {
                    for line in answer.chunks(32) {
                        let _ = writeln!(text, "    {}", hex(line));
                    }
                }
            }
            Err(error) => {
                let _ = writeln!(text, "{error}");
                if matches!(error, TransportError::Gone) {
                    break;
                }
            }
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::demo_disc;
    use crate::virtual_drive::{Device, Manners};

    fn of(manners: Manners) -> String {
        let mut device = Device::new(manners);
        device.insert(demo_disc().unwrap(), Vec::new());
        report(&mut device)
    }

    #[test]
    fn every_question_has_its_answer_or_what_the_drive_said() {
        let text = of(Manners::default());
        let answers = |name: &str| text.lines().skip_while(|line| *line != name).nth(1).unwrap_or_default().to_owned();
        assert!(answers("INQUIRY").ends_with("ms  36 bytes"));
        assert!(answers("TEST UNIT READY").contains("(6/28/00)"), "{}", answers("TEST UNIT READY"));
        assert!(answers("TEST UNIT READY, again").ends_with("0 bytes"));
        assert!(answers("READ CD at 0, whole with C2 and raw subchannel").ends_with("2742 bytes"));
        assert!(
            answers("READ CD at 0, as audio").contains("(5/64/00)") && answers("READ CD beyond every disc").contains("(5/21/00)")
        );
        assert!(answers("a command that no drive knows").contains("(5/20/00)"));
        assert!(text.contains("53 50 49 4E 44 4C 45"), "the maker's name");
    }

    #[test]
    fn nothing_names_the_one_drive_or_what_is_on_the_disc() {
        let serial = "K9XQ-SECRET";
        let text = of(Manners { serial: serial.into(), ..Manners::default() });
        let disc = demo_disc().unwrap();
        let isrc = disc.disc().tracks().find_map(|(_, track)| track.isrc).unwrap().to_string();
        let plain: Vec<u8> = text.split_whitespace().filter_map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
        for secret in [serial.to_owned(), isrc, disc.disc().mcn.unwrap().to_string()] {
            assert!(!plain.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
        let mut inquiry = vec![0xAA; 96];
        blank_inquiry(&mut inquiry);
        assert!(inquiry[36..56].iter().all(|&byte| byte == 0) && inquiry[56] == 0xAA && inquiry[35] == 0xAA);
        // Answers that end early, or count wrongly, are no reason to fall over.
        for len in 0..40 {
            let mut short = vec![0xFF; len];
            blank_inquiry(&mut short);
            blank_features(&mut short);
            blank_disc_number(&mut short);
        }
    }

    #[test]
    fn a_drive_that_goes_is_asked_no_more() {
        let text = of(Manners { unplug_after: Some(3), ..Manners::default() });
        assert!(text.trim_end().ends_with("the drive is gone") && text.matches("ms  ").count() == 4);
    }
}
