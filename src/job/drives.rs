//! The drives of this machine, the demo drive among them, and the disc in one as the source of a job.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::open::opening;
use super::progress::single_speed;
use super::{Control, JobError, demo_disc};
use crate::disc::{Disc, DiscReader};
use crate::drive::mmc::{self, CommandError, Configuration, Identity};
use crate::drive::sense::Meaning;
use crate::drive::transport::{OpenError, Transport};
use crate::drive::{Details, DriveReader, LookError, look};
use crate::image;
use crate::virtual_drive::{Device, FaultScript};

/// What stands before the name of a drive where a path could stand.
pub const PREFIX: &str = "drive:";
/// The name of the drive in software. It holds the demo disc; by `demo:IMAGE`, any image.
pub const DEMO: &str = "demo";
/// How long a disc may take to spin up.
const SPIN_UP: Duration = Duration::from_secs(45);
/// How often a drive that gets ready is asked.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// Why the disc in a drive can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// No drive has this name.
    #[error("there is no such drive: “spindle drives” names them")]
    Unknown,
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The disc could not be understood.
    #[error(transparent)]
    Look(#[from] LookError),
    /// Nothing is on the disc.
    #[error("the disc is blank")]
    Blank,
    /// The image that should be the disc in the demo drive can't be used.
    #[error(transparent)]
    Demo(Box<JobError>),
    /// Faults were wanted of a drive that has its own.
    #[error("faults can be had of the demo drive alone")]
    NotInSoftware,
}

/// A drive, and how it is.
pub struct Listed {
    /// Its name, as it stands behind `drive:`.
    pub name: String,
    /// Maker and model, as far as the system knows them.
    pub label: String,
    /// What it says of itself.
    pub identity: Option<Identity>,
    /// What it can do.
    pub configuration: Option<Configuration>,
    /// How it is.
    pub state: State,
}

/// How a drive is.
pub enum State {
    /// There is a disc in it.
    Disc(Box<Details>),
    /// There is none; whether the tray is open.
    NoDisc {
        /// The tray is open.
        open: bool,
    },
    /// It can't be used now, and why.
    Trouble(DriveError),
}

/// Every drive of this machine, and the demo drive.
pub fn list() -> Vec<Listed> {
    let system = names().into_iter().map(|(name, label)| {
        let opened = open(&name, &Control::default());
        listed(name, label, opened)
    });
    system.collect()
}

/// Names of the drives and what the system calls them; nothing is asked of any drive.
fn names() -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = system::names();
    names.push((DEMO.to_owned(), "a disc to play with, in software".to_owned()));
    names
}

fn listed(name: String, label: String, opened: Result<Box<dyn Transport>, DriveError>) -> Listed {
    let mut transport = match opened {
        Ok(transport) => transport,
        Err(error) => return Listed { name, label, identity: None, configuration: None, state: State::Trouble(error) },
    };
    let identity = mmc::inquiry(&mut *transport).ok();
    let configuration = mmc::get_configuration(&mut *transport).ok();
    Listed { name, label, identity, configuration, state: state(&mut *transport) }
}

fn state(transport: &mut dyn Transport) -> State {
    match ready(transport, Duration::ZERO, &Control::default()) {
        Ok(()) => match look(transport) {
            Ok(details) => State::Disc(Box::new(details)),
            Err(error) => State::Trouble(error.into()),
        },
        Err(NotReady::Says(error)) => match error.sense() {
            Some(sense) if sense.meaning() == Meaning::NoDisc => State::NoDisc { open: sense.ascq == 2 },
            _ => State::Trouble(error.into()),
        },
        // Nobody holds the control.
        Err(NotReady::Cancelled) => State::NoDisc { open: false },
    }
}

/// Why a drive is not ready.
enum NotReady {
    Says(CommandError),
    Cancelled,
}

/// Waits until the disc can be used. What a new disc or a reset asks for, a second try, is given.
fn ready(transport: &mut dyn Transport, patience: Duration, control: &Control) -> Result<(), NotReady> {
    let begun = Instant::now();
    let mut attentions = 0;
    loop {
        control.check().map_err(|_| NotReady::Cancelled)?;
        let error = match mmc::test_unit_ready(transport) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match error.meaning() {
            // One for the reset, one for the disc, one more for who knows what.
            Some(Meaning::Changed) if attentions < 3 => attentions += 1,
            Some(Meaning::NotYet) if begun.elapsed() < patience => std::thread::sleep(ASK_AGAIN),
            _ => return Err(NotReady::Says(error)),
        }
    }
}

/// Opens a drive by its name.
pub fn open(name: &str, control: &Control) -> Result<Box<dyn Transport>, DriveError> {
    match demo(name) {
        Some(image) => Ok(Box::new(Device::with(demo_medium(image, control)?))),
        None => system::open(name),
    }
}

