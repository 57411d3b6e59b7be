//! [`Prospect`]: what would come of a burn in a recorder, from what lies there and what was chosen. No drawing, and no drive is asked.

use super::ahead::Known;
use super::form::{BurnForm, From, source_drive};
use super::words;
use crate::disc::DiscReader;
use crate::drive::mmc::DiscState;
use crate::drive::recorder::{BurnLoss, CannotBurn, Kind, Mode, Recordable, plan};
use crate::job::{blank_of, single_speed};
use crate::ui::state::State;

/// What would come of it in one recorder.
#[derive(Debug, Clone, PartialEq)]
pub struct Prospect {
    /// The recorder.
    pub drive: String,
    /// What lies in it, where that can be written.
    pub kind: Option<Kind>,
    /// The same in words.
    pub words: String,
    /// What would come of it.
    pub verdict: Verdict,
}

/// What would come of a burn.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The drive is being asked what lies in it.
    Asking,
    /// Nothing can be written on what lies in it, or it can't be asked.
    Unusable(String),
    /// Nobody can say before something else is known: the source, or the disc that will be put in.
    Open,
    /// The disc can't be written on what lies in it.
    Cannot(CannotBurn),
    /// It can.
    Fits(Outlook),
}

/// What is going to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Sectors that are needed.
    pub needed: u32,
    /// Sectors that are free.
    pub free: u32,
    /// How it is written.
    pub mode: Mode,
    /// Whether something that may be on the disc goes, because it is erased before or written over.
    pub overwrites: bool,
}

impl Prospect {
    /// Why it can't be begun with this one; `several`: there are others, so that it is named.
    pub fn obstacle(&self, several: bool) -> Option<String> {
        let text = match &self.verdict {
            Verdict::Asking => "the drive is being asked what lies in it".to_owned(),
            Verdict::Unusable(why) => why.clone(),
            Verdict::Cannot(why) => why.to_string(),
            Verdict::Open | Verdict::Fits(_) => return None,
        };
        Some(words::sentence(&if several { format!("{}: {text}", words::recorder(&self.drive)) } else { text }))
    }

    /// Whether something goes that somebody may want to keep.
    pub fn replaces(&self) -> bool {
        matches!(&self.verdict, Verdict::Fits(outlook) if outlook.overwrites) && blank_of(&self.drive).is_none()
    }
}

/// What follows from the choices.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Of each recorder that is ticked.
    pub prospects: Vec<Prospect>,
    /// What does not arrive, in any of them.
    pub losses: Vec<BurnLoss>,
    /// The ways of writing that all of them offer.
    pub modes: Vec<Mode>,
    /// The speeds that all of them offer, in kB/s, and in words.
    pub speeds: Vec<(u32, String)>,
    /// Whether all of them can go through it without writing.
    pub simulates: bool,
    /// Whether a disc has two layers of which the first can be chosen.
    pub dual_layer: bool,
    /// Whether a disc can have spare areas.
    pub spare_areas: bool,
    /// Whether something is on a disc that can be erased.
    pub erasable: bool,
    /// Whether the source has CD-TEXT.
    pub cd_text: bool,
}

/// The disc that is burned, as far as it is known.
pub fn source<'a>(form: &BurnForm, state: &'a State) -> Option<&'a dyn DiscReader> {
    match &form.from {
        From::Nothing => None,
        From::Disc(_) => form.open(state).map(|open| &*open.image.reader),
        From::Audio(audio) => audio.disc(state).map(|disc| &*disc.reader),
    }
}

/// Works out what follows.
pub fn work_out(form: &BurnForm, state: &State) -> Facts {
    let source = source(form, state);
    let reads = source_drive(&form.from, state);
    // While files are looked at anew, what they had before stands: nothing should move for a moment.
    let before = form.audio().is_some() && form.facts().cd_text;
    let cd_text = source.map_or(before, |source| !source.disc().cd_text.is_empty());
    let mut facts = Facts { cd_text, ..Facts::default() };
    let mut known: Vec<&Recordable> = Vec::new();
    for name in form.targets() {
        let recordable = state.ahead.recorder(&name);
        // The disc that is copied lies there now, and another one will.
        let (prospect, losses) = match reads.as_deref() == Some(name.as_str()) {
            true => (swapped(name), Vec::new()),
            false => one(name, recordable, source, form),
        };
        facts.prospects.push(prospect);
        facts.losses.extend(losses);
        known.extend(recordable.and_then(Known::here));
    }
    facts.losses.dedup();
    offers(&mut facts, &known);
    facts
}

fn swapped(drive: String) -> Prospect {
    let words = "The disc to be copied is in it: once that is saved, another one is asked for.".to_owned();
    Prospect { drive, kind: None, words, verdict: Verdict::Open }
}

fn one(
    drive: String,
    recordable: Option<&Known<Recordable>>,
    source: Option<&dyn DiscReader>,
    form: &BurnForm,
) -> (Prospect, Vec<BurnLoss>) {
    let bare = |words: String, verdict| Prospect { drive: drive.clone(), kind: None, words, verdict };
    let recordable = match recordable {
        None | Some(Known::Asked(_)) => return (bare("asking the drive…".to_owned(), Verdict::Asking), Vec::new()),
        Some(Known::Not(why)) => return (bare(why.clone(), Verdict::Unusable(why.clone())), Vec::new()),
        Some(Known::Here(recordable)) => recordable,
    };
    let mut losses = Vec::new();
    let verdict = match source {
        None => Verdict::Open,
        Some(source) => match plan(source.disc(), &|track| source.stored(track), recordable, &form.wish(Some(recordable.kind))) {
            Err(why) => Verdict::Cannot(why),
            Ok(plan) => {
                losses = plan.losses;
                let (needed, free, mode, overwrites) = (plan.needed, plan.free, plan.mode, plan.overwrites);
                Verdict::Fits(Outlook { needed, free, mode, overwrites })
            }
        },
    };
    let words = words::lies(recordable);
    (Prospect { drive, kind: Some(recordable.kind), words, verdict }, losses)
}

/// What all recorders have in common, so that one choice suits them all.
fn offers(facts: &mut Facts, known: &[&Recordable]) {
    let Some((first, others)) = known.split_first() else { return };
    let common = |mode: &&Mode| others.iter().all(|other| other.offers.modes.contains(mode));
    facts.modes = first.offers.modes.iter().filter(common).copied().collect();
    let single = single_speed(first.kind.medium());
    let mut speeds: Vec<u32> = first.speeds.iter().map(|speed| speed.write).filter(|&speed| speed > 0).collect();
    speeds.retain(|speed| others.iter().all(|other| other.speeds.iter().any(|known| known.write == *speed)));
    speeds.dedup();
    facts.speeds = speeds.into_iter().map(|speed| (speed, words::speed(speed, single))).collect();
    let mode = |drive_at: usize| match facts.prospects.get(drive_at).map(|prospect| &prospect.verdict) {
        Some(Verdict::Fits(outlook)) => Some(outlook.mode),
        _ => None,
    };
    facts.simulates = known.iter().enumerate().all(|(at, disc)| match mode(at) {
        Some(mode) => disc.offers.simulates.contains(&mode),
        None => !disc.offers.simulates.is_empty(),
    });
    facts.dual_layer = known.iter().any(|disc| matches!(disc.kind, Kind::DvdRDl | Kind::DvdPlusRDl));
    facts.spare_areas = known.iter().any(|disc| matches!(disc.kind, Kind::BdR | Kind::BdRe | Kind::DvdRam));
    facts.erasable = known.iter().any(|disc| disc.kind.is_rewritable() && disc.state != DiscState::Blank);
}
