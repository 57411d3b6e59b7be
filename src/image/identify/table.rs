//! What files that are no disc images begin with.
//!
//! Markers are those of the formats' own descriptions, or those that `file`(1) and the Wikipedia "List of file signatures" agree on. They are only asked about
//! where no format is sure that a file is its own.

/// What a file is, and what to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// What it is, with its article.
    pub what: &'static str,
    /// The program or the system that makes most of them; empty where no one does.
    pub maker: &'static str,
    /// What to do.
    pub advice: &'static str,
}

impl Kind {
    /// Whether a marker says so. Sectors full of letters are sectors, if their number is right.
    pub fn is_sure(self) -> bool {
        self != TEXT
    }
}

/// These bytes at this offset.
pub struct Mark {
    /// Where.
    pub at: usize,
    /// What stands there.
    pub bytes: &'static [u8],
    /// What it means.
    pub kind: Kind,
}

const UNPACK: &str = "Unpack it with the program that made it, and open the image that is in it.";
const VIRTUAL: &str = "It is the disk of a virtual machine, not a disc: open it with the program that made it.";
const DISK: &str = "It is an image of a hard disk or of a memory stick, not of a disc: write it to such a disk, or mount it.";
const BACKUP: &str = "It is a backup of a hard disk, not of a disc: restore it with the program that made it.";
const FLOPPY: &str = "It is an image of a floppy disk, not of a disc: open it with an emulator, or mount it.";
const SOUND: &str = "To put it on an audio CD, name it in a cue sheet and open that.";
const VIDEO: &str = "It is a video, not a disc: play it, or author a disc with it first.";
const PAPER: &str = "It is a file that may have come with an image: look for the image beside it.";
const RUN: &str = "It is a program. If an image is packed in it, run it where you trust it, and open what it unpacks.";
const GAME: &str =
    "It is a game of a system whose games are no discs, or one already taken off its disc: open it with an emulator.";
const AGAIN: &str = "The download went wrong: get the image again, by the address that this page shows in a browser.";
const CONVERT: &str = "Save it as ISO or BIN/CUE with the program that made it, and open that.";
const TORRENT: &str = "It only tells where the image is to be had: open it with a BitTorrent program.";
const EXTRACTED: &str =
    "It was taken off a disc as a file, and the disc around it is lost: play it, or get an image of the disc.";
const DESCRIBED: &str = "It belongs to an image: open the descriptor beside it, which has the same name.";

const fn mark(at: usize, bytes: &'static [u8], what: &'static str, maker: &'static str, advice: &'static str) -> Mark {
    Mark { at, bytes, kind: Kind { what, maker, advice } }
}

