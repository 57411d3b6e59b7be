//! Which file of an archive is the image.

use std::path::Path;
use std::sync::Arc;

use super::super::flaw::{Error, Fault, Flaw, shorten};
use super::super::format::{Image, file_name};
use super::super::list::{FORMATS, is_bare, open_from};
use super::super::opener::Opener;
use super::WRAPPERS;
use crate::bytes::archive::{Archive, Member};

/// Files that are tried, where no name tells which is an image.
const TRIED: usize = 8;
/// Names in a message.
const NAMED: usize = 5;

/// Opens the best image in an archive: what describes an image before what is one by itself, that before what has to be unpacked first; of equals, the one whose
/// name comes first. The others are named in a warning.
pub fn open_best(opener: &Opener, archive: &Arc<dyn Archive>) -> Result<Image, Error> {
    let members = archive.members();
    let mut candidates: Vec<(u8, usize)> =
        members.iter().enumerate().filter_map(|(number, member)| Some((rank(&member.name)?, number))).collect();
    candidates.sort_by(|one, other| (one.0, key(members, one.1)).cmp(&(other.0, key(members, other.1))));
    if candidates.is_empty() {
        // A file without an extension may be an image all the same; then it is one of the largest.
        let mut largest: Vec<usize> = (0..members.len()).collect();
        largest.sort_by_key(|&number| (std::cmp::Reverse(members[number].len), key(members, number)));
        candidates = largest.into_iter().take(TRIED).map(|number| (u8::MAX, number)).collect();
    }
    let mut first_error = None;
    for (place, &(rank, number)) in candidates.iter().enumerate() {
        // An archive of archives of archives would be gone through for ever.
        if !opener.may_try() {
            break;
        }
        match opener.member(archive, number).and_then(open_from) {
            Ok(mut image) => {
                let others = others(opener, members, &candidates, place);
                if !others.is_empty() {
                    let name = shorten(&members[number].name);
                    image
                        .warnings
                        .insert(0, format!("This archive holds several images: “{name}” was opened, and not {others}."));
                }
                return Ok(image);
            }
            Err(error) => {
                let fatal = matches!(error.fault, Fault::PasswordMissing | Fault::PasswordWrong | Fault::NoRoomToUnpack { .. });
                let telling = rank < u8::MAX || fatal;
                if telling && first_error.is_none() {
                    first_error = Some(error);
                }
                if fatal {
                    break;
                }
            }
        }
    }
    Err(first_error.unwrap_or_else(|| opener.flaw(Flaw::file(Fault::NoImageInside { holds: holds(members) }))))
}

/// By name: 0 for what describes an image, 1 for what is one, 2 and 3 for the same in a compressed file, 4 for archives. `None`: by its name it is none.
fn rank(name: &str) -> Option<u8> {
    let path = Path::new(name);
    // What macOS adds to archives has the names of the files it belongs to.
    if path.components().any(|part| part.as_os_str() == "__MACOSX") || file_name(path).starts_with("._") {
        return None;
    }
    if let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.names(path)) {
        return if wrapper.is_archive() { Some(4) } else { rank(wrapper.without(path).to_str()?).map(|rank| rank.min(2) + 2) };
    }
    let extension = path.extension()?.to_str()?.to_lowercase();
    let named = FORMATS.iter().filter(|format| format.extensions.contains(&extension.as_str()));
    named.map(|format| u8::from(is_bare(format))).min()
}

/// What decides between equals: fewer folders, then the name without regard to case, then the name, then the place in the archive.
fn key(members: &[Member], number: usize) -> (usize, String, &str, usize) {
    let name = members.get(number).map_or("", |member| member.name.as_str());
    (name.matches('/').count(), name.to_lowercase(), name, number)
}

/// The other candidates that were not files of the image that was opened.
fn others(opener: &Opener, members: &[Member], candidates: &[(u8, usize)], opened: usize) -> String {
    let names = candidates.iter().enumerate().filter_map(|(place, (rank, number))| {
        let name = members.get(*number)?.name.as_str();
        (place != opened && *rank != u8::MAX && !opener.uses(name)).then_some(name)
    });
    list(names)
}

/// What is in an archive, in a few names.
fn holds(members: &[Member]) -> String {
    let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    if names.is_empty() { "nothing".to_owned() } else { list(names.into_iter()) }
}

/// "a", "b" and 3 more.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let mut text: Vec<String> = names.iter().take(NAMED).map(|name| format!("“{}”", shorten(name))).collect();
    if names.len() > NAMED {
        text.push(format!("{} more", names.len() - NAMED));
    }
    match text.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => text.concat(),
    }
}
