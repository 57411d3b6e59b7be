//! What is inside a data track: so far, which file lies where.

pub mod iso9660;
