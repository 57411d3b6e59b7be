//! What is sent to a drive, and what is made of its answers: against a drive that does nothing but note the commands.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::disc::{DiscWriter, Isrc, toc};
use crate::drive::sense::Sense;
use crate::drive::transport::{Data, Transport, TransportError};
use TrackMode::{Audio, Mode1};

/// Command and data.
type Sent = (Vec<u8>, Vec<u8>);
/// Refuses a command: the command, its data, and how many of its kind came before.
type Refusal = Box<dyn FnMut(&[u8], &[u8], usize) -> Option<Sense> + Send>;

struct Noting {
    sent: Arc<Mutex<Vec<Sent>>>,
    refuses: Refusal,
    /// Where it says that it goes on.
    next: i32,
}

impl Transport for Noting {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, _: Duration) -> Result<usize, TransportError> {
        let bytes = if let Data::Out(bytes) = &data { bytes.to_vec() } else { Vec::new() };
        let mut sent = self.sent.lock().unwrap();
        let before = sent.iter().filter(|(other, _)| other[0] == cdb[0]).count();
        sent.push((cdb.to_vec(), bytes.clone()));
        if let Some(sense) = (self.refuses)(cdb, &bytes, before) {
            return Err(TransportError::Check(sense));
        }
        let Data::In(into) = data else { return Ok(bytes.len()) };
        into.fill(0);
        if cdb[0] == 0x52 {
            into[7] = 1;
            into[12..16].copy_from_slice(&self.next.to_be_bytes());
        }
        Ok(into.len())
    }

    fn most_bytes(&self) -> usize {
        512 << 10
    }
}

fn noting(refuses: impl FnMut(&[u8], &[u8], usize) -> Option<Sense> + Send + 'static) -> (Noting, Arc<Mutex<Vec<Sent>>>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    (Noting { sent: sent.clone(), refuses: Box::new(refuses), next: 0 }, sent)
}

fn on(_: Stage, _: Option<u16>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Writes zeros for all that the plan wants.
fn write_zeros(drive: &mut Noting, plan: BurnPlan) -> std::io::Result<()> {
    let mut recorder = Recorder::begin(drive, plan, Box::new(on))?;
    for run in recorder.runs() {
        recorder.write(&vec![0; run.sectors as usize * run.form.size()])?;
    }
    recorder.finish()
}

fn opcodes(sent: &Mutex<Vec<Sent>>) -> Vec<u8> {
    let mut opcodes: Vec<u8> = sent.lock().unwrap().iter().map(|(cdb, _)| cdb[0]).collect();
    opcodes.dedup();
    opcodes
}

fn planned(disc: &Disc, blank: &Recordable, wish: BurnWish) -> BurnPlan {
    plan(disc, &nothing_stored, blank, &wish).unwrap()
}

#[test]
fn a_session_at_once_goes_from_the_pause_to_the_flush() {
    let (mut drive, sent) = noting(|_, _, _| None);
    write_zeros(&mut drive, planned(&disc(&[(Mode1, 0, 600)]), &blank_cd(), BurnWish::default())).unwrap();
    // Ready, locked, speed, page, laser, cue sheet, sectors, flushed, ready, flushed, unlocked.
    assert_eq!(opcodes(&sent), [0x00, 0x1E, 0xBB, 0x5A, 0x55, 0x54, 0x5D, 0x2A, 0x35, 0x00, 0x35, 0x1E]);
    let sent = sent.lock().unwrap();
    let writes: Vec<(i32, u16)> = sent
        .iter()
        .filter(|(cdb, _)| cdb[0] == 0x2A)
        .map(|(cdb, bytes)| {
            let count = u16::from_be_bytes([cdb[7], cdb[8]]);
            assert_eq!(bytes.len(), usize::from(count) * 2048);
            (i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]), count)
        })
        .collect();
    assert_eq!(writes[0], (-150, 32));
    assert_eq!(writes.iter().map(|write| u32::from(write.1)).sum::<u32>(), 750);
    assert!(writes.windows(2).all(|pair| pair[0].0 + i32::from(pair[0].1) == pair[1].0));
    assert_eq!((sent[1].0[4], sent.last().unwrap().0[4]), (1, 0), "the tray is locked first, and unlocked last");
}

#[test]
fn a_full_buffer_and_a_reset_only_delay() {
    let (mut drive, sent) = noting(|cdb, _, before| match (cdb[0], before) {
        (0x2A, 3 | 4) => Some(Sense::new(2, 0x04, 0x08)),
        (0x2A, 7) | (0x5D, 0) => Some(Sense::new(6, 0x29, 0)),
        (0x54, _) => Some(Sense::new(3, 0x73, 0x03)),
        (0xBB, _) => Some(Sense::new(5, 0x20, 0)),
        _ => None,
    });
    write_zeros(&mut drive, planned(&disc(&[(Audio, 0, 600)]), &blank_cd(), BurnWish::default())).unwrap();
    let sent = sent.lock().unwrap();
    let starts: Vec<&[u8]> = sent.iter().filter(|(cdb, _)| cdb[0] == 0x2A).map(|(cdb, _)| &cdb[2..6]).collect();
    assert!(starts[3] == starts[4] && starts[4] == starts[5] && starts[7] == starts[8]);
}

