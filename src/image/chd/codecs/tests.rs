use super::*;

/// Frames of sound data sectors with text, of music, of noise, and a plain gradient.
fn hunks() -> Vec<Vec<u8>> {
    let frames = 4;
    let mut data = vec![0; frames * FRAME];
    for (frame, n) in data.chunks_mut(FRAME).zip(0..) {
        let text = b"Sectors that are much like the one before, but for a number. ".repeat(40);
        frame[16..2064].copy_from_slice(&text[n..n + 2048]);
        crate::disc::sector::frame(crate::disc::TrackMode::Mode1, crate::disc::Lba(n as i32), frame);
        crate::disc::ecc::seal(&mut frame[..2352], crate::disc::ecc::Seal::Mode1);
    }
    data[3 * FRAME + 2100] ^= 1;
    let mut music = vec![0; frames * FRAME];
    for frame in music.chunks_mut(FRAME) {
        for (pair, n) in frame[..2352].chunks_mut(4).zip(0..) {
            pair[..2].copy_from_slice(&(((f64::from(n) * 0.05).sin() * 9000.0) as i16 + (n * 7919 % 31) as i16).to_be_bytes());
            pair[2..].copy_from_slice(&(((f64::from(n) * 0.041).cos() * 5000.0) as i16).to_be_bytes());
        }
        frame[2352..].iter_mut().zip(0u8..).for_each(|(byte, n)| *byte = n & 0x40);
    }
    let mut state = 1u32;
    let mut noise = vec![0; frames * FRAME];
    noise.iter_mut().for_each(|byte| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    });
    let gradient = (0..frames * FRAME).map(|n| (n / 40) as u8).collect();
    vec![data, music, noise, gradient]
}

#[test]
fn every_codec_gives_back_what_it_took() {
    let mut decoder = Decoder::default();
    for (codec, letters) in ALL {
        let mut made = 0;
        for hunk in hunks() {
            let mut encoder = Encoder::new(&[codec]);
            // Twice, for the state of the one before must not shine through.
            for _ in 0..2 {
                let Some((0, packed)) = encoder.encode(&hunk) else { continue };
                let mut found = vec![1; hunk.len()];
                decoder.decode(codec, packed, &mut found).unwrap();
                assert!(packed.len() < hunk.len() && found == hunk, "{letters:?}");
                made += 1;
            }
        }
        assert!(made >= 2, "{letters:?} shortens something");
    }
}

#[test]
fn the_best_codec_is_found() {
    let [data, music, noise, _] = &hunks()[..] else { panic!() };
    let mut encoder = Encoder::new(&[Codec::CdLzma, Codec::CdZlib, Codec::CdFlac]);
    assert_eq!(encoder.encode(data).map(|(number, _)| number), Some(0));
    assert_eq!(encoder.encode(music).map(|(number, _)| number), Some(2));
    assert_eq!(encoder.encode(noise), None);
}

/// Frames whose parity is sound lose it, so that even noise gets shorter; one with a wrong bit in it keeps it.
#[test]
fn parity_is_left_out_where_it_follows() {
    let [data, ..] = &hunks()[..] else { panic!() };
    let mut encoder = Encoder::new(&[Codec::CdZlib]);
    let (_, packed) = encoder.encode(data).unwrap();
    assert_eq!(packed[0], 0b0111);
}

/// Bytes that are not what a codec makes are an error, or another hunk, whose checksum tells.
#[test]
fn damaged_hunks_do_no_harm() {
    let mut decoder = Decoder::default();
    let mut state = 7u32;
    let mut next = |most: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % most
    };
    for (codec, _) in ALL {
        for hunk in hunks() {
            let mut encoder = Encoder::new(&[codec]);
            let Some((_, packed)) = encoder.encode(&hunk) else { continue };
            let mut into = vec![0; hunk.len()];
            for round in 0..300 {
                let mut bad = packed.to_vec();
                for _ in 0..=round % 4 {
                    let at = next(bad.len());
                    bad[at] = next(256) as u8;
                }
                bad.truncate(if round % 5 == 0 { next(bad.len()) } else { bad.len() });
                let _ = decoder.decode(codec, &bad, &mut into);
            }
            // And it still decodes what is good.
            decoder.decode(codec, packed, &mut into).unwrap();
            assert!(into == hunk);
        }
    }
    for codec in ALL.map(|(codec, _)| codec) {
        let mut into = vec![0; 4 * FRAME];
        for bad in [&[][..], &[0], &[0xFF; 40]] {
            assert!(decoder.decode(codec, bad, &mut into).is_err(), "{codec:?} {}", bad.len());
        }
    }
}
