//! Many images at once, and passwords: what docs/cli.md promises of them.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::names;
use common::program::{fails, iso, json, keys, mixed, ok, say, spindle};
use serde_json::Value;

/// A folder with three discs, one that is none, and one file that has nothing to do with it.
fn shelf() -> tempfile::TempDir {
    let folder = mixed();
    let at = folder.path();
    fs::create_dir(at.join("shelf")).unwrap();
    for name in ["x.bin", "x.cue"] {
        fs::rename(at.join(name), at.join("shelf").join(name)).unwrap();
    }
    iso(at, "shelf/data.iso");
    fs::write(at.join("shelf/bad.cue"), "FILE nowhere.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n").unwrap();
    fs::write(at.join("shelf/notes.txt"), "nothing").unwrap();
    folder
}

#[test]
fn many_images_are_converted_into_a_folder() {
    let folder = shelf();
    let at = folder.path();
    let said = say(at, &["convert", "shelf", "--into", "out/new", "--to", "nrg"]);
    assert_eq!(said.code, 3, "the exit code is that of the first that failed: {}", said.err);
    assert!(
        said.err.starts_with("spindle: ") && said.err.contains("nowhere.bin") && said.err.lines().count() == 1,
        "{}",
        said.err
    );
    assert!(said.out.contains("Saved and verified: out/new/data.nrg") && said.out.contains("Saved and verified: out/new/x.nrg"));
    assert!(said.out.lines().last().unwrap().starts_with("2 of 3 converted, 0 skipped, 1 failed ("), "{}", said.out);
    assert_eq!(names(&at.join("out/new")), ["data.nrg", "x.nrg"]);
    ok(at, &["verify", "shelf/x.cue", "out/new/x.nrg"]);
    // Run again, nothing is done twice; named by themselves, in any order, they are all there.
    let out = ok(at, &["convert", "shelf/x.cue", "shelf/data.iso", "--into", "out/new", "--to", "nrg", "--skip-existing"]);
    assert!(out.contains("Skipped: shelf/x.cue: out/new/x.nrg is there already"), "{out}");
    assert!(out.lines().last().unwrap().starts_with("0 of 2 converted, 2 skipped, 0 failed ("), "{out}");
    let said = say(at, &["convert", "shelf/x.cue", "--into", "out/new", "--to", "nrg"]);
    assert!(said.code == 2 && said.err.contains("already"), "{}", said.err);
    ok(at, &["convert", "shelf/x.cue", "--into", "out/new", "--to", "nrg", "--overwrite"]);
}

#[test]
fn a_batch_says_in_json_what_became_of_each() {
    let folder = shelf();
    let at = folder.path();
    fs::create_dir(at.join("out")).unwrap();
    fs::write(at.join("out/data.nrg"), "there").unwrap();
    let said = say(at, &["convert", "--json", "shelf", "--into", "out", "--to", "nrg", "--skip-existing"]);
    assert_eq!(said.code, 3);
    assert_eq!(json(&said.err)[0]["error"]["class"], "input");
    let lines = json(&said.out);
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    let progress = of("progress");
    for line in &progress {
        let shape = keys(line).replace("eta:null", "eta:int").replace("track:null", "track:int");
        let expected =
            "done:int eta:int event:text number:int of:int phase:text rate:int source:text total:int track:int unit:text";
        assert_eq!(shape, expected);
        assert_eq!((&line["unit"], &line["of"], &line["number"]), (&"bytes".into(), &3.into(), &3.into()));
    }
    assert_eq!(progress.last().unwrap()["source"], "shelf/x.cue");
    let done = of("done");
    assert_eq!(
        keys(done[0]),
        "damaged:int deleted:list event:text kept:null loss:list outputs:list repaired:int seconds:float source:text verified:bool"
    );
    assert_eq!((&done[0]["source"], &done[0]["outputs"]), (&"shelf/x.cue".into(), &vec!["out/x.nrg"].into()));
    let skipped = of("skipped");
    assert_eq!(keys(skipped[0]), "event:text source:text target:text why:text");
    assert_eq!((&skipped[0]["source"], &skipped[0]["why"]), (&"shelf/data.iso".into(), &"exists".into()));
    let failed = of("failed");
    assert_eq!(
        (keys(failed[0]).as_str(), &failed[0]["source"]),
        ("error:object event:text source:text target:text", &"shelf/bad.cue".into())
    );
    assert_eq!(keys(&failed[0]["error"]), keys(&json(&said.err)[0]["error"]));
    let end = lines.last().unwrap();
    assert_eq!(keys(end), "converted:int event:text failed:int seconds:float skipped:int");
    assert_eq!(
        (&end["event"], &end["converted"], &end["skipped"], &end["failed"]),
        (&"batch".into(), &1.into(), &1.into(), &1.into())
    );
    assert_eq!(fs::read(at.join("out/data.nrg")).unwrap(), b"there");
}

