//! macOS: commands by the SCSI task user client of IOKit (Apple, IOKit/scsi/SCSITaskLib.h), drives by the services that the system keeps for them.
//!
//! Never run: there is no Mac here. Type-checked alone, and the layouts are those of Apple's header.
//!
//! A drive is had exclusively or not at all: its commands want that, and the system grants it only while no file system of the disc is mounted.
//! While it lasts, the disc has no node under /dev.
#![allow(unsafe_code, reason = "IOKit's interfaces are tables of C functions, which take their own address first")]

use std::ffi::{CStr, c_void};
use std::io;
use std::path::PathBuf;
use std::ptr;
use std::time::Duration;

use objc2_core_foundation::{CFDictionary, CFRetained, CFString, CFType, CFUUID, CFUUIDBytes};
use objc2_io_kit::{
    IOCFPlugInInterface, IOCreatePlugInInterfaceForService, IODestroyPlugInInterface, IOIteratorNext, IOObjectRelease,
    IORegistryEntryCreateCFProperty, IOReturn, IOServiceGetMatchingServices, IOServiceMatching, io_service_t, kIOReturnSuccess,
};

use super::{Data, OpenError, Place, Transport, TransportError};
use crate::drive::sense::Sense;

/// The services of optical drives: siblings, of which a drive has one.
const CLASSES: [&CStr; 3] = [c"IOBDServices", c"IODVDServices", c"IOCompactDiscServices"];
/// What the drive says of itself, in the registry (IOKit/storage/IOStorageProtocolCharacteristics.h).
const CHARACTERISTICS: &str = "Device Characteristics";
const VENDOR: &str = "Vendor Name";
const PRODUCT: &str = "Product Name";
/// What the file system's own reads move at once; larger requests would have to be asked for, controller by controller.
const MOST_BYTES: usize = 128 << 10;
/// kIOCFPlugInInterfaceID (IOKit/IOCFPlugIn.h); kIOMMCDeviceUserClientTypeID and kIOMMCDeviceInterfaceID (IOKit/scsi/SCSITaskLib.h).
const PLUG_IN: [u8; 16] = [0xC2, 0x44, 0xE8, 0x58, 0x10, 0x9C, 0x11, 0xD4, 0x91, 0xD4, 0x00, 0x50, 0xE4, 0xC6, 0x42, 0x6F];
const MMC_CLIENT: [u8; 16] = [0x97, 0xAB, 0xCF, 0x2C, 0x23, 0xCC, 0x11, 0xD5, 0xA0, 0xE8, 0x00, 0x30, 0x65, 0x70, 0x48, 0x66];
const MMC_DEVICE: [u8; 16] = [0x1F, 0x65, 0x11, 0x06, 0x23, 0xCC, 0x11, 0xD5, 0xBB, 0xDB, 0x00, 0x30, 0x65, 0x70, 0x48, 0x66];
/// kIOReturnExclusiveAccess, kIOReturnBusy, kIOReturnNotPermitted, kIOReturnNotPrivileged, kIOReturnNoDevice, kIOReturnNotAttached, kIOReturnTimeout
/// (IOKit/IOReturn.h).
const EXCLUSIVE_ACCESS: u32 = 0xE000_02C5;
const BUSY: u32 = 0xE000_02D5;
const NOT_PERMITTED: u32 = 0xE000_02E2;
const NOT_PRIVILEGED: u32 = 0xE000_02C1;
const NO_DEVICE: u32 = 0xE000_02C0;
const NOT_ATTACHED: u32 = 0xE000_02D9;
const TIMEOUT: u32 = 0xE000_02D6;
/// SCSITaskStatus, besides the statuses of SAM (IOKit/scsi/SCSITask.h).
const CHECK_CONDITION: u32 = 0x02;
const TASK_TIMEOUT: u32 = 0x01;
const NOT_RESPONDING: u32 = 0x03;
const NOT_PRESENT: u32 = 0x04;
/// Data directions (IOKit/scsi/SCSITask.h).
const DATA_NONE: u8 = 0;
const DATA_OUT: u8 = 1;
const DATA_IN: u8 = 2;
/// Bytes of SCSI_Sense_Data.
const SENSE_LEN: usize = 18;

