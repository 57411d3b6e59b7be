//! The order in which people count: “Track 2” comes before “Track 10”.

/// A piece of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// Digits without zeros before them: the longer is the larger.
    Number(usize, String),
    /// What is between numbers, in small letters.
    Text(String),
}

/// What names are sorted by. Those that differ only in case or in zeros have an order, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Natural(Vec<Piece>, String);

impl Natural {
    /// The key of a name.
    pub fn of(name: &str) -> Natural {
        let mut pieces = Vec::new();
        let mut rest = name;
        while let Some(first) = rest.chars().next() {
            let digits = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
            let (piece, behind) = rest.split_at(end);
            rest = behind;
            pieces.push(match digits {
                true => {
                    let number = piece.trim_start_matches('0');
                    Piece::Number(number.len(), number.to_owned())
                }
                false => Piece::Text(piece.to_lowercase()),
            });
        }
        Natural(pieces, name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_in_which_people_count() {
        let sorted = [
            "",
            "1 one",
            "2",
            "02 two",
            "10",
            "99999999999999999999999999",
            "100000000000000000000000000",
            "a2",
            "A10",
            "a10b1",
            "b",
            "É",
        ];
        let mut names = sorted;
        names.reverse();
        names.sort_by_key(|name| Natural::of(name));
        assert_eq!(names, sorted);
    }
}
