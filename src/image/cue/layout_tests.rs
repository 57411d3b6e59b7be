//! Where the tracks come to lie.

use super::tests::{corpus, read};
use super::*;
use crate::disc::{Lba, Medium, Track};
use crate::image::{At, Fault, Flaw, Limits};

const RAW: u64 = 2352;

fn lay(text: &str, lengths: &[u64]) -> Layout {
    let layout = layout(&read(text), lengths, SessionGaps::Apart).unwrap();
    layout.disc.check().unwrap();
    layout
}

/// Start, pregap and length of each track.
fn places(layout: &Layout) -> Vec<(i32, u32, u32)> {
    layout.disc.tracks().map(|(_, track)| (track.start.0, track.pregap, track.length)).collect()
}

/// File, offset, start and length of each run.
fn runs(layout: &Layout) -> Vec<(usize, u64, i32, u32)> {
    layout.runs.iter().map(|run| (run.file, run.offset, run.start.0, run.sectors)).collect()
}

#[test]
fn one_file_is_cut_at_the_first_index_of_each_track() {
    let text = "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:02:00\nINDEX 01 00:03:00\nINDEX 02 00:04:00";
    let layout = lay(text, &[RAW * 600]);
    assert_eq!(places(&layout), [(0, 150, 150), (225, 75, 375)]);
    assert_eq!(runs(&layout), [(0, 0, 0, 150), (0, RAW * 150, 150, 450)]);
    assert_eq!(layout.disc.sessions[0].tracks[1].indexes, [Lba(300)]);
}

/// What is before index 1 of the first track is more of its pregap; p1.cue is such a disc.
#[test]
fn the_hidden_track_lies_before_index_1() {
    for text in ["INDEX 00 00:00:00\nINDEX 01 00:01:00", "INDEX 01 00:01:00"] {
        let layout = lay(&format!("FILE a BINARY\nTRACK 01 AUDIO\n{text}"), &[RAW * 302]);
        assert_eq!(places(&layout), [(75, 225, 227)]);
        assert_eq!(runs(&layout), [(0, 0, 0, 302)]);
    }
}

/// chdman 0.251 and cdrdao 1.2.4 put these tracks at 150 and 450: a PREGAP of the first track is on top of the disc's own 150.
#[test]
fn pregaps_that_no_file_has_move_what_follows() {
    let text =
        "FILE a BINARY\nTRACK 01 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nPREGAP 00:01:00\nINDEX 01 00:03:00";
    let layout = lay(text, &[RAW * 600]);
    assert_eq!(places(&layout), [(150, 300, 225), (450, 75, 375)]);
    assert_eq!(runs(&layout), [(0, 0, 150, 225), (0, RAW * 225, 450, 375)]);
    let both = "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nPOSTGAP 00:00:05\nTRACK 02 AUDIO\nPREGAP 00:00:10\nINDEX 00 00:01:00\nINDEX 01 00:01:20";
    let layout = lay(both, &[RAW * 100]);
    assert_eq!(places(&layout), [(0, 150, 80), (110, 30, 5)]);
    assert_eq!(layout.disc.sessions[0].tracks[0].postgap, 5);
    assert_eq!(runs(&layout), [(0, 0, 0, 75), (0, RAW * 75, 90, 25)]);
}

/// Gaps appended to the file before: cdrdao, cuetools, chdman and libmirage all misread this sheet of files of 60, 45 and 30 frames.
#[test]
fn an_index_belongs_to_the_file_it_was_read_under() {
    let text = "FILE 1.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:00:50\nFILE 2.wav WAVE\nINDEX 01 00:00:00\n\
                TRACK 03 AUDIO\nINDEX 00 00:00:40\nFILE 3.wav WAVE\nINDEX 01 00:00:00";
    let layout = lay(text, &[RAW * 60, RAW * 45, RAW * 30]);
    assert_eq!(places(&layout), [(0, 150, 50), (60, 10, 40), (105, 5, 30)]);
    assert_eq!(layout.disc.lead_out(), Lba(135));
    assert_eq!(runs(&layout), [(0, 0, 0, 50), (0, RAW * 50, 50, 10), (1, 0, 60, 40), (1, RAW * 40, 100, 5), (2, 0, 105, 30)]);
}

