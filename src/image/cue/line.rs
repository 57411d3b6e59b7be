//! One line of a sheet: its command, and the quoting of names and texts.

/// Splits a line into its first word and the rest; a quotation mark ends a word as a blank does (`TITLE"x"`).
pub fn command(line: &str) -> (&str, &str) {
    let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{FEFF}');
    let end = line.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, rest.trim_start())
}

/// A text without the quotation marks around it; one that is not closed counts as closed by the line's end.
pub fn unquote(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('"') {
        Some(inner) => inner.rfind('"').map_or(inner, |end| &inner[..end]),
        None => text,
    }
}

/// What follows `FILE`: the name and the words after it.
///
/// Works on bytes, so that the name can be cut out of a line whose encoding is a guess: blanks and quotation marks are no trail
/// bytes in any of them. A quoted name ends at the last quotation mark (names may contain some); one without quotation marks, or
/// with a mark that nothing closes, ends before the last word if `is_type` knows that word.
pub fn file_arguments(rest: &[u8], is_type: fn(&[u8]) -> bool) -> (&[u8], &[u8]) {
    let rest = rest.trim_ascii();
    let quote = rest.first().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let closing = quote.and_then(|quote| rest.iter().rposition(|byte| *byte == quote)).filter(|end| *end > 0);
    if let Some(end) = closing {
        return (&rest[1..end], rest[end + 1..].trim_ascii());
    }
    let rest = if quote == Some(b'"') { &rest[1..] } else { rest };
    match rest.iter().rposition(u8::is_ascii_whitespace) {
        Some(blank) if is_type(&rest[blank + 1..]) => (rest[..blank].trim_ascii_end(), &rest[blank + 1..]),
        _ => (rest, b""),
    }
}

/// Lines by any of CR LF, LF and CR. Splits bytes and their text at the same places wherever ASCII is one byte.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let all = rest?;
        let Some(end) = all.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            rest = None;
            return Some(all);
        };
        let skip = if all[end..].starts_with(b"\r\n") { 2 } else { 1 };
        rest = Some(&all[end + skip..]);
        Some(&all[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rest: &str) -> (&str, &str) {
        let (name, kind) = file_arguments(rest.as_bytes(), |word| word.eq_ignore_ascii_case(b"BINARY"));
        (std::str::from_utf8(name).unwrap(), std::str::from_utf8(kind).unwrap())
    }

    #[test]
    fn names_are_cut_out_however_they_are_quoted() {
        assert_eq!(file("\"a b.bin\" BINARY"), ("a b.bin", "BINARY"));
        assert_eq!(file("a b.bin binary"), ("a b.bin", "binary"));
        assert_eq!(file("\"a \"b\".bin\" BINARY"), ("a \"b\".bin", "BINARY"));
        assert_eq!(file("\"a.bin BINARY"), ("a.bin", "BINARY"));
        assert_eq!(file("'a.bin'\tBINARY"), ("a.bin", "BINARY"));
        assert_eq!(file("it's.bin BINARY"), ("it's.bin", "BINARY"));
        assert_eq!(file("\"a.bin\"BINARY"), ("a.bin", "BINARY"));
        assert_eq!(file("a.bin"), ("a.bin", ""));
        assert_eq!(file("my file.bin"), ("my file.bin", ""));
        assert_eq!(file("\""), ("", ""));
        assert_eq!(file("'"), ("'", ""));
        assert_eq!(file(""), ("", ""));
    }

    #[test]
    fn texts_lose_their_marks() {
        assert_eq!(
            [unquote("\"a\""), unquote("a b"), unquote("\"a"), unquote("\"\""), unquote("\"a\" ; b"), unquote("\"")],
            ["a", "a b", "a", "", "a", ""]
        );
        assert_eq!(command("\tTITLE\"x y\" "), ("TITLE", "\"x y\""));
        assert_eq!(command("  REM"), ("REM", ""));
    }

    #[test]
    fn every_line_end_is_one() {
        let split = |text: &'static str| lines(text.as_bytes()).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
        assert_eq!(split("a\r\nb\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(split("a\n\r\n"), ["a", "", ""]);
        assert_eq!(split(""), [""]);
    }
}
