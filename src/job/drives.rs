//! The drives of this machine, the one in software among them, and the disc in one as the source of a job.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::apart::apart;
use super::progress::single_speed;
use super::{Control, JobError, demo_disc};
use crate::disc::DiscReader;
use crate::drive::mmc::{self, CommandError, Configuration, Identity};
use crate::drive::sense::Meaning;
use crate::drive::transport::{OpenError, Transport};
use crate::drive::{Details, DriveReader, LookError, Protection, look, report};
use crate::image::packing::Choices;
use crate::image::{self, Fault, Flaw, Format, Holds, Image, Likeness, Opening};
use crate::virtual_drive::{BlankKind, Device, FaultScript};

/// What stands before the name of a drive where a path could stand.
pub const PREFIX: &str = "drive:";
/// The name of the drive in software that holds the demo disc.
pub const DEMO: &str = "demo";
/// What stands before the path of an image that is the disc in the drive in software.
const DEMO_WITH: &str = "demo:";
/// What stands before the word of the blank disc in a recorder in software.
const BLANK: &str = "blank:";
/// How long a disc may take to spin up.
pub const SPIN_UP: Duration = Duration::from_secs(45);
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
    /// The image that should be the disc in the drive in software can't be opened.
    #[error(transparent)]
    Image(#[from] image::Error),
    /// Nothing is on the disc.
    #[error("the disc is blank")]
    Blank,
    /// A test of audio needs some.
    #[error("the test needs an audio CD of at least six seconds in the drive")]
    NoAudio,
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
    /// Who uses it beside this program, where that can be seen: “mounted on /media/disc”, “wodim”.
    pub user: Option<String>,
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

/// A drive that was found, and not asked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name, as it stands behind `drive:`.
    pub name: String,
    /// Maker and model, as far as the system knows them.
    pub label: String,
}

/// Every drive of this machine, and the one in software; `demo` is the image in that, else it holds the demo disc. Each is asked how it is.
pub fn list(demo: Option<&Path>, opening: &Opening) -> Vec<Listed> {
    names(demo).into_iter().map(|named| look_at(named, opening, Duration::ZERO)).collect()
}

/// The drives there are; none of them is asked anything.
pub fn names(demo: Option<&Path>) -> Vec<Named> {
    let mut names = system::names();
    names.push(match demo {
        None => Named { name: DEMO.to_owned(), label: "a disc to play with, in software".to_owned() },
        Some(image) => Named { name: demo_with(image), label: "a drive in software".to_owned() },
    });
    names
}

/// The name of the drive in software with this image in it.
pub fn demo_with(image: &Path) -> String {
    format!("{DEMO_WITH}{}", image.display())
}

/// Asks a drive how it is; one that gets ready is waited for so long. `opening` is for the image in a drive in software.
pub fn look_at(named: Named, opening: &Opening, patience: Duration) -> Listed {
    let Named { name, label } = named;
    let user = system::user(&name);
    let mut transport = match open(&name, opening) {
        Ok(transport) => transport,
        Err(error) => return Listed { name, label, identity: None, configuration: None, user, state: State::Trouble(error) },
    };
    let identity = mmc::inquiry(&mut *transport).ok();
    let configuration = mmc::get_configuration(&mut *transport).ok();
    Listed { name, label, identity, configuration, user, state: state(&mut *transport, patience) }
}

