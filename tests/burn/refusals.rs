//! Why a disc is not burned: every reason that there is, met with the recorder in software, and what the disc in it is afterwards.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use BlankKind::{BdRe, CdR, CdRw, DvdPlusR, DvdPlusRDl, DvdR, DvdRw};
use TrackMode::{Audio, Dvd, Mode1};
use spindle::disc::sector::Slice;
use spindle::disc::{Disc, DiscReader, DiscWriter, Lba, Medium, Track, TrackMode, cd_text::Field};
use spindle::drive::mmc;
use spindle::drive::recorder::{
    AfterFailure, BurnError, BurnPlan, BurnWish, CannotBurn, Close, Erase, Mode, Recordable, Recorder, Stage, Tell, erase,
    look_at_blank, plan,
};
use spindle::drive::sense::Sense;
use spindle::drive::transport::{Data, Transport, TransportError};
use spindle::image::{Extent, ExtentReader};
use spindle::virtual_drive::{Blank, BlankKind, Device, Fault, Manners, Trouble};

/// A disc of tracks of so many sectors, one behind the other.
fn disc(medium: Medium, mode: TrackMode, lengths: &[u32]) -> Disc {
    let mut end = Lba(0);
    let tracks = lengths.iter().zip(1..).map(|(&length, number)| {
        let pregap = if number == 1 && medium == Medium::Cd { 150 } else { 0 };
        let track = Track { pregap, ..Track::new(number, mode, end, length) };
        end = track.end();
        track
    });
    Disc::new(medium, tracks.collect())
}

fn audio(lengths: &[u32]) -> Disc {
    disc(Medium::Cd, Audio, lengths)
}

fn rows(sectors: u32) -> Disc {
    disc(Medium::Dvd, Dvd, &[sectors])
}

/// The disc, of zeros.
fn reader(disc: &Disc) -> ExtentReader {
    let extents = disc.tracks().map(|(_, track)| {
        let slice = if track.mode == Audio { Slice::RAW } else { Slice::COOKED };
        let bytes = Arc::new(vec![0; track.length as usize * slice.size()]);
        Extent::plain(track.start, track.length, bytes, 0, slice.size() as u32, slice)
    });
    ExtentReader::new(disc.clone(), extents.collect()).unwrap()
}

fn device(kind: BlankKind, manners: Manners, faults: Vec<Fault>) -> Device {
    let mut device = Device::new(manners);
    device.insert_blank(Blank::of(kind, 40_000), faults).unwrap();
    get_ready(&mut device);
    device
}

fn get_ready(transport: &mut dyn Transport) {
    while mmc::test_unit_ready(transport).is_err() {}
}

fn on<'d>() -> Tell<'d> {
    Box::new(|_, _| ControlFlow::Continue(()))
}

fn planned(disc: &Disc, blank: &Recordable, wish: &BurnWish) -> Result<BurnPlan, CannotBurn> {
    plan(disc, &|_| None, blank, wish)
}

fn write(recorder: &mut Recorder<'_>, disc: &Disc) -> std::io::Result<()> {
    let source = reader(disc);
    for run in recorder.runs() {
        let mut bytes = vec![0; run.sectors as usize * run.form.size()];
        let worth = &mut vec![spindle::disc::sector::Worth::Good; run.sectors as usize];
        source.read(run.at, run.form, &mut bytes, worth).unwrap();
        recorder.write(&bytes)?;
    }
    recorder.finish()
}

/// A blank of this kind on which this was burned.
fn written(kind: BlankKind, disc: &Disc, wish: BurnWish) -> Device {
    let mut device = device(kind, Manners::default(), Vec::new());
    let plan = planned(disc, &look_at_blank(&mut device).unwrap(), &wish).unwrap();
    write(&mut Recorder::begin(&mut device, plan, on()).unwrap(), disc).unwrap();
    get_ready(&mut device);
    device
}

