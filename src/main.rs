//! Decides between the window and the command line.
#![cfg_attr(all(windows, feature = "gui", not(debug_assertions)), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    spindle::cli::main()
}
