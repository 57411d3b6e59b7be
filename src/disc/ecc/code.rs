//! Which words of a sector make up the vectors of P and Q (ECMA-130 annex A).

/// Words from the header to the end of a sector.
pub(super) const WORDS: usize = 1170;
/// Of these, the ones that both P and Q protect; the words of Q follow.
const CROSSED: usize = 1118;

/// One of the two codes of the product code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    P,
    Q,
}

impl Code {
    /// How many vectors there are.
    pub const fn vectors(self) -> usize {
        match self {
            Self::P => 43,
            Self::Q => 26,
        }
    }

    /// Symbols of a vector.
    pub const fn symbols(self) -> usize {
        match self {
            Self::P => 26,
            Self::Q => 45,
        }
    }

    /// Where symbol `i` of a vector lies.
    pub const fn word(self, vector: usize, i: usize) -> usize {
        match self {
            Self::P => vector + 43 * i,
            Self::Q if i < 43 => (44 * i + 43 * vector) % CROSSED,
            Self::Q => CROSSED + 26 * (i - 43) + vector,
        }
    }

    /// The vector of this code that a word lies in, and the exponent of its weight there; the words of Q lie in no vector of P.
    pub const fn place_of(self, word: usize) -> Option<(usize, usize)> {
        match self {
            Self::P if word >= CROSSED => None,
            Self::P => Some((word % 43, 25 - word / 43)),
            Self::Q if word >= CROSSED => Some(((word - CROSSED) % 26, 1 - (word - CROSSED) / 26)),
            // Row − column, modulo the 26 rows (52 ≥ the last column keeps it positive).
            Self::Q => Some(((word / 43 + 52 - word % 43) % 26, 44 - word % 43)),
        }
    }

    /// The code whose vectors cross those of this one.
    pub const fn other(self) -> Self {
        match self {
            Self::P => Self::Q,
            Self::Q => Self::P,
        }
    }
}
