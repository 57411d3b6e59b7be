//! `spindle verify`.

use std::process::ExitCode;

use serde::Serialize;

use super::output::{Output, print_json, say};
use super::{Verify, perform};
use crate::job::{Outcome, Task, VerifyReport};

#[derive(Serialize)]
struct Shape {
    path: String,
    other: Option<String>,
    passed: bool,
    differences: Vec<String>,
    protected: u64,
    unprotected: u64,
    repairable: u64,
    damaged: u64,
    misplaced: u64,
    wrong_at: Vec<i32>,
    checksums: u64,
    broken: Vec<String>,
    seconds: f64,
}

pub fn run(args: &Verify) -> ExitCode {
    let task = Task::Verify { source: args.source.clone(), other: args.other.clone(), password: args.password.given() };
    perform(task, Output::new(args.json), |outcome| {
        let Outcome::Verified(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if args.json {
            print_json(&shape(&report))
        } else {
            print(&report)
        }
        Ok(ExitCode::from(u8::from(!report.passed())))
    })
}

fn shape(report: &VerifyReport) -> Shape {
    let findings = &report.findings;
    Shape {
        path: report.source.to_string_lossy().into_owned(),
        other: report.other.as_ref().map(|other| other.to_string_lossy().into_owned()),
        passed: report.passed(),
        differences: report.differences.iter().map(ToString::to_string).collect(),
        protected: findings.protected,
        unprotected: findings.unprotected,
        repairable: findings.repairable,
        damaged: findings.damaged,
        misplaced: findings.misplaced,
        wrong_at: findings.wrong_at.iter().map(|lba| lba.0).collect(),
        checksums: findings.checksums,
        broken: findings.broken.clone(),
        seconds: report.seconds,
    }
}

fn print(report: &VerifyReport) {
    let source = report.source.display();
    match &report.other {
        Some(other) if report.passed() => say(&format!("Equal: {source} and {} hold the same disc.", other.display())),
        Some(other) => {
            say(&format!("Different: {source} and {}", other.display()));
            report.differences.iter().for_each(|difference| say(&format!("  {difference}")));
        }
        None => print_findings(report),
    }
}

fn print_findings(report: &VerifyReport) {
    let findings = &report.findings;
    let source = report.source.display();
    if !findings.broken.is_empty() {
        say(&format!("Damaged: {source}: what is in it is not what it says of itself."));
        findings.broken.iter().for_each(|broken| say(&format!("  {broken}")));
    }
    let kept = match (findings.checksums, findings.broken.len()) {
        (1.., 0) => "; the image's own checksum is right",
        _ => "",
    };
    if findings.protected == 0 && findings.checksums > 0 {
        if report.passed() {
            say(&format!("Sound: {source}: all {} sectors can be read{kept}.", findings.unprotected));
        }
        return;
    }
    if findings.protected == 0 {
        return say(&format!("{source}: all {} sectors can be read; none carries a checksum to check.", findings.unprotected));
    }
    let rest = match findings.unprotected {
        0 => String::new(),
        more => format!("; {more} more carry none"),
    };
    if findings.wrong() == 0 {
        if !findings.broken.is_empty() {
            return;
        }
        return say(&format!("Sound: {source}: {} sectors checked by EDC and ECC, all right{rest}{kept}.", findings.protected));
    }
    say(&format!("Damaged: {source}: {} of {} sectors with checksums are wrong{rest}.", findings.wrong(), findings.protected));
    let rows = [
        (findings.repairable, "can be repaired by their error correction"),
        (findings.damaged, "are beyond repair"),
        (findings.misplaced, "carry another address"),
    ];
    rows.iter().filter(|(count, _)| *count > 0).for_each(|(count, what)| say(&format!("  {count} {what}")));
    if let Some(first) = findings.wrong_at.first() {
        say(&format!("  The first is sector {first} ({}).", first.to_msf()));
    }
}
