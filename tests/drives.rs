//! Drives on the command line, as far as they can be tried without one: the drive in software takes the way of every other.

mod common;

use std::fs;

use common::program::{fails, iso, json, keys, mixed, ok};

#[test]
fn the_drive_in_software_is_always_there() {
    let folder = mixed();
    let drives = json(&ok(folder.path(), &["drives", "--json"]));
    let demo = drives[0].as_array().unwrap().last().unwrap();
    let shape = "c2_pointers:bool firmware:text in_use:null label:text media:list medium:text name:text sectors:int sessions:int source:text state:text tracks:int words:text writes:list";
    assert_eq!(keys(demo), shape);
    assert_eq!((&demo["name"], &demo["source"], &demo["state"]), (&"demo".into(), &"drive:demo".into(), &"disc".into()));
    let said = ok(folder.path(), &["drives"]);
    assert!(said.contains("SPINDLE SOFTWARE DRIVE") && said.contains("reads BD-ROM, DVD-ROM, CD-ROM; writes none"), "{said}");
}

#[test]
fn any_image_can_be_put_into_it_and_is_read_like_a_disc() {
    let folder = mixed();
    let at = folder.path();
    iso(at, "a.iso");
    let drives = json(&ok(at, &["drives", "--json", "--demo", "a.iso"]));
    let demo = drives[0].as_array().unwrap().last().unwrap();
    assert_eq!((&demo["source"], &demo["sectors"], &demo["medium"]), (&"drive:demo:a.iso".into(), &20.into(), &"CD-ROM".into()));
    assert!(ok(at, &["inspect", "drive:demo:a.iso"]).contains("Disc in a drive"));
    ok(at, &["verify", "drive:demo:a.iso", "a.iso"]);
    let sums = |source: &str| json(&ok(at, &["hash", "--json", source]))[0]["disc"].clone();
    assert_eq!(sums("drive:demo:a.iso"), sums("a.iso"));
    ok(at, &["convert", "drive:demo:a.iso", "b.iso"]);
    assert_eq!(fs::read(at.join("b.iso")).unwrap(), fs::read(at.join("a.iso")).unwrap());
}

#[test]
fn what_is_not_there_is_the_request_s_fault() {
    let folder = mixed();
    for source in ["drive:/dev/sr9999", "drive:demo:nowhere.iso"] {
        fails(folder.path(), 2, "request", &["inspect", source]);
        fails(folder.path(), 2, "request", &["convert", source, "b.iso"]);
    }
}

#[test]
fn a_report_is_written_once_and_names_nobody() {
    let folder = mixed();
    let at = folder.path();
    iso(at, "a.iso");
    let said = ok(at, &["drives", "--demo", "a.iso", "--report", "report.txt"]);
    assert!(said.contains("report.txt"), "{said}");
    let report = fs::read_to_string(at.join("report.txt")).unwrap();
    for asked in ["INQUIRY", "GET CONFIGURATION", "READ TOC, full", "READ CD at 0, whole with C2", "(5/20/00)"] {
        assert!(report.contains(asked), "{asked}");
    }
    assert!(!report.contains("a.iso") && !report.contains(at.to_str().unwrap()));
    fails(at, 2, "request", &["drives", "--report", "report.txt"]);
    fails(at, 6, "system", &["drives", "--report", "no folder/report.txt"]);
    assert_eq!(fs::read_to_string(at.join("report.txt")).unwrap(), report);
}
