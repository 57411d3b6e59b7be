use super::*;
use crate::disc::Disc;
use crate::image::testing::shape;

const DATA: usize = 2048;

/// Page 05 for data, and for audio, of a session after which another may follow.
const TAO_DATA: [(usize, u8); 3] = [(2, 0x41), (3, 0xC4), (4, 8)];
const TAO_AUDIO: [(usize, u8); 3] = [(2, 0x41), (3, 0xC0), (4, 0)];

#[test]
fn a_blank_cd_r_says_what_it_is() {
    let mut rig = Rig::new(BlankKind::CdR);
    assert_eq!((rig.profile(), rig.state()), (0x09, (0, 0, 1, 1, 1)));
    assert_eq!(rig.track(0xFF), (0, Some(0), 359_845, 359_845));
    assert!(rig.has(0x2D) && rig.has(0x2E) && !rig.has(0x2F) && !rig.has(0x37));
    let atip = rig.ask(&[0x43, 2, 4, 0, 0, 0, 0, 0, 28, 0]).unwrap();
    assert_eq!((atip.len(), &atip[8..11], &atip[12..15], atip[6] & 0x40), (28, &[97, 26, 66][..], &[79, 59, 72][..], 0));
    let told = rig.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0]).unwrap();
    assert_eq!((&told[16..20], &told[20..24]), (&[0, 97, 26, 66][..], &[0, 79, 59, 72][..]));
    assert_eq!(rig.ask(&[0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0]), Err((5, 0x24, 0)));
    assert_eq!(rig.read(0, 1), Err((5, 0x21, 0)));
    assert_eq!((rig.last(), rig.0.recorded().is_none()), (0, true));
}

/// Two sessions: data, then audio and data; 150 sectors and two of run-out lie between tracks, 11,400 between sessions.
#[test]
fn tracks_at_once_in_two_sessions() {
    let mut rig = Rig::new(BlankKind::CdR);
    let (first, audio, last) = (noise(400, DATA, 1), noise(330, RAW, 2), noise(310, DATA, 3));
    rig.select(&TAO_DATA).unwrap();
    rig.write_all(0, &first, DATA).unwrap();
    assert_eq!((rig.state(), rig.track(0xFF).1), ((1, 1, 1, 1, 1), Some(400)));
    rig.synchronize().unwrap();
    assert_eq!((rig.track(1).3, rig.track(0xFF).1), (402, Some(552)));
    rig.close(2, 0).unwrap();
    assert_eq!((rig.state(), rig.last()), ((1, 0, 2, 2, 2), 401));
    let start = 402 + 11_400;
    assert_eq!(rig.track(0xFF).0, start);
    rig.select(&[(2, 0x42)]).unwrap();
    assert_eq!(rig.track(0xFF).1, Some(start - 150), "whoever writes at once sends the pause");
    rig.select(&TAO_AUDIO).unwrap();
    assert_eq!(rig.track(0xFF).1, Some(start));
    rig.write_all(start, &audio, RAW).unwrap();
    rig.synchronize().unwrap();
    rig.select(&[(3, 0x04), (4, 8)]).unwrap();
    let third = start + 330 + 152;
    assert_eq!(rig.track(0xFF).1, Some(third));
    rig.write_all(third, &last, DATA).unwrap();
    rig.synchronize().unwrap();
    rig.close(2, 0).unwrap();
    assert_eq!(rig.state(), (2, 3, 2, 2, 3));
    assert!(rig.read(0, 400).unwrap() == first && rig.read(third, 310).unwrap() == last);
    assert_eq!(rig.read(400, 1), Err((3, 0x11, 5)), "run-out");
    assert_eq!(rig.write(third + 312, 1, &first[..DATA]), Err((5, 0x30, 5)));
    let disc = rig.0.recorded().unwrap();
    assert_eq!(
        shape(disc.disc()),
        [(1, TrackMode::Mode1, 0, 150, 402), (2, TrackMode::Audio, start, 150, 332), (3, TrackMode::Mode1, third, 150, 312)]
    );
    assert!(sectors(&*disc, start, 330, Form::main(Slice::RAW)) == audio);
    let toc = mmc::read_full_toc(&mut rig.0).unwrap();
    assert_eq!(toc::sessions(&toc).unwrap()[1].tracks[0].start, Lba(start));
    // The next program area after session 1, less its pregap.
    assert_eq!(toc.iter().find(|entry| entry.point == 0xB0).unwrap().time, toc::time(Lba(start - 150)));
}

