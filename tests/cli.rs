//! The command line as scripts know it: every shape, every exit code and every error line that docs/cli.md promises.

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::discs::{long, small};
use common::names;
#[cfg(unix)]
use common::program::interrupted;
use common::program::{fails, iso, json, keys, mixed, ok, say, spindle};
use serde_json::Value;

/// The demo disc, made once.
fn demo() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    let (folder, _) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("the demo");
        let out = ok(folder.path(), &["demo", "--no-window", "--into", into.to_str().unwrap()]);
        assert!(out.contains("3 tracks (2 of them audio)") && out.contains("Equal: ") && out.contains("SHA-1"), "{out}");
        assert_eq!(names(&into), ["Spindle demo.bin", "Spindle demo.cue", "Spindle demo.nrg"]);
        (folder, out)
    });
    static INNER: OnceLock<PathBuf> = OnceLock::new();
    INNER.get_or_init(|| folder.path().join("the demo"))
}

#[test]
fn inspect_says_everything_of_a_disc() {
    let values = json(&ok(demo(), &["inspect", "--json", "Spindle demo.cue"]));
    let disc = &values[0];
    assert_eq!(
        keys(disc),
        "cd_text:object files:list format:text layer_break:null mcn:text medium:text path:text sectors:int sessions:list warnings:list"
    );
    assert_eq!((&disc["path"], &disc["format"], &disc["medium"]), (&"Spindle demo.cue".into(), &"cue".into(), &"cd".into()));
    assert_eq!((&disc["sectors"], &disc["mcn"]), (&1202.into(), &"0123456789012".into()));
    let language = &disc["cd_text"]["languages"][0];
    assert_eq!(keys(language), "disc:object encoding:text language:text tracks:object");
    assert_eq!((&language["language"], &language["encoding"]), (&"english".into(), &"iso-8859-1".into()));
    assert_eq!((&language["disc"]["title"], &language["tracks"]["2"]["title"]), (&"Spindle demo".into(), &"Major third".into()));
    let session = &disc["sessions"][0];
    assert_eq!(keys(session), "lead_out:int number:int start:int tracks:list");
    assert_eq!((&session["number"], &session["start"], &session["lead_out"]), (&1.into(), &0.into(), &1202.into()));
    let tracks = session["tracks"].as_array().unwrap();
    let shape = "flags:list indexes:list isrc:text length:int mode:text number:int postgap:int pregap:int record:int start:int subchannel:text";
    assert_eq!(keys(&tracks[0]), shape.replace("isrc:text", "isrc:null"));
    assert_eq!(keys(&tracks[1]), shape);
    assert_eq!(
        (&tracks[0]["mode"], &tracks[0]["pregap"], &tracks[0]["indexes"]),
        (&"mode1".into(), &150.into(), &vec![0].into())
    );
    assert_eq!(
        (&tracks[1]["start"], &tracks[1]["length"], &tracks[1]["flags"]),
        (&452.into(), &375.into(), &vec!["copy"].into())
    );
    assert_eq!((&tracks[2]["indexes"], &tracks[2]["isrc"]), (&vec![827, 1014].into(), &"XXSPD2600002".into()));
    assert_eq!((&tracks[2]["record"], &tracks[2]["subchannel"]), (&2352.into(), &"none".into()));
    assert_eq!(disc["files"].as_array().unwrap().len(), 2);
}