fn state(transport: &mut dyn Transport, patience: Duration) -> State {
    match ready(transport, patience, &Control::default()) {
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

/// What the drives answer to everything that they may be asked (see [`report`]), as a text for who can make something of it. No name, path or serial
/// number is in it. The drive in software, which we know, is in it only where there is no other, or an image was put into it.
pub fn reports(demo: Option<&Path>, opening: &Opening) -> String {
    let mut named = names(demo);
    if named.len() > 1 && demo.is_none() {
        named.pop();
    }
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    let mut text = format!("What drives answered to Spindle {version}, {os} {arch}\n");
    for (number, named) in (1..).zip(named) {
        text += &format!("\n=== drive {number}\n\n");
        text += &match open(&named.name, opening) {
            Ok(mut transport) => report(&mut *transport),
            // These say where things lie.
            Err(DriveError::Image(_)) => "the image can't be opened\n".to_owned(),
            Err(DriveError::Open(OpenError::InUse { .. })) => "in use by another program\n".to_owned(),
            Err(error) => format!("{error}\n"),
        };
    }
    text
}

/// Opens a drive by its name, to ask it how it is.
pub fn open(name: &str, opening: &Opening) -> Result<Box<dyn Transport>, DriveError> {
    open_as(name, opening, false)
}

/// Opens a drive by its name to write on the disc in it, which nobody may use meanwhile.
pub fn open_to_burn(name: &str, opening: &Opening) -> Result<Box<dyn Transport>, DriveError> {
    open_as(name, opening, true)
}

/// The kind of blank disc in the recorder in software of this name; `None` of other names.
pub fn blank_of(name: &str) -> Option<BlankKind> {
    name.strip_prefix(BLANK)?.parse().ok()
}

/// The name of the recorder in software with such a blank in it.
pub fn blank_with(kind: BlankKind) -> String {
    format!("{BLANK}{}", kind.word())
}

/// Opens a drive by its name to rip it, so that nobody mounts or burns the disc meanwhile. Where somebody has done so before, it is shared with them: they
/// do no harm to who reads, and a desktop mounts every disc.
pub fn open_to_rip(name: &str, opening: &Opening) -> Result<Box<dyn Transport>, DriveError> {
    match open_as(name, opening, true) {
        Err(DriveError::Open(OpenError::InUse { .. })) => open(name, opening),
        result => result,
    }
}

fn open_as(name: &str, opening: &Opening, exclusive: bool) -> Result<Box<dyn Transport>, DriveError> {
    match demo_medium(name, opening)? {
        Some(disc) => Ok(Box::new(Device::with(disc))),
        None => system::open(name, exclusive),
    }
}

/// Opens the drive in software, with what is wrong with it and its disc; no other drive does as it is told.
pub fn open_faulty(name: &str, faults: FaultScript, opening: &Opening) -> Result<Box<dyn Transport>, DriveError> {
    let disc = demo_medium(name, opening)?.ok_or(DriveError::NotInSoftware)?;
    let mut device = Device::new(faults.manners);
    device.insert(disc, faults.faults);
    Ok(Box::new(device))
}

/// Whether this is the name of the drive in software.
pub fn is_software(name: &str) -> bool {
    name == DEMO || name.starts_with(DEMO_WITH)
}

/// The disc in the drive in software; `None` of other drives.
fn demo_medium(name: &str, opening: &Opening) -> Result<Option<Arc<dyn DiscReader>>, DriveError> {
    if name == DEMO {
        let disc = demo_disc().map_err(|error| OpenError::Io(std::io::Error::other(error)))?;
        return Ok(Some(disc));
    }
    let Some(path) = name.strip_prefix(DEMO_WITH) else { return Ok(None) };
    Ok(Some(image::open(Path::new(path), opening.clone())?.reader))
}

/// The name of the drive that a path stands for; `None` where it is a path.
pub fn drive_of(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// The path that stands for a drive.
pub fn path_of(name: &str) -> PathBuf {
    format!("{PREFIX}{name}").into()
}

/// What stands in place of a format where a disc comes from a drive: it can neither be found in a file nor be written to one.
static DISC_IN_DRIVE: Format = Format {
    name: "drive",
    title: "Disc in a drive",
    extensions: &[],
    data_extensions: &[],
    read_by: "",
    holds: Holds::NOTHING,
    recognise: |_| Ok(Likeness::No),
    open: |opener| Err(opener.flaw(Flaw::file(Fault::Unsupported { what: "a file as a drive" }))),
    plan: None,
    choices: Choices::NONE,
    parse_anything: |_, _| {},
};

/// The disc in a drive, to be read as an image is. `opening` is for the image in a drive in software.
pub fn image_in(name: &str, opening: &Opening, control: &Control) -> Result<Image, JobError> {
    // Shared: an open window keeps this for hours, and the disc is to be mounted meanwhile.
    let transport = open(name, opening).map_err(|error| error.of(name))?;
    let Mounted { reader, protection, .. } = mount(name, transport, None, control)?;
    Ok(Image {
        path: path_of(name),
        format: &DISC_IN_DRIVE,
        reader: Arc::new(reader),
        files: Vec::new(),
        warnings: protection.map(warning).into_iter().collect(),
        promises: Vec::new(),
    })
}

/// A disc in a drive that is ready to be read.
pub struct Mounted {
    /// What the drive says of itself, where it says something.
    pub identity: Option<Identity>,
    /// The disc.
    pub reader: DriveReader,
    /// What protects it.
    pub protection: Option<Protection>,
}

/// Waits for the disc in a drive, asks what it is, and has it turn at this multiple of single speed, or as fast as it goes.
pub fn mount(name: &str, transport: Box<dyn Transport>, speed: Option<f64>, control: &Control) -> Result<Mounted, JobError> {
    let (name, within) = (name.to_owned(), control.clone());
    apart(control, move || mount_here(&name, transport, speed, &within))?
}

/// Waits until the disc in a drive can be used.
pub fn get_ready(name: &str, transport: &mut dyn Transport, patience: Duration, control: &Control) -> Result<(), JobError> {
    ready(transport, patience, control).map_err(|not| match not {
        NotReady::Says(error) => DriveError::from(error).of(name),
        NotReady::Cancelled => JobError::Cancelled,
    })
}

fn mount_here(name: &str, mut transport: Box<dyn Transport>, speed: Option<f64>, control: &Control) -> Result<Mounted, JobError> {
    let identity = mmc::inquiry(&mut *transport).ok();
    get_ready(name, &mut *transport, SPIN_UP, control)?;
    let details = look(&mut *transport).map_err(|error| DriveError::from(error).of(name))?;
    let disc = details.disc.ok_or_else(|| DriveError::Blank.of(name))?;
    let rate = speed.map(|times| (times * single_speed(disc.medium) / 1000.0).ceil().clamp(1.0, f64::from(u16::MAX)) as u16);
    // A drive that does not know this goes as fast as it likes.
    let _ = if details.profile.is_cd() {
        mmc::set_cd_speed(&mut *transport, rate, None)
    } else {
        mmc::set_read_streaming(&mut *transport, disc.sectors(), Some(u32::from(rate.unwrap_or(u16::MAX))))
    };
    let reader = DriveReader::new(disc, transport).with_user_data_only(details.user_data_only);
    Ok(Mounted { identity, reader, protection: details.protection })
}

/// What a protection means for who reads the disc.
fn warning(protection: Protection) -> String {
    format!("The disc is protected by {}: what is read from it stays as it is, encrypted.", protection.name())
}

impl DriveError {
    /// The error of a job that wanted the drive of this name.
    pub fn of(self, name: &str) -> JobError {
        match self {
            DriveError::Image(error) => JobError::Image(error),
            error => JobError::Drive { name: name.to_owned(), error },
        }
    }

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
#[cfg(any(target_os = "linux", target_os = "macos", windows))]
mod system {
    use std::path::Path;

    use super::{DriveError, Named, Transport};
    use crate::drive::transport::{Place, SystemDrive, places, user as user_of};

    /// What people call a node: `/dev/sr0`, `D:`.
    fn name(path: &Path) -> String {
        path.display().to_string().trim_start_matches("\\\\.\\").to_owned()
    }

    pub fn names() -> Vec<Named> {
        places().into_iter().map(|place| Named { name: name(&place.path), label: place.label }).collect()
    }

    fn place(wanted: &str) -> Option<Place> {
        places().into_iter().find(|place| name(&place.path).eq_ignore_ascii_case(wanted))
    }

    pub fn user(wanted: &str) -> Option<String> {
        user_of(&place(wanted)?)
    }

    pub fn open(wanted: &str, exclusive: bool) -> Result<Box<dyn Transport>, DriveError> {
        Ok(Box::new(SystemDrive::open(&place(wanted).ok_or(DriveError::Unknown)?, exclusive)?))
    }
}

/// Drives of this system can't be used: only the demo drive is there.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod system {
    use super::{DriveError, Named, Transport};

    pub fn names() -> Vec<Named> {
        Vec::new()
    }

    pub fn user(_: &str) -> Option<String> {
        None
    }

    pub fn open(_: &str, _: bool) -> Result<Box<dyn Transport>, DriveError> {
        Err(DriveError::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::sector::{Form, Slice};
    use crate::image::testing::sectors;

    fn iso(folder: &Path) -> PathBuf {
        let path = folder.join("a.iso");
        std::fs::write(&path, (0..40u32 << 11).map(|n| (n / 2048) as u8).collect::<Vec<u8>>()).unwrap();
        path
    }

    #[test]
    fn any_image_can_be_the_disc_in_the_drive_in_software() {
        let dir = tempfile::tempdir().unwrap();
        let path = iso(dir.path());
        let listed = list(Some(&path), &Opening::default());
        let demo = listed.last().unwrap();
        let State::Disc(details) = &demo.state else { panic!("there is a disc in it") };
        assert_eq!(details.disc.as_ref().map(crate::disc::Disc::sectors), Some(40));
        let image = image_in(&demo.name, &Opening::default(), &Control::default()).unwrap();
        assert_eq!((drive_of(&image.path), image.format.name), (Some(demo.name.as_str()), "drive"));
        let whole = Form::main(Slice::COOKED);
        let file = image::open(&path, Opening::default()).unwrap();
        assert!(sectors(&*image.reader, 0, 40, whole) == sectors(&*file.reader, 0, 40, whole));
    }

    #[test]
    fn what_is_no_drive_and_no_image_says_who_is_at_fault() {
        use super::super::Class;
        let class = |name: &str| image_in(name, &Opening::default(), &Control::default()).map(drop).unwrap_err().class();
        assert_eq!(class("/dev/sr9999"), Class::Request);
        assert_eq!(class("demo:nowhere.iso"), Class::Request);
        let missing = look_at(Named { name: "/dev/sr9999".into(), label: String::new() }, &Opening::default(), Duration::ZERO);
        assert!(matches!(missing.state, State::Trouble(DriveError::Unknown)));
    }
}
