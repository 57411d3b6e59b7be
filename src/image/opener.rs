//! [`Opener`]: what a format is handed to open an image, and how it finds the other files of the image.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::flaw::{Error, Fault, Flaw, Limits, shorten};
use super::format::file_name;
use super::password::{Opening, Password};
use super::promise::Promise;
use crate::bytes::audio::{self, AudioError, Sound};
use crate::bytes::{self, Bytes, FileBytes};

/// A file that is being opened as an image.
pub struct Opener {
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    /// What hostile files may claim.
    pub limits: Limits,
    password: Option<Password>,
    files: Mutex<Vec<PathBuf>>,
    /// What the image's other files are, where it lies inside another.
    inside: Option<Inside>,
    promises: Mutex<Vec<Promise>>,
    /// The entries of the image's folder, read once, when a name is not there as it is spelt.
    folder: Mutex<Option<Vec<PathBuf>>>,
}

/// The files of an image that lies inside another one: its descriptor says how they are called, but there they have no names.
pub struct Inside {
    /// Its sectors: the only file, however it is called.
    pub data: Arc<dyn Bytes>,
    /// What it takes for a `.sub` file.
    pub sub: Option<Arc<dyn Bytes>>,
    /// The name under which the sectors were asked for.
    asked: Mutex<Option<String>>,
}

impl Inside {
    /// An image of these files.
    pub fn new(data: Arc<dyn Bytes>, sub: Option<Arc<dyn Bytes>>) -> Inside {
        Inside { data, sub, asked: Mutex::default() }
    }

    fn find(&self, name: &str) -> Result<Arc<dyn Bytes>, Fault> {
        let missing = || Fault::PartMissing { name: shorten(name) };
        if name.to_ascii_lowercase().ends_with(".sub") {
            return self.sub.clone().ok_or_else(missing);
        }
        let mut asked = self.asked.lock().map_err(|_| missing())?;
        if asked.get_or_insert_with(|| name.to_owned()) == name { Ok(self.data.clone()) } else { Err(missing()) }
    }
}

/// Another file of an image.
pub struct Sibling {
    /// Where it was found.
    pub path: PathBuf,
    /// What is in it.
    pub bytes: Arc<dyn Bytes>,
    /// Whether it was found only under another spelling than the image gives: other case, other folder, other extension.
    pub respelt: bool,
    /// What an audio file was, where it had to be converted to what a CD holds.
    pub converted: Option<String>,
}

impl Sibling {
    /// What a user has to hear about an audio file that is not what a CD holds.
    pub fn conversion(&self) -> Option<String> {
        let was = self.converted.as_ref()?;
        Some(format!("“{}” is {was}: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.", file_name(&self.path)))
    }
}

impl Opener {
    /// Opens a regular file.
    pub fn new(path: &Path, opening: impl Into<Opening>) -> Result<Opener, Error> {
        let Opening { limits, password } = opening.into();
        let bytes = FileBytes::open(path).map_err(|error| Flaw::file(Fault::Io(error)).of(path))?;
        Ok(Opener {
            path: path.to_owned(),
            bytes: Arc::new(bytes),
            limits,
            password,
            files: Mutex::new(vec![path.to_owned()]),
            inside: None,
            promises: Mutex::default(),
            folder: Mutex::new(None),
        })
    }

