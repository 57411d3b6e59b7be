//! The sheet beside the disc in which saving the disc in a drive is chosen.

use egui::{DragValue, ScrollArea, TextEdit, Ui};

use super::actions::{Action, Actions};
use super::convert_sheet::{self, Asks};
use super::format_list;
use super::icons::Icon;
use super::rip_form::{MOST_RETRIES, RipForm};
use super::state::{OpenImage, State};
use super::theme::{M, S, XS, tokens};
use super::widgets::{fold, marked_line, note, tinted};
use super::{tuning_fields, words};
use crate::job::AudioCheck;

/// Width of the list of speeds.
const LISTS: f32 = 180.0;

/// Shows the sheet.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, form: &mut RipForm, actions: &mut Actions) {
    let before = form.image.clone();
    convert_sheet::head(ui, "Save the disc", &format!("{}, {}", open.name(), open.summary()), actions);
    let frame = egui::Frame::new().inner_margin(egui::Margin { right: S as i8, ..egui::Margin::ZERO });
    egui::Panel::bottom("promise").frame(frame).show_separator_line(false).resizable(false).show(ui, |ui| {
        ui.add_space(M);
        earlier(ui, form);
        convert_sheet::losses(ui, open, &mut form.image);
        let (obstacle, remark) = (form.obstacle(state, open), remark(form));
        let chosen = form.clone();
        let asks = Asks { icon: Icon::Save, obstacle, remark, task: &|allow_loss| chosen.task(open, allow_loss) };
        convert_sheet::button_that_says_what_it_does(ui, open, &mut form.image, &asks, actions);
        if form.image.confirming {
            convert_sheet::confirm(ui, open, &mut form.image, &asks, actions);
        }
    });
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(ui.available_width() - S);
        format_list::show(ui, open, &mut form.image);
        ui.add_space(S);
        convert_sheet::target(ui, &mut form.image, actions);
        ui.add_space(XS);
        options(ui, open, form, actions);
    });
    if form.image != before {
        form.image.refresh(open);
    }
    if let Some(folder) = form.unasked() {
        form.earlier = super::rip_form::Earlier::Asked(folder.clone());
        actions.push(Action::LookForRip(folder));
    }
}

/// What stands below the button.
fn remark(form: &RipForm) -> &'static str {
    match (form.accept_damage, form.image.verify) {
        (true, _) => "Where sectors can't be read, something else stands in the image; all are listed.",
        (false, true) => "It is done when every sector was read, and the image was read back and found equal.",
        (false, false) => "It is done when every sector was read. The image will not be compared with them.",
    }
}

/// What an earlier run under this name has left.
fn earlier(ui: &mut Ui, form: &RipForm) {
    let Some(earlier) = form.earlier() else { return };
    let t = tokens(ui);
    let read = u64::from(earlier.read) * 100 / u64::from(earlier.sectors.max(1));
    let (text, color, ground) = match form.restart {
        false => {
            let goes_on = "It goes on from there: nothing is read twice.";
            (format!("A run that was begun {} has read {read} % of this disc. {goes_on}", earlier.begun), t.accent, t.accent_soft)
        }
        true => (format!("What a run that was begun {} has read, {read} %, is given up.", earlier.begun), t.warn, t.warn_soft),
    };
    tinted(ui, ground, color).show(ui, |ui| {
        ui.set_width(ui.available_width());
        marked_line(ui, if form.restart { Icon::Warning } else { Icon::Again }, color, &text);
    });
    ui.add_space(M);
}

fn options(ui: &mut Ui, open: &OpenImage, form: &mut RipForm, actions: &mut Actions) {
    let mut more = form.image.more;
    if fold(ui, &mut more, "More options") {
        ui.indent("rip options", |ui| {
            drive_options(ui, open, form, actions);
            convert_sheet::image_options(ui, &mut form.image);
        });
    }
    form.image.more = more;
}

fn drive_options(ui: &mut Ui, open: &OpenImage, form: &mut RipForm, actions: &mut Actions) {
    let medium = open.image.disc().medium;
    let times = RipForm::speeds(medium).iter().map(|&times| (Some(times), format!("{times}×")));
    let speeds: Vec<(Option<u16>, String)> = std::iter::once((None, "as fast as it goes".to_owned())).chain(times).collect();
    tuning_fields::list(ui, "Speed", LISTS, &speeds, &mut form.speed);
    if open.image.disc().audio_tracks() > 0 {
        let checks = [
            (AudioCheck::Auto, "read twice where needed".to_owned()),
            (AudioCheck::Twice, "always read twice".to_owned()),
            (AudioCheck::Once, "read once".to_owned()),
        ];
        tuning_fields::list(ui, "Audio", LISTS, &checks, &mut form.audio);
        ui.horizontal(|ui| {
            let name = tuning_fields::named(ui, "Read offset");
            let field = TextEdit::singleline(&mut form.offset).desired_width(LISTS / 2.0).margin(egui::vec2(S, XS));
            ui.add(field.hint_text("as known")).labelled_by(name);
            note(ui, "samples");
        });
        if ui.checkbox(&mut form.look_up, "Ask AccurateRip, CTDB, MusicBrainz and gnudb").changed() {
            actions.push(Action::LookUp(form.look_up));
        }
        note(ui, "Over the internet: they get the table of contents of the disc, and say who else has read it so.");
    }
    ui.horizontal(|ui| {
        let name = tuning_fields::named(ui, "Retries");
        ui.add(DragValue::new(&mut form.retries).range(0..=MOST_RETRIES)).labelled_by(name);
        note(ui, "rounds over bad sectors");
    });
    if medium.is_cd() {
        let can = form.can_subchannel(open);
        ui.add_enabled_ui(can, |ui| ui.checkbox(&mut form.subchannel, "Keep the subchannel"));
        if !can {
            note(ui, "The chosen format has no place for a subchannel.");
        }
    }
    ui.checkbox(&mut form.accept_damage, "Make the image even if sectors can't be read");
    if form.earlier().is_some() {
        ui.checkbox(&mut form.restart, "Begin anew, and give up what an earlier run has read");
    }
    ui.checkbox(&mut form.eject, "Eject the disc when it is saved");
    if form.is_in_software() {
        let name = note(ui, "Faults of the drive in software (a script)");
        let field = TextEdit::singleline(&mut form.script).desired_width(f32::INFINITY).margin(egui::vec2(S, S));
        ui.add(field.hint_text("path of the script")).labelled_by(name.id);
    }
    let working = words::for_file(&form.folder().file_name().unwrap_or_default().to_string_lossy());
    note(ui, format!("Until the image is made, what was read lies in “{working}”."));
}
