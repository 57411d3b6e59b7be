//! [`Opener`]: what a format is handed to open an image, and how it finds the other files of the image.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::flaw::{Error, Fault, Flaw, Limits, shorten};
use super::format::file_name;
use super::password::{Opening, Password};
use super::place::{Found, Inside, Place};
use super::promise::Promise;
use super::wrap;
use crate::bytes::archive::Archive;
use crate::bytes::audio::{self, AudioError, Sound};
use crate::bytes::layers::{Bounds, Layer};
use crate::bytes::{self, Bytes, FileBytes, Joined};

/// A file that is being opened as an image: one of the file system, or what a compressed file or an archive holds.
pub struct Opener {
    /// The file of the file system in which all of it lies.
    file: PathBuf,
    /// The path for messages: that file, or a member of it.
    shown: PathBuf,
    /// The path without the extensions of compressed files.
    path: PathBuf,
    bytes: Arc<dyn Bytes>,
    place: Arc<Place>,
    /// What hostile files may claim.
    pub limits: Limits,
    password: Option<Password>,
    /// What layers may cost, by the length of the file.
    bounds: Bounds,
    /// How many layers and archives are around the bytes, and around the place.
    depth: u32,
    place_depth: u32,
    far_end: bool,
    /// What the image's other files are, where it lies inside another.
    embedded: Option<Embedded>,
    shared: Arc<Shared>,
}

/// What is known of an image as a whole, however many layers it is in.
#[derive(Default)]
struct Shared {
    files: Mutex<Vec<PathBuf>>,
    warnings: Mutex<Vec<String>>,
    promises: Mutex<Vec<Promise>>,
    /// What has been unpacked: an index of it, or a temporary file, is made once.
    unpacked: Mutex<HashMap<(PathBuf, Found), Arc<dyn Bytes>>>,
    /// Members of archives that were tried as the image.
    tried: AtomicU32,
}

/// Members of archives that are tried as the image, archives in archives included.
const MOST_TRIES: u32 = 64;

/// The files of an image that lies inside another one: its descriptor says how they are called, but there they have no names.
pub struct Embedded {
    /// Its sectors: the only file, however it is called.
    pub data: Arc<dyn Bytes>,
    /// What it takes for a `.sub` file.
    pub sub: Option<Arc<dyn Bytes>>,
    /// The name under which the sectors were asked for.
    asked: Mutex<Option<String>>,
}

impl Embedded {
    /// An image of these files.
    pub fn new(data: Arc<dyn Bytes>, sub: Option<Arc<dyn Bytes>>) -> Embedded {
        Embedded { data, sub, asked: Mutex::default() }
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
    /// Where it was found: in the file system, or, for messages, in an archive. Extensions of compressed files are left out.
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
        Some(Sound::conversion(&file_name(&self.path), was))
    }
}

impl Opener {
    /// Opens a regular file, as it is.
    pub fn new(path: &Path, opening: impl Into<Opening>) -> Result<Opener, Error> {
        let Opening { limits, password, stop } = opening.into();
        let bytes = FileBytes::open(path).map_err(|error| Flaw::file(Fault::Io(error)).of(path))?;
        let bounds = Bounds { unpacked: limits.unpacked_of(bytes.len()), stop };
        let shared = Shared { files: Mutex::new(vec![path.to_owned()]), ..Shared::default() };
        Ok(Opener {
            file: path.to_owned(),
            shown: path.to_owned(),
            path: path.to_owned(),
            bytes: Arc::new(bytes),
            place: Arc::new(Place::around(path)),
            limits,
            password,
            bounds,
            depth: 0,
            place_depth: 0,
            far_end: false,
            embedded: None,
            shared: Arc::new(shared),
        })
    }

    /// The file with those that follow it, where it is the first of several parts into which another program has cut it: `x.iso.001`, `x.iso.002` ….
    pub fn joined(mut self) -> Result<Opener, Error> {
        let stem = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let Some(stem) = stem.filter(|_| self.extension() == "001") else { return Ok(self) };
        let mut parts = vec![self.bytes.clone()];
        for number in 2..1000 {
            let Some(Found::File(path)) = self.place.exactly(&[&format!("{stem}.{number:03}")]) else { break };
            let part = FileBytes::open(&path).map_err(Fault::Io).and_then(|part| self.note(&path).map(|()| part));
            parts.push(Arc::new(part.map_err(|fault| Flaw::file(fault).of(&path))?));
        }
        if parts.len() > 1 {
            self.warn(format!("It is cut into {} parts, which were put together.", parts.len()));
            self.bytes = Arc::new(Joined::new(parts));
            self.bounds.unpacked = self.limits.unpacked_of(self.bytes.len());
            self.path = self.path.with_extension("");
        }
        Ok(self)
    }

