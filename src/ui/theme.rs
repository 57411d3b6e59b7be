//! The looks: one table of tokens, from which both themes are made. Distances lie on a grid of 4 points.

use egui::style::{TextCursorStyle, WidgetVisuals, Widgets};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, ThemePreference, Visuals, vec2,
};

use super::geometry::Kind;
use super::settings::ThemeChoice;

/// The smallest distance: between an icon and its word.
pub const XS: f32 = 4.0;
/// Between things that belong together.
pub const S: f32 = 8.0;
/// Between things in a row, and inside cards.
pub const M: f32 = 12.0;
/// Between groups.
pub const L: f32 = 16.0;
/// Around panels.
pub const XL: f32 = 24.0;
/// Height of a button.
pub const BUTTON: f32 = 32.0;
/// Height of a line in a table.
pub const ROW: f32 = 28.0;
/// Corners of buttons and fields.
pub const RADIUS: u8 = 6;
/// Corners of cards and sheets.
pub const CARD_RADIUS: u8 = 10;

/// Sizes of text.
pub const TITLE: f32 = 22.0;
/// Headings of groups.
pub const HEADING: f32 = 16.0;
/// Running text.
pub const BODY: f32 = 14.0;
/// Notes, second lines, heads of columns.
pub const SMALL: f32 = 12.0;

/// The colours of one theme.
pub struct Tokens {
    /// Behind everything.
    pub window: Color32,
    /// Behind lists at the side.
    pub sidebar: Color32,
    /// Behind what is set apart.
    pub card: Color32,
    /// Behind text that can be typed.
    pub field: Color32,
    /// Thin lines.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text that steps back.
    pub weak: Color32,
    /// The one accent.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_strong: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// A hint of the accent: selections.
    pub accent_soft: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// All is well.
    pub good: Color32,
    /// Something to know.
    pub warn: Color32,
    /// Behind something to know.
    pub warn_soft: Color32,
    /// Something went wrong.
    pub bad: Color32,
    /// Behind something that went wrong.
    pub bad_soft: Color32,
    /// Sectors that are damaged, among all others of a disc.
    pub damage: Color32,
    /// Data sectors.
    data: Color32,
    /// Mode 2 sectors.
    mode2: Color32,
    /// Audio sectors.
    audio: Color32,
    /// Gaps.
    pub gap: Color32,
    /// Lead-outs.
    lead_out: Color32,
    /// What is drawn on a coloured part: its pattern.
    pub pattern: Color32,
    /// A disc where nothing is written.
    pub blank: Color32,
    /// The clear plastic around the hole.
    pub hub: Color32,
    /// Light that falls on a disc.
    pub sheen: Color32,
}

const fn rgb(value: u32) -> Color32 {
    Color32::from_rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
}

static LIGHT: Tokens = Tokens {
    window: rgb(0xfafbfe),
    sidebar: rgb(0xf0f2f9),
    card: rgb(0xffffff),
    field: rgb(0xffffff),
    line: rgb(0xdde1ee),
    text: rgb(0x1b2040),
    weak: rgb(0x596084),
    accent: rgb(0x4255bd),
    accent_strong: rgb(0x33449f),
    on_accent: rgb(0xffffff),
    accent_soft: rgb(0xe2e6fa),
    hover: rgb(0xe9ecf7),
    good: rgb(0x0f7466),
    warn: rgb(0x8a5200),
    warn_soft: rgb(0xfff3dc),
    bad: rgb(0xb3261e),
    bad_soft: rgb(0xfde9e7),
    damage: rgb(0xa0101a),
    data: rgb(0x27b3a1),
    mode2: rgb(0x8b78dc),
    audio: rgb(0xf5ab35),
    gap: rgb(0x8d97bd),
    lead_out: rgb(0xc3cae2),
    pattern: Color32::from_rgba_premultiplied(90, 90, 90, 90),
    blank: rgb(0xe6e9f4),
    hub: rgb(0xf3f5fb),
    sheen: Color32::from_rgba_premultiplied(150, 150, 150, 150),
};

static DARK: Tokens = Tokens {
    window: rgb(0x15182b),
    sidebar: rgb(0x101324),
    card: rgb(0x1d213a),
    field: rgb(0x101324),
    line: rgb(0x303659),
    text: rgb(0xe7eaf7),
    weak: rgb(0xa0a8cb),
    accent: rgb(0x8493f2),
    accent_strong: rgb(0x9daaf8),
    on_accent: rgb(0x0e1130),
    accent_soft: rgb(0x2b3264),
    hover: rgb(0x262b4a),
    good: rgb(0x4fd0b8),
    warn: rgb(0xf5b958),
    warn_soft: rgb(0x352b1c),
    bad: rgb(0xff8d82),
    bad_soft: rgb(0x3b2129),
    damage: rgb(0xc2102b),
    data: rgb(0x27b3a1),
    mode2: rgb(0x9f8cf0),
    audio: rgb(0xeda333),
    gap: rgb(0x7a84b0),
    lead_out: rgb(0x4a5280),
    pattern: Color32::from_rgba_premultiplied(0, 0, 0, 70),
    blank: rgb(0x272c4c),
    hub: rgb(0x1b1f36),
    sheen: Color32::from_rgba_premultiplied(46, 46, 46, 46),
};