#[test]
fn a_track_refuses_what_does_not_belong_there() {
    let mut rig = Rig::new(BlankKind::CdR);
    let block = noise(1, RAW, 9);
    rig.select(&TAO_DATA).unwrap();
    assert_eq!(rig.write(1, 1, &block[..DATA]), Err((5, 0x21, 2)));
    assert_eq!(rig.write(0, 1, &block), Err((5, 0x24, 0)), "bytes of another form");
    rig.write(0, 1, &block[..DATA]).unwrap();
    rig.select(&TAO_AUDIO).unwrap();
    assert_eq!(rig.write(1, 1, &block), Err((5, 0x64, 0)), "audio in a data track");
    rig.select(&[(2, 0x42)]).unwrap();
    assert_eq!(rig.write(1, 1, &block), Err((5, 0x2C, 0)), "no cue sheet");
    rig.select(&[(2, 0x40)]).unwrap();
    assert_eq!(rig.write(1, 1, &block), Err((5, 0x64, 0)), "packets");
    assert_eq!(rig.select(&[(2, 0x45)]), Err((5, 0x26, 0)));
    rig.select(&TAO_DATA).unwrap();
    rig.synchronize().unwrap();
    assert_eq!(rig.track(1).3, 302, "four seconds at least");
    assert_eq!(rig.tell(&[0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Err((5, 0x30, 6)));
    rig.close(2, 0).unwrap();
    assert_eq!(rig.close(2, 0), Err((5, 0x2C, 4)), "nothing is in the next session");
}

/// The example of two audio tracks, with a pause of the second that comes from the host.
fn sheet() -> Vec<u8> {
    [
        *b"\x020724385",
        *b"\x02356926\0",
        [0x01, 0, 0, 0x01, 0, 0, 0, 0],
        *b"\x03\x01USRC17",
        *b"\x03\x01607839",
        [0x21, 1, 0, 0x00, 0, 0, 0, 0],
        [0x21, 1, 1, 0x00, 0, 0, 2, 0],
        [0x21, 1, 2, 0x00, 0, 0, 5, 0],
        [0x01, 2, 0, 0x00, 0, 0, 8, 0],
        [0x01, 2, 1, 0x00, 0, 0, 10, 0],
        [0x01, 0xAA, 1, 0x01, 0, 0, 18, 0],
    ]
    .concat()
}

fn send_sheet(rig: &mut Rig, sheet: &[u8]) -> Result<(), Said> {
    rig.send(&[0x5D, 0, 0, 0, 0, 0, 0, 0, sheet.len() as u8, 0], sheet)
}

#[test]
fn a_session_at_once_is_what_its_cue_sheet_says() {
    let mut rig = Rig::with(Blank::of(BlankKind::CdR, Blank::MINUTES_74), Manners::default(), Vec::new());
    rig.select(&[(2, 0x42), (3, 0x00)]).unwrap();
    assert_eq!(rig.track(0xFF).1, Some(-150));
    send_sheet(&mut rig, &sheet()).unwrap();
    let audio = noise(1350, RAW, 5);
    assert_eq!(rig.write(0, 1, &audio[..RAW]), Err((5, 0x21, 2)), "the pause comes first");
    rig.write_all(-150, &audio, RAW).unwrap();
    assert_eq!(rig.write(1200, 1, &audio[..RAW]), Err((5, 0x21, 2)), "the lead-out is the drive's");
    rig.synchronize().unwrap();
    assert_eq!(rig.state(), (2, 3, 1, 1, 2));
    let reader = rig.0.recorded().unwrap();
    let disc = reader.disc();
    assert_eq!(shape(disc), [(1, TrackMode::Audio, 0, 150, 450), (2, TrackMode::Audio, 600, 150, 600)]);
    let track = disc.tracks().next().unwrap().1;
    assert_eq!((track.indexes.as_slice(), track.control.copy), (&[Lba(225)][..], true));
    assert_eq!((track.isrc.unwrap().as_str(), disc.mcn.unwrap().as_str()), ("USRC17607839", "0724385356926"));
    assert!(sectors(&*reader, -150, 600, Form::main(Slice::RAW)) == audio[..600 * RAW]);
    assert!(sectors(&*reader, 450, 750, Form::main(Slice::RAW)) == audio[600 * RAW..]);
    assert_eq!(mmc::read_mcn(&mut rig.0).unwrap(), disc.mcn);
    assert_eq!(mmc::read_isrc(&mut rig.0, 1).unwrap(), track.isrc);
}

#[test]
fn a_cue_sheet_has_to_fit() {
    let mut rig = Rig::new(BlankKind::CdR);
    assert_eq!(send_sheet(&mut rig, &sheet()), Err((5, 0x2C, 0)), "track at once is selected");
    rig.select(&[(2, 0x42)]).unwrap();
    assert_eq!(send_sheet(&mut rig, &sheet()[1..]), Err((5, 0x1A, 0)));
    assert_eq!(rig.send(&[0x5D, 0, 0, 0, 0, 0, 0, 1, 0, 0], &sheet()), Err((5, 0x1A, 0)), "less than it says");
    let mut late = sheet();
    late[45] = 1;
    assert_eq!(send_sheet(&mut rig, &late), Err((5, 0x26, 0)), "a pause that does not begin with the disc");
    let mut long = sheet();
    long[85] = 80;
    assert_eq!(send_sheet(&mut rig, &long), Err((5, 0x26, 0)), "more than the disc has");
    let strict = Manners { isrc_control: Some(true), ..Manners::default() };
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), strict, Vec::new());
    rig.select(&[(2, 0x42)]).unwrap();
    assert_eq!(send_sheet(&mut rig, &sheet()), Err((5, 0x26, 0)), "this drive wants control bits with an ISRC");
}

