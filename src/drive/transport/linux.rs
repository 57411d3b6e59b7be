//! Linux: commands by SG_IO (the SCSI generic driver's interface, version 3; include/scsi/sg.h), drives by sysfs.
//!
//! `/dev/sgN` passes every command; `/dev/srN` is there without the module `sg`, but lets only a list of harmless commands through (the kernel's command
//! filter, seen with Linux 6.1). So the first is taken where it opens. Neither needs root: on most systems both belong to the group `cdrom`.
#![allow(unsafe_code, reason = "the kernel takes its SG_IO request as a struct of raw pointers")]

use std::ffi::c_void;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::{Data, OpenError, Place, Transport, TransportError};
use crate::drive::sense::Sense;

/// SG_IO.
const SG_IO: rustix::ioctl::Opcode = 0x2285;
/// Transfer directions.
const DXFER_NONE: i32 = -1;
const DXFER_TO_DEV: i32 = -2;
const DXFER_FROM_DEV: i32 = -3;
/// SAM-5 status CHECK CONDITION.
const CHECK_CONDITION: u8 = 0x02;
/// Host statuses of the kernel's SCSI layer (include/scsi/scsi_status.h).
const DID_NO_CONNECT: u16 = 1;
const DID_TIME_OUT: u16 = 3;
const DID_BAD_TARGET: u16 = 4;
/// The low half of the driver status: the command timed out.
const DRIVER_TIMEOUT: u16 = 6;
/// Most that any kernel takes in one request without more ado.
const MOST_BYTES: usize = 512 << 10;
/// What every kernel and bridge takes.
const SURE_BYTES: usize = 64 << 10;

/// struct sg_io_hdr.
#[repr(C)]
struct SgIoHdr {
    interface_id: i32,
    dxfer_direction: i32,
    cmd_len: u8,
    mx_sb_len: u8,
    iovec_count: u16,
    dxfer_len: u32,
    dxferp: *mut c_void,
    cmdp: *const u8,
    sbp: *mut u8,
    timeout: u32,
    flags: u32,
    pack_id: i32,
    usr_ptr: *mut c_void,
    status: u8,
    masked_status: u8,
    msg_status: u8,
    sb_len_wr: u8,
    host_status: u16,
    driver_status: u16,
    resid: i32,
    duration: u32,
    info: u32,
}

/// A drive by SG_IO.
pub struct LinuxDrive {
    /// The node that commands go to.
    node: File,
    /// Kept open for nobody else to open it exclusively, where that was asked for.
    _guard: Option<File>,
    most_bytes: usize,
}

impl LinuxDrive {
    /// Opens a drive; exclusively, it can't be mounted or opened so by others meanwhile.
    pub fn open(place: &Place, exclusive: bool) -> Result<LinuxDrive, OpenError> {
        let flags = OFlags::NONBLOCK | if exclusive { OFlags::EXCL } else { OFlags::empty() };
        let guard = node(&place.path, flags).map_err(|error| refused(&place.path, error))?;
        let generic = place.generic.as_deref().and_then(|generic| node(generic, OFlags::NONBLOCK).ok());
        let most = fs::read_to_string(sys(&place.path).join("queue/max_sectors_kb"));
        let most = most.ok().and_then(|text| text.trim().parse::<usize>().ok()).map_or(SURE_BYTES, |kilobytes| kilobytes << 10);
        let most_bytes = most.clamp(SURE_BYTES, MOST_BYTES);
        Ok(match generic {
            Some(node) => LinuxDrive { node, _guard: Some(guard), most_bytes },
            None => LinuxDrive { node: guard, _guard: None, most_bytes },
        })
    }
}

/// Opens for reading and writing, which commands that change something need; for reading alone where that is not allowed.
fn node(path: &Path, flags: OFlags) -> io::Result<File> {
    let open = |write| OpenOptions::new().read(true).write(write).custom_flags(flags.bits() as i32).open(path);
    open(true).or_else(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => open(false),
        _ => Err(error),
    })
}