/// A CD-R of which the first track is good, and what follows is not; its session is open.
fn half_written() -> Device {
    let mut device = device(CdR, Manners::default(), vec![Fault { sectors: 700..701, trouble: Trouble::Unwritable }]);
    let tracks = audio(&[400, 400]);
    let wish = BurnWish { mode: Some(Mode::TrackAtOnce), ..BurnWish::default() };
    let plan = planned(&tracks, &look_at_blank(&mut device).unwrap(), &wish).unwrap();
    let mut recorder = Recorder::begin(&mut device, plan, on()).unwrap();
    assert!(write(&mut recorder, &tracks).is_err());
    assert_eq!(recorder.abandon(), AfterFailure::Partly { tracks: 1 });
    get_ready(&mut device);
    device
}

/// The name of a reason. A new one has to be written down here, and then to be met below.
fn name_of(reason: &CannotBurn) -> &'static str {
    match reason {
        CannotBurn::TooLong { .. } => "too long",
        CannotBurn::NotErased(_) => "not erased",
        CannotBurn::Finished(_) => "finished",
        CannotBurn::NotBlank { .. } => "not blank",
        CannotBurn::SessionOpen(_) => "session open",
        CannotBurn::NotThisMode { .. } => "not this mode",
        CannotBurn::NotThisDrive { .. } => "not this drive",
        CannotBurn::NoMode(_) => "no mode",
        CannotBurn::NoSimulation { .. } => "no simulation",
        CannotBurn::NeedsCd { .. } => "needs a CD",
        CannotBurn::NoSuchBlank(_) => "no such blank",
        CannotBurn::Sectors { .. } => "sectors",
        CannotBurn::TooManyTracks(_) => "too many tracks",
        CannotBurn::Sessions(_) => "sessions",
        CannotBurn::LayerBreak { .. } => "layer break",
        CannotBurn::NoFormat { .. } => "no format",
        CannotBurn::Source(_) => "source",
    }
}

#[test]
fn every_reason_not_to_burn_is_said_in_a_sentence_and_leaves_the_disc_alone() {
    let plain = BurnWish::default();
    let by = |mode| BurnWish { mode: Some(mode), ..plain };
    let open = |mode| BurnWish { close: Close::Session, ..by(mode) };
    let blank = |kind| device(kind, Manners::default(), Vec::new());
    let mut quick = blank(DvdRw);
    erase(&mut quick, Erase::Quick, None, on()).unwrap();
    get_ready(&mut quick);
    let reads_only = device(CdR, Manners { records: false, ..Manners::default() }, Vec::new());
    let empty = Disc { sessions: Vec::new(), ..rows(1) };
    let cases: Vec<(Device, Disc, BurnWish, &str, &str)> = vec![
        (blank(CdR), audio(&[40_001]), plain, "too long", "use a larger disc"),
        (written(CdRw, &audio(&[400]), plain), audio(&[400]), plain, "not erased", "there is something on the CD-RW"),
        (written(CdR, &audio(&[400]), plain), audio(&[400]), plain, "finished", "the CD-R is finished"),
        (written(DvdR, &rows(64), open(Mode::Incremental)), rows(64), by(Mode::DiscAtOnce), "not blank", "needs a blank disc"),
        (half_written(), audio(&[400]), by(Mode::SessionAtOnce), "session open", "close it first"),
        (blank(BdRe), rows(64), by(Mode::SessionAtOnce), "not this mode", "BD-RE is not written session at once"),
        (quick, rows(64), by(Mode::Incremental), "not this drive", "does not write DVD-RW incremental"),
        (reads_only, audio(&[400]), plain, "no mode", "this drive does not write CD-R"),
        (blank(DvdPlusR), rows(64), BurnWish { simulate: true, ..plain }, "no simulation", "can't be simulated"),
        (blank(DvdR), audio(&[400]), plain, "needs a CD", "a CD with audio can't be written on a DVD-R: use a CD-R"),
        (blank(CdR), disc(Medium::Gd, Mode1, &[400]), plain, "no such blank", "there are no blank discs for it"),
        (blank(CdR), rows(400), by(Mode::Raw), "sectors", "can't be written raw"),
        (
            written(CdR, &audio(&[300]), open(Mode::SessionAtOnce)),
            audio(&[10; 99]),
            plain,
            "too many tracks",
            "100 would be on it",
        ),
        (blank(CdR), audio(&[400]), open(Mode::Raw), "sessions", "write it session at once"),
        (blank(DvdPlusRDl), rows(64), BurnWish { layer_break: Some(33), ..plain }, "layer break", "no multiple of 16"),
        (blank(CdR), empty, plain, "source", "the source is no proper disc"),
    ];
    let mut met = BTreeSet::new();
    for (mut device, disc, wish, name, words) in cases {
        let before = look_at_blank(&mut device).unwrap();
        let refused = planned(&disc, &before, &wish).expect_err(name);
        assert!(name_of(&refused) == name && refused.to_string().contains(words), "{name}: {refused}");
        assert_eq!(look_at_blank(&mut device).unwrap(), before, "{name}");
        met.insert(name);
    }
    // A drive that offers no way to format is not among those in software.
    let mut bare = look_at_blank(&mut blank(BdRe)).unwrap();
    bare.formats.clear();
    let refused = planned(&rows(64), &bare, &plain).unwrap_err();
    assert_eq!((name_of(&refused), refused.to_string().contains("can't format the BD-RE")), ("no format", true), "{refused}");
    assert_eq!(met.len(), 16);
}

