//! The form without a window: what lies in a recorder and what was chosen go in, and what would come of it comes out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::AudioForm;
use super::form::{BurnForm, From};
use super::prospect::Verdict;
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
use crate::drive::mmc::DiscState;
use crate::drive::recorder::{AfterFailure, BurnError, CannotBurn, Close, Erase, Kind, Mode, Offers, Recordable, Stage};
use crate::image::{ExtentReader, Image, by_name};
use crate::job::{
    AudioDisc, BurnFault, BurnNews, BurnPicture, BurnReport, BurnTask, BurnedDisc, CloseTask, DiscReport, Event, JobError, JobId,
    Level, OpenReport, Outcome, Phase, Progress, Task, Verified,
};
use crate::ui::state::State;
use crate::ui::work::Stage as JobStage;
use crate::virtual_drive::BlankKind;

/// A state with a disc of so many sectors open.
fn state(medium: Medium, mode: TrackMode, sectors: u32) -> State {
    showing(Disc::new(medium, vec![Track::new(1, mode, Lba(0), sectors)]))
}

/// A state with this disc open.
fn showing(disc: Disc) -> State {
    let mut state = State::default();
    let reader = Arc::new(ExtentReader::new(disc, Vec::new()).unwrap());
    let format = by_name("iso").unwrap();
    let image = Image { path: "a.iso".into(), format, reader, files: vec![], warnings: vec![], promises: vec![] };
    state.submitted(Instant::now(), JobId(1), &Task::Open { path: "a.iso".into(), password: None });
    let report = OpenReport { image, password: None, advice: Vec::new() };
    state.on_opener_event(Event::Ended(JobId(1), Box::new(Ok(Outcome::Opened(vec![report])))));
    state
}

fn disc(kind: Kind, state: DiscState) -> Recordable {
    let speed = |write| crate::drive::mmc::WriteSpeed { sectors: 1, read: write, write };
    let offers = Offers {
        modes: vec![Mode::SessionAtOnce, Mode::TrackAtOnce],
        simulates: vec![Mode::SessionAtOnce],
        underrun_protection: true,
        raw_sessions: false,
        subchannel: true,
    };
    let blank = state == DiscState::Blank;
    Recordable {
        kind,
        state,
        capacity: 359_847,
        free: if blank { 359_847 } else { 0 },
        next_writable: Lba(0),
        sessions: u16::from(!blank),
        last_track: u16::from(!blank),
        open_session: false,
        atip: None,
        formatted: false,
        formats: Vec::new(),
        speeds: vec![speed(8467), speed(2822)],
        layer_0: None,
        offers,
    }
}

/// This lies in that recorder.
fn put(state: &mut State, id: u64, drive: &str, disc: Recordable) {
    state.submitted(Instant::now(), JobId(id), &Task::LookAtBlank(drive.to_owned()));
    state.on_opener_event(Event::Ended(JobId(id), Box::new(Ok(Outcome::Blank(Box::new(disc))))));
}

fn form(state: &State, drives: &[&str]) -> BurnForm {
    let mut form = BurnForm::new(From::Disc(state.images[0].id), state);
    form.recorders = drives.iter().map(|&drive| drive.to_owned()).collect();
    form.refresh(state);
    form
}

fn burn_task(form: &BurnForm, state: &State) -> crate::job::BurnTask {
    match form.tasks(state).remove(0) {
        Task::Burn(task) => *task,
        _ => panic!("a form for burning asks for a burn"),
    }
}

