use super::*;
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
    rig.select(&TAO_AUDIO).unwrap();
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