#[test]
fn sources_are_deleted_only_where_that_was_said_and_proved() {
    let folder = shelf();
    let at = folder.path();
    let before = names(&at.join("shelf"));
    // The mixed disc would lose its audio: that alone keeps it.
    let batch = ["convert", "shelf", "--into", "out", "--to", "iso", "--allow-loss"];
    assert_eq!(say(at, &[&batch, ["--delete-source", "--no-verify"].as_slice()].concat()).code, 2);
    let said = say(at, &[&batch, ["--delete-source"].as_slice()].concat());
    assert!(said.out.contains("Kept shelf/x.cue: the new image does not keep everything"), "{}", said.out);
    assert_eq!(names(&at.join("shelf")), before, "an image that is an ISO already is none to convert");
    let said = say(at, &["convert", "shelf", "--into", "out", "--to", "nrg", "--delete-source", "--json"]);
    let done: Vec<Value> = json(&said.out).into_iter().filter(|line| line["event"] == "done").collect();
    let gone = |line: &Value| line["deleted"].as_array().unwrap().len();
    assert_eq!((gone(&done[0]), &done[0]["kept"]), (0, &"it was read with reservations".into()), "nothing says what data.iso is");
    assert_eq!((gone(&done[1]), &done[1]["kept"]), (2, &Value::Null));
    assert_eq!(names(&at.join("shelf")), ["bad.cue", "data.iso", "notes.txt"]);
    ok(at, &["inspect", "out/x.nrg"]);
}

#[test]
fn a_batch_needs_to_be_told_the_format_and_the_folder() {
    let folder = shelf();
    let at = folder.path();
    for (arguments, said) in [
        (vec!["convert", "shelf", "--into", "out"], "--to"),
        (vec!["convert", "a", "b", "c"], "--into"),
        (vec!["convert", "a", "b", "--skip-existing"], "--into"),
        (vec!["convert", "a", "b", "--delete-source"], "--into"),
        (vec!["convert", "shelf", "--into", "out", "--to", "nrg", "--delete-even-lossy"], "--delete-source"),
        (vec!["convert", "shelf", "--into", "out", "--to", "nrg", "--level", "3"], "a level of compression"),
    ] {
        let line = fails(at, 2, "request", &arguments);
        assert!(line.contains(said), "{arguments:?}: {line}");
    }
    assert_eq!(names(at), ["shelf"]);
}

/// A disc as `x.iso`, and encrypted with "open sesame" as `x.mdx`.
fn encrypted() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    iso(folder.path(), "x.iso");
    let words = ok(folder.path(), &["convert", "x.iso", "x.mdx", "--encrypt-with", "open sesame", "--level", "9"]);
    assert!(words.starts_with("Saved and verified: x.mdx"), "{words}");
    folder
}

