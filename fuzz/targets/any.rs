#![no_main]

use std::sync::LazyLock;

/// Which one, of those that `tests/fuzzed.rs` lists.
static TARGET: LazyLock<String> =
    LazyLock::new(|| std::env::var("SPINDLE_FUZZ").expect("SPINDLE_FUZZ names a format, or one of the other targets"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spindle_fuzz::run(&TARGET, bytes));