/// Mode 1, then XA with both forms, then audio with R to W: every sector as it was sent, with the header and the P and Q that belong to it.
#[test]
fn a_sheet_of_data_and_audio_with_subchannel() {
    let mut rig = Rig::new(BlankKind::CdRw);
    rig.select(&[(2, 0x42), (3, 0xC0)]).unwrap();
    let sheet = [
        [0x41, 0, 0, 0x24, 0, 0, 0, 0],
        [0x41, 1, 0, 0x14, 0, 0, 0, 0],
        [0x41, 1, 1, 0x10, 0, 0, 2, 0],
        [0x41, 2, 0, 0x24, 0, 0, 6, 0],
        [0x41, 2, 1, 0x20, 0, 0, 8, 0],
        [0x01, 3, 0, 0x41, 0, 0, 12, 0],
        [0x01, 3, 1, 0x40, 0, 0, 14, 0],
        [0x01, 0xAA, 1, 0x01, 0, 0, 18, 0],
    ]
    .concat();
    send_sheet(&mut rig, &sheet).unwrap();
    let (one, mut two, three) = (noise(300, DATA, 1), noise(300, 2336, 2), noise(300, 2448, 3));
    for (block, n) in two.chunks_mut(2336).zip(0..) {
        let submode = if n % 2 == 0 { 0x08 } else { 0x24 };
        block[..8].copy_from_slice(&[0, 0, submode, 0, 0, 0, submode, 0]);
    }
    // The pauses are made by the drive: there is nothing to send for them.
    rig.write_all(0, &one, DATA).unwrap();
    assert_eq!(rig.write(450, 1, &two[..DATA]), Err((5, 0x24, 0)));
    rig.write_all(450, &two, 2336).unwrap();
    // That of track 3 has a subchannel, which only the host can know.
    rig.write_all(750, &[0; 150 * 96], 96).unwrap();
    rig.write_all(900, &three, 2448).unwrap();
    assert_eq!(rig.state().0, 0, "nothing is on the disc before it is whole");
    rig.synchronize().unwrap();
    assert_eq!(rig.state(), (1, 0, 2, 4, 4));
    let reader = rig.0.recorded().unwrap();
    assert_eq!(reader.disc().sessions[0].disc_type, crate::disc::DiscType::Xa);
    let wanted =
        [(1, TrackMode::Mode1, 0, 150, 300), (2, TrackMode::Mode2Mixed, 450, 150, 300), (3, TrackMode::Audio, 900, 150, 300)];
    assert_eq!(shape(reader.disc()), wanted);
    assert!(sectors(&*reader, 0, 300, Form::main(Slice::COOKED)) == one);
    let raw = sectors(&*reader, 450, 300, Form::main(Slice::RAW));
    for ((sector, block), n) in raw.chunks(RAW).zip(two.chunks(2336)).zip(0..) {
        let user = if n % 2 == 0 { 2056 } else { 2332 };
        assert!(sector[16..16 + user] == block[..user], "{n}");
        let sector: &[u8; RAW] = sector.first_chunk().unwrap();
        let seal = crate::disc::sector::seal_of(TrackMode::Mode2Mixed, sector).unwrap();
        assert!(crate::disc::ecc::edc_matches(sector, seal));
    }
    let form = Form { main: Some(Slice::RAW), sub: Some(SubKind::Packed) };
    for ((line, block), lba) in sectors(&*reader, 900, 300, form).chunks(2448).zip(three.chunks(2448)).zip(900..) {
        assert!(line[..RAW] == block[..RAW]);
        let sent = crate::disc::subchannel::deinterleave(block[RAW..].first_chunk().unwrap());
        let made = crate::disc::subchannel::synthesise(reader.disc(), Lba(lba));
        assert!(line[RAW + 24..] == sent[24..] && line[RAW..RAW + 24] == made[..24], "{lba}");
    }
}

