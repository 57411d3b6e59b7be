//! The search for the wrong bytes of a sector.
//!
//! A vector with one wrong symbol tells where it is and what it should be; with two wrong symbols whose places are known from
//! elsewhere it tells both values. Correcting one vector lightens those it crosses.
//!
//! A vector with more errors than it can bear may look like one with a single error elsewhere: of all vectors of Q that have two,
//! every sixth does. A correction that believes it adds an error instead. So what the crossing vectors say decides which
//! correction comes first, and the doubtful ones wait until the certain ones have made things clearer.

use super::code::{Code, WORDS};
use super::field::{divided, log, power, times};

/// Steps after which a correction that goes round in circles is given up.
const MAX_STEPS: usize = 200;

/// So many orders of the vectors are tried.
const ORDERS: usize = 6;

/// Vectors that are followed to see whether a correction makes sense.
const MAX_CHAIN: usize = 8;

/// Erasures are looked for in vectors with at most so many suspicious symbols.
const MAX_SUSPECTS: usize = 6;

/// What a vector's two checks leave: the plain sum of its symbols, and the one weighted by α^(n − 1 − i). Zero when it is sound.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Syndrome {
    plain: u8,
    weighted: u8,
}

impl Syndrome {
    const SOUND: Self = Self { plain: 0, weighted: 0 };

    /// What is left once a symbol of weight α^`exponent` is corrected by `error`, or was in error by that much.
    fn with(self, exponent: usize, error: u8) -> Self {
        Self { plain: self.plain ^ error, weighted: self.weighted ^ times(power(exponent), error) }
    }
}

/// A symbol and what to add to it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Correction {
    word: usize,
    error: u8,
}

/// How well the crossing vectors of the other code bear a correction out, from not at all to fully.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// There is no crossing vector (the words of Q).
    Unchecked,
    /// The crossing vector is unsound, as it should be, but more cannot be said.
    Possible,
    /// The crossing vector then has a single error, whose correction leaves one in the next, and so on to a vector that is sound.
    Likely,
    /// The crossing vector is sound then.
    Agreed,
}

/// The low or the high bytes of all words.
#[derive(Clone)]
pub(super) struct Plane {
    symbols: [u8; WORDS],
    /// So many words at the start are zero by definition: no error can be there.
    known_zero: usize,
    p: [Syndrome; Code::P.vectors()],
    q: [Syndrome; Code::Q.vectors()],
}

impl Plane {
    pub fn new(symbols: [u8; WORDS], known_zero: usize) -> Self {
        let mut plane = Self { symbols: [0; WORDS], known_zero, p: [Syndrome::SOUND; _], q: [Syndrome::SOUND; _] };
        for (word, error) in symbols.into_iter().enumerate() {
            plane.apply(Correction { word, error });
        }
        plane
    }

    /// The symbols as they are now.
    pub fn symbols(&self) -> &[u8; WORDS] {
        &self.symbols
    }

    /// Corrects step by step, always what is most trustworthy, until all is sound or nothing can be done.
    ///
    /// Where nothing is trustworthy a step is a guess, and a wrong one spoils the rest; another order of guesses may avoid it.
    pub fn correct(&mut self) {
        let mut best = self.clone();
        for order in 0..ORDERS {
            let mut attempt = self.clone();
            attempt.follow(order);
            if attempt.unsound(order).len() < best.unsound(order).len() {
                best = attempt;
            }
            if best.unsound(order).is_empty() {
                break;
            }
        }
        *self = best;
    }

    fn follow(&mut self, order: usize) {
        let mut touched = Vec::new();
        for _ in 0..MAX_STEPS {
            let corrections = self.next(order, &touched);
            if corrections.is_empty() {
                break;
            }
            for correction in corrections {
                touched.push(correction.word);
                self.apply(correction);
            }
        }
    }

    /// The most trustworthy correction there is: none, one, or two of one vector. No word is guessed that was touched before.
    fn next(&self, order: usize, touched: &[usize]) -> Vec<Correction> {
        let unsound = self.unsound(order);
        let singles: Vec<_> = unsound.iter().filter_map(|&(code, vector)| self.single(code, vector)).collect();
        let certain = |wanted| singles.iter().find(|&&(trust, _)| trust == wanted).map(|&(_, single)| vec![single]);
        let guess = |wanted| {
            let mut open = singles.iter().filter(|(_, single)| !touched.contains(&single.word));
            open.find(|&&(trust, _)| trust == wanted).map(|&(_, single)| vec![single])
        };
        let pair = |borne_out| unsound.iter().find_map(|&(code, vector)| self.pair(code, vector, borne_out)).map(Vec::from);
        certain(Trust::Agreed)
            .or_else(|| certain(Trust::Likely))
            .or_else(|| pair(true))
            .or_else(|| guess(Trust::Possible))
            .or_else(|| pair(false))
            .or_else(|| guess(Trust::Unchecked))
            .unwrap_or_default()
    }

