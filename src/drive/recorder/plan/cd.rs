//! CDs: where tracks lie, and what is sent for them.
