//! Mode page 05, the write parameters (MMC-6, 7.5).

use super::refuse;
use crate::drive::sense::Sense;

/// Bytes of the page behind its first two.
const LENGTH: usize = 0x32;
/// Bytes of the page.
pub const PAGE: usize = LENGTH + 2;

/// How a disc is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteType {
    /// In packets on CDs, incrementally on DVDs.
    Incremental,
    /// Track at once.
    Track,
    /// Session at once on CDs, disc at once on DVDs.
    Session,
    /// Lead-in, program and lead-out as the host makes them.
    Raw,
    /// Both layers of a DVD-R DL in turns.
    LayerJump,
}

/// What page 05 says, all of it that is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteParameters {
    /// The page, its code and length included.
    page: [u8; PAGE],
}

impl Default for WriteParameters {
    /// Track at once, mode 1, no other session, and buffer underruns are bridged.
    fn default() -> WriteParameters {
        let mut page = [0; PAGE];
        page[..5].copy_from_slice(&[0x05, LENGTH as u8, 0x41, 0x04, 0x08]);
        page[5] = 0x10;
        page[13] = 0x10;
        page[15] = 150;
        WriteParameters { page }
    }
}

impl WriteParameters {
    /// Takes the page of a MODE SELECT; older programs send one that ends before the subheader.
    pub fn parse(bytes: &[u8]) -> Result<WriteParameters, Sense> {
        let mut page = WriteParameters::default().page;
        let given = bytes.len().min(PAGE);
        if given < 16 {
            return Err(refuse::BAD_LENGTH);
        }
        page[2..given].copy_from_slice(&bytes[2..given]);
        let [write, track, block] = [page[2], page[3], page[4] & 0x0F];
        let fits = write & 0x0F <= 4
            && track >> 6 != 2
            // Packets of fixed length belong to the first write type alone.
            && (track & 0x20 == 0 || write & 0x0F == 0)
            && matches!(block, 0..=3 | 8..=13)
            // What is recorded raw has its subchannel with it.
            && (write & 0x0F != 3 || matches!(block, 1..=3))
            && matches!(page[8], 0x00 | 0x10 | 0x20);
        if fits { Ok(WriteParameters { page }) } else { Err(refuse::BAD_PARAMETER) }
    }

    /// The page as it is now.
    pub fn current(&self) -> [u8; PAGE] {
        self.page
    }

    /// Which bits of the page can be changed.
    pub fn changeable() -> [u8; PAGE] {
        let mut mask = [0xFF; PAGE];
        mask[..2].copy_from_slice(&[0x05, LENGTH as u8]);
        mask[2] = 0x7F;
        mask[4] = 0x0F;
        mask
    }

    /// How the disc is written.
    pub fn write_type(&self) -> WriteType {
        match self.page[2] & 0x0F {
            0 => WriteType::Incremental,
            1 => WriteType::Track,
            2 => WriteType::Session,
            3 => WriteType::Raw,
            _ => WriteType::LayerJump,
        }
    }

    /// The laser stays as weak as it is for reading.
    pub fn is_test(&self) -> bool {
        self.page[2] & 0x10 != 0
    }

    /// A buffer that runs empty is bridged.
    pub fn bridges(&self) -> bool {
        self.page[2] & 0x40 != 0
    }

    /// Another session may follow.
    pub fn keeps_open(&self) -> bool {
        self.page[3] & 0xC0 == 0xC0
    }

    /// The control bits of the track.
    pub fn control(&self) -> u8 {
        self.page[3] & 0x0F
    }

    /// How the blocks come from the host (table of data block types).
    pub fn block_type(&self) -> u8 {
        self.page[4] & 0x0F
    }

    /// Session format: 00 CD-DA and CD-ROM, 10 CD-i, 20 CD-ROM XA.
    pub fn session_format(&self) -> u8 {
        self.page[8]
    }

    /// The catalogue number that the track is to carry, 13 characters.
    pub fn mcn(&self) -> Option<&[u8]> {
        (self.page[16] & 0x80 != 0).then(|| &self.page[17..30])
    }

    /// The recording code that the track is to carry, 12 characters.
    pub fn isrc(&self) -> Option<&[u8]> {
        (self.page[32] & 0x80 != 0).then(|| &self.page[33..45])
    }

    /// The subheader of XA blocks that come without one.
    pub fn subheader(&self) -> [u8; 4] {
        [self.page[48], self.page[49], self.page[50], self.page[51]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(changes: &[(usize, u8)]) -> [u8; PAGE] {
        let mut page = WriteParameters::default().current();
        for &(at, value) in changes {
            page[at] = value;
        }
        page
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [&[(2, 5)][..], &[(3, 0x84)], &[(2, 1), (3, 0x24)], &[(4, 5)], &[(4, 14)], &[(2, 3), (4, 0)], &[(8, 0x30)]] {
            assert_eq!(WriteParameters::parse(&page(wrong)), Err(refuse::BAD_PARAMETER), "{wrong:?}");
        }
        assert_eq!(WriteParameters::parse(&page(&[])[..15]), Err(refuse::BAD_LENGTH));
    }

    #[test]
    fn the_page_is_kept_as_it_came() {
        let sent = page(&[(2, 0x53), (3, 0xC0), (4, 3), (16, 0x80), (17, b'1'), (32, 0x80), (33, b'U')]);
        let kept = WriteParameters::parse(&sent).unwrap();
        assert_eq!(kept.current(), sent);
        assert_eq!((kept.write_type(), kept.is_test(), kept.bridges(), kept.keeps_open()), (WriteType::Raw, true, true, true));
        assert_eq!((kept.mcn().map(|m| m[0]), kept.isrc().map(|m| m[0])), (Some(b'1'), Some(b'U')));
        // Without the subheader, as before MMC-3.
        assert!(WriteParameters::parse(&page(&[])[..48]).is_ok());
    }
}