    /// All unsound vectors, in one of several orders: one code after the other, each begun somewhere else.
    fn unsound(&self, order: usize) -> Vec<(Code, usize)> {
        let codes = if order.is_multiple_of(2) { [Code::P, Code::Q] } else { [Code::Q, Code::P] };
        let vectors = codes.into_iter().flat_map(|code| {
            let count = code.vectors();
            (0..count).map(move |n| (code, (n + order * count / ORDERS) % count))
        });
        vectors.filter(|&(code, vector)| self.syndrome(code, vector) != Syndrome::SOUND).collect()
    }

    fn syndrome(&self, code: Code, vector: usize) -> Syndrome {
        match code {
            Code::P => self.p[vector],
            Code::Q => self.q[vector],
        }
    }

    fn apply(&mut self, Correction { word, error }: Correction) {
        self.symbols[word] ^= error;
        if let Some((vector, exponent)) = Code::P.place_of(word) {
            self.p[vector] = self.p[vector].with(exponent, error);
        }
        if let Some((vector, exponent)) = Code::Q.place_of(word) {
            self.q[vector] = self.q[vector].with(exponent, error);
        }
    }

    /// The one correction that would leave such a syndrome in a vector.
    fn explanation(&self, code: Code, vector: usize, syndrome: Syndrome) -> Option<Correction> {
        // A single error e of weight α^x leaves e and α^x·e.
        let exponent = divided(syndrome.weighted, syndrome.plain).and_then(log)?;
        let word = code.word(vector, (code.symbols() - 1).checked_sub(exponent)?);
        (word >= self.known_zero && self.is_suspect(code, word)).then_some(Correction { word, error: syndrome.plain })
    }

    /// Whether the vector of the other code that crosses at a word, if there is one, is unsound.
    fn is_suspect(&self, code: Code, word: usize) -> bool {
        let other = code.other();
        other.place_of(word).is_none_or(|(crossing, _)| self.syndrome(other, crossing) != Syndrome::SOUND)
    }

    fn trust(&self, code: Code, correction: Correction) -> Trust {
        let (mut code, mut correction) = (code, correction);
        if code.other().place_of(correction.word).is_none() {
            return Trust::Unchecked;
        }
        for link in 0..MAX_CHAIN {
            let other = code.other();
            let Some((crossing, exponent)) = other.place_of(correction.word) else { break };
            let after = self.syndrome(other, crossing).with(exponent, correction.error);
            if after == Syndrome::SOUND {
                return if link == 0 { Trust::Agreed } else { Trust::Likely };
            }
            match self.explanation(other, crossing, after) {
                Some(next) if next.word != correction.word => (code, correction) = (other, next),
                _ => break,
            }
        }
        Trust::Possible
    }

    /// The correction of an unsound vector, if it looks like having a single error.
    fn single(&self, code: Code, vector: usize) -> Option<(Trust, Correction)> {
        let correction = self.explanation(code, vector, self.syndrome(code, vector))?;
        Some((self.trust(code, correction), correction))
    }

    /// The two corrections of an unsound vector whose places are known from the unsound vectors of the other code that cross it.
    ///
    /// Either there are several such places, and the corrections at two of them are borne out by what they leave in the crossing
    /// vectors; or there are just two.
    fn pair(&self, code: Code, vector: usize, borne_out: bool) -> Option<[Correction; 2]> {
        let crossed = code.symbols().min(43);
        let suspects: Vec<usize> = (0..crossed)
            .filter(|&i| {
                let word = code.word(vector, i);
                word >= self.known_zero && self.is_suspect(code, word)
            })
            .take(MAX_SUSPECTS + 1)
            .collect();
        if suspects.len() > if borne_out { MAX_SUSPECTS } else { 2 } {
            return None;
        }
        let pairs = suspects.iter().enumerate().flat_map(|(n, &a)| suspects[n + 1..].iter().map(move |&b| (a, b)));
        pairs.filter_map(|(a, b)| self.erasures(code, vector, a, b)).find(|pair| {
            let [a, b] = pair.map(|correction| self.trust(code, correction));
            !borne_out || (a.max(b) == Trust::Agreed && a.min(b) >= Trust::Likely)
        })
    }

    /// The corrections of a vector, given that its wrong symbols are number `a` and number `b`.
    fn erasures(&self, code: Code, vector: usize, a: usize, b: usize) -> Option<[Correction; 2]> {
        let Syndrome { plain, weighted } = self.syndrome(code, vector);
        let weight = |i: usize| power(code.symbols() - 1 - i);
        // e_a + e_b = s0 and w_a·e_a + w_b·e_b = s1, so e_a = (s1 + w_b·s0) / (w_a + w_b).
        let error = divided(weighted ^ times(weight(b), plain), weight(a) ^ weight(b))?;
        let correction = |i, error| Correction { word: code.word(vector, i), error };
        Some([correction(a, error), correction(b, plain ^ error)])
    }
}