#[test]
fn encrypted_images_are_opened_with_their_password_alone() {
    let folder = encrypted();
    let at = folder.path();
    let commands = [
        vec!["inspect", "x.mdx"],
        vec!["convert", "x.mdx", "y.cue"],
        vec!["convert", "x.mdx", "--into", "out", "--to", "nrg"],
        vec!["verify", "x.mdx", "x.iso"],
        vec!["hash", "x.mdx"],
    ];
    for command in &commands {
        for (given, said) in [(vec![], "password is needed"), (vec!["--password", "guess"], "wrong password")] {
            let said_all = say(at, &[command.as_slice(), &given].concat());
            assert_eq!(said_all.code, 7, "{command:?}: {}", said_all.err);
            assert!(said_all.err.contains(said) && !said_all.err.contains("guess"), "{command:?}: {}", said_all.err);
        }
        let error = &json(&say(at, &[command.as_slice(), &["--json"]].concat()).err)[0]["error"];
        assert_eq!((&error["class"], &error["path"]), (&"password".into(), &"x.mdx".into()));
        ok(at, &[command.as_slice(), &["--password", "open sesame"]].concat());
    }
    ok(at, &["verify", "x.iso", "y.cue"]);
    ok(at, &["verify", "x.iso", "out/x.nrg"]);
    for command in [vec!["inspect", "x.mdx"], vec!["convert", "x.mdx", "z.mdx", "--encrypt"]] {
        let mut program = spindle();
        program.args(&command).current_dir(at).env("SPINDLE_PASSWORD", "open sesame").env("SPINDLE_NEW_PASSWORD", "another");
        assert!(program.output().unwrap().status.success(), "{command:?}");
    }
    ok(at, &["verify", "z.mdx", "--password", "another"]);
}

/// Runs the program at a terminal of its own (`script`, of util-linux), and types.
#[cfg(target_os = "linux")]
fn at_a_terminal(folder: &Path, command: &str, typed: &str) -> Option<(i32, String)> {
    use std::io::{Read, Write};
    if !common::has("script") {
        return None;
    }
    let line = format!("'{}' {command}", env!("CARGO_BIN_EXE_spindle"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(folder);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut terminal, mut keyboard) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let (mut seen, mut byte) = (Vec::new(), [0]);
    let mut questions = typed.lines();
    while terminal.read(&mut byte).unwrap_or(0) > 0 {
        seen.push(byte[0]);
        if [b"x.mdx: ".as_slice(), b"new image: ", b"once more: "].iter().any(|question| seen.ends_with(question))
            && let Some(answer) = questions.next()
        {
            // The question is printed a moment before the terminal stops showing what is typed.
            std::thread::sleep(std::time::Duration::from_millis(700));
            keyboard.write_all(format!("{answer}\r").as_bytes()).unwrap();
        }
    }
    let code = child.wait().unwrap().code().unwrap();
    Some((code, String::from_utf8_lossy(&seen).into_owned()))
}

#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_a_missing_password_is_asked_for_once_and_not_shown() {
    let folder = encrypted();
    let at = folder.path();
    let Some((code, seen)) = at_a_terminal(at, "inspect x.mdx", "open sesame\n") else { return };
    assert_eq!(code, 0, "{seen}");
    assert!(seen.starts_with("Password of x.mdx: ") && seen.contains("CD, 1 data track") && !seen.contains("sesame"), "{seen}");
    let (code, seen) = at_a_terminal(at, "hash x.mdx", "guess\n").unwrap();
    assert_eq!((code, seen.matches("Password of").count()), (7, 1), "{seen}");
    assert!(seen.contains("wrong password"), "{seen}");
    let (code, seen) = at_a_terminal(at, "convert . --into out --to nrg", "open sesame\n").unwrap();
    assert_eq!((code, seen.matches("Password of").count()), (0, 1), "{seen}");
    assert_eq!(names(&at.join("out")), ["x (2).nrg", "x.nrg"]);
    let (code, seen) = at_a_terminal(at, "convert x.iso new.mdx --encrypt", "one\none\n").unwrap();
    assert_eq!(code, 0, "{seen}");
    ok(at, &["inspect", "new.mdx", "--password", "one"]);
    let (code, seen) = at_a_terminal(at, "convert x.iso other.mdx --encrypt", "one\ntwo\n").unwrap();
    assert!(code == 2 && seen.contains("the two differ"), "{seen}");
    // Ctrl+C.
    let (code, seen) = at_a_terminal(at, "inspect x.mdx", "\u{3}\n").unwrap();
    assert_eq!(code, 130, "{seen}");
}
