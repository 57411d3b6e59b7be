//! M3U and M3U8 playlists: a file to a line, and comments that begin with `#`, some of which tell more. There is no standard; what Winamp
//! wrote is what everybody writes.

use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1252;

use super::AudioFault;

/// Characters of a text that are kept; what is longer is no title.
const LONGEST: usize = 1000;

/// What a playlist says.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Playlist {
    /// What it names, in its order.
    pub entries: Vec<Entry>,
    /// `#EXTALB` or `#PLAYLIST`: the title of all of it.
    pub title: Option<String>,
    /// `#EXTART`: who performs.
    pub performer: Option<String>,
}

/// One thing that it names.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// A path, or an address.
    pub location: String,
    /// Behind the comma of `#EXTINF`: “performer - title”, as a rule.
    pub told: Option<String>,
}

impl Playlist {
    /// Reads the text, which is UTF-8 if it can be, or else Windows-1252. No file is touched.
    pub fn parse(bytes: &[u8]) -> Result<Playlist, AudioFault> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        let mut list = Playlist::default();
        let mut told = None;
        // CD-TEXT can't hold what no player shows.
        let visible = |text: &str| text.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>();
        let some = |text: &str| Some(visible(text)).filter(|text| !text.is_empty());
        for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
            match line.strip_prefix('#').map(|comment| comment.split_once(':').unwrap_or((comment, ""))) {
                None => list.entries.push(Entry { location: line.to_owned(), told: told.take() }),
                Some(("EXTINF", rest)) => told = rest.split_once(',').and_then(|(_, told)| some(told)),
                Some(("EXTALB", rest)) => list.title = some(rest),
                Some(("PLAYLIST", rest)) => list.title = list.title.or(some(rest)),
                Some(("EXTART", rest)) => list.performer = some(rest),
                // Each piece of a stream has a length, and the list says how long they are at most (RFC 8216 §4.3.3.1).
                Some(("EXT-X-TARGETDURATION", _)) => return Err(AudioFault::Stream),
                Some(_) => {}
            }
        }
        Ok(list)
    }
}

impl Entry {
    /// The file that is meant by a playlist in this folder; an error where it is none.
    pub fn path(&self, folder: &Path) -> Result<PathBuf, AudioFault> {
        if let Some(address) = self.location.strip_prefix("file://") {
            // The name of a machine stands before the path, as a rule none.
            let path = address.find('/').map_or("", |slash| &address[slash..]);
            let path = unescape(path);
            // A drive's letter is no folder: file:///C:/Music.
            let windows = matches!(path.as_bytes(), [b'/', letter, b':', ..] if letter.is_ascii_alphabetic());
            return Ok(PathBuf::from(if windows { &path[1..] } else { &path }));
        }
        if self.location.contains("://") {
            return Err(AudioFault::Address(self.location.clone()));
        }
        // As it is; as of a list made on Windows, on another system; as VLC writes it, which escapes paths as addresses are.
        let turned = self.location.replace('\\', "/");
        let all = [self.location.as_str(), &turned, &unescape(&self.location)].map(|location| folder.join(location));
        Ok(all.iter().find(|path| path.exists()).unwrap_or(&all[0]).clone())
    }
}

/// The text without its escapes (`%20`; RFC 3986 §2.1); one that is none stays as it is.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_says_what_is_in_it_and_how_it_is_called() {
        let text = "\u{FEFF}#EXTM3U\r\n#EXTALB: Ålbum\r\n#PLAYLIST:other\r\n#EXTART:Somebody\r\n#EXTINF:12,A, B\0\t - Ç\r\n../x y.flac\r\r\n\
                    # a comment: , \nsub\\z.wav\n#EXTINF:-1\n#EXTINF:9,\nhttp://host/a.mp3\n";
        let list = Playlist::parse(text.as_bytes()).unwrap();
        assert_eq!((list.title.as_deref(), list.performer.as_deref()), (Some("Ålbum"), Some("Somebody")));
        let told: Vec<_> = list.entries.iter().map(|entry| (entry.location.as_str(), entry.told.as_deref())).collect();
        assert_eq!(told, [("../x y.flac", Some("A, B - Ç")), ("sub\\z.wav", None), ("http://host/a.mp3", None)]);
        assert!(matches!(list.entries[2].path(Path::new("")), Err(AudioFault::Address(_))));
        // The same in Windows-1252.
        assert_eq!(Playlist::parse(b"M\xFCnchen.wav").unwrap().entries[0].location, "München.wav");
        assert!(matches!(Playlist::parse(b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\na.ts"), Err(AudioFault::Stream)));
    }

    #[test]
    fn addresses_of_files_are_paths() {
        let path = |location: &str| Entry { location: location.to_owned(), told: None }.path(Path::new("/lists")).unwrap();
        assert_eq!(path("file:///music/a%20b%C3%A9%zz%2"), Path::new("/music/a bé%zz%2"));
        assert_eq!(path("file://localhost/music/a.wav"), Path::new("/music/a.wav"));
        assert_eq!(path("file:///C:/Music/a.wav"), Path::new("C:/Music/a.wav"));
        assert_eq!(path("file://"), Path::new(""));
        assert_eq!(path("CD 1/a.wav"), Path::new("/lists/CD 1/a.wav"));
        assert_eq!(path("/a.wav"), Path::new("/a.wav"));
        assert_eq!(path("100%25.wav"), Path::new("/lists/100%25.wav"));
    }

    #[test]
    fn files_are_found_as_windows_and_vlc_name_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("CD 1").join("50%.wav");
        std::fs::create_dir(folder.path().join("CD 1")).unwrap();
        std::fs::write(&file, b"").unwrap();
        for location in ["CD 1/50%.wav", "CD 1\\50%.wav", "CD%201/50%25.wav"] {
            let path = Entry { location: location.to_owned(), told: None }.path(folder.path()).unwrap();
            assert_eq!(path.canonicalize().unwrap(), file.canonicalize().unwrap(), "{location}");
        }
    }

    #[test]
    fn any_bytes_are_a_playlist_or_an_error() {
        for bytes in [b"".as_slice(), b"#", b"#EXTINF", b"#EXTINF:", b":", &[0; 100], &[0xFF; 100], b"#EXTM3U\n\n\n"] {
            let _ = Playlist::parse(bytes);
        }
    }
}
