//! The tracks as a table. Selection and pointer are one with the pictures'.

use egui::{Align, EventFilter, Key, Label, Layout, Response, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use super::actions::{Action, Actions};
use super::disc_strip::swatch;
use super::geometry::Kind;
use super::state::{OpenImage, State};
use super::theme::{ROW, SMALL, tokens};
use super::widgets::focus_ring;
use super::words;
use crate::disc::{Disc, Session, Track, TrackId, TrackMode};

/// Heads of the columns, and whether numbers stand in them, at the right.
const COLUMNS: [(&str, bool); 9] = [
    ("Track", true),
    ("Kind", false),
    ("Index 0", true),
    ("Index 1", true),
    ("LBA", true),
    ("Length", true),
    ("Size", true),
    ("Flags", false),
    ("ISRC", false),
];

/// Shows the table.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) {
    let disc = open.image.disc();
    let tracks: Vec<(&Session, &Track)> = disc.tracks().collect();
    let focus = keyboard(ui, open, &tracks, actions);
    let mut pointed = None;
    let mut moved = false;
    let selected = tracks.iter().position(|(session, track)| Some(id(session, track)) == open.selected);
    let mut table = TableBuilder::new(ui)
        .id_salt(("tracks", open.image.path.as_os_str()))
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(44.0))
        .column(Column::initial(150.0).at_least(96.0).clip(true))
        .columns(Column::initial(76.0).at_least(60.0), 2)
        .column(Column::initial(76.0).at_least(60.0))
        .columns(Column::initial(72.0).at_least(56.0), 2)
        .column(Column::initial(120.0).at_least(60.0).clip(true))
        .column(Column::remainder().at_least(110.0).clip(true))
        .auto_shrink([false, true]);
    if let (Some(row), true) = (selected, focus) {
        table = table.scroll_to_row(row, None);
    }
    table.header(24.0, head).body(|body| {
        body.rows(ROW, tracks.len(), |mut row| {
            let (session, track) = tracks[row.index()];
            let this = id(session, track);
            row.set_selected(open.selected == Some(this));
            row.set_hovered(state.hovered == Some(this));
            cells(&mut row, disc, session, track);
            let response = row.response();
            response.widget_info(|| {
                WidgetInfo::selected(Role::ListBoxOption, true, open.selected == Some(this), in_words(disc, track))
            });
            moved |= response.hovered() && state.hovered != Some(this);
            pointed = if response.hovered() { Some(this) } else { pointed };
            if response.clicked() {
                actions.push(Action::Select((open.selected != Some(this)).then_some(this)));
            }
        });
    });
    if moved {
        actions.push(Action::Hover(pointed));
    }
}

fn id(session: &Session, track: &Track) -> TrackId {
    TrackId { session: session.number, track: track.number }
}

/// The table as a whole takes the keyboard: arrows, Home and End move the selection. Tells whether it moved.
fn keyboard(ui: &mut Ui, open: &OpenImage, tracks: &[(&Session, &Track)], actions: &mut Actions) -> bool {
    let rect = egui::Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ui.available_height()));
    let focus: Response = ui.interact(rect, ui.scope_id().with("keys"), Sense::FOCUSABLE);
    focus.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Tracks"));
    if !focus.has_focus() {
        return false;
    }
    focus_ring(ui, &focus);
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focus.id, filter));
    let last = tracks.len().saturating_sub(1);
    let now = tracks.iter().position(|(session, track)| Some(id(session, track)) == open.selected);
    let next = ui.input(|input| match now {
        _ if input.key_pressed(Key::Home) => Some(0),
        _ if input.key_pressed(Key::End) => Some(last),
        None => (input.key_pressed(Key::ArrowDown) || input.key_pressed(Key::ArrowUp)).then_some(0),
        Some(now) if input.key_pressed(Key::ArrowDown) => Some((now + 1).min(last)),
        Some(now) if input.key_pressed(Key::ArrowUp) => Some(now.saturating_sub(1)),
        Some(_) => None,
    });
    let Some((session, track)) = next.and_then(|next| tracks.get(next)) else { return false };
    actions.push(Action::Select(Some(id(session, track))));
    true
}

fn head(mut row: TableRow<'_, '_>) {
    for (name, right) in COLUMNS {
        row.col(|ui| {
            let weak = tokens(ui).weak;
            cell(ui, right, RichText::new(name).size(SMALL).color(weak));
        });
    }
}

fn cell(ui: &mut Ui, right: bool, text: impl Into<egui::WidgetText>) {
    let label = Label::new(text).truncate().selectable(false);
    if right {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(8.0);
            ui.add(label);
        });
    } else {
        ui.add_space(8.0);
        ui.add(label);
    }
}

fn cells(row: &mut TableRow<'_, '_>, disc: &Disc, session: &Session, track: &Track) {
    let cd = disc.medium.is_cd();
    row.col(|ui| cell(ui, true, track.number.to_string()));
    row.col(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, ROW), Sense::hover());
        swatch(ui, rect.center() + vec2(4.0, 0.0), Kind::of(track.mode));
        cell(ui, false, kind(disc, session, track));
    });
    let time = |lba: crate::disc::Lba| if cd { lba.to_msf().to_string() } else { String::new() };
    let gap = if track.pregap > 0 { time(track.first()) } else { String::new() };
    row.col(|ui| cell(ui, true, gap));
    row.col(|ui| cell(ui, true, time(track.start)));
    row.col(|ui| cell(ui, true, words::number(track.start.0.unsigned_abs().into())));
    row.col(|ui| cell(ui, true, if cd { words::time(track.length) } else { words::number(track.length.into()) }));
    row.col(|ui| cell(ui, true, words::size(bytes(track))));
    row.col(|ui| cell(ui, false, track.control.words().join(", ")));
    row.col(|ui| cell(ui, false, track.isrc.map(|isrc| isrc.to_string()).unwrap_or_default()));
}

fn kind(disc: &Disc, session: &Session, track: &Track) -> String {
    let first = session.tracks.first().is_some_and(|first| first.number == track.number);
    if disc.sessions.len() > 1 && first {
        format!("{}, session {}", track.mode, session.number)
    } else {
        track.mode.to_string()
    }
}

/// Bytes of user data: what the sectors hold for those who read them.
fn bytes(track: &Track) -> u64 {
    let each = match track.mode {
        TrackMode::Audio => 2352,
        TrackMode::Mode2 => 2336,
        TrackMode::Mode2Form2 => 2324,
        _ => 2048,
    };
    u64::from(track.length) * each
}

fn in_words(disc: &Disc, track: &Track) -> String {
    let start = super::geometry::address(track.start, disc.medium.is_cd());
    format!("Track {}: {}, starts at {start}, {}", track.number, track.mode, words::size(bytes(track)))
}