#[test]
fn inspect_says_a_line_for_each_image_of_a_folder() {
    let values = json(&ok(demo(), &["inspect", "--json", "."]));
    let formats: Vec<&str> = values.iter().map(|value| value["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["cue", "nrg"], "the data file belongs to the sheet");
    let words = ok(demo(), &["inspect", "."]);
    assert!(words.contains("BIN/CUE") && words.contains("0123456789012") && words.contains("“Spindle demo”"), "{words}");
}

#[test]
fn formats_are_told_with_what_they_hold() {
    let values = json(&ok(demo(), &["formats", "--json"]));
    let formats = values[0].as_array().unwrap();
    assert_eq!(formats.len(), spindle::image::FORMATS.len());
    for format in formats {
        assert_eq!(
            keys(format),
            "choices:object data_extensions:list extensions:list holds:list name:text read:bool title:text write:bool"
        );
        let choices = keys(&format["choices"]).replace("password:null", "password:text");
        assert_eq!(choices, "blocks:list codecs:list levels:bool password:text split:bool");
    }
    let words = ok(demo(), &["formats"]);
    assert!(formats.iter().all(|format| words.contains(format["title"].as_str().unwrap())), "{words}");
}

#[test]
fn hash_says_three_sums_of_the_disc_and_of_each_track() {
    let values = json(&ok(demo(), &["hash", "--json", "Spindle demo.cue"]));
    assert_eq!(keys(&values[0]), "disc:object path:text tracks:list");
    let disc = &values[0]["disc"];
    assert_eq!(keys(disc), "bytes:int crc32:text md5:text sha1:text");
    let digits =
        |value: &Value| value.as_str().unwrap().chars().filter(|c| c.is_ascii_digit() || ('a'..='f').contains(c)).count();
    assert_eq!((digits(&disc["crc32"]), digits(&disc["md5"]), digits(&disc["sha1"])), (8, 32, 40));
    let tracks = values[0]["tracks"].as_array().unwrap();
    assert_eq!(keys(&tracks[0]), "bytes:int crc32:text md5:text number:int session:int sha1:text");
    let sum: u64 = tracks.iter().map(|track| track["bytes"].as_u64().unwrap()).sum();
    assert_eq!(disc["bytes"].as_u64(), Some(sum));
    let words = ok(demo(), &["hash", "--tracks", "Spindle demo.nrg"]);
    for value in tracks.iter().chain([disc]) {
        assert!(words.contains(value["sha1"].as_str().unwrap()), "the same disc has the same sums in another format: {words}");
    }
}

#[test]
fn verify_says_what_differs() {
    const SHAPE: &str = "broken:list checksums:int damaged:int differences:list misplaced:int other:text passed:bool path:text protected:int repairable:int \
                         seconds:float unprotected:int wrong_at:list";
    let folder = mixed();
    let values = json(&ok(folder.path(), &["verify", "--json", "x.cue", "x.cue"]));
    assert_eq!(keys(&values[0]), SHAPE);
    let alone = json(&ok(folder.path(), &["verify", "--json", "x.cue"]));
    assert_eq!(keys(&alone[0]), SHAPE.replace("other:text", "other:null"));
    assert_eq!((&alone[0]["protected"], &alone[0]["unprotected"]), (&6.into(), &9.into()));
    // One bit of user data turned.
    let copy = common::convert(&folder.path().join("x.cue"), &folder.path().join("y.cue"), "cue");
    let mut bytes = fs::read(copy.with_extension("bin")).unwrap();
    bytes[2352 * 3 + 100] ^= 1;
    fs::write(copy.with_extension("bin"), bytes).unwrap();
    let said = say(folder.path(), &["verify", "--json", "x.cue", "y.cue"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let value = &json(&said.out)[0];
    assert_eq!((&value["passed"], &value["differences"]), (&false.into(), &vec!["track 1: sector 3 differs"].into()));
    let said = say(folder.path(), &["verify", "--json", "y.cue"]);
    let value = &json(&said.out)[0];
    assert_eq!((said.code, &value["repairable"], &value["wrong_at"]), (1, &1.into(), &vec![3].into()));
    let said = say(folder.path(), &["verify", "y.cue"]);
    assert!(said.code == 1 && said.out.starts_with("Damaged: y.cue"), "{}", said.out);
}

#[test]
fn convert_says_each_step_and_what_came_of_it() {
    let folder = mixed();
    let lines = json(&ok(folder.path(), &["convert", "--json", "x.cue", "y.nrg"]));
    let (done, progress) = lines.split_last().unwrap();
    assert_eq!(keys(done), "damaged:int event:text loss:list outputs:list repaired:int seconds:float verified:bool");
    assert_eq!((&done["event"], &done["outputs"]), (&"done".into(), &vec!["y.nrg"].into()));
    assert_eq!((&done["verified"], &done["loss"]), (&true.into(), &Value::Array(Vec::new())));
    for line in progress {
        let shape = keys(line).replace("eta:null", "eta:int").replace("track:null", "track:int");
        assert_eq!(shape, "done:int eta:int event:text phase:text rate:int total:int track:int unit:text");
        assert_eq!((&line["event"], &line["unit"]), (&"progress".into(), &"sectors".into()));
        assert!(line["done"].as_u64() <= line["total"].as_u64());
    }
    let phases: Vec<&str> = progress.iter().map(|line| line["phase"].as_str().unwrap()).collect();
    assert!(phases.is_sorted() && phases.contains(&"copy") && phases.contains(&"verify"), "{phases:?}");
    let lines = json(&ok(folder.path(), &["convert", "--json", "--allow-loss", "--no-verify", "x.cue", "y.iso"]));
    let done = lines.last().unwrap();
    assert_eq!(done["verified"], false);
    assert!(!done["loss"].as_array().unwrap().is_empty());
    assert!(lines.iter().all(|line| line["phase"] != "verify"));
    let words = ok(folder.path(), &["convert", "x.cue", "z.ccd"]);
    assert!(words.starts_with("Saved and verified: z.img, z.sub, z.ccd"), "{words}");
}

#[test]
fn every_exit_code_has_its_reason() {
    let folder = mixed();
    let at = folder.path();
    iso(at, "a.iso");
    fs::write(at.join("empty.nrg"), "").unwrap();
    fs::write(at.join("noise.cue"), [0xA7; 3000]).unwrap();
    fs::write(at.join("bad.cue"), "FILE \"a.iso\" BINARY\nTRACK 01 MODE1/2048\nINDEX 200 00:00:00\n").unwrap();
    fs::create_dir(at.join("nothing")).unwrap();
    for (class, code, arguments) in [
        ("request", 2, vec!["inspect", "missing.iso"]),
        ("request", 2, vec!["hash", "nothing"]),
        ("request", 2, vec!["convert", "a.iso", "x.cue"]),
        ("request", 2, vec!["convert", "a.iso", "a.iso", "--overwrite"]),
        ("request", 2, vec!["convert", "a.iso", "b.xyz"]),
        ("request", 2, vec!["convert", "a.iso", "b"]),
        ("request", 2, vec!["convert", "a.iso", "b.iso", "--to", "xyz"]),
        ("request", 2, vec!["convert", "a.iso"]),
        ("request", 2, vec!["inspect", "a.iso", "--jsn"]),
        ("request", 2, vec!["verify"]),
        ("input", 3, vec!["inspect", "empty.nrg"]),
        ("input", 3, vec!["inspect", "noise.cue"]),
        ("input", 3, vec!["inspect", "bad.cue"]),
        ("input", 3, vec!["inspect", "nothing"]),
        ("input", 3, vec!["verify", "a.iso", "bad.cue"]),
        ("loss", 5, vec!["convert", "x.cue", "b.iso"]),
        ("system", 6, vec!["convert", "a.iso", "no/such/folder/b.cue"]),
    ] {
        fails(at, code, class, &arguments);
    }
    let line = fails(at, 3, "input", &["inspect", "bad.cue"]);
    assert!(line.contains(": bad.cue, line 3: expected "), "{line}");
    let line = fails(at, 5, "loss", &["convert", "x.cue", "b.iso"]);
    assert!(line.contains("x.cue"), "{line}");
    let line = fails(at, 2, "request", &["inspect", "a.iso", "--jsn"]);
    assert!(line.contains("--jsn") && line.contains("--json"), "the tip stands in the line: {line}");
    assert!(fails(at, 2, "request", &["convert", "a.iso"]).contains("<TARGET>"), "what is missing stands in the line");
    let before = ["a.iso", "bad.cue", "empty.nrg", "noise.cue", "nothing", "x.bin", "x.cue"];
    assert_eq!(names(at), before, "none of these wrote anything");
}

/// What a format has no choice of is refused before anything is written, and so is what is no choice at all.
#[test]
fn choices_that_a_format_does_not_have_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    iso(at, "a.iso");
    for (choice, said) in [
        (vec!["--level", "5"], "a level of compression"),
        (vec!["--codec", "zlib"], "this compression"),
        (vec!["--block", "16K"], "blocks of this size"),
        (vec!["--split", "cd"], "parts"),
        (vec!["--encrypt-with", "secret"], "a password"),
        (vec!["--level", "10"], "--level"),
        (vec!["--split", "much"], "700M"),
        (vec!["--block", "0"], "2048"),
        (vec!["--encrypt"], "SPINDLE_NEW_PASSWORD"),
        (vec!["--encrypt", "--encrypt-with", "secret"], "--encrypt"),
    ] {
        let line = fails(at, 2, "request", &[&["convert", "a.iso", "b.toc"], choice.as_slice()].concat());
        assert!(line.contains(said), "{choice:?}: {line}");
        assert!(!line.contains("secret"), "{line}");
    }
    assert_eq!(names(at), ["a.iso"]);
}

/// Scripts may give the password to everything that they open.
#[test]
fn a_password_that_is_not_needed_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    iso(at, "a.iso");
    ok(at, &["inspect", "a.iso", "--password", "secret"]);
    ok(at, &["convert", "a.iso", "b.cue", "--password", "secret"]);
    ok(at, &["verify", "a.iso", "b.cue", "--password", "secret"]);
    let output = spindle().args(["hash", "b.cue"]).env("SPINDLE_PASSWORD", "secret").current_dir(at).output().unwrap();
    assert!(output.status.success());
}

#[test]
fn binary_files_are_told_with_the_offset() {
    let folder = mixed();
    ok(folder.path(), &["convert", "x.cue", "y.nrg"]);
    let mut bytes = fs::read(folder.path().join("y.nrg")).unwrap();
    let footer = bytes.len() - 8;
    bytes[footer..].fill(0xFF);
    fs::write(folder.path().join("y.nrg"), bytes).unwrap();
    let error = &json(&say(folder.path(), &["inspect", "--json", "y.nrg"]).err)[0]["error"];
    let offset = error["offset"].as_u64().expect("where it is wrong");
    assert_eq!(error["path"], "y.nrg");
    let line = fails(folder.path(), 3, "input", &["inspect", "y.nrg"]);
    assert!(line.contains(&format!(": y.nrg@{offset}")), "{line}");
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["convert", "--help"]] {
        assert!(!ok(demo(), &arguments).is_empty());
    }
}

/// `convert a.iso b.raw` wrote b.bin, and `b.CUE` became b.cue: the file that is opened has the name that was asked for.
#[test]
fn the_target_has_the_name_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    iso(at, "a.iso");
    for (target, to, made) in [
        ("b.raw", None, vec!["b.raw"]),
        ("b.image", None, vec!["b.image"]),
        ("b.udf", None, vec!["b.udf"]),
        ("b.bin", Some("raw"), vec!["b.bin"]),
        ("b.img", Some("iso"), vec!["b.img"]),
        ("b.CUE", None, vec!["b.bin", "b.CUE"]),
        ("b.Nrg", None, vec!["b.Nrg"]),
        ("b.bin", None, vec!["b.bin", "b.cue"]),
        ("b", Some("iso"), vec!["b.iso"]),
        ("b v1.0", Some("mds"), vec!["b v1.0.mdf", "b v1.0.mds"]),
        ("b.iso", Some("cue"), vec!["b.bin", "b.cue"]),
    ] {
        let mut arguments = vec!["convert", "--json", "a.iso", target, "--allow-loss"];
        arguments.extend(to.iter().flat_map(|to| ["--to", to]));
        let lines = json(&ok(at, &arguments));
        let outputs: Vec<String> =
            lines.last().unwrap()["outputs"].as_array().unwrap().iter().map(|o| o.as_str().unwrap().into()).collect();
        assert_eq!(outputs, made, "{target} {to:?}");
        let same = say(at, &["verify", "a.iso", made.last().unwrap()]);
        assert_eq!(same.code, 0, "{target} {to:?}: {}{}", same.out, same.err);
        outputs.iter().for_each(|name| fs::remove_file(at.join(name)).unwrap());
        assert_eq!(names(at), ["a.iso"]);
    }
}

