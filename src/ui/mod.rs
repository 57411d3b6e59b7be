//! The window.
//!
//! Each frame has three phases: what happened is collected ([`State`] changes by events alone), the views draw from the state and
//! return actions, and the actions are done. A view never waits, opens no file, and does not know the pool.
//!
//! | environment | |
//! |---|---|
//! | `SPINDLE_CONFIG_DIR` | the folder of the settings file |
//! | `SPINDLE_THEME` | `light` or `dark`, whatever the settings say |
//! | `SPINDLE_TRACE_START` | tells on stderr when the first frame was drawn |

mod actions;
mod app;
mod batch;
mod batch_form;
mod batch_sheet;
mod batch_table;
mod burn;
mod checksums;
mod closing;
mod convert_form;
mod convert_sheet;
mod details;
mod disc_picture;
mod disc_strip;
mod drive_list;
mod drives;
mod format_list;
mod front;
mod geometry;
mod helpers;
mod icons;
mod image_view;
mod jobs_panel;
mod lookout;
mod menu;
mod notices;
mod password;
mod rip_drawing;
mod rip_form;
mod rip_places;
mod rip_sheet;
mod rip_words;
mod settings;
mod sheets;
mod sidebar;
mod state;
mod theme;
mod track_table;
mod tuning_fields;
mod tuning_form;
mod vigil;
mod widgets;
mod words;
mod work;

use std::path::PathBuf;
use std::time::Instant;

pub use app::App;
pub use settings::{Recent, Settings, ThemeChoice};
pub use state::{OpenImage, State};

/// Name of the program to the desktop: of its entry, its icon and its windows.
const APP_ID: &str = "org.spindle_disc.Spindle";
/// The icon.
const ICON: &[u8] = include_bytes!("../../icons/spindle-256.png");

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// The system gave none: no display, or no graphics that can be drawn with.
    #[error("the window could not be opened: {0}")]
    Window(#[from] eframe::Error),
}

/// Shows the window, and opens these files and folders in it. Returns when it is closed.
///
/// # Errors
/// Where there is no display, or nothing to draw on it with.
pub fn run(paths: Vec<PathBuf>) -> Result<(), UiError> {
    let begun = Instant::now();
    let settings = Settings::load();
    let [width, height] = settings.window.unwrap_or([1180.0, 800.0]);
    let viewport = egui::ViewportBuilder::default()
        .with_title("Spindle")
        .with_app_id(APP_ID)
        .with_icon(icon())
        .with_inner_size([width, height])
        .with_min_inner_size([860.0, 560.0])
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(move |_| {
        let app = App::new(settings, settings::place(), paths);
        Ok(match std::env::var_os("SPINDLE_TRACE_START") {
            Some(_) => Box::new(Traced { app, begun: Some(begun) }),
            None => Box::new(app),
        })
    });
    Ok(eframe::run_native("Spindle", options, create)?)
}

/// The icon, decoded. It is part of the program, so that decoding can only fail in a way that leaves the window without one.
fn icon() -> egui::IconData {
    let picture = ::image::load_from_memory(ICON).map(|picture| picture.to_rgba8());
    picture.map_or_else(
        |_| egui::IconData::default(),
        |picture| {
            let (width, height) = picture.dimensions();
            egui::IconData { rgba: picture.into_raw(), width, height }
        },
    )
}

/// Tells when the first frame was drawn.
struct Traced {
    app: App,
    begun: Option<Instant>,
}

impl eframe::App for Traced {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        eframe::App::logic(&mut self.app, ctx, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        eframe::App::ui(&mut self.app, ui, frame);
        if let Some(begun) = self.begun.take() {
            eprintln!("first frame after {} ms", begun.elapsed().as_millis());
        }
    }

    fn on_exit(&mut self, gl: Option<&eframe::glow::Context>) {
        self.app.on_exit(gl);
    }
}
