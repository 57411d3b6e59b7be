//! Drives in the window, and saving the discs in them.

use super::*;

#[test]
fn a_disc_in_a_drive_is_opened_from_the_list_and_saved() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(Vec::new());
    until(&mut harness, "the drive in software has answered", shows("Open the disc in SPINDLE SOFTWARE DRIVE, in software"));
    assert!(shows("firmware 1.0: CD-ROM, finished, 3 tracks, 2.8 MB")(&harness));
    press(&mut harness, "Open the disc in SPINDLE SOFTWARE DRIVE");
    until(&mut harness, "its tracks are shown", shows("1 data track and 2 audio tracks"));
    assert_eq!(harness.state().state().shown().unwrap().name(), "Spindle demo", "by its CD-TEXT");
    assert!(harness.state().state().settings.recent.is_empty(), "it is no file to be opened again");
    press(&mut harness, "Checksums");
    until(&mut harness, "its checksums are there", shows("Copy all"));
    // An image of the user's own, put into it and opened from there.
    open(&mut harness, iso(dir.path()), "Picture of the disc: CD, 1 data track");
    press(&mut harness, "Disc");
    press(&mut harness, "Put into the drive in software");
    until(&mut harness, "the image is in the drive", shows("CD-ROM, finished, 1 track, 94 kB"));
    let names: Vec<String> = harness.state().state().images.iter().map(|open| open.name()).collect();
    assert_eq!(names, ["holiday.iso"], "the disc that was taken out is closed");
    press(&mut harness, "Open the disc in SPINDLE SOFTWARE DRIVE");
    until(&mut harness, "it is open twice", |harness| harness.state().state().images.len() == 2);
    assert!(shows("Show The disc in software")(&harness));
    press(&mut harness, "Take the image out of the drive in software");
    until(&mut harness, "the demo disc is back", shows("CD-ROM, finished, 3 tracks"));
    assert_eq!(harness.state().state().images.len(), 1);
}

#[test]
fn drives_are_reached_by_the_keyboard_and_the_window_rests() {
    let mut harness = window(Vec::new());
    until(&mut harness, "the drive in software has answered", shows("Open the disc in SPINDLE SOFTWARE DRIVE"));
    harness.key_press(egui::Key::F5);
    harness.run_ok();
    until(&mut harness, "it has answered again", shows("Open the disc in SPINDLE SOFTWARE DRIVE"));
    harness.get_by_label_contains("Open the disc in SPINDLE SOFTWARE DRIVE").focus();
    harness.run_ok();
    harness.key_press(egui::Key::Enter);
    until(&mut harness, "the disc is open", shows("1 data track and 2 audio tracks"));
    assert!(harness.query_by_label("Look at the drives again").is_some());
    harness.run();
}

/// A window that saves into this folder, and a script of faults for the drive in software, written into it.
fn rig(folder: &Path, faults: &str) -> (Harness<'static, App>, String) {
    let script = folder.join("faults");
    std::fs::write(&script, faults).unwrap();
    let mut harness = window_with(Settings { folder: Some(folder.to_owned()), ..Settings::default() }, Vec::new());
    until(&mut harness, "the drive in software has answered", shows("Open the disc in SPINDLE SOFTWARE DRIVE"));
    (harness, script.display().to_string())
}

/// Opens the sheet, and has the drive in software misbehave.
fn sheet(harness: &mut Harness<'_, App>, script: &str) {
    press(harness, "Save the disc in SPINDLE SOFTWARE DRIVE");
    until(harness, "the sheet is there", shows("Save as BIN/CUE, about 2.8 MB"));
    press(harness, "More options");
    harness.get_by_label_contains("Faults of the drive in software").scroll_to_me();
    harness.get_by_label_contains("Faults of the drive in software").focus();
    harness.run_ok();
    harness.get_by_label_contains("Faults of the drive in software").type_text(script);
    harness.run_ok();
}