/// A function that nobody here calls.
type Unused = *const c_void;
type Release = unsafe extern "C" fn(*mut c_void) -> u32;

/// What every interface begins with (IUNKNOWN_C_GUTS, and the version).
#[repr(C)]
struct Head {
    reserved: *mut c_void,
    query_interface: Unused,
    add_ref: Unused,
    release: Release,
    version: u16,
    revision: u16,
}

/// MMCDeviceInterface, as far as it is used.
#[repr(C)]
struct MmcDevice {
    head: Head,
    commands: [Unused; 12],
    task_device: unsafe extern "C" fn(*mut c_void) -> *mut *mut TaskDevice,
}

/// SCSITaskDeviceInterface.
#[repr(C)]
struct TaskDevice {
    head: Head,
    is_exclusive_access_available: Unused,
    run_loop: [Unused; 2],
    obtain_exclusive_access: unsafe extern "C" fn(*mut c_void) -> IOReturn,
    release_exclusive_access: unsafe extern "C" fn(*mut c_void) -> IOReturn,
    create_task: unsafe extern "C" fn(*mut c_void) -> *mut *mut Task,
}

/// SCSITaskInterface, as far as it is used.
#[repr(C)]
struct Task {
    head: Head,
    attributes: [Unused; 3],
    set_command: unsafe extern "C" fn(*mut c_void, *const u8, u8) -> IOReturn,
    commands: [Unused; 2],
    set_data: unsafe extern "C" fn(*mut c_void, *const Range, u8, u64, u8) -> IOReturn,
    set_timeout: unsafe extern "C" fn(*mut c_void, u32) -> IOReturn,
    asynchronous: [Unused; 3],
    execute: unsafe extern "C" fn(*mut c_void, *mut [u8; SENSE_LEN], *mut u32, *mut u64) -> IOReturn,
}

/// SCSITaskSGElement: bytes in memory.
#[repr(C)]
struct Range {
    address: u64,
    length: u64,
}

/// An interface, which is released with it.
struct Interface<T>(*mut *mut T);

impl<T> Interface<T> {
    /// Nothing where the system gave nothing.
    fn new(pointer: *mut *mut T) -> Option<Interface<T>> {
        // SAFETY: what is not null is an interface, which holds the address of its table.
        (!pointer.is_null() && unsafe { !(*pointer).is_null() }).then_some(Interface(pointer))
    }

    /// Its functions.
    fn table(&self) -> &T {
        // SAFETY: `new` has checked both, and the table is there as long as the interface is.
        unsafe { &**self.0 }
    }

    /// What its functions take first.
    fn this(&self) -> *mut c_void {
        self.0.cast()
    }
}

impl<T> Drop for Interface<T> {
    fn drop(&mut self) {
        // SAFETY: every interface's table begins with a `Head`, and this one is not used any more.
        unsafe { ((*(*self.0).cast::<Head>()).release)(self.0.cast()) };
    }
}

/// A service, which is released with it.
struct Service(io_service_t);

impl Drop for Service {
    fn drop(&mut self) {
        IOObjectRelease(self.0);
    }
}

fn services() -> Vec<Service> {
    let mut found = Vec::new();
    for class in CLASSES {
        let mut iterator = 0;
        // SAFETY: the name ends with a zero; a dictionary that matches a class is one of IOKit's, as the next call wants it, and that consumes it. The
        // main port is 0 (kIOMainPortDefault).
        let listed = unsafe {
            let Some(matching) = IOServiceMatching(class.as_ptr()) else { continue };
            let matching = CFRetained::cast_unchecked::<CFDictionary>(matching);
            IOServiceGetMatchingServices(0, Some(matching), &mut iterator)
        };
        if listed != kIOReturnSuccess {
            continue;
        }
        let iterator = Service(iterator);
        found.extend(std::iter::from_fn(|| Some(IOIteratorNext(iterator.0)).filter(|&service| service != 0)).map(Service));
    }
    found
}

/// Every optical drive of this machine, by number from 1 on, as `drutil list` counts them.
pub fn places() -> Vec<Place> {
    let place = |(number, service): (usize, Service)| Place {
        path: PathBuf::from(format!("drive{}", number + 1)),
        generic: None,
        label: label(&service),
    };
    services().into_iter().enumerate().map(place).collect()
}

