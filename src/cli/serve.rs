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
    /// The image; or “blank:cd-r” and others, for a recorder with a blank disc in it
    source: PathBuf,
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 3260)]
    port: u16,
    /// Make an image of what was recorded on the blank disc, in the end
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
    super::convert::print(&keep_recorded(&hands, target)?);
    Ok(())
}

/// The drive, and the name of what is in it.
fn drive(args: &Serve) -> Result<(String, Hands), JobError> {
    if let Some(kind) = args.source.to_str().and_then(blank_of) {
        let mut device = Device::new(Manners::default());
        let put = device.insert_blank(Blank::new(kind), Vec::new());
        // What is written on it is kept in a temporary file.
        put.map_err(|error| JobError::Write { path: std::env::temp_dir(), error })?;
        return Ok((kind.word().to_owned(), Hands::new(device)));
    }
    let image = image::open(&args.source, Opening::with(args.password.given()))?;
    let name = args.source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, Hands::new(Device::with(image.reader.clone()))))
}

fn announce(args: &Serve, server: &Server) {
    let (address, target) = (server.address().to_string(), server.target().to_owned());
    if args.json {
        print_json(&Served { event: "serving", address, target });
        return;
    }
    say(&format!("{} is the disc in a drive at {address}, target {target}", file_name(&args.source)));
    say(&format!("  Linux:   iscsiadm -m discovery -t st -p {address} && iscsiadm -m node -T {target} -p {address} --login"));
    say(&format!("  Windows: iscsicli QAddTargetPortal 127.0.0.1 && iscsicli QLoginTarget {target}"));
    say("Ctrl+C ends it.");
}
