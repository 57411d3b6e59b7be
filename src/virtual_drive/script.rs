//! [`FaultScript`]: how the demo drive and its disc misbehave, as a text that people write (`docs/cli.md`, "The demo drive").

use std::ops::Range;
use std::time::Duration;

use super::{C2Manner, Fault, Manners, Trouble};

/// A drive's manners, and what is wrong with the disc in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultScript {
    /// How the drive behaves.
    pub manners: Manners,
    /// What is wrong with sectors.
    pub faults: Vec<Fault>,
}

/// A line that says nothing that a drive could do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is no fault, such as “100-120 unreadable” or “drive unplug-after 500”")]
pub struct BadScript(pub usize);

/// The longest that one read of a sector may take, or what a drive does for long, in milliseconds.
const SLOWEST: u32 = 60_000;

impl FaultScript {
    /// Reads a script: a fault a line; `#` begins a comment.
    pub fn parse(text: &str) -> Result<FaultScript, BadScript> {
        let mut script = FaultScript::default();
        for (line, number) in text.lines().zip(1..) {
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            let done = match words.as_slice() {
                [] => Some(()),
                ["drive", what, value] => script.manner(what, value),
                [sectors, trouble @ ..] => sectors_of(sectors)
                    .zip(trouble_of(trouble))
                    .map(|(s, t)| script.faults.push(Fault { sectors: s, trouble: t })),
            };
            done.ok_or(BadScript(number))?;
        }
        Ok(script)
    }

    fn manner(&mut self, what: &str, value: &str) -> Option<()> {
        let manners = &mut self.manners;
        match what {
            "pace" => manners.pace = Some(value.parse().ok().filter(|&pace: &u32| pace > 0)?),
            "unplug-after" => manners.unplug_after = Some(value.parse().ok()?),
            "reset-every" => manners.reset_every = Some(value.parse().ok().filter(|&every: &u64| every > 1)?),
            "tray-opens-after" => manners.tray_opens_after = Some(value.parse().ok()?),
            "offset" => manners.offset = value.parse().ok().filter(|offset: &i32| offset.unsigned_abs() <= 10_000)?,
            "cache" => manners.cache = value.parse().ok().filter(|&cache: &usize| cache <= 100_000)?,
            "forgets" => manners.forgets = yes(value)?,
            "q-error-every" => manners.q_error_every = value.parse().ok()?,
            "records" => manners.records = yes(value)?,
            "line-rate" => manners.line_rate = Some(value.parse().ok().filter(|&rate: &u32| rate > 0)?),
            "buffer" => manners.buffer = value.parse().ok().filter(|&bytes: &u32| bytes > 0)?,
            "long" => manners.long = milliseconds(value)?,
            "hand" => manners.hand = milliseconds(value)?,
            "opc-fails" => manners.opc_fails = yes(value)?,
            "isrc-control" => manners.isrc_control = Some(yes(value)?),
            "takes-cd-text" => manners.takes_cd_text = yes(value)?,
            "c2" => {
                manners.c2 = match value {
                    "honest" => C2Manner::Honest,
                    "silent" => C2Manner::Silent,
                    "crying" => C2Manner::Crying,
                    "refused" => C2Manner::Refused,
                    _ => return None,
                }
            }
            _ => return None,
        }
        Some(())
    }
}

fn yes(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// `100`, or `100-120`, both inclusive.
fn sectors_of(word: &str) -> Option<Range<i32>> {
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let number = |word: &str| word.parse::<u32>().ok().and_then(|n| i32::try_from(n).ok());
    let (from, to) = (number(from)?, number(to)?.checked_add(1)?);
    (from < to).then_some(from..to)
}

fn trouble_of(words: &[&str]) -> Option<Trouble> {
    match words {
        ["unreadable"] => Some(Trouble::Unreadable),
        ["flickers"] => Some(Trouble::Flickers),
        ["from-try", n] => n.parse().ok().map(Trouble::FromTry),
        ["wrong-before", n] => n.parse().ok().map(Trouble::WrongBefore),
        ["slow", time] => milliseconds(time).map(Trouble::Slow),
        ["unwritable"] => Some(Trouble::Unwritable),
        ["underrun"] => Some(Trouble::Underrun),
        ["flipped", place] => {
            let (byte, bit) = place.split_once('.').unwrap_or((place, "0"));
            let (byte, bit) = (byte.parse().ok()?, bit.parse().ok().filter(|&bit: &u8| bit < 8)?);
            Some(Trouble::Flipped { byte, bit })
        }
        _ => None,
    }
}

/// `20ms`.
fn milliseconds(word: &str) -> Option<Duration> {
    let milliseconds: u32 = word.strip_suffix("ms")?.parse().ok().filter(|&time| time <= SLOWEST)?;
    Some(Duration::from_millis(milliseconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_can_be_written_down() {
        let text = "# a scratch\n20-22 unreadable\n\n24 from-try 5 # dirt\n30 wrong-before 3\n40-49 slow 20ms\n50 flickers\n\
                    drive pace 1000000\ndrive unplug-after 500\ndrive c2 silent\ndrive offset -30\ndrive forgets no\ndrive reset-every 40\n\
                    60 unwritable\n61 underrun\n62 flipped 2047.7\ndrive line-rate 4000000\ndrive buffer 65536\ndrive long 300ms\n\
                    drive opc-fails yes\ndrive isrc-control no\ndrive takes-cd-text no\ndrive records yes\ndrive hand 500ms\n";
        let fault = |sectors, trouble| Fault { sectors, trouble };
        let wanted = FaultScript {
            manners: Manners {
                pace: Some(1_000_000),
                unplug_after: Some(500),
                c2: C2Manner::Silent,
                offset: -30,
                forgets: false,
                reset_every: Some(40),
                line_rate: Some(4_000_000),
                buffer: 65_536,
                long: Duration::from_millis(300),
                opc_fails: true,
                isrc_control: Some(false),
                takes_cd_text: false,
                hand: Duration::from_millis(500),
                ..Manners::default()
            },
            faults: vec![
                fault(20..23, Trouble::Unreadable),
                fault(24..25, Trouble::FromTry(5)),
                fault(30..31, Trouble::WrongBefore(3)),
                fault(40..50, Trouble::Slow(Duration::from_millis(20))),
                fault(50..51, Trouble::Flickers),
                fault(60..61, Trouble::Unwritable),
                fault(61..62, Trouble::Underrun),
                fault(62..63, Trouble::Flipped { byte: 2047, bit: 7 }),
            ],
        };
        assert_eq!(FaultScript::parse(text), Ok(wanted));
    }

    #[test]
    fn what_is_no_fault_is_named_by_its_line() {
        for line in ["20", "x unreadable", "5-4 unreadable", "-5 unreadable", "4294967295 unreadable", "2147483647 unreadable"] {
            assert_eq!(FaultScript::parse(&format!("\n{line}")), Err(BadScript(2)), "{line}");
        }
        for line in [
            "1 flipped 3.8",
            "1 flipped",
            "drive line-rate 0",
            "drive long 5",
            "1 slow 20",
            "1 slow 99999999ms",
            "1 from-try",
            "drive pace 0",
            "drive c2 x",
            "drive x 1",
            "drive offset 99999",
        ] {
            assert_eq!(FaultScript::parse(line), Err(BadScript(1)), "{line}");
        }
    }
}