/// Bits of packs as the low six bits of bytes: 18 bytes make 24 symbols.
fn symbols(packs: &[u8]) -> Vec<u8> {
    let bit = |at: usize| packs[at / 8] >> (7 - at % 8) & 1;
    (0..packs.len() * 8 / 6).map(|n| (0..6).fold(0, |symbol, b| symbol << 1 | bit(n * 6 + b))).collect()
}

fn text() -> CdText {
    let mut text = CdText::default();
    for (track, title) in [(0, "The whole disc, and its name is long"), (1, "One"), (2, "Two")] {
        text.set(track, crate::disc::cd_text::Field::Title, title);
    }
    text
}

/// Blocks of a lead-in: four packs each, over and over.
fn text_blocks(sectors: usize) -> Vec<u8> {
    let packs = text().to_packs(1, 2).unwrap();
    let cycle: Vec<u8> = packs.iter().cycle().take(sectors * 4).flatten().copied().collect();
    symbols(&cycle)
}

#[test]
fn cd_text_comes_in_the_lead_in() {
    let mut rig = Rig::new(BlankKind::CdR);
    rig.select(&[(2, 0x42)]).unwrap();
    let mut sheet = sheet();
    sheet[16 + 3] = 0x41;
    send_sheet(&mut rig, &sheet).unwrap();
    let silence = vec![0; 1350 * RAW];
    assert_eq!(rig.write(-150, 1, &silence[..RAW]), Err((5, 0x21, 2)), "the lead-in comes first");
    let sectors = (11_634 - 150) as usize;
    rig.write_all(-11_634, &text_blocks(sectors), 96).unwrap();
    rig.write_all(-150, &silence, RAW).unwrap();
    rig.synchronize().unwrap();
    let (told, flaws) = CdText::from_packs(&mmc::read_cd_text(&mut rig.0).unwrap());
    assert_eq!((told, flaws), (text(), Vec::new()));
    let mut deaf = Rig::with(Blank::new(BlankKind::CdR), Manners { takes_cd_text: false, ..Manners::default() }, Vec::new());
    deaf.select(&[(2, 0x42)]).unwrap();
    assert_eq!(send_sheet(&mut deaf, &sheet), Err((5, 0x26, 0)));
}

