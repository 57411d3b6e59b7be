//! Closing a disc to which more could be added, or which a failure has left open: what was chosen for it, and the sheet.

use egui::Ui;

use crate::drive::recorder::{Close, Kind};
use crate::job::{CloseTask, Task, drive_path};
use crate::ui::actions::{Action, Actions};
use crate::ui::convert_sheet;
use crate::ui::drives::Drive;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{M, XS};
use crate::ui::tuning_fields::list;
use crate::ui::widgets::{Look, note, wide_button};

/// Width of the list to choose from.
const LISTS: f32 = 220.0;

/// What was chosen for closing a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseForm {
    /// The recorder.
    pub drive: String,
    /// What is closed.
    pub close: Close,
    /// The disc is ejected in the end.
    pub eject: bool,
}

impl CloseForm {
    /// Of the disc in this drive.
    pub fn new(drive: &str) -> CloseForm {
        CloseForm { drive: drive.to_owned(), close: Close::Disc, eject: false }
    }

    /// Why it can't be begun; else what lies in the drive.
    fn kind(&self, state: &State) -> Result<Kind, String> {
        if let Some(job) = state.job_on(&drive_path(&self.drive)) {
            return Err(format!("The drive is busy: {}.", job.title()));
        }
        let open = closable(state).find(|drive| drive.name == self.drive).and_then(|drive| drive.writable);
        open.map(|open| open.kind).ok_or_else(|| "There is no disc in the drive that could be closed.".to_owned())
    }
}

/// The drives with a disc in them to which more can be added.
pub fn closable(state: &State) -> impl Iterator<Item = &Drive> {
    state.drives.all.iter().filter(|drive| drive.writable.is_some_and(|writable| writable.open))
}

/// Shows the sheet.
pub fn show(ui: &mut Ui, state: &State, form: &mut CloseForm, actions: &mut Actions) {
    let kind = form.kind(state);
    let drive = state.drives.all.iter().find(|drive| drive.name == form.drive);
    let about = drive.map_or_else(|| form.drive.clone(), |drive| format!("{}: {}", drive.title, drive.words));
    convert_sheet::head(ui, "Close the disc", &about, actions);
    let ways = [(Close::Disc, "the disc".to_owned()), (Close::Session, "the session".to_owned())];
    list(ui, "What", LISTS, &ways, &mut form.close);
    note(
        ui,
        match form.close {
            Close::Disc => "Every drive reads it then, and nothing can be added any more.",
            Close::Session => "Most drives read it then, and another session can be added.",
        },
    );
    ui.checkbox(&mut form.eject, "Eject the disc when it is done");
    ui.add_space(M);
    ui.add_enabled_ui(kind.is_ok(), |ui| {
        let name = kind.as_ref().map_or("disc", |kind| kind.name());
        let words = match form.close {
            Close::Disc => format!("Close the {name}"),
            Close::Session => format!("Close the session on the {name}"),
        };
        if wide_button(ui, Some(Icon::Done), &words, Look::Primary).clicked() {
            let CloseForm { drive, close, eject } = form.clone();
            actions.push(Action::Start(Task::Close(CloseTask { drive, close, eject })));
            actions.push(Action::Sheet(None));
        }
    });
    if let Err(why) = &kind {
        ui.add_space(XS);
        note(ui, why);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::job::Named;
    use crate::ui::drives::Writable;

    #[test]
    fn a_disc_that_is_open_is_closed_as_chosen() {
        let mut state = State::default();
        state.drives_found(vec![Named { name: "/dev/sr0".into(), label: "MAKER MODEL".into() }]);
        state.drives.all[0].writable = Some(Writable { kind: Kind::CdR, erasable: false, open: true });
        let frame = |ui: &mut Ui, (state, form, actions): &mut (State, CloseForm, Actions)| show(ui, state, form, actions);
        let shown = (state, CloseForm::new("/dev/sr0"), Vec::new());
        let mut harness = Harness::builder().with_size([400.0, 400.0]).build_ui_state(frame, shown);
        harness.run();
        for label in ["What", "the session", "Close the session on the CD-R"] {
            harness.get_by_label(label).click();
            harness.run();
        }
        assert!(matches!(harness.state().2.as_slice(),
            [Action::Start(Task::Close(task)), Action::Sheet(None)] if task.close == Close::Session && task.drive == "/dev/sr0"));
    }
}
