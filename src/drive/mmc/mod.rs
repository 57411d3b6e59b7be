//! The commands of optical drives: a function each, which builds the command, sends it, and checks the reply's size before a field of it is read.
//!
//! They are free functions over `&mut dyn Transport`, so that whoever holds a drive decides who may use it when. None repeats a command: what a
//! unit attention or a drive that is not ready asks for is the caller's business.

mod configuration;
mod disc_information;
mod erase;
mod identity;
mod motion;
mod read;
mod reply;
mod session;
mod speed;
mod structure;
mod subchannel;
mod toc;
mod write;
mod write_parameters;

pub use configuration::{Configuration, Feature, Profile, get_configuration};
pub use disc_information::{
    Capacity, DiscInformation, DiscState, FormatCapacity, Formatting, TrackInformation, read_capacity, read_disc_information,
    read_format_capacities, read_track_information,
};
pub use erase::{blank, format_unit};
pub use identity::{Identity, MechanicalPage, inquiry, mechanical_page, mode_page, serial_number};
pub use motion::{MediaEvent, eject, flush_cache, lock_tray, media_event, request_sense, start, test_unit_ready, unlock_tray};
pub use read::{C2, ReadCd, Sectors, SubRead, most_sectors, read_cd, read_sectors};
pub use reply::{CommandError, CommandFault};
pub use session::{Closing, calibrate, close, reserve_track, send_cue_sheet};
pub use speed::{WriteSpeed, set_cd_speed, set_read_streaming, set_write_streaming, write_speeds};
pub use structure::{
    Layers, read_layer_0, read_middle_area, read_structure, send_layer_0, send_layer_jump, send_shifted_middle_area,
};
pub use subchannel::{read_isrc, read_mcn};
pub use toc::{Atip, TrackEntry, read_atip, read_cd_text, read_full_toc, read_pma, read_toc};
pub use write::{BufferCapacity, read_buffer_capacity, synchronize_cache, write_sectors};
pub use write_parameters::{BlockType, WriteParameters, WriteType, set_write_parameters, writes_at_once};
