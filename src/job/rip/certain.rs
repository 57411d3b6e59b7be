//! Makes sure of audio, which has no checksums: it is read twice, and what differs is read until it can be voted on.
//!
//! The second reading has to come from the disc. Where it follows the first only after much else, it does; else, and wherever sectors are read a third
//! time, the drive is told to forget them, and its memory is filled with others for the case that it does not.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::asking::{Asking, Came};
use super::engine::{GLANCE, Part, PassCount, Work};
use super::map::Status;
use super::mapfile::Place;
use super::picture::Artist;
use super::store::Store;
use super::vote::{Evidence, Verdict, Votes, judge};
use crate::disc::sector::{RAW, SUBCHANNEL};
use crate::disc::subchannel::{Q, q_of_interleaved};
use crate::drive::mmc::CommandError;
use crate::drive::{Ask, DriveReader, POINTERS};
use crate::job::progress::Meter;
use crate::job::{Control, DriveError, JobError, Phase, Progress};

/// Sectors that no drive remembers more of: 2.7 MB, and the largest drives have 2 MB.
pub const MEMORY: u32 = 1200;
/// Requests that are under way at once.
const AHEAD: usize = 3;
/// Sectors that are in dispute at once before they are settled; each has many readings.
const MOST_DISPUTES: usize = 256;
/// How often what is certain is put on the disk.
const SAVE_AFTER: Duration = Duration::from_secs(2);

/// How sure is made.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Error pointers are believed.
    pub trusted: bool,
    /// How often a sector is read at most.
    pub readings: u32,
    /// The drive is known to forget sectors when it is told to.
    pub forgets: bool,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Certainty {
    /// What the drive was asked for.
    pub counts: Vec<PassCount>,
    /// Sectors whose readings were not all the same.
    pub differed: u32,
    /// What the drive's error pointers turned out to be worth.
    pub evidence: Evidence,
    /// Frames of Q that were wrong at the first reading, and right at the second.
    pub q_mended: u32,
}

/// A request, with room for its answer.
struct Order {
    sectors: Range<u32>,
    ask: Ask,
    /// How many other sectors are read before.
    displace: u32,
    lines: Vec<u8>,
    c2: Vec<u8>,
}

struct Answer {
    order: Order,
    read: bool,
    took: Duration,
}

/// Carries out orders until nobody gives any, or listens any more.
fn serve(drive: &DriveReader, mut asking: Asking, orders: &Receiver<Order>, answers: &Sender<Result<Answer, CommandError>>) {
    for mut order in orders {
        if order.displace > 0
            && let Err(error) = drive.displace(order.ask.at, order.displace)
        {
            let _ = answers.send(Err(error));
            return;
        }
        let read = match asking.ask(drive, order.ask, &mut order.lines, &mut order.c2) {
            Came::Sectors => true,
            Came::Nothing => false,
            Came::Lost(error) => {
                let _ = answers.send(Err(error));
                return;
            }
        };
        if answers.send(Ok(Answer { order, read, took: asking.took })).is_err() {
            return;
        }
    }
}

/// A sector whose readings differ, or could not all be had.
#[derive(Default)]
struct Dispute {
    votes: Votes,
    /// How often it was asked for in all.
    asked: u32,
}

