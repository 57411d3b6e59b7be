//! DVDs and Blu-ray discs: one row of sectors.
