//! The tracks as a table. Selection and pointer are one with the pictures'.

use egui::{Align, EventFilter, Key, Label, Layout, Response, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder};

use super::actions::{Action, Actions};
use super::disc_strip::swatch;
use super::geometry::Kind;
use super::state::{OpenImage, State};
use super::theme::{ROW, SMALL, tokens};
use super::widgets::focus_ring;
use super::words;
use crate::disc::cd_text::Field;
use crate::disc::{Disc, Lba, Session, Track, TrackId, TrackMode};

/// A column: its head, its width, and whether numbers stand in it, at the right.
type Head = (&'static str, f32, bool);

/// Every column there is; titles only where there are any.
const COLUMNS: [Head; 10] = [
    ("Track", 44.0, true),
    ("Kind", 108.0, false),
    (TITLE, 136.0, false),
    ("Index 0", 64.0, true),
    ("Index 1", 64.0, true),
    ("LBA", 64.0, true),
    ("Length", 72.0, true),
    ("Size", 60.0, true),
    ("Flags", 64.0, false),
    ("ISRC", 112.0, false),
];
const TITLE: &str = "Title";

/// Shows the table; tells which track the pointer is on.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) -> Option<TrackId> {
    let disc = open.image.disc();
    let tracks: Vec<(&Session, &Track)> = disc.tracks().collect();
    let titled = tracks.iter().any(|(_, track)| title(disc, track).is_some());
    let cd = disc.medium.is_cd();
    let there = |name: &str| match name {
        TITLE => titled,
        // A DVD has no index, no flags and no codes.
        "Index 0" | "Index 1" | "Flags" | "ISRC" => cd,
        _ => true,
    };
    let columns: Vec<Head> = COLUMNS.into_iter().filter(|(name, ..)| there(name)).collect();
    let moved = keyboard(ui, open, &tracks, actions);
    let width: f32 = columns.iter().map(|(_, width, _)| width + ui.spacing().item_spacing.x).sum();
    let shown = ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(width.max(ui.available_width()));
        ui.spacing_mut().item_spacing.y = 2.0;
        rows(ui, state, open, &tracks, &columns, moved, actions)
    });
    shown.inner
}

fn rows(
    ui: &mut Ui,
    state: &State,
    open: &OpenImage,
    tracks: &[(&Session, &Track)],
    columns: &[Head],
    moved: bool,
    actions: &mut Actions,
) -> Option<TrackId> {
    let mut pointed = None;
    let mut table = TableBuilder::new(ui)
        .id_salt(("tracks", open.image.path.as_os_str()))
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .auto_shrink([false, true]);
    for (n, (_, width, _)) in columns.iter().enumerate() {
        let last = n + 1 == columns.len();
        let last = last && columns.len() > 6;
        table = table.column(if last { Column::remainder().at_least(*width) } else { Column::exact(*width) }.clip(true));
    }
    let selected = tracks.iter().position(|(session, track)| Some(id(session, track)) == open.selected);
    if let (Some(row), true) = (selected, moved) {
        table = table.scroll_to_row(row, None);
    }
    let heads = table.header(24.0, |mut row| {
        for (name, _, right) in columns {
            row.col(|ui| {
                let weak = tokens(ui).weak;
                cell(ui, *right, RichText::new(*name).size(SMALL).color(weak));
            });
        }
    });
    heads.body(|body| {
        body.rows(ROW, tracks.len(), |mut row| {
            let Some(&(session, track)) = tracks.get(row.index()) else { return };
            let this = id(session, track);
            let selected = open.selected == Some(this);
            row.set_selected(selected);
            row.set_hovered(state.hovered == Some(this));
            for (name, _, right) in columns {
                row.col(|ui| one(ui, name, *right, open.image.disc(), session, track));
            }
            let response = row.response();
            response
                .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, selected, in_words(open.image.disc(), track)));
            pointed = if response.hovered() { Some(this) } else { pointed };
            if response.clicked() {
                actions.push(Action::Select((!selected).then_some(this)));
            }
        });
    });
    pointed
}

fn title<'a>(disc: &'a Disc, track: &Track) -> Option<&'a str> {
    disc.cd_text.text(0, track.number, Field::Title)
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

/// What stands in a column of this name.
fn one(ui: &mut Ui, column: &str, right: bool, disc: &Disc, session: &Session, track: &Track) {
    let cd = disc.medium.is_cd();
    let time = |lba: Lba| if cd { lba.to_msf().to_string() } else { String::new() };
    let text = match column {
        "Track" => track.number.to_string(),
        "Kind" => {
            let (rect, _) = ui.allocate_exact_size(vec2(16.0, ROW), Sense::hover());
            swatch(ui, rect.center() + vec2(4.0, 0.0), Kind::of(track.mode));
            kind(disc, session, track)
        }
        TITLE => title(disc, track).unwrap_or_default().to_owned(),
        "Index 0" if track.pregap > 0 => time(track.first()),
        "Index 1" => time(track.start),
        "LBA" if track.start < Lba(0) => track.start.to_string(),
        "LBA" => words::number(track.start.0.unsigned_abs().into()),
        "Length" if cd => words::time(track.length),
        "Length" => words::number(track.length.into()),
        "Size" => words::size(bytes(track)),
        "Flags" => track.control.words().join(", "),
        "ISRC" => track.isrc.map(|isrc| isrc.to_string()).unwrap_or_default(),
        _ => String::new(),
    };
    cell(ui, right, text);
}

fn kind(disc: &Disc, session: &Session, track: &Track) -> String {
    let first = session.tracks.first().is_some_and(|first| first.number == track.number);
    if disc.sessions.len() > 1 && first { format!("{}, session {}", track.mode, session.number) } else { track.mode.to_string() }
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
    let title = title(disc, track).map(|title| format!(" “{title}”")).unwrap_or_default();
    format!("Track {}{title}: {}, starts at {start}, {}", track.number, track.mode, words::size(bytes(track)))
}