    /// What this file, a compressed stream, unpacks to.
    pub fn unpacked(&self, wrapper: &wrap::Wrapper, layer: Layer) -> Opener {
        self.note_spooled(&layer, &self.shown);
        Opener {
            file: self.file.clone(),
            shown: self.shown.clone(),
            path: wrapper.without(&self.path),
            bytes: layer.bytes,
            place: self.place.clone(),
            limits: self.limits,
            password: self.password.clone(),
            bounds: self.bounds.clone(),
            depth: self.depth + 1,
            place_depth: self.place_depth,
            far_end: self.far_end || layer.far_end,
            embedded: None,
            shared: self.shared.clone(),
        }
    }

    /// A member of this file, an archive.
    pub fn member(&self, archive: &Arc<dyn Archive>, number: usize) -> Result<Opener, Error> {
        let name = archive.members().get(number).map_or("", |member| member.name.as_str());
        let folder = name.rfind('/').map_or("", |slash| name.get(..=slash).unwrap_or_default()).to_owned();
        let inside = Inside { archive: archive.clone(), shown: self.shown.clone(), folder };
        let shown = inside.path_of(number);
        let place = Arc::new(Place::Archive(inside));
        let layer = self.open_member(&place, number).map_err(|fault| Flaw::file(fault).of(&shown))?;
        self.note_spooled(&layer, &shown);
        Ok(Opener {
            file: self.file.clone(),
            shown: shown.clone(),
            path: shown,
            bytes: layer.bytes,
            place,
            limits: self.limits,
            password: self.password.clone(),
            bounds: self.bounds.clone(),
            depth: self.depth + 1,
            place_depth: self.depth + 1,
            far_end: layer.far_end,
            embedded: None,
            shared: self.shared.clone(),
        })
    }

    /// For an image that lies inside this one: `descriptor` is its file to open, `embedded` has the others. Flaws are those of this file.
    pub fn inside(&self, descriptor: Arc<dyn Bytes>, embedded: Embedded) -> Opener {
        Opener {
            file: self.file.clone(),
            shown: self.shown.clone(),
            path: self.path.clone(),
            bytes: descriptor,
            place: self.place.clone(),
            limits: self.limits,
            password: self.password.clone(),
            bounds: self.bounds.clone(),
            depth: self.depth,
            place_depth: self.place_depth,
            far_end: false,
            embedded: Some(embedded),
            shared: self.shared.clone(),
        }
    }

    /// The name of the image, where its files lie: by it, parts are looked for that are named after the image. It is a path of the file system only where the image
    /// lies there as it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the file system that all of it lies in.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its bytes.
    pub fn bytes(&self) -> &Arc<dyn Bytes> {
        &self.bytes
    }

    /// The password, if one was given.
    pub fn password(&self) -> Option<&Password> {
        self.password.as_ref()
    }

    /// What unpacking may cost.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// How many compressed files and archives are around it.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Whether everything has to be unpacked for its end to be read, so that nobody should look there in vain.
    pub fn has_far_end(&self) -> bool {
        self.far_end
    }

    /// Whether it lies in a folder of the file system, compressed or not.
    pub fn in_folder(&self) -> bool {
        matches!(*self.place, Place::Folder { .. })
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
        flaw.of(&self.shown)
    }

    /// Every file of the file system opened so far, the image itself first. What lies in an archive has the archive's name.
    pub fn files(&self) -> Vec<PathBuf> {
        self.shared.files.lock().map(|files| files.clone()).unwrap_or_default()
    }

    /// What is to be said of how its files are packed.
    pub fn warnings(&self) -> Vec<String> {
        self.shared.warnings.lock().map(|warnings| warnings.clone()).unwrap_or_default()
    }

    /// Whether a member of this archive, by its name, has been opened as a file of the image.
    pub fn uses(&self, member: &str) -> bool {
        let mut path = self.shown.clone().into_os_string();
        path.push("/");
        path.push(member);
        self.shared.unpacked.lock().is_ok_and(|known| known.keys().any(|(known, _)| known.as_os_str() == path))
    }

