//! Burning in the window: images, copies of discs, audio CDs; and what else is done to discs that can be written.
//!
//! | piece | what it knows |
//! |---|---|
//! | [`ahead`] | what lies in the recorders, and what a list of audio files makes: asked for by tasks, never by a view |
//! | [`form`], [`audio_form`] | what was chosen |
//! | [`prospect`] | what would come of it in each recorder: whether it fits, what is lost |
//! | [`sheet`] | the sheet, of which [`source`], [`audio_list`], [`recorders`] and [`options`] are the parts |
//! | [`erase`], [`close`] | the sheets that empty a disc, and close one |
//! | [`watch`], [`card`] | a burn that is going on, and how it is shown |
//! | [`words`] | all of it in words |

pub mod ahead;
mod audio_form;
mod audio_list;
pub mod card;
pub mod close;
pub mod erase;
pub mod form;
mod options;
mod prospect;
mod recorders;
pub mod sheet;
mod source;
#[cfg(test)]
mod tests;
pub mod watch;
pub mod words;

pub use audio_form::{AudioForm, is_audio};