fn label(service: &Service) -> String {
    let key = CFString::from_static_str(CHARACTERISTICS);
    // SAFETY: the service is alive, and the property is given as a new object.
    let property = unsafe { IORegistryEntryCreateCFProperty(service.0, Some(&key), None, 0) };
    let Some(property) = property.as_ref().and_then(|property| property.downcast_ref::<CFDictionary>()) else {
        return String::new();
    };
    // SAFETY: IOKit's dictionaries have strings as keys, and objects as values.
    let characteristics = unsafe { property.cast_unchecked::<CFString, CFType>() };
    let text = |key| characteristics.get(&CFString::from_static_str(key))?.downcast_ref::<CFString>().map(ToString::to_string);
    let words: Vec<String> = [VENDOR, PRODUCT].into_iter().filter_map(text).map(|word| word.trim().to_owned()).collect();
    words.join(" ").trim().to_owned()
}

/// A drive by IOKit.
pub struct MacDrive {
    device: Interface<TaskDevice>,
    /// Whoever made that keeps it alive.
    _mmc: Interface<MmcDevice>,
    buffer: Vec<u8>,
}

// SAFETY: the interfaces belong to nobody else, and are bound to no thread: no call goes by a run loop.
unsafe impl Send for MacDrive {}

impl MacDrive {
    /// Opens a drive, exclusively, which is the only way here.
    pub fn open(place: &Place, _exclusive: bool) -> Result<MacDrive, OpenError> {
        let wanted = places().iter().position(|known| known.path == place.path);
        let service = wanted.and_then(|number| services().into_iter().nth(number)).ok_or(OpenError::Gone)?;
        let mmc = mmc_device(&service)?;
        // SAFETY: the function belongs to the interface that it is given.
        let device = Interface::new(unsafe { (mmc.table().task_device)(mmc.this()) }).ok_or(OpenError::Gone)?;
        // SAFETY: as above.
        let code = unsafe { (device.table().obtain_exclusive_access)(device.this()) };
        if code != kIOReturnSuccess {
            return Err(refused(code));
        }
        Ok(MacDrive { device, _mmc: mmc, buffer: vec![0; MOST_BYTES] })
    }
}

impl Drop for MacDrive {
    fn drop(&mut self) {
        // SAFETY: the function belongs to the interface; nothing can be done where it fails.
        unsafe { (self.device.table().release_exclusive_access)(self.device.this()) };
    }
}

fn uuid(bytes: [u8; 16]) -> CFUUIDBytes {
    let [byte0, byte1, byte2, byte3, byte4, byte5, byte6, byte7, byte8, byte9, byte10, byte11, byte12, byte13, byte14, byte15] =
        bytes;
    CFUUIDBytes {
        byte0,
        byte1,
        byte2,
        byte3,
        byte4,
        byte5,
        byte6,
        byte7,
        byte8,
        byte9,
        byte10,
        byte11,
        byte12,
        byte13,
        byte14,
        byte15,
    }
}

/// The interface for optical drives of a service.
fn mmc_device(service: &Service) -> Result<Interface<MmcDevice>, OpenError> {
    let (client, plug_in) = (CFUUID::from_uuid_bytes(None, uuid(MMC_CLIENT)), CFUUID::from_uuid_bytes(None, uuid(PLUG_IN)));
    let (mut made, mut score): (*mut *mut IOCFPlugInInterface, i32) = (ptr::null_mut(), 0);
    // SAFETY: the service is alive, and both results have their places.
    let code =
        unsafe { IOCreatePlugInInterfaceForService(service.0, client.as_deref(), plug_in.as_deref(), &mut made, &mut score) };
    if code != kIOReturnSuccess {
        return Err(refused(code));
    }
    let mut found: *mut c_void = ptr::null_mut();
    // SAFETY: a plug-in that was made has its table, and is not used after it is destroyed; what it gave has a count of its own.
    unsafe {
        if let Some(query) = made.as_ref().and_then(|table| table.as_ref()).and_then(|table| table.QueryInterface) {
            query(made.cast(), uuid(MMC_DEVICE), &mut found);
        }
        IODestroyPlugInInterface(made);
    }
    Interface::new(found.cast()).ok_or(OpenError::Gone)
}

