//! What makers of images are built of: numbers, and sectors as the standard describes them (ECMA-130, clauses 14 and 16, annex A).

/// 16 bits, the low byte first.
pub fn le16(value: u16) -> [u8; 2] {
    value.to_le_bytes()
}

/// 32 bits, the lowest byte first.
pub fn le32(value: u32) -> [u8; 4] {
    value.to_le_bytes()
}

/// UTF-16, the low bytes first, without an end.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn bcd(value: u32) -> u8 {
    (value / 10 * 16 + value % 10) as u8
}

/// An absolute time as binary-coded decimals; sector 0 is at 00:02:00.
pub fn msf(lba: i32) -> [u8; 3] {
    let frames = (lba + 150) as u32;
    [bcd(frames / 4500), bcd(frames / 75 % 60), bcd(frames % 75)]
}

/// Bytes that differ from sector to sector, and that can be compressed.
pub fn fill(lba: i32, len: usize) -> Vec<u8> {
    let seed = (lba as u32).wrapping_mul(0x9E37_79B9);
    (0..len as u32).map(|n| (seed.wrapping_add((n / 4).wrapping_mul(0x85EB_CA6B)) >> 23) as u8).collect()
}

/// A sector of audio.
pub fn audio(lba: i32) -> Vec<u8> {
    fill(lba, 2352)
}

/// A mode 1 sector with its EDC and ECC.
pub fn mode1(lba: i32) -> Vec<u8> {
    mode1_of(lba, &fill(lba, 2048))
}

/// A mode 1 sector of these 2048 bytes.
pub fn mode1_of(lba: i32, data: &[u8]) -> Vec<u8> {
    let mut sector = head(lba, 1);
    sector.extend(data);
    let edc = edc(&sector);
    sector.extend(le32(edc));
    sector.resize(2076, 0);
    ecc(&mut sector);
    sector
}

/// A mode 2 sector of form 1 with its EDC and ECC.
pub fn form1(lba: i32) -> Vec<u8> {
    let mut sector = head(lba, 2);
    sector.extend([0, 0, 8, 0, 0, 0, 8, 0]);
    sector.extend(fill(lba, 2048));
    let edc = edc(&sector[16..]);
    sector.extend(le32(edc));
    let header: Vec<u8> = sector.splice(12..16, [0; 4]).collect();
    ecc(&mut sector);
    sector.splice(12..16, header);
    sector
}

/// A mode 2 sector of form 2 with its EDC.
pub fn form2(lba: i32) -> Vec<u8> {
    let mut sector = head(lba, 2);
    sector.extend([0, 0, 0x20, 0, 0, 0, 0x20, 0]);
    sector.extend(fill(lba, 2324));
    let edc = edc(&sector[16..]);
    sector.extend(le32(edc));
    sector
}

fn head(lba: i32, mode: u8) -> Vec<u8> {
    let mut sector = vec![0];
    sector.extend([0xFF; 10]);
    sector.push(0);
    sector.extend(msf(lba));
    sector.push(mode);
    sector
}

/// The error detection code, bit by bit.
fn edc(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |edc, &byte| (0..8).fold(edc ^ u32::from(byte), |edc, _| edc >> 1 ^ if edc & 1 == 1 { 0xD801_8001 } else { 0 }))
}

/// Appends P and Q to the 2076 bytes before them. Two symbols end each vector so that the sum of all is 0, and so that the sum is 0 in which each is
/// multiplied by 2 once more than the next.
fn ecc(sector: &mut Vec<u8>) {
    sector.resize(2352, 0);
    for byte in 0..2 {
        for column in 0..43 {
            let places: Vec<usize> = (0..26).map(|i| column + 43 * i).collect();
            parity(sector, byte, &places);
        }
        for diagonal in 0..26 {
            let mut places: Vec<usize> = (0..43).map(|i| (44 * i + 43 * diagonal) % 1118).collect();
            places.extend([1118 + diagonal, 1144 + diagonal]);
            parity(sector, byte, &places);
        }
    }
}

fn parity(sector: &mut [u8], byte: usize, places: &[usize]) {
    let at = |word: usize| 12 + word * 2 + byte;
    let (data, ends) = places.split_at(places.len() - 2);
    let sum = data.iter().fold(0, |sum, &word| sum ^ sector[at(word)]);
    let weighted = data.iter().fold(0, |sum, &word| times(sum ^ sector[at(word)], 2));
    // sum + p + q = 0 and 2·weighted + 2·p + q = 0, where weighted stands for the data already multiplied up to the last of them.
    let p = divided_by_3(sum ^ times(weighted, 2));
    sector[at(ends[0])] = p;
    sector[at(ends[1])] = sum ^ p;
}

/// Multiplication in the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1.
fn times(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (u32::from(a), 0);
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a = a << 1 ^ if a & 0x80 != 0 { 0x11D } else { 0 };
    }
    product as u8
}

fn divided_by_3(value: u8) -> u8 {
    (0..=255).find(|&quotient| times(quotient, 3) == value).unwrap()
}

/// The subchannel of a sector, channel by channel: P, and Q that tells its position.
pub fn subchannel(lba: i32, control: u8, track: u32, index: u32, start: i32) -> Vec<u8> {
    let relative = if lba < start { start - lba } else { lba - start };
    let mut q = vec![control << 4 | 1, bcd(track), bcd(index)];
    q.extend(msf(relative - 150));
    q.push(0);
    q.extend(msf(lba));
    let crc = q.iter().fold(0u16, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| crc << 1 ^ if crc & 0x8000 != 0 { 0x1021 } else { 0 })
    });
    q.extend((!crc).to_be_bytes());
    let mut all = vec![if index == 0 { 0xFF } else { 0 }; 12];
    all.extend(q);
    all.resize(96, 0);
    all
}
