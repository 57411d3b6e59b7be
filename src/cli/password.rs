//! Passwords: from the command line, from the environment, from the terminal.

use std::io::{self, IsTerminal};
use std::path::Path;

use clap::Args;

use crate::image::{self, Fault, Password, file_name};
use crate::job::JobError;

/// The password that opens a source.
#[derive(Args, Default)]
pub struct SourcePassword {
    /// The password of an encrypted source; without it SPINDLE_PASSWORD, which other users of the machine can't see; without either it is asked
    /// for, where there is a terminal
    #[arg(long, value_name = "PASSWORD")]
    password: Option<String>,
}

impl SourcePassword {
    /// The password that was given, if one was.
    pub fn given(&self) -> Option<Password> {
        self.password.clone().or_else(|| variable("SPINDLE_PASSWORD")).map(Password::from)
    }
}

/// The password of a new image.
#[derive(Args)]
pub struct NewPassword {
    /// Encrypt the new image with this password
    #[arg(long, value_name = "PASSWORD", conflicts_with = "encrypt")]
    encrypt_with: Option<String>,
    /// Encrypt the new image with the password in SPINDLE_NEW_PASSWORD, or with one that is asked for
    #[arg(long)]
    encrypt: bool,
}

impl NewPassword {
    /// The password of the new image, if it is to have one.
    ///
    /// # Errors
    /// Where one is wanted and there is none: nobody to ask, or two different answers.
    pub fn given(&self) -> Result<Option<Password>, JobError> {
        if let Some(password) = &self.encrypt_with {
            return Ok(Some(password.as_str().into()));
        }
        if !self.encrypt {
            return Ok(None);
        }
        if let Some(password) = variable("SPINDLE_NEW_PASSWORD") {
            return Ok(Some(password.into()));
        }
        if !somebody_there() {
            return Err(JobError::NoPassword("there is no terminal to ask at, and SPINDLE_NEW_PASSWORD is empty"));
        }
        let first = ask("Password of the new image: ")?;
        let again = ask("The same once more: ")?;
        match first == again {
            true => Ok(Some(first.into())),
            false => Err(JobError::NoPassword("the two differ")),
        }
    }
}

/// Asks for the password that was missing; `None` where the error is another, or nobody is there to answer.
pub fn ask_for(error: &JobError) -> Option<Result<Password, JobError>> {
    match error {
        JobError::Image(image::Error { path, fault: Fault::PasswordMissing, .. }) if somebody_there() => Some(ask_of(path)),
        _ => None,
    }
}

/// Asks for the password of an image.
pub fn ask_of(path: &Path) -> Result<Password, JobError> {
    ask(&format!("Password of {}: ", super::output::tame(&file_name(path)))).map(Password::from)
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// Whether somebody sits at a terminal, and can be asked.
pub fn somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks at the terminal, and doesn't show what is typed. Ctrl+C and Ctrl+D cancel.
fn ask(prompt: &str) -> Result<String, JobError> {
    rpassword::prompt_password(prompt).map_err(|_| JobError::Cancelled)
}
