//! Discs that are written with raw commands, and read back.

mod anywhere;
mod cd;
mod jumps;
mod manners;
mod ordered;
mod whole;

use super::*;

/// Key, code and qualifier of what the drive says.
type Said = (u8, u8, u8);

/// A drive with a disc in it that can be written.
struct Rig(Device);

impl Rig {
    fn new(kind: BlankKind) -> Rig {
        Rig::with(Blank::new(kind), Manners::default(), Vec::new())
    }

    fn with(blank: Blank, manners: Manners, faults: Vec<Fault>) -> Rig {
        let mut device = Device::new(manners);
        device.insert_blank(blank, faults).unwrap();
        let mut rig = Rig(device);
        assert_eq!(rig.tell(&[0; 6]), Err((6, 0x28, 0)));
        rig
    }

    fn run(&mut self, cdb: &[u8], data: Data<'_>) -> Result<usize, Said> {
        self.0.execute(cdb, data, LONG).map_err(|error| {
            let sense = error.sense().unwrap_or_else(|| panic!("{error}"));
            (sense.key, sense.asc, sense.ascq)
        })
    }

    fn tell(&mut self, cdb: &[u8]) -> Result<(), Said> {
        self.run(cdb, Data::None).map(|_| ())
    }

    fn send(&mut self, cdb: &[u8], bytes: &[u8]) -> Result<(), Said> {
        self.run(cdb, Data::Out(bytes)).map(|_| ())
    }

    fn ask(&mut self, cdb: &[u8]) -> Result<Vec<u8>, Said> {
        let mut into = vec![0xEE; 65_536];
        let len = self.run(cdb, Data::In(&mut into))?;
        into.truncate(len);
        Ok(into)
    }

    /// MODE SELECT of page 05 with these bytes set in what the drive says of it.
    fn select(&mut self, changes: &[(usize, u8)]) -> Result<(), Said> {
        let mut list = self.ask(&[0x5A, 8, 0x05, 0, 0, 0, 0, 0xFF, 0xFF, 0])?;
        list[..8].fill(0);
        for &(at, value) in changes {
            list[8 + at] = value;
        }
        let len = list.len() as u8;
        self.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, len, 0], &list)
    }

    fn write(&mut self, lba: i32, count: u8, bytes: &[u8]) -> Result<(), Said> {
        let [a, b, c, d] = lba.to_be_bytes();
        self.send(&[0x2A, 0, a, b, c, d, 0, 0, count, 0], bytes)
    }

    /// Writes all of these blocks of so many bytes, 16 at a time.
    fn write_all(&mut self, mut lba: i32, blocks: &[u8], size: usize) -> Result<(), Said> {
        for piece in blocks.chunks(16 * size) {
            let count = piece.len() / size;
            self.write(lba, count as u8, piece)?;
            lba += count as i32;
        }
        Ok(())
    }

    fn synchronize(&mut self) -> Result<(), Said> {
        self.tell(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    fn close(&mut self, function: u8, track: u8) -> Result<(), Said> {
        self.tell(&[0x5B, 0, function, 0, 0, track, 0, 0, 0, 0])
    }

    /// Disc status and state of the last session, sessions, first and last track of the last.
    fn state(&mut self) -> (u8, u8, u8, u8, u8) {
        let told = self.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0]).unwrap();
        (told[2] & 3, told[2] >> 2 & 3, told[4], told[5], told[6])
    }

    /// Start, next address where there is one, free sectors and size of a track; FF is the one to go on with.
    fn track(&mut self, number: u8) -> (i32, Option<i32>, u32, u32) {
        let told = self.ask(&[0x52, 1, 0, 0, 0, number, 0, 0, 36, 0]).unwrap();
        let word = |at: usize| u32::from_be_bytes(told[at..at + 4].try_into().unwrap());
        (word(8) as i32, (told[7] & 1 != 0).then_some(word(12) as i32), word(16), word(24))
    }

    fn profile(&mut self) -> u16 {
        let told = self.ask(&[0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0]).unwrap();
        u16::from_be_bytes([told[6], told[7]])
    }

    /// Whether a feature is current.
    fn has(&mut self, code: u16) -> bool {
        let configuration = mmc::get_configuration(&mut self.0).unwrap();
        configuration.feature(code).is_some_and(|feature| feature.current)
    }

    fn read(&mut self, lba: i32, count: u32) -> Result<Vec<u8>, Said> {
        let [a, b, c, d] = lba.to_be_bytes();
        let [e, f, g, h] = count.to_be_bytes();
        let mut into = vec![0xEE; count as usize * 2048];
        self.run(&[0xA8, 0, a, b, c, d, e, f, g, h, 0, 0], Data::In(&mut into)).map(|_| into)
    }

    /// READ CAPACITY: the last address.
    fn last(&mut self) -> u32 {
        u32::from_be_bytes(self.ask(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap()[..4].try_into().unwrap())
    }
}

/// Bytes that no two sectors share.
fn noise(sectors: usize, size: usize, seed: u32) -> Vec<u8> {
    crate::image::testing::noise((sectors * size).div_ceil(RAW) as u32, seed)[..sectors * size].to_vec()
}
