//! Several discs as a table: what each is, what would become of it, what became of it.

use egui::{Align, Label, Layout, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};

use super::actions::{Action, Actions};
use super::batch::{Batch, Row, RowStage, fate, running};
use super::batch_form::{BatchForm, Verdict, verdict};
use super::icons::Icon;
use super::theme::{ROW, S, SMALL, TITLE, Tokens, tokens};
use super::widgets::{Look, button, icon_button, inline_icon, note};
use super::words;

/// Discs up to which all can be opened by one press.
const FEW: usize = 8;

/// Shows what there is, above the table.
pub fn head(ui: &mut Ui, batch: &Batch, actions: &mut Actions) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 230.0).max(160.0);
        ui.allocate_ui_with_layout(egui::vec2(width, 44.0), Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(batch.title()).size(TITLE).color(tokens(ui).text));
            note(ui, batch.summary());
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let images: Vec<_> = batch.rows.iter().filter_map(Row::found).map(|found| found.path.clone()).collect();
            if (1..=FEW).contains(&images.len()) {
                let words = if images.len() == 1 { "Open it".to_owned() } else { format!("Open all {}", images.len()) };
                if button(ui, Some(Icon::File), &words, Look::Normal).clicked() {
                    actions.extend(images.into_iter().map(|path| Action::Open(vec![path])));
                }
            }
        });
    });
}

/// Shows the table.
pub fn show(ui: &mut Ui, batch: &Batch, form: &BatchForm, actions: &mut Actions) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let t = tokens(ui);
    let wide = ui.available_width() > 720.0;
    let verdicts = if wide { 250.0 } else { 190.0 };
    let table = TableBuilder::new(ui)
        .id_salt("batch")
        .cell_layout(Layout::left_to_right(Align::Center))
        .auto_shrink([false, false])
        .column(Column::exact(28.0))
        .column(Column::remainder().at_least(110.0).clip(true))
        .column(Column::exact(if wide { 220.0 } else { 150.0 }).clip(true))
        .column(Column::exact(64.0))
        .column(Column::exact(verdicts).clip(true))
        .column(Column::exact(28.0));
    let heads = table.header(24.0, |mut row| {
        row.col(|ui| all(ui, batch, actions));
        let becomes = form.chosen().map_or("", |format| format.title);
        for head in ["Disc", "What it is", "Size", becomes, ""] {
            row.col(|ui| drop(note(ui, head)));
        }
    });
    heads.body(|body| {
        body.rows(ROW, batch.rows.len(), |mut line| {
            let number = line.index();
            let Some(row) = batch.rows.get(number) else { return };
            let said = Said::of(row, form, t);
            line.col(|ui| tick(ui, batch, number, row, &said, actions));
            line.col(|ui| text(ui, row.name(), &row.finding.path.display().to_string()));
            line.col(|ui| text(ui, row.what(), &row.what()));
            line.col(|ui| drop(ui.label(row.found().map(|found| words::size(found.bytes)).unwrap_or_default())));
            line.col(|ui| said.show(ui, row, actions));
            line.col(|ui| {
                if let Some(found) = row.found()
                    && icon_button(ui, Icon::File, &format!("Open {}", row.name())).clicked()
                {
                    actions.push(Action::Open(vec![found.path.clone()]));
                }
            });
        });
    });
}

fn text(ui: &mut Ui, text: String, all: &str) {
    ui.add(Label::new(text).truncate()).on_hover_text(all);
}

/// The tick for all.
fn all(ui: &mut Ui, batch: &Batch, actions: &mut Actions) {
    let mut images = batch.rows.iter().filter(|row| row.found().is_some()).peekable();
    let enabled = images.peek().is_some() && batch.job.is_none();
    let before = images.all(|row| row.ticked);
    let mut ticked = before;
    ui.add_enabled_ui(enabled, |ui| {
        let response = ui.checkbox(&mut ticked, "");
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, ticked, "Convert all"));
    });
    if ticked != before {
        actions.push(Action::Tick(None, ticked));
    }
}

fn tick(ui: &mut Ui, batch: &Batch, number: usize, row: &Row, said: &Said, actions: &mut Actions) {
    let enabled = row.found().is_some() && batch.job.is_none();
    let mut ticked = row.ticked;
    ui.add_enabled_ui(enabled, |ui| {
        let response = ui.checkbox(&mut ticked, "");
        let size = row.found().map(|found| format!(", {}", words::size(found.bytes))).unwrap_or_default();
        let label = format!("Convert {}: {}{size}; {}", row.name(), row.what(), said.full);
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, ticked, &label));
    });
    if ticked != row.ticked {
        actions.push(Action::Tick(Some(number), ticked));
    }
}

/// What is said of a disc in the last column.
struct Said {
    icon: Option<Icon>,
    color: egui::Color32,
    short: String,
    full: String,
}

impl Said {
    fn of(row: &Row, form: &BatchForm, t: &Tokens) -> Said {
        let said = |icon, color, short: &str| Said { icon, color, short: short.to_owned(), full: short.to_owned() };
        match (&row.stage, &row.finding.result) {
            (RowStage::Waiting, _) => return said(Some(Icon::Clock), t.weak, "Waiting"),
            (RowStage::Running(progress), _) => return said(Some(Icon::Play), t.accent, &running(progress.as_ref())),
            (RowStage::Ended(entry), _) => {
                let (words, good) = fate(entry);
                let (icon, color) = if good { (Icon::Done, t.good) } else { (Icon::Error, t.bad) };
                return said(Some(icon), color, &words);
            }
            (RowStage::Idle, Err(_)) if row.finding.is_locked() => return said(None, t.weak, "Needs its password"),
            (RowStage::Idle, Err(error)) => return said(Some(Icon::Error), t.bad, &error.to_string()),
            (RowStage::Idle, Ok(_)) => {}
        }
        match verdict(row, form.format) {
            Verdict::None => said(None, t.weak, ""),
            Verdict::Same => said(None, t.weak, "Has this format already"),
            Verdict::Never => said(Some(Icon::Warning), t.warn, "Can't be held by this format"),
            Verdict::Keeps([]) => said(Some(Icon::Done), t.good, "Keeps everything"),
            Verdict::Keeps(losses) => {
                let all: Vec<String> = losses.iter().map(ToString::to_string).collect();
                let full = format!("Loses {}", all.join("; "));
                let short = if losses.len() == 1 { full.clone() } else { format!("Loses {} things", losses.len()) };
                Said { icon: Some(Icon::Warning), color: t.warn, short, full }
            }
        }
    }

    fn show(&self, ui: &mut Ui, row: &Row, actions: &mut Actions) {
        ui.spacing_mut().item_spacing.x = S;
        if let Some(icon) = self.icon {
            inline_icon(ui, icon, self.color);
        }
        if row.finding.is_locked() && button(ui, None, "Password…", Look::Quiet).clicked() {
            actions.push(Action::AskPassword(row.finding.path.clone()));
        }
        let words = RichText::new(&self.short).size(SMALL).color(self.color);
        ui.add(Label::new(words).truncate()).on_hover_text(&self.full);
    }
}
