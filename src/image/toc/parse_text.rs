//! The grammar of CD-TEXT in a TOC file.

use super::description::{ENCODINGS, ITEMS, value};
use super::lex::Token;
use super::parse::Parser;
use super::{TextBlock, TextItem, TextValue, TocFile};
use crate::image::{Fault, Flaw};

/// Language code of English (EBU Tech 3264, annex 2), the only one the grammar has a word for.
const ENGLISH: u8 = 9;

impl Parser<'_> {
    /// What follows the CD_TEXT of the disc.
    pub(super) fn text_of_disc(&mut self, toc: &mut TocFile) -> Result<(), Flaw> {
        self.mark('{', "{ after CD_TEXT")?;
        if self.take_word("LANGUAGE_MAP")? {
            toc.languages = self.language_map()?;
        }
        toc.text = self.blocks(true)?;
        Ok(())
    }

    /// What follows the CD_TEXT of a track.
    pub(super) fn text_of_track(&mut self) -> Result<Vec<TextBlock>, Flaw> {
        self.mark('{', "{ after CD_TEXT")?;
        self.blocks(false)
    }

    fn language_map(&mut self) -> Result<Vec<(u8, u8)>, Flaw> {
        self.mark('{', "{ after LANGUAGE_MAP")?;
        let mut languages: Vec<(u8, u8)> = Vec::new();
        while !self.take_mark('}')? {
            self.statement()?;
            let language = self.language()?;
            if languages.iter().any(|(other, _)| *other == language) {
                return Err(self.flaw(Fault::Misplaced { what: "a language", why: "LANGUAGE_MAP has one of the same number" }));
            }
            self.mark(':', "a colon and the language code")?;
            let code = match self.take_word("EN")? {
                true => ENGLISH,
                false => self.number("the language code", "a language code from 0 to 255, or EN", (0, 255))? as u8,
            };
            languages.push((language, code));
        }
        Ok(languages)
    }

    fn language(&mut self) -> Result<u8, Flaw> {
        Ok(self.number("the language", "a language number from 0 to 7", (0, 7))? as u8)
    }

    /// Blocks up to and with the closing brace of CD_TEXT.
    fn blocks(&mut self, of_disc: bool) -> Result<Vec<TextBlock>, Flaw> {
        let mut blocks: Vec<TextBlock> = Vec::new();
        while !self.take_mark('}')? {
            if !self.take_word("LANGUAGE")? {
                return Err(self.unexpected("LANGUAGE, or } at the end of CD_TEXT"));
            }
            let language = self.language()?;
            if blocks.iter().any(|block| block.language == language) {
                return Err(
                    self.flaw(Fault::Misplaced { what: "a second LANGUAGE of the same number", why: "there is one already" })
                );
            }
            blocks.push(self.block(language, of_disc)?);
        }
        Ok(blocks)
    }

    fn block(&mut self, language: u8, of_disc: bool) -> Result<TextBlock, Flaw> {
        self.mark('{', "{ after LANGUAGE")?;
        let encoding = self.word().and_then(|word| value(&ENCODINGS, word));
        if encoding.is_some() {
            self.take()?;
        }
        let mut items: Vec<TextItem> = Vec::new();
        while !self.take_mark('}')? {
            let kind = self.word().and_then(|word| value(&ITEMS, word));
            let kind = kind.ok_or_else(|| self.unexpected("an item of CD-TEXT, or } at the end of LANGUAGE"))?;
            if !of_disc && matches!(kind, 0x87..=0x89 | 0x8F) {
                return Err(
                    self.flaw(Fault::Misplaced { what: "this item of CD-TEXT", why: "it belongs to the disc, not to a track" })
                );
            }
            self.statement()?;
            self.take()?;
            let value = self.item()?;
            // The later one counts, as in cdrdao.
            items.retain(|item| item.kind != kind);
            items.push(TextItem { kind, value });
        }
        Ok(TextBlock { language, encoding, items })
    }

    fn item(&mut self) -> Result<TextValue, Flaw> {
        if matches!(self.token, Token::Text(_)) {
            return Ok(TextValue::Text(self.string("a string")?));
        }
        self.mark('{', "a string, or a list of bytes in braces")?;
        let mut bytes = Vec::new();
        while !self.take_mark('}')? {
            if !bytes.is_empty() {
                self.mark(',', "a comma or } after a byte")?;
            }
            bytes.push(self.number("a byte", "a number from 0 to 255", (0, 255))? as u8);
        }
        Ok(TextValue::Binary(bytes))
    }
}