#[test]
fn tracks_of_one_file_have_records_of_their_own() {
    let text = "FILE a BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:10\nTRACK 03 MODE2/2336\nINDEX 01 00:00:30\n\
                TRACK 04 CDG\nINDEX 01 00:00:35";
    let bytes = [10 * 2048, 20 * 2352, 5 * 2336, 7 * 2448];
    let layout = lay(text, &[bytes.iter().sum()]);
    assert_eq!(
        runs(&layout),
        [(0, 0, 0, 10), (0, bytes[0], 10, 20), (0, bytes[0] + bytes[1], 30, 5), (0, bytes[0] + bytes[1] + bytes[2], 35, 7)]
    );
    assert!(layout.warnings.is_empty());
}

#[test]
fn sound_is_padded_and_half_sectors_are_dropped() {
    let sheet = |kind| format!("FILE a {kind}\nTRACK 01 AUDIO\nINDEX 01 00:00:00");
    assert_eq!(places(&lay(&sheet("WAVE"), &[RAW * 3 + 4])), [(0, 150, 4)]);
    let layout = lay(&sheet("BINARY"), &[RAW * 3 + 4]);
    assert_eq!((places(&layout), layout.warnings.len()), (vec![(0, 150, 3)], 1));
}

#[test]
fn times_that_cannot_be_are_refused_with_their_line() {
    let of = |text: &str, lengths: &[u64]| layout(&read(text), lengths, SessionGaps::Apart).unwrap_err();
    let two = |time| format!("FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:10\nTRACK 02 AUDIO\nINDEX 01 {time}");
    assert!(matches!(
        of(&two("00:00:09"), &[RAW * 100]),
        Flaw { at: At::Line(5), fault: Fault::Contradiction { one: 9, other: 10, .. } }
    ));
    assert!(matches!(of(&two("00:02:00"), &[RAW * 100]), Flaw { at: At::Line(5), fault: Fault::OutOfRange { found: 150, .. } }));
    assert!(matches!(of(&two("400000:00:00"), &[RAW * 100]), Flaw { fault: Fault::OutOfRange { .. }, .. }));
    assert!(matches!(of("FILE a BINARY\nTRACK 01 AUDIO", &[RAW]), Flaw { at: At::Line(2), fault: Fault::Missing { .. } }));
    assert!(matches!(
        of("TRACK 01 AUDIO\nINDEX 01 00:00:00", &[]),
        Flaw { fault: Fault::Missing { what: "a FILE command" }, .. }
    ));
    let far = "FILE a BINARY\nTRACK 01 AUDIO\nPREGAP 477217:00:00\nINDEX 01 00:00:00\nPOSTGAP 477217:00:00";
    assert!(matches!(of(far, &[RAW]), Flaw { fault: Fault::TooMany { .. }, .. }));
    assert!(matches!(of(&two("00:00:20"), &[u64::MAX]), Flaw { .. }));
}

#[test]
fn a_track_without_sectors_is_refused() {
    for text in ["INDEX 01 00:00:05\nTRACK 02 AUDIO\nINDEX 01 00:00:05", "INDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:00:10"] {
        let sheet = read(&format!("FILE a BINARY\nTRACK 01 AUDIO\n{text}"));
        let flaw = layout(&sheet, &[RAW * 10], SessionGaps::Apart).unwrap_err();
        assert!(matches!(flaw, Flaw { at: At::Line(_), fault: Fault::Missing { what: "every sector of this track" } }), "{flaw}");
    }
}

#[test]
fn a_track_without_index_1_begins_where_it_can() {
    let layout = lay(
        "FILE a WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nFILE b WAVE\nTRACK 02 AUDIO\nINDEX 02 00:00:00",
        &[RAW * 10, RAW * 20],
    );
    assert_eq!((places(&layout), layout.warnings.len()), (vec![(0, 150, 10), (10, 0, 20)], 2));
}

const TWO_SESSIONS: &str = "REM SESSION 01\nFILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 02\nFILE b BINARY\nTRACK 02 MODE1/2352\nINDEX 01 00:00:00";

