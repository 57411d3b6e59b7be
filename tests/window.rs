//! The window, without a display: real widgets are found by the names that a screen reader would say, and pressed.
#![cfg(feature = "gui")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use spindle::ui::{App, Settings};

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn window(paths: Vec<PathBuf>) -> Harness<'static, App> {
    let app = App::new(Settings::default(), None, paths);
    let frame = |ui: &mut egui::Ui, app: &mut App| {
        app.collect(ui.ctx());
        app.draw(ui);
    };
    Harness::builder().with_size([1280.0, 900.0]).build_ui_state(frame, app)
}

/// Draws until it is so; a window that never gets there fails the test.
fn until(harness: &mut Harness<'_, App>, what: &str, so: impl Fn(&Harness<'_, App>) -> bool) {
    let begun = Instant::now();
    loop {
        harness.run_ok();
        if so(harness) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the window never came to this: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn shows(label: &'static str) -> impl Fn(&Harness<'_, App>) -> bool {
    move |harness| harness.query_all_by_label_contains(label).next().is_some()
}

/// A file that reads as a data disc: sectors with the descriptor of an ISO 9660 volume in the place where it belongs.
fn iso(folder: &Path) -> PathBuf {
    let mut bytes = vec![0; 40 * 2048];
    bytes[16 * 2048..][..7].copy_from_slice(b"\x01CD001\x01");
    bytes[17 * 2048..][..7].copy_from_slice(b"\xffCD001\x01");
    let path = folder.join("holiday.iso");
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A mixed disc: data and audio, so that formats of one track lose something.
fn mixed(folder: &Path) -> PathBuf {
    std::fs::write(folder.join("mixed.bin"), vec![0; 400 * 2352]).unwrap();
    let path = folder.join("mixed.cue");
    let sheet = "FILE mixed.bin BINARY\n TRACK 01 MODE1/2352\n INDEX 01 00:00:00\n TRACK 02 AUDIO\n INDEX 01 00:02:50\n";
    std::fs::write(&path, sheet).unwrap();
    path
}

fn open(harness: &mut Harness<'_, App>, path: PathBuf, showing: &'static str) {
    harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    until(harness, "the image is shown", shows(showing));
}

#[test]
fn a_dropped_image_is_shown_converted_and_proved() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(Vec::new());
    harness.run_ok();
    assert!(shows("Drop a disc image or a folder here")(&harness));
    open(&mut harness, iso(dir.path()), "Picture of the disc: CD, 1 data track");
    harness.get_by_label("Convert…").click();
    harness.run_ok();
    harness.get_by_label_contains("BIN/CUE: Keeps everything").click();
    harness.run_ok();
    let promise = "Save as BIN/CUE, about 94 kB";
    harness.get_by_label(promise).click();
    until(&mut harness, "the conversion is proved", shows("Saved and verified. 1 track, no errors."));
    assert!(harness.query_by_label(promise).is_none(), "the sheet is closed");
    let made = std::fs::metadata(dir.path().join("holiday.bin")).unwrap();
    assert_eq!(made.len(), 40 * 2352);
    harness.get_by_label("Open it").click();
    until(&mut harness, "the new image is shown", shows("Show holiday.cue"));
    assert_eq!(harness.state().state().images.len(), 2);
}

#[test]
fn a_loss_is_named_twice_and_needs_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![mixed(dir.path())]);
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    harness.get_by_label("Convert…").click();
    harness.run_ok();
    harness.get_by_label_contains("that lose something").click();
    harness.run_ok();
    harness.get_by_label_contains("ISO: Loses").click();
    harness.run_ok();
    assert!(shows("ISO can't keep:")(&harness));
    assert!(harness.query_all_by_label_contains("track 2 stays behind").count() >= 1);
    harness.get_by_label_contains("Save as ISO, about").click();
    harness.run_ok();
    assert!(shows("Save as ISO without these?")(&harness));
    harness.get_by_label("Go back").click();
    harness.run_ok();
    assert!(!shows("Save as ISO without these?")(&harness));
    assert!(!dir.path().join("mixed.iso").exists() && harness.state().state().jobs.is_empty());
    harness.get_by_label_contains("Save as ISO, about").click();
    harness.run_ok();
    harness.get_by_label("Save without them").click();
    until(&mut harness, "the conversion is proved", shows("Left out, as you chose: track 2 stays behind"));
    assert_eq!(std::fs::metadata(dir.path().join("mixed.iso")).unwrap().len(), 200 * 2048);
}

#[test]
fn one_press_leads_to_the_format_that_keeps_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![mixed(dir.path())]);
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    harness.get_by_label("Convert…").click();
    harness.run_ok();
    harness.get_by_label_contains("that lose something").click();
    harness.run_ok();
    harness.get_by_label_contains("ISO: Loses").click();
    harness.run_ok();
    harness.get_by_label_contains("Keep everything with").click();
    harness.run_ok();
    assert!(!shows("ISO can't keep:")(&harness));
    assert!(harness.query_by_label_contains("Save as ISO, about").is_none());
}