/// Why a drive can't be opened, for people.
fn refused(path: &Path, error: io::Error) -> OpenError {
    match Errno::from_io_error(&error) {
        Some(Errno::ACCESS | Errno::PERM) => OpenError::NoPermission { group: group_of(path) },
        Some(Errno::BUSY) => OpenError::InUse { by: user_of(path) },
        Some(Errno::NOENT | Errno::NODEV | Errno::NXIO) => OpenError::Gone,
        _ => OpenError::Io(error),
    }
}

/// The group that the node belongs to.
fn group_of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let wanted = fs::metadata(path).ok()?.gid();
    let groups = fs::read_to_string("/etc/group").ok()?;
    let mut lines = groups.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| {
        let name = fields.next()?;
        (fields.nth(1)?.parse::<u32>().ok()? == wanted).then(|| name.to_owned())
    })
}

/// Who uses a drive: the folder that the disc in it is mounted on, or the name of a program that has it open; `None` where nobody does, or none that this user may see.
pub fn user(place: &Place) -> Option<String> {
    user_of(&place.path)
}

/// Who has the drive: the folder that it is mounted on, or the name of a program.
fn user_of(path: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounted = mounts.lines().map(|line| line.split(' ')).find_map(|mut fields| {
        let device = fields.next()?;
        (Path::new(device) == path).then(|| fields.next().unwrap_or_default().replace("\\040", " "))
    });
    if let Some(folder) = mounted {
        return Some(format!("mounted on {folder}"));
    }
    // Only processes of the same user can be looked into.
    let processes = fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path());
    // This program may show a disc while it asks: that is no other user.
    let other = |name: &std::ffi::OsStr| name.to_string_lossy().parse::<u32>().is_ok_and(|id| id != std::process::id());
    let mut numbered = processes.filter(|path| path.file_name().is_some_and(other));
    let holder = numbered.find(|process| {
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        open.filter_map(|file| fs::read_link(file.path()).ok()).any(|target| target == path)
    })?;
    fs::read_to_string(holder.join("comm")).ok().map(|name| name.trim().to_owned())
}

fn sys(path: &Path) -> PathBuf {
    Path::new("/sys/class/block").join(path.file_name().unwrap_or_default())
}

/// Every optical drive of this machine, in the order of their numbers.
pub fn places() -> Vec<Place> {
    places_in(Path::new("/sys/class/block"))
}

fn places_in(block: &Path) -> Vec<Place> {
    let entries = fs::read_dir(block).into_iter().flatten().flatten();
    let number = |name: &str| name.strip_prefix("sr").and_then(|number| number.parse::<u32>().ok());
    let mut found: Vec<(u32, Place)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = number(&name)?;
            let device = entry.path().join("device");
            let text = |file: &str| fs::read_to_string(device.join(file)).map(|text| text.trim().to_owned()).unwrap_or_default();
            let mut generic = fs::read_dir(device.join("scsi_generic")).into_iter().flatten().flatten();
            let generic = generic.next().map(|entry| Path::new("/dev").join(entry.file_name()));
            let label = format!("{} {}", text("vendor"), text("model")).trim().to_owned();
            Some((number, Place { path: Path::new("/dev").join(&name), generic, label }))
        })
        .collect();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, place)| place).collect()
}

