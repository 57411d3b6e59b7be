//! [`App`]: the frame of the window. Each frame has three phases: what happened is collected, the views draw from the state, and
//! the actions that they returned are done.

mod opening;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use egui::{CentralPanel, Context, Frame, Key, Margin, Panel, Ui, UserAttentionType, ViewportCommand};

use super::actions::{Action, Actions, Question, SheetName};
use super::batch::Batch;
use super::batch_form::BatchForm;
use super::burn::close::CloseForm;
use super::burn::erase::EraseForm;
use super::closing::Stops;
use super::helpers::{Answer, Helpers, Saver};
use super::image_view::Table;
use super::jobs_panel::Folds;
use super::lookout::{Lookout, Sighting};
use super::notices::{Notice, Unfolded};
use super::settings::Settings;
use super::sheets::Sheet;
use super::state::State;
use super::theme::{L, M, XL, tokens};
use super::vigil::Vigil;
use super::work::Job;
use super::{batch_sheet, batch_table, closing, front, image_view, jobs_panel, menu, notices, password, sheets, sidebar, theme};
use crate::image::file_name;
use crate::job::{Named, Pool, Task, blank_of, drive_path};

/// Jobs at work at the same time; each uses all processors by itself.
const WORKERS: usize = 2;
/// Things that are opened at the same time: a disc in a drive that spins up must not stand in the way of an image.
const OPENERS: usize = 2;
/// Width of the list at the left.
const SIDEBAR: f32 = 264.0;
/// Width of a sheet.
const SHEET: f32 = 408.0;

/// What the views remember that nobody else has to know.
#[derive(Default)]
struct Views {
    sheet: Option<Sheet>,
    folds: Folds,
    unfolded: Unfolded,
    table: Table,
    password: password::Field,
    batch: Option<BatchForm>,
}

/// The window: state, views, and the pool that does the work.
pub struct App {
    state: State,
    views: Views,
    jobs: Pool,
    /// Opening has a worker of its own, so that no long job stands in its way.
    opener: Pool,
    helpers: Helpers,
    vigil: Vigil,
    /// The sheet that is to be shown when this has been opened.
    then: Option<(PathBuf, SheetName)>,
    lookout: Lookout,
    /// Whether a drive was busy with a job when it should have been asked how it is.
    unasked: bool,
    /// Whether the user is at this window.
    focused: bool,
    saver: Saver,
    context: Arc<OnceLock<Context>>,
    title: String,
    /// Whether the user is being asked about the jobs that closing would stop.
    closing: bool,
}

