//! Burning in the window, in recorders in software.

use super::*;

/// A window with an image open that is burned, in a recorder in software.
fn rig(image: PathBuf, showing: &'static str) -> Harness<'static, App> {
    let mut harness = window(vec![image]);
    until(&mut harness, "the image is shown", shows(showing));
    press(&mut harness, "Burn…");
    press(&mut harness, "A recorder in software");
    harness
}

/// What is typed into a field with this name.
fn type_into(harness: &mut Harness<'_, App>, field: &str, text: &str) {
    harness.get_by_label(field).scroll_to_me();
    harness.get_by_label(field).focus();
    harness.run_ok();
    harness.get_by_label(field).type_text(text);
    harness.run_ok();
}

#[test]
fn an_image_is_burned_and_verified_and_its_disc_becomes_an_image_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = rig(mixed(dir.path()), "1 data track and 1 audio track");
    until(&mut harness, "what lies in it is known", shows("CD-R, blank, 737 MB (79:58) free"));
    until(&mut harness, "it fits", shows("Fits: "));
    let kept = dir.path().join("kept.cue");
    type_into(&mut harness, "Keep its disc as an image", &kept.display().to_string());
    assert!(shows("the drive may refuse tracks 1, 2, shorter than four seconds")(&harness));
    assert!(!shows("Burn it nevertheless")(&harness), "what only some drives mind needs no leave");
    press(&mut harness, "Burn the CD-R");
    assert!(!shows("Recorder")(&harness), "the sheet is closed");
    // Its first track has neither sync nor header: that is seen before the laser starts.
    until(&mut harness, "the damage is told", shows("200 sectors of the source are damaged, the first is 0"));
    assert!(shows("Nothing was written, and the disc in the drive is as it was. Get the image again")(&harness));
    press(&mut harness, "Burn…");
    press(&mut harness, "A recorder in software");
    until(&mut harness, "it fits", shows("Fits: "));
    type_into(&mut harness, "Keep its disc as an image", &kept.display().to_string());
    // The notice has these words in it, too.
    harness.get_by_label("More options").click();
    harness.run_ok();
    press(&mut harness, "Burn it even where the source is damaged");
    press(&mut harness, "Burn the CD-R");
    until(&mut harness, "it is proved", shows("Burned and verified. CD-R, session at once"));
    assert!(shows("What is on the disc is kept in “kept.cue”.")(&harness) && kept.exists());
    press(&mut harness, "Open it");
    until(&mut harness, "the disc is an image again", shows("Show kept.cue"));
    harness.run();
}

#[test]
fn burned_without_a_comparison_is_another_word_and_a_simulation_a_third() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = rig(iso(dir.path()), "Picture of the disc");
    until(&mut harness, "it fits", shows("Fits: "));
    press(&mut harness, "Read the disc back and compare it");
    if shows("Burn it nevertheless")(&harness) {
        press(&mut harness, "Burn it nevertheless");
    }
    press(&mut harness, "Burn the CD-R");
    until(&mut harness, "it is burned", shows("Burned. CD-R, session at once"));
    press(&mut harness, "Burn…");
    press(&mut harness, "A recorder in software");
    until(&mut harness, "it fits", shows("Fits: "));
    press(&mut harness, "Simulate: the laser stays at reading power");
    if shows("Burn it nevertheless")(&harness) {
        press(&mut harness, "Burn it nevertheless");
    }
    press(&mut harness, "Simulate burning the CD-R");
    until(&mut harness, "nothing was written", shows("Simulated. CD-R, session at once"));
}

#[test]
fn what_does_not_fit_can_not_be_begun_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let path = iso(dir.path());
    // Nothing but a hole: larger than any CD, and no room on the disk.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(3_000_000_000).unwrap();
    let mut harness = rig(path, "Picture of the disc");
    until(&mut harness, "the disc is known", shows("CD-R, blank"));
    until(&mut harness, "it can't be burned there", |harness| !shows("Fits: ")(harness));
    harness.get_by_label_contains("Burn the CD-R").click();
    harness.run_ok();
    assert!(harness.state().state().jobs.is_empty(), "the button can't be pressed");
    choose(&mut harness, "Disc in it", "DVD+R, 4.7 GB");
    until(&mut harness, "it fits on a DVD", shows("Fits: 3.0 GB of 4.7 GB"));
    press(&mut harness, "More options");
    choose(&mut harness, "Way of writing", "sequential");
    until(&mut harness, "it still fits", shows("Fits: 3.0 GB of 4.7 GB"));
    harness.run();
}

