//! What is decided before the laser is on.

use super::*;
use crate::disc::sector::Slice;
use crate::disc::{Isrc, Mcn, StoredSub, cd_text::Field};
use crate::drive::mmc::FormatCapacity;
use TrackMode::{Audio, Mode1, Mode2Form1, Mode2Mixed};

fn planned(disc: &Disc, blank: &Recordable, wish: BurnWish) -> Result<BurnPlan, CannotBurn> {
    plan(disc, &nothing_stored, blank, &wish)
}

fn by(mode: Mode) -> BurnWish {
    BurnWish { mode: Some(mode), ..BurnWish::default() }
}

/// Every track is stored whole, with this subchannel.
fn stored_with(sub: StoredSub) -> impl Fn(TrackId) -> Option<Stored> {
    move |_| Some(Stored { main: Slice::RAW, sub, pregap: 0 })
}

/// A blank on which something is already, or all.
fn written(blank: Recordable, state: DiscState) -> Recordable {
    Recordable { state, sessions: 1, last_track: 1, next_writable: Lba(16_000), free: 300_000, ..blank }
}

fn formats(kinds: &[(u8, u32)]) -> Vec<FormatCapacity> {
    kinds.iter().map(|&(kind, sectors)| FormatCapacity { sectors, kind, parameter: 0 }).collect()
}

#[test]
fn nothing_is_planned_that_does_not_fit() {
    let long = disc(&[(Audio, 0, 359_848)]);
    let error = planned(&long, &blank_cd(), BurnWish::default()).unwrap_err();
    assert_eq!(error, CannotBurn::TooLong { needed: 359_848, free: 359_847 });
    assert_eq!(
        error.to_string(),
        "it does not fit: 359848 sectors (737 MB) are needed, 359847 (737 MB) are free; use a larger disc"
    );
    assert!(planned(&disc(&[(Audio, 0, 359_847)]), &blank_cd(), BurnWish::default()).is_ok());
    // A DVD takes whole blocks.
    assert!(planned(&data_disc(17), &blank(Kind::DvdPlusR, 31), BurnWish::default()).is_err());
    assert_eq!(planned(&data_disc(17), &blank(Kind::DvdPlusR, 32), BurnWish::default()).unwrap().needed, 32);
}

#[test]
fn what_lies_on_a_disc_is_erased_only_when_that_is_wished() {
    let disc = disc(&[(Mode1, 0, 600)]);
    let full = |kind, wish| planned(&disc, &Recordable { kind, ..written(blank_cd(), DiscState::Complete) }, wish);
    let erase = BurnWish { erase: Some(Erase::Quick), ..BurnWish::default() };
    assert_eq!(full(Kind::CdR, erase).unwrap_err(), CannotBurn::Finished(Kind::CdR));
    assert_eq!(full(Kind::CdRw, BurnWish::default()).unwrap_err(), CannotBurn::NotErased(Kind::CdRw));
    let plan = full(Kind::CdRw, erase).unwrap();
    assert_eq!((plan.preparation, plan.overwrites), (Some(Preparation::Erase(Erase::Quick)), true));
    assert_eq!((plan.free, plan.sessions[0].number, plan.sessions[0].tracks[0].start), (359_847, 1, Lba(0)));
    assert_eq!(full(Kind::CdRw, BurnWish { simulate: true, ..erase }).unwrap_err(), CannotBurn::NotErased(Kind::CdRw));
    // A formatted DVD-RW is written in sequence when it has been erased.
    let formatted = Recordable { formatted: true, ..blank(Kind::DvdRwOverwrite, 2_298_496) };
    let at_once = |wish| planned(&data_disc(600), &formatted, BurnWish { mode: Some(Mode::DiscAtOnce), ..wish });
    assert_eq!(at_once(BurnWish::default()).unwrap_err(), CannotBurn::NotErased(Kind::DvdRwOverwrite));
    let plan = at_once(erase).unwrap();
    assert_eq!((plan.kind, plan.preparation), (Kind::DvdRw, Some(Preparation::Erase(Erase::Quick))));
    // A blank is not erased once more.
    assert_eq!(planned(&disc, &Recordable { kind: Kind::CdRw, ..blank_cd() }, erase).unwrap().preparation, None);
}