impl Transport for LinuxDrive {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let mut sense = [0u8; 64];
        let len = data.len();
        let (direction, pointer) = match data {
            Data::None => (DXFER_NONE, ptr::null_mut()),
            Data::In(bytes) => (DXFER_FROM_DEV, bytes.as_mut_ptr().cast::<c_void>()),
            Data::Out(bytes) => (DXFER_TO_DEV, bytes.as_ptr().cast_mut().cast::<c_void>()),
        };
        let too_long = || TransportError::Io(io::ErrorKind::InvalidInput.into());
        let mut request = SgIoHdr {
            interface_id: i32::from(b'S'),
            dxfer_direction: if len == 0 { DXFER_NONE } else { direction },
            cmd_len: u8::try_from(cdb.len()).map_err(|_| too_long())?,
            mx_sb_len: sense.len() as u8,
            iovec_count: 0,
            dxfer_len: u32::try_from(len).map_err(|_| too_long())?,
            dxferp: pointer,
            cmdp: cdb.as_ptr(),
            sbp: sense.as_mut_ptr(),
            timeout: u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX),
            flags: 0,
            pack_id: 0,
            usr_ptr: ptr::null_mut(),
            status: 0,
            masked_status: 0,
            msg_status: 0,
            sb_len_wr: 0,
            host_status: 0,
            driver_status: 0,
            resid: 0,
            duration: 0,
            info: 0,
        };
        // SAFETY: the request is laid out as SG_IO wants it. Command, data and sense buffers outlive the call, have the lengths that stand in it, and
        // the kernel writes only to those of data that come in, which were borrowed mutably, and of sense.
        let sent = unsafe { rustix::ioctl::ioctl(&self.node, rustix::ioctl::Updater::<SG_IO, SgIoHdr>::new(&mut request)) };
        sent.map_err(|error| match error {
            Errno::PERM | Errno::ACCESS => TransportError::Denied,
            Errno::NODEV | Errno::NXIO => TransportError::Gone,
            other => TransportError::Io(other.into()),
        })?;
        let said = sense.get(..usize::from(request.sb_len_wr)).unwrap_or(&sense);
        outcome(&request, said).map(|()| len.saturating_sub(usize::try_from(request.resid).unwrap_or(0)))
    }

    fn most_bytes(&self) -> usize {
        self.most_bytes
    }
}

/// What the kernel and the drive say of a request that was sent.
fn outcome(request: &SgIoHdr, sense: &[u8]) -> Result<(), TransportError> {
    match request.host_status {
        0 => {}
        DID_NO_CONNECT | DID_BAD_TARGET => return Err(TransportError::Gone),
        DID_TIME_OUT => return Err(TransportError::TimedOut),
        other => return Err(TransportError::Io(io::Error::other(format!("the host adapter failed (status {other})")))),
    }
    if request.driver_status & 0x0F == DRIVER_TIMEOUT {
        return Err(TransportError::TimedOut);
    }
    match (request.status, Sense::parse(sense)) {
        // A recovered error is none, and some drives give sense data with what went well.
        (0, _) | (CHECK_CONDITION, Some(Sense { key: 0 | 1, .. })) => Ok(()),
        (CHECK_CONDITION, Some(sense)) => Err(TransportError::Check(sense)),
        (status, _) => Err(TransportError::Status(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_laid_out_as_the_kernel_wants_it() {
        assert_eq!(size_of::<SgIoHdr>(), if cfg!(target_pointer_width = "64") { 88 } else { 64 });
    }

    /// sysfs as a machine with two drives has it.
    #[test]
    fn drives_are_found_in_sysfs() {
        let folder = tempfile::tempdir().unwrap();
        for (name, vendor, model, generic) in [("sr10", "HL-DT-ST", "BD-RE", Some("sg12")), ("sr1", "QEMU", "DVD-ROM", None)] {
            let device = folder.path().join(name).join("device");
            fs::create_dir_all(&device).unwrap();
            fs::write(device.join("vendor"), format!("{vendor:<8}\n")).unwrap();
            fs::write(device.join("model"), format!("{model:<16}\n")).unwrap();
            if let Some(generic) = generic {
                fs::create_dir_all(device.join("scsi_generic").join(generic)).unwrap();
            }
        }
        fs::create_dir_all(folder.path().join("sda")).unwrap();
        let places = places_in(folder.path());
        let shown: Vec<_> = places.iter().map(|place| (place.path.to_str().unwrap(), place.label.as_str())).collect();
        assert_eq!(shown, [("/dev/sr1", "QEMU DVD-ROM"), ("/dev/sr10", "HL-DT-ST BD-RE")]);
        assert_eq!(places[1].generic.as_deref(), Some(Path::new("/dev/sg12")));
    }

    #[test]
    fn what_is_no_drive_is_refused() {
        let place = |path: &str| Place { path: path.into(), generic: None, label: String::new() };
        assert!(matches!(LinuxDrive::open(&place("/dev/sr999"), false), Err(OpenError::Gone)));
        let mut null = LinuxDrive::open(&place("/dev/null"), false).unwrap();
        assert!(matches!(null.execute(&[0; 6], Data::None, Duration::from_secs(1)), Err(TransportError::Io(_))));
    }
}