fn refused(code: IOReturn) -> OpenError {
    match code.cast_unsigned() {
        EXCLUSIVE_ACCESS | BUSY => OpenError::InUse {
            by: Some(
                "macOS, which has mounted the disc, or another program: unmount it in Disk Utility, without ejecting it"
                    .to_owned(),
            ),
        },
        NOT_PERMITTED | NOT_PRIVILEGED => OpenError::NoPermission { group: None },
        NO_DEVICE | NOT_ATTACHED => OpenError::Gone,
        code => OpenError::Io(io::Error::other(format!("IOKit says {code:08X}"))),
    }
}

fn failed(code: IOReturn) -> TransportError {
    match code.cast_unsigned() {
        NO_DEVICE | NOT_ATTACHED => TransportError::Gone,
        NOT_PERMITTED | NOT_PRIVILEGED => TransportError::Denied,
        TIMEOUT => TransportError::TimedOut,
        code => TransportError::Io(io::Error::other(format!("IOKit says {code:08X}"))),
    }
}

impl Transport for MacDrive {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let len = data.len();
        if len > MOST_BYTES || cdb.len() > 16 {
            return Err(TransportError::Io(io::ErrorKind::InvalidInput.into()));
        }
        let direction = match &data {
            Data::Out(bytes) => {
                self.buffer[..len].copy_from_slice(bytes);
                DATA_OUT
            }
            Data::In(_) if len > 0 => DATA_IN,
            _ => DATA_NONE,
        };
        // SAFETY: the function belongs to the interface that it is given.
        let task =
            Interface::new(unsafe { (self.device.table().create_task)(self.device.this()) }).ok_or(TransportError::Gone)?;
        let range = Range { address: self.buffer.as_mut_ptr() as u64, length: len as u64 };
        let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1);
        let (mut sense, mut status, mut moved) = ([0; SENSE_LEN], 0, 0);
        let (table, this) = (task.table(), task.this());
        // SAFETY: the functions belong to the interface that they are given; command, range, and the buffer that it names outlive the call, which
        // comes back when the task is over, and all results have their places.
        let code = unsafe {
            let steps = [
                (table.set_command)(this, cdb.as_ptr(), cdb.len() as u8),
                (table.set_data)(this, &range, u8::from(len > 0), len as u64, direction),
                (table.set_timeout)(this, milliseconds),
            ];
            match steps.into_iter().find(|&code| code != kIOReturnSuccess) {
                Some(code) => code,
                None => (table.execute)(this, &mut sense, &mut status, &mut moved),
            }
        };
        if code != kIOReturnSuccess {
            return Err(failed(code));
        }
        let moved = usize::try_from(moved).unwrap_or(len).min(len);
        match (status, Sense::parse(&sense)) {
            (0, _) | (CHECK_CONDITION, Some(Sense { key: 0 | 1, .. })) => {
                if let Data::In(into) = data {
                    into[..moved].copy_from_slice(&self.buffer[..moved]);
                }
                Ok(moved)
            }
            (CHECK_CONDITION, Some(sense)) => Err(TransportError::Check(sense)),
            // The system uses the code of CHECK CONDITION for a time-out of its own as well, without sense data.
            (CHECK_CONDITION | TASK_TIMEOUT | NOT_RESPONDING, _) => Err(TransportError::TimedOut),
            (NOT_PRESENT, _) => Err(TransportError::Gone),
            (status, _) => Err(TransportError::Status(status as u8)),
        }
    }

    fn most_bytes(&self) -> usize {
        MOST_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::mem::{offset_of, size_of};

    use super::*;

    /// Offsets of Apple's header, for pointers of 8 bytes.
    #[test]
    fn the_tables_are_laid_out_as_the_system_has_them() {
        assert_eq!((offset_of!(MmcDevice, commands), offset_of!(MmcDevice, task_device)), (40, 136));
        assert_eq!((offset_of!(TaskDevice, obtain_exclusive_access), size_of::<TaskDevice>()), (64, 88));
        assert_eq!((offset_of!(Task, set_command), offset_of!(Task, set_data), offset_of!(Task, execute)), (64, 88, 128));
    }
}