#[test]
fn cue_sheets_are_tried_until_one_is_taken() {
    let mut coded = disc(&[(Audio, 0, 600)]);
    let track = &mut coded.sessions[0].tracks[0];
    (track.isrc, track.control.copy) = (Some(Isrc::new(b"DEXYZ2612345").unwrap()), true);
    let plan = planned(&coded, &blank_cd(), BurnWish::default());
    // One that wants the codes without flags.
    let picky = |cdb: &[u8], sheet: &[u8], _| (cdb[0] == 0x5D && sheet[8] != 0x03).then_some(Sense::new(5, 0x26, 0));
    let (mut drive, sent) = noting(picky);
    write_zeros(&mut drive, plan.clone()).unwrap();
    assert_eq!(sent.lock().unwrap().iter().filter(|(cdb, _)| cdb[0] == 0x5D).count(), 2);
    let (mut drive, sent) = noting(|cdb, _, _| (cdb[0] == 0x5D).then_some(Sense::new(5, 0x26, 0)));
    let error = write_zeros(&mut drive, plan).unwrap_err();
    assert!(matches!(BurnError::of(&error), Some(BurnError::CueSheet(_))), "{error}");
    assert_eq!(opcodes(&sent).last(), Some(&0x1E), "the tray is unlocked after a failure");
}

/// A drive may refuse the lead-in with CD-TEXT in the cue sheet, or when it is sent; that the disc is at fault, and not the text, is told apart.
#[test]
fn a_refused_cd_text_is_known_for_one_and_nothing_is_written() {
    let mut titled = disc(&[(Audio, 0, 600)]);
    titled.cd_text.set(0, crate::disc::cd_text::Field::Title, "A");
    let plan = planned(&titled, &blank_cd(), BurnWish::default());
    let ended = |refuses: fn(&[u8], &[u8]) -> bool| {
        let (mut drive, sent) = noting(move |cdb, bytes, _| refuses(cdb, bytes).then_some(Sense::new(5, 0x26, 0)));
        let mut recorder = Recorder::new(&mut drive, plan.clone(), Box::new(on));
        let error = recorder.start().unwrap_err();
        let after = recorder.abandon();
        let written = opcodes(&sent).contains(&0x2A);
        (matches!(error, BurnError::CdText(_)), after, written)
    };
    assert_eq!(ended(|cdb, sheet| cdb[0] == 0x5D && sheet[3] == 0x41), (true, AfterFailure::Untouched, false));
    assert_eq!(ended(|cdb, bytes| cdb[0] == 0x2A && bytes.len() % 96 == 0), (true, AfterFailure::Untouched, true));
    assert_eq!(ended(|cdb, _| cdb[0] == 0x5D), (false, AfterFailure::Untouched, false));
}

/// Planned with index 1 at LBA 16,000: a drive may say where the pause begins, or the track behind it; or that the session lies elsewhere.
#[test]
fn a_session_is_added_where_the_drive_puts_it() {
    let begun = Recordable {
        state: DiscState::Appendable,
        sessions: 1,
        last_track: 1,
        next_writable: Lba(16_000),
        free: 300_000,
        ..blank_cd()
    };
    let wish = BurnWish { mode: Some(Mode::SessionAtOnce), ..BurnWish::default() };
    for (next, index_1) in [(15_850, 16_000), (16_000, 16_000), (15_950, 16_100)] {
        let (mut drive, sent) = noting(|_, _, _| None);
        drive.next = next;
        write_zeros(&mut drive, planned(&disc(&[(Mode1, 0, 400)]), &begun, wish)).unwrap();
        let sent = sent.lock().unwrap();
        let (_, sheet) = sent.iter().find(|(cdb, _)| cdb[0] == 0x5D).unwrap();
        assert_eq!(sheet[21..24], toc::time(Lba(index_1)), "{next}");
        let (first, _) = sent.iter().find(|(cdb, _)| cdb[0] == 0x2A).unwrap();
        assert_eq!(first[2..6], (index_1 - 150).to_be_bytes(), "{next}");
    }
}