#[test]
fn what_stands_against_a_burn_is_said_one_thing_after_another() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    assert_eq!(form(&state, &[]).obstacle(&state).unwrap(), "Choose a recorder.");
    let asked = form(&state, &["/dev/sr0"]);
    assert_eq!(asked.obstacle(&state).unwrap(), "The drive is being asked what lies in it.");
    put(&mut state, 2, "/dev/sr0", disc(Kind::CdR, DiscState::Blank));
    assert!(asked.is_stale(&state));
    let ready = form(&state, &["/dev/sr0"]);
    assert_eq!(ready.obstacle(&state), None);
    assert_eq!(ready.promise(&state), "Burn the CD-R");
    put(&mut state, 3, "/dev/sr0", disc(Kind::CdR, DiscState::Complete));
    let finished = form(&state, &["/dev/sr0"]);
    assert_eq!(finished.obstacle(&state).unwrap(), "The CD-R is finished, and can't be erased: use a blank one.");
    let mut nothing = form(&state, &["/dev/sr0"]);
    nothing.take(From::Nothing, &state);
    assert_eq!(nothing.obstacle(&state).unwrap(), "Choose what to burn.");
}

#[test]
fn what_is_too_long_says_how_much_too_long() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 400_000);
    put(&mut state, 2, "/dev/sr0", disc(Kind::CdR, DiscState::Blank));
    let form = form(&state, &["/dev/sr0"]);
    assert!(matches!(form.facts().prospects[0].verdict, Verdict::Cannot(_)));
    assert!(form.obstacle(&state).unwrap().starts_with("It does not fit: "));
}

#[test]
fn what_is_on_a_rewritable_disc_goes_only_after_a_question() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    put(&mut state, 2, "/dev/sr0", disc(Kind::CdRw, DiscState::Complete));
    let mut form = form(&state, &["/dev/sr0"]);
    assert!(form.obstacle(&state).unwrap().contains("erase it first"));
    form.erase = Some(Erase::Quick);
    form.refresh(&state);
    assert_eq!(form.obstacle(&state), None);
    assert_eq!(form.replaced(), [("/dev/sr0".to_owned(), Kind::CdRw)]);
    assert_eq!(burn_task(&form, &state).wish.erase, Some(Erase::Quick));
    form.simulate = true;
    assert!(form.replaced().is_empty(), "a simulation takes nothing away");
}

#[test]
fn several_recorders_are_offered_what_all_of_them_can_do() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    put(&mut state, 2, "/dev/sr0", disc(Kind::CdR, DiscState::Blank));
    let slow = Recordable { speeds: vec![disc(Kind::CdR, DiscState::Blank).speeds[1]], ..disc(Kind::CdR, DiscState::Blank) };
    put(&mut state, 3, "/dev/sr1", slow);
    let mut both = form(&state, &["/dev/sr0", "/dev/sr1"]);
    assert_eq!(both.facts().speeds, [(2822, "16×".to_owned())]);
    assert_eq!(both.facts().modes, [Mode::SessionAtOnce, Mode::TrackAtOnce]);
    both.copies = 3;
    both.speed = Some(2822);
    assert_eq!(both.promise(&state), "Burn 6 discs");
    let tasks = both.tasks(&state);
    let drives: Vec<&str> = tasks
        .iter()
        .filter_map(|task| match task {
            Task::Burn(task) => Some(task.drive.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(drives, ["/dev/sr0", "/dev/sr1"], "one job each");
    assert_eq!(burn_task(&both, &state).wish.speed, Some(2822));
}

#[test]
fn what_was_chosen_for_another_disc_is_taken_back() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    put(&mut state, 2, "/dev/sr0", disc(Kind::CdR, DiscState::Blank));
    let mut form = form(&state, &["/dev/sr0"]);
    (form.mode, form.speed, form.simulate) = (Some(Mode::TrackAtOnce), Some(8467), true);
    state.ahead.forget("/dev/sr0");
    form.refresh(&state);
    assert_eq!((form.mode, form.speed), (Some(Mode::TrackAtOnce), Some(8467)), "nobody knows yet what comes next");
    let mut other = Recordable { speeds: vec![disc(Kind::CdR, DiscState::Blank).speeds[1]], ..disc(Kind::CdR, DiscState::Blank) };
    (other.offers.modes, other.offers.simulates) = (vec![Mode::SessionAtOnce], Vec::new());
    put(&mut state, 3, "/dev/sr0", other);
    form.refresh(&state);
    assert_eq!((form.mode, form.speed, form.simulate, form.obstacle(&state)), (None, None, false, None));
}

#[test]
fn cd_text_is_a_choice_where_there_is_some_and_no_loss_where_it_is_not_wanted() {
    let mut titled = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Audio, Lba(0), 40_000)]);
    titled.cd_text.set(1, crate::disc::cd_text::Field::Title, "A");
    let mut state = showing(titled);
    let mut deaf = disc(Kind::CdR, DiscState::Blank);
    deaf.offers.subchannel = false;
    put(&mut state, 2, "/dev/sr0", deaf);
    let mut form = form(&state, &["/dev/sr0"]);
    assert!(form.facts().cd_text && form.obstacle(&state).unwrap().starts_with("Not everything can be written"));
    form.cd_text = false;
    form.refresh(&state);
    assert_eq!((form.obstacle(&state), form.facts().losses.len()), (None, 0));
    assert!(burn_task(&form, &state).wish.without_cd_text);
    let plain = self::state(Medium::Cd, TrackMode::Mode1, 40_000);
    assert!(!self::form(&plain, &[]).facts().cd_text);
}

