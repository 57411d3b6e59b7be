//! The makers of images that the integration tests and the fuzzers have, for the tests of the formats.

#[path = "../../tests/common/makers/aaru.rs"]
pub mod aaru;
#[path = "../../tests/common/makers/b6t.rs"]
pub mod b6t;
#[path = "../../tests/common/makers/c2d.rs"]
pub mod c2d;
#[path = "../../tests/common/makers/cif.rs"]
pub mod cif;
#[path = "../../tests/common/makers/parts.rs"]
pub mod parts;
#[path = "../../tests/common/makers/pbp.rs"]
pub mod pbp;
#[path = "../../tests/common/makers/pdi.rs"]
pub mod pdi;
#[path = "../../tests/common/makers/redumper.rs"]
pub mod redumper;