/// Opens the demo drive, with what is wrong with it and its disc; no other drive does as it is told.
pub fn open_faulty(name: &str, faults: FaultScript, control: &Control) -> Result<Box<dyn Transport>, DriveError> {
    let image = demo(name).ok_or(DriveError::NotInSoftware)?;
    let mut device = Device::new(faults.manners);
    device.insert(demo_medium(image, control)?, faults.faults);
    Ok(Box::new(device))
}

/// The image that a name of the demo drive names, empty for the demo disc; `None` of other drives.
fn demo(name: &str) -> Option<&str> {
    let image = name.strip_prefix(DEMO)?;
    if image.is_empty() { Some(image) } else { image.strip_prefix(':') }
}

fn demo_medium(image: &str, control: &Control) -> Result<Arc<dyn DiscReader>, DriveError> {
    let opened = match image {
        "" => demo_disc(),
        path => image::open(Path::new(path), opening(None, control)).map(|image| image.reader.clone()).map_err(JobError::from),
    };
    opened.map_err(|error| DriveError::Demo(Box::new(error)))
}

/// The name of the drive that a path stands for; `None` where it is a path.
pub fn drive_of(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// A disc in a drive that is ready to be read.
pub struct Mounted {
    /// The drive's name.
    pub name: String,
    /// What the drive says of itself, where it says something.
    pub identity: Option<Identity>,
    /// What disc it is.
    pub disc: Disc,
    /// The way to the drive.
    pub transport: Box<dyn Transport>,
}

/// The disc in a drive, to be read.
pub fn disc_in(name: &str, control: &Control) -> Result<Arc<dyn DiscReader>, JobError> {
    let transport = open(name, control).map_err(|error| JobError::Drive { name: name.to_owned(), error })?;
    let Mounted { disc, transport, .. } = mount(name, transport, None, control)?;
    Ok(Arc::new(DriveReader::new(disc, transport)))
}

/// Waits for the disc in a drive, asks what it is, and has it turn at this multiple of single speed, or as fast as it goes.
pub fn mount(name: &str, mut transport: Box<dyn Transport>, speed: Option<f64>, control: &Control) -> Result<Mounted, JobError> {
    let fail = |error| JobError::Drive { name: name.to_owned(), error };
    let identity = mmc::inquiry(&mut *transport).ok();
    ready(&mut *transport, SPIN_UP, control).map_err(|not| match not {
        NotReady::Says(error) => fail(error.into()),
        NotReady::Cancelled => JobError::Cancelled,
    })?;
    let details = look(&mut *transport).map_err(|error| fail(error.into()))?;
    let disc = details.disc.ok_or_else(|| fail(DriveError::Blank))?;
    let rate = speed.map(|times| (times * single_speed(disc.medium) / 1000.0).ceil().clamp(1.0, f64::from(u16::MAX)) as u16);
    // A drive that does not know this goes as fast as it likes.
    let _ = if details.profile.is_cd() {
        mmc::set_cd_speed(&mut *transport, rate, None)
    } else {
        mmc::set_read_streaming(&mut *transport, disc.sectors(), Some(u32::from(rate.unwrap_or(u16::MAX))))
    };
    Ok(Mounted { name: name.to_owned(), identity, disc, transport })
}

impl DriveError {
    /// Whether it is the user's word that is wrong, and no drive or disc.
    pub fn is_request(&self) -> bool {
        matches!(self, DriveError::Unknown | DriveError::NotInSoftware)
    }

    /// Whether the drive is gone.
    pub fn is_gone(&self) -> bool {
        match self {
            DriveError::Open(OpenError::Gone) => true,
            DriveError::Command(error) | DriveError::Look(LookError::Command(error)) => error.is_gone(),
            _ => false,
        }
    }
}

/// The drives of the operating system.
#[cfg(any(target_os = "linux", windows))]
mod system {
    use std::path::Path;

    use super::{DriveError, Transport};
    use crate::drive::transport::{SystemDrive, places};

    /// What people call a node: `/dev/sr0`, `D:`.
    fn name(path: &Path) -> String {
        path.display().to_string().trim_start_matches("\\\\.\\").to_owned()
    }

    pub fn names() -> Vec<(String, String)> {
        places().into_iter().map(|place| (name(&place.path), place.label)).collect()
    }

    pub fn open(wanted: &str) -> Result<Box<dyn Transport>, DriveError> {
        let place = places().into_iter().find(|place| name(&place.path).eq_ignore_ascii_case(wanted));
        Ok(Box::new(SystemDrive::open(&place.ok_or(DriveError::Unknown)?, false)?))
    }
}

/// Drives of this system can't be used yet: only the demo drive is there.
#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    use super::{DriveError, Transport};

    pub fn names() -> Vec<(String, String)> {
        Vec::new()
    }

    pub fn open(_: &str) -> Result<Box<dyn Transport>, DriveError> {
        Err(DriveError::Unknown)
    }
}