#[test]
fn while_files_are_measured_that_is_told_and_the_choice_of_cd_text_stays() {
    let mut titled = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Audio, Lba(0), 40_000)]);
    titled.cd_text.set(1, crate::disc::cd_text::Field::Title, "A");
    let made = AudioDisc { reader: Arc::new(ExtentReader::new(titled, Vec::new()).unwrap()), notes: Vec::new() };
    let (mut state, mut audio) = (State::default(), AudioForm::new(vec!["a.wav".into()]));
    state.submitted(Instant::now(), JobId(1), &Task::LayOut(audio.list.clone()));
    state.on_opener_event(Event::Ended(JobId(1), Box::new(Ok(Outcome::LaidOut(made)))));
    let mut form = BurnForm::new(From::Audio(audio.clone()), &state);
    assert!(form.facts().cd_text);
    audio.list.level = true;
    state.submitted(Instant::now(), JobId(2), &Task::LayOut(audio.list.clone()));
    let half = Progress { phase: Phase::Measure, done: 1, total: 2, rate: 0.0, eta: None, track: None };
    state.on_opener_event(Event::Progress(JobId(2), half));
    form.from = From::Audio(audio);
    form.refresh(&state);
    assert_eq!((form.facts().cd_text, state.ahead.measured()), (true, Some(0.5)));
}

#[test]
fn a_disc_in_a_drive_is_copied_in_one_recorder_and_with_another_disc_in_the_same_drive() {
    let mut state = State::default();
    let disc_in = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 40_000)]);
    let reader = Arc::new(ExtentReader::new(disc_in, Vec::new()).unwrap());
    let path = std::path::PathBuf::from("drive:/dev/sr0");
    let image =
        Image { path: path.clone(), format: by_name("iso").unwrap(), reader, files: vec![], warnings: vec![], promises: vec![] };
    state.submitted(Instant::now(), JobId(1), &Task::Open { path, password: None });
    let report = OpenReport { image, password: None, advice: Vec::new() };
    state.on_opener_event(Event::Ended(JobId(1), Box::new(Ok(Outcome::Opened(vec![report])))));
    let same = form(&state, &["/dev/sr0"]);
    assert_eq!((same.obstacle(&state), same.facts().prospects[0].verdict.clone()), (None, Verdict::Open));
    assert_eq!(same.promise(&state), "Copy it to the disc");
    put(&mut state, 2, "/dev/sr1", disc(Kind::CdR, DiscState::Blank));
    put(&mut state, 3, "/dev/sr2", disc(Kind::CdR, DiscState::Blank));
    assert_eq!(form(&state, &["/dev/sr1"]).obstacle(&state), None);
    let two = form(&state, &["/dev/sr1", "/dev/sr2"]);
    assert!(two.obstacle(&state).unwrap().starts_with("One recorder at a time can copy from a drive"));
}