/// The colours to draw with.
pub fn tokens(ui: &egui::Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

impl Tokens {
    /// Of a part of a disc.
    pub fn kind(&self, kind: Kind) -> Color32 {
        match kind {
            Kind::Data => self.data,
            Kind::Mode2 => self.mode2,
            Kind::Audio => self.audio,
            Kind::Pregap => self.gap,
            Kind::LeadOut => self.lead_out,
        }
    }
}

/// Sets both themes up, and chooses.
pub fn install(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_style_of(Theme::Light, style(&LIGHT, Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&DARK, Visuals::dark()));
    choose(ctx, choice);
}

/// Chooses one. `SPINDLE_THEME=light` or `=dark` has the last word.
pub fn choose(ctx: &egui::Context, choice: ThemeChoice) {
    let forced = std::env::var("SPINDLE_THEME").unwrap_or_default();
    ctx.set_theme(match (forced.as_str(), choice) {
        ("light", _) => ThemePreference::Light,
        ("dark", _) => ThemePreference::Dark,
        (_, ThemeChoice::System) => ThemePreference::System,
        (_, ThemeChoice::Light) => ThemePreference::Light,
        (_, ThemeChoice::Dark) => ThemePreference::Dark,
    });
}

fn style(tokens: &Tokens, visuals: Visuals) -> Style {
    let mut style = Style { visuals: self::visuals(tokens, visuals), animation_time: 0.1, ..Style::default() };
    let font = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Heading, font(HEADING)),
        (TextStyle::Body, font(BODY)),
        (TextStyle::Button, font(BODY)),
        (TextStyle::Small, font(SMALL)),
        (TextStyle::Monospace, FontId::new(SMALL, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = vec2(S, S);
    style.spacing.button_padding = vec2(M, 6.0);
    style.spacing.interact_size = vec2(32.0, 24.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.icon_width = 16.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.selectable_labels = false;
    style
}

fn visuals(tokens: &Tokens, base: Visuals) -> Visuals {
    let mut visuals = base;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.weak);
    visuals.hyperlink_color = tokens.accent;
    visuals.faint_bg_color = tokens.sidebar;
    visuals.extreme_bg_color = tokens.field;
    visuals.code_bg_color = tokens.hover;
    visuals.warn_fg_color = tokens.warn;
    visuals.error_fg_color = tokens.bad;
    visuals.panel_fill = tokens.window;
    visuals.window_fill = tokens.card;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(CARD_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS + 2);
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(40) };
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 32, spread: 0, color: Color32::from_black_alpha(60) };
    visuals.selection.bg_fill = tokens.accent_soft;
    visuals.selection.stroke = Stroke::new(1.5, tokens.accent);
    visuals.button_frame = true;
    visuals.striped = false;
    // Nothing moves when nothing happens: a blinking cursor would redraw the window for ever.
    visuals.text_cursor =
        TextCursorStyle { stroke: Stroke::new(1.5, tokens.accent), preview: false, blink: false, ..TextCursorStyle::default() };
    visuals.widgets = widgets(tokens);
    visuals
}

fn widgets(tokens: &Tokens) -> Widgets {
    let widget = |fill: Color32, border: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, border),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: widget(tokens.window, tokens.line, tokens.text),
        inactive: widget(tokens.field, tokens.line, tokens.text),
        hovered: widget(tokens.hover, tokens.weak, tokens.text),
        active: widget(tokens.accent_soft, tokens.accent, tokens.text),
        open: widget(tokens.hover, tokens.line, tokens.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.1).
    fn luminance(color: Color32) -> f32 {
        let linear = |c: u8| {
            let c = f32::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Damage is thin: it has to be seen beside what surrounds it, whatever that is.
    #[test]
    fn damage_stands_out_on_every_kind_of_sector() {
        for t in [&LIGHT, &DARK] {
            for kind in [t.data, t.mode2, t.audio] {
                assert!(contrast(t.damage, kind) >= 2.0, "{kind:?}: {}", contrast(t.damage, kind));
            }
        }
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        for t in [&LIGHT, &DARK] {
            for ground in [t.window, t.sidebar, t.card, t.field, t.hover, t.accent_soft] {
                assert!(contrast(t.text, ground) >= 7.0);
                assert!(contrast(t.weak, ground) >= 4.5, "{ground:?}: {}", contrast(t.weak, ground));
                assert!(contrast(t.good, ground) >= 4.5, "{ground:?}: {}", contrast(t.good, ground));
            }
            assert!(contrast(t.on_accent, t.accent) >= 4.5 && contrast(t.on_accent, t.accent_strong) >= 4.5);
            assert!(contrast(t.warn, t.warn_soft) >= 4.5 && contrast(t.bad, t.bad_soft) >= 4.5);
            assert!(contrast(t.text, t.warn_soft) >= 4.5 && contrast(t.text, t.bad_soft) >= 4.5);
        }
    }
}