#[test]
fn sessions_of_files_of_their_own_lie_the_ruled_gap_apart() {
    let layout = lay(TWO_SESSIONS, &[RAW * 302, RAW * 10]);
    assert_eq!(places(&layout), [(0, 150, 302), (302 + 11400, 150, 10)]);
    assert_eq!(layout.disc.sessions.iter().map(|session| session.lead_out.0).collect::<Vec<_>>(), [302, 11712]);
    let third = format!("{TWO_SESSIONS}\nREM SESSION 03\nFILE c BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:00");
    assert_eq!(places(&lay(&third, &[RAW * 302, RAW * 10, RAW * 4]))[2], (11712 + 6900, 150, 4));
    let stored = TWO_SESSIONS.replace("2352\nINDEX 01 00:00:00", "2352\nINDEX 00 00:00:00\nINDEX 01 00:02:00");
    let layout = lay(&stored, &[RAW * 302, RAW * 160]);
    assert_eq!((places(&layout)[1], runs(&layout)[1]), ((302 + 11400, 150, 10), (1, 0, 302 + 11250, 160)));
}

/// What DiscImageCreator writes, with other numbers than the ruled ones.
#[test]
fn remarks_change_the_gap() {
    let text = TWO_SESSIONS
        .replace("REM SESSION 02", "REM LEAD-OUT 01:00:00\nREM SESSION 02\nREM LEAD-IN 00:30:00\nREM PREGAP 00:01:00");
    assert_eq!(places(&lay(&text, &[RAW * 302, RAW * 10]))[1], (302 + 4500 + 2250 + 75, 75, 10));
}

/// IsoBuster's single files: the gap is in the times, and the place of the lead-out is given. It is in the file, or it is not.
#[test]
fn the_gap_inside_a_file_is_found_by_the_lead_out() {
    let text = "REM SESSION 01\nFILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM LEAD-OUT 00:04:00\nREM SESSION 02\nTRACK 02 MODE1/2352\nINDEX 01 02:36:00";
    let stored = lay(text, &[RAW * (11700 + 20)]);
    assert_eq!(places(&stored), [(0, 150, 300), (11700, 150, 20)]);
    assert_eq!(runs(&stored), [(0, 0, 0, 300), (0, RAW * 11700, 11700, 20)]);
    let skipped = lay(text, &[RAW * 320]);
    assert_eq!(places(&skipped), places(&stored));
    assert_eq!(runs(&skipped)[1], (0, RAW * 300, 11700, 20));
    assert_eq!(stored.disc.sessions[0].lead_out, Lba(300));
    let big = layout(&read(text), &[RAW * 20000], SessionGaps::Skipped).unwrap();
    assert_eq!(runs(&big)[1], (0, RAW * 300, 11700, 19700));
}

#[test]
fn without_a_lead_out_the_gap_is_a_matter_of_evidence() {
    let text = "REM SESSION 01\nFILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 02\nTRACK 02 MODE1/2352\nINDEX 01 02:36:00";
    let lay = |gaps| places(&layout(&read(text), &[RAW * 11720], gaps).unwrap());
    assert_eq!(lay(SessionGaps::Apart), [(0, 150, 11700), (23100, 150, 20)]);
    assert_eq!(lay(SessionGaps::Stored), [(0, 150, 300), (11700, 150, 20)]);
    assert_eq!(lay(SessionGaps::Skipped), [(0, 150, 300), (11700, 150, 11420)]);
}

/// Only the areas of a GD-ROM are where one has them.
#[test]
fn sessions_that_are_no_areas_make_no_gd_rom() {
    let text = "REM ORIGINAL MEDIA-TYPE: GD-ROM\nREM SESSION 1\nFILE 1 BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n\
                REM SESSION 2\nFILE 2 BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00";
    let layout = lay(text, &[RAW * 600, RAW * 800]);
    assert_eq!(layout.disc.medium, Medium::Cd);
    assert!(layout.warnings[0].text.contains("not the areas"), "{:?}", layout.warnings);
    let one = lay("REM ORIGINAL MEDIA-TYPE: GD-ROM\nFILE 1 BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00", &[RAW * 600]);
    assert_eq!((one.disc.medium, one.warnings.len()), (Medium::Gd, 0));
}