#[test]
fn a_damaged_disc_is_saved_as_far_as_it_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, script) = rig(dir.path(), "24-25 unreadable\n700 from-try 3\n");
    sheet(&mut harness, &script);
    assert!(shows("It is done when every sector was read")(&harness));
    press(&mut harness, "Save as BIN/CUE, about 2.8 MB");
    until(&mut harness, "what could not be read is said", shows("2 of 1,202 sectors could not be read: 2 in track 1."));
    assert!(shows("99 % read, 2 sectors could not be read")(&harness), "the picture says it, too");
    for meaning in ["Read at a later try", "Could not be read"] {
        assert!(shows(meaning)(&harness), "{meaning}");
    }
    press(&mut harness, "The next unreadable place");
    assert!(shows("1 of 1 place: 2 sectors from 24 (00:02:24), track 1")(&harness));
    press(&mut harness, "Done with it");
    assert!(shows("The 1 place that could not be read")(&harness));
    assert!(dir.path().join("Spindle demo.rip").is_dir() && !dir.path().join("Spindle demo.cue").exists());
    press(&mut harness, "Make the image without them");
    until(
        &mut harness,
        "the image is made",
        shows(
            "Saved and verified. 3 tracks; 2 of 1,202 sectors could not be read, and something else stands there: 2 in track 1.",
        ),
    );
    assert!(!dir.path().join("Spindle demo.rip").exists());
    for name in ["Spindle demo.cue", "Spindle demo.bin", "Spindle demo.log", "Spindle demo.map"] {
        assert!(dir.path().join(name).exists(), "{name}");
    }
    press(&mut harness, "Convert…");
    until(&mut harness, "the image is open, and can be converted", shows("Spindle demo.cue, BIN/CUE"));
    harness.run();
}

#[test]
fn a_rip_that_was_stopped_goes_on_and_a_drive_does_one_thing_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, script) = rig(dir.path(), "drive pace 400000\n");
    sheet(&mut harness, &script);
    press(&mut harness, "Save as BIN/CUE, about 2.8 MB");
    until(&mut harness, "the drive is read", shows("Reading · "));
    until(&mut harness, "it answers", shows("last answer of the drive 0."));
    until(&mut harness, "the picture fills", shows("Not read yet"));
    until(&mut harness, "some of it is read", |harness| {
        harness.state().state().jobs[0].picture.as_ref().is_some_and(|picture| picture.read > 200)
    });
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::R);
    until(&mut harness, "the sheet says why not", shows("The drive is busy: Save the disc in software as BIN/CUE."));
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    press(&mut harness, "Pause: Save the disc in software as BIN/CUE");
    until(&mut harness, "it rests", shows("Paused"));
    assert!(!shows("last answer of the drive")(&harness), "nobody asks it anything");
    harness.run();
    press(&mut harness, "Stop, and keep what was read: Save the disc in software as BIN/CUE");
    until(&mut harness, "it has stopped", shows("Stopped. What was read stays in “Spindle demo.rip”"));
    // Chosen anew, the same name goes on; from the row it is one press.
    press(&mut harness, "Save the disc…");
    until(&mut harness, "the earlier run is found", shows("% of this disc. It goes on from there"));
    press(&mut harness, "More options");
    press(&mut harness, "Begin anew, and give up what an earlier run has read");
    assert!(shows("is given up.")(&harness));
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    std::fs::write(&script, "").unwrap();
    press(&mut harness, "Go on with it");
    until(&mut harness, "all is there", shows("Saved and verified. 3 tracks, no errors. 2.8 MB in"));
    let log = std::fs::read_to_string(dir.path().join("Spindle demo.log")).unwrap();
    assert!(log.contains("went on with an earlier run: yes"), "{log}");
}

#[test]
fn what_stands_against_a_rip_is_said_in_three_sentences() {
    let dir = tempfile::tempdir().unwrap();
    let (mut harness, script) = rig(dir.path(), "5 unbearable");
    sheet(&mut harness, &script);
    press(&mut harness, "Save as BIN/CUE, about 2.8 MB");
    until(
        &mut harness,
        "the error is shown",
        shows("“faults” can't be used: the script of faults can't be used: line 1 is no fault"),
    );
    assert!(shows("Nothing was read. Put that line of the script right.")(&harness));
    press(&mut harness, "Details");
    assert!(harness.query_by_label("Copy").is_some());
    assert!(!shows("Go on with it")(&harness), "it would fail again");
    harness.run();
}
