//! The recorders, in the sheet: each with what lies in it, and whether what is burned fits.

use egui::{Checkbox, RichText, TextEdit, Ui, vec2};

use super::form::{BurnForm, recorders};
use super::prospect::{Prospect, Verdict};
use super::words;
use crate::drive::recorder::{CannotBurn, Erase, Kind};
use crate::job::blank_with;
use crate::ui::actions::{Action, Actions, Question};
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{S, SMALL, XS, tokens};
use crate::ui::tuning_fields::list;
use crate::ui::widgets::{Look, button, card, meter, note, section};
use crate::virtual_drive::BlankKind;

/// Width of the list of blank discs.
const LISTS: f32 = 180.0;

/// Shows them; asks for what is not known yet of those that are ticked.
pub fn show(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    section(ui, "Recorder");
    let drives: Vec<(String, String, String)> =
        recorders(state).map(|drive| (drive.name.clone(), drive.title.clone(), drive.words.clone())).collect();
    // One that was unplugged could not be unticked any more.
    form.recorders.retain(|ticked| drives.iter().any(|(name, ..)| name == ticked));
    for (name, title, words) in drives {
        card(ui).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = XS;
            let mut ticked = form.recorders.contains(&name);
            ui.add(Checkbox::new(&mut ticked, format!("{title} ({name})")));
            form.recorders.retain(|ticked| *ticked != name);
            if ticked {
                form.recorders.push(name.clone());
            }
            outlook(ui, form, &name, &words);
        });
    }
    card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = XS;
        software(ui, state, form, actions);
    });
    for name in form.targets() {
        if state.ahead.recorder(&name).is_none() && !state.busy_drives().contains(&name) {
            actions.push(Action::LookAtBlank(name));
        }
    }
}

/// The recorder that is none: what one writes in it becomes an image.
fn software(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    ui.checkbox(&mut form.in_software, "A recorder in software");
    if !form.in_software {
        note(ui, "To see how it goes, without a disc.");
        return;
    }
    let blanks: Vec<(BlankKind, String)> = BlankKind::ALL.into_iter().map(|kind| (kind, words::blank(kind))).collect();
    list(ui, "Disc in it", LISTS, &blanks, &mut form.blank);
    outlook(ui, form, &blank_with(form.blank), "");
    let name = note(ui, "Keep its disc as an image");
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 116.0).max(80.0);
        let field = TextEdit::singleline(&mut form.keep).desired_width(width).margin(vec2(S, S));
        ui.add(field.hint_text("nowhere")).labelled_by(name.id);
        if button(ui, Some(Icon::Folder), "Choose…", Look::Normal).clicked() {
            let format = form.keep_format();
            actions.push(Action::Ask(Question::Target {
                folder: state.settings.folder.clone().or_else(|| form.folder(state)).unwrap_or_default(),
                name: form.keep_name(state),
                format: format.title,
                extensions: format.extensions,
            }));
        }
    });
    if form.more {
        let name = note(ui, "Faults of the recorder in software (a script)");
        let field = TextEdit::singleline(&mut form.script).desired_width(f32::INFINITY).margin(vec2(S, S));
        ui.add(field.hint_text("path of the script")).labelled_by(name.id);
    }
}

/// What lies in a recorder, and how what is burned goes on it. `words`: what its row at the left says of it.
fn outlook(ui: &mut Ui, form: &mut BurnForm, name: &str, words: &str) {
    let Some(prospect) = form.prospect(name).cloned() else {
        note(ui, words);
        return;
    };
    let t = tokens(ui);
    let wrong = matches!(prospect.verdict, Verdict::Unusable(_));
    let color = if wrong { t.warn } else { t.weak };
    ui.add(egui::Label::new(RichText::new(&prospect.words).size(SMALL).color(color)).wrap());
    fits(ui, &prospect);
    if let Verdict::Cannot(why) = &prospect.verdict {
        let text = RichText::new(words::sentence(&why.to_string())).size(SMALL).color(t.bad);
        ui.add(egui::Label::new(text).wrap());
        if let CannotBurn::NotErased(kind) = why
            && button(ui, None, &format!("Erase the {kind} first"), Look::Normal).clicked()
        {
            form.erase = Some(Erase::Quick);
        }
    }
}

/// How much of the disc is needed.
fn fits(ui: &mut Ui, prospect: &Prospect) {
    let (needed, free, fits) = match &prospect.verdict {
        Verdict::Fits(outlook) => (outlook.needed, outlook.free, true),
        Verdict::Cannot(CannotBurn::TooLong { needed, free }) => (*needed, *free, false),
        Verdict::Asking | Verdict::Unusable(_) | Verdict::Open | Verdict::Cannot(_) => return,
    };
    let t = tokens(ui);
    let room = |sectors| words::room(prospect.kind.unwrap_or(Kind::DvdR), sectors);
    let text = match fits {
        true => format!("Fits: {} of {}", room(needed), room(free)),
        false => format!("Does not fit: {} of {}", room(needed), room(free)),
    };
    let part = f64::from(needed) / f64::from(free.max(1));
    meter(ui, part as f32, if fits { t.accent } else { t.bad }, vec2(ui.available_width(), 6.0), &text);
    note(
        ui,
        match &prospect.verdict {
            Verdict::Fits(outlook) => format!("{text} · {}", outlook.mode),
            _ => text,
        },
    );
}
