//! [`Layout`]: sessions and tracks of a disc that is written in order, and where it goes on.

use std::ops::Range;

use super::blank::Family;
use super::jumps::Jumps;
use crate::disc::toc::FIRST_PREGAP;
use crate::disc::{Control, DiscType, Isrc, Lba, TrackMode};

/// The most tracks that are kept: what a table of contents can count.
const MOST_TRACKS: u8 = 99;

/// What lies between tracks and sessions of a kind of disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// From the lead-out of the first session to the first track of the next; and of any later one.
    session_gaps: [u32; 2],
    /// Sectors of pregap that the drive makes before a track.
    pregap: u32,
    /// Sectors that the drive writes behind the data of a track: its run-out.
    run_out: u32,
    /// A track is filled up to a multiple of this when it is closed.
    block: u32,
    /// The fewest sectors of a track.
    shortest: u32,
}

impl Rules {
    /// CD (Orange Book): lead-out and lead-in take 6,750 and 4,500 sectors, a later lead-out 2,250, and 150 are the pregap; two run-out blocks end
    /// a track, and four seconds it has at least. DVD+R: 2,048 sectors, as drives tell. DVD-R: border-out and border-in, about as much as drives
    /// leave. BD-R: nothing.
    pub fn of(family: Family, block: u32) -> Rules {
        let (session_gaps, pregap, run_out, shortest) = match family {
            Family::Cd => ([11_400, 6_900], FIRST_PREGAP, 2, 300),
            Family::Dash => ([28_672, 12_288], 0, 0, 0),
            Family::Plus => ([2_048, 2_048], 0, 0, 0),
            Family::Blu | Family::Anywhere => ([0, 0], 0, 0, 0),
        };
        Rules { session_gaps, pregap, run_out, block, shortest }
    }
}

/// A track that was begun, or reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTrack {
    /// 1–99.
    pub number: u8,
    /// Address of index 1.
    pub start: i32,
    /// Sectors from index 0 to index 1.
    pub pregap: u32,
    /// What its sectors are.
    pub mode: TrackMode,
    /// Its control flags.
    pub control: Control,
    /// Address of index 2, 3, ….
    pub indexes: Vec<Lba>,
    /// Its recording code.
    pub isrc: Option<Isrc>,
    /// Whether the host gave its subchannel.
    pub sub: bool,
    /// Whether its pregap came from the host, or was written out by the drive.
    pub stores_pregap: bool,
    /// How it lies on two layers, where it is written on both by turns.
    pub jumps: Option<Jumps>,
    /// Sectors that were reserved for it.
    pub reserved: Option<u32>,
    /// Sectors of it that are written, run-out aside.
    pub written: u32,
    /// Sectors of run-out.
    pub run_out: u32,
    /// Nothing more comes.
    pub closed: bool,
}

impl WrittenTrack {
    /// Of this number, with nothing on it.
    pub fn new(number: u8, start: i32, mode: TrackMode) -> WrittenTrack {
        WrittenTrack {
            number,
            start,
            pregap: 0,
            mode,
            control: Control::default(),
            indexes: Vec::new(),
            isrc: None,
            sub: false,
            stores_pregap: false,
            jumps: None,
            reserved: None,
            written: 0,
            run_out: 0,
            closed: false,
        }
    }

    /// Where it goes on.
    pub fn next_writable(&self) -> i32 {
        let behind = self.start.saturating_add_unsigned(self.written);
        self.jumps.as_ref().map_or(behind, |jumps| jumps.next().unwrap_or(jumps.end()))
    }

    /// The address of what was recorded last; its own where nothing was.
    pub fn last_recorded(&self) -> i32 {
        let last = self.jumps.as_ref().and_then(Jumps::last_recorded);
        last.unwrap_or(self.start.saturating_add_unsigned(self.written.saturating_sub(1)))
    }

    /// Its sectors, or those that are reserved for it, and its run-out; with the gaps that jumps between layers leave.
    pub fn size(&self) -> u32 {
        if let Some(jumps) = &self.jumps {
            return jumps.end().abs_diff(self.start);
        }
        self.written.max(self.reserved.unwrap_or(0)) + self.run_out
    }

