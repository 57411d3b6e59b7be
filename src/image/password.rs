//! [`Password`], and [`Opening`]: what opening an image is given besides its name.

use std::fmt;

use super::flaw::Limits;
use crate::bytes::layers::Stop;

/// A password. It never shows itself in messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The characters, as they were typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Into<String>> From<S> for Password {
    fn from(text: S) -> Password {
        Password(text.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What opening an image is given besides its name.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// What hostile files may claim.
    pub limits: Limits,
    /// The password of an encrypted image.
    pub password: Option<Password>,
    /// Asked while something is unpacked, which may take long: whether the image is still wanted.
    pub stop: Stop,
}

impl Opening {
    /// The same, until this is true.
    pub fn until(mut self, stopped: impl Fn() -> bool + Send + Sync + 'static) -> Opening {
        self.stop = Stop::when(stopped);
        self
    }

    /// With this password, if there is one, and the usual limits.
    pub fn with(password: Option<Password>) -> Opening {
        Opening { password, ..Opening::default() }
    }
}

impl From<Limits> for Opening {
    fn from(limits: Limits) -> Opening {
        Opening { limits, ..Opening::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_show_itself() {
        assert!(!format!("{:?}", Opening::with(Some("secret".into()))).contains("secret"));
    }
}
