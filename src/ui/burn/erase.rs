//! Emptying a rewritable disc: what was chosen for it, and the sheet.

use egui::Ui;

use super::options::spare_areas;
use crate::drive::recorder::{Erase, Kind};
use crate::job::{EraseTask, Task, drive_path};
use crate::ui::actions::{Action, Actions};
use crate::ui::convert_sheet;
use crate::ui::drives::Drive;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{M, S, tokens};
use crate::ui::tuning_fields::list;
use crate::ui::widgets::{Look, ask, marked_line, note, tinted, wide_button};

/// Width of the lists to choose from.
const LISTS: f32 = 220.0;

/// What was chosen for emptying a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseForm {
    /// The recorder.
    pub drive: String,
    /// How thoroughly.
    pub how: Erase,
    /// Whether a part of the disc stands in for bad places.
    pub spare_areas: Option<bool>,
    /// The disc is ejected in the end.
    pub eject: bool,
    /// Whether the user is being asked whether that is meant.
    pub confirming: bool,
}

impl EraseForm {
    /// Of the disc in this drive.
    pub fn new(drive: &str) -> EraseForm {
        EraseForm { drive: drive.to_owned(), how: Erase::Quick, spare_areas: None, eject: false, confirming: false }
    }

    fn task(&self) -> Task {
        let EraseForm { drive, how, spare_areas, eject, .. } = self.clone();
        Task::Erase(EraseTask { drive, how, spare_areas, eject })
    }

    /// Why it can't be begun; else what lies in the drive.
    fn kind(&self, state: &State) -> Result<Kind, String> {
        if let Some(job) = state.job_on(&drive_path(&self.drive)) {
            return Err(format!("The drive is busy: {}.", job.title()));
        }
        let drive = state.drives.all.iter().find(|drive| drive.name == self.drive);
        let writable = drive.and_then(|drive| drive.writable).filter(|writable| writable.erasable);
        writable.map(|writable| writable.kind).ok_or_else(|| "There is no disc in the drive that could be erased.".to_owned())
    }
}

/// The drives with a disc in them that can be emptied.
pub fn erasable(state: &State) -> impl Iterator<Item = &Drive> {
    state.drives.all.iter().filter(|drive| drive.writable.is_some_and(|writable| writable.erasable))
}

/// Shows the sheet.
pub fn show(ui: &mut Ui, state: &State, form: &mut EraseForm, actions: &mut Actions) {
    let kind = form.kind(state);
    let drive = state.drives.all.iter().find(|drive| drive.name == form.drive);
    let about = drive.map_or_else(|| form.drive.clone(), |drive| format!("{}: {}", drive.title, drive.words));
    convert_sheet::head(ui, "Erase the disc", &about, actions);
    let t = tokens(ui);
    let name = kind.as_ref().map_or("disc", |kind| kind.name());
    tinted(ui, t.warn_soft, t.warn).show(ui, |ui| {
        ui.set_width(ui.available_width());
        marked_line(ui, Icon::Warning, t.warn, &format!("Everything on the {name} goes."));
    });
    ui.add_space(M);
    let ways = [(Erase::Quick, "quickly".to_owned()), (Erase::Full, "all of it".to_owned())];
    list(ui, "How", LISTS, &ways, &mut form.how);
    note(
        ui,
        match form.how {
            Erase::Quick => "Its tables only, a minute or two. What was on it can be found again by who searches for it.",
            Erase::Full => "All of the disc: it takes as long as writing it.",
        },
    );
    if let Ok(Kind::BdRe | Kind::DvdRam) = kind {
        spare_areas(ui, LISTS, &mut form.spare_areas);
    }
    ui.checkbox(&mut form.eject, "Eject the disc when it is done");
    ui.add_space(M);
    ui.add_enabled_ui(kind.is_ok(), |ui| {
        let words = format!("Erase everything on the {name}");
        form.confirming |= wide_button(ui, Some(Icon::Erase), &words, Look::Primary).clicked();
    });
    if let Err(why) = &kind {
        ui.add_space(S / 2.0);
        note(ui, why);
    }
    if form.confirming {
        confirm(ui, name, form, actions);
    }
}

fn confirm(ui: &Ui, name: &str, form: &mut EraseForm, actions: &mut Actions) {
    let body = |ui: &mut Ui| {
        ui.label(format!("Everything on the {name} in {} goes, and can't be had back.", form.drive));
    };
    let answer = ask(ui, "erase", &format!("Erase the {name}?"), body, "Go back", "Erase it");
    form.confirming = answer.is_none();
    if answer == Some(true) {
        actions.push(Action::Start(form.task()));
        actions.push(Action::Sheet(None));
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::job::Named;
    use crate::ui::drives::Writable;

    struct Shown {
        state: State,
        form: EraseForm,
        actions: Actions,
    }

    fn sheet(writable: Option<Writable>) -> Harness<'static, Shown> {
        let mut state = State::default();
        state.drives_found(vec![Named { name: "/dev/sr0".into(), label: "MAKER MODEL".into() }]);
        state.drives.all[0].writable = writable;
        let shown = Shown { state, form: EraseForm::new("/dev/sr0"), actions: Vec::new() };
        let frame = |ui: &mut Ui, shown: &mut Shown| show(ui, &shown.state, &mut shown.form, &mut shown.actions);
        let mut harness = Harness::builder().with_size([400.0, 600.0]).build_ui_state(frame, shown);
        harness.run();
        harness
    }

    fn press(harness: &mut Harness<'_, Shown>, label: &str) {
        harness.get_by_label(label).click();
        harness.run();
    }

    #[test]
    fn a_disc_is_erased_only_after_a_question() {
        let mut harness = sheet(Some(Writable { kind: Kind::CdRw, erasable: true, open: false }));
        assert!(harness.query_by_label_contains("Everything on the CD-RW goes.").is_some());
        press(&mut harness, "How");
        press(&mut harness, "all of it");
        press(&mut harness, "Erase everything on the CD-RW");
        press(&mut harness, "Go back");
        assert!(harness.state().actions.is_empty() && harness.query_by_label("Erase it").is_none());
        press(&mut harness, "Erase everything on the CD-RW");
        press(&mut harness, "Erase it");
        assert!(matches!(harness.state().actions.as_slice(),
            [Action::Start(Task::Erase(task)), Action::Sheet(None)] if task.drive == "/dev/sr0" && task.how == Erase::Full));
    }

    #[test]
    fn where_nothing_can_be_erased_the_sheet_says_so() {
        let mut harness = sheet(Some(Writable { kind: Kind::CdR, erasable: false, open: false }));
        assert!(harness.query_by_label_contains("There is no disc in the drive that could be erased.").is_some());
        press(&mut harness, "Erase everything on the disc");
        assert!(harness.state().actions.is_empty() && !harness.state().form.confirming);
    }
}
