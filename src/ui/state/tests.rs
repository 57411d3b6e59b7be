//! The state without a window, without threads, without files: events go in, and what would be shown comes out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::disc::{Disc, Lba, Track, TrackMode};
use crate::image::{ExtentReader, by_name};
use crate::job::{ConvertReport, ConvertTask, Findings, Phase};

fn report(name: &str, tracks: u8) -> OpenReport {
    let track = |n: u8| Track::new(n, TrackMode::Audio, Lba(i32::from(n - 1) * 1000), 1000);
    let disc = Disc::new(Medium::Cd, (1..=tracks).map(track).collect());
    let reader = Arc::new(ExtentReader::new(disc, Vec::new()).unwrap());
    let image = Image {
        path: name.into(),
        format: by_name("iso").unwrap(),
        reader,
        files: vec![name.into()],
        warnings: vec![],
        promises: vec![],
    };
    OpenReport { image, password: None, advice: Vec::new() }
}

fn ended(id: u64, result: Result<Outcome, JobError>) -> Event {
    Event::Ended(JobId(id), Box::new(result))
}

fn opened(state: &mut State, id: u64, name: &str) {
    state.submitted(Instant::now(), JobId(id), &Task::Open { path: name.into(), password: None });
    state.on_opener_event(ended(id, Ok(Outcome::Opened(vec![report(name, 3)]))));
}

fn progress(phase: Phase, done: u64, rate: f64) -> Progress {
    Progress { phase, done, total: 100, rate, eta: None, track: Some(2) }
}

#[test]
fn what_is_opened_is_shown_and_remembered_once() {
    let mut state = State::default();
    opened(&mut state, 1, "a.iso");
    opened(&mut state, 2, "b.iso");
    opened(&mut state, 3, "a.iso");
    assert_eq!(state.images.len(), 2);
    assert_eq!(state.shown().map(OpenImage::name).as_deref(), Some("a.iso"));
    assert_eq!(state.settings.recent.iter().map(|r| file_name(&r.path)).collect::<Vec<_>>(), ["a.iso", "b.iso"]);
    assert_eq!(state.settings.recent[0].note, "CD · 3 tracks · 0:40");
    assert!(state.opening.is_empty());
}

#[test]
fn closing_the_shown_image_shows_its_neighbour() {
    let mut state = State::default();
    for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
        opened(&mut state, id, name);
    }
    let shown = |state: &State| state.shown().map(OpenImage::name);
    let first = state.images[0].id;
    state.close(state.current.unwrap());
    assert_eq!(shown(&state).as_deref(), Some("b"));
    state.close(first);
    assert_eq!(shown(&state).as_deref(), Some("b"));
    state.close(state.current.unwrap());
    assert_eq!(shown(&state), None);
}

#[test]
fn what_can_not_be_opened_is_said_in_three_sentences_and_not_offered_again() {
    let mut state = State::default();
    state.settings.remember(Recent { path: "gone.iso".into(), note: String::new(), thumbnail: Thumbnail::default() });
    state.submitted(Instant::now(), JobId(1), &Task::Open { path: "gone.iso".into(), password: None });
    let error = crate::image::open(Path::new("gone.iso"), crate::image::Limits::default()).map(drop).unwrap_err();
    state.on_opener_event(ended(1, Err(JobError::Image(error))));
    assert!(state.settings.recent.is_empty());
    let [notice] = state.notices.as_slice() else { panic!("one notice") };
    assert_eq!(notice.happened, "“gone.iso” is not there.");
    assert!(!notice.means.is_empty() && !notice.try_this.is_empty() && notice.technical.contains("gone.iso"));
    let id = notice.id;
    state.dismiss(id);
    assert!(state.notices.is_empty());
}

fn locked(id: u64, name: &str, fault: Fault) -> Event {
    ended(id, Err(JobError::Image(image::Error { path: name.into(), at: image::At::File, fault })))
}

#[test]
fn the_password_of_an_image_is_asked_for_and_stays_with_it() {
    let mut state = State::default();
    let task = |password| Task::Open { path: "a.iso".into(), password };
    state.submitted(Instant::now(), JobId(1), &task(None));
    state.on_opener_event(locked(1, "a.iso", Fault::PasswordMissing));
    let asked = |wrong, trying| vec![Locked { path: "a.iso".into(), wrong, trying }];
    assert_eq!((state.locked.clone(), state.notices.len()), (asked(false, false), 0));
    state.trying(Path::new("a.iso"));
    assert_eq!(state.locked, asked(false, true));
    state.submitted(Instant::now(), JobId(2), &task(Some("guess".into())));
    state.on_opener_event(locked(2, "a.iso", Fault::PasswordWrong));
    assert_eq!((state.locked.clone(), state.notices.len()), (asked(true, false), 0), "asked again, and told why");
    state.submitted(Instant::now(), JobId(3), &task(Some("secret".into())));
    let report = OpenReport { password: Some("secret".into()), ..report("a.iso", 3) };
    state.on_opener_event(ended(3, Ok(Outcome::Opened(vec![report]))));
    assert!(state.locked.is_empty());
    let secret = Some(Password::from("secret"));
    assert_eq!(
        (state.shown().unwrap().password.clone(), state.password_of(Path::new("a.iso"))),
        (secret.clone(), secret.as_ref())
    );
    assert!(!state.settings.to_text().contains("secret"), "it is never written down");
    state.submitted(Instant::now(), JobId(4), &Task::Open { path: "b.iso".into(), password: None });
    state.on_opener_event(locked(4, "b.iso", Fault::PasswordMissing));
    state.leave_locked(Path::new("b.iso"));
    assert!(state.locked.is_empty() && state.notices.is_empty());
}

