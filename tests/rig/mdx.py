#!/usr/bin/env python3
"""Takes an MDX file, or a .mds of version 2, apart: a second reader, written from the description of the format and not from Spindle.

usage: mdx.py FILE [PASSWORD]

Prints a line for each track: session, number, mode code, bytes of a sector, first stored sector, pregap, length, MD5 of all that is stored; and a line
"cd-text SIZE MD5" where there is CD-TEXT. Ends with 3 when a password is missing or wrong. Needs the module Cryptodome (python3-pycryptodome).
"""
import hashlib
import os
import struct
import sys
import zlib

from Cryptodome.Cipher import AES
from Cryptodome.Hash import RIPEMD160


def u(form, data, at):
    return struct.unpack_from('<' + form, data, at)[0]


def xor(one, other):
    return (int.from_bytes(one, 'big') ^ int.from_bytes(other, 'big')).to_bytes(len(one), 'big')


def edc(data):
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0xD8018001 if state & 1 else 0)
    return state


def known_password(salt):
    state, password = edc(salt) ^ 0x567372FF, b''
    for (word,) in struct.iter_unpack('<I', salt):
        state = (state * 0x35E85A6D + 0x1548DCE9) % 2**32
        password += struct.pack('<I', word ^ state ^ 0xEC564717)
    return password.replace(b'\0', b'_')


def derive(password, salt):
    """PBKDF2 (RFC 8018) with HMAC-RIPEMD-160."""
    password = password.ljust(64, b'\0')
    inner = RIPEMD160.new(xor(password, b'\x36' * 64))
    outer = RIPEMD160.new(xor(password, b'\x5C' * 64))

    def mac(message):
        first, second = inner.copy(), outer.copy()
        first.update(message)
        second.update(first.digest())
        return second.digest()

    keys = b''
    for number in range(1, 5):
        last = mac(salt + struct.pack('>I', number))
        block = int.from_bytes(last, 'big')
        for _ in range(1999):
            last = mac(last)
            block ^= int.from_bytes(last, 'big')
        keys += block.to_bytes(20, 'big')
    return keys[:64]


def chain(keys, data):
    aes, before, mask, out = AES.new(keys[32:64], AES.MODE_ECB), keys[:16], keys[8:16] * 2, b''
    for at in range(0, len(data), 16):
        block = xor(data[at:at + 16], mask)
        out += xor(aes.decrypt(block), before)
        before = block
    return out


def lrw(keys, first, data):
    aes, whole = AES.new(keys[32:64], AES.MODE_ECB), len(data) // 16 * 16
    # The tweak key times 1, x, x^2, ... modulo x^128 + x^7 + x^2 + x + 1.
    powers = [int.from_bytes(keys[:16], 'big')]
    while len(powers) < 40:
        power = powers[-1] << 1
        powers.append(power ^ (2**128 + 0x87 if power >> 128 else 0))
    masks = b''
    for number in range(first, first + whole // 16):
        product, bit = 0, 0
        while number >> bit:
            if number >> bit & 1:
                product ^= powers[bit]
            bit += 1
        masks += product.to_bytes(16, 'big')
    return xor(aes.decrypt(xor(data[:whole], masks)), masks) + data[whole:] if whole else data


def open_header(header, password, of_descriptor):
    keys = derive(password[:64], header[:64])
    inner = chain(keys, header[64:]) if of_descriptor else lrw(keys, 1, header[64:])
    material = inner[16:272]
    if u('I', inner, 4) != 0x54525545 or u('H', inner, 10) != 256 or u('I', inner, 0) != zlib.crc32(material):
        return None
    assert u('H', inner, 8) == 1 and inner[12:16] == bytes(4) and not any(inner[280:])
    return material, u('I', inner, 272), u('I', inner, 276)


def descriptor(file):
    assert file[:17] == b'MEDIA DESCRIPTOR\2'
    if file[44:48] == b'\xFF' * 4:
        at, size = struct.unpack_from('<QQ', file, 48)
        end = at + size - 64
    else:
        at, end = 48, u('I', file, 44)
    assert end + 512 == len(file)
    material, packed, plain = open_header(file[end:], known_password(file[end:end + 64]), True)
    assert -(-packed // 16) * 16 == end - at
    data = b''.join(chain(material, file[piece:min(piece + 512, end)]) for piece in range(at, end, 512))
    data = zlib.decompress(data[:packed])
    assert len(data) == plain
    return file[:18] + data


def stored(file, track, footer, size, keys):
    """The sectors of one data file of a track."""
    offset, sectors = u('Q', track, 0x28), u('Q', footer, 16)
    units = size // 16
    if not footer[4] & 1:
        data = file[offset:offset + sectors * size]
        if not keys:
            return data
        return b''.join(lrw(keys, 1 + n * units, data[n * size:(n + 1) * size]) for n in range(sectors))
    group = u('I', footer, 12)
    count = -(-sectors // group)
    table = zlib.decompressobj().decompress(file[offset + u('Q', footer, 24):], count * 2)
    assert len(table) == count * 2
    out = b''
    for n, (entry,) in enumerate(struct.iter_unpack('<H', table)):
        full = min(group, sectors - n * group) * size
        if entry & 0x8000:
            out += bytes([entry & 255]) * full
            continue
        data = file[offset:offset + (entry or full)]
        offset += len(data)
        if keys:
            data = lrw(keys, 1 + n * group * units, data)
        out += zlib.decompress(data, -15) if entry else data
        assert len(out) == n * group * size + full
    return out


def main(path, password):
    with open(path, 'rb') as file:
        file = file.read()
    text, keys = descriptor(file), None
    if u('I', text, 0x58):
        header = text[u('I', text, 0x58):][:512]
        opened = open_header(header, known_password(header[:64]), False) or open_header(header, password, False)
        if not opened:
            return 3
        keys = opened[0]
    if u('H', text, 0x1C):
        packs = text[u('I', text, 0x28):][:u('H', text, 0x1C)]
        print('cd-text', len(packs), hashlib.md5(packs).hexdigest())
    cd = u('H', text, 0x12) < 3
    for session in range(u('H', text, 0x14)):
        session = text[u('I', text, 0x50) + session * 32:][:32]
        for track in range(session[10] if cd else 1):
            track = text[u('I', session, 20) + track * 80:][:80]
            if not 1 <= track[4] <= 99:
                continue
            extra = u('I', track, 0x0C)
            pregap, length = (u('I', text, extra), u('I', text, extra + 4)) if cd else (0, u('Q', track, 0x40))
            size, data = u('H', track, 0x10), b''
            for footer in range(u('I', track, 0x30)):
                footer = text[u('I', track, 0x34) + footer * 32:][:32]
                source = file
                if u('I', footer, 0):
                    name = text[u('I', footer, 0):].decode('utf-16-le', 'replace').split('\0')[0]
                    stem = os.path.splitext(os.path.basename(path))[0]
                    with open(os.path.join(os.path.dirname(path), name.replace('*', stem)), 'rb') as source:
                        source = source.read()
                data += stored(source, track, footer, size, keys)
            number, first = u('H', session, 8), u('q', track, 0x38)
            print(number, track[4], hex(track[0]), size, first, pregap, length, hashlib.md5(data).hexdigest())
    return 0


sys.exit(main(sys.argv[1], sys.argv[2].encode('cp1252') if len(sys.argv) > 2 else b''))
