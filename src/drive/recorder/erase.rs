//! Emptying rewritable discs.

use super::{BurnError, Erase, Tell};
use crate::drive::transport::Transport;

/// Erases a CD-RW or DVD-RW, or formats a DVD+RW, DVD-RAM, BD-RE or a formatted DVD-RW anew. `spare_areas`: as [`super::BurnWish::spare_areas`].
pub fn erase(transport: &mut dyn Transport, how: Erase, spare_areas: Option<bool>, mut tell: Tell<'_>) -> Result<(), BurnError> {
    let _ = (transport, how, spare_areas, &mut tell);
    unimplemented!()
}
