//! The physical format information of a DVD (MMC, READ DISC STRUCTURE, format 0; ECMA-267, clause 16.1): what it says of the layers.

use super::blocks::LAYER_LEN;

/// Where the physical format information begins in the structures of a layer: behind 4 bytes of copyright and 2048 of manufacturing information.
const PFI: usize = 4 + 2048;
/// The physical sector number where the data of a DVD-ROM begins.
const FIRST_SECTOR: u32 = 0x03_0000;

/// Whether the structures of the first layer speak of a second one: bits 5–6 of byte 2 hold the number of layers less one.
pub fn has_two_layers(layer: &[u8]) -> bool {
    layer.get(PFI + 2).is_some_and(|byte| byte >> 5 & 3 == 1)
}

/// The number of sectors in the first of two layers. With opposite track path (bit 4 of byte 2) bytes 13–15 hold the last sector of layer 0, with
/// parallel track path bytes 9–11 do; bytes 5–7 hold the first.
pub fn layer_break(layers: &[Vec<u8>]) -> Option<u32> {
    let pfi = layers.first().filter(|layer| has_two_layers(layer))?.get(PFI..)?;
    let number = |at: usize| Some(u32::from_be_bytes([0, *pfi.get(at)?, *pfi.get(at + 1)?, *pfi.get(at + 2)?]));
    let opposite = pfi.get(2)? & 0x10 != 0;
    let last = number(if opposite { 13 } else { 9 })?;
    last.checked_sub(number(5)?)?.checked_add(1)
}

/// Structures that say no more than where the layers meet: a DVD-ROM with opposite track path.
pub fn with_layer_break(sectors: u32, layer_break: u32) -> Vec<Vec<u8>> {
    const TWO_LAYERS_OPPOSITE_EMBOSSED: u8 = 0x31;
    const WIDER_PITS_OF_TWO_LAYERS: u8 = 0x10;
    let last_of_first = FIRST_SECTOR.saturating_add(layer_break).saturating_sub(1) & 0xFF_FFFF;
    // On the way back the numbers are those of the sector above, inverted.
    let first_of_second = !last_of_first & 0xFF_FFFF;
    let last = first_of_second.saturating_add(sectors.saturating_sub(layer_break)).saturating_sub(1);
    let mut layer = vec![0; LAYER_LEN];
    // DVD-ROM, part version 1; 12 cm, 10.08 Mbit/s.
    layer[PFI..PFI + 4].copy_from_slice(&[0x01, 0x02, TWO_LAYERS_OPPOSITE_EMBOSSED, WIDER_PITS_OF_TWO_LAYERS]);
    for (at, number) in [(5, FIRST_SECTOR), (9, last), (13, last_of_first)] {
        layer[PFI + at..PFI + at + 3].copy_from_slice(&number.to_be_bytes()[1..]);
    }
    vec![layer.clone(), layer]
}