/// Markers, the longer before the shorter where one begins as another does.
pub static MARKS: &[Mark] = &[
    // Archives.
    mark(0, b"Rar!\x1A\x07", "a RAR archive", "WinRAR", UNPACK),
    mark(7, b"**ACE**", "an ACE archive", "WinAce", UNPACK),
    mark(0, b"MSCF\0\0\0\0", "a Cabinet archive", "Windows", UNPACK),
    mark(0, b"ISc(", "an InstallShield cabinet", "InstallShield", UNPACK),
    mark(0, b"SIT!", "a StuffIt archive", "StuffIt", UNPACK),
    mark(0, b"StuffIt (c)", "a StuffIt archive", "StuffIt", UNPACK),
    mark(0, b"StuffIt!", "a StuffIt X archive", "StuffIt", UNPACK),
    mark(0, b"ArC\x01", "a FreeArc archive", "FreeArc", UNPACK),
    mark(0, b"7kSt", "a ZPAQ archive", "zpaq", UNPACK),
    mark(0, b"zPQ", "a ZPAQ archive", "zpaq", UNPACK),
    mark(0, b"LZIP", "an lzip file", "lzip", UNPACK),
    mark(0, b"LRZI", "an lrzip file", "lrzip", UNPACK),
    mark(0, b"\x89LZO\0\r\n\x1A\n", "an lzop file", "lzop", UNPACK),
    mark(0, b"\x04\x22\x4D\x18", "an LZ4 file", "lz4", UNPACK),
    mark(0, b"\x1F\x9D\x90", "a file packed by compress", "compress", UNPACK),
    mark(0, b"\x5D\0\0\x80\0", "an LZMA file", "LZMA Utils", UNPACK),
    mark(0, b"\x5D\0\0\0\x01", "an LZMA file", "LZMA Utils", UNPACK),
    mark(0, b"PK\x07\x08PK\x03\x04", "the first part of a ZIP archive in several", "WinZip", UNPACK),
    mark(0, b"PK00PK\x03\x04", "a ZIP archive in one part of several", "WinZip", UNPACK),
    mark(2, b"-lh", "an LHA archive", "LHA", UNPACK),
    mark(0, b"xar!", "an XAR archive", "macOS", UNPACK),
    mark(0, b"!<arch>\n", "an ar archive or a Debian package", "ar", UNPACK),
    mark(0, b"\xED\xAB\xEE\xDB", "an RPM package", "rpm", UNPACK),
    mark(0, b"070701", "a cpio archive", "cpio", UNPACK),
    mark(0, b"070707", "a cpio archive", "cpio", UNPACK),
    mark(257, b"ustar", "a tar archive", "tar", UNPACK),
    mark(0, b"(This file must be converted with BinHex", "a BinHex file", "BinHex", UNPACK),
    mark(
        0,
        b"MSWIM\0\0\0",
        "a Windows imaging file",
        "Windows Setup",
        "It is a part of Windows' own set-up disc: get the image of that disc.",
    ),
    // Disks of machines.
    mark(0, b"vhdxfile", "a VHDX virtual hard disk", "Hyper-V", VIRTUAL),
    mark(0, b"conectix", "a VHD virtual hard disk", "Virtual PC and Hyper-V", VIRTUAL),
    mark(0, b"KDMV", "a VMDK virtual hard disk", "VMware", VIRTUAL),
    mark(0, b"COWD", "a VMDK virtual hard disk", "VMware", VIRTUAL),
    mark(0, b"# Disk DescriptorFile", "the description of a VMDK virtual hard disk", "VMware", VIRTUAL),
    mark(0, b"QFI\xFB", "a QCOW virtual hard disk", "QEMU", VIRTUAL),
    mark(0, b"QED\0", "a QED virtual hard disk", "QEMU", VIRTUAL),
    mark(64, b"\x7F\x10\xDA\xBE", "a VDI virtual hard disk", "VirtualBox", VIRTUAL),
    mark(0, b"WithoutFreeSpace", "a Parallels virtual hard disk", "Parallels", VIRTUAL),
    mark(0, b"WithouFreSpacExt", "a Parallels virtual hard disk", "Parallels", VIRTUAL),
    mark(
        0,
        b"EVF\t\r\n\xFF\0",
        "an EnCase image",
        "EnCase",
        "It is a forensic image: export it as raw data with the program that made it, and open that.",
    ),
    mark(
        0,
        b"LVF\t\r\n\xFF\0",
        "a logical EnCase image",
        "EnCase",
        "It holds files, not a disc: take them out with the program that made it.",
    ),
    mark(0, b"\xFE\xEF\x01", "a Norton Ghost image", "Norton Ghost", BACKUP),
    mark(0, b"PARTCLONE-IMAGE", "a Partclone image", "Clonezilla", BACKUP),
    mark(0, b"partclone-image", "a Partclone image", "Clonezilla", BACKUP),
    // Floppy disks, as their emulators keep them.
    mark(0, b"IMD ", "an ImageDisk floppy image", "ImageDisk", FLOPPY),
    mark(0, b"HXCPICFE", "an HFE floppy image", "HxC Floppy Emulator", FLOPPY),
    mark(0, b"HXCHFEV3", "an HFE floppy image", "HxC Floppy Emulator", FLOPPY),
    mark(0, b"CAPS\0\0\0", "an IPF floppy image", "the Software Preservation Society", FLOPPY),
    mark(0, b"DMS!", "an Amiga DMS floppy image", "DiskMasher", FLOPPY),
    mark(0, b"RSY\0\x03\0", "a Pasti floppy image", "Pasti", FLOPPY),
    mark(0, b"WOZ1\xFF", "a WOZ floppy image", "Applesauce", FLOPPY),
    mark(0, b"WOZ2\xFF", "a WOZ floppy image", "Applesauce", FLOPPY),
    mark(0, b"FDI\0", "an FDI floppy image", "FDI", FLOPPY),
    // Programs.
    mark(0, b"\x7FELF", "a Linux program", "", RUN),
    mark(0, b"\xCF\xFA\xED\xFE", "a macOS program", "", RUN),
    mark(0, b"\xCA\xFE\xBA\xBE", "a Java class or a macOS program", "", RUN),
    mark(0, b"#!/", "a script", "", RUN),
    // Sound and pictures.
    mark(0, b"fLaC", "a FLAC sound file", "", SOUND),
    mark(0, b"OggS", "an Ogg sound or video file", "", SOUND),
    mark(0, b"ID3", "an MP3 sound file", "", SOUND),
    mark(0, b"wvpk", "a WavPack sound file", "WavPack", SOUND),
    mark(0, b"MAC ", "a Monkey's Audio sound file", "Monkey's Audio", SOUND),
    mark(0, b"TTA1", "a TTA sound file", "True Audio", SOUND),
    mark(0, b"tBaK", "a TAK sound file", "TAK", SOUND),
    mark(0, b"OFR ", "an OptimFROG sound file", "OptimFROG", SOUND),
    mark(0, b"MThd", "a MIDI file", "", "It holds notes, not sound: play it with a MIDI program."),
    mark(4, b"ftypM4A", "an MPEG-4 sound file", "", SOUND),
    mark(4, b"ftyp", "an MPEG-4 video", "", VIDEO),
    mark(0, b"\x1A\x45\xDF\xA3", "a Matroska or WebM video", "", VIDEO),
    mark(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "a Windows Media file", "", VIDEO),
    mark(0, b"FLV\x01", "a Flash video", "", VIDEO),
    mark(0, b"\0\0\x01\xBA", "an MPEG video", "", EXTRACTED),
    mark(0, b"\0\0\x01\xB3", "an MPEG video", "", VIDEO),
    mark(0, b"DVDVIDEO-VMG", "the table of contents of a video DVD", "", EXTRACTED),
    mark(0, b"DVDVIDEO-VTS", "the description of a title of a video DVD", "", EXTRACTED),
    mark(0, b"DVDAUDIO-AMG", "the table of contents of a DVD-Audio", "", EXTRACTED),
    mark(0, b"\xFF\xD8\xFF", "a JPEG picture", "", PAPER),
    mark(0, b"\x89PNG\r\n\x1A\n", "a PNG picture", "", PAPER),
    mark(0, b"GIF8", "a GIF picture", "", PAPER),
    mark(0, b"%PDF-", "a PDF document", "", PAPER),
    mark(0, b"{\\rtf", "an RTF document", "", PAPER),
    mark(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "a document of an old Microsoft Office", "Microsoft Office", PAPER),
    mark(0, b"SQLite format 3\0", "a database", "SQLite", PAPER),
    mark(0, b"d8:announce", "a torrent", "", TORRENT),
    mark(0, b"d13:announce", "a torrent", "", TORRENT),
    mark(0, b"d10:created by", "a torrent", "", TORRENT),
    // Games that are no discs.
    mark(0, b"NES\x1A", "a game of the Nintendo Entertainment System", "", GAME),
    mark(0x100, b"NCSD", "a game of the Nintendo 3DS", "", GAME),
    mark(0x100, b"HEAD", "a game of the Nintendo Switch", "", GAME),
    mark(0, b"PFS0", "a package of the Nintendo Switch", "", GAME),
    mark(0, b"\x7FPKG", "a package of the PlayStation 3 or later", "Sony", GAME),
    mark(0, b"XEX2", "a program of the Xbox 360", "", GAME),
    mark(0, b"LIVE", "a package of the Xbox 360", "Microsoft", GAME),
    mark(0, b"PIRS", "a package of the Xbox 360", "Microsoft", GAME),
    mark(
        0,
        b"SEGA SEGAKATANA SEGA ENTERPRISES",
        "the start of a Dreamcast game alone",
        "",
        "Open the GDI, CUE or CDI of the game.",
    ),
    // Whole disks.
    mark(512, b"EFI PART", "an image of a disk with a GUID partition table", "", DISK),
    mark(3, b"NTFS    ", "an image of a Windows volume (NTFS)", "Windows", DISK),
    mark(3, b"EXFAT   ", "an image of an exFAT volume", "", DISK),
    mark(82, b"FAT32   ", "an image of a FAT volume", "", DISK),
    mark(32, b"NXSB", "an image of an APFS volume", "macOS", DISK),
    mark(0, b"hsqs", "a SquashFS file system", "Linux", "It is a part of a Linux disc: get the image of the whole disc."),
    mark(0, b"LUKS\xBA\xBE", "an encrypted volume (LUKS)", "Linux", DISK),
    mark(3, b"-FVE-FS-", "an encrypted volume (BitLocker)", "Windows", DISK),
    mark(54, b"FAT12   ", "an image of a floppy disk (FAT)", "", FLOPPY),
    mark(54, b"FAT16   ", "an image of a FAT volume", "", DISK),
];