    /// For an image that lies inside this one: `descriptor` is its file to open, `inside` has the others. Flaws are those of this file.
    pub fn inside(&self, descriptor: Arc<dyn Bytes>, inside: Inside) -> Opener {
        Opener {
            path: self.path.clone(),
            bytes: descriptor,
            limits: self.limits,
            password: self.password.clone(),
            files: Mutex::new(Vec::new()),
            inside: Some(inside),
            promises: Mutex::default(),
            folder: Mutex::new(None),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its bytes.
    pub fn bytes(&self) -> &Arc<dyn Bytes> {
        &self.bytes
    }

    /// The password, if one was given.
    pub fn password(&self) -> Option<&Password> {
        self.password.as_ref()
    }

    /// Its extension in lower case.
    pub fn extension(&self) -> String {
        self.path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
    }

    /// The whole file, which must be no larger than [`Limits::descriptor`].
    pub fn descriptor(&self) -> Result<Vec<u8>, Error> {
        let len = self.bytes.len();
        if len > self.limits.descriptor {
            let fault = Fault::TooMany { what: "bytes in the descriptor", limit: self.limits.descriptor };
            return Err(self.flaw(Flaw::file(fault)));
        }
        self.read(0, len as usize)
    }

    /// `len` bytes of the file from `at`, fewer where it ends.
    pub fn read(&self, at: u64, len: usize) -> Result<Vec<u8>, Error> {
        bytes::read_some(&*self.bytes, at, len).map_err(|error| self.flaw(Flaw::at(at, Fault::Io(error))))
    }

    /// The flaw, in this file.
    pub fn flaw(&self, flaw: Flaw) -> Error {
        flaw.of(&self.path)
    }

    /// Every file opened so far, the image itself first.
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.lock().map(|files| files.clone()).unwrap_or_default()
    }

    /// The image has a checksum of some of its bytes.
    pub fn promise(&self, promise: Promise) {
        self.promises.lock().unwrap_or_else(PoisonError::into_inner).push(promise);
    }

    /// Every checksum noted so far.
    pub fn promises(&self) -> Vec<Promise> {
        self.promises.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens another file of the image by the name that stands in it.
    ///
    /// Backslashes separate as slashes do. The name is looked for as it is; then its last part alone, beside the image; then
    /// without regard to case; then with the stem of the image and the extension of the name. A name that leads out of the
    /// image's folder is never followed: its last part is looked for beside the image, and when that is not there either,
    /// the name is refused. Where only the file as ECM is there (`x.bin.ecm`), what that unpacks to is taken.
    pub fn sibling(&self, name: &str) -> Result<Sibling, Fault> {
        if let Some(inside) = &self.inside {
            let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
            let bytes = inside.find(name)?;
            return Ok(Sibling { path: self.path.with_file_name(base), bytes, respelt: false, converted: None });
        }
        let (path, respelt, packed) = match self.find(name) {
            Ok((path, respelt)) => (path, respelt, false),
            Err(Fault::PartMissing { name: missing }) => match self.find(&format!("{name}.ecm")) {
                Ok((path, respelt)) => (path, respelt, true),
                Err(_) => return Err(Fault::PartMissing { name: missing }),
            },
            Err(fault) => return Err(fault),
        };
        let bytes: Arc<dyn Bytes> = Arc::new(FileBytes::open(&path)?);
        self.note(&path)?;
        let bytes = match packed {
            false => bytes,
            true => {
                let (unpacked, promise) = super::ecm::unpack(&bytes).map_err(|flaw| flaw.fault)?;
                self.promise(promise);
                unpacked
            }
        };
        Ok(Sibling { path, bytes, respelt, converted: None })
    }

    /// Opens an audio file of the image as 16-bit little-endian stereo PCM at 44.1 kHz, whatever it is stored as.
    pub fn audio(&self, name: &str) -> Result<Sibling, Fault> {
        if self.inside.is_some() {
            return Err(Fault::Unsupported { what: "sound in a file of its own, inside another image," });
        }
        let (path, respelt) = self.find(name)?;
        let Sound { pcm: bytes, converted } = audio::open(&path).map_err(|error| match error {
            AudioError::Io(error) => Fault::Io(error),
            AudioError::Unfit(why) => Fault::Audio { name: shorten(name), why },
        })?;
        self.note(&path)?;
        Ok(Sibling { path, bytes, respelt, converted })
    }

    /// A file that belongs to the image was found without a name: it is one of its [`Opener::files`] from now on.
    pub fn belongs(&self, path: &Path) -> Result<(), Error> {
        self.note(path).map_err(|fault| self.flaw(Flaw::file(fault)))
    }

    fn note(&self, path: &Path) -> Result<(), Fault> {
        let mut files =
            self.files.lock().map_err(|_| std::io::Error::other("another thread failed while it opened this image"))?;
        if !files.iter().any(|known| known == path) {
            if files.len() > self.limits.files as usize {
                return Err(Fault::TooMany { what: "files in one image", limit: u64::from(self.limits.files) });
            }
            files.push(path.to_owned());
        }
        Ok(())
    }

    /// Where the file of this name is, and whether it had to be found under another spelling.
    fn find(&self, name: &str) -> Result<(PathBuf, bool), Fault> {
        let missing = || Fault::PartMissing { name: shorten(name) };
        let folder = self.path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
        let clean = name.replace('\\', "/");
        if clean.contains('\0') || clean.len() > 4096 {
            return Err(missing());
        }
        let parts: Vec<&str> = clean.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let Some(&base) = parts.last() else { return Err(missing()) };
        let drive = parts.first().is_some_and(|first| first.len() == 2 && first.ends_with(':'));
        let leads_out = clean.starts_with('/') || drive || parts.contains(&"..");
        if !leads_out {
            let straight = parts.iter().fold(folder.clone(), |path, part| path.join(part));
            if straight.is_file() {
                return Ok((straight, false));
            }
        }
        if base == ".." || base.contains(':') {
            return Err(Fault::OutsideFolder { name: shorten(name) });
        }
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let extension = Path::new(base).extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let by_stem = format!("{stem}.{extension}");
        for wanted in [base, by_stem.as_str()] {
            if let Some(found) = self.beside(&folder, wanted) {
                return Ok((found, true));
            }
        }
        Err(if leads_out { Fault::OutsideFolder { name: shorten(name) } } else { missing() })
    }

    /// The file of this name in the image's folder, without regard to case, an exact match first.
    fn beside(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let exact = folder.join(name);
        if exact.is_file() {
            return Some(exact);
        }
        let mut entries = self.folder.lock().ok()?;
        let entries = entries.get_or_insert_with(|| {
            let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let listing = std::fs::read_dir(shown).into_iter().flatten().flatten().take(100_000);
            listing.map(|entry| folder.join(entry.file_name())).collect()
        });
        let wanted = name.to_lowercase();
        let same = |path: &&PathBuf| path.file_name().map(OsStr::to_string_lossy).is_some_and(|n| n.to_lowercase() == wanted);
        entries.iter().filter(same).find(|path| path.is_file()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Opener) {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("image");
        std::fs::create_dir_all(inner.join("sub")).unwrap();
        for file in ["image/Disc.cue", "image/TRACK one.BIN", "image/sub/two.bin", "image/disc.img", "outside.bin"] {
            std::fs::write(dir.path().join(file), file).unwrap();
        }
        let opener = Opener::new(&inner.join("Disc.cue"), Limits::default()).unwrap();
        (dir, opener)
    }

    #[test]
    fn names_are_found_as_people_left_them() {
        let (_dir, opener) = folder();
        let found = |name: &str| {
            let sibling = opener.sibling(name).unwrap();
            (sibling.path.file_name().unwrap().to_string_lossy().into_owned(), sibling.respelt)
        };
        assert_eq!(found("TRACK one.BIN"), ("TRACK one.BIN".into(), false));
        assert_eq!(found("track ONE.bin"), ("TRACK one.BIN".into(), true));
        assert_eq!(found("sub\\two.bin"), ("two.bin".into(), false));
        assert_eq!(found("C:\\rips\\Track One.bin"), ("TRACK one.BIN".into(), true));
        assert_eq!(found("/mnt/old/track one.bin"), ("TRACK one.BIN".into(), true));
        assert_eq!(found("OTHER.IMG"), ("disc.img".into(), true));
        assert_eq!(opener.files().len(), 4);
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        let (_dir, opener) = folder();
        for name in ["../outside.bin", "sub/../../outside.bin", "\\\\host\\share\\x.bin", "/etc/hostname", ".."] {
            assert!(matches!(opener.sibling(name), Err(Fault::OutsideFolder { .. })), "{name}");
        }
        for name in ["", "/", "nothing.bin", "a\0b", &"x".repeat(65_536)] {
            assert!(matches!(opener.sibling(name), Err(Fault::PartMissing { .. })), "{name}");
        }
        assert!(opener.sibling("sub").is_err());
    }

    #[test]
    fn inside_another_image_there_is_one_file_of_sectors() {
        let (_dir, outer) = folder();
        let opener = outer.inside(Arc::new(b"descriptor".to_vec()), Inside::new(Arc::new(b"sectors".to_vec()), None));
        assert_eq!(opener.descriptor().unwrap(), b"descriptor");
        // A file beside the outer image is not looked at.
        for _ in 0..2 {
            assert_eq!(opener.sibling("track one.bin").unwrap().bytes.len(), 7);
        }
        for name in ["disc.img", "x.sub"] {
            assert!(matches!(opener.sibling(name), Err(Fault::PartMissing { .. })), "{name}");
        }
        assert!(opener.audio("track one.bin").is_err());
        let with_sub = outer.inside(Arc::new(Vec::new()), Inside::new(Arc::new(Vec::new()), Some(Arc::new(b"PQ".to_vec()))));
        assert_eq!(with_sub.sibling("Disc.SUB").unwrap().bytes.len(), 2);
    }

    #[test]
    fn folders_and_devices_are_no_images() {
        let (dir, _) = folder();
        assert!(Opener::new(dir.path(), Limits::default()).is_err());
        #[cfg(unix)]
        assert!(Opener::new(Path::new("/dev/null"), Limits::default()).is_err());
    }
}
