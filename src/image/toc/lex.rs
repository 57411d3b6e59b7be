//! The words, numbers, strings and marks of a TOC file.

use crate::image::{Fault, Flaw, shorten};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword.
    Word(&'a str),
    /// A decimal number.
    Number(u64),
    /// A string, escapes resolved.
    Text(Vec<u8>),
    /// One of `{`, `}`, `:`, `,`, `#`.
    Mark(char),
    /// The end of the file.
    End,
}

impl Token<'_> {
    /// How a message shows it.
    pub fn shown(&self) -> String {
        match self {
            Token::Word(word) => shorten(word),
            Token::Number(number) => number.to_string(),
            Token::Text(text) => shorten(&format!("\"{}\"", String::from_utf8_lossy(text.get(..80).unwrap_or(text)))),
            Token::Mark(mark) => mark.to_string(),
            Token::End => "the end of the file".to_owned(),
        }
    }
}

/// Takes a TOC file apart, one token after the other.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> Lexer<'a> {
    pub fn new(bytes: &'a [u8]) -> Lexer<'a> {
        Lexer { bytes: bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes), at: 0, line: 1 }
    }

    /// The next token and the line it begins in.
    pub fn next(&mut self) -> Result<(u32, Token<'a>), Flaw> {
        self.skip_blank();
        let line = self.line;
        let token = match self.peek() {
            None => Token::End,
            Some(b'"') => Token::Text(self.string()?),
            Some(mark @ (b'{' | b'}' | b':' | b',' | b'#')) => {
                self.at += 1;
                Token::Mark(char::from(mark))
            }
            Some(b'0'..=b'9') => self.number()?,
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                Token::Word(self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
            }
            Some(_) => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len()).min(80);
                let found = String::from_utf8_lossy(rest.get(..end).unwrap_or(rest));
                return Err(Flaw::line(line, Fault::Syntax { expected: "a statement", found: shorten(&found) }));
            }
        };
        Ok((line, token))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Past white space and comments, counting lines: LF, CR LF and a lone CR all end one.
    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            let next = self.bytes.get(self.at + 1).copied();
            if byte == b'/' && next == Some(b'/') {
                self.run(|byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            if !byte.is_ascii_whitespace() && byte != 0x0B {
                return;
            }
            if byte == b'\n' || (byte == b'\r' && next != Some(b'\n')) {
                self.line = self.line.saturating_add(1);
            }
            self.at += 1;
        }
    }

    /// The run of bytes that belong together; only ever asked for such that are ASCII where the text is used.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|&byte| !belongs(byte)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).and_then(|run| std::str::from_utf8(run).ok()).unwrap_or_default()
    }

    fn number(&mut self) -> Result<Token<'a>, Flaw> {
        let digits = self.run(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(number) => Ok(Token::Number(number)),
            Err(_) => Err(self.syntax("a number below 2⁶⁴", digits.as_bytes())),
        }
    }

    /// A string up to its closing quote in the same line. A backslash escapes a quote, a backslash and three octal digits; before
    /// anything else it is itself, as in the paths of Windows.
    fn string(&mut self) -> Result<Vec<u8>, Flaw> {
        let from = self.at;
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let byte = match self.peek() {
                None | Some(b'\n' | b'\r') => {
                    return Err(self.syntax("a closing quote", self.bytes.get(from..self.at).unwrap_or_default()));
                }
                Some(byte) => byte,
            };
            self.at += 1;
            match byte {
                b'"' => return Ok(text),
                b'\\' => text.push(self.escape()?),
                _ => text.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<u8, Flaw> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        match rest {
            [quoted @ (b'"' | b'\\'), ..] => {
                self.at += 1;
                Ok(*quoted)
            }
            [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
                self.at += 3;
                let octal = [a, b, c].into_iter().try_fold(0u32, |sum, digit| Some(sum * 8 + char::from(*digit).to_digit(8)?));
                let byte = octal.and_then(|octal| u8::try_from(octal).ok());
                byte.ok_or_else(|| self.syntax("three octal digits up to 377 after a backslash", &[*a, *b, *c]))
            }
            _ => Ok(b'\\'),
        }
    }

    fn syntax(&self, expected: &'static str, found: &[u8]) -> Flaw {
        let found = String::from_utf8_lossy(found.get(..80).unwrap_or(found));
        Flaw::line(self.line, Fault::Syntax { expected, found: shorten(&found) })
    }
}