/// What a `RIFF` file is, by the word at 8.
pub static RIFF: &[(&[u8; 4], Kind)] = &[
    (b"WAVE", Kind { what: "a WAVE sound file", maker: "", advice: SOUND }),
    (b"AVI ", Kind { what: "an AVI video", maker: "", advice: VIDEO }),
    (b"CDXA", Kind { what: "a file of a Video CD or CD-i", maker: "Windows, when it copies a Video CD", advice: EXTRACTED }),
];

/// The same for a `FORM` file.
pub static FORM: &[(&[u8; 4], Kind)] = &[
    (b"AIFF", Kind { what: "an AIFF sound file", maker: "", advice: SOUND }),
    (b"AIFC", Kind { what: "an AIFF sound file", maker: "", advice: SOUND }),
];

/// What text begins with, without regard to case and to white space before it.
pub static TEXTS: &[(&str, Kind)] = &[
    ("<!doctype html", Kind { what: "a web page", maker: "a web server", advice: AGAIN }),
    ("<html", Kind { what: "a web page", maker: "a web server", advice: AGAIN }),
    ("<head", Kind { what: "a web page", maker: "a web server", advice: AGAIN }),
    ("<?xml", Kind { what: "an XML file", maker: "", advice: PAPER }),
    ("{\"", Kind { what: "a JSON file", maker: "", advice: PAPER }),
];