/// What was encrypted a moment ago is opened without a question.
#[test]
fn the_password_of_what_was_made_is_known() {
    let mut state = State::default();
    opened(&mut state, 1, "a.iso");
    let mut task = ConvertTask { format: Some("iso"), ..ConvertTask::new("a.iso", "b.iso") };
    task.tuning.password = Some("secret".into());
    state.submitted(Instant::now(), JobId(9), &Task::Convert(Box::new(task)));
    let outputs = vec![PathBuf::from("b.iso")];
    let report = ConvertReport { outputs, verified: true, losses: vec![], worths: Default::default(), bytes: 1, seconds: 0.1 };
    state.on_event(Instant::now(), ended(9, Ok(Outcome::Converted(report))));
    let made = std::path::absolute("b.iso").unwrap();
    assert_eq!(state.password_of(&made).map(Password::as_str), Some("secret"));
}

fn converting(state: &mut State) -> Instant {
    let begun = Instant::now();
    let task = ConvertTask { format: Some("iso"), ..ConvertTask::new("a.iso", "b.iso") };
    state.submitted(begun, JobId(9), &Task::Convert(Box::new(task)));
    begun
}

#[test]
fn a_conversion_goes_through_its_phases() {
    let mut state = State::default();
    opened(&mut state, 1, "a.iso");
    let begun = converting(&mut state);
    assert_eq!((state.jobs[0].phase().as_str(), state.running()), ("Waiting for another job", 1));
    assert!(state.job_on(Path::new("a.iso")).is_some());
    state.on_event(begun, Event::Started(JobId(9)));
    assert_eq!(state.jobs[0].phase(), "Getting ready");
    let later = begun + Duration::from_secs(1);
    state.on_event(later, Event::Progress(JobId(9), progress(Phase::Copy, 50, 1e6)));
    assert_eq!((state.jobs[0].phase().as_str(), state.jobs[0].part()), ("Copying (1 of 2)", 0.25));
    state.paused(later, JobId(9), true);
    assert_eq!(state.jobs[0].phase(), "Paused");
    state.paused(later, JobId(9), false);
    state.on_event(later, Event::Progress(JobId(9), progress(Phase::Verify, 100, 1e6)));
    assert_eq!((state.jobs[0].phase().as_str(), state.jobs[0].part()), ("Comparing with the source (2 of 2)", 1.0));
    let report = ConvertReport {
        outputs: vec!["b.bin".into(), "b.cue".into()],
        verified: true,
        losses: vec![],
        worths: Default::default(),
        bytes: 7_056_000,
        seconds: 1.5,
    };
    state.on_event(later, ended(9, Ok(Outcome::Converted(report))));
    let Stage::Done(done) = &state.jobs[0].stage else { panic!("done") };
    assert_eq!(done.words, "Saved and verified. 3 tracks, no errors. 7.1 MB in 1.5 s.");
    assert_eq!((done.good, done.made.as_deref(), state.running()), (true, Some(Path::new("b.cue")), 0));
    let log: Vec<&str> = state.jobs[0].log.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(log.len(), 8, "{log:?}");
    assert_eq!(state.jobs[0].log[1].0, Duration::from_secs(1));
}

#[test]
fn a_cancelled_job_is_no_error_and_a_failed_one_is() {
    let mut state = State::default();
    let begun = converting(&mut state);
    state.on_event(begun, ended(9, Err(JobError::Cancelled)));
    assert!(matches!(state.jobs[0].stage, Stage::Cancelled) && state.notices.is_empty());
    // A word about a job that is over changes nothing.
    state.paused(begun, JobId(9), true);
    assert!(matches!(state.jobs[0].stage, Stage::Cancelled));
    state.jobs.clear();
    let begun = converting(&mut state);
    state.on_event(begun, ended(9, Err(JobError::Exists("b.iso".into()))));
    assert!(matches!(state.jobs[0].stage, Stage::Failed(_)));
    assert_eq!(state.notices[0].happened, "There is a file “b.iso” already, and it was not replaced.");
}

