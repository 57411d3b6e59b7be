//! ISRC and MCN from tags, which have them in more forms than a disc.

use crate::disc::{Isrc, Mcn};

/// The recording code in such a text: “US-S1Z-99-00001”, “ISRC USS1Z9900001”. Of several, the first.
pub fn isrc(text: &str) -> Option<Isrc> {
    text.split([',', ';', '/']).find_map(|one| {
        let code: String = one.chars().filter(|c| !matches!(c, '-' | ' ' | '.' | ':')).collect();
        let bare = code.strip_prefix("ISRC").filter(|bare| bare.len() == 12).unwrap_or(&code);
        Isrc::new(bare.as_bytes()).ok()
    })
}

/// The catalogue number that is a barcode: EAN-13, or UPC-A, which is one of twelve digits and gets a zero before it. Its last digit has to be
/// the right one (GS1 General Specifications, §7.9).
pub fn mcn(text: &str) -> Option<Mcn> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let digits = if digits.len() == 12 { format!("0{digits}") } else { digits };
    let mcn = Mcn::or_none(digits.as_bytes())?;
    let weighted = mcn.as_bytes().iter().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight);
    (weighted.sum::<u32>() % 10 == 0).then_some(mcn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recording_codes_are_taken_in_the_forms_that_people_write() {
        for text in
            ["USS1Z9900001", "us-s1z-99-00001", "ISRC USS1Z9900001", "nothing; US S1Z 99 00001", "USS1Z9900001, GBAYE0601477"]
        {
            assert_eq!(isrc(text).map(|isrc| isrc.to_string()).as_deref(), Some("USS1Z9900001"), "{text}");
        }
        for text in ["", "USS1Z990000", "USS1Z99000012", "ÜSS1Z990000", "0"] {
            assert_eq!(isrc(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_barcode_with_the_right_last_digit_is_a_catalogue_number() {
        let number = |text: &str| mcn(text).map(|mcn| mcn.to_string());
        assert_eq!(number("4006381333931").as_deref(), Some("4006381333931"));
        assert_eq!(number("036000-291452").as_deref(), Some("0036000291452"));
        for text in ["4006381333930", "036000291453", "0000000000000", "CDP 7 46001 2", ""] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
