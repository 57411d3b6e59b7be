//! [`TuningForm`]: what was chosen of how a new image is packed. No drawing.

use std::fmt;

use crate::image::packing::{Choices, PART_SIZES, Tuning, parse_size};

/// What was chosen of how a new image is packed. What its format has no choice of stays without effect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TuningForm {
    /// The compression; `None`: the usual one.
    pub codec: Option<&'static str>,
    /// How hard to compress; `None`: as usual.
    pub level: Option<u8>,
    /// Bytes of a block; `None`: the usual number.
    pub block: Option<u32>,
    /// Whether it is cut into parts.
    pub parts: Parts,
    /// The size of a part, as it was typed.
    pub own_size: String,
    /// Whether it is encrypted.
    pub encrypt: bool,
    /// Its password.
    pub password: Typed,
    /// The same once more.
    pub again: Typed,
    /// Whether it can be read while it is typed, and then is typed once.
    pub shown: bool,
}

/// Whether an image is cut into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parts {
    /// One file.
    #[default]
    Whole,
    /// This one of [`PART_SIZES`].
    Usual(usize),
    /// Of the size that was typed.
    Own,
}

/// A password that is being typed. It never shows itself in messages.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed(pub String);

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

impl TuningForm {
    /// What to ask of a format with these choices; or, in a sentence, why that can't be said yet.
    pub fn tuning(&self, choices: &Choices) -> Result<Tuning, String> {
        Ok(Tuning {
            level: self.level.filter(|_| choices.levels),
            codec: self.codec.filter(|codec| choices.codecs.contains(codec)).map(str::to_owned),
            block: self.block.filter(|block| choices.blocks.contains(block)),
            split: if choices.split { self.split()? } else { None },
            password: if choices.password.is_some() { self.password()?.map(Into::into) } else { None },
        })
    }

    fn split(&self) -> Result<Option<u64>, String> {
        match self.parts {
            Parts::Whole => Ok(None),
            Parts::Usual(which) => Ok(PART_SIZES.get(which).map(|size| size.bytes)),
            Parts::Own => match (parse_size(&self.own_size), self.own_size.trim()) {
                (Some(bytes), _) => Ok(Some(bytes)),
                (None, "") => Err("Parts need a size: 700 MB, 4.7 GB.".to_owned()),
                (None, typed) => Err(format!("“{typed}” is no size of a part: 700 MB and 4.7 GB are.")),
            },
        }
    }

    fn password(&self) -> Result<Option<&str>, String> {
        match (self.encrypt, self.password.0.as_str()) {
            (false, _) => Ok(None),
            (true, "") => Err("Encryption needs a password.".to_owned()),
            (true, password) if self.shown || password == self.again.0 => Ok(Some(password)),
            (true, _) => Err("The two passwords differ.".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::packing::Protection;

    const ALL: Choices = Choices {
        codecs: &["zlib", "lzma"],
        levels: true,
        blocks: &[2048, 65_536],
        split: true,
        password: Some(Protection::Weak),
    };

    #[test]
    fn a_format_is_asked_only_for_what_it_has() {
        let mut form = TuningForm { codec: Some("lzma"), level: Some(9), block: Some(2048), ..TuningForm::default() };
        (form.parts, form.encrypt, form.shown) = (Parts::Usual(0), true, true);
        form.password.0 = "secret".to_owned();
        let wish = form.tuning(&ALL).unwrap();
        assert_eq!((wish.codec.as_deref(), wish.level, wish.block), (Some("lzma"), Some(9), Some(2048)));
        assert_eq!((wish.split, wish.password.as_ref().map(|p| p.as_str())), (Some(700_000_000), Some("secret")));
        assert_eq!(ALL.refuses(&wish), None);
        assert_eq!(form.tuning(&Choices::NONE), Ok(Tuning::default()));
        let other = Choices { codecs: &["zlib"], blocks: &[4096], ..Choices::NONE };
        assert_eq!(form.tuning(&other), Ok(Tuning::default()), "what another format had is as if it were not chosen");
        assert!(!format!("{form:?}").contains("secret"));
    }

    #[test]
    fn what_is_not_finished_is_said_in_a_sentence() {
        let wrong = |change: &dyn Fn(&mut TuningForm)| {
            let mut form = TuningForm::default();
            change(&mut form);
            assert_eq!(form.tuning(&Choices::NONE), Ok(Tuning::default()));
            form.tuning(&ALL).unwrap_err()
        };
        assert_eq!(wrong(&|form| form.parts = Parts::Own), "Parts need a size: 700 MB, 4.7 GB.");
        let own = |form: &mut TuningForm| (form.parts, form.own_size) = (Parts::Own, "a lot".to_owned());
        assert_eq!(wrong(&own), "“a lot” is no size of a part: 700 MB and 4.7 GB are.");
        assert_eq!(wrong(&|form| form.encrypt = true), "Encryption needs a password.");
        let differing = |form: &mut TuningForm| (form.encrypt, form.password) = (true, Typed("a".to_owned()));
        assert_eq!(wrong(&differing), "The two passwords differ.");
    }
}
