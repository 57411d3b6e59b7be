//! The adviser: which format suits a disc, and why.

use super::format::Format;
use super::holds::{HOLDS_NONE, Tracks};
use super::list::FORMATS;
use super::loss::{Loss, loss, track_list};
use super::plan::{Plan, PlanError, PlanRequest};
use super::projection::Projection;
use crate::disc::{Disc, DiscReader};
use std::sync::Arc;

/// What the adviser says of one format.
pub struct Advice {
    /// The format.
    pub format: &'static Format,
    /// What the disc would lose in it.
    pub losses: Vec<Loss>,
    /// Bytes that the image would take; at most, where it is packed.
    pub size: u64,
    /// Whether it is packed: nobody knows how small that makes it.
    pub packed: bool,
    /// One sentence: why it stands where it stands.
    pub why: String,
}

/// The formats that can hold this disc, best first: those that lose least, then the smallest, then the most widely read.
pub fn advise(reader: &Arc<dyn DiscReader>) -> Vec<Advice> {
    rank(reader, |_| true)
}

/// The same of a disc in a drive: every drive tells the control structures of every DVD, and that a format has no place for them weighs nothing.
pub fn advise_on_drive(reader: &Arc<dyn DiscReader>) -> Vec<Advice> {
    rank(reader, |loss| *loss != Loss::Structures)
}

fn rank(reader: &Arc<dyn DiscReader>, counts: fn(&Loss) -> bool) -> Vec<Advice> {
    let mut all: Vec<Advice> = FORMATS.iter().filter_map(|&format| advise_on(reader, format, counts)).collect();
    all.sort_by_key(|advice| (weight(&advice.losses), breadth(advice.format), advice.size));
    all
}

fn advise_on(reader: &Arc<dyn DiscReader>, format: &'static Format, counts: fn(&Loss) -> bool) -> Option<Advice> {
    let losses: Vec<Loss> = loss(&**reader, &format.holds)?.into_iter().filter(counts).collect();
    let plan = plan(reader, format, &PlanRequest::new("disc")).ok()?;
    let why = why(reader.disc(), format, &losses);
    Some(Advice { format, losses, size: plan.len(), packed: plan.is_packed(), why })
}

/// The plan of an image of this disc in this format.
pub fn plan(reader: &Arc<dyn DiscReader>, format: &Format, request: &PlanRequest) -> Result<Plan, PlanError> {
    let make = format.plan.ok_or(PlanError::Nothing("it is only read"))?;
    let left = Projection::new(reader.clone(), &format.holds).ok_or(PlanError::Nothing(HOLDS_NONE))?;
    make(left.disc(), request)
}

/// How bad the losses are: what can be heard or read weighs most, what only describes it least.
fn weight(losses: &[Loss]) -> u32 {
    losses
        .iter()
        .map(|loss| match loss {
            Loss::Tracks { left, .. } => 10_000 + 100 * left.len() as u32,
            Loss::HiddenTrack(_) | Loss::Subheaders(_) => 5_000,
            Loss::Medium { .. } => 2_000,
            Loss::Subchannel | Loss::LayerBreak(_) | Loss::Pregaps(_) => 500,
            Loss::CdText | Loss::Indexes(_) | Loss::Structures | Loss::FirstNumber(_) => 100,
            Loss::Mcn | Loss::Isrc(_) | Loss::Flags(_) | Loss::DiscType | Loss::Postgaps(_) => 20,
        })
        .sum()
}

/// Place in the list of formats, which stands in order of how widely each is read.
fn breadth(format: &Format) -> usize {
    FORMATS.iter().position(|known| known.name == format.name).unwrap_or(usize::MAX)
}

fn why(disc: &Disc, format: &Format, losses: &[Loss]) -> String {
    let (audio, all) = (disc.audio_tracks(), disc.tracks().count());
    let title = format.title;
    if let Some(Loss::Tracks { left, .. }) = losses.iter().find(|loss| matches!(loss, Loss::Tracks { .. })) {
        let kept: Vec<u8> = disc.tracks().map(|(_, t)| t.number).filter(|n| !left.contains(n)).collect();
        let has = match (audio, all) {
            (0, _) => format!("{all} tracks"),
            (1, _) => "an audio track".to_owned(),
            _ => format!("{audio} audio tracks"),
        };
        let only = if format.holds.tracks == Tracks::Many { "the first session: " } else { "" };
        return format!("This disc has {has}: {title} would keep only {only}{}.", track_list(&kept));
    }
    match losses {
        [] => format!("{title} keeps everything that is on this disc; it is read by {}.", format.read_by),
        [one] => format!("{title} keeps all but {one}; it is read by {}.", format.read_by),
        [one, rest @ ..] => {
            let more = if rest.len() == 1 { "one thing more".to_owned() } else { format!("{} things more", rest.len()) };
            format!("{title} would lose {one}, and {more}; it is read by {}.", format.read_by)
        }
    }
}
