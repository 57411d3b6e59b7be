//! P and Q parity of a sector, generated.
//!
//! The 1118 words from the header to the end of P are a matrix of 26 rows and 43 columns, row after row. A P vector is a column.
//! Word `i` of Q vector `d` is word (44·i + 43·d) mod 1118, which is row (i + d) mod 26 of column `i`: a diagonal. The low and
//! the high bytes of the words never meet, so a row is treated as 86 bytes side by side.
//!
//! Both codes need, of every vector, the plain sum and the sum weighted by powers of α (see [`parity_symbols`]); Horner's rule
//! yields the second with one multiplication by α per row, for all columns at once. For Q the rows are laid under each other with
//! each shifted one word further to the left than the one above, so that the diagonals become columns too: 68 of them, which are
//! the 26 diagonals in up to three pieces. The pieces are brought to a common weight and added at the end. So neither code gathers
//! single bytes, and all of it is arithmetic on neighbours, which the compiler turns into vector instructions.

use super::{P_AT, Sector, field};
use multiversion::multiversion;

const ROWS: usize = 26;
const DATA_ROWS: usize = 24;
/// Bytes of a row of 43 words.
const ROW: usize = 86;
/// Zero bytes between the rows: 25 words, the furthest a row is shifted.
const GAP: usize = 50;
/// From one row's shifted start to the next one's: a row, a gap, and the one word of the shift.
const STEP: usize = ROW + GAP + 2;
/// Accumulated bytes of a row of P, and of a shifted row of Q; rounded up to whole vectors, the rest is ignored.
const P_LANES: usize = 96;
const Q_LANES: usize = 160;
const DIAGONALS: usize = 26;

pub(super) const P_BYTES: usize = 2 * ROW;
pub(super) const Q_BYTES: usize = 4 * DIAGONALS;
pub(super) const PARITY: usize = P_BYTES + Q_BYTES;

/// Weights of the shifted columns, for each bit of a symbol: `WEIGHTS[b][2f]` is α^(44 − f + b).
static WEIGHTS: [[u8; Q_LANES]; 8] = weights();

const fn weights() -> [[u8; Q_LANES]; 8] {
    let mut table = [[0; Q_LANES]; 8];
    let mut bit = 0;
    while bit < 8 {
        let mut lane = 0;
        while lane < Q_LANES {
            table[bit][lane] = field::POWERS[(44 + 255 + bit - lane / 2) % 255];
            lane += 1;
        }
        bit += 1;
    }
    table
}

/// The rows with their gaps; what lies behind the last one is there for whole vectors to be read.
type Rows = [u8; STEP * (ROWS - 1) + Q_LANES];

/// The 276 parity bytes, P then Q, that belong to a sector's header, subheader, user data and EDC.
///
/// With `header_counts` false the four header bytes are taken as zero (mode 2 form 1).
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn parity(sector: &Sector, header_counts: bool) -> [u8; PARITY] {
    let mut rows: Rows = [0; _];
    for (row, data) in sector[12..P_AT].as_chunks::<ROW>().0.iter().enumerate() {
        *row_mut(&mut rows, row) = *data;
    }
    if !header_counts {
        row_mut(&mut rows, 0)[..4].fill(0);
    }
    let [p0, p1] = p_rows(&rows);
    *row_mut(&mut rows, DATA_ROWS) = p0;
    *row_mut(&mut rows, DATA_ROWS + 1) = p1;
    let mut out = [0; PARITY];
    out[..ROW].copy_from_slice(&p0);
    out[ROW..P_BYTES].copy_from_slice(&p1);
    q_bytes(&rows, &mut out);
    out
}

#[inline(always)]
fn row_mut(rows: &mut Rows, row: usize) -> &mut [u8; ROW] {
    rows[GAP + row * (ROW + GAP)..].first_chunk_mut().expect("26 rows fit")
}