#[test]
fn the_high_density_area_has_its_place() {
    let text = "REM SINGLE-DENSITY AREA\nFILE 1 BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nFILE 2 BINARY\nTRACK 02 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00\n\
                REM HIGH-DENSITY AREA\nFILE 3 BINARY\nTRACK 03 MODE1/2352\nINDEX 01 00:00:00\nFILE 4 BINARY\nTRACK 04 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:02:00";
    let layout = lay(text, &[RAW * 600, RAW * 800, RAW * 1000, RAW * 400]);
    assert_eq!(places(&layout), [(0, 150, 600), (750, 150, 650), (45000, 150, 1000), (46150, 150, 250)]);
    assert_eq!(layout.disc.medium, Medium::Gd);
    assert_eq!(runs(&layout)[2], (2, 0, 45000, 1000));
    let long = super::layout(&read(text), &[RAW * 600, RAW * 45000, RAW, RAW * 400], SessionGaps::Apart);
    assert!(matches!(long, Err(Flaw { fault: Fault::TooMany { .. }, .. })));
}

#[test]
fn discs_that_are_no_cds_are_known_by_name_or_size() {
    let text = "REM ORIGINAL MEDIA-TYPE: DVD+R DL\nFILE a BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00";
    let of = |text: &str, length| lay(text, &[length]).disc;
    let dvd = of(text, 2048 * 100);
    assert_eq!((dvd.medium, dvd.sessions[0].tracks[0].pregap), (Medium::Dvd, 0));
    let unnamed = text.split_once('\n').unwrap().1;
    assert_eq!(of(unnamed, 2048 * 449_849).medium, Medium::Cd);
    assert_eq!(of(unnamed, 2048 * 449_850).medium, Medium::Dvd);
    assert_eq!(of(unnamed, 2048 * 12_219_392).medium, Medium::Bd);
    assert_eq!(of(&text.replace("2048", "2352"), RAW * 100).medium, Medium::Cd);
}

#[test]
fn a_file_that_is_named_again_for_each_track_is_one() {
    let text = "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nFILE a BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:20\nFILE a BINARY\nTRACK 03 AUDIO\nINDEX 01 00:00:50";
    assert_eq!(runs(&lay(text, &[RAW * 60])), [(0, 0, 0, 20), (0, RAW * 20, 20, 30), (0, RAW * 50, 50, 10)]);
}

#[test]
fn the_corpus_lies_where_its_index_says() {
    let Some(corpus) = corpus() else { return };
    let of = |name: &str, file: &str| {
        let sheet = parse(&std::fs::read(corpus.join(name)).unwrap(), &Limits::default()).unwrap();
        let length = corpus.join(name).with_file_name(file).metadata().unwrap().len();
        layout(&sheet, &[length], SessionGaps::Apart).unwrap().disc
    };
    let starts =
        |disc: &crate::disc::Disc| disc.tracks().map(|(_, track): (_, &Track)| (track.number, track.start.0)).collect::<Vec<_>>();
    let cdda = of("libcdio/test/data/cdda.cue", "cdda.bin");
    assert_eq!((starts(&cdda), cdda.lead_out()), (vec![(1, 0)], Lba(302)));
    assert!(cdda.sessions[0].tracks[0].control.copy);
    let p1 = of("libcdio/test/data/p1.cue", "p1.bin");
    assert_eq!((starts(&p1), p1.lead_out()), (vec![(1, 75), (2, 225)], Lba(302)));
    let late = of("libcdio/test/data/cdda_4_5.cue", "cdda.bin");
    assert_eq!((starts(&late), late.lead_out()), (vec![(4, 0), (5, 150)], Lba(302)));
    let m1 = of("libcdio/test/data/isofs-m1.cue", "isofs-m1.bin");
    assert_eq!((starts(&m1), m1.lead_out(), m1.mcn.unwrap().as_str()), (vec![(1, 0)], Lba(302), "0000012101954"));
}
