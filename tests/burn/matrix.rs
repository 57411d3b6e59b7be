//! Every kind of blank, every way of writing it, every format that a source can have.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use spindle::disc::sector::{Form, Slice, SubKind, Worth};
use spindle::disc::{Disc, DiscReader, DiscWriter, Lba, Medium, Session, StoredSub, Track, TrackId, TrackMode};
use spindle::drive::mmc;
use spindle::drive::recorder::{BurnLoss, BurnPlan, BurnWish, CannotBurn, Kind, Landing, Mode, Recorder, look_at_blank, plan};
use spindle::image::{FORMATS, Media};
use spindle::virtual_drive::{Blank, BlankKind, Device, Manners};

use super::sources::{Subject, subjects};

/// Every image is planned for every kind of blank in every way of writing that this kind knows, and burned where that is not a burn that has been done
/// already. What the disc has become is the source: every sector of it, its tracks, indexes, codes and texts; and what differs is what the plan has told.
#[test]
fn every_format_goes_on_every_blank_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let (mut burned, mut wrong) = (BTreeSet::new(), Vec::new());
    let (mut formats, mut ways) = (BTreeSet::new(), BTreeSet::new());
    for subject in subjects(folder.path()) {
        let source = &*subject.image.reader;
        for kind in BlankKind::ALL {
            let modes = Kind::of(kind.profile()).unwrap().modes();
            for &mode in modes {
                let what = format!("{} as {} on {} {mode}", subject.disc, subject.format, kind.word());
                let mut device = blank_for(kind, source.disc());
                let planned = planned(&mut device, source, mode);
                let expected = refusal(source.disc(), kind, mode);
                let plan = match planned {
                    Ok(plan) => plan,
                    Err(error) => {
                        if Some(name_of(&error)) != expected {
                            wrong.push(format!("{what}: {error}, and not {expected:?}"));
                        }
                        continue;
                    }
                };
                assert_eq!(expected, None, "{what}: it was not refused");
                formats.insert(subject.format);
                if !burn_of(&subject, kind, &plan).is_some_and(|burn| burned.insert(burn)) {
                    continue;
                }
                ways.insert((kind.word(), mode.word()));
                let landings = burn(&mut device, source, plan.clone());
                let found = device.recorded().unwrap_or_else(|| panic!("{what}: there is no disc"));
                arrived(source, &*found, &plan, &landings, &what);
                let mut told: Vec<BurnLoss> = plan.losses.iter().filter(|loss| loss.needs_leave()).cloned().collect();
                told.sort_by_key(|loss| format!("{loss:?}"));
                let lost = lost(source, &*found, &plan);
                if lost != told {
                    wrong.push(format!("{what}: {lost:?} was lost, and {told:?} told"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // There are no blanks for GD-ROMs.
    let burnable = FORMATS.iter().filter(|format| format.holds.media != Media::Says(&[Medium::Gd]));
    let all: BTreeSet<&str> = burnable.map(|format| format.name).collect();
    assert_eq!(formats, all, "formats of which no image was burned");
    let every = BlankKind::ALL
        .iter()
        .flat_map(|kind| Kind::of(kind.profile()).unwrap().modes().iter().map(|mode| (kind.word(), mode.word())));
    assert_eq!(ways, every.collect(), "ways in which nothing was burned");
}

/// What a burn is, to do none twice: the plan holds all that is sent but the sectors themselves, which are those of the disc. A CD-RW is written as a
/// CD-R is; and raw, by far the longest, differs by sessions and by the subchannel alone. `None`: another kind of blank stands for it.
fn burn_of(subject: &Subject, kind: BlankKind, plan: &BurnPlan) -> Option<String> {
    let sub = has_subchannel(&*subject.image.reader);
    match (kind, plan.mode) {
        (BlankKind::CdRw, Mode::Raw) => sub.then(|| "raw with subchannel".to_owned()),
        (BlankKind::CdRw, mode) => Some(format!("cd-rw {mode}")),
        (_, Mode::Raw) => (!sub).then(|| format!("raw {}", plan.sessions.len())),
        _ => Some(format!("{} {} {plan:?}", subject.disc, kind.word())),
    }
}

/// A small blank on which the disc has room.
fn blank_for(kind: BlankKind, disc: &Disc) -> Device {
    let mut device = Device::new(Manners::default());
    let sectors = (disc.lead_out().0.unsigned_abs() + 2_000).next_multiple_of(64);
    device.insert_blank(Blank::of(kind, sectors), Vec::new()).unwrap();
    while mmc::test_unit_ready(&mut device).is_err() {}
    device
}

fn planned(device: &mut Device, source: &dyn DiscReader, mode: Mode) -> Result<BurnPlan, CannotBurn> {
    let blank = look_at_blank(device).unwrap();
    plan(source.disc(), &|id| source.stored(id), &blank, &BurnWish { mode: Some(mode), ..BurnWish::default() })
}

fn burn(device: &mut Device, source: &dyn DiscReader, plan: BurnPlan) -> Vec<Landing> {
    let what = format!("{} {}", plan.kind, plan.mode);
    let mut recorder = Recorder::begin(device, plan, Box::new(|_, _| ControlFlow::Continue(())))
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    for run in recorder.runs() {
        recorder.write(&read(source, run.at, run.sectors, run.form)).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    recorder.finish().unwrap_or_else(|error| panic!("{what}: {error}"));
    recorder.landings().to_vec()
}

fn read(reader: &dyn DiscReader, at: Lba, sectors: u32, form: Form) -> Vec<u8> {
    let mut bytes = vec![0; sectors as usize * form.size()];
    reader.read(at, form, &mut bytes, &mut vec![Worth::Good; sectors as usize]).unwrap();
    bytes
}

/// Why it can't be: by the rules, not by the program.
fn refusal(disc: &Disc, kind: BlankKind, mode: Mode) -> Option<&'static str> {
    let on_cd = matches!(kind, BlankKind::CdR | BlankKind::CdRw);
    let tracks: Vec<&Track> = disc.tracks().map(|(_, track)| track).collect();
    let one_row = matches!(tracks[..], [Track { mode: TrackMode::Mode1 | TrackMode::Mode2Form1 | TrackMode::Dvd, .. }]);
    let is = |wanted| tracks.iter().any(|track| track.mode == wanted);
    match mode {
        _ if disc.medium == Medium::Gd => Some("NoSuchBlank"),
        _ if !on_cd && disc.medium == Medium::Cd && !one_row => Some("NeedsCd"),
        // A row of a DVD has no sectors that could be written bit by bit; those of mode 0 can be written in no other way.
        Mode::Raw if is(TrackMode::Dvd) => Some("Sectors"),
        Mode::SessionAtOnce | Mode::TrackAtOnce if is(TrackMode::Mode0) => Some("Sectors"),
        _ => None,
    }
}

fn name_of(error: &CannotBurn) -> &'static str {
    match error {
        CannotBurn::NoSuchBlank(_) => "NoSuchBlank",
        CannotBurn::NeedsCd { .. } => "NeedsCd",
        CannotBurn::Sectors { .. } => "Sectors",
        _ => "another",
    }
}

/// Every sector that was sent is the one that lies on the disc, and all were sent.
fn arrived(source: &dyn DiscReader, found: &dyn DiscReader, plan: &BurnPlan, landings: &[Landing], what: &str) {
    for landing in landings {
        let sub = (plan.mode == Mode::Raw).then_some(SubKind::Interleaved);
        let form = Form { main: Some(landing.equal), sub };
        let wanted = read(source, landing.from, landing.sectors, form);
        let found = read(found, landing.at, landing.sectors, form);
        let xa = landing.equal != Slice::RAW && Slice::new(16, 2072).is_some_and(|sent| landing.equal.covers(sent));
        let pairs = wanted.chunks(form.size()).zip(found.chunks(form.size()));
        for ((wanted, found), n) in pairs.zip(0..) {
            let part = if xa { sent_of_xa(wanted) } else { form.size() };
            assert!(wanted[..part] == found[..part], "{what}: {}", landing.from + n);
        }
    }
    for (session, track) in source.disc().tracks() {
        let of_track = |landing: &&Landing| landing.source == TrackId { session: session.number, track: track.number };
        let sent: u32 = landings.iter().filter(of_track).map(|landing| landing.sectors).sum();
        assert!(sent >= track.length, "{what}: track {}", track.number);
    }
}

/// Bytes of a sector of mode 2 that are not the drive's: subheader and data, of which form 2 has more. EDC and ECC it makes.
fn sent_of_xa(sector: &[u8]) -> usize {
    const FORM_2: u8 = 0x20;
    match (sector[..4] == sector[4..8], sector[2] & FORM_2) {
        (false, _) => sector.len(),
        (true, 0) => 8 + 2048,
        (true, _) => 8 + 2324,
    }
}

/// What of the source is not on the disc, in the order of its names.
fn lost(source: &dyn DiscReader, found: &dyn DiscReader, plan: &BurnPlan) -> Vec<BurnLoss> {
    let (wanted, disc) = (source.disc(), found.disc());
    let mut lost = Vec::new();
    if plan.kind.is_cd() {
        of_tracks(wanted, disc, plan, &mut lost);
        of_sectors(source, found, plan, &mut lost);
        if wanted.cd_text != disc.cd_text {
            let why = plan.losses.iter().find(|loss| matches!(loss, BurnLoss::CdText(_)));
            lost.push(why.cloned().unwrap_or(BurnLoss::CdText("nobody has told")));
        }
    } else if wanted.sessions.len() != disc.sessions.len() {
        lost.push(BurnLoss::Sessions);
    }
    if wanted.mcn != disc.mcn {
        lost.push(BurnLoss::Mcn);
    }
    if let Some(at) = wanted.layer_break.filter(|_| disc.layer_break != wanted.layer_break) {
        lost.push(BurnLoss::LayerBreak(at));
    }
    if !wanted.structures.bca.is_empty() {
        lost.push(BurnLoss::Structures);
    }
    if !matches!(wanted.medium, Medium::Cd | Medium::Dvd | Medium::Bd) {
        lost.push(BurnLoss::Medium);
    }
    lost.sort_by_key(|loss| format!("{loss:?}"));
    lost
}

/// What of the tracks of a CD is not there.
fn of_tracks(wanted: &Disc, disc: &Disc, plan: &BurnPlan, lost: &mut Vec<BurnLoss>) {
    /// Run-out blocks of a track that was linked.
    const RUN_OUT: u32 = 2;
    assert_eq!((wanted.tracks().count(), wanted.sessions.len()), (disc.tracks().count(), disc.sessions.len()));
    let pairs: Vec<_> = wanted.tracks().zip(disc.tracks()).collect();
    type Pair<'a> = ((&'a Session, &'a Track), (&'a Session, &'a Track));
    let mut note = |differs: &dyn Fn(&Pair<'_>) -> bool, loss: fn(Vec<u8>) -> BurnLoss| {
        let tracks: Vec<u8> = pairs.iter().filter(|pair| differs(pair)).map(|((_, track), _)| track.number).collect();
        if !tracks.is_empty() {
            lost.push(loss(tracks));
        }
    };
    let run_out = if plan.mode == Mode::TrackAtOnce { RUN_OUT } else { 0 };
    let is_first = |session: &Session, track: &Track| session.number == 1 && session.tracks[0].number == track.number;
    note(&|((_, one), (_, other))| one.isrc != other.isrc, BurnLoss::Isrc);
    note(&|((_, one), (_, other))| one.number != other.number, BurnLoss::Numbers);
    note(&|((session, one), (_, other))| !is_first(session, one) && one.pregap != other.pregap, BurnLoss::Pregaps);
    let offsets = |track: &Track| track.indexes.iter().map(|&index| index.since(track.start)).collect::<Vec<_>>();
    note(&|((_, one), (_, other))| offsets(one) != offsets(other), BurnLoss::Indexes);
    note(&|((_, one), (_, other))| one.length != other.length - run_out, BurnLoss::Padded);
    for ((_, one), (_, other)) in &pairs {
        assert_eq!((one.control, one.mode.is_data()), (other.control, other.mode.is_data()), "track {}", one.number);
    }
    let hidden = |disc: &Disc| disc.tracks().next().map_or(0, |(_, track)| track.pregap.saturating_sub(150));
    if hidden(wanted) != hidden(disc) {
        lost.push(BurnLoss::HiddenTrack(hidden(wanted)));
    }
    let moved =
        |((_, one), (session, other)): &Pair<'_>| (one.mode.is_data() && one.start != other.start).then_some(session.number);
    let mut moved: Vec<u16> = pairs.iter().filter_map(moved).collect();
    moved.dedup();
    if !moved.is_empty() {
        lost.push(BurnLoss::Moved(moved));
    }
}

fn has_subchannel(reader: &dyn DiscReader) -> bool {
    let stored = |(session, track): (&Session, &Track)| reader.stored(TrackId { session: session.number, track: track.number });
    reader.disc().tracks().filter_map(stored).any(|stored| stored.sub != StoredSub::None)
}

/// What of the sectors of a CD is not there that a source with a stored subchannel has. Sectors of data that it stores whole count, whether or not the
/// drive makes them the same.
fn of_sectors(source: &dyn DiscReader, found: &dyn DiscReader, plan: &BurnPlan, lost: &mut Vec<BurnLoss>) {
    let whole = |(session, track): (&Session, &Track)| {
        let stored = source.stored(TrackId { session: session.number, track: track.number });
        track.mode.is_data() && stored.is_some_and(|stored| stored.main.covers(Slice::RAW))
    };
    if !has_subchannel(source) {
        return;
    }
    let differs = |((_, one), (_, other)): ((&Session, &Track), (&Session, &Track))| {
        let whole = |reader: &dyn DiscReader, track: &Track| read(reader, track.start, one.length, Form::main(Slice::RAW));
        one.mode.is_data() && whole(source, one) != whole(found, other)
    };
    let damaged = source.disc().tracks().zip(found.disc().tracks()).any(differs);
    assert!(!damaged || plan.mode != Mode::Raw, "raw writing keeps every bit");
    if !has_subchannel(found) {
        lost.push(BurnLoss::Subchannel);
    }
    if plan.mode != Mode::Raw && source.disc().tracks().any(whole) {
        lost.push(BurnLoss::RawSectors);
    }
}
