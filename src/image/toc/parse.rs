//! The grammar of a TOC file. No recursion: its braces nest three deep and no deeper.

use super::description::{KINDS, MODES, value};
use super::lex::{Lexer, Token};
use super::{Amount, Mark, Piece, Source, SubMode, TocFile, TocMode, TocTrack};
use crate::disc::{Control, Isrc, Mcn, Msf};
use crate::image::{Fault, Flaw, Limits, shorten};

/// Reads a TOC file. Names no file system knows and lengths no data file has pass; opening finds those.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<TocFile, Flaw> {
    if bytes.len() as u64 > limits.descriptor {
        return Err(Flaw::file(Fault::TooMany { what: "bytes in the TOC file", limit: limits.descriptor }));
    }
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) {
        return Err(Flaw::line(1, Fault::Unsupported { what: "a TOC file in UTF-16" }));
    }
    let mut parser = Parser::new(bytes, limits)?;
    let mut toc = TocFile::default();
    parser.header(&mut toc)?;
    while parser.take_word("TRACK")? {
        let number = usize::from(toc.first_track.unwrap_or(1)) + toc.tracks.len();
        if number > 99 {
            return Err(parser.flaw(Fault::TooMany { what: "tracks", limit: 99 }));
        }
        let track = parser.track()?;
        toc.tracks.push(track);
    }
    match parser.token {
        Token::End if toc.tracks.is_empty() => Err(parser.flaw(Fault::Missing { what: "TRACK" })),
        Token::End => Ok(toc),
        _ => Err(parser.unexpected("TRACK or a statement of the track")),
    }
}

/// The token in hand and what is left of the file.
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) token: Token<'a>,
    pub(super) line: u32,
    statements: u32,
    limits: &'a Limits,
    /// Names of files, sorted, to count them.
    names: Vec<String>,
}