#[test]
fn a_recorder_in_software_keeps_its_disc_in_a_format_that_holds_it() {
    let state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    let mut form = form(&state, &[]);
    form.in_software = true;
    form.keep = " out/a.cue ".to_owned();
    form.refresh(&state);
    let task = burn_task(&form, &state);
    assert_eq!((task.drive.as_str(), task.keep.as_deref()), ("blank:cd-r", Some(std::path::Path::new("out/a.cue"))));
    assert_eq!(form.keep_name(&state), "a burned.cue");
    form.blank = BlankKind::DvdPlusR;
    assert_eq!(form.keep_name(&state), "a burned.iso");
    form.recorders = vec!["/dev/sr0".to_owned()];
    assert_eq!(burn_task(&form, &state).keep, None, "a drive keeps nothing");
}

/// A burn of the open image that has begun to write.
fn burning(state: &mut State) -> Instant {
    let now = Instant::now();
    put(state, 2, "/dev/sr0", disc(Kind::CdR, DiscState::Blank));
    let task = BurnTask { eject: true, ..BurnTask::new(std::path::PathBuf::from("a.iso"), "/dev/sr0") };
    state.submitted(now, JobId(9), &Task::Burn(Box::new(task)));
    state.on_event(now, Event::Started(JobId(9)));
    tell(state, now, Phase::Check, 100, 100);
    tell(state, now, Phase::Burn, 30, 100);
    let picture = BurnPicture {
        copy: 1,
        copies: 1,
        kind: Kind::CdR,
        mode: Mode::SessionAtOnce,
        simulated: false,
        stage: Stage::Writing,
        ring: Level { used: 60, size: 64 },
        drive: None,
        written: 30,
        total: 100,
    };
    state.on_event(now, Event::Burn(JobId(9), BurnNews::Goes(picture)));
    now
}

fn tell(state: &mut State, now: Instant, phase: Phase, done: u64, total: u64) {
    let progress = Progress { phase, done, total, rate: 5e6, eta: None, track: None };
    state.on_event(now, Event::Progress(JobId(9), progress));
}

fn end(state: &mut State, result: Result<Outcome, JobError>) {
    state.on_event(Instant::now() + Duration::from_secs(1), Event::Ended(JobId(9), Box::new(result)));
}

#[test]
fn a_burn_has_its_recorder_to_itself_and_its_drive_is_asked_anew_when_it_ends() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    burning(&mut state);
    let job = &state.jobs[0];
    assert_eq!((job.title().as_str(), job.phase().as_str()), ("Burn a.iso in /dev/sr0", "Burning"));
    assert!(job.makes() && job.rates.len() == 1, "the graph begins with the writing");
    assert_eq!(state.busy_drives(), ["/dev/sr0"]);
    let other = form(&state, &["/dev/sr0"]);
    assert_eq!(other.obstacle(&state).unwrap(), "/dev/sr0 is busy: Burn a.iso in /dev/sr0.");
    let (kind, mode, verified) = (Kind::CdR, Mode::SessionAtOnce, Verified::Equal);
    let disc = BurnedDisc { kind, mode, simulated: false, verified, bytes: 100, seconds: 2.0, lowest: 0.9 };
    let report = BurnReport { discs: vec![disc], losses: vec![], notes: vec![], kept: vec![], ejected: false, seconds: 3.0 };
    end(&mut state, Ok(Outcome::Burned(Box::new(report))));
    let JobStage::Done(done) = &state.jobs[0].stage else { panic!("it is done") };
    assert!(done.words.starts_with("Burned and verified.") && done.words.ends_with("The drive did not eject the disc."));
    assert!(state.written && state.ahead.recorder("/dev/sr0").is_none());
}

