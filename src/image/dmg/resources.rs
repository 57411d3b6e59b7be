//! Where the tables of chunks stand: in a property list, or in the resource fork of older images.

use super::parse::Fields;
use crate::image::{Fault, Flaw, Limits, shorten};

/// Arrays and dictionaries in each other; a property list of an image has five.
const DEPTH: usize = 32;
/// The kind of the resources that are tables of chunks.
const TABLES: &[u8; 4] = b"blkx";

/// The tables of a property list.
pub fn from_plist(xml: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, Flaw> {
    check_nesting(xml)?;
    let value = plist::Value::from_reader_xml(xml)
        .map_err(|error| Flaw::file(Fault::Syntax { expected: "a property list", found: shorten(&error.to_string()) }))?;
    let resources = value.into_dictionary().and_then(|mut root| root.remove("resource-fork"));
    let tables = resources.and_then(plist::Value::into_dictionary).and_then(|mut fork| fork.remove("blkx"));
    let missing = || Flaw::file(Fault::Missing { what: "the list of the tables of chunks (blkx)" });
    let tables = tables.and_then(plist::Value::into_array).ok_or_else(missing)?;
    if tables.len() as u64 > u64::from(limits.statements) {
        return Err(Flaw::file(Fault::TooMany { what: "tables of chunks", limit: u64::from(limits.statements) }));
    }
    let data = |table: plist::Value| table.into_dictionary().and_then(|mut table| table.remove("Data")?.into_data());
    tables.into_iter().map(|table| data(table).ok_or_else(missing)).collect()
}

/// The reader of property lists goes as deep as they do, and so does what frees them; so deep ones don't get that far, nor does what could
/// hide depth: entities, comments, character data.
fn check_nesting(xml: &[u8]) -> Result<(), Flaw> {
    let mut depth = 0usize;
    for (at, _) in xml.iter().enumerate().filter(|(_, byte)| **byte == b'<') {
        let tag = &xml[at + 1..xml.len().min(at + 10)];
        let deeper = [b"dict".as_slice(), b"array"].iter().any(|name| tag.starts_with(name));
        if tag.starts_with(b"!") && !tag.starts_with(b"!DOCTYPE") {
            let why = "a property list of an image has no such thing";
            return Err(Flaw::at(at as u64, Fault::Misplaced { what: "an entity, comment or character data", why }));
        }
        if deeper {
            depth += 1;
        } else if tag.starts_with(b"/dict") || tag.starts_with(b"/array") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEPTH {
            return Err(Flaw::at(at as u64, Fault::TooMany { what: "lists within each other", limit: DEPTH as u64 }));
        }
    }
    Ok(())
}

/// The tables of a resource fork (Inside Macintosh: More Macintosh Toolbox, chapter 1).
pub fn from_resource_fork(fork: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, Flaw> {
    let fields = Fields { bytes: fork, what: "the resource fork" };
    let (data, map) = (fields.u32(0)? as usize, fields.u32(4)? as usize);
    let types = map.saturating_add(usize::from(fields.u16(map.saturating_add(24))?));
    let kinds = fields.u16(types)?.wrapping_add(1);
    let mut tables = Vec::new();
    for kind in 0..usize::from(kinds) {
        let row = types.saturating_add(2 + 8 * kind);
        if &fields.get::<4>(row)? != TABLES {
            continue;
        }
        let (count, list) = (usize::from(fields.u16(row + 4)?) + 1, types.saturating_add(usize::from(fields.u16(row + 6)?)));
        for number in 0..count {
            if tables.len() as u64 >= u64::from(limits.statements) {
                return Err(Flaw::file(Fault::TooMany { what: "tables of chunks", limit: u64::from(limits.statements) }));
            }
            // A byte of attributes, then the offset.
            let at = data.saturating_add((fields.u32(list.saturating_add(12 * number + 4))? & 0xFF_FFFF) as usize);
            let len = fields.u32(at)? as usize;
            let table = fork.get(at + 4..).and_then(|rest| rest.get(..len));
            let found = fork.len().saturating_sub(at) as u64;
            let cut = || Flaw::at(at as u64, Fault::Truncated { what: "a resource", needed: len as u64, found });
            tables.push(table.ok_or_else(cut)?.to_vec());
        }
    }
    Ok(tables)
}
