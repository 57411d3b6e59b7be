//! The table of contents, as the Q subchannel of the lead-in and READ TOC format 2 carry it (ECMA-130, clause 22.3.4; MMC-6, 6.25.3.4; the
//! pointers between sessions are the Orange Book's).

use super::{Control, Disc, DiscType, Lba, Msf, Session, Track, TrackMode};

/// Sectors of pregap that every session begins with and that no table of contents mentions.
pub const FIRST_PREGAP: u32 = 150;

/// An entry of the table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TocEntry {
    /// Session, from 1.
    pub session: u8,
    /// Mode of the entry: 1 tracks and A0 to A2, 5 pointers of the session.
    pub adr: u8,
    /// Control bits.
    pub control: u8,
    /// Track number, or A0 (first track), A1 (last track), A2 (lead-out), B0 (next session), C0 and more.
    pub point: u8,
    /// Minute, second, frame of the entry: a time in entries of mode 5, else of no use.
    pub time: [u8; 3],
    /// Minute, second, frame that the pointer points to; of A0 the number of the first track and the disc type, of A1 that of the last.
    pub value: [u8; 3],
}

/// Why entries make no table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToc {
    /// A session has no lead-out.
    #[error("the table of contents has no lead-out for session {0}")]
    NoLeadOut(u8),
    /// A session has no tracks.
    #[error("the table of contents has no tracks in session {0}")]
    NoTracks(u8),
    /// A time that is none.
    #[error("the table of contents has no valid time for point {0:02X}")]
    BadTime(u8),
    /// A track that begins behind its successor or the lead-out.
    #[error("the table of contents has track {0} behind what follows it")]
    Order(u8),
}

impl TocEntry {
    /// The address that it points to; `None` where that is no time.
    pub fn address(&self) -> Option<Lba> {
        let [minute, second, frame] = self.value;
        Msf::new(u32::from(minute), second, frame).ok().map(Msf::to_lba)
    }
}

/// The entries of all sessions of a disc, in the order of its lead-ins.
pub fn entries(disc: &Disc) -> Vec<TocEntry> {
    let next = |number: usize| disc.sessions.get(number).and_then(|session| session.tracks.first());
    let all = (1..).zip(&disc.sessions).map(|(number, session)| of_session(number as u8, session, next(number), disc.lead_out()));
    all.flatten().collect()
}

/// First and last track, lead-out, the tracks, the way to the next session.
fn of_session(session: u8, tracks: &Session, next: Option<&Track>, end: Lba) -> Vec<TocEntry> {
    let row = |point, control, value| TocEntry { session, adr: 1, control, point, time: [0; 3], value };
    let control = |track: &Track| track.control.nibble(track.mode);
    let (Some(first), Some(last)) = (tracks.tracks.first(), tracks.tracks.last()) else { return Vec::new() };
    let mut rows = vec![
        row(0xA0, control(first), [first.number, tracks.disc_type.byte(), 0]),
        row(0xA1, control(last), [last.number, 0, 0]),
        row(0xA2, control(last), time(tracks.lead_out)),
    ];
    rows.extend(tracks.tracks.iter().map(|track| row(track.number, control(track), time(track.start))));
    if let Some(next) = next {
        // Where the next program area begins, and how far the disc goes.
        rows.push(TocEntry { adr: 5, time: time(next.start - FIRST_PREGAP), ..row(0xB0, 0, time(end)) });
    }
    rows
}

/// Minute, second and frame, binary.
pub fn time(lba: Lba) -> [u8; 3] {
    let msf = lba.to_msf();
    [msf.minute as u8, msf.second, msf.frame]
}

/// The sessions that the entries describe: what a drive knows of a disc before a sector is read.
///
/// Data tracks are mode 1, or mixed forms of mode 2 where the session is XA: only their sectors tell. A pregap is what no table of contents
/// mentions, but for the first of each session; those between audio tracks belong to the track before, until Q has been read.
pub fn sessions(entries: &[TocEntry]) -> Result<Vec<Session>, BadToc> {
    let mut numbers: Vec<u8> = entries.iter().map(|entry| entry.session).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| session(number, entries)).collect()
}

