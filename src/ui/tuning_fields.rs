//! The fields in which it is chosen how a new image is packed: one for each choice that its format has.

use egui::{ComboBox, TextEdit, Ui};

use super::icons::Icon;
use super::theme::{S, tokens};
use super::tuning_form::{Parts, TuningForm, Typed};
use super::widgets::{marked_line, note};
use super::words;
use crate::image::packing::{Choices, PART_SIZES, Protection};

/// Width of what is named at the left.
const NAMES: f32 = 96.0;
/// Height of a list up to which all of it is seen at once.
const TALLEST: f32 = 340.0;
/// Width of the lists to choose from.
const LISTS: f32 = 180.0;

/// Shows them.
pub fn show(ui: &mut Ui, choices: &Choices, form: &mut TuningForm) {
    if !choices.codecs.is_empty() {
        let names: Vec<(Option<&'static str>, String)> = usual_first(choices.codecs, |codec| (*codec).to_owned());
        list(ui, "Compression", LISTS, &names, &mut form.codec);
    }
    if choices.levels {
        list(ui, "Effort", LISTS, &levels(), &mut form.level);
    }
    if !choices.blocks.is_empty() {
        let names: Vec<(Option<u32>, String)> = usual_first(choices.blocks, |&bytes| words::block(bytes));
        list(ui, "Blocks", LISTS, &names, &mut form.block);
    }
    if choices.split {
        parts(ui, form);
    }
    if let Some(protection) = choices.password {
        encryption(ui, protection, form);
    }
}

/// What can be chosen, and `None` for the first, which is the usual one.
fn usual_first<T: Copy>(all: &[T], name: impl Fn(&T) -> String) -> Vec<(Option<T>, String)> {
    let usual = |(n, value): (usize, &T)| match n {
        0 => (None, format!("{} (usual)", name(value))),
        _ => (Some(*value), name(value)),
    };
    all.iter().enumerate().map(usual).collect()
}

fn levels() -> Vec<(Option<u8>, String)> {
    let name = |level: u8| match level {
        1 => "1 (fastest)".to_owned(),
        9 => "9 (smallest)".to_owned(),
        level => level.to_string(),
    };
    std::iter::once((None, "as usual".to_owned())).chain((1..=9).map(|level| (Some(level), name(level)))).collect()
}

/// A list to choose one from, with its name before it.
pub fn list<T: Copy + PartialEq>(ui: &mut Ui, name: &str, width: f32, all: &[(T, String)], chosen: &mut T) {
    ui.horizontal(|ui| {
        let label = named(ui, name);
        let text = all.iter().find(|(value, _)| value == chosen).map_or("", |(_, text)| text.as_str());
        let combo = ComboBox::from_id_salt(name).selected_text(text).width(width).height(TALLEST).show_ui(ui, |ui| {
            for (value, text) in all {
                ui.selectable_value(chosen, *value, text);
            }
        });
        combo.response.labelled_by(label);
    });
}

/// The name of a field, before it: by it, the field is known to a screen reader.
pub fn named(ui: &mut Ui, name: &str) -> egui::Id {
    let size = egui::vec2(NAMES, 28.0);
    ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(NAMES);
        note(ui, name).id
    })
    .inner
}

fn parts(ui: &mut Ui, form: &mut TuningForm) {
    let mut all = vec![(Parts::Whole, "one file".to_owned())];
    all.extend(PART_SIZES.iter().enumerate().map(|(n, size)| (Parts::Usual(n), size.title.to_owned())));
    all.push((Parts::Own, "another size…".to_owned()));
    list(ui, "Parts", LISTS, &all, &mut form.parts);
    if form.parts == Parts::Own {
        ui.horizontal(|ui| {
            let label = named(ui, "Size of a part");
            let field = TextEdit::singleline(&mut form.own_size).hint_text("700 MB").desired_width(LISTS);
            ui.add(field.margin(egui::vec2(S, S))).labelled_by(label);
        });
    }
}

