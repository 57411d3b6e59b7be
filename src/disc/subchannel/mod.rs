//! The subchannel: 96 bytes that go with every sector of a CD, 12 for each of the channels P to W (ECMA-130, clause 22; MMC).
//!
//! They exist in two orders. *Packed*: the 12 bytes of P, then those of Q, R … W, as CloneCD stores them. *Interleaved* (raw): byte i holds
//! bit i of every channel, P in its top bit, as they lie on the disc and as most other formats store them.

mod order;
mod q;
mod scan;
mod synthesise;

use super::sector::SUBCHANNEL;

pub use order::{deinterleave, from_pq16, interleave, q_of_interleaved, q_of_packed, to_pq16};
pub use q::{BadCrc, Content, LEAD_OUT, Q, seal};
pub use scan::{Found, scan};
pub use synthesise::synthesise;

/// Bytes of one channel a sector.
pub const CHANNEL: usize = 12;
