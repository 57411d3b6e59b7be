//! The software drive over iSCSI (RFC 7143): on Linux and Windows the systems' own initiators make a real drive of it, without a driver of ours.
//!
//! What is served is small on purpose: sessions of one connection, error recovery level 0, no digests, no authentication, and only on the loopback
//! interface. That is what every initiator can do, and nothing that a network should see.

mod login;
mod pdu;
mod server;
mod session;
#[cfg(test)]
mod tests;

pub use server::{Server, target_name};
