//! Xbox discs: the volume descriptor of XDVDFS in sector 32 of the game partition, and an empty root folder behind it.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where the game partition begins: it alone, or the discs of three generations with it.
pub const BASES: [u64; 4] = [0, 405_798_912, 265_879_552, 34_078_720];

/// A disc whose game partition begins there; what lies before it is a hole in the file.
pub fn disc(path: &Path, base: u64) {
    let mut volume = b"MICROSOFT*XBOX*MEDIA".to_vec();
    volume.extend(33u32.to_le_bytes());
    volume.extend(2048u32.to_le_bytes());
    volume.extend(132_223_104_000_000_000u64.to_le_bytes());
    volume.resize(0x7EC, 0);
    volume.extend(b"MICROSOFT*XBOX*MEDIA");
    let mut file = File::create(path).unwrap();
    file.set_len(base + 40 * 2048).unwrap();
    file.seek(SeekFrom::Start(base + 32 * 2048)).unwrap();
    file.write_all(&volume).unwrap();
    file.write_all(&[0xFF; 2048]).unwrap();
}

/// A game partition alone.
pub fn game(folder: &Path) -> PathBuf {
    let path = folder.join("game.xiso");
    disc(&path, BASES[0]);
    path
}
