//! Placeholder until the module is merged.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    Mode1,
    Form1,
    Form2,
}
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repair {
    Sound,
    Repaired,
    Beyond,
}
#[allow(missing_docs)]
pub fn seal(_: &mut [u8], _: Seal) {}
#[allow(missing_docs)]
pub fn edc_matches(_: &[u8; 2352], _: Seal) -> bool {
    true
}
#[allow(missing_docs)]
pub fn repair(_: &mut [u8; 2352], _: Seal) -> Repair {
    Repair::Sound
}
#[allow(missing_docs)]
pub fn check(_: &[u8; 2352], _: Seal) -> bool {
    true
}
