//! `spindle serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::{fail, print_json, say, until_interrupted};
use super::password::SourcePassword;
use crate::image::{self, Opening, file_name};
use crate::job::JobError;
use crate::virtual_drive::Device;
use crate::virtual_drive::iscsi::{Server, target_name};

#[derive(Args)]
pub struct Serve {
    /// The image
    source: PathBuf,
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, default_value_t = 3260)]
    port: u16,
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
    let image = image::open(&args.source, Opening::with(args.password.given()))?;
    let name = args.source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let server = Server::new(Device::with(image.reader.clone()), &target_name(&name), args.port)
        .map_err(|error| JobError::Write { path: format!("127.0.0.1:{}", args.port).into(), error })?;
    let (address, target) = (server.address().to_string(), server.target().to_owned());
    if args.json {
        print_json(&Served { event: "serving", address, target });
    } else {
        say(&format!("{} is the disc in a drive at {address}, target {target}", file_name(&args.source)));
        say(&format!("  Linux:   iscsiadm -m discovery -t st -p {address} && iscsiadm -m node -T {target} -p {address} --login"));
        say(&format!("  Windows: iscsicli QAddTargetPortal 127.0.0.1 && iscsicli QLoginTarget {target}"));
        say("Ctrl+C ends it.");
    }
    until_interrupted();
    drop(server);
    Ok(())
}
