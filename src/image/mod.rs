//! Image formats: one folder each, one list of them all ([`FORMATS`]), one reader for all ([`ExtentReader`]).
//!
//! Reading: [`open`] asks every format whether the file is its own; the format parses its descriptor (pure) and answers with a
//! [`crate::disc::Disc`] and [`Extent`]s. Writing: a format's `plan` is a pure function from a disc to a [`Plan`].

mod adviser;
pub mod ccd;
pub mod cue;
pub mod dvd;
mod extent;
mod flaw;
mod format;
mod forms;
mod holds;
#[cfg(test)]
mod hostile;
mod identify;
mod list;
mod loss;
pub mod mds;
pub mod nrg;
mod opener;
pub mod packing;
mod password;
mod place;
mod plan;
mod projection;
pub mod raw;
mod reader;
mod recover;
#[cfg(test)]
mod testing;
mod text;
pub mod toc;
mod wire;
mod wrap;

pub use adviser::{Advice, advise, plan};
pub use extent::{Extent, MainStore, SubStore};
pub use flaw::{At, Error, Fault, Flaw, Limits, shorten};
pub use format::{Format, Image, Likeness, Opened, Planner, file_name};
pub use holds::{HOLDS_NONE, Holds, Media, Texts, Tracks, cooked, guess_medium, project, set_medium};
pub use identify::Finding;
pub use list::{FORMATS, by_extension, by_name, is_bare, open, open_as, open_wrapped_as};
pub use loss::{Loss, loss, track_list};
pub use opener::{Opener, Sibling};
pub use password::{Opening, Password};
pub use plan::{Part, Plan, PlanError, PlanRequest, PlanWriter, PlannedFile, full_record};
pub use projection::Projection;
pub use reader::{ExtentReader, Inconsistent, swap_words};
pub use wrap::{WRAPPERS, Wrapper, wrapper_of};