/// The dot of "Disc v1.0" was taken for that of an extension, and the image in the folder was called "Disc v1".
#[test]
fn a_folder_takes_the_name_of_the_source() {
    let folder = tempfile::tempdir().unwrap();
    iso(folder.path(), "Disc v1.0.iso");
    fs::create_dir(folder.path().join("out")).unwrap();
    ok(folder.path(), &["convert", "Disc v1.0.iso", "out", "--to", "cue"]);
    assert_eq!(names(&folder.path().join("out")), ["Disc v1.0.bin", "Disc v1.0.cue"]);
    fails(folder.path(), 2, "request", &["convert", "Disc v1.0.iso", "out"]);
}

#[test]
fn a_file_for_each_track_where_that_was_asked_for() {
    let folder = mixed();
    ok(folder.path(), &["convert", "x.cue", "y.cue", "--per-track"]);
    assert_eq!(names(folder.path()).iter().filter(|name| name.starts_with("y ") && name.ends_with(".bin")).count(), 3);
    let said = say(folder.path(), &["convert", "x.cue", "y.cue", "--per-track"]);
    assert_eq!(said.code, 2);
    ok(folder.path(), &["convert", "x.cue", "y.cue", "--per-track", "--overwrite"]);
    ok(folder.path(), &["verify", "x.cue", "y.cue"]);
}