#[test]
fn a_disc_is_closed_and_is_asked_how_it_is_afterwards() {
    let mut state = State::default();
    let now = Instant::now();
    let task = CloseTask { drive: "/dev/sr0".into(), close: Close::Disc, eject: false };
    state.submitted(now, JobId(9), &Task::Close(task));
    state.on_event(now, Event::Started(JobId(9)));
    tell(&mut state, now, Phase::Close, 32_768, 65_536);
    let job = &state.jobs[0];
    assert_eq!((job.title().as_str(), job.phase().as_str(), job.part()), ("Close the disc in /dev/sr0", "Closing the disc", 0.5));
    assert_eq!(state.busy_drives().first().map(String::as_str), Some("/dev/sr0"));
    end(&mut state, Ok(Outcome::Closed(DiscReport { kind: Kind::CdR, ejected: false, seconds: 20.0 })));
    let JobStage::Done(done) = &state.jobs[0].stage else { panic!("it is done") };
    assert_eq!((done.words.as_str(), state.written), ("The CD-R is closed. Took 20 s.", true));
}

#[test]
fn who_is_elsewhere_hears_once_that_a_disc_has_to_be_put_in() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    let now = burning(&mut state);
    (0..3).for_each(|seconds| tell(&mut state, now, Phase::Wait, seconds, 0));
    let asked = "Waiting: put a disc to write on into the drive".to_owned();
    let title = || "Burn a.iso in /dev/sr0".to_owned();
    assert_eq!(state.news, [(title(), asked)]);
    // The disc that was put in is another than it should be.
    let why = CannotBurn::Finished(Kind::CdR).to_string();
    state.on_event(now, Event::Burn(JobId(9), BurnNews::OtherDisc(why)));
    (0..3).for_each(|seconds| tell(&mut state, now, Phase::Wait, seconds, 0));
    let asked = "Put another disc in: the CD-R is finished, and can't be erased: use a blank one";
    assert_eq!((state.news.len(), &state.news[1]), (2, &(title(), asked.to_owned())));
    tell(&mut state, now, Phase::Prepare, 0, 0);
    assert_eq!(state.jobs[0].phase(), "Getting the disc ready");
}

#[test]
fn a_failed_burn_says_what_happened_and_what_the_disc_is_now() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    burning(&mut state);
    let fault = BurnFault::Failed { error: BurnError::Stuck(Stage::Closing), kind: Kind::CdR, after: AfterFailure::Spoilt };
    end(&mut state, Err(JobError::Burn { name: "/dev/sr0".into(), error: Box::new(fault) }));
    let notice = &state.notices[0];
    assert_eq!(notice.happened, "Writing in /dev/sr0 has failed: closing the disc: the drive did not get ready in time.");
    assert_eq!(notice.means, "The disc can't be used any more. The source is unharmed.");
    assert!(!notice.try_this.is_empty() && notice.technical.contains("/dev/sr0"));
}

#[test]
fn a_burn_that_was_called_off_says_what_is_left_and_is_no_error() {
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    burning(&mut state);
    let fault = BurnFault::Cancelled { kind: Kind::CdR, after: AfterFailure::Spoilt };
    end(&mut state, Err(JobError::Burn { name: "/dev/sr0".into(), error: Box::new(fault) }));
    assert!(matches!(state.jobs[0].stage, JobStage::Cancelled) && state.notices.is_empty());
    assert_eq!(state.jobs[0].cancelled(), "Cancelled. The disc can't be used any more.");
}

#[test]
fn the_levels_between_source_and_laser_are_told_in_words() {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;
    let mut state = state(Medium::Cd, TrackMode::Mode1, 40_000);
    burning(&mut state);
    let mut harness = Harness::builder()
        .with_size([900.0, 60.0])
        .build_ui_state(|ui, state: &mut State| super::card::levels(ui, &state.jobs[0]), state);
    harness.run();
    assert!(harness.query_by_label("Ring: 94 % of 64 bytes").is_some());
    assert!(harness.query_by_label_contains("The drive does not say").is_some());
    assert!(harness.query_by_label_contains("CD-R, session at once · 30 bytes of 100 bytes").is_some());
}