    /// Whether another member may be tried as the image.
    pub fn may_try(&self) -> bool {
        self.shared.tried.fetch_add(1, Ordering::Relaxed) < MOST_TRIES
    }

    /// What it was opened with.
    pub fn opening(&self) -> Opening {
        Opening { limits: self.limits, password: self.password.clone(), stop: self.bounds.stop.clone() }
    }

    /// Says something of how its files are packed, once.
    pub fn warn(&self, warning: String) {
        let mut warnings = self.shared.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    fn note_spooled(&self, layer: &Layer, shown: &Path) {
        if layer.spooled {
            let name = shorten(&super::file_name(shown));
            self.warn(format!(
                "“{name}” is packed so that it can only be read from front to back: it is unpacked to a temporary file."
            ));
        }
    }

    /// The image has a checksum of some of its bytes.
    pub fn promise(&self, promise: Promise) {
        self.shared.promises.lock().unwrap_or_else(PoisonError::into_inner).push(promise);
    }

    /// Every checksum noted so far.
    pub fn promises(&self) -> Vec<Promise> {
        self.shared.promises.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens another file of the image by the name that stands in it.
    ///
    /// Backslashes separate as slashes do. The name is looked for as it is; then its last part alone, beside the image; then
    /// without regard to case; then with the stem of the image and the extension of the name; and all that again as a compressed
    /// file. A name that leads out of the image's folder is never followed: its last part is looked for beside the image, and when
    /// that is not there either, the name is refused. Where only the file as ECM is there (`x.bin.ecm`), what that unpacks to is taken.
    pub fn sibling(&self, name: &str) -> Result<Sibling, Fault> {
        if let Some(embedded) = &self.embedded {
            let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
            let bytes = embedded.find(name)?;
            return Ok(Sibling { path: self.path.with_file_name(base), bytes, respelt: false, converted: None });
        }
        match self.plain_sibling(name) {
            Err(Fault::PartMissing { name: missing }) => match self.plain_sibling(&format!("{name}.ecm")) {
                Ok(packed) => {
                    let (bytes, promise) = super::ecm::unpack(&packed.bytes).map_err(|flaw| flaw.fault)?;
                    self.promise(promise);
                    Ok(Sibling { bytes, ..packed })
                }
                Err(_) => Err(Fault::PartMissing { name: missing }),
            },
            other => other,
        }
    }

    fn plain_sibling(&self, name: &str) -> Result<Sibling, Fault> {
        let (found, respelt) = self.find(name)?;
        let path = self.place.path_of(&found);
        let wrapper = wrap::stream_named(&path);
        if let (Found::File(path), None) = (&found, wrapper) {
            let bytes = FileBytes::open(path)?;
            self.note(path)?;
            return Ok(Sibling { path: path.clone(), bytes: Arc::new(bytes), respelt, converted: None });
        }
        let bytes = self.open_packed(&found, &path)?;
        let path = wrapper.map_or_else(|| path.clone(), |wrapper| wrapper.without(&path));
        Ok(Sibling { path, bytes, respelt, converted: None })
    }

    /// Opens an audio file of the image as 16-bit little-endian stereo PCM at 44.1 kHz, whatever it is stored as.
    pub fn audio(&self, name: &str) -> Result<Sibling, Fault> {
        if self.embedded.is_some() {
            return Err(Fault::Unsupported { what: "sound in a file of its own, inside another image," });
        }
        let Sibling { path, bytes, respelt, .. } = self.plain_sibling(name)?;
        let Sound { pcm: bytes, converted } = audio::open_bytes(bytes).map_err(|error| match error {
            AudioError::Io(error) => Fault::Io(error),
            AudioError::Unfit(why) => Fault::Audio { name: shorten(name), why },
        })?;
        Ok(Sibling { path, bytes, respelt, converted })
    }

    /// A file that belongs to the image was found without a name: it is one of its [`Opener::files`] from now on.
    pub fn belongs(&self, path: &Path) -> Result<(), Error> {
        self.note(path).map_err(|fault| self.flaw(Flaw::file(fault)))
    }

    /// Opens a file that is compressed, or in an archive, or both; once, however often it is asked for.
    fn open_packed(&self, found: &Found, path: &Path) -> Result<Arc<dyn Bytes>, Fault> {
        let key = (path.to_owned(), found.clone());
        let known = self.shared.unpacked.lock().ok().and_then(|known| known.get(&key).cloned());
        if let Some(bytes) = known {
            return Ok(bytes);
        }
        let (mut layer, mut depth) = match found {
            Found::File(file) => {
                let bytes: Arc<dyn Bytes> = Arc::new(FileBytes::open(file)?);
                self.note(file)?;
                (Layer { bytes, spooled: false, far_end: false }, 0)
            }
            Found::Member(number) => (self.open_member(&self.place, *number)?, self.place_depth),
        };
        let bounds = match found {
            Found::File(_) => Bounds { unpacked: self.limits.unpacked_of(layer.bytes.len()), ..self.bounds.clone() },
            Found::Member(_) => self.bounds.clone(),
        };
        let mut name = path.to_owned();
        while let Some(wrapper) = wrap::stream_named(&name) {
            let Some(inner) = wrapper.unpack(&layer.bytes, &bounds)? else { break };
            depth += 1;
            if depth > self.limits.depth {
                return Err(wrap::too_deep(&self.limits));
            }
            layer = Layer { spooled: layer.spooled || inner.spooled, ..inner };
            name = wrapper.without(&name);
        }
        self.note_spooled(&layer, path);
        if let Ok(mut known) = self.shared.unpacked.lock() {
            known.insert(key, layer.bytes.clone());
        }
        Ok(layer.bytes)
    }

    fn open_member(&self, place: &Place, number: usize) -> Result<Layer, Fault> {
        let Place::Archive(inside) = place else { return Err(Fault::Missing { what: "the archive" }) };
        Ok(inside.archive.open(number, self.password.as_ref().map(Password::as_str), &self.bounds)?)
    }

    fn note(&self, path: &Path) -> Result<(), Fault> {
        let files = self.shared.files.lock();
        let mut files = files.map_err(|_| std::io::Error::other("another thread failed while it opened this image"))?;
        if !files.iter().any(|known| known == path) {
            if files.len() > self.limits.files as usize {
                return Err(Fault::TooMany { what: "files in one image", limit: u64::from(self.limits.files) });
            }
            files.push(path.to_owned());
        }
        Ok(())
    }

    /// Where the file of this name is, and whether it had to be found under another spelling.
    fn find(&self, name: &str) -> Result<(Found, bool), Fault> {
        let missing = || Fault::PartMissing { name: shorten(name) };
        let clean = name.replace('\\', "/");
        if clean.contains('\0') || clean.len() > 4096 {
            return Err(missing());
        }
        let parts: Vec<&str> = clean.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let Some(&base) = parts.last() else { return Err(missing()) };
        let drive = parts.first().is_some_and(|first| first.len() == 2 && first.ends_with(':'));
        let leads_out = clean.starts_with('/') || drive || parts.contains(&"..");
        if !leads_out && let Some(found) = self.place.exactly(&parts) {
            return Ok((found, false));
        }
        if base == ".." || base.contains(':') {
            return Err(Fault::OutsideFolder { name: shorten(name) });
        }
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let extension = Path::new(base).extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        let by_stem = format!("{stem}.{extension}");
        for wanted in [base, by_stem.as_str()] {
            if let Some(found) = self.place.beside(wanted) {
                return Ok((found, true));
            }
        }
        let packed = |wanted: &str| wrap::stream_extensions().find_map(|packed| self.place.beside(&format!("{wanted}.{packed}")));
        if let Some(found) = [base, by_stem.as_str()].into_iter().find_map(packed) {
            return Ok((found, leads_out));
        }
        Err(if leads_out { Fault::OutsideFolder { name: shorten(name) } } else { missing() })
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
        let opener = outer.inside(Arc::new(b"descriptor".to_vec()), Embedded::new(Arc::new(b"sectors".to_vec()), None));
        assert_eq!(opener.descriptor().unwrap(), b"descriptor");
        // A file beside the outer image is not looked at.
        for _ in 0..2 {
            assert_eq!(opener.sibling("track one.bin").unwrap().bytes.len(), 7);
        }
        for name in ["disc.img", "x.sub"] {
            assert!(matches!(opener.sibling(name), Err(Fault::PartMissing { .. })), "{name}");
        }
        assert!(opener.audio("track one.bin").is_err());
        let with_sub = outer.inside(Arc::new(Vec::new()), Embedded::new(Arc::new(Vec::new()), Some(Arc::new(b"PQ".to_vec()))));
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