#[test]
fn calling_off_a_burn_asks_first_and_says_what_it_costs() {
    let dir = tempfile::tempdir().unwrap();
    let path = iso(dir.path());
    std::fs::File::options().write(true).open(&path).unwrap().set_len(3_000_000_000).unwrap();
    let mut harness = rig(path, "Picture of the disc");
    choose(&mut harness, "Disc in it", "DVD+R, 4.7 GB");
    until(&mut harness, "it fits", shows("Fits: "));
    if shows("Burn it nevertheless")(&harness) {
        press(&mut harness, "Burn it nevertheless");
    }
    press(&mut harness, "Burn the DVD+R");
    until(&mut harness, "the source is read", shows("Reading the source to its end"));
    let job = "Cancel: Burn holiday.iso in a recorder in software (DVD+R)";
    assert!(harness.query_by_label_contains("Pause: Burn").is_none(), "a laser can't rest");
    press(&mut harness, job);
    assert!(shows("Stop burning?")(&harness) && shows("no disc is spoilt")(&harness));
    press(&mut harness, "Go on");
    assert!(!shows("Stop burning?")(&harness));
    press(&mut harness, job);
    harness.key_press(egui::Key::Escape);
    harness.run_ok();
    assert!(!shows("Stop burning?")(&harness), "Esc leaves it going on");
    press(&mut harness, job);
    press(&mut harness, "Stop it");
    until(&mut harness, "it has stopped", shows("Cancelled. "));
    assert!(harness.state().state().notices.is_empty(), "the user's own word is no error");
}

#[test]
fn the_disc_in_a_drive_is_copied() {
    let mut harness = window(Vec::new());
    until(&mut harness, "the drive in software has answered", shows("Open the disc in SPINDLE SOFTWARE DRIVE"));
    press(&mut harness, "Open the disc in SPINDLE SOFTWARE DRIVE");
    until(&mut harness, "its tracks are shown", shows("1 data track and 2 audio tracks"));
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::B);
    harness.run_ok();
    assert!(shows("Copy the disc")(&harness) && shows("Choose a recorder.")(&harness));
    press(&mut harness, "A recorder in software");
    until(&mut harness, "it fits", shows("Fits: "));
    press(&mut harness, "Save it as a temporary image first");
    if shows("Burn it nevertheless")(&harness) {
        press(&mut harness, "Burn it nevertheless");
    }
    press(&mut harness, "Copy it to the CD-R");
    until(&mut harness, "the copy is proved", shows("Burned and verified. CD-R, session at once"));
    let mut keys = 0;
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::B);
    harness.run_ok();
    // Every control of the sheet is reached by the keyboard.
    while keys < 60 && harness.query_by_label("Copies").is_none_or(|node| !node.is_focused()) {
        harness.key_press(egui::Key::Tab);
        harness.run_ok();
        keys += 1;
    }
    assert!(keys < 60, "the number of copies was never reached");
}

/// Silence in a file that says what it is.
fn wave(folder: &Path, name: &str, seconds: u32) -> PathBuf {
    let bytes = seconds * 44_100 * 4;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    file.extend(44_100u32.to_le_bytes());
    file.extend((44_100u32 * 4).to_le_bytes());
    file.extend(b"\x04\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    file.resize(file.len() + bytes as usize, 0);
    let path = folder.join(name);
    std::fs::write(&path, file).unwrap();
    path
}

#[test]
fn audio_files_become_a_cd_in_the_order_that_was_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let mut harness = window(Vec::new());
    drop_all(&mut harness, &[wave(dir.path(), "one.wav", 5), wave(dir.path(), "two.wav", 7)]);
    until(&mut harness, "the sheet is there", shows("Make an audio CD"));
    until(&mut harness, "the files were looked at", shows("Track 1: one.wav 0:05"));
    assert!(shows("2 tracks, 0:1")(&harness));
    drop_all(&mut harness, &[wave(dir.path(), "three.wav", 9)]);
    until(&mut harness, "it was added", shows("Track 3: three.wav 0:09"));
    harness.get_by_label_contains("Track 3: three.wav").focus();
    harness.run_ok();
    harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::ArrowUp);
    until(&mut harness, "it went up", shows("Track 2: three.wav"));
    press(&mut harness, "Track 1: one.wav");
    press(&mut harness, "Move the file down");
    until(&mut harness, "the other went down", shows("Track 1: three.wav"));
    press(&mut harness, "Take the file off the list");
    until(&mut harness, "it is gone", |harness| !shows("one.wav")(harness));
    press(&mut harness, "A recorder in software");
    until(&mut harness, "it fits", shows("Fits: "));
    press(&mut harness, "Burn the CD-R");
    until(&mut harness, "the CD is proved", shows("Burned and verified. CD-R, session at once"));
}