/// Everything from the lead-in to the lead-out comes from the host: the demo disc is copied so, sectors of data scrambled.
#[test]
fn a_disc_that_the_host_makes_is_read_from_its_q() {
    let source = demo_disc().unwrap();
    let disc = source.disc();
    let mut rig = Rig::new(BlankKind::CdR);
    rig.select(&[(2, 0x43), (3, 0x00), (4, 3)]).unwrap();
    assert_eq!(rig.write(-150, 1, &[0; 2448]), Err((5, 0x21, 2)), "it begins with the lead-in");
    let entries = toc::entries(disc);
    let lead_in: Vec<u8> = (0..11_484)
        .flat_map(|n| {
            let entry = entries[n / 3 % entries.len()];
            let value = entry.value.map(crate::disc::to_bcd);
            let point = if entry.point < 100 { crate::disc::to_bcd(entry.point) } else { entry.point };
            let running = Lba(n as i32 - 11_634).to_msf();
            let content = crate::disc::subchannel::Content::LeadIn { point, running, value };
            let mut packed = [0; 96];
            packed[12..24].copy_from_slice(&crate::disc::subchannel::Q { control: entry.control, content }.to_bytes());
            [vec![0; RAW], crate::disc::subchannel::interleave(&packed).to_vec()].concat()
        })
        .collect();
    rig.write_all(-11_634, &lead_in, 2448).unwrap();
    let form = Form { main: Some(Slice::RAW), sub: Some(SubKind::Interleaved) };
    for (_, track) in disc.tracks() {
        let count = track.end().since(track.first()).unwrap() as usize;
        let mut lines = sectors(&*source, track.first().0, count, form);
        if track.mode.is_data() {
            lines.chunks_mut(2448).for_each(|line| crate::disc::scramble::scramble(&mut line[..RAW]));
        }
        rig.write_all(track.first().0, &lines, 2448).unwrap();
    }
    let end = disc.lead_out();
    assert_eq!(rig.state().0, 0);
    for n in 0..600 {
        let sub = crate::disc::subchannel::interleave(&crate::disc::subchannel::synthesise(disc, end + n));
        rig.write(end.0 + n as i32, 1, &[[0; RAW].as_slice(), &sub].concat()).unwrap();
    }
    rig.synchronize().unwrap();
    assert_eq!(rig.state(), (2, 3, 1, 1, 3));
    let made = rig.0.recorded().unwrap();
    let text = disc.cd_text.clone();
    assert_eq!(*made.disc(), Disc { cd_text: CdText::default(), ..disc.clone() }, "only its CD-TEXT was not sent");
    assert!(!text.is_empty());
    for (_, track) in disc.tracks() {
        let count = track.end().since(track.first()).unwrap() as usize;
        assert!(sectors(&*made, track.first().0, count, form) == sectors(&*source, track.first().0, count, form));
    }
}

