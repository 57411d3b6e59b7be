//! Windows: commands by SPTI (IOCTL_SCSI_PASS_THROUGH_DIRECT; Microsoft, ntddscsi.h), drives by their letters.
//!
//! Never run on a real Windows machine yet: built, and type-checked.
#![allow(unsafe_code, reason = "DeviceIoControl takes its request as raw bytes, with pointers inside")]

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::PathBuf;
use std::ptr;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_NOT_READY, ERROR_SEM_TIMEOUT, ERROR_SHARING_VIOLATION,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_SHARE_READ, FILE_SHARE_WRITE, GetDriveTypeW, GetLogicalDrives};
use windows_sys::Win32::System::IO::DeviceIoControl;

use super::{Data, OpenError, Place, Transport, TransportError};
use crate::drive::sense::Sense;

/// IOCTL_SCSI_PASS_THROUGH_DIRECT.
const PASS_THROUGH_DIRECT: u32 = 0x0004_D014;
/// Data directions of the request.
const DATA_OUT: u8 = 0;
const DATA_IN: u8 = 1;
const DATA_NONE: u8 = 2;
/// GetDriveType of optical drives.
const DRIVE_CDROM: u32 = 5;
/// What every adapter takes; larger transfers would have to be asked for adapter by adapter.
const MOST_BYTES: usize = 64 << 10;
/// Adapters want their data at such addresses (AlignmentMask); a page satisfies all.
const PAGE: usize = 4096;
const CHECK_CONDITION: u8 = 0x02;
const SENSE_LEN: usize = 64;

/// SCSI_PASS_THROUGH_DIRECT, and room for sense data behind it.
#[repr(C)]
struct Request {
    length: u16,
    scsi_status: u8,
    path_id: u8,
    target_id: u8,
    lun: u8,
    cdb_length: u8,
    sense_info_length: u8,
    data_in: u8,
    data_transfer_length: u32,
    time_out_value: u32,
    data_buffer: *mut c_void,
    sense_info_offset: u32,
    cdb: [u8; 16],
    sense: [u8; SENSE_LEN],
}

/// A drive by SPTI.
pub struct WindowsDrive {
    device: File,
    buffer: Vec<u8>,
}

impl WindowsDrive {
    /// Opens a drive; exclusively, nobody else can open it meanwhile.
    pub fn open(place: &Place, exclusive: bool) -> Result<WindowsDrive, OpenError> {
        let share = if exclusive { 0 } else { FILE_SHARE_READ | FILE_SHARE_WRITE };
        let device = OpenOptions::new().read(true).write(true).share_mode(share).open(&place.path).map_err(refused)?;
        Ok(WindowsDrive { device, buffer: vec![0; MOST_BYTES + PAGE] })
    }
}

fn refused(error: io::Error) -> OpenError {
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_ACCESS_DENIED) => OpenError::NoPermission { group: None },
        Some(ERROR_SHARING_VIOLATION) => OpenError::InUse { by: None },
        Some(ERROR_FILE_NOT_FOUND) => OpenError::Gone,
        _ => OpenError::Io(error),
    }
}

/// Every optical drive of this machine, by letter.
pub fn places() -> Vec<Place> {
    // SAFETY: takes nothing and answers with a number.
    let letters = unsafe { GetLogicalDrives() };
    let present = (b'A'..=b'Z').filter(|letter| letters >> (letter - b'A') & 1 != 0).map(char::from);
    let optical = present.filter(|letter| {
        let root: Vec<u16> = format!("{letter}:\\\0").encode_utf16().collect();
        // SAFETY: the path ends with a zero, and outlives the call.
        unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_CDROM }
    });
    optical
        .map(|letter| Place { path: PathBuf::from(format!("\\\\.\\{letter}:")), generic: None, label: format!("{letter}:") })
        .collect()
}

impl Transport for WindowsDrive {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let len = data.len();
        if len > MOST_BYTES || cdb.len() > 16 {
            return Err(TransportError::Io(io::ErrorKind::InvalidInput.into()));
        }
        let skip = self.buffer.as_ptr().align_offset(PAGE);
        let aligned = &mut self.buffer[skip..skip + MOST_BYTES];
        let direction = match &data {
            Data::Out(bytes) => {
                aligned[..len].copy_from_slice(bytes);
                DATA_OUT
            }
            Data::In(_) if len > 0 => DATA_IN,
            _ => DATA_NONE,
        };
        let mut request = Request {
            length: std::mem::offset_of!(Request, sense) as u16,
            scsi_status: 0,
            path_id: 0,
            target_id: 0,
            lun: 0,
            cdb_length: cdb.len() as u8,
            sense_info_length: SENSE_LEN as u8,
            data_in: direction,
            data_transfer_length: len as u32,
            time_out_value: u32::try_from(timeout.as_secs()).unwrap_or(u32::MAX).max(1),
            data_buffer: aligned.as_mut_ptr().cast(),
            sense_info_offset: std::mem::offset_of!(Request, sense) as u32,
            cdb: [0; 16],
            sense: [0; SENSE_LEN],
        };
        request.cdb[..cdb.len()].copy_from_slice(cdb);
        let size = size_of::<Request>() as u32;
        let whole = ptr::from_mut(&mut request).cast::<c_void>();
        let mut came = 0;
        // SAFETY: the request is laid out as the control code wants it, its size is told, and the data buffer it points to has MOST_BYTES bytes and
        // is borrowed for the call, which is not overlapped.
        let done = unsafe {
            DeviceIoControl(
                self.device.as_raw_handle(),
                PASS_THROUGH_DIRECT,
                whole,
                size,
                whole,
                size,
                &mut came,
                ptr::null_mut(),
            )
        };
        if done == 0 {
            return Err(failed(io::Error::last_os_error()));
        }
        let moved = (request.data_transfer_length as usize).min(len);
        match (request.scsi_status, Sense::parse(&request.sense)) {
            (0, _) | (CHECK_CONDITION, Some(Sense { key: 0 | 1, .. })) => {
                if let Data::In(into) = data {
                    into[..moved].copy_from_slice(&aligned[..moved]);
                }
                Ok(moved)
            }
            (CHECK_CONDITION, Some(sense)) => Err(TransportError::Check(sense)),
            (status, _) => Err(TransportError::Status(status)),
        }
    }

    fn most_bytes(&self) -> usize {
        MOST_BYTES
    }
}

fn failed(error: io::Error) -> TransportError {
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_ACCESS_DENIED) => TransportError::Denied,
        Some(ERROR_FILE_NOT_FOUND | ERROR_NOT_READY) => TransportError::Gone,
        Some(ERROR_SEM_TIMEOUT) => TransportError::TimedOut,
        _ => TransportError::Io(error),
    }
}
