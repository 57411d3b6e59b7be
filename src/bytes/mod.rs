//! Random-access byte streams.