impl<'a> Parser<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits) -> Result<Parser<'a>, Flaw> {
        let mut lexer = Lexer::new(bytes);
        let (line, token) = lexer.next()?;
        Ok(Parser { lexer, token, line, statements: 0, limits, names: Vec::new() })
    }

    /// Gives the token in hand and takes up the next.
    pub(super) fn take(&mut self) -> Result<Token<'a>, Flaw> {
        let (line, token) = self.lexer.next()?;
        self.line = line;
        Ok(std::mem::replace(&mut self.token, token))
    }

    /// The keyword in hand. It stays there.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self.token {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Takes this keyword if it is in hand.
    pub(super) fn take_word(&mut self, word: &str) -> Result<bool, Flaw> {
        let here = self.word() == Some(word);
        if here {
            self.statement()?;
            self.take()?;
        }
        Ok(here)
    }

    /// Takes this mark if it is in hand.
    pub(super) fn take_mark(&mut self, mark: char) -> Result<bool, Flaw> {
        let here = self.token == Token::Mark(mark);
        if here {
            self.take()?;
        }
        Ok(here)
    }

    /// Takes this mark, which has to be here.
    pub(super) fn mark(&mut self, mark: char, expected: &'static str) -> Result<(), Flaw> {
        if self.take_mark(mark)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Takes a string, which has to be here.
    pub(super) fn string(&mut self, expected: &'static str) -> Result<Vec<u8>, Flaw> {
        if !matches!(self.token, Token::Text(_)) {
            return Err(self.unexpected(expected));
        }
        match self.take()? {
            Token::Text(text) => Ok(text),
            _ => Ok(Vec::new()),
        }
    }

    /// Takes a number of these bounds, which has to be here.
    pub(super) fn number(&mut self, what: &'static str, expected: &'static str, bounds: (u64, u64)) -> Result<u64, Flaw> {
        let Token::Number(number) = self.token else { return Err(self.unexpected(expected)) };
        if number < bounds.0 || number > bounds.1 {
            return Err(self.out_of_range(what, expected, number));
        }
        self.take()?;
        Ok(number)
    }

    pub(super) fn flaw(&self, fault: Fault) -> Flaw {
        Flaw::line(self.line, fault)
    }

    pub(super) fn unexpected(&self, expected: &'static str) -> Flaw {
        self.flaw(Fault::Syntax { expected, found: self.token.shown() })
    }

    pub(super) fn out_of_range(&self, what: &'static str, expected: &'static str, found: u64) -> Flaw {
        self.flaw(Fault::OutOfRange { what, expected, found: i64::try_from(found).unwrap_or(i64::MAX) })
    }

    /// Counts a statement.
    pub(super) fn statement(&mut self) -> Result<(), Flaw> {
        self.statements += 1;
        if self.statements > self.limits.statements {
            return Err(self.flaw(Fault::TooMany { what: "statements", limit: u64::from(self.limits.statements) }));
        }
        Ok(())
    }

    /// Everything before the first track. cdrdao wants it in one order; nothing depends on that.
    fn header(&mut self, toc: &mut TocFile) -> Result<(), Flaw> {
        while let Some(word) = self.word() {
            if word == "TRACK" {
                break;
            }
            let kind = value(&KINDS, word);
            if kind.is_none() && !matches!(word, "CATALOG" | "FIRST_TRACK_NO" | "CD_TEXT") {
                break;
            }
            self.statement()?;
            self.take()?;
            match (kind, word) {
                (Some(kind), _) => toc.kind = kind,
                (None, "CATALOG") => toc.catalog = self.catalog()?,
                (None, "FIRST_TRACK_NO") => {
                    toc.first_track = Some(self.number("FIRST_TRACK_NO", "a track number from 1 to 99", (1, 99))? as u8);
                }
                _ => self.text_of_disc(toc)?,
            }
        }
        Ok(())
    }

    fn catalog(&mut self) -> Result<Option<Mcn>, Flaw> {
        let line = self.line;
        let digits = self.string("the catalogue number as a string of 13 digits")?;
        if digits.is_empty() {
            return Ok(None);
        }
        let shown = || shorten(&String::from_utf8_lossy(&digits));
        let mcn = Mcn::new(&digits)
            .map_err(|_| Flaw::line(line, Fault::Syntax { expected: "a catalogue number of 13 digits", found: shown() }))?;
        Ok(Some(mcn))
    }

    /// A track, after the word `TRACK`.
    fn track(&mut self) -> Result<TocTrack, Flaw> {
        let line = self.line;
        let mode = self.mode()?.filter(|mode| *mode != TocMode::Mode0).ok_or_else(|| self.unexpected("the mode of the track"))?;
        self.take()?;
        let mut track = TocTrack {
            line,
            mode,
            record: mode.records().first().copied().unwrap_or_default(),
            sub: self.sub_mode()?,
            control: Control::default(),
            isrc: None,
            text: Vec::new(),
            pieces: Vec::new(),
            start: None,
            end: None,
            indexes: Vec::new(),
        };
        while let Some(word) = self.word() {
            if word == "TRACK" {
                break;
            }
            self.statement()?;
            if !self.flag(word, &mut track)? && !self.piece(word, &mut track)? {
                self.place(word, &mut track)?;
            }
        }
        if track.pieces.is_empty() {
            return Err(Flaw::line(line, Fault::Missing { what: "the data of the track" }));
        }
        Ok(track)
    }

    /// The mode in hand, which stays there.
    fn mode(&self) -> Result<Option<TocMode>, Flaw> {
        Ok(self.word().and_then(|word| value(&MODES, word)))
    }

    fn sub_mode(&mut self) -> Result<Option<SubMode>, Flaw> {
        let sub = match self.word() {
            Some("RW") => SubMode::Rw,
            Some("RW_RAW") => SubMode::RwRaw,
            _ => return Ok(None),
        };
        self.take()?;
        Ok(Some(sub))
    }

    /// Flags, recording code and CD-TEXT. Whether it was one of them.
    fn flag(&mut self, word: &str, track: &mut TocTrack) -> Result<bool, Flaw> {
        match word {
            "NO" => {
                self.take()?;
                match self.word() {
                    Some("COPY") => track.control.copy = false,
                    Some("PRE_EMPHASIS") => track.control.pre_emphasis = false,
                    _ => return Err(self.unexpected("COPY or PRE_EMPHASIS")),
                }
                self.take()?;
            }
            "COPY" | "PRE_EMPHASIS" | "TWO_CHANNEL_AUDIO" | "FOUR_CHANNEL_AUDIO" => {
                match word {
                    "COPY" => track.control.copy = true,
                    "PRE_EMPHASIS" => track.control.pre_emphasis = true,
                    _ => track.control.four_channel = word == "FOUR_CHANNEL_AUDIO",
                }
                self.take()?;
            }
            "ISRC" => {
                self.take()?;
                track.isrc = self.isrc()?;
            }
            "CD_TEXT" => {
                self.take()?;
                track.text = self.text_of_track()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn isrc(&mut self) -> Result<Option<Isrc>, Flaw> {
        let line = self.line;
        let code = self.string("the ISRC as a string of 12 characters")?;
        if code.is_empty() {
            return Ok(None);
        }
        let shown = || shorten(&String::from_utf8_lossy(&code));
        let isrc = Isrc::new(&code).map_err(|_| {
            Flaw::line(line, Fault::Syntax { expected: "an ISRC of five letters or digits and seven digits", found: shown() })
        })?;
        Ok(Some(isrc))
    }

    /// Where data come from. Whether it was such a statement.
    fn piece(&mut self, word: &str, track: &mut TocTrack) -> Result<bool, Flaw> {
        let line = self.line;
        let (source, length) = match word {
            "FILE" | "AUDIOFILE" | "DATAFILE" => {
                self.take()?;
                self.file(word, track.mode)?
            }
            "SILENCE" | "ZERO" => {
                self.take()?;
                if word == "ZERO" && self.mode()?.is_some() {
                    self.take()?;
                }
                self.sub_mode()?;
                let samples = word == "SILENCE" && track.mode == TocMode::Audio;
                (Source::Empty, Some(self.amount("the length, as a time or a number", samples)?))
            }
            "PREGAP" if !track.pieces.is_empty() || track.start.is_some() => {
                return Err(self.flaw(Fault::Misplaced { what: "PREGAP", why: "it comes before the data of the track" }));
            }
            "PREGAP" => {
                self.take()?;
                let length = self.time("the length of the pregap as minutes:seconds:frames")?;
                track.start = Some(Mark::After(1));
                (Source::Empty, Some(Amount::Sectors(length)))
            }
            // Reading a pipe can block for ever, and no pipe can be read at an address.
            "FIFO" => return Err(self.flaw(Fault::Unsupported { what: "FIFO: data from a pipe" })),
            _ => return Ok(false),
        };
        track.pieces.push(Piece { line, source, length });
        Ok(true)
    }

    /// What follows FILE, AUDIOFILE or DATAFILE.
    fn file(&mut self, word: &str, mode: TocMode) -> Result<(Source, Option<Amount>), Flaw> {
        let audio = word != "DATAFILE";
        let samples = audio && mode == TocMode::Audio;
        let name = name_of(self.string("the name of the data file as a string")?);
        if name.is_empty() || name == "-" {
            return Err(self.flaw(Fault::Unsupported { what: "data from the standard input" }));
        }
        self.count_name(&name)?;
        let swap = audio && self.word() == Some("SWAP");
        if swap {
            self.take()?;
        }
        let mut offset = 0;
        if self.take_mark('#')? {
            offset = self.number("#", "the number of bytes to skip", (0, u64::MAX))?;
        }
        let start = match audio {
            true => self.amount("where in the file to begin, as a time or a number", samples)?,
            false => Amount::Bytes(0),
        };
        let mut length = None;
        if matches!(self.token, Token::Number(_)) {
            let zero = |length: &Amount| matches!(length, Amount::Sectors(0) | Amount::Samples(0) | Amount::Bytes(0));
            length = Some(self.amount("the length, as a time or a number", samples)?).filter(|length| !zero(length));
        }
        Ok((Source::File { name, offset, start, swap, audio }, length))
    }

    fn count_name(&mut self, name: &str) -> Result<(), Flaw> {
        if let Err(at) = self.names.binary_search_by(|other| other.as_str().cmp(name)) {
            if self.names.len() >= self.limits.files as usize {
                return Err(self.flaw(Fault::TooMany { what: "data files", limit: u64::from(self.limits.files) }));
            }
            self.names.insert(at, name.to_owned());
        }
        Ok(())
    }

    /// START, END and INDEX; anything else is none of a track's statements.
    fn place(&mut self, word: &str, track: &mut TocTrack) -> Result<(), Flaw> {
        let mark = match word {
            "START" => &mut track.start,
            "END" => &mut track.end,
            "INDEX" => {
                self.take()?;
                let at = self.time("the place of the index as minutes:seconds:frames")?;
                return self.index(at, track);
            }
            _ => return Err(self.unexpected("a statement of the track")),
        };
        if mark.is_some() {
            let what = if word == "START" { "a second START" } else { "a second END" };
            return Err(self.flaw(Fault::Misplaced { what, why: "the track has one already" }));
        }
        self.take()?;
        *mark = Some(match self.token {
            Token::Number(_) => Mark::At(self.time("a place as minutes:seconds:frames")?),
            _ => Mark::After(track.pieces.len()),
        });
        Ok(())
    }

    fn index(&self, at: u32, track: &mut TocTrack) -> Result<(), Flaw> {
        if track.indexes.len() >= 98 {
            return Err(self.flaw(Fault::TooMany { what: "indexes in a track", limit: 99 }));
        }
        if track.indexes.last().copied().unwrap_or(0) >= at {
            return Err(self.out_of_range("INDEX, in sectors,", "a place behind the index before it", u64::from(at)));
        }
        track.indexes.push(at);
        Ok(())
    }

    /// A time, or a number of samples or bytes.
    fn amount(&mut self, expected: &'static str, samples: bool) -> Result<Amount, Flaw> {
        let first = self.number("a length or place", expected, (0, u64::MAX))?;
        Ok(match self.token {
            Token::Mark(':') => Amount::Sectors(self.time_after(first)?),
            _ if samples => Amount::Samples(first),
            _ => Amount::Bytes(first),
        })
    }

    fn time(&mut self, expected: &'static str) -> Result<u32, Flaw> {
        let minutes = self.number("a time", expected, (0, u64::MAX))?;
        self.time_after(minutes)
    }

    /// The rest of a time whose minutes are taken, in sectors.
    fn time_after(&mut self, minutes: u64) -> Result<u32, Flaw> {
        self.mark(':', "a colon and the seconds")?;
        let seconds = self.number("the seconds of a time", "a number below 60", (0, 59))?;
        self.mark(':', "a colon and the frames")?;
        let frames = self.number("the frames of a time", "a number below 75", (0, 74))?;
        let time = u32::try_from(minutes).ok().and_then(|minutes| Msf::new(minutes, seconds as u8, frames as u8).ok());
        let time = time.ok_or_else(|| self.out_of_range("the minutes of a time", "minutes that a disc can have", minutes))?;
        Ok(time.frames())
    }
}

/// A file name: UTF-8, or the Latin-1 of old.
fn name_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(|&byte| char::from(byte)).collect())
}
