//! What has to be known before a burn is decided on, and takes a look to know: what lies in a recorder, and what a list of audio files makes. What
//! becomes of a disc on what lies there follows from both without another look ([`crate::drive::recorder::plan`]).

use super::error::BurnFault;
use super::seat::Seat;
use crate::drive::recorder::{Recordable, look_at_blank};
use crate::image::Opening;
use crate::job::apart::apart;
use crate::job::drives::{self, SPIN_UP};
use crate::job::{Control, JobError};

/// Asks the recorder of this name what lies in it. One that spins up is waited for, and nobody else is kept from the drive by it.
pub fn look_ahead(name: &str, control: &Control) -> Result<Recordable, JobError> {
    if drives::blank_of(name).is_some() {
        return Seat::take(name, None)?.look(control);
    }
    let mut transport = drives::open(name, &Opening::default()).map_err(|error| error.of(name))?;
    let (name, within) = (name.to_owned(), control.clone());
    apart(control, move || {
        drives::get_ready(&name, &mut *transport, SPIN_UP, &within)?;
        look_at_blank(&mut *transport).map_err(|error| BurnFault::from(error).of(&name))
    })?
}
