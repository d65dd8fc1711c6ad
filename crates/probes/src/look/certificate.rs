//! When a certificate ends: the one field of X.509 that rustls keeps to itself. A walk over five tags of DER, not a
//! parser: what is not shaped as a certificate has no end here, and was refused by rustls before.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `notAfter` of a certificate in DER.
pub(super) fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der)?;
    let (_, mut fields, _) = element(certificate)?;
    // [version], serial number, algorithm, issuer, then the validity.
    if element(fields)?.0 == VERSION {
        fields = element(fields)?.2;
    }
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (tag, validity, _) = element(fields)?;
    let (_, _, end) = element(validity).filter(|_| tag == SEQUENCE)?;
    let (tag, text, _) = element(end)?;
    moment(tag, core::str::from_utf8(text).ok()?)
}

/// Tag, contents and the rest of what begins with one element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first & 0x7f);
    if first >= 0x80 {
        let bytes = length;
        let digits = rest.get(..bytes).filter(|digits| (1..=4).contains(&digits.len()))?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
        rest = rest.get(bytes..)?;
    }
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

/// RFC 5280 wants both kinds in UTC, with seconds.
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        // Two digits of a year: 50 and above are of the last century.
        UTC_TIME => format!("{}{text}", if text.get(..2)? >= "50" { "19" } else { "20" }),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(year: i32) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["api.example.test".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 3, 9);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_a_year_are_read() {
        for year in [2031, 2049, 2050, 2999] {
            let end = not_after(&made(year)).unwrap();
            assert_eq!(end.to_string(), format!("{year}-03-09T00:00:00Z"));
        }
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_certificate_have_no_end_and_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = not_after(&bytes);
        }

        #[test]
        fn a_broken_certificate_does_no_harm(at in 0_usize..200, byte: u8) {
            let mut der = made(2031);
            let at = at % der.len();
            der[at] = byte;
            let _ = not_after(&der);
            let _ = not_after(&der[..at]);
        }
    }
}