#[test]
fn track_at_once_says_what_it_leaves_out() {
    let mut disc = disc(&[(Audio, 0, 600), (Audio, 0, 200), (Audio, 150, 600)]);
    let first = &mut disc.sessions[0].tracks[0];
    first.indexes = vec![Lba(300)];
    first.isrc = Some(Isrc::new(b"DEXYZ2612345").unwrap());
    disc.mcn = Some(Mcn::new(b"4006381333931").unwrap());
    disc.cd_text.set(1, Field::Title, "A");
    let plan = planned(&disc, &blank_cd(), by(Mode::TrackAtOnce)).unwrap();
    assert_eq!(
        plan.losses,
        [
            BurnLoss::CdText("it lies in the lead-in, which the drive makes by itself when it writes track by track"),
            BurnLoss::Pregaps(vec![2]),
            BurnLoss::Indexes(vec![1]),
            BurnLoss::Padded(vec![2]),
        ]
    );
    assert_eq!(plan.losses[1].to_string(), "the pauses before track 2 become two seconds of silence");
    let starts: Vec<i32> = plan.sessions[0].tracks.iter().map(|track| track.start.0).collect();
    assert_eq!(starts, [0, 600 + 152, 600 + 152 + 300 + 152]);
    let session = plan.write_parameters(&plan.sessions[0], &plan.sessions[0].tracks[0]).unwrap();
    assert!(session.mcn.is_some() && session.isrc.is_some(), "those two go by the mode page");
    assert_eq!(planned(&disc, &blank_cd(), by(Mode::SessionAtOnce)).unwrap().losses, [BurnLoss::Short(vec![2])]);
}

#[test]
fn cd_text_that_a_drive_does_not_write_is_a_loss_and_one_that_nobody_wants_is_none() {
    let mut disc = disc(&[(Audio, 0, 600)]);
    disc.cd_text.set(1, Field::Title, "A");
    let mut blank = blank_cd();
    blank.offers.subchannel = false;
    let without = BurnWish { without_cd_text: true, ..BurnWish::default() };
    let lost = planned(&disc, &blank, BurnWish::default()).unwrap();
    assert_eq!(lost.losses, [BurnLoss::CdText("this drive does not write it")]);
    assert!(lost.losses[0].needs_leave());
    for (blank, wish) in
        [(&blank, without), (&blank_cd(), without), (&blank, BurnWish { mode: Some(Mode::TrackAtOnce), ..without })]
    {
        assert_eq!(planned(&disc, blank, wish).unwrap().losses, []);
    }
    let plan = planned(&disc, &blank_cd(), without).unwrap();
    assert_eq!((plan.sessions[0].cd_text.len(), plan.pieces().next().unwrap().at), (0, Lba(-150)), "the lead-in is the drive's");
}

#[test]
fn a_second_session_lies_where_the_drive_will_put_it() {
    let disc = with_session(disc(&[(Audio, 0, 600)]), Mode2Mixed, Lba(12_000), 600);
    let plan = planned(&disc, &blank_cd(), BurnWish::default()).unwrap();
    assert_eq!((plan.mode, plan.losses.len()), (Mode::SessionAtOnce, 0));
    assert_eq!((plan.sessions[0].open, plan.sessions[1].open), (true, false));
    let landings: Vec<(i32, i32, u32)> = plan.landings().iter().map(|l| (l.from.0, l.at.0, l.sectors)).collect();
    assert_eq!(landings, [(0, 0, 600), (12_000, 12_000, 600)]);
    // From a source that has it elsewhere, the file system would not be found.
    let far = with_session(super::disc(&[(Audio, 0, 600)]), Mode2Mixed, Lba(20_000), 600);
    assert_eq!(planned(&far, &blank_cd(), BurnWish::default()).unwrap().losses, [BurnLoss::Moved(vec![2])]);
}

#[test]
fn a_session_is_added_with_the_next_number() {
    let disc = disc(&[(Audio, 0, 600), (Audio, 0, 600)]);
    let appendable = Recordable { last_track: 98, ..written(blank_cd(), DiscState::Appendable) };
    assert_eq!(planned(&disc, &appendable, BurnWish::default()).unwrap_err(), CannotBurn::TooManyTracks(100));
    let plan = planned(&disc, &Recordable { last_track: 1, ..appendable.clone() }, BurnWish::default()).unwrap();
    let session = &plan.sessions[0];
    assert_eq!((session.number, session.tracks[0].number, session.tracks[0].start), (2, 2, Lba(16_000)));
    assert_eq!(plan.losses, [BurnLoss::Numbers(vec![1, 2])]);
    let open = Recordable { open_session: true, last_track: 1, ..appendable };
    assert_eq!(planned(&disc, &open, by(Mode::SessionAtOnce)).unwrap_err(), CannotBurn::SessionOpen(Kind::CdR));
    assert_eq!(planned(&disc, &open, BurnWish::default()).unwrap().mode, Mode::TrackAtOnce);
}

