//! How many threads share a piece of work.

/// Workers: one for each processor.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 16)
}