fn encryption(ui: &mut Ui, protection: Protection, form: &mut TuningForm) {
    ui.checkbox(&mut form.encrypt, "Encrypt it with a password");
    if !form.encrypt {
        return;
    }
    if let Some(warning) = protection.warning() {
        marked_line(ui, Icon::Warning, tokens(ui).warn, warning);
    }
    let shown = form.shown;
    let field = |ui: &mut Ui, name: &str, text: &mut Typed| {
        ui.horizontal(|ui| {
            let label = named(ui, name);
            let field = TextEdit::singleline(&mut text.0).password(!shown).desired_width(LISTS);
            ui.add(field.margin(egui::vec2(S, S))).labelled_by(label);
        });
    };
    field(ui, "Password", &mut form.password);
    if !shown {
        field(ui, "Once more", &mut form.again);
    }
    ui.checkbox(&mut form.shown, "Show what is typed");
    note(ui, "Nobody can open it without: write it down where you keep the discs.");
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    const ALL: Choices = Choices {
        codecs: &["zlib", "lzma"],
        levels: true,
        blocks: &[65_536, 2048],
        split: true,
        password: Some(Protection::Weak),
    };

    fn fields(choices: Choices) -> Harness<'static, TuningForm> {
        Harness::builder().build_ui_state(move |ui, form| show(ui, &choices, form), TuningForm::default())
    }

    fn choose(harness: &mut Harness<'_, TuningForm>, list: &str, value: &str) {
        harness.get_by_label(list).click();
        harness.run();
        harness.get_by_label(value).scroll_to_me();
        harness.run();
        harness.get_by_label(value).click();
        harness.run();
    }

    fn type_into(harness: &mut Harness<'_, TuningForm>, field: &str, text: &str) {
        harness.get_by_label(field).focus();
        harness.run();
        harness.get_by_label(field).type_text(text);
        harness.run();
    }

    #[test]
    fn every_choice_has_a_field_that_can_be_found_by_its_name() {
        let mut harness = fields(ALL);
        for (list, value) in [("Compression", "lzma"), ("Effort", "9 (smallest)"), ("Blocks", "2 KiB"), ("Parts", "CD, 700 MB")] {
            choose(&mut harness, list, value);
        }
        harness.get_by_label("Encrypt it with a password").click();
        harness.run();
        assert!(harness.query_by_label_contains("The encryption of this format is weak").is_some());
        type_into(&mut harness, "Password", "secret");
        assert!(harness.state().tuning(&ALL).is_err(), "it is typed twice");
        type_into(&mut harness, "Once more", "secret");
        let wish = harness.state().tuning(&ALL).unwrap();
        assert_eq!((wish.codec.as_deref(), wish.level, wish.block), (Some("lzma"), Some(9), Some(2048)));
        assert_eq!((wish.split, wish.password), (Some(700_000_000), Some("secret".into())));
        harness.get_by_label("Show what is typed").click();
        harness.run();
        assert!(harness.query_by_label("Once more").is_none(), "what can be read is typed once");
        choose(&mut harness, "Parts", "another size…");
        type_into(&mut harness, "Size of a part", "1.5 GB");
        assert_eq!(harness.state().tuning(&ALL).unwrap().split, Some(1_500_000_000));
        choose(&mut harness, "Compression", "zlib (usual)");
        assert_eq!(harness.state().tuning(&ALL).unwrap().codec, None);
    }

    #[test]
    fn a_format_without_choices_has_no_fields_and_a_sound_cipher_no_warning() {
        let mut harness = fields(Choices::NONE);
        harness.run();
        for name in ["Compression", "Effort", "Blocks", "Parts", "Encrypt it with a password"] {
            assert!(harness.query_by_label(name).is_none(), "{name}");
        }
        let mut harness = fields(Choices { password: Some(Protection::Sound), ..Choices::NONE });
        harness.get_by_label("Encrypt it with a password").click();
        harness.run();
        assert!(harness.query_by_label_contains("weak").is_none() && harness.query_by_label("Password").is_some());
    }
}