    /// The address behind it.
    pub fn end(&self) -> i32 {
        self.start.saturating_add_unsigned(self.size())
    }
}

/// A session that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSession {
    /// Its tracks.
    pub tracks: Vec<WrittenTrack>,
    /// Its lead-in and lead-out are written.
    pub closed: bool,
    /// Disc type of its table of contents.
    pub disc_type: DiscType,
}

impl WrittenSession {
    /// Where its lead-out begins.
    pub fn lead_out(&self) -> i32 {
        self.tracks.last().map_or(0, WrittenTrack::end)
    }
}

/// How far a disc has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    rules: Rules,
    /// Sectors that it has.
    capacity: u32,
    sessions: Vec<WrittenSession>,
    finished: bool,
}

impl Layout {
    /// Of a blank disc.
    pub fn new(rules: Rules, capacity: u32) -> Layout {
        Layout { rules, capacity, sessions: Vec::new(), finished: false }
    }

    /// All sessions, the last of which may be open.
    pub fn sessions(&self) -> &[WrittenSession] {
        &self.sessions
    }

    /// Tracks with the number of their session, in order.
    pub fn tracks(&self) -> impl DoubleEndedIterator<Item = (u16, &WrittenTrack)> {
        (1..).zip(&self.sessions).collect::<Vec<_>>().into_iter().flat_map(|(n, s)| s.tracks.iter().map(move |t| (n, t)))
    }

    /// Sectors that the disc has.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// The disc has another size now.
    pub fn resize(&mut self, capacity: u32) {
        self.capacity = capacity;
    }

