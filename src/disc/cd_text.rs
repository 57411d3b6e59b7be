//! CD-TEXT (placeholder type while the module is written).

/// CD-TEXT of a disc.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CdText {}
impl CdText {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        true
    }
}
