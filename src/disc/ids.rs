//! The numbers that identify a disc and its tracks: [`Mcn`] and [`Isrc`].

use std::fmt;
use std::str::FromStr;

/// Media catalogue number of a disc: 13 digits (EAN-13), Q subchannel mode 2 (ECMA-130, clause 22.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mcn([u8; 13]);

/// International standard recording code of a track: five letters or digits and seven digits, Q subchannel mode 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isrc([u8; 12]);

/// A catalogue number or recording code of the wrong form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadId {
    /// Not 13 digits.
    #[error("a catalogue number has 13 digits")]
    Mcn,
    /// Not five letters or digits and seven digits.
    #[error("an ISRC has five letters or digits and then seven digits")]
    Isrc,
}

impl Mcn {
    /// From 13 ASCII digits. All zeros is how many writers say "none": see [`Mcn::or_none`].
    pub fn new(digits: &[u8]) -> Result<Mcn, BadId> {
        let digits: [u8; 13] = digits.try_into().map_err(|_| BadId::Mcn)?;
        if digits.iter().all(u8::is_ascii_digit) { Ok(Mcn(digits)) } else { Err(BadId::Mcn) }
    }

    /// From a field that may be empty, blank, or all zeros: those mean that there is no number.
    pub fn or_none(field: &[u8]) -> Option<Mcn> {
        Mcn::new(field).ok().filter(|mcn| mcn.0.iter().any(|&digit| digit != b'0'))
    }

    /// The 13 ASCII digits.
    pub fn as_bytes(&self) -> &[u8; 13] {
        &self.0
    }

    /// The 13 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are ever stored")
    }
}

impl Isrc {
    /// From 12 ASCII characters; lower-case letters are raised.
    pub fn new(code: &[u8]) -> Result<Isrc, BadId> {
        let mut code: [u8; 12] = code.try_into().map_err(|_| BadId::Isrc)?;
        code.make_ascii_uppercase();
        let good = code[..5].iter().all(u8::is_ascii_alphanumeric) && code[5..].iter().all(u8::is_ascii_digit);
        if good { Ok(Isrc(code)) } else { Err(BadId::Isrc) }
    }

    /// The 12 ASCII characters.
    pub fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// The 12 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII letters and digits are ever stored")
    }
}

impl FromStr for Mcn {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Mcn, BadId> {
        Mcn::new(text.as_bytes())
    }
}

impl FromStr for Isrc {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Isrc, BadId> {
        Isrc::new(text.as_bytes())
    }
}

impl fmt::Display for Mcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_form_is_taken() {
        assert_eq!("0000012101954".parse::<Mcn>().unwrap().as_str(), "0000012101954");
        assert!("000001210195".parse::<Mcn>().is_err());
        assert!("00000121O1954".parse::<Mcn>().is_err());
        assert_eq!("usab19912345".parse::<Isrc>().unwrap().as_str(), "USAB19912345");
        assert!("USAB1991234X".parse::<Isrc>().is_err());
        assert!("ÄSAB1991234".parse::<Isrc>().is_err());
    }

    #[test]
    fn zeros_and_blanks_are_no_number() {
        assert_eq!(Mcn::or_none(b"0000000000000"), None);
        assert_eq!(Mcn::or_none(&[0; 13]), None);
        assert!(Mcn::or_none(b"0000010271955").is_some());
    }
}
