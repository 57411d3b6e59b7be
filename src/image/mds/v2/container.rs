//! The file around the encrypted descriptor: an MDX file, or a `.mds` that has its sectors beside it.

use std::io::Read;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use ripemd::{Digest, Ripemd160};

use super::cipher::{Chain, SALT};
use super::key::{Header, MATERIAL, Purpose};
use crate::bytes::{Bytes, read_some};
use crate::image::mds::blocks::{KEY_LEN, Mds};
use crate::image::mds::parse::SIGNATURE;
use crate::image::mds::write::descriptor;
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// Bytes before the descriptor of a `.mds`.
const HEAD: usize = 48;
/// Bytes before the sectors of an MDX file.
pub const MDX_HEAD: usize = 64;
/// The first bytes, signature and version, which the compressed descriptor lacks.
const PREFIX: usize = 18;
/// Where the offset of the header is, or this, where the file is an MDX file.
const HEADER_AT: usize = 0x2C;
const IS_MDX: u32 = 0xFFFF_FFFF;
/// The descriptor is encrypted in pieces of this many bytes, each as if it were the first.
const PIECE: usize = 512;
/// The words that stand in every file of version 2.1, in Windows-1252.
const WORDS: &[u8; 26] = b"\xA9 2000-2015 Disc Soft Ltd.";
/// So that the footer says where its header begins, and not where it ends.
const COUNTED: u64 = SALT as u64;

/// Whether a file of version 2 has its sectors in itself.
pub fn is_mdx(head: &[u8]) -> bool {
    head.get(HEADER_AT..HEADER_AT + 4) == Some(&IS_MDX.to_le_bytes())
}

/// Reads the descriptor of a file of version 2, and gives it as if it had never been encrypted.
///
/// # Errors
/// A [`Flaw`] where the file is damaged; it needs no password.
pub fn unlock(file: &dyn Bytes, limits: &Limits) -> Result<Vec<u8>, Flaw> {
    let read = |at, len| read_some(file, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)));
    let head = read(0, MDX_HEAD)?;
    let wire = Wire::new(&head, 0, "the MDX header");
    let (at, end) = if is_mdx(&head) {
        let (at, len) = (wire.u64_le(0x30)?, wire.u64_le(0x38)?);
        let end = at.checked_add(len).and_then(|end| end.checked_sub(COUNTED)).filter(|end| at >= MDX_HEAD as u64 && *end >= at);
        (at, end.ok_or_else(|| wire.out_of_range(0x30, "the place of the descriptor", "one behind the header", at))?)
    } else {
        (HEAD as u64, wire.u32_le(HEADER_AT as u64)?.into())
    };
    let len = end.checked_sub(at).filter(|len| *len <= limits.descriptor);
    let len = len.ok_or_else(|| {
        wire.out_of_range(HEADER_AT as u64, "the place of the encryption header", "one behind the descriptor", end)
    })?;
    let rest = read(at, len as usize + KEY_LEN)?;
    let whole =
        Wire::new(&rest, at, "the descriptor").part(0, len + KEY_LEN as u64, "the descriptor and its encryption header")?;
    let (sealed, header) = whole.bytes().split_at(len as usize);
    let damaged = || Flaw::at(end, Fault::Missing { what: "a sound encryption header of the descriptor" });
    let header = Header::open(header.try_into().map_err(|_| damaged())?, Purpose::Descriptor).ok_or_else(damaged)?;
    let mut bytes = head.get(..PREFIX).map(<[u8]>::to_vec).unwrap_or_default();
    inflate(&header, sealed, at, limits, &mut bytes)?;
    Ok(bytes)
}

/// Decrypts a descriptor and appends what it inflates to.
fn inflate(header: &Header, sealed: &[u8], at: u64, limits: &Limits, into: &mut Vec<u8>) -> Result<(), Flaw> {
    let (len, plain) = (header.compressed as usize, header.plain as usize);
    if len.checked_next_multiple_of(16) != Some(sealed.len()) {
        let what = "the length of the descriptor and the room for it";
        return Err(Flaw::at(at, Fault::Contradiction { what, one: len as i64, other: sealed.len() as i64 }));
    }
    if plain as u64 > limits.descriptor {
        return Err(Flaw::at(at, Fault::TooMany { what: "bytes in the descriptor", limit: limits.descriptor }));
    }
    let mut bytes = sealed.to_vec();
    let chain = Chain::new(&header.keys());
    bytes.chunks_mut(PIECE).for_each(|piece| chain.decrypt(piece));
    let before = into.len();
    let read = ZlibDecoder::new(&bytes[..len]).take(plain as u64 + 1).read_to_end(into);
    match read {
        Ok(_) if into.len() - before == plain => Ok(()),
        Ok(_) => {
            let (one, other) = (plain as i64, (into.len() - before) as i64);
            Err(Flaw::at(at, Fault::Contradiction { what: "the length of the descriptor and what is in it", one, other }))
        }
        Err(_) => Err(Flaw::at(at, Fault::Missing { what: "a descriptor that can be decompressed" })),
    }
}

/// What stands before and behind the sectors of an MDX file that has `len` bytes of them. The offsets in the descriptor count from the first sector.
pub fn frame(mut mds: Mds, len: u64) -> (Vec<u8>, Vec<u8>) {
    let tracks = mds.sessions.iter_mut().flat_map(|session| &mut session.tracks);
    tracks.for_each(|track| track.offset += MDX_HEAD as u64);
    let (sealed, header) = seal(&descriptor(&mds));
    let mut head = head(IS_MDX);
    head.extend_from_slice(&(MDX_HEAD as u64 + len).to_le_bytes());
    head.extend_from_slice(&(sealed.len() as u64 + COUNTED).to_le_bytes());
    (head, [sealed.as_slice(), &header].concat())
}

/// The bytes of a `.mds`.
pub fn file(mds: &Mds) -> Vec<u8> {
    let (sealed, header) = seal(&descriptor(mds));
    [head((HEAD + sealed.len()) as u32).as_slice(), &sealed, &header].concat()
}

fn head(header_at: u32) -> Vec<u8> {
    [SIGNATURE.as_slice(), &[2, 1], WORDS, &header_at.to_le_bytes()].concat()
}

/// Compresses and encrypts a descriptor. Nobody is kept out by it, so salt and key may follow from what it says: the same disc gives the same file.
fn seal(descriptor: &[u8]) -> (Vec<u8>, [u8; KEY_LEN]) {
    let plain = descriptor.get(PREFIX..).unwrap_or_default();
    let mut bytes = Vec::new();
    // Reading out of memory does not fail.
    let _ = ZlibEncoder::new(plain, Compression::best()).read_to_end(&mut bytes);
    let seed = Ripemd160::digest(plain);
    let mut random = [0; SALT + MATERIAL];
    for (chunk, n) in random.chunks_mut(20).zip(0u8..) {
        let digest = Ripemd160::new_with_prefix(seed).chain_update([n]).finalize();
        chunk.copy_from_slice(&digest[..chunk.len()]);
    }
    let (mut salt, mut material) = ([0; SALT], [0; MATERIAL]);
    salt.copy_from_slice(&random[..SALT]);
    material.copy_from_slice(&random[SALT..]);
    let header = Header { material, compressed: bytes.len() as u32, plain: plain.len() as u32 };
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    let chain = Chain::new(&header.keys());
    bytes.chunks_mut(PIECE).for_each(|piece| chain.encrypt(piece));
    (bytes, header.seal(&salt, None, Purpose::Descriptor))
}