/// Makes sure of all audio that was read and is not certain yet, as far as it can be had.
pub fn make_certain(
    work: &Work<'_>,
    store: &mut Store,
    artist: &mut Artist<'_>,
    how: How,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Certainty, JobError> {
    let uncertain = uncertain(work, store);
    let total: u32 = uncertain.iter().map(|sectors| sectors.end - sectors.start).sum();
    if total == 0 {
        return Ok(Certainty::default());
    }
    let (orders, ordered) = unbounded();
    let (answered, answers) = unbounded();
    let drive = Arc::clone(&work.drive);
    // It is not waited for when the user cancels: a drive may be busy with a bad sector for a minute.
    let asking = Asking::new(work.said.clone());
    let hands = std::thread::spawn(move || serve(&drive, asking, &ordered, &answered));
    let mut making = Making {
        work,
        store,
        artist,
        how,
        control,
        orders,
        answers,
        meter: Meter::new(control, tell, Phase::Compare, total.into()),
        // Of few sectors, the drive may remember the first reading.
        again: total <= 4 * MEMORY,
        done: Certainty::default(),
        saved: Instant::now(),
    };
    let result = making.run(uncertain);
    // What was given up became so after the last answer.
    making.artist.show(making.store);
    let Making { done, orders, meter, .. } = making;
    drop(orders);
    let saved = store.save(Place { sector: 0, work: '+', pass: 1 });
    if result.is_ok() || hands.is_finished() {
        hands.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
    result?;
    saved?;
    meter.finish();
    Ok(done)
}

/// Audio that was read, and is not certain; what was given up in an earlier run has another chance.
fn uncertain(work: &Work<'_>, store: &Store) -> Vec<Range<u32>> {
    let layout = store.layout();
    let is_audio = |index: u32| work.disc.track_at(layout.lba(index)).is_some_and(|(_, track)| !track.mode.is_data());
    let mut all = Vec::new();
    for read in store.map().of(Status::Finished) {
        let blocks = store.sure().blocks().iter().filter(|block| block.status != Status::Finished);
        for block in blocks {
            let mut rest = block.sectors.start.max(read.start)..block.sectors.end.min(read.end);
            while !rest.is_empty() {
                let at = layout.borders().partition_point(|border| *border <= rest.start);
                let end = layout.borders().get(at).map_or(rest.end, |border| rest.end.min(*border));
                if is_audio(rest.start) {
                    all.push(rest.start..end);
                }
                rest.start = end;
            }
        }
    }
    all
}

struct Making<'a, 'b, 'c> {
    work: &'a Work<'a>,
    store: &'b mut Store,
    artist: &'b mut Artist<'c>,
    how: How,
    control: &'a Control,
    orders: Sender<Order>,
    answers: Receiver<Result<Answer, CommandError>>,
    meter: Meter<'a>,
    /// The second reading has to be told to come from the disc, too.
    again: bool,
    done: Certainty,
    saved: Instant,
}

impl Making<'_, '_, '_> {
    fn run(&mut self, uncertain: Vec<Range<u32>>) -> Result<(), JobError> {
        let most = self.work.drive.most_sectors(self.store.has_sub()).max(1);
        let mut queue: VecDeque<Range<u32>> = VecDeque::new();
        for sectors in uncertain {
            let starts = sectors.clone().step_by(most as usize);
            queue.extend(starts.map(|start| start..sectors.end.min(start.saturating_add(most))));
        }
        let mut disputes = BTreeMap::new();
        let mut under_way = 0;
        while under_way > 0 || !queue.is_empty() {
            let room = if disputes.len() < MOST_DISPUTES { AHEAD - under_way } else { 0 };
            for sectors in queue.drain(..room.min(queue.len())) {
                self.order(sectors, self.again);
                under_way += 1;
            }
            if under_way > 0 {
                let answer = self.answer(Part::Compare)?;
                under_way -= 1;
                self.compare(answer, &mut queue, &mut disputes)?;
            } else {
                self.settle(&mut disputes, most)?;
            }
        }
        self.settle(&mut disputes, most)
    }

    fn order(&self, sectors: Range<u32>, from_disc: bool) {
        let displace = if from_disc && !self.how.forgets { MEMORY } else { 0 };
        let count = sectors.end - sectors.start;
        let sub = self.store.has_sub();
        let ask = Ask { at: self.store.layout().lba(sectors.start), count, sub, from_disc };
        let lines = vec![0; count as usize * self.work.drive.line(sub)];
        let c2 = vec![0; if self.work.drive.audio().c2 { count as usize * POINTERS } else { 0 }];
        // Where the other thread has ended, its last words say why.
        let _ = self.orders.send(Order { sectors, ask, displace, lines, c2 });
    }

    /// Waits for the next answer, and counts it.
    fn answer(&mut self, part: Part) -> Result<Answer, JobError> {
        let fail = |error| JobError::Drive { name: self.work.name.to_owned(), error: DriveError::Command(error) };
        let answer = loop {
            match self.answers.recv_timeout(GLANCE) {
                Ok(answer) => break answer.map_err(fail)?,
                Err(RecvTimeoutError::Timeout) => {
                    self.artist.catch_up(self.store);
                    self.control.check()?;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(JobError::Cancelled),
            }
        };
        if self.done.counts.last().is_none_or(|count| count.part != part) {
            self.done.counts.push(PassCount::new(part));
        }
        let sectors = answer.order.sectors.end - answer.order.sectors.start;
        if let Some(count) = self.done.counts.last_mut() {
            count.add(answer.took, answer.read.then_some(sectors));
        }
        self.artist.heard(self.store);
        if self.saved.elapsed() >= SAVE_AFTER {
            self.store.save(Place { sector: 0, work: '+', pass: 1 })?;
            self.saved = Instant::now();
        }
        Ok(answer)
    }

    /// Holds a second reading against the first.
    fn compare(
        &mut self,
        answer: Answer,
        queue: &mut VecDeque<Range<u32>>,
        disputes: &mut BTreeMap<u32, Dispute>,
    ) -> Result<(), JobError> {
        let Range { start, end } = answer.order.sectors;
        if !answer.read {
            // What is unreadable now lies in one half or the other.
            let half = start + (end - start) / 2;
            match half > start {
                true => [half..end, start..half].into_iter().for_each(|half| queue.push_front(half)),
                false => drop(disputes.insert(start, Dispute::default())),
            }
            return self.control.check();
        }
        let first = self.store.main(&(start..end))?;
        self.mend_q(&answer.order)?;
        let line = self.work.drive.line(self.store.has_sub());
        let lines = answer.order.lines.chunks_exact(line).zip(first.chunks_exact(RAW));
        let mut certain = 0;
        for (n, (line, first)) in (start..end).zip(lines) {
            let second = &line[..RAW];
            let c2 = pointers(&answer.order.c2, n - start);
            let flagged = c2.is_some_and(|c2| c2.iter().any(|&byte| byte != 0));
            if first == second && !(self.how.trusted && flagged) {
                if let Some(c2) = c2.filter(|_| flagged) {
                    self.done.evidence = self.done.evidence.plus(judge(second, c2, first));
                }
                self.store.confirm(n..n + 1, Status::Finished);
                certain += 1;
                continue;
            }
            let mut dispute = Dispute::default();
            // Where error pointers are believed, the first reading had some, which nobody has kept.
            if !self.how.trusted {
                dispute.votes.add(first, None);
            }
            dispute.add(second, c2);
            disputes.insert(n, dispute);
        }
        let track = self.track(start);
        self.meter.advance(certain, answer.order.lines.len() as u64, track)
    }

    /// Takes frames of Q that came right now for those that did not.
    fn mend_q(&mut self, order: &Order) -> Result<(), JobError> {
        if !self.store.has_sub() {
            return Ok(());
        }
        let kept = self.store.sub(&order.sectors)?;
        let is_right = |sub: &[u8]| sub.first_chunk().is_some_and(|raw| Q::parse(&q_of_interleaved(raw)).is_ok());
        let lines = order.lines.chunks_exact(RAW + SUBCHANNEL).zip(kept.chunks_exact(SUBCHANNEL));
        for (n, (line, kept)) in order.sectors.clone().zip(lines) {
            if !is_right(kept) && is_right(&line[RAW..]) {
                self.store.write_sub(n, &line[RAW..])?;
                self.done.q_mended += 1;
            }
        }
        Ok(())
    }

    /// Reads sectors in dispute until each is settled, or was read as often as it may be.
    fn settle(&mut self, disputes: &mut BTreeMap<u32, Dispute>, most: u32) -> Result<(), JobError> {
        let undecided = std::mem::take(disputes);
        self.done.differed += undecided.len() as u32;
        for (n, dispute) in undecided {
            self.decide(n, dispute, disputes)?;
        }
        while !disputes.is_empty() {
            // Neighbours are read together as long as they can be.
            for group in groups(disputes, most) {
                self.order(group, true);
                let answer = self.answer(Part::Settle)?;
                let line = self.work.drive.line(self.store.has_sub());
                for n in answer.order.sectors.clone() {
                    let Some(mut dispute) = disputes.remove(&n) else { continue };
                    let at = (n - answer.order.sectors.start) as usize;
                    match answer.read {
                        true => {
                            dispute.add(&answer.order.lines[at * line..at * line + RAW], pointers(&answer.order.c2, at as u32));
                        }
                        false => dispute.asked += 1,
                    }
                    self.decide(n, dispute, disputes)?;
                }
                self.control.check()?;
            }
        }
        Ok(())
    }

    /// Settles a sector, gives it up, or leaves it in dispute.
    fn decide(&mut self, n: u32, dispute: Dispute, disputes: &mut BTreeMap<u32, Dispute>) -> Result<(), JobError> {
        let (bytes, status) = match dispute.votes.verdict(self.how.trusted) {
            Verdict::Agreed(bytes) => (bytes, Status::Finished),
            Verdict::Open(bytes) if dispute.asked >= self.how.readings => (bytes, Status::Bad),
            Verdict::Open(_) => {
                disputes.insert(n, dispute);
                return Ok(());
            }
        };
        if status == Status::Finished {
            self.done.evidence = self.done.evidence.plus(dispute.votes.evidence(&bytes));
        }
        if dispute.votes.len() > 0 {
            self.store.write_main(n, &bytes)?;
        }
        self.store.confirm(n..n + 1, status);
        let track = self.track(n);
        self.meter.advance(1, RAW as u64, track)
    }

    fn track(&self, n: u32) -> Option<u8> {
        self.work.disc.track_at(self.store.layout().lba(n)).map(|(_, track)| track.number)
    }
}

impl Dispute {
    fn add(&mut self, bytes: &[u8], c2: Option<&[u8]>) {
        self.votes.add(bytes, c2);
        self.asked += 1;
    }
}

/// The error pointers of the n-th sector of an answer, where there are any.
fn pointers(c2: &[u8], n: u32) -> Option<&[u8]> {
    c2.chunks_exact(POINTERS).nth(n as usize)
}

/// Sectors in dispute that follow each other. A sector that could not be read is asked for by itself, so that it does not take others with it.
fn groups(disputes: &BTreeMap<u32, Dispute>, most: u32) -> Vec<Range<u32>> {
    let mut groups: Vec<Range<u32>> = Vec::new();
    let mut alone = true;
    for (&n, dispute) in disputes {
        let hard = dispute.asked > dispute.votes.len() as u32 || dispute.votes.len() == 0;
        match groups.last_mut() {
            Some(group) if group.end == n && !hard && !alone && n - group.start < most => group.end = n + 1,
            _ => groups.push(n..n + 1),
        }
        alone = hard;
    }
    groups
}