/// Text of no kind that is known.
pub const TEXT: Kind = Kind { what: "a text file", maker: "", advice: PAPER };

/// A program with a header of DOS and one of Windows.
pub const PROGRAM: Kind = Kind { what: "a Windows program", maker: "", advice: RUN };
/// The end of a fixed VHD, which begins as the disk in it does.
pub const FIXED_VHD: Kind = Kind { what: "a VHD virtual hard disk", maker: "Virtual PC and Hyper-V", advice: VIRTUAL };
/// A disk with an old partition table.
pub const PARTITIONED: Kind = Kind { what: "an image of a disk with partitions", maker: "", advice: DISK };
/// A Linux volume (ext2, ext3, ext4).
pub const EXT: Kind = Kind { what: "an image of a Linux volume", maker: "Linux", advice: DISK };
/// A floppy disk, by its size.
pub const FLOPPY_SIZE: Kind = Kind { what: "probably an image of a floppy disk", maker: "", advice: FLOPPY };
/// An Amiga floppy disk.
pub const AMIGA: Kind = Kind { what: "an image of an Amiga floppy disk", maker: "", advice: FLOPPY };
/// Disk Copy 4.2.
pub const DISK_COPY: Kind = Kind { what: "a Disk Copy 4.2 floppy image", maker: "Apple Disk Copy", advice: FLOPPY };

/// Sizes of floppy disks, in bytes: 160 KB to 2.88 MB, and the Amiga's and Atari's.
pub const FLOPPIES: [u64; 15] = [
    163_840, 174_848, 184_320, 327_680, 368_640, 409_600, 655_360, 737_280, 819_200, 901_120, 1_228_800, 1_474_560, 1_720_320,
    1_802_240, 2_949_120,
];

/// By the extension, where nothing else tells: formats without a marker, and what goes with images.
pub static NAMES: &[(&[&str], Kind)] = &[
    (
        &["part", "crdownload", "download", "partial", "opdownload", "!ut", "!qb", "bc!", "aria2", "td", "jc", "fdmdownload"],
        Kind { what: "an unfinished download", maker: "", advice: "Wait until the download has ended, or start it again." },
    ),
    (&["sub"], Kind { what: "probably the subchannel of a CD image", maker: "CloneCD", advice: DESCRIBED }),
    (
        &["fcd", "vcd", "vc4", "vdc"],
        Kind { what: "probably an image of a virtual drive", maker: "FarStone VirtualDrive or Virtual CD", advice: CONVERT },
    ),
    (&["rmcd", "rdf"], Kind { what: "probably a Roxio image", maker: "Roxio", advice: CONVERT }),
    (&["p01", "md1", "xa"], Kind { what: "probably an image of GEAR", maker: "GEAR", advice: CONVERT }),
    (&["ashdisc"], Kind { what: "probably an Ashampoo image", maker: "Ashampoo Burning Studio", advice: CONVERT }),
    (
        &["nr3", "nr4", "nri", "nrb", "nra", "nrv"],
        Kind {
            what: "probably a project of Nero",
            maker: "Nero",
            advice: "It only names the files for a disc: open the project in Nero, and save an image.",
        },
    ),
    (
        &["smi", "ndif"],
        Kind {
            what: "probably an old Disk Copy image (NDIF)",
            maker: "Apple Disk Copy",
            advice: "Convert it on a Mac: hdiutil convert -format UDTO.",
        },
    ),
    (
        &["sparseimage", "sparsebundle"],
        Kind {
            what: "probably a growing macOS disk image",
            maker: "macOS",
            advice: "Convert it on a Mac: hdiutil convert -format UDTO.",
        },
    ),
    (&["tib", "tibx"], Kind { what: "probably a backup of Acronis", maker: "Acronis True Image", advice: BACKUP }),
    (
        &["dat"],
        Kind {
            what: "a data file that many programs make",
            maker: "",
            advice: "If it came from a Video CD, get an image of the disc; else ask whoever made it.",
        },
    ),
];