#[test]
fn names_may_have_anything_in_them() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a disc", "Émile — Ça", "光盘 💿", "it's \"that\"", "100% & more; $HOME", ".hidden", "-dash"] {
        let at = folder.path().join(format!("{name} folder"));
        if fs::create_dir(&at).is_err() {
            println!("skipped: no such name can be made here: {name}");
            continue;
        }
        common::save(&small(), "cue", &at.join(format!("{name}.cue")), |_| ()).unwrap();
        let (source, target) = (format!("./{name}.cue"), format!("./{name} 2.nrg"));
        ok(&at, &["convert", &source, &target]);
        ok(folder.path(), &["verify", "--", &format!("{name} folder/{name}.cue"), &format!("{name} folder/{name} 2.nrg")]);
        ok(&at, &["inspect", "--", &format!("{name}.cue")]);
    }
}

/// The folder in which an image is made had a longer name than the image, so that names near the limit of 255 bytes could not be written.
#[test]
fn names_may_be_as_long_as_the_system_allows() {
    let folder = tempfile::tempdir().unwrap();
    iso(folder.path(), "a.iso");
    for stem in ["x".repeat(251), "光".repeat(83)] {
        let target = format!("{stem}.cue");
        if File::create(folder.path().join(&target)).is_err() {
            println!("skipped: no such long name can be made here");
            continue;
        }
        ok(folder.path(), &["convert", "a.iso", &target, "--overwrite"]);
        ok(folder.path(), &["verify", "a.iso", &target]);
    }
    assert_eq!(say(folder.path(), &["convert", "a.iso", &format!("{}.cue", "x".repeat(300))]).code, 6);
}