#[test]
fn what_verifying_found_stays_with_the_image() {
    let mut state = State::default();
    opened(&mut state, 1, "a.iso");
    let task = Task::Verify { source: "a.iso".into(), other: None, password: None };
    state.submitted(Instant::now(), JobId(2), &task);
    let findings = Findings { protected: 90, damaged: 1, repairable: 2, wrong_at: vec![Lba(17)], ..Findings::default() };
    let report = VerifyReport { source: "a.iso".into(), other: None, differences: vec![], findings, seconds: 0.1 };
    state.on_event(Instant::now(), ended(2, Ok(Outcome::Verified(report))));
    let Stage::Done(done) = &state.jobs[0].stage else { panic!("done") };
    assert!(!done.good);
    assert_eq!(done.words, "Errors: 2 sectors can be put right by error correction, 1 sector damaged beyond repair. Took 0.1 s.");
    assert_eq!(state.shown().unwrap().findings.as_ref().unwrap().findings.wrong_at, [Lba(17)]);
}

#[test]
fn a_long_job_keeps_a_graph_of_bounded_size() {
    let mut state = State::default();
    let begun = converting(&mut state);
    for n in 0..10_000 {
        state.on_event(begun, Event::Progress(JobId(9), progress(Phase::Copy, n / 100, 5e6)));
    }
    let rates = &state.jobs[0].rates;
    assert!((100..240).contains(&rates.len()), "{}", rates.len());
    assert!(rates.iter().all(|&rate| rate == 5e6));
}

#[test]
fn notices_do_not_pile_up() {
    let mut state = State::default();
    (0..20).for_each(|_| state.tell(Notice::default()));
    assert_eq!(state.notices.len(), 5);
}

fn rip() -> Task {
    let mut task = crate::job::RipTask::new("/dev/sr0", "out/a.cue");
    task.image.format = Some("cue");
    Task::Rip(Box::new(task))
}

fn picture(read: u32, bad: u32, answered: Instant) -> crate::job::RipPicture {
    let (parts, unreadable) = (Vec::new(), Vec::new());
    crate::job::RipPicture { parts, unreadable, sectors: 100, read, bad, waiting: 0, answered }
}

#[test]
fn a_rip_keeps_its_drive_and_can_go_on_where_it_ended() {
    let (mut state, now) = (State::default(), Instant::now());
    state.submitted(now, JobId(1), &rip());
    assert_eq!(state.busy_drives(), ["/dev/sr0"]);
    assert_eq!(state.jobs[0].title(), "Save the disc in /dev/sr0 as BIN/CUE");
    state.on_event(now, Event::Started(JobId(1)));
    state.on_event(now, Event::Progress(JobId(1), progress(Phase::Trim, 30, 1e6)));
    state.on_event(now, Event::Rip(JobId(1), Box::new(picture(50, 2, now))));
    let job = &state.jobs[0];
    assert_eq!((job.phase().as_str(), job.part()), ("Trimming the edges of errors", 0.4));
    assert_eq!(job.silence(now + Duration::from_secs(3)), Some(Duration::from_secs(3)));
    assert!(job.makes());
    state.paused(now, JobId(1), true);
    assert!(state.jobs[0].silence(now).is_none() && !state.jobs[0].makes());
    // A cable.
    let error = crate::job::DriveError::Open(crate::drive::transport::OpenError::Gone);
    state.on_event(now, ended(1, Err(JobError::Drive { name: "/dev/sr0".into(), error })));
    assert!(state.jobs[0].goes_on && state.busy_drives().is_empty());
    assert_eq!(state.notices[0].means, "What was read stays in “a.rip”; saving under the same name goes on there.");
    assert_eq!(state.news.len(), 1);
    // The user's own word is no news.
    state.submitted(now, JobId(2), &rip());
    state.on_event(now, ended(2, Err(JobError::Cancelled)));
    assert!(state.jobs[0].goes_on && state.news.len() == 1);
    // What is wrong with the order would be wrong again.
    state.submitted(now, JobId(3), &rip());
    state.on_event(now, ended(3, Err(JobError::Exists("out/a.log".into()))));
    assert!(!state.jobs[0].goes_on);
}

#[test]
fn what_became_of_a_disc_is_not_shown_of_the_next_one_in_its_drive() {
    let (mut state, now) = (State::default(), Instant::now());
    let open = |state: &mut State, id, tracks| {
        let path = "drive:/dev/sr0";
        state.submitted(now, JobId(id), &Task::Open { path: path.into(), password: None });
        state.on_opener_event(ended(id, Ok(Outcome::Opened(vec![report(path, tracks)]))));
    };
    open(&mut state, 1, 3);
    state.submitted(now, JobId(1), &rip());
    state.on_event(now, Event::Rip(JobId(1), Box::new(picture(50, 2, now))));
    assert_eq!(state.rip_of(state.shown().unwrap()).map(|picture| picture.bad), Some(2));
    assert_eq!((state.jobs[0].tracks, state.jobs[0].single_speed), (3, Some(job::single_speed(Medium::Cd))));
    open(&mut state, 2, 4);
    assert_eq!(state.rip_of(state.shown().unwrap()), None);
}
