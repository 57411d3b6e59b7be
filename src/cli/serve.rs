//! `spindle serve`.

use std::fs::File;
use std::io::LineWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::{fail, print_json, say, until_interrupted};
use super::password::SourcePassword;
use crate::image::{self, Opening, file_name};
use crate::job::{JobError, blank_of, keep_recorded};
use crate::virtual_drive::iscsi::{Server, target_name};
use crate::virtual_drive::{Blank, Device, Hands, Manners, Tape};

#[derive(Args)]
pub struct Serve {
    /// The image; or “blank:cd-r” and others, for a recorder with a blank disc in it. Several are discs of which each goes into a recorder when the tray
    /// has been open for three seconds
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 3260)]
    port: u16,
    /// Make an image of what was recorded on the blank disc, in the end; of the second one “IMAGE (2)”, and so on
    #[arg(long, value_name = "IMAGE")]
    keep: Option<PathBuf>,
    /// Write down every command that the drive gets, and what came of it
    #[arg(long, value_name = "FILE")]
    tape: Option<PathBuf>,
    #[command(flatten)]
    password: SourcePassword,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Served {
    event: &'static str,
    address: String,
    target: String,
}

pub fn run(args: &Serve) -> ExitCode {
    match serve(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, args.json),
    }
}

/// Serves until Ctrl+C.
fn serve(args: &Serve) -> Result<(), JobError> {
    let (name, hands) = drive(args)?;
    let fail = |path: &Path, error| JobError::Write { path: path.to_owned(), error };
    let (target, port) = (target_name(&name), args.port);
    let server = match &args.tape {
        None => Server::new(hands.clone(), &target, port),
        Some(path) => {
            let file = File::create(path).map_err(|error| fail(path, error))?;
            Server::new(Tape::new(hands.clone(), LineWriter::new(file)), &target, port)
        }
    };
    let server = server.map_err(|error| fail(Path::new(&format!("127.0.0.1:{port}")), error))?;
    announce(args, &server);
    until_interrupted();
    drop(server);
    let Some(target) = &args.keep else { return Ok(()) };
    for report in keep_recorded(&hands, target)? {
        super::convert::print(&report);
    }
    Ok(())
}

/// The drive with the first disc in it and the others beside it, and the name of the first.
fn drive(args: &Serve) -> Result<(String, Hands), JobError> {
    let blank = |source: &PathBuf| source.to_str().and_then(blank_of);
    // An image alone is the disc in a player.
    let records = args.sources.len() > 1 || args.sources.iter().any(|source| blank(source).is_some());
    let mut device = Device::new(Manners { records, ..Manners::default() });
    let mut names = Vec::new();
    for source in &args.sources {
        if let Some(kind) = blank(source) {
            let laid = device.lay_blank_beside(Blank::new(kind));
            // What is written on it is kept in a temporary file.
            laid.map_err(|error| JobError::Write { path: std::env::temp_dir(), error })?;
            names.push(kind.word().to_owned());
        } else {
            device.lay_beside(image::open(source, Opening::with(args.password.given()))?.reader);
            names.push(source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default());
        }
    }
    device.next_disc();
    // Some hosts let a drive that was switched on be, and give up on one whose disc was changed before they came.
    device.switch_on();
    Ok((names.into_iter().next().unwrap_or_default(), Hands::new(device)))
}

fn announce(args: &Serve, server: &Server) {
    let (address, target) = (server.address().to_string(), server.target().to_owned());
    if args.json {
        print_json(&Served { event: "serving", address, target });
        return;
    }
    let first = args.sources.first().map(|source| file_name(source)).unwrap_or_default();
    say(&format!("{first} is the disc in a drive at {address}, target {target}"));
    say(&format!("  Linux:   iscsiadm -m discovery -t st -p {address} && iscsiadm -m node -T {target} -p {address} --login"));
    say(&format!("  Windows: iscsicli QAddTargetPortal 127.0.0.1 && iscsicli QLoginTarget {target}"));
    say("Ctrl+C ends it.");
}