#[test]
fn a_name_alone_means_this_folder() {
    let folder = mixed();
    for target in ["y.nrg", "y.ccd", "y.toc", "y.mds", "z.cue"] {
        ok(folder.path(), &["convert", "x.cue", target, "--allow-loss"]);
        ok(folder.path(), &["inspect", target]);
    }
    iso(folder.path(), "w.iso");
    ok(folder.path(), &["convert", "w.iso", "v.iso"]);
    assert!(names(folder.path()).iter().all(|name| !name.ends_with(".part")));
}

/// A title could hold the escape sequences of a terminal, and was printed as it is.
#[test]
fn strangers_do_not_steer_the_terminal() {
    let folder = mixed();
    let sheet = fs::read_to_string(folder.path().join("x.cue")).unwrap();
    let sheet = sheet.replacen("TITLE \"", "TITLE \"\x1b[31m\x07", 1);
    fs::write(folder.path().join("x.cue"), format!("TITLE \"\x1b[2J\u{9b}31m\"\n{sheet}")).unwrap();
    ok(folder.path(), &["inspect", "x.cue"]);
    ok(folder.path(), &["convert", "x.cue", "y.nrg", "--allow-loss"]);
    ok(folder.path(), &["verify", "y.nrg"]);
    say(folder.path(), &["inspect", "\x1b[31m.iso"]);
    fs::write(folder.path().join("bad.cue"), "FILE \"\x1b[31m.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n").unwrap();
    fails(folder.path(), 3, "input", &["inspect", "bad.cue"]);
}