/// A recorder in software that refuses some commands.
struct Refusing<F>(Device, F);

impl<F: FnMut(&[u8], &[u8]) -> Option<Sense> + Send> Transport for Refusing<F> {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let sent: &[u8] = if let Data::Out(bytes) = &data { bytes } else { &[] };
        match (self.1)(cdb, sent) {
            Some(sense) => Err(TransportError::Check(sense)),
            None => self.0.execute(cdb, data, timeout),
        }
    }

    fn most_bytes(&self) -> usize {
        self.0.most_bytes()
    }
}

/// Burns; the error, and what is said of the disc then.
fn fail(transport: &mut dyn Transport, disc: &Disc, plan: BurnPlan, tell: Tell<'_>) -> (BurnError, AfterFailure) {
    let mut recorder = Recorder::new(transport, plan, tell);
    let error = match recorder.start() {
        Err(error) => error,
        Ok(()) => {
            let error = write(&mut recorder, disc).unwrap_err();
            *error.into_inner().unwrap().downcast().unwrap()
        }
    };
    (error, recorder.abandon())
}

/// What went wrong. A new way has to be written down here, and to be met below; a drive that works for half an hour is nothing for a test.
fn kind_of(error: &BurnError) -> &'static str {
    match error {
        BurnError::Command { .. } => "command",
        BurnError::Write { .. } => "write",
        BurnError::CueSheet(_) => "cue sheet",
        BurnError::CdText(_) => "CD-TEXT",
        BurnError::Place { .. } => "place",
        BurnError::Stuck(_) => "stuck",
        BurnError::Cancelled => "cancelled",
        BurnError::RawForm(_) => "raw form",
        BurnError::Unexpected => "unexpected",
    }
}