impl App {
    /// With these settings, which are kept in the file `place`, or nowhere. `paths` are opened.
    pub fn new(settings: Settings, place: Option<PathBuf>, paths: Vec<PathBuf>) -> App {
        let context: Arc<OnceLock<Context>> = Arc::default();
        let shared = context.clone();
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
            if let Some(context) = shared.get() {
                context.request_repaint();
            }
        });
        let mut app = App {
            state: State::new(settings),
            views: Views::default(),
            jobs: Pool::new(WORKERS, wake.clone()),
            opener: Pool::new(OPENERS, wake.clone()),
            helpers: Helpers::new(wake.clone()),
            vigil: Vigil::default(),
            then: None,
            lookout: Lookout::new(wake),
            unasked: false,
            focused: true,
            saver: Saver::new(place),
            context,
            title: String::new(),
            closing: false,
        };
        app.open(paths);
        app.lookout.look(None, true);
        app
    }

    /// What the window shows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// First phase: collects what happened since the last frame.
    pub fn collect(&mut self, ctx: &Context) {
        if self.context.set(ctx.clone()).is_ok() {
            theme::install(ctx, self.state.settings.theme);
        }
        let now = Instant::now();
        let recent = self.state.settings.recent.first().cloned();
        let was_on_batch = self.state.on_batch;
        while let Ok(event) = self.opener.events().try_recv() {
            self.state.on_opener_event(event);
        }
        if self.state.on_batch && !was_on_batch {
            self.views.sheet = None;
        }
        self.follow_up();
        while let Ok(event) = self.jobs.events().try_recv() {
            self.state.on_event(now, event);
        }
        self.unasked |= std::mem::take(&mut self.state.written);
        self.vigil.hold(self.state.jobs.iter().any(Job::makes));
        if self.state.settings.recent.first() != recent.as_ref() {
            self.keep_settings();
        }
        let answers: Vec<Answer> = self.helpers.answers().collect();
        answers.into_iter().for_each(|answer| self.answered(answer));
        self.collect_sightings(ctx);
        self.tell_news(ctx);
        self.name_window(ctx);
    }

    /// Shows the sheet for which something was opened.
    fn follow_up(&mut self) {
        let opened = |path: &PathBuf| self.state.shown().is_some_and(|open| open.image.path == *path);
        if let Some((_, sheet)) = self.then.take_if(|(path, _)| opened(path)) {
            self.show_sheet(sheet);
        } else if self.state.opening.is_empty() && self.state.locked.is_empty() {
            self.then = None;
        }
    }

    /// Who is not at the window hears of what has ended.
    fn tell_news(&mut self, ctx: &Context) {
        let news = std::mem::take(&mut self.state.news);
        if news.is_empty() || self.focused || self.state.settings.quiet {
            return;
        }
        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Informational));
        news.into_iter().for_each(|(title, text)| self.helpers.notify(title, text));
    }

    /// Hears the look-out, and has it look again where that is due.
    fn collect_sightings(&mut self, ctx: &Context) {
        self.lookout.sightings().into_iter().for_each(|sighting| self.sighted(sighting));
        if self.unasked && self.state.busy_drives().is_empty() {
            self.unasked = false;
            self.look_at_drives(true);
        }
        let focused = ctx.input(|input| input.focused);
        if !self.lookout.hears() && focused && !self.focused {
            // Drives that were known are not asked: that would spin up discs whenever the window is touched.
            self.look_at_drives(false);
        }
        self.focused = focused;
    }

    fn sighted(&mut self, sighting: Sighting) {
        match sighting {
            Sighting::Changed => self.look_at_drives(true),
            Sighting::Found { named, all } => {
                let known: Vec<String> = self.state.drives.all.iter().map(|drive| drive.name.clone()).collect();
                self.state.drives_found(named.clone());
                named.into_iter().filter(|named| all || !known.contains(&named.name)).for_each(|named| self.ask_drive(named));
            }
            Sighting::Asked(listed) => {
                let named = Named { name: listed.name.clone(), label: listed.label.clone() };
                self.state.drive_asked(*listed);
                if self.lookout.answered(&named.name) {
                    self.ask_drive(named);
                }
            }
        }
    }

    fn look_at_drives(&self, all: bool) {
        self.lookout.look(self.state.drives.demo.clone(), all);
    }

    fn ask_drive(&mut self, named: Named) {
        if self.state.busy_drives().contains(&named.name) {
            // A question would come between the reads of the job: it is asked afterwards.
            self.unasked = true;
            return;
        }
        let password = self.state.drives.demo.as_deref().and_then(|image| self.state.password_of(image)).cloned();
        self.lookout.ask(named, password);
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Open(paths) => self.open(paths),
            Answer::Burn(path) => self.open_for(path, SheetName::Burn),
            Answer::Audio(paths) => self.audio_cd(paths),
            Answer::Target(path) => {
                if let Some(Sheet::Burn(form)) = &mut self.views.sheet {
                    form.keep = path.display().to_string();
                }
                let form = match &mut self.views.sheet {
                    Some(Sheet::Convert(form)) => Some(&mut **form),
                    Some(Sheet::Rip(form)) => Some(&mut form.image),
                    _ => None,
                };
                if let Some(form) = form
                    && let Some(open) = self.state.image(form.image)
                {
                    form.set_target(&path, open);
                }
            }
            Answer::Earlier(folder, earlier) => {
                if let Some(Sheet::Rip(form)) = &mut self.views.sheet {
                    form.found(folder, earlier);
                }
            }
            Answer::Into(folder) => {
                if let Some(form) = &mut self.views.batch {
                    form.folder = folder.display().to_string();
                }
            }
            Answer::NoDialog(Question::Target { .. } | Question::Into(_)) => self.state.tell(Notice {
                happened: "This system offers no file dialog.".to_owned(),
                means: "Nothing was changed.".to_owned(),
                try_this: "Type the folder into its field.".to_owned(),
                technical: "the desktop portal (xdg-desktop-portal) did not answer".to_owned(),
                ..Notice::default()
            }),
            Answer::NoDialog(_) => self.views.sheet = Some(Sheet::open_path(true)),
            Answer::NotShown(path, error) => self.state.tell(Notice {
                happened: format!("The folder of “{}” could not be shown.", file_name(&path)),
                means: "The file is where it was saved.".to_owned(),
                try_this: "Open its folder with your file manager.".to_owned(),
                technical: format!("{}: {error}", path.display()),
                ..Notice::default()
            }),
        }
    }

    fn name_window(&mut self, ctx: &Context) {
        let shown = self.state.shown().map(|open| open.name()).or_else(|| self.state.shown_batch().map(Batch::title));
        let title = shown.map_or_else(|| "Spindle".to_owned(), |name| format!("{name} — Spindle"));
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Second and third phase: draws, then does what the views returned.
    pub fn draw(&mut self, ui: &mut Ui) {
        let mut actions = Actions::new();
        self.window(ui, &mut actions);
        let changed = !actions.is_empty();
        for action in actions {
            self.apply(ui.ctx(), action);
        }
        if changed {
            ui.ctx().request_repaint();
        }
    }

    fn window(&mut self, ui: &mut Ui, actions: &mut Actions) {
        self.dropped(ui, actions);
        menu::keys(ui, &self.state, actions);
        let (state, views) = (&self.state, &mut self.views);
        // A question or a menu takes Esc for itself.
        let asked =
            views.batch.as_ref().is_some_and(|form| form.confirming) || views.folds.is_asking() || !state.locked.is_empty();
        let asking = views.sheet.as_ref().is_none_or(|sheet| sheet.is_asking()) || asked;
        let was_open = !asking && !egui::Popup::is_any_open(ui.ctx());
        let t = tokens(ui);
        let frame = |fill, x: f32, y: f32| Frame::new().fill(fill).inner_margin(Margin::symmetric(x as i8, y as i8));
        Panel::top("menu").frame(frame(t.sidebar, M, 4.0)).show(ui, |ui| menu::show(ui, state, actions));
        Panel::left("list").exact_size(SIDEBAR).resizable(false).frame(frame(t.sidebar, M, M)).show(ui, |ui| {
            sidebar::show(ui, state, actions);
        });
        if let Some(sheet) = &mut views.sheet {
            Panel::right("sheet").exact_size(SHEET).resizable(false).frame(frame(t.sidebar, L, L)).show(ui, |ui| {
                sheets::show(ui, state, sheet, actions);
            });
        }
        if !state.jobs.is_empty() {
            Panel::bottom("jobs").resizable(false).frame(frame(t.sidebar, M, M)).show(ui, |ui| {
                jobs_panel::show(ui, state, &mut views.folds, actions);
            });
        }
        CentralPanel::default().frame(frame(t.window, XL, L)).show(ui, |ui| {
            notices::show(ui, state, &mut views.unfolded, actions);
            match (state.shown(), state.shown_batch()) {
                (Some(open), _) => image_view::show(ui, state, open, &mut views.table, actions),
                (None, Some(batch)) => {
                    let form = views.batch.get_or_insert_with(|| BatchForm::new(batch, state.settings.folder.as_deref()));
                    batch_sheet::show(ui, batch, form, &state.passwords(), actions);
                    batch_table::show(ui, batch, form, actions);
                }
                (None, None) => front::show(ui, actions),
            }
        });
        if state.batch.is_none() {
            views.batch = None;
        }
        let hovering = ui.input(|input| input.raw.hovered_files.len());
        if hovering > 0 {
            front::drop_hint(ui, hovering);
        }
        match state.locked.first() {
            Some(locked) => password::show(ui, locked, &mut views.password, actions),
            // What was typed is not kept longer than it is needed.
            None => views.password = password::Field::default(),
        }
        if was_open && ui.input(|input| input.key_pressed(Key::Escape)) {
            actions.push(Action::Sheet(None));
        }
        self.close_requested(ui, actions);
    }

    fn dropped(&self, ui: &Ui, actions: &mut Actions) {
        let dropped: Vec<PathBuf> = ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        actions.extend(self.meant_by(dropped));
    }

    /// Closing stops jobs: that is asked about first.
    fn close_requested(&mut self, ui: &Ui, actions: &mut Actions) {
        if ui.input(|input| input.viewport().close_requested()) && self.state.running() > 0 && !self.closing {
            ui.ctx().send_viewport_cmd(ViewportCommand::CancelClose);
            self.closing = true;
        }
        if self.closing {
            let runs = |of: &dyn Fn(&Job) -> bool| self.state.jobs.iter().any(|job| !job.over() && of(job));
            let stops = Stops { rips: runs(&|job| job.rip.is_some()), burns: runs(&|job| job.burn.is_some()) };
            self.closing = closing::show(ui, self.state.running(), stops, actions);
        }
    }

    fn keep_settings(&self) {
        self.saver.save(self.state.settings.to_text());
    }

    fn apply(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Open(paths) => self.open(paths),
            Action::LookAtDrives => self.look_at_drives(true),
            Action::PutInDemo(image) => {
                self.state.drives.demo = image;
                self.look_at_drives(true);
            }
            Action::ShowBatch => {
                self.views.sheet = None;
                self.state.show_batch();
            }
            Action::CloseBatch => self.state.close_batch(),
            Action::Tick(row, ticked) => {
                if let Some(batch) = &mut self.state.batch {
                    batch.tick(row, ticked);
                }
            }
            Action::AskPassword(path) => self.state.lock(path, false),
            Action::Unlock(path, password) => self.unlock(path, password),
            Action::LeaveLocked(path) => self.state.leave_locked(&path),
            Action::Ask(question) => self.helpers.ask(question),
            Action::Show(id) => self.state.show(id),
            Action::Close(id) => self.state.close(id),
            Action::Hover(track) => self.state.hovered = track,
            Action::Select(track) => self.state.select(track),
            Action::Sheet(name) => self.views.sheet = name.and_then(|name| sheets::fresh(name, &self.state)),
            Action::SaveDisc(drive) => self.open_for(drive, SheetName::Rip),
            Action::BurnFile(path) => self.open_for(path, SheetName::Burn),
            Action::BurnOn(drive) => self.burn_on(&drive),
            Action::AudioCd(files) => self.audio_cd(files),
            Action::EraseDisc(drive) => self.views.sheet = Some(Sheet::Erase(EraseForm::new(&drive))),
            Action::CloseDisc(drive) => self.views.sheet = Some(Sheet::Close(CloseForm::new(&drive))),
            Action::LookAtBlank(drive) => self.open_by(Task::LookAtBlank(drive)),
            Action::LayOut(list) => self.lay_out(list),
            Action::ConvertFile(path) => self.open_for(path, SheetName::Convert),
            Action::LookForRip(folder) => self.helpers.look_for_rip(folder),
            Action::Pick(place) => self.state.picked = place,
            Action::Start(task) => self.start(task),
            Action::Pause(id, paused) => {
                if let Some(control) = self.jobs.control(id) {
                    control.pause(paused);
                    self.state.paused(Instant::now(), id, paused);
                }
            }
            Action::Cancel(id) => {
                if let Some(control) = self.jobs.control(id) {
                    control.cancel();
                }
            }
            Action::Forget(id) => self.state.jobs.retain(|job| job.id != id),
            Action::ForgetAll => self.state.jobs.retain(|job| !job.over()),
            Action::Reveal(path) => self.helpers.reveal(path),
            Action::Copy(text) => ctx.copy_text(text),
            Action::Dismiss(id) => self.state.dismiss(id),
            Action::Theme(choice) => {
                self.state.settings.theme = choice;
                theme::choose(ctx, choice);
                self.keep_settings();
            }
            Action::Quiet(quiet) => {
                self.state.settings.quiet = quiet;
                self.keep_settings();
            }
            Action::LookUp(look_up) => {
                self.state.settings.look_up = look_up;
                self.keep_settings();
            }
            Action::ForgetRecent(path) => {
                self.state.settings.forget(&path);
                self.keep_settings();
            }
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    fn start(&mut self, task: Task) {
        let drive = match &task {
            Task::Rip(task) => Some(&task.drive),
            Task::Burn(task) => Some(&task.drive).filter(|drive| blank_of(drive).is_none()),
            Task::Erase(task) => Some(&task.drive),
            Task::Close(task) => Some(&task.drive),
            _ => None,
        };
        if let Some(drive) = drive.map(|drive| drive_path(drive))
            && let Some(job) = self.state.job_on(&drive).map(Job::title)
        {
            return self.refuse_drive(&drive, &job);
        }
        match &task {
            Task::Convert(task) => {
                self.state.settings.folder = task.target.parent().map(PathBuf::from);
                self.keep_settings();
            }
            // What was known is about to be found out anew; the table turns to it.
            Task::Hash { .. } => self.views.table = Table::Checksums,
            Task::Batch(task) => {
                self.state.settings.folder = Some(task.into.clone());
                self.keep_settings();
            }
            Task::Rip(task) => {
                self.state.settings.folder = task.image.target.parent().map(PathBuf::from);
                self.state.picked = None;
                self.keep_settings();
            }
            _ => {}
        }
        let id = self.jobs.submit(task.clone());
        self.state.submitted(Instant::now(), id, &task);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.collect(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
        let size = ui.input(|input| input.viewport().inner_rect).map(|rect| [rect.width(), rect.height()]);
        self.state.settings.window = size.or(self.state.settings.window);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.keep_settings();
    }
}
