//! Image formats: one folder each, one list of them all ([`FORMATS`]), one reader for all ([`ExtentReader`]).
//!
//! Reading: [`open`] asks every format whether the file is its own; the format parses its descriptor (pure) and answers with a
//! [`crate::disc::Disc`] and [`Extent`]s. Writing: a format's `plan` is a pure function from a disc to a [`Plan`].

pub mod aaru;
mod adviser;
pub mod b6t;
pub mod c2d;
pub mod ccd;
pub mod cdi;
pub mod chd;
pub mod cif;
mod contents;
pub mod cso;
pub mod cue;
pub mod daa;
pub mod dmg;
pub mod dvd;
pub mod ecm;
mod extent;
mod flaw;
mod format;
mod forms;
#[cfg(feature = "gcwii")]
pub mod gcwii;
pub mod gdi;
mod holds;
#[cfg(test)]
mod hostile;
mod identify;
pub mod isz;
mod list;
mod loss;
#[cfg(test)]
mod makers;
pub mod mds;
pub mod nrg;
mod opener;
pub mod packing;
mod password;
pub mod pbp;
pub mod pdi;
mod place;
mod plan;
mod projection;
mod promise;
pub mod raw;
mod reader;
mod recover;
pub mod redumper;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub mod toc;
pub mod uif;
mod volumes;
mod wire;
mod wrap;

pub use adviser::{Advice, advise, advise_on_drive, plan};
pub use contents::{Told, project_sectors, told_by};
pub use extent::{Extent, MainStore, SubStore};
pub use flaw::{At, Error, Fault, Flaw, Limits, shorten};
pub use format::{Format, Image, Likeness, Opened, Planner, file_name};
pub use holds::{DiscTypes, HOLDS_NONE, Holds, Media, Texts, Tracks, cooked, guess_medium, project, set_medium};
pub use identify::Finding;
pub use list::{FORMATS, by_extension, by_name, is_bare, open, open_as, open_wrapped_as, stem, with_extension_of};
pub use loss::{Loss, loss, track_list};
pub use opener::{Embedded, Opener, Sibling};
pub use password::{Opening, Password};
pub use plan::{Part, Plan, PlanError, PlanRequest, PlanWriter, PlannedFile, full_record};
pub use projection::Projection;
pub use promise::{Digest, Promise, Sum};
pub use reader::{ExtentReader, Inconsistent, swap_words};
pub use recover::recover;
pub use wrap::{WRAPPERS, Wrapper, wrapper_of};
