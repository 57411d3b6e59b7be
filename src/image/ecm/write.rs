//! Writing ECM: what of each sector can be computed is left out.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use super::MAGIC;
use super::parse::Kind;
use crate::disc::Disc;
use crate::disc::ecc::{self, Seal};
use crate::disc::edc::{edc, edc_of_both};
use crate::disc::sector::{Form, RAW, SYNC, is_form2};
use crate::image::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};

/// Sectors that a thread looks at together. A run of sectors never goes on beyond them, which costs two bytes for half a megabyte.
const TOGETHER: usize = 256;

pub(super) fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let part = Part::sectors(track.start, track.length, Form::main(full_record(track.mode)));
    let file = PlannedFile::packed(format!("{}.ecm", request.stem), vec![part], Arc::new(EcmPacking));
    Ok(Plan { files: vec![file] })
}

#[derive(Debug)]
struct EcmPacking;

impl Packing for EcmPacking {
    fn begin(&self, into: PackTarget, _: u64) -> io::Result<Box<dyn Packer>> {
        let mut file = BufWriter::with_capacity(1 << 20, into.create(into.name())?);
        file.write_all(MAGIC)?;
        let sink = Sink { name: into.name().to_owned(), file, edc: 0 };
        Ok(Box::new(ParallelPacker::new(Codec, sink, TOGETHER * RAW)?))
    }
}

struct Codec;

/// Some sectors, packed.
struct Made {
    records: Vec<u8>,
    /// EDC and count of the bytes that they were.
    edc: u32,
    len: u64,
}

impl BlockCodec for Codec {
    type Worker = Records;
    type Made = Made;

    fn worker(&self) -> Records {
        Records::default()
    }

    fn encode(&self, records: &mut Records, _: u64, raw: &[u8]) -> io::Result<Made> {
        records.clear();
        let (sectors, rest) = raw.as_chunks::<RAW>();
        for sector in sectors {
            match kind_of(sector) {
                Kind::Plain => records.put(Kind::Plain, sector, RAW as u32),
                Kind::Mode1 => records.put(Kind::Mode1, &[&sector[12..15], &sector[16..16 + 2048]].concat(), 1),
                kind => {
                    records.put(Kind::Plain, &sector[..16], 16);
                    let packed = kind.sizes().0 as usize;
                    records.put(kind, &sector[20..20 + packed], 1);
                }
            }
        }
        records.put(Kind::Plain, rest, rest.len() as u32);
        records.close();
        Ok(Made { records: records.made.clone(), edc: edc(raw), len: raw.len() as u64 })
    }
}

/// What a sector can be rebuilt from: only where that gives the very same bytes.
fn kind_of(sector: &[u8; RAW]) -> Kind {
    let stored_edc = |at: usize| sector[at..].first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    match sector[15] {
        _ if sector[..SYNC.len()] != SYNC => Kind::Plain,
        1 if sector[2068..2076] == [0; 8] && ecc::check(sector, Seal::Mode1) => Kind::Mode1,
        2 if sector[16..20] != sector[20..24] => Kind::Plain,
        // An EDC that was never computed would come back computed.
        2 if is_form2(sector) => {
            if stored_edc(2348) == Some(edc(&sector[16..2348])) {
                Kind::Form2
            } else {
                Kind::Plain
            }
        }
        2 if ecc::check(sector, Seal::Form1) => Kind::Form1,
        _ => Kind::Plain,
    }
}

/// Records that are being made: units of one kind wait until another kind comes.
#[derive(Default)]
struct Records {
    made: Vec<u8>,
    kind: Option<Kind>,
    units: u32,
    waiting: Vec<u8>,
}

impl Records {
    fn clear(&mut self) {
        self.made.clear();
        self.waiting.clear();
        (self.kind, self.units) = (None, 0);
    }

    fn put(&mut self, kind: Kind, bytes: &[u8], units: u32) {
        if self.kind != Some(kind) {
            self.close();
            self.kind = Some(kind);
        }
        self.waiting.extend_from_slice(bytes);
        self.units += units;
    }

    /// Ends the record that waits.
    fn close(&mut self) {
        if let (Some(kind), Some(mut rest)) = (self.kind, self.units.checked_sub(1)) {
            let first = kind as u8 | (rest as u8 & 31) << 2;
            rest >>= 5;
            self.made.push(if rest > 0 { first | 0x80 } else { first });
            while rest > 0 {
                let byte = rest as u8 & 0x7F;
                rest >>= 7;
                self.made.push(if rest > 0 { byte | 0x80 } else { byte });
            }
            self.made.append(&mut self.waiting);
        }
        self.units = 0;
    }
}

struct Sink {
    name: String,
    file: BufWriter<File>,
    edc: u32,
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, _: u64, made: Made) -> io::Result<()> {
        self.edc = edc_of_both(self.edc, made.edc, made.len);
        self.file.write_all(&made.records)
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        self.file.write_all(&[0xFC, 0xFF, 0xFF, 0xFF, 0x3F])?;
        self.file.write_all(&self.edc.to_le_bytes())?;
        self.file.flush()?;
        Ok(vec![self.name])
    }
}
