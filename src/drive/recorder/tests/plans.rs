//! What is decided before the laser is on.

use super::*;
use TrackMode::{Audio, Mode1, Mode2Mixed};

fn planned(disc: &Disc, blank: &Recordable, wish: BurnWish) -> Result<BurnPlan, CannotBurn> {
    plan(disc, &nothing_stored, blank, &wish)
}
