//! Writing RVZ, WBFS and CISO.
//!
//! nod wants to read the disc at any place before it writes, so what comes is put into a file beside the target first.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use nod::common::{Compression, Format};
use nod::read::{DiscOptions, DiscReader};
use nod::write::{DiscWriter, FormatOptions, ProcessOptions};

use super::disc::{Stream, guarded};
use crate::bytes::Bytes;
use crate::disc::Disc;
use crate::disc::sector::{Form, Slice};
use crate::image::packing::{PackTarget, Packer, Packing};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};
use crate::threads::workers;

pub(super) fn plan_rvz(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let level = request.tuning.level;
    let compression = match request.tuning.codec.as_deref() {
        Some("none") => Compression::None,
        Some("lzma") => Compression::Lzma(level.unwrap_or(6)),
        Some("lzma2") => Compression::Lzma2(level.unwrap_or(6)),
        _ => Compression::Zstandard(level.map_or(5, |level| level as i8)),
    };
    plan(disc, request, Format::Rvz, compression, "rvz")
}

pub(super) fn plan_wbfs(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    plan(disc, request, Format::Wbfs, Compression::None, "wbfs")
}

pub(super) fn plan_ciso(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    plan(disc, request, Format::Ciso, Compression::None, "ciso")
}

fn plan(
    disc: &Disc,
    request: &PlanRequest,
    format: Format,
    compression: Compression,
    extension: &str,
) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let sectors = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
    let packing = NodPacking { format, compression };
    let name = format!("{}.{extension}", request.stem);
    Ok(Plan { files: vec![PlannedFile::packed(name, vec![sectors], Arc::new(packing))] })
}

#[derive(Debug)]
struct NodPacking {
    format: Format,
    compression: Compression,
}

impl Packing for NodPacking {
    fn begin(&self, into: PackTarget, _: u64) -> io::Result<Box<dyn Packer>> {
        let name = format!("{}.unpacked", into.name());
        let unpacked = into.create(&name)?;
        let block_size = self.format.default_block_size();
        let options = FormatOptions { format: self.format, compression: self.compression, block_size };
        Ok(Box::new(NodPacker { into, name, unpacked, options }))
    }
}

struct NodPacker {
    into: PackTarget,
    name: String,
    unpacked: File,
    options: FormatOptions,
}

/// The file that was just written, as a stream.
struct Written(Mutex<File>, u64);

impl Bytes for Written {
    fn len(&self) -> u64 {
        self.1
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(into)
    }
}

impl Packer for NodPacker {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.unpacked.write_all(bytes)
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        let NodPacker { into, name, unpacked, options } = *self;
        let len = unpacked.metadata()?.len();
        let bytes = Arc::new(Written(Mutex::new(unpacked), len));
        let mut file = into.create(into.name())?;
        guarded(|| pack(bytes, &options, &mut file))?.map_err(io::Error::other)?;
        into.remove(&name)?;
        Ok(vec![into.name().to_owned()])
    }
}

fn pack(bytes: Arc<dyn Bytes>, options: &FormatOptions, file: &mut File) -> nod::Result<()> {
    let reader = DiscReader::new_stream(Box::new(Stream(bytes)), &DiscOptions::default())?;
    let writer = DiscWriter::new(reader, options)?;
    let process =
        ProcessOptions { processor_threads: workers(), digest_crc32: true, digest_sha1: true, ..ProcessOptions::default() };
    let done = writer.process(|data, _, _| file.write_all(&data), &process)?;
    let finish = |file: &mut File| {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&done.header)
    };
    finish(file).map_err(|error| nod::Error::Io("writing the header".to_owned(), error))
}
