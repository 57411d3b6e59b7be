//! Spindle keeps discs: it takes a disc from somewhere, puts it somewhere else, and proves that it arrived.
//!
//! The house has floors, and a module uses only those below it (`docs/architecture.md` tells why):
//!
//! | floor | module | what it knows |
//! |---|---|---|
//! | faces | `ui`, [`cli`] | the same jobs, in a window and on the command line |
//! | work | [`job`] | convert, rip, verify, hash; the worker pool; progress and cancel |
//! | software drive | [`virtual_drive`] | any disc as the disc in an MMC drive, also over iSCSI |
//! | formats, drives | [`image`], [`drive`] | one folder per format, one list of them, one reader for all; MMC drives and the discs in them |
//! | file systems | [`filesystem`] | which file lies where in a data track |
//! | ground | [`bytes`], [`disc`] | random-access byte streams; what a disc is |
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod bytes;
pub mod cli;
mod config;
pub mod disc;
pub mod drive;
pub mod filesystem;
pub mod image;
pub mod job;
mod threads;
pub mod virtual_drive;

#[cfg(feature = "gui")]
pub mod ui;