fn session(number: u8, entries: &[TocEntry]) -> Result<Session, BadToc> {
    let rows = || entries.iter().filter(|entry| entry.session == number && entry.adr == 1);
    let address = |entry: &TocEntry| entry.address().ok_or(BadToc::BadTime(entry.point));
    let disc_type = rows().find(|entry| entry.point == 0xA0).map(|entry| DiscType::from_byte(entry.value[1])).unwrap_or_default();
    let lead_out = rows().find(|entry| entry.point == 0xA2).ok_or(BadToc::NoLeadOut(number)).and_then(address)?;
    let mut starts: Vec<&TocEntry> = rows().filter(|entry| (1..=99).contains(&entry.point)).collect();
    starts.sort_by_key(|entry| entry.point);
    // Some drives name a track twice.
    starts.dedup_by_key(|entry| entry.point);
    let mut tracks: Vec<Track> = Vec::with_capacity(starts.len());
    for (at, entry) in starts.iter().enumerate() {
        let start = address(entry)?;
        let end = starts.get(at + 1).map_or(Ok(lead_out), |next| address(next))?;
        let length = end.since(start).filter(|&length| length > 0).ok_or(BadToc::Order(entry.point))?;
        let mode = match (entry.control & 4 != 0, disc_type) {
            (false, _) => TrackMode::Audio,
            (true, DiscType::CdDaOrRom) => TrackMode::Mode1,
            (true, DiscType::CdI | DiscType::Xa) => TrackMode::Mode2Mixed,
        };
        let mut track = Track::new(entry.point, mode, start, length);
        track.control = Control::from_nibble(entry.control);
        track.pregap = match (number, at) {
            (1, 0) => start.since(Lba::PROGRAM_START).ok_or(BadToc::Order(entry.point))?,
            (_, 0) => FIRST_PREGAP,
            _ => 0,
        };
        tracks.push(track);
    }
    if tracks.is_empty() {
        return Err(BadToc::NoTracks(number));
    }
    Ok(Session { number: u16::from(number), disc_type, tracks, lead_out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::Medium;

    fn enhanced() -> Disc {
        let mut disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Audio, Lba(0), 5000)]);
        disc.sessions[0].tracks[0].pregap = 150;
        let mut data = Track::new(2, TrackMode::Mode2Mixed, Lba(16_400), 3000);
        data.pregap = 150;
        disc.sessions.push(Session { number: 2, disc_type: DiscType::Xa, tracks: vec![data], lead_out: Lba(19_400) });
        disc
    }

    #[test]
    fn what_a_disc_says_of_itself_is_understood_again() {
        let disc = enhanced();
        assert_eq!(sessions(&entries(&disc)), Ok(disc.sessions));
    }

    /// Session 1 of an enhanced CD: its lead-out at 01:08:50, the next program area at 03:38:50 less the 150 sectors of its pregap.
    #[test]
    fn entries_are_those_of_the_lead_in() {
        let rows = entries(&enhanced());
        let shown: Vec<(u8, u8, u8, [u8; 3])> = rows.iter().map(|row| (row.session, row.adr, row.point, row.value)).collect();
        assert_eq!(
            shown[..4],
            [(1, 1, 0xA0, [1, 0, 0]), (1, 1, 0xA1, [1, 0, 0]), (1, 1, 0xA2, [1, 8, 50]), (1, 1, 1, [0, 2, 0])]
        );
        assert_eq!((shown[4], rows[4].time), ((1, 5, 0xB0, [4, 20, 50]), [3, 38, 50]));
        assert_eq!((shown[5].3, shown[8].3), ([2, 0x20, 0], [3, 40, 50]));
    }

    #[test]
    fn broken_tables_are_refused() {
        let rows = entries(&enhanced());
        let without = |point| rows.iter().filter(|row| row.point != point).copied().collect::<Vec<_>>();
        assert_eq!(sessions(&without(0xA2)), Err(BadToc::NoLeadOut(1)));
        assert_eq!(sessions(&without(1)), Err(BadToc::NoTracks(1)));
        let mut late = rows.clone();
        late[3].value = [9, 0, 0];
        assert_eq!(sessions(&late), Err(BadToc::Order(1)));
        late[3].value = [9, 99, 0];
        assert_eq!(sessions(&late), Err(BadToc::BadTime(1)));
        assert_eq!(sessions(&[]), Ok(Vec::new()));
    }
}
