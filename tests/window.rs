//! The window, without a display: real widgets are found by the names that a screen reader would say, and pressed.
#![cfg(feature = "gui")]

#[path = "window/burning.rs"]
mod burning;
#[path = "window/drives.rs"]
mod drives;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
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
    window_with(Settings::default(), paths)
}

fn window_with(settings: Settings, paths: Vec<PathBuf>) -> Harness<'static, App> {
    let app = App::new(settings, None, paths);
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
        if begun.elapsed() > Duration::from_secs(30) {
            let labels: Vec<String> =
                harness.query_all_by(|node| node.label().is_some()).filter_map(|node| node.accesskit_node().label()).collect();
            panic!("the window never came to this: {what}; it shows {labels:#?}");
        }
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

/// A folder with a data disc, a mixed one, and a sheet whose sectors are gone.
fn shelf(folder: &Path) {
    iso(folder);
    mixed(folder);
    std::fs::write(folder.join("gone.cue"), "FILE nowhere.bin BINARY\n TRACK 01 AUDIO\n INDEX 01 00:00:00\n").unwrap();
}

fn drop_all(harness: &mut Harness<'_, App>, paths: &[PathBuf]) {
    for path in paths {
        harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
    }
}

fn press(harness: &mut Harness<'_, App>, label: &str) {
    // What is below the edge of a list can't be pressed by anybody.
    harness.get_by_label_contains(label).scroll_to_me();
    harness.run_ok();
    harness.get_by_label_contains(label).click();
    harness.run_ok();
}

fn choose(harness: &mut Harness<'_, App>, list: &str, value: &str) {
    for label in [list, value] {
        harness.get_by_label(label).scroll_to_me();
        harness.run_ok();
        harness.get_by_label(label).click();
        harness.run_ok();
    }
}

#[test]
fn a_dropped_folder_is_a_table_and_one_button_converts_it() {
    let dir = tempfile::tempdir().unwrap();
    shelf(dir.path());
    let mut harness = window(Vec::new());
    drop_all(&mut harness, &[dir.path().to_owned()]);
    until(&mut harness, "the table is shown", shows("Convert holiday.iso: CD · 1 track · ISO, 82 kB"));
    assert!(shows("3 discs")(&harness) && shows("1 can't be opened")(&harness));
    assert!(shows("Convert gone.cue: Can't be opened; the file “nowhere.bin”")(&harness), "a row says why");
    choose(&mut harness, "Convert to", "Nero: keeps everything");
    assert!(shows("Convert mixed.cue: CD · 2 tracks · BIN/CUE, 941 kB; Keeps everything")(&harness));
    // One of them is left out, and taken in again.
    press(&mut harness, "Convert holiday.iso");
    assert!(shows("Convert 1 disc to Nero, about ")(&harness));
    press(&mut harness, "Convert holiday.iso");
    press(&mut harness, "Convert 2 discs to Nero, about ");
    until(&mut harness, "all are done", shows("2 of 2 discs converted. Took"));
    assert!(shows("Convert mixed.cue: CD · 2 tracks · BIN/CUE, 941 kB; Saved and verified, ")(&harness));
    assert!(shows("There is nothing left to convert.")(&harness));
    for name in ["holiday.nrg", "mixed.nrg", "holiday.iso", "mixed.bin"] {
        assert!(dir.path().join(name).exists(), "{name}");
    }
    // Ticked once more they are passed over, because they are there.
    press(&mut harness, "Convert all");
    press(&mut harness, "Convert 2 discs to Nero, about ");
    until(&mut harness, "both are passed over", shows("0 of 2 discs converted, 2 passed over."));
    // Each can still be opened by itself.
    press(&mut harness, "Open mixed.cue");
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    press(&mut harness, "Show 3 discs");
    assert!(shows("Convert mixed.cue")(&harness));
    press(&mut harness, "Close 3 discs");
    assert!(shows("1 data track and 1 audio track")(&harness) && !shows("3 discs")(&harness));
    harness.run_ok();
}

#[test]
fn what_several_discs_lose_is_said_before_and_needs_a_word() {
    let dir = tempfile::tempdir().unwrap();
    shelf(dir.path());
    let mut harness = window(Vec::new());
    drop_all(&mut harness, &[dir.path().join("mixed.cue"), dir.path().join("holiday.iso")]);
    until(&mut harness, "the table is shown", shows("2 discs"));
    choose(&mut harness, "Convert to", "ISO: 1 would lose something");
    assert!(shows("ISO can't keep everything of 1 disc:")(&harness) && shows("• mixed.cue: track 2 stays behind")(&harness));
    assert!(shows("None of the chosen discs can become an image of this format.")(&harness), "the other is an ISO already");
    press(&mut harness, "Convert them all the same");
    press(&mut harness, "More options");
    press(&mut harness, "Delete each source");
    press(&mut harness, "Convert 1 disc to ISO, about 410 kB, then delete the sources");
    assert!(shows("Delete the sources of 1 disc?")(&harness));
    press(&mut harness, "Go back");
    assert!(!shows("Delete the sources")(&harness) && !dir.path().join("mixed.iso").exists());
    press(&mut harness, "Convert 1 disc to ISO");
    press(&mut harness, "Convert and delete");
    until(&mut harness, "it is done", shows("200 sectors damaged; source kept: the new image does not keep everything"));
    assert!(dir.path().join("mixed.bin").exists(), "what lost something is kept");
    choose(&mut harness, "Convert to", "Nero: keeps everything");
    press(&mut harness, "Convert all");
    press(&mut harness, "Convert 2 discs to Nero, about ");
    press(&mut harness, "Convert and delete");
    until(&mut harness, "both are done", shows("2 of 2 discs converted."));
    assert!(
        shows("source deleted")(&harness) && !dir.path().join("mixed.bin").exists() && !dir.path().join("mixed.cue").exists()
    );
    assert!(dir.path().join("mixed.nrg").exists() && dir.path().join("holiday.nrg").exists());
}