    /// Nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.sessions.is_empty() && !self.finished
    }

    /// No other session can follow.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The session that is not closed.
    pub fn open_session(&self) -> Option<&WrittenSession> {
        self.sessions.last().filter(|session| !session.closed)
    }

    /// Its tracks that are not closed.
    pub fn open_tracks(&self) -> impl Iterator<Item = &WrittenTrack> {
        self.open_session().into_iter().flat_map(|session| session.tracks.iter().filter(|track| !track.closed))
    }

    /// The open track of this number.
    pub fn open_track(&mut self, number: u8) -> Option<&mut WrittenTrack> {
        let session = self.sessions.last_mut().filter(|session| !session.closed)?;
        session.tracks.iter_mut().find(|track| track.number == number && !track.closed)
    }

    /// Number of the session that tracks go to.
    pub fn session_number(&self) -> u16 {
        (self.sessions.iter().filter(|session| session.closed).count() + usize::from(!self.finished)) as u16
    }

    /// Number of the track that is to come.
    pub fn next_number(&self) -> u8 {
        self.tracks().next_back().map_or(1, |(_, track)| track.number + 1)
    }

    /// Where the track to come has its index 1; `None` where none can come, since the disc is finished or full, or a track before it is being written.
    pub fn next_start(&self) -> Option<i32> {
        let growing = self.open_tracks().any(|track| track.reserved.is_none());
        if self.finished || growing || self.next_number() > MOST_TRACKS {
            return None;
        }
        let Some(last) = self.sessions.last() else { return Some(0) };
        let gap = match self.sessions.len() {
            _ if !last.closed => self.rules.pregap,
            1 => self.rules.session_gaps[0],
            _ => self.rules.session_gaps[1],
        };
        let start = last.lead_out().cast_unsigned().checked_add(gap)?.checked_next_multiple_of(self.rules.block)?;
        (start < self.capacity).then_some(start.cast_signed())
    }

    /// Sectors from an address to the end of the disc.
    pub fn free_from(&self, lba: i32) -> u32 {
        (i64::from(self.capacity) - i64::from(lba)).max(0) as u32
    }

    /// The pregap that the track to come begins with: the least of a session's first.
    pub fn next_pregap(&self) -> u32 {
        self.rules.pregap
    }

    /// Sectors that the drive puts behind the data of a track.
    pub fn run_out(&self) -> u32 {
        self.rules.run_out
    }

    /// Begins a track, and its session where none is open.
    pub fn begin(&mut self, track: WrittenTrack, disc_type: DiscType) {
        match self.sessions.last_mut().filter(|session| !session.closed) {
            Some(session) => session.tracks.push(track),
            None => self.sessions.push(WrittenSession { tracks: vec![track], closed: false, disc_type }),
        }
    }

    /// Forgets a track that was only tried, and its session with the last of them.
    pub fn forget(&mut self, number: u8) {
        if let Some(session) = self.sessions.last_mut().filter(|session| !session.closed) {
            session.tracks.retain(|track| track.number != number || track.closed);
        }
        self.sessions.retain(|session| !session.tracks.is_empty());
    }

    /// Closes a track; answers with the sectors that it is filled up with.
    pub fn close_track(&mut self, number: u8) -> Option<Range<i32>> {
        let Rules { block, shortest, run_out, .. } = self.rules;
        let track = self.open_track(number)?;
        if let Some(jumps) = &mut track.jumps {
            track.closed = true;
            return jumps.close();
        }
        let wanted = track.written.max(shortest).next_multiple_of(block).max(track.reserved.unwrap_or(0));
        let filled = track.next_writable()..track.start.saturating_add_unsigned(wanted);
        (track.written, track.run_out, track.closed) = (wanted, run_out, true);
        Some(filled)
    }

    /// Closes the open session; `last` says that no other can follow.
    pub fn close_session(&mut self, last: bool) {
        if let Some(session) = self.sessions.last_mut() {
            session.closed = true;
        }
        self.finished = last;
    }

    /// Begins a closed session of these tracks, all of them whole.
    pub fn add_session(&mut self, tracks: Vec<WrittenTrack>, disc_type: DiscType, last: bool) {
        self.sessions.push(WrittenSession { tracks, closed: true, disc_type });
        self.finished = last;
    }

    /// Opens the last session again, or takes it away; answers with the address from which nothing is written any more.
    pub fn reopen(&mut self, erase: bool) -> i32 {
        self.finished = false;
        if erase {
            self.sessions.pop();
        } else if let Some(session) = self.sessions.last_mut() {
            session.closed = false;
        }
        self.sessions.last().map_or(0, WrittenSession::lead_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(layout: &mut Layout, sectors: u32) -> i32 {
        let (number, start) = (layout.next_number(), layout.next_start().unwrap());
        layout.begin(WrittenTrack::new(number, start, TrackMode::Mode1), DiscType::default());
        layout.open_track(number).unwrap().written = sectors;
        layout.close_track(number).unwrap();
        start
    }

    /// Track at once on a CD: 150 sectors and two of run-out between tracks; 11,400 to the second session and 6,900 to the third.
    #[test]
    fn tracks_and_sessions_of_a_cd_lie_where_drives_put_them() {
        let mut layout = Layout::new(Rules::of(Family::Cd, 1), 359_847);
        assert_eq!([write(&mut layout, 1000), write(&mut layout, 10), write(&mut layout, 400)], [0, 1152, 1152 + 452]);
        assert_eq!(layout.session_number(), 1);
        layout.close_session(false);
        assert_eq!(layout.next_start(), Some(1604 + 402 + 11_400));
        let second = write(&mut layout, 300);
        layout.close_session(false);
        assert_eq!((layout.next_start(), layout.session_number()), (Some(second + 302 + 6_900), 3));
        layout.close_session(true);
        assert_eq!((layout.next_start(), layout.tracks().count()), (None, 4));
    }

    #[test]
    fn a_reserved_track_leaves_room_for_the_next() {
        let mut layout = Layout::new(Rules::of(Family::Plus, 16), 2_295_104);
        let track = WrittenTrack { reserved: Some(160), ..WrittenTrack::new(1, 0, TrackMode::Dvd) };
        layout.begin(track, DiscType::default());
        assert_eq!((layout.next_start(), layout.next_number()), (Some(160), 2));
        layout.open_track(1).unwrap().written = 5;
        assert_eq!(layout.close_track(1), Some(5..160));
        layout.begin(WrittenTrack::new(2, 160, TrackMode::Dvd), DiscType::default());
        assert_eq!(layout.next_start(), None, "one is being written");
        layout.open_track(2).unwrap().written = 17;
        assert_eq!(layout.close_track(2), Some(177..192));
        layout.close_session(false);
        assert_eq!(layout.next_start(), Some(192 + 2048));
    }
}
