//! Work: convert, verify, hash.