/// An encrypted image of this name.
fn encrypted(folder: &Path, name: &str, password: &str) -> PathBuf {
    use spindle::job::{Control, ConvertTask, Source, save};
    let image = spindle::image::open(&mixed(folder), spindle::image::Limits::default()).unwrap();
    let mut task = ConvertTask::new("mixed", folder.join(name));
    task.tuning.password = Some(password.into());
    let source = Source { reader: image.reader.clone(), path: &image.path, files: &[] };
    let made = save(&source, &task, &Control::default(), &|_| ()).unwrap().outputs.pop().unwrap();
    std::fs::remove_file(folder.join("mixed.cue")).unwrap();
    std::fs::remove_file(folder.join("mixed.bin")).unwrap();
    made
}

fn type_password(harness: &mut Harness<'_, App>, password: &str) {
    harness.event(egui::Event::Text(password.to_owned()));
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    harness.run_ok();
}

#[test]
fn a_password_is_asked_for_once_and_serves_all_jobs() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![encrypted(dir.path(), "secret.mdx", "open sesame")]);
    until(&mut harness, "the password is asked for", shows("“secret.mdx” is encrypted"));
    type_password(&mut harness, "guess");
    until(&mut harness, "it was wrong", shows("Wrong password."));
    type_password(&mut harness, "open sesame");
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    assert!(!shows("is encrypted")(&harness) && harness.state().state().notices.is_empty());
    press(&mut harness, "Checksums");
    until(&mut harness, "it can be read", shows("Copy all"));
    press(&mut harness, "Convert…");
    press(&mut harness, "BIN/CUE: Keeps everything");
    press(&mut harness, "Save as BIN/CUE");
    until(&mut harness, "the conversion is proved", shows("Saved and verified. 2 tracks, no errors."));
    // Opened again, nobody is asked.
    press(&mut harness, "Close secret.mdx");
    drop_all(&mut harness, &[dir.path().join("secret.mdx")]);
    until(&mut harness, "the image is shown again", |harness| harness.state().state().images.len() == 1);
    assert!(harness.state().state().locked.is_empty());
    // Esc leaves another one alone.
    drop_all(&mut harness, &[encrypted(dir.path(), "other.mdx", "another")]);
    until(&mut harness, "the password is asked for", shows("“other.mdx” is encrypted"));
    harness.key_press(egui::Key::Escape);
    until(&mut harness, "the question is gone", |harness| !shows("is encrypted")(harness));
    assert_eq!(harness.state().state().images.len(), 1);
}

#[test]
fn one_password_opens_all_discs_of_a_table_that_it_fits() {
    let dir = tempfile::tempdir().unwrap();
    for (name, password) in [("a.mdx", "one"), ("b.mdx", "one"), ("c.mdx", "two")] {
        encrypted(dir.path(), name, password);
    }
    let mut harness = window(vec![dir.path().to_owned()]);
    until(&mut harness, "the table is shown", shows("3 encrypted"));
    assert!(shows("Convert a.mdx: Encrypted; Needs its password")(&harness));
    harness.get_all_by_label("Password…").next().unwrap().click();
    until(&mut harness, "the password is asked for", shows("“a.mdx” is encrypted"));
    type_password(&mut harness, "one");
    until(&mut harness, "two of them are open", shows("1 encrypted"));
    assert!(!shows("is encrypted")(&harness));
    press(&mut harness, "Password…");
    type_password(&mut harness, "guess");
    until(&mut harness, "it was wrong", shows("Wrong password."));
    harness.key_press(egui::Key::Escape);
    until(&mut harness, "the question is gone", |harness| !shows("is encrypted")(harness));
    choose(&mut harness, "Convert to", "Nero: keeps everything");
    press(&mut harness, "Convert 2 discs to Nero, about ");
    until(&mut harness, "both are done", shows("2 of 2 discs converted."));
}

#[test]
fn a_packed_image_is_encrypted_as_chosen_and_promised_as_at_most() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(vec![mixed(dir.path())]);
    until(&mut harness, "the image is shown", shows("1 data track and 1 audio track"));
    press(&mut harness, "Convert…");
    press(&mut harness, "keep everything");
    press(&mut harness, "DAEMON Tools MDX: ");
    assert!(shows("Save as DAEMON Tools MDX, at most 941 kB")(&harness));
    press(&mut harness, "More options");
    choose(&mut harness, "Effort", "9 (smallest)");
    press(&mut harness, "Encrypt it with a password");
    assert!(shows("Encryption needs a password.")(&harness));
    press(&mut harness, "Show what is typed");
    harness.get_by_label("Password").focus();
    harness.run_ok();
    harness.get_by_label("Password").type_text("open sesame");
    harness.run_ok();
    press(&mut harness, "Save as DAEMON Tools MDX");
    until(&mut harness, "the conversion is proved", shows("Saved and verified. 2 tracks, no errors."));
    let made = dir.path().join("mixed.mdx");
    let opened = spindle::image::open(&made, spindle::image::Limits::default());
    assert!(opened.is_err_and(|error| matches!(error.fault, spindle::image::Fault::PasswordMissing)));
    press(&mut harness, "Open it");
    until(&mut harness, "its password is known", shows("Show mixed.mdx"));
}
