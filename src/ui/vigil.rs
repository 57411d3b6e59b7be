//! [`Vigil`]: keeps the machine awake while something is being made. What has ended is told to the desktop by [`notify`].

use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

/// Keeps the machine from falling asleep by itself while it is told to. Screens may go dark.
///
/// Where the system can't be asked (no D-Bus, no logind), the machine sleeps as it likes, and nobody is bothered.
#[derive(Default)]
pub struct Vigil {
    held: bool,
    /// To the thread that asks the system: Windows counts these wishes by threads, and D-Bus may keep one waiting.
    tell: Option<Sender<bool>>,
}

impl Vigil {
    /// Whether the machine is to stay awake, from now on.
    pub fn hold(&mut self, awake: bool) {
        if awake == self.held {
            return;
        }
        self.held = awake;
        let tell = self.tell.get_or_insert_with(|| {
            let (tell, told) = unbounded();
            thread::spawn(move || watch(&told));
            tell
        });
        // The thread ends with this sender alone.
        let _ = tell.send(awake);
    }
}

fn watch(told: &Receiver<bool>) {
    let mut guard = None;
    for awake in told {
        guard = awake.then(system::stay_awake);
    }
    drop(guard);
}

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
mod system {
    use keepawake::{Builder, KeepAwake};

    /// Until what it returns is dropped. A desktop on Linux puts the machine to sleep by itself without regard to who is idle, so that sleep as such is
    /// put off there, where the user may do that.
    pub fn stay_awake() -> Option<KeepAwake> {
        let wish = |sleep| {
            let mut builder = Builder::default();
            builder.idle(true).sleep(sleep).app_name("Spindle").app_reverse_domain(crate::ui::APP_ID);
            builder.reason("A disc or an image of one is being made").create().ok()
        };
        wish(cfg!(target_os = "linux")).or_else(|| wish(false))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod system {
    /// No way to ask for it is known.
    pub fn stay_awake() {}
}

/// Tells the desktop that something has ended. Where nobody listens, nothing happens. May keep its thread waiting.
#[cfg(target_os = "linux")]
pub fn notify(title: &str, text: &str) {
    // The text may have marks in it (Desktop Notifications Specification, "Markup"); names of files have none.
    let plain = text.replace('&', "&amp;").replace('<', "&lt;");
    let hints = std::collections::HashMap::from([("desktop-entry", zbus::zvariant::Value::from(super::APP_ID))]);
    let no_actions: &[&str] = &[];
    let message = ("Spindle", 0u32, super::APP_ID, title, plain.as_str(), no_actions, hints, -1i32);
    const NAME: &str = "org.freedesktop.Notifications";
    let sent = zbus::blocking::Connection::session()
        .and_then(|bus| bus.call_method(Some(NAME), "/org/freedesktop/Notifications", Some(NAME), "Notify", &message));
    // There may be no bus, or nobody who shows notifications.
    drop(sent);
}

/// The window asks for attention by itself; these systems want more of a program that sends notifications than one that was not installed can give.
#[cfg(not(target_os = "linux"))]
pub fn notify(_: &str, _: &str) {}
