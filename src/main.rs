//! Decides between the window and the command line.

fn main() -> std::process::ExitCode {
    spindle::cli::main()
}