/// The two parity rows of P from the 24 rows of data.
#[inline(always)]
fn p_rows(rows: &Rows) -> [[u8; ROW]; 2] {
    let mut sum = [0; P_LANES];
    let mut weighted = [0; P_LANES];
    for row in 0..DATA_ROWS {
        let bytes: &[u8; P_LANES] = rows[GAP + row * (ROW + GAP)..].first_chunk().expect("a row and its gap");
        accumulate(&mut sum, &mut weighted, bytes);
    }
    let mut parity = [[0; ROW]; 2];
    for lane in 0..ROW {
        // Horner's rule left α^0 for the last row of data; two parity symbols follow it.
        let symbols = parity_symbols(sum[lane], times_alpha(times_alpha(weighted[lane])));
        (parity[0][lane], parity[1][lane]) = symbols;
    }
    parity
}

/// Writes the 104 bytes of Q behind the P bytes of `out`.
#[inline(always)]
fn q_bytes(rows: &Rows, out: &mut [u8; PARITY]) {
    let mut sum = [0; Q_LANES];
    let mut horner = [0; Q_LANES];
    for row in 0..ROWS {
        let bytes: &[u8; Q_LANES] = rows[STEP * row..].first_chunk().expect("26 shifted rows");
        accumulate(&mut sum, &mut horner, bytes);
    }
    // Shifted column f met column i of the matrix in row f = i + 25 − row, so Horner's rule left it with α^(25 − row) = α^(f − i).
    let mut weighted = [0; Q_LANES];
    for weights in WEIGHTS.iter().rev() {
        for lane in 0..Q_LANES {
            weighted[lane] ^= (horner[lane] as i8 >> 7) as u8 & weights[lane];
            horner[lane] <<= 1;
        }
    }
    let fold = |lanes: &[u8; Q_LANES]| -> [u8; 2 * DIAGONALS] {
        let third = |lane| if lane < 2 * (ROWS + 43 - 1) - 4 * DIAGONALS { lanes[4 * DIAGONALS + lane] } else { 0 };
        std::array::from_fn(|lane| lanes[lane] ^ lanes[2 * DIAGONALS + lane] ^ third(lane))
    };
    let (sum, weighted) = (fold(&sum), fold(&weighted));
    let q: [(u8, u8); 2 * DIAGONALS] = std::array::from_fn(|lane| parity_symbols(sum[lane], weighted[lane]));
    for diagonal in 0..DIAGONALS {
        // Folded column f holds diagonal 25 − f.
        let lane = 2 * (DIAGONALS - 1 - diagonal);
        let at = P_BYTES + 2 * diagonal;
        (out[at], out[at + 2 * DIAGONALS]) = q[lane];
        (out[at + 1], out[at + 2 * DIAGONALS + 1]) = q[lane + 1];
    }
}

/// One step of both sums.
#[inline(always)]
fn accumulate<const LANES: usize>(sum: &mut [u8; LANES], weighted: &mut [u8; LANES], row: &[u8; LANES]) {
    for lane in 0..LANES {
        sum[lane] ^= row[lane];
        weighted[lane] = times_alpha(weighted[lane]) ^ row[lane];
    }
}

/// x·α in GF(2^8) without a branch or a table, in a form that has a vector counterpart on every processor.
#[inline(always)]
const fn times_alpha(x: u8) -> u8 {
    (x << 1) ^ ((x as i8 >> 7) as u8 & 0x1D)
}

/// The two symbols p, q that end a vector of n symbols, from its data's plain sum s0 and its sum s1 weighted by α^(n − 1 − i).
///
/// The checks Σ V = 0 and Σ α^(n − 1 − i)·V = 0 give p = (s0 + s1) / (1 + α) and q = s0 + p. The division is one of binary
/// polynomials: 1 / (1 + x) = 1 + x + x^2 + …, a running sum of bits, and where a remainder is left, 0x11D is added once first.
#[inline(always)]
const fn parity_symbols(s0: u8, s1: u8) -> (u8, u8) {
    let mut p = s0 ^ s1;
    p ^= p << 1;
    p ^= p << 2;
    p ^= p << 4;
    // The running sum of 0x1D is 0x0B; the top bit tells whether the sum of all bits is odd, the remainder.
    p ^= (p as i8 >> 7) as u8 & 0x0B;
    (p, s0 ^ p)
}
