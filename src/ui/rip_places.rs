//! The places of a disc that could not be read: which one the pointer is on, and a line to go from one to the next.

use egui::Ui;

use super::actions::{Action, Actions};
use super::icons::Icon;
use super::rip_words;
use super::state::{OpenImage, State};
use super::theme::{S, tokens};
use super::widgets::{Look, button, icon_button, inline_icon};
use super::words;
use crate::disc::Lba;
use crate::job::{Part, RipPicture};

/// The place that holds this sector, or the nearest within `reach` sectors of it.
pub fn place_at(picture: &RipPicture, sector: i64, reach: i64) -> Option<&Part> {
    let distance = |part: &&Part| {
        let (from, to) = (i64::from(part.start.0), i64::from(part.start.0) + i64::from(part.sectors));
        (from - sector).max(sector - to + 1).max(0)
    };
    picture.unreadable.iter().filter(|part| distance(part) <= reach).min_by_key(distance)
}

/// What the pointer is told of a place.
pub fn tip(open: &OpenImage, place: &Part) -> String {
    format!("Could not be read: {}", rip_words::place(open.image.disc(), place))
}

/// Shows how many places there are, and the one that is looked at.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) {
    let Some(picture) = state.rip_of(open) else { return };
    let places = &picture.unreadable;
    if places.is_empty() {
        return;
    }
    let picked = state.picked.and_then(|at| places.iter().position(|place| place.start == at));
    let go = |n: Option<usize>| Action::Pick(n.and_then(|n| places.get(n)).map(|place| place.start));
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = S;
        inline_icon(ui, Icon::Warning, t.bad);
        ui.add_enabled_ui(picked.is_some_and(|n| n > 0), |ui| {
            if icon_button(ui, Icon::Left, "The unreadable place before").clicked() {
                actions.push(go(picked.and_then(|n| n.checked_sub(1))));
            }
        });
        ui.add_enabled_ui(picked.is_none_or(|n| n + 1 < places.len()), |ui| {
            if icon_button(ui, Icon::Right, "The next unreadable place").clicked() {
                actions.push(go(Some(picked.map_or(0, |n| n + 1))));
            }
        });
        let more = if picture.bad > places.iter().map(|place| place.sectors).sum() { "first " } else { "" };
        let all = words::count(places.len() as u64, "place");
        match picked.and_then(|n| Some((n, places.get(n)?))) {
            None => drop(ui.label(format!("The {more}{all} that could not be read"))),
            Some((n, place)) => {
                ui.label(format!("{} of {all}: {}", words::number(n as u64 + 1), rip_words::place(open.image.disc(), place)));
                if button(ui, None, "Done with it", Look::Quiet).clicked() {
                    actions.push(Action::Pick(None));
                }
            }
        }
    });
}

/// A place is picked by its first sector, or none is.
pub fn pick(place: Option<&Part>) -> Action {
    Action::Pick(place.map(|place| place.start))
}

/// The place that is looked at, if it is one of these.
pub fn picked(picture: &RipPicture, at: Option<Lba>) -> Option<&Part> {
    picture.unreadable.iter().find(|place| Some(place.start) == at)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::job::Became;

    #[test]
    fn the_nearest_place_within_reach_is_found() {
        let place = |start, sectors| Part { start: Lba(start), sectors, became: Became::Unreadable };
        let unreadable = vec![place(100, 10), place(200, 1)];
        let picture =
            RipPicture { parts: Vec::new(), unreadable, sectors: 300, read: 289, bad: 11, waiting: 0, answered: Instant::now() };
        let at = |sector, reach| place_at(&picture, sector, reach).map(|place| place.start.0);
        assert_eq!([at(100, 0), at(109, 0), at(110, 0), at(110, 1)], [Some(100), Some(100), None, Some(100)]);
        assert_eq!([at(160, 60), at(150, 60), at(199, 1)], [Some(200), Some(100), Some(200)]);
    }
}