#[test]
fn an_error_says_what_happened_what_it_means_and_what_to_try() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("not a disc.cue");
    std::fs::write(&path, "FILE nowhere.bin BINARY\n TRACK 01 AUDIO\n INDEX 01 00:00:00\n").unwrap();
    let mut harness = window(vec![path]);
    until(&mut harness, "the error is shown", shows("“not a disc.cue” can't be opened: "));
    assert!(shows("Nothing was written.")(&harness) && shows("Check that all files of the image are there")(&harness));
    assert!(harness.query_by_label("Copy").is_none(), "the technical line is folded");
    harness.get_by_label("Details").click();
    harness.run_ok();
    let line = dir.path().join("not a disc.cue").display().to_string();
    assert!(harness.query_by_label_contains(&line).is_some(), "the technical line names the file");
    harness.get_by_label("Copy").click();
    harness.run_ok();
    harness.get_by_label("Dismiss").click();
    harness.run_ok();
    assert!(!shows("can't be opened")(&harness));
}

#[test]
fn checksums_are_shown_and_can_be_copied() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![iso(dir.path())]);
    until(&mut harness, "the image is shown", shows("Picture of the disc"));
    harness.get_by_label("Checksums").click();
    until(&mut harness, "the checksums are shown", shows("Copy all"));
    assert!(shows("SHA-1")(&harness));
    harness.get_by_label("Copy all").click();
    harness.step();
    let table = |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(text) if text.starts_with("track\tbytes"));
    let copied = harness.output().platform_output.commands.iter().any(table);
    assert!(copied, "the table is on the clipboard");
}

#[test]
fn verifying_tells_what_was_checked() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![iso(dir.path())]);
    until(&mut harness, "the image is shown", shows("Picture of the disc"));
    harness.get_by_label("Verify").click();
    until(&mut harness, "the image is verified", shows("40 sectors carry no error detection and were only read."));
}

#[test]
fn the_keyboard_reaches_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![mixed(dir.path())]);
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    harness.get_by_label("Tracks").focus();
    harness.run_ok();
    let selected = |harness: &Harness<'_, App>| harness.state().state().shown().and_then(|open| open.selected).map(|id| id.track);
    for (key, expected) in [
        (egui::Key::ArrowDown, 1),
        (egui::Key::ArrowDown, 2),
        (egui::Key::ArrowDown, 2),
        (egui::Key::Home, 1),
        (egui::Key::End, 2),
        (egui::Key::ArrowUp, 1),
    ] {
        harness.key_press(key);
        harness.run_ok();
        assert_eq!(selected(&harness), Some(expected), "{key:?}");
    }
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    harness.run_ok();
    assert!(shows("Save as")(&harness));
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    assert!(!shows("Save as")(&harness), "Esc closes the sheet");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::L);
    harness.run_ok();
    harness.get_by_label("File or folder").type_text(&mixed(dir.path()).display().to_string());
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    until(&mut harness, "the typed path is opened", |harness| {
        !shows("File or folder")(harness) && harness.state().state().opening.is_empty()
    });
    assert_eq!(harness.state().state().images.len(), 1, "opened again, not twice");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::W);
    harness.run_ok();
    assert!(harness.state().state().images.is_empty());
}

#[test]
fn every_interesting_thing_has_a_name_and_the_window_rests() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![mixed(dir.path())]);
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    for name in ["File", "Disc", "View", "Help", "Open…", "Convert…", "Verify", "Checksums", "Tracks"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
    for name in ["Track 1: Mode 1, starts at 0 (00:02:00)", "Track 2: Audio", "The disc from its first sector to its last"] {
        assert!(harness.query_by_label_contains(name).is_some(), "{name}");
    }
    // `run` fails when the window goes on asking to be drawn.
    harness.run();
}

#[test]
fn closing_asks_about_running_jobs_and_a_job_can_be_paused_and_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let path = iso(dir.path());
    // Nothing but a hole: long to read, and no room on the disk.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(8_000_000_000).unwrap();
    let mut harness = window(vec![path]);
    until(&mut harness, "the image is shown", shows("Picture of the disc"));
    harness.get_by_label("Checksums").click();
    until(&mut harness, "the job runs", shows("Jobs: 1 running"));
    harness.get_by_label("Pause: Checksums of holiday.iso").click();
    until(&mut harness, "the job rests", shows("Paused"));
    let viewport = harness.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    until(&mut harness, "the question stands", shows("Stop 1 running job and close?"));
    harness.get_by_label("Keep running").click();
    until(&mut harness, "the question is gone", |harness| !shows("Stop 1 running job")(harness));
    harness.get_by_label("Go on: Checksums of holiday.iso").click();
    until(&mut harness, "the job goes on", |harness| !shows("Paused")(harness));
    harness.get_by_label("Cancel: Checksums of holiday.iso").click();
    until(&mut harness, "the job has stopped", shows("Cancelled. Nothing unfinished was left behind."));
    harness.get_by_label("Clear finished").click();
    until(&mut harness, "the panel is gone", |harness| !shows("Jobs:")(harness));
}