#[test]
fn raw_sectors_are_sent_with_as_much_subchannel_as_the_drive_takes() {
    // A drive that takes P and Q, and nothing else.
    let narrow = |cdb: &[u8], list: &[u8], _| (cdb[0] == 0x55 && list[8 + 4] != 1).then_some(Sense::new(5, 0x26, 0));
    let raw = BurnWish { mode: Some(Mode::Raw), ..BurnWish::default() };
    let mut disc = disc(&[(Mode1, 0, 300)]);
    let (mut drive, sent) = noting(narrow);
    write_zeros(&mut drive, planned(&disc, &blank_cd(), raw)).unwrap();
    let sent = sent.lock().unwrap();
    let writes: Vec<&Sent> = sent.iter().filter(|(cdb, _)| cdb[0] == 0x2A).collect();
    assert!(writes.iter().all(|(cdb, bytes)| bytes.len() == usize::from(cdb[8]) * 2368));
    // The first sector of the lead-in: scrambled, and its Q says the number of the first track.
    let (cdb, first) = writes[0];
    assert_eq!(cdb[2..6], (-11_635i32).to_be_bytes());
    assert_eq!(first[..16], [&crate::disc::sector::SYNC[..], &[0x97 ^ 0x01, 0x26 ^ 0x80, 0x65, 0x01 ^ 0x60]].concat());
    assert_eq!(first[2352..2362], [0x41, 0, 0xA0, 0x97, 0x26, 0x65, 0, 0x01, 0, 0]);
    // What goes in R to W needs more than that.
    disc.cd_text.set(0, crate::disc::cd_text::Field::Title, "A");
    let (mut drive, _) = noting(narrow);
    let error = write_zeros(&mut drive, planned(&disc, &blank_cd(), raw)).unwrap_err();
    assert!(matches!(BurnError::of(&error), Some(BurnError::RawForm(_))), "{error}");
}

#[test]
fn what_fails_is_told_with_its_place_and_what_the_disc_is_then() {
    let fails = |cdb: &[u8], _: &[u8], before| (cdb[0] == 0x2A && before >= 12).then_some(Sense::new(3, 0x0C, 0));
    let after = |kind, mode| {
        let blank = Recordable { kind, ..blank_cd() };
        let plan =
            planned(&disc(&[(Audio, 0, 300), (Audio, 0, 300)]), &blank, BurnWish { mode: Some(mode), ..BurnWish::default() });
        let (mut drive, _) = noting(fails);
        let mut recorder = Recorder::begin(&mut drive, plan, Box::new(on)).unwrap();
        let results: Vec<_> = (0..2).map(|_| recorder.write(&vec![0; 300 * 2352])).collect();
        let error = results.into_iter().find_map(Result::err).unwrap();
        let Some(BurnError::Write { at, .. }) = BurnError::of(&error) else { panic!("{error}") };
        (at.0, recorder.abandon())
    };
    // Six commands for the pause, and six more.
    assert_eq!(after(Kind::CdR, Mode::SessionAtOnce), (6 * 27, AfterFailure::Spoilt));
    assert_eq!(after(Kind::CdRw, Mode::SessionAtOnce).1, AfterFailure::Reusable);
    // The drive says that it goes on at 0 for either track.
    assert_eq!(after(Kind::CdR, Mode::TrackAtOnce), (0, AfterFailure::Partly { tracks: 1 }));
}

#[test]
fn a_wait_can_be_called_off() {
    let (mut drive, sent) = noting(|cdb, _, _| (cdb[0] == 0x00).then_some(Sense::new(2, 0x04, 0x07)));
    let plan = planned(&disc(&[(Mode1, 0, 600)]), &blank_cd(), BurnWish::default());
    let mut told = Vec::new();
    let tell = |stage, _| {
        told.push(stage);
        if told.len() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert!(matches!(Recorder::begin(&mut drive, plan, Box::new(tell)), Err(BurnError::Cancelled)));
    assert_eq!((told, opcodes(&sent).contains(&0x2A)), (vec![Stage::Starting; 3], false));
}

#[test]
fn discs_are_closed_as_their_kind_wants() {
    let closings = |kind, close| {
        let (mut drive, sent) = noting(|_, _, _| None);
        write_zeros(&mut drive, planned(&data_disc(600), &blank(kind, 2_000_000), BurnWish { close, ..BurnWish::default() }))
            .unwrap();
        let sent = sent.lock().unwrap();
        sent.iter().filter(|(cdb, _)| cdb[0] == 0x5B).map(|(cdb, _)| (cdb[2], cdb[5])).collect::<Vec<_>>()
    };
    assert_eq!(closings(Kind::DvdR, Close::Disc), [], "disc at once");
    assert_eq!(closings(Kind::DvdR, Close::Session), [(1, 1), (2, 0)]);
    assert_eq!(closings(Kind::DvdPlusR, Close::Session), [(1, 1), (2, 0)]);
    assert_eq!(closings(Kind::DvdPlusR, Close::Disc), [(1, 1), (5, 0)]);
    assert_eq!(closings(Kind::BdR, Close::Session), [(1, 1), (2, 0)]);
    assert_eq!(closings(Kind::BdR, Close::Disc), [(1, 1), (6, 0)]);
    assert_eq!(closings(Kind::DvdPlusRw, Close::Disc), [], "nothing is being formatted");
}

#[test]
fn too_much_and_too_little_are_noticed() {
    let plan = planned(&disc(&[(Mode1, 0, 600)]), &blank_cd(), BurnWish::default());
    let (mut drive, _) = noting(|_, _, _| None);
    let mut recorder = Recorder::begin(&mut drive, plan, Box::new(on)).unwrap();
    recorder.write(&vec![0; 599 * 2048]).unwrap();
    assert!(matches!(recorder.finish().as_ref().map_err(BurnError::of), Err(Some(BurnError::Unexpected))));
    recorder.write(&vec![0; 2048]).unwrap();
    assert!(recorder.write(&[0; 1]).is_err());
}
