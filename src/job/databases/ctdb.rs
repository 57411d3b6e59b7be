//! What the CUETools database answers: XML, an entry for each reading of the disc that was sent in.

use crate::job::audio_sums::AudioSums;

/// How the disc compares with what others found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CtdbMatch {
    /// How many people found the same disc.
    pub confidence: u32,
    /// How many reports there are in all.
    pub reports: u32,
    /// Of each audio track: how many people found the same.
    pub tracks: Vec<u32>,
}

/// The address of the question, behind the host's name.
pub fn path(sums: &AudioSums) -> String {
    format!("/lookup2.php?version=3&ctdb=1&fuzzy=0&metadata=none&toc={}", sums.ids.ctdb)
}

/// Reads an answer, and holds the disc against it; an error in words where it is none.
pub fn compare(xml: &str, sums: &AudioSums) -> Result<CtdbMatch, String> {
    let document = roxmltree::Document::parse(xml).map_err(|error| error.to_string())?;
    let mut found = CtdbMatch { tracks: vec![0; sums.tracks.len()], ..CtdbMatch::default() };
    for entry in document.root_element().children().filter(|node| node.has_tag_name_local("entry")) {
        let confidence = entry.attribute("confidence").and_then(|text| text.parse().ok()).unwrap_or(0u32);
        let hex = |text: &str| u32::from_str_radix(text, 16).ok();
        found.reports = found.reports.saturating_add(confidence);
        if entry.attribute("crc32").and_then(hex) == Some(sums.ctdb) {
            found.confidence = found.confidence.saturating_add(confidence);
        }
        let theirs = entry.attribute("trackcrcs").unwrap_or_default().split_whitespace().map(hex);
        for ((count, theirs), (_, ours)) in found.tracks.iter_mut().zip(theirs).zip(&sums.tracks) {
            if theirs == Some(ours.ctdb) {
                *count = count.saturating_add(confidence);
            }
        }
    }
    Ok(found)
}

/// Names without regard to their namespace, which has changed over the years.
trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for roxmltree::Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
