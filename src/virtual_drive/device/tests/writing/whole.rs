//! What holds for every disc that can be written.

use std::path::Path;

use super::*;
use crate::disc::Disc;
use crate::image::{self, Opening};
use crate::job::{Control, ConvertTask, Source, save};

const SIZE: usize = 2048;

/// Makes a blank disc of this kind ready for its first sector: it is formatted, and page 05 fits.
fn made_ready(kind: BlankKind) -> Rig {
    let mut rig = Rig::new(kind);
    rig.select(&[(2, 0x40), (3, 0x05), (4, 8)]).unwrap();
    let [a, b, c, d] = kind.capacity().to_be_bytes();
    let format = |code: u8| [0, 2, 0, 8, a, b, c, d, code << 2, 0, 0, 0];
    match kind {
        BlankKind::CdR | BlankKind::CdRw => rig.select(&[(2, 0x41), (3, 0x04), (4, 8)]).unwrap(),
        BlankKind::DvdPlusRw => rig.send(&[0x04, 0x11, 0, 0, 0, 0], &format(0x26)).unwrap(),
        BlankKind::BdRe | BlankKind::BdReDl => rig.send(&[0x04, 0x11, 0, 0, 0, 0], &format(0x31)).unwrap(),
        _ => {}
    }
    rig
}

/// What is written to any disc can be saved as an image, and that holds just what the disc does.
#[test]
fn every_disc_that_was_written_makes_an_image() {
    let folder = tempfile::tempdir().unwrap();
    let data = noise(320, SIZE, 7);
    for kind in BlankKind::ALL {
        let mut rig = made_ready(kind);
        rig.write_all(0, &data, SIZE).unwrap();
        rig.synchronize().unwrap();
        let _ = rig.close(1, 1);
        rig.close(2, 1).unwrap();
        assert!(rig.read(0, 320).unwrap() == data, "{}", kind.word());
        let reader = rig.0.recorded().unwrap();
        let target = folder.path().join(kind.word()).with_extension("iso");
        let mut task = ConvertTask::new(Path::new("disc"), &target);
        task.allow_loss = true;
        let source = Source { reader: reader.clone(), path: Path::new("disc"), files: &[] };
        save(&source, &task, &Control::default(), &|_| {}).unwrap();
        let saved = image::open(&target, Opening::default()).unwrap();
        assert!(sectors(&*saved.reader, 0, 320, Form::main(Slice::COOKED)) == data, "{}", kind.word());
    }
}

/// The demo disc goes to a CD-R at once, is taken out of the drive as an image with all that it has, and is the same.
#[test]
fn a_copied_cd_is_the_same_disc() {
    let source = demo_disc().unwrap();
    let disc = source.disc();
    let mut rig = Rig::new(BlankKind::CdR);
    rig.select(&[(2, 0x42), (3, 0)]).unwrap();
    let entry = |head: u8, track: u8, index: u8, form: u8, at: Lba| {
        let [minute, second, frame] = toc::time(at);
        [head, track, index, form, 0, minute, second, frame]
    };
    let mcn = disc.mcn.unwrap();
    let (first, rest) = mcn.as_bytes().split_at(7);
    let mut sheet: Vec<u8> = [&[2], first, &[2], rest, &[0]].concat();
    sheet.extend(entry(0x41, 0, 0, 0x14, Lba(-150)));
    for (_, track) in disc.tracks() {
        let head = track.control.nibble(track.mode) << 4 | 1;
        let form = if track.mode.is_data() { 0x10 } else { 0x00 };
        if let Some(isrc) = &track.isrc {
            isrc.as_bytes().chunks(6).for_each(|half| sheet.extend([&[3, track.number], half].concat()));
        }
        if track.pregap > 0 {
            sheet.extend(entry(head, track.number, 0, form, track.first()));
        }
        for (at, index) in [track.start].iter().chain(&track.indexes).zip(1..) {
            sheet.extend(entry(head, track.number, index, form, *at));
        }
    }
    sheet.extend(entry(0x01, 0xAA, 1, 0x01, disc.lead_out()));
    rig.send(&[0x5D, 0, 0, 0, 0, 0, 0, 0, sheet.len() as u8, 0], &sheet).unwrap();
    for (_, track) in disc.tracks() {
        let slice = Slice::user(track.mode);
        let count = track.end().since(track.first()).unwrap() as usize;
        let blocks = sectors(&*source, track.first().0, count, Form::main(slice));
        rig.write_all(track.first().0, &blocks, slice.size()).unwrap();
    }
    rig.synchronize().unwrap();
    let made = rig.0.recorded().unwrap();
    assert_eq!(*made.disc(), Disc { cd_text: CdText::default(), ..disc.clone() });
    let raw = Form::main(Slice::RAW);
    for (_, track) in disc.tracks() {
        let count = track.end().since(track.first()).unwrap() as usize;
        assert!(sectors(&*made, track.first().0, count, raw) == sectors(&*source, track.first().0, count, raw));
    }
}

/// No command, with whatever in it, on whatever disc, makes the drive fall over; and it does as it is told afterwards.
#[test]
fn nonsense_is_answered() {
    let mut state = 1u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    const CODES: [u8; 24] = [
        0x00, 0x04, 0x15, 0x23, 0x25, 0x28, 0x2A, 0x2E, 0x35, 0x43, 0x46, 0x51, 0x52, 0x53, 0x54, 0x55, 0x5A, 0x5B, 0x5C, 0x5D,
        0xA1, 0xAD, 0xBE, 0xBF,
    ];
    for kind in BlankKind::ALL {
        let mut rig = Rig::with(Blank::of(kind, 4096), Manners::default(), Vec::new());
        for _ in 0..4000 {
            let mut cdb: [u8; 12] = std::array::from_fn(|_| if next() < 140 { 0 } else { next() });
            cdb[0] = CODES[usize::from(next()) % CODES.len()];
            let len = [0, 4, 8, 12, 60, 2048, 4096, 2352, 2448][usize::from(next()) % 9];
            let mut bytes: Vec<u8> = (0..len).map(|_| if next() < 128 { 0 } else { next() }).collect();
            let data = if next() < 128 { Data::Out(&bytes) } else { Data::In(&mut bytes) };
            let _ = rig.0.execute(&cdb, data, LONG);
        }
        rig.tell(&[0; 6]).unwrap();
        rig.0.insert_blank(Blank::new(kind), Vec::new()).unwrap();
        assert_eq!(rig.tell(&[0; 6]), Err((6, 0x28, 0)));
        assert!(rig.0.recorded().is_none() && rig.read(5, 1).is_err() == (kind != BlankKind::DvdRam));
    }
}
