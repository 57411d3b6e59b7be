//! [`Layout`]: which sectors of a disc are ripped, and where each lies in the working file.

use crate::disc::{Disc, Lba};

/// Sectors before the first track of a later session that a recorder makes up; many drives can't read them.
const RECORDERS: u32 = 150;

/// Sectors that follow each other on the disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Address of the first.
    pub start: Lba,
    /// Its number among all that are ripped.
    pub index: u32,
    /// How many.
    pub sectors: u32,
}

/// All sectors that are ripped, in the order of their addresses.
///
/// They are those from LBA 0 on (the two seconds before can't be read by most drives, and hold nothing) to the end of the last track, without
/// what lies between two sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    spans: Vec<Span>,
    /// Numbers at which sectors begin that can't be asked for together with those before them; rising.
    borders: Vec<u32>,
    /// Bytes of a sector: 2352, or 2048 of user data where there is no more.
    pub record: u32,
}

impl Layout {
    /// Of a disc whose sectors are kept with so many bytes.
    pub fn of(disc: &Disc, record: usize) -> Layout {
        let (mut spans, mut borders, mut index) = (Vec::new(), Vec::new(), 0);
        let mut kind = None;
        for session in &disc.sessions {
            let Some((first, last)) = session.tracks.first().zip(session.tracks.last()) else { continue };
            let start = match spans.is_empty() {
                true => Lba(0).max(first.first()),
                false => first.start - first.pregap.saturating_sub(RECORDERS),
            };
            let sectors = last.end().since(start).unwrap_or(0);
            if sectors == 0 {
                continue;
            }
            for track in &session.tracks {
                let at = index + track.first().since(start).unwrap_or(0);
                if at > 0 && (kind != Some(track.mode.is_data()) || at == index) {
                    borders.push(at);
                }
                kind = Some(track.mode.is_data());
            }
            spans.push(Span { start, index, sectors });
            index += sectors;
        }
        Layout { spans, borders, record: record as u32 }
    }

    /// The spans.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Where another kind of sectors, or another session, begins.
    pub fn borders(&self) -> &[u32] {
        &self.borders
    }

    /// How many sectors there are.
    pub fn sectors(&self) -> u32 {
        self.spans.last().map_or(0, |span| span.index + span.sectors)
    }

    /// Bytes of the working file.
    pub fn bytes(&self) -> u64 {
        self.offset(self.sectors())
    }

    /// Where a sector lies in the working file.
    pub fn offset(&self, index: u32) -> u64 {
        u64::from(index) * u64::from(self.record)
    }

    /// The address of a sector.
    pub fn lba(&self, index: u32) -> Lba {
        let at = self.spans.partition_point(|span| span.index <= index).saturating_sub(1);
        self.spans.get(at).map_or(Lba(0), |span| span.start + (index - span.index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::sector::RAW;
    use crate::disc::{Medium, Session, Track, TrackMode};

    #[test]
    fn what_no_drive_can_read_is_left_out() {
        let track = |number, mode, start, length, pregap| Track { pregap, ..Track::new(number, mode, Lba(start), length) };
        let mut disc = Disc::new(
            Medium::Cd,
            vec![
                track(1, TrackMode::Mode1, 0, 300, 150),
                track(2, TrackMode::Audio, 300, 100, 0),
                track(3, TrackMode::Audio, 420, 80, 20),
            ],
        );
        let second = track(4, TrackMode::Mode1, 11_900 + 150, 50, 150);
        disc.sessions.push(Session { number: 2, disc_type: Default::default(), lead_out: second.end(), tracks: vec![second] });
        let layout = Layout::of(&disc, RAW);
        let span = |start, index, sectors| Span { start: Lba(start), index, sectors };
        assert_eq!(layout.spans(), [span(0, 0, 500), span(12_050, 500, 50)]);
        assert_eq!(layout.borders(), [300, 500]);
        assert_eq!((layout.sectors(), layout.bytes()), (550, 550 * 2352));
        assert_eq!([0, 499, 500, 549].map(|n| layout.lba(n).0), [0, 499, 12_050, 12_099]);
    }
}