/// Sheets spell any title. A disc with one that no character set of CD-TEXT has could not be converted into packs at all, whatever was
/// allowed to be lost.
#[test]
fn titles_that_cd_text_cannot_spell_are_a_loss_and_no_obstacle() {
    let folder = mixed();
    let sheet = fs::read_to_string(folder.path().join("x.cue")).unwrap();
    fs::write(folder.path().join("x.cue"), sheet.replacen("Eins", "Été 💿 光", 1)).unwrap();
    ok(folder.path(), &["convert", "x.cue", "y.cue"]);
    assert!(fs::read_to_string(folder.path().join("y.cue")).unwrap().contains("Été 💿 光"));
    for target in ["y.nrg", "y.ccd"] {
        assert!(fails(folder.path(), 5, "loss", &["convert", "x.cue", target]).contains("CD-TEXT"));
        let words = ok(folder.path(), &["convert", "x.cue", target, "--allow-loss"]);
        assert!(words.contains("Left behind: ") && words.contains("CD-TEXT"), "{words}");
    }
    let text = &json(&ok(folder.path(), &["inspect", "--json", "y.nrg"]))[0]["cd_text"]["languages"][0]["tracks"];
    assert_eq!((&text["2"]["title"], &text["3"]["title"]), (&Value::Null, &"Zwei".into()), "only what can't be spelt is lost");
}

/// An answer that did not fit on a full disk was a success.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_printed_is_an_error() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in [vec!["inspect", "Spindle demo.cue"], vec!["inspect", "--json", "Spindle demo.cue"], vec!["formats"]] {
        let output = spindle().args(&arguments).current_dir(demo()).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(6), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("spindle: "));
    }
    let output = spindle().args(["inspect", "missing.iso"]).current_dir(demo()).stderr(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "there is nowhere else to say it");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let script = "\"$0\" formats | head -n 1; \"$0\" inspect --json . | true";
    let output = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_spindle")]).current_dir(demo()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
#[test]
fn an_interrupted_conversion_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    File::create(folder.path().join("big.iso")).unwrap().set_len(2048 * 100_000).unwrap();
    for signal in ["-INT", "-TERM"] {
        let (code, errors) = interrupted(folder.path(), signal, &["convert", "--json", "big.iso", "new.cue"]);
        assert_eq!(code, 130, "{errors}");
        assert_eq!(json(&errors)[0]["error"]["class"], "cancelled");
        assert_eq!(names(folder.path()), ["big.iso"]);
        let batch = ["convert", "--json", "big.iso", "--into", ".", "--to", "cue"];
        assert_eq!(interrupted(folder.path(), signal, &batch).0, 130);
        assert_eq!(names(folder.path()), ["big.iso"]);
    }
}

/// The demo does several tasks, and only the first could be interrupted.
#[cfg(unix)]
#[test]
fn every_task_of_the_demo_can_be_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let (code, errors) = interrupted(folder.path(), "-INT", &["demo", "--json", "--into", into]);
    assert_eq!(code, 130, "{errors}");
}

/// Run as nobody where the tests run as root, whom permissions don't bind.
#[cfg(unix)]
#[test]
fn permissions_that_are_missing_are_the_systems_fault() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let folder = mixed();
    let at = folder.path();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    fs::create_dir(at.join("closed")).unwrap();
    iso(at, "secret.iso");
    mode(at, 0o755);
    mode(&at.join("closed"), 0o555);
    mode(&at.join("secret.iso"), 0o000);
    let program = at.join("spindle");
    fs::copy(env!("CARGO_BIN_EXE_spindle"), &program).unwrap();
    mode(&program, 0o755);
    let root = fs::metadata(at).unwrap().uid() == 0;
    for arguments in [["convert", "x.cue", "closed/y.nrg"], ["verify", "x.cue", "secret.iso"]] {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(at);
        if root {
            command.uid(65_534).gid(65_534);
        }
        let Ok(output) = command.output() else { return println!("skipped: nobody may run here") };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{arguments:?}: {errors}");
        assert!(errors.contains("ermission denied") && errors.lines().count() == 1, "{errors}");
    }
}

#[test]
fn a_long_conversion_goes_by_the_relative_paths_of_scripts() {
    let folder = tempfile::tempdir().unwrap();
    common::save(&long(600), "cue", &folder.path().join("long.cue"), |_| ()).unwrap();
    fs::create_dir_all(folder.path().join("a/b")).unwrap();
    ok(&folder.path().join("a"), &["convert", "../long.cue", "b/../b/./long.nrg"]);
    ok(&folder.path().join("a/b"), &["verify", "../../long.cue", "long.nrg"]);
}
