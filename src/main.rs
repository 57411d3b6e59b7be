//! Decides between the window and the command line.

use std::process::ExitCode;

#[cfg(feature = "gui")]
fn main() -> ExitCode {
    let paths = std::env::args_os().skip(1).map(std::path::PathBuf::from).collect();
    match spindle::ui::run(paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spindle: {error}");
            ExitCode::from(6)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn main() -> ExitCode {
    ExitCode::SUCCESS
}
