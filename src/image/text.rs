//! Lines of descriptor files that are text.

use std::borrow::Cow;

/// The lines of a text and their numbers, counted from 1, without blanks at either end. LF, CR LF and a lone CR all end a line; a byte
/// order mark of UTF-8 is passed over; what is not UTF-8 is shown as U+FFFD.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (u32, Cow<'_, str>)> {
    let mut rest = Some(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    let mut number = 0;
    std::iter::from_fn(move || {
        let text = rest?;
        number += 1;
        let end = text.iter().position(|&byte| byte == b'\n' || byte == b'\r').unwrap_or(text.len());
        let (line, after) = text.split_at(end);
        rest = match after {
            [b'\r', b'\n', after @ ..] | [_, after @ ..] => Some(after),
            [] => None,
        };
        Some((number, String::from_utf8_lossy(line.trim_ascii())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_ends_one_line() {
        let found: Vec<_> = lines(b"\xEF\xBB\xBFa\r\n b \n\nc\rd\xFF").map(|(number, line)| format!("{number}{line}")).collect();
        assert_eq!(found, ["1a", "2b", "3", "4c", "5d\u{FFFD}"]);
    }
}