#[test]
fn every_failure_of_a_recorder_is_said_in_a_sentence_with_what_the_disc_is_now() {
    const NOT_SO: Sense = Sense::new(5, 0x26, 0);
    type Refusal = fn(&[u8], &[u8]) -> Option<Sense>;
    let never: Refusal = |_, _| None;
    let no_power_to_format: Refusal = |cdb, _| (cdb[0] == 0x04).then_some(Sense::new(3, 0x31, 0));
    let no_raw: Refusal = |cdb, list| (cdb[0] == 0x55 && list[8 + 2] & 0x0F == 3).then_some(NOT_SO);
    let no_layout: Refusal = |cdb, _| (cdb[0] == 0x5D).then_some(NOT_SO);
    let no_flush: Refusal = |cdb, _| (cdb[0] == 0x35).then_some(Sense::new(3, 0x0C, 0));
    let unwritable = || vec![Fault { sectors: 40..41, trouble: Trouble::Unwritable }];
    let no_text = Manners { takes_cd_text: false, ..Manners::default() };
    let mut titled = audio(&[400]);
    titled.cd_text.set(0, Field::Title, "A");
    let (cd, dvd, by) = (audio(&[400]), rows(640), |mode| BurnWish { mode: Some(mode), ..BurnWish::default() });
    let untouched = AfterFailure::Untouched;
    let cases = [
        (
            device(CdR, Manners::default(), unwritable()),
            never,
            &cd,
            by(Mode::SessionAtOnce),
            "write",
            "could not be written: WRITE (10)",
            AfterFailure::Spoilt,
        ),
        (
            device(BdRe, Manners::default(), unwritable()),
            never,
            &dvd,
            by(Mode::Overwrite),
            "write",
            "(3/0C/00)",
            AfterFailure::Reusable,
        ),
        (
            device(BdRe, Manners::default(), Vec::new()),
            no_power_to_format,
            &dvd,
            by(Mode::Overwrite),
            "command",
            "formatting the disc: ",
            AfterFailure::Reusable,
        ),
        (
            device(DvdPlusR, Manners::default(), Vec::new()),
            no_flush,
            &dvd,
            by(Mode::Sequential),
            "command",
            "what is left in the drive's buffer",
            AfterFailure::Spoilt,
        ),
        (device(CdR, no_text, Vec::new()), never, &titled, by(Mode::SessionAtOnce), "CD-TEXT", "and refuses it", untouched),
        (
            device(CdR, Manners::default(), Vec::new()),
            no_layout,
            &titled,
            by(Mode::SessionAtOnce),
            "cue sheet",
            "does not take the layout of this disc",
            untouched,
        ),
        (
            device(CdR, Manners::default(), Vec::new()),
            no_raw,
            &cd,
            by(Mode::Raw),
            "raw form",
            "does not take raw sectors",
            untouched,
        ),
    ];
    for (mut device, refuses, disc, wish, kind, words, state) in cases {
        let plan = planned(disc, &look_at_blank(&mut device).unwrap(), &wish).unwrap();
        let (error, after) = fail(&mut Refusing(device, refuses), disc, plan, on());
        assert!(kind_of(&error) == kind && error.to_string().contains(words), "{kind}: {error}");
        assert_eq!(after, state, "{kind}: {error}");
    }
}

/// Between the plan and the burn somebody has written on the disc: what was planned can't lie where it should.
#[test]
fn a_disc_that_is_another_than_it_was_is_not_written() {
    let plan =
        planned(&rows(64), &look_at_blank(&mut device(DvdPlusR, Manners::default(), Vec::new())).unwrap(), &BurnWish::default());
    let open = BurnWish { close: Close::Session, ..BurnWish::default() };
    let mut device = written(DvdPlusR, &rows(64), open);
    let before = look_at_blank(&mut device).unwrap();
    let (error, after) = fail(&mut device, &rows(64), plan.unwrap(), on());
    assert_eq!((kind_of(&error), after), ("place", AfterFailure::Untouched));
    assert_eq!(error.to_string(), format!("the drive would write at sector {} instead of 0", before.next_writable));
    get_ready(&mut device);
    assert_eq!(look_at_blank(&mut device).unwrap(), before);
}

/// It is called off in the lead-in, once that has begun.
#[test]
fn who_calls_it_off_in_the_lead_in_has_lost_the_disc() {
    let mut titled = audio(&[400]);
    titled.cd_text.set(0, Field::Title, "A");
    for (kind, state) in [(CdR, AfterFailure::Spoilt), (CdRw, AfterFailure::Reusable)] {
        let mut device = device(kind, Manners::default(), Vec::new());
        let plan = planned(&titled, &look_at_blank(&mut device).unwrap(), &BurnWish::default()).unwrap();
        let mut far = 0;
        let tell = move |stage, _| {
            far += u32::from(stage == Stage::LeadIn);
            if far < 20 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let (error, after) = fail(&mut device, &titled, plan, Box::new(tell));
        assert_eq!((kind_of(&error), after), ("cancelled", state), "{}", kind.word());
    }
}

/// The source ends early: what is there is no disc.
#[test]
fn too_few_sectors_end_the_burn() {
    for (kind, state) in [(DvdPlusR, AfterFailure::Spoilt), (DvdRw, AfterFailure::Reusable)] {
        let mut device = device(kind, Manners::default(), Vec::new());
        let plan = planned(&rows(640), &look_at_blank(&mut device).unwrap(), &BurnWish::default()).unwrap();
        let mut recorder = Recorder::begin(&mut device, plan, on()).unwrap();
        recorder.write(&vec![0; 400 * 2048]).unwrap();
        let error = recorder.finish().unwrap_err();
        assert_eq!(BurnError::of(&error).map(kind_of), Some("unexpected"), "{error}");
        assert_eq!(recorder.abandon(), state, "{}", kind.word());
    }
}