#[test]
fn a_cd_rw_is_erased_in_whole_and_in_part() {
    let mut rig = Rig::new(BlankKind::CdRw);
    assert!(rig.has(0x37) && rig.profile() == 0x0A);
    let data = noise(300, DATA, 4);
    rig.select(&TAO_DATA).unwrap();
    for start in [0, 302 + 11_400] {
        rig.write_all(start, &data, DATA).unwrap();
        rig.synchronize().unwrap();
        rig.close(2, 0).unwrap();
    }
    let erase = |rig: &mut Rig, kind: u8| rig.tell(&[0xA1, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(rig.state(), (1, 0, 3, 3, 3));
    erase(&mut rig, 6).unwrap();
    assert_eq!((rig.state(), rig.track(0xFF).0, rig.read(11_702, 1)), ((1, 0, 2, 2, 2), 11_702, Err((5, 0x21, 0))));
    assert!(rig.read(0, 300).unwrap() == data);
    erase(&mut rig, 5).unwrap();
    assert_eq!(rig.state(), (1, 1, 1, 1, 2), "the first session is open again");
    assert_eq!(erase(&mut rig, 3), Err((5, 0x24, 0)));
    erase(&mut rig, 1).unwrap();
    assert_eq!((rig.state(), rig.read(0, 1)), ((0, 0, 1, 1, 1), Err((5, 0x21, 0))));
    rig.write(0, 1, &data[..DATA]).unwrap();
    rig.synchronize().unwrap();
    assert!(rig.read(0, 2).unwrap() == [&data[..DATA], &[0; DATA]].concat(), "nothing of what was there before");
}

#[test]
fn with_the_laser_off_nothing_is_written() {
    let mut rig = Rig::new(BlankKind::CdR);
    rig.select(&[(2, 0x51), (3, 0xC4), (4, 8)]).unwrap();
    rig.write_all(0, &noise(320, DATA, 1), DATA).unwrap();
    rig.synchronize().unwrap();
    rig.close(1, 1).unwrap();
    rig.close(2, 0).unwrap();
    assert_eq!((rig.state(), rig.track(0xFF).1), ((0, 0, 1, 1, 1), Some(0)));
    rig.select(&[(2, 0x52)]).unwrap();
    send_sheet(&mut rig, &sheet()).unwrap();
    rig.write_all(-150, &noise(1350, RAW, 1), RAW).unwrap();
    rig.synchronize().unwrap();
    assert_eq!(rig.state().0, 0);
    assert!(rig.0.recorded().is_none());
}

/// XA blocks of every type that page 05 has, each a track, and a CD that is full before they are written.
#[test]
fn tracks_of_every_block_type() {
    for (block_type, size, mode) in [
        (9, 2336, TrackMode::Mode2),
        (10, 2048, TrackMode::Mode2Form1),
        (11, 2056, TrackMode::Mode2Form1),
        (12, 2324, TrackMode::Mode2Form2),
        (13, 2332, TrackMode::Mode2Mixed),
    ] {
        let mut rig = Rig::with(Blank::of(BlankKind::CdR, 320), Manners::default(), Vec::new());
        rig.select(&[(2, 0x41), (3, 0x04), (4, block_type), (8, 0x20), (50, 0x08)]).unwrap();
        let mut blocks = noise(310, size, 6);
        if matches!(block_type, 11 | 13) {
            blocks.chunks_mut(size).for_each(|block| block[..8].copy_from_slice(&[0, 0, 8, 0, 0, 0, 8, 0]));
        }
        rig.write_all(0, &blocks, size).unwrap();
        assert_eq!(rig.write_all(310, &blocks[..9 * size], size), Err((5, 0x21, 0)), "no room for it and the run-out");
        rig.synchronize().unwrap();
        rig.close(2, 0).unwrap();
        let reader = rig.0.recorded().unwrap();
        let track = reader.disc().tracks().next().unwrap().1.clone();
        assert_eq!((track.mode, track.length), (mode, 312));
        let raw = sectors(&*reader, 0, 310, Form::main(Slice::RAW));
        let from = if matches!(block_type, 10 | 12) { 24 } else { 16 };
        let kept = size.min(if block_type == 13 { 2056 } else { size });
        assert!(raw.chunks(RAW).zip(blocks.chunks(size)).all(|(sector, block)| sector[from..from + kept] == block[..kept]));
    }
}

#[test]
fn reserved_tracks_are_written_where_they_lie() {
    let mut rig = Rig::new(BlankKind::CdR);
    rig.select(&TAO_DATA).unwrap();
    rig.tell(&[0x53, 0, 0, 0, 0, 0, 0, 1, 0x2C, 0]).unwrap();
    assert_eq!((rig.track(1), rig.track(0xFF).1), ((0, Some(0), 300, 300), Some(452)));
    let data = noise(300, DATA, 8);
    rig.write_all(452, &data, DATA).unwrap();
    rig.synchronize().unwrap();
    assert_eq!(rig.close(2, 0), Err((5, 0x72, 4)), "the reserved track is empty");
    rig.write_all(0, &data, DATA).unwrap();
    assert_eq!(rig.write(300, 1, &data[..DATA]), Err((5, 0x63, 0)));
    rig.synchronize().unwrap();
    let memory = rig.ask(&[0x43, 2, 3, 0, 0, 0, 0, 0xFF, 0xFF, 0]).unwrap();
    assert_eq!((memory.len(), memory[7], &memory[12..15], memory[18]), (4 + 22, 1, &[0, 2, 0][..], 2));
    rig.close(2, 0).unwrap();
    assert!(rig.read(0, 300).unwrap() == data && rig.read(452, 300).unwrap() == data);
}

/// A second session at once goes on with the track numbers, and with its pause where the lead-in ends.
#[test]
fn a_session_at_once_follows_another() {
    let mut rig = Rig::new(BlankKind::CdR);
    let data = noise(450, DATA, 1);
    let mut start = 0;
    for session in 1..=2u8 {
        rig.select(&[(2, 0x42), (3, if session == 1 { 0xC0 } else { 0 })]).unwrap();
        let at = |lba: i32, head: [u8; 4]| [head.as_slice(), &[0], &toc::time(Lba(lba))].concat();
        let entries = [
            at(-150, [0x41, 0, 0, 0x14]),
            at(start - 150, [0x41, session, 0, 0x10]),
            at(start, [0x41, session, 1, 0x10]),
            at(start + 300, [0x41, 0xAA, 1, 0x14]),
        ];
        send_sheet(&mut rig, &entries.concat()).unwrap();
        rig.write_all(start - 150, &data, DATA).unwrap();
        rig.synchronize().unwrap();
        assert!(rig.read(start, 300).unwrap() == data[150 * DATA..]);
        assert_eq!(rig.state().0, session, "appendable, then complete");
        start = 300 + 11_400;
    }
    let wanted = [(1, TrackMode::Mode1, 0, 150, 300), (2, TrackMode::Mode1, 11_700, 150, 300)];
    assert_eq!(shape(rig.0.recorded().unwrap().disc()), wanted);
}