#[test]
fn only_data_go_on_discs_without_tracks() {
    let dvd = blank(Kind::DvdR, 2_298_496);
    let needs = |tracks: &[(TrackMode, u32, u32)]| planned(&disc(tracks), &dvd, BurnWish::default()).unwrap_err();
    let fail = |what| CannotBurn::NeedsCd { what, kind: Kind::DvdR };
    assert_eq!(needs(&[(Audio, 0, 600)]), fail("audio"));
    assert_eq!(needs(&[(Mode1, 0, 600), (Audio, 0, 600)]), fail("audio"));
    assert_eq!(needs(&[(Mode1, 0, 600), (Mode1, 0, 600)]), fail("several tracks"));
    assert_eq!(needs(&[(Mode2Mixed, 0, 600)]), fail("sectors of mode 2"));
    let form1 = planned(&disc(&[(Mode2Form1, 0, 600)]), &dvd, BurnWish::default()).unwrap();
    assert_eq!(form1.runs()[0].form.main, Some(Slice::FORM1));
    // And a small image of a DVD on a CD.
    let on_cd = planned(&data_disc(600), &blank_cd(), BurnWish::default()).unwrap();
    assert_eq!((on_cd.runs()[0].form.main, on_cd.sessions[0].tracks[0].mode), (Some(Slice::COOKED), Mode1));
}

#[test]
fn the_second_layer_begins_where_it_can() {
    let mut dl = blank(Kind::DvdPlusRDl, 4_173_824);
    dl.layer_0 = Some(LayerZero { sectors: 2_086_912, settled: false });
    let at = |sectors, source, wish| {
        let disc = Disc { layer_break: source, ..data_disc(sectors) };
        planned(&disc, &dl, BurnWish { layer_break: wish, ..BurnWish::default() })
    };
    // 3,000,000 sectors are 187,500 blocks; the half of them lie on each layer.
    assert_eq!(at(3_000_000, None, None).unwrap().layer_break, Some(1_500_000));
    assert_eq!(at(3_000_001, None, None).unwrap().layer_break, Some(1_500_016));
    assert_eq!(at(1_000_000, None, None).unwrap().layer_break, None, "one layer is enough");
    assert_eq!(at(3_000_000, Some(1_600_000), None).unwrap().layer_break, Some(1_600_000));
    assert_eq!(at(3_000_000, Some(1_600_000), Some(1_700_000)).unwrap().layer_break, Some(1_700_000));
    let plan = at(3_000_000, Some(1_600_001), None).unwrap();
    assert_eq!((plan.layer_break, plan.losses), (Some(1_500_000), vec![BurnLoss::LayerBreak(1_600_001)]));
    for wish in [0, 1_600_001, 2_086_928, 3_000_000, 1_499_984] {
        assert!(matches!(at(3_000_000, None, Some(wish)), Err(CannotBurn::LayerBreak { .. })), "{wish}");
    }
}

#[test]
fn a_stored_subchannel_is_written_raw_from_lead_in_to_lead_out() {
    let disc = disc(&[(Mode1, 0, 600), (Audio, 150, 600)]);
    let plan = plan(&disc, &stored_with(StoredSub::PW), &blank_cd(), &BurnWish::default()).unwrap();
    assert_eq!((plan.mode, plan.has_rw, plan.losses.len()), (Mode::Raw, true, 0));
    assert!(plan.pieces().all(|piece| piece.block.size() == 2448));
    let pieces: Vec<(i32, u32, bool)> = plan.pieces().map(|p| (p.at.0, p.sectors, p.run().is_some())).collect();
    assert_eq!(
        pieces,
        [(-11_635, 11_485, false), (-150, 150, false), (0, 600, true), (600, 150, false), (750, 600, true), (1350, 6750, false)]
    );
    let kept = super::plan(&disc, &stored_with(StoredSub::Q), &blank_cd(), &by(Mode::SessionAtOnce)).unwrap();
    assert_eq!(kept.losses, [BurnLoss::Subchannel, BurnLoss::RawSectors]);
}

