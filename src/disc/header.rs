//! What a sector says of its own mode.

use super::TrackMode;
use super::sector::{RAW, SYNC, is_form2};

/// The mode of a full sector by its sync pattern and header; `None` where they say nothing.
pub fn mode_of(sector: &[u8; RAW]) -> Option<TrackMode> {
    match sector[15] {
        _ if !sector.starts_with(&SYNC) => None,
        0 => Some(TrackMode::Mode0),
        1 => Some(TrackMode::Mode1),
        2 => Some(mode2(sector)),
        _ => None,
    }
}

/// XA when the subheader is there twice, as it must be; formless else.
fn mode2(sector: &[u8; RAW]) -> TrackMode {
    let (first, second) = (&sector[16..20], &sector[20..24]);
    if first == second && (is_form2(sector) || first.iter().any(|&b| b != 0) || sector[24..].iter().all(|&b| b == 0)) {
        TrackMode::Mode2Mixed
    } else {
        TrackMode::Mode2
    }
}
