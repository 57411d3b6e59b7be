//! The program itself, run as scripts run it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::discs::small;

/// The program, without a terminal.
pub fn spindle() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spindle"));
    command.stdin(Stdio::null());
    command
}

/// What it said.
pub struct Said {
    /// The exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said went wrong.
    pub err: String,
}

/// Runs the program in a folder.
pub fn say(folder: &Path, arguments: &[&str]) -> Said {
    let output = spindle().args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    let said = Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!said.out.contains('\x1b') && !said.err.contains('\x1b'), "no colours where nobody sees them: {arguments:?}");
    said
}

/// The same, and it has to succeed.
pub fn ok(folder: &Path, arguments: &[&str]) -> String {
    let said = say(folder, arguments);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}: {}", said.out);
    said.out
}

/// Lines of JSON.
pub fn json(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The keys of an object, and the kind of each value.
pub fn keys(value: &Value) -> String {
    let kind = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    let object = value.as_object().unwrap();
    let mut keys: Vec<String> = object.iter().map(|(key, value)| format!("{key}:{}", kind(value))).collect();
    keys.sort();
    keys.join(" ")
}

/// The error line for people and the one for programs; they say the same.
pub fn fails(folder: &Path, code: i32, class: &str, arguments: &[&str]) -> String {
    let said = say(folder, arguments);
    assert_eq!(said.code, code, "{arguments:?}: {}", said.err);
    assert_eq!(said.out, "", "{arguments:?}");
    assert!(said.err.starts_with("spindle: ") && said.err.lines().count() == 1, "{arguments:?}: {}", said.err);
    let with_json = say(folder, &[arguments, &["--json"]].concat());
    assert_eq!(with_json.code, code, "{arguments:?}: {}", with_json.err);
    let error = &json(&with_json.err)[0];
    assert_eq!(keys(error), "error:object");
    let error = &error["error"];
    let words: Vec<String> = error.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        {
            let mut sorted = words;
            sorted.sort();
            sorted
        },
        ["class", "message", "offset", "path"]
    );
    assert_eq!(error["class"], class, "{arguments:?}");
    assert!(error["message"].as_str().is_some_and(|message| !message.contains('\n')), "{error}");
    said.err.trim_end().to_owned()
}

/// A small disc with data and audio in a folder of its own, as `x.cue`.
pub fn mixed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    super::save(&small(), "cue", &folder.path().join("x.cue"), |_| ()).unwrap();
    folder
}

/// An ISO without a file system.
pub fn iso(folder: &Path, name: &str) {
    fs::write(folder.join(name), vec![b's'; 2048 * 20]).unwrap();
}

/// Runs the program until it tells of progress, then sends it a signal.
#[cfg(unix)]
pub fn interrupted(folder: &Path, signal: &str, arguments: &[&str]) -> (i32, String) {
    use std::io::{BufRead, BufReader, Read};
    let mut command = spindle();
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"progress\"")));
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    lines.for_each(drop);
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    (child.wait().unwrap().code().expect("it ends by itself"), errors)
}