#[test]
fn what_the_drive_does_not_offer_is_refused() {
    let mut blank = blank_cd();
    blank.offers.modes = vec![Mode::TrackAtOnce];
    blank.offers.simulates.clear();
    let disc = disc(&[(Mode1, 0, 600)]);
    let refused = |wish| planned(&disc, &blank, wish).unwrap_err();
    assert_eq!(planned(&disc, &blank, BurnWish::default()).unwrap().mode, Mode::TrackAtOnce);
    assert_eq!(refused(by(Mode::Raw)), CannotBurn::NotThisDrive { kind: Kind::CdR, mode: Mode::Raw });
    assert_eq!(refused(by(Mode::Overwrite)), CannotBurn::NotThisMode { kind: Kind::CdR, mode: Mode::Overwrite });
    let simulate = BurnWish { simulate: true, ..BurnWish::default() };
    assert_eq!(refused(simulate), CannotBurn::NoSimulation { kind: Kind::CdR, mode: Mode::TrackAtOnce });
    let plus = super::blank(Kind::DvdPlusR, 2_295_104);
    let no = CannotBurn::NoSimulation { kind: Kind::DvdPlusR, mode: Mode::Sequential };
    assert_eq!(planned(&data_disc(600), &plus, simulate).unwrap_err(), no);
}

#[test]
fn discs_are_formatted_as_they_need() {
    let format = |kind, offered: &[(u8, u32)], wish| {
        let blank = Recordable { formats: formats(offered), ..blank(kind, 12_000_000) };
        match planned(&data_disc(600), &blank, wish).unwrap().preparation {
            Some(Preparation::Format(format)) => Some((format.capacity.kind, format.subtype, format.capacity.sectors)),
            other => {
                assert_eq!(other, None);
                None
            }
        }
    };
    let spares = |spare_areas| BurnWish { spare_areas: Some(spare_areas), ..BurnWish::default() };
    let re: &[(u8, u32)] = &[(0x00, 11_826_176), (0x30, 11_800_000), (0x31, 12_219_392)];
    assert_eq!(format(Kind::DvdPlusRw, &[], BurnWish::default()), Some((0x26, 0, u32::MAX)));
    assert_eq!(format(Kind::BdRe, re, BurnWish::default()), Some((0x00, 0, 11_826_176)));
    assert_eq!(format(Kind::BdRe, re, spares(true)), Some((0x30, 3, 11_800_000)));
    assert_eq!(format(Kind::BdRe, re, spares(false)), Some((0x31, 0, 12_219_392)));
    assert_eq!(format(Kind::BdR, re, BurnWish::default()), None);
    assert_eq!(format(Kind::BdR, re, spares(true)), Some((0x00, 1, 11_826_176)));
    assert_eq!(format(Kind::DvdRw, &[(0x10, 2_295_104), (0x15, 0)], by(Mode::RestrictedOverwrite)), Some((0x15, 0, 0)));
    let full = BurnWish { erase: Some(Erase::Full), ..by(Mode::RestrictedOverwrite) };
    assert_eq!(format(Kind::DvdRw, &[(0x10, 2_295_104), (0x15, 0)], full), Some((0x10, 0, 2_295_104)));
}

#[test]
fn pieces_lie_one_behind_the_other() {
    let mut gap = disc(&[(Audio, 0, 600), (Mode1, 225, 700), (Audio, 150, 400)]);
    gap.sessions[0].lead_out += 75;
    gap.sessions[0].tracks[1].pregap = 100;
    for subject in [gap, data_disc(600), disc(&[(Mode1, 0, 100)])] {
        let plan = planned(&subject, &blank_cd(), by(Mode::SessionAtOnce)).unwrap();
        let mut end = Lba(-150);
        for piece in plan.pieces() {
            assert_eq!(piece.at, end);
            end = piece.at + piece.sectors;
        }
        assert_eq!(end, plan.sessions[0].lead_out);
        assert_eq!(plan.outcome().check(), Ok(()));
        assert_eq!(plan.outcome().lead_out(), end);
    }
}
