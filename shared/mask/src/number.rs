//! Numbers in groups: cards, accounts, banks, papers. Their parsers and what their partial forms show.

use crate::checksum::{Checksum, Expected};
use crate::class::FieldClass;
use crate::grouped::{Grouped, Malformed};
use crate::symbol::{BULLET, ascii_digit, ascii_upper};
use alloc::string::String;

/// A card number shows its issuer's digits at most, and its last four. **Source**: PCI DSS 4.0.1, 3.4.1.
const PAN_FIRST: usize = 6;
const PAN_LAST: usize = 4;
/// However short a card number is, so many of its digits stay hidden.
const PAN_HIDDEN_MIN: usize = 5;

/// Lengths of IBANs by country. **Source**: SWIFT IBAN registry. Four characters each, in order.
const IBAN_LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29\
    ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21\
    LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27\
    SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// The checksum of a class.
pub(crate) const fn checksum(class: FieldClass) -> Checksum {
    match class {
        FieldClass::Pan => Checksum::Luhn,
        FieldClass::Iban => Checksum::Iban,
        FieldClass::Routing => Checksum::Aba,
        _ => Checksum::None,
    }
}

/// Parses a value of a class that is written in groups; `Formless` for the others.
pub(crate) fn parse(class: FieldClass, value: &str, expected: Expected) -> Result<Grouped, Malformed> {
    let (grouped, lengths) = match class {
        FieldClass::Pan => (Grouped::parse(value, ascii_digit, " -")?, 12..=19),
        FieldClass::Iban => (Grouped::parse(value, ascii_upper, " -")?, 15..=34),
        FieldClass::Account => (Grouped::parse(value, ascii_upper, " -./")?, 4..=34),
        FieldClass::SortCode => (Grouped::parse(value, ascii_digit, " -")?, 6..=6),
        FieldClass::Routing => (Grouped::parse(value, ascii_digit, " -")?, 9..=9),
        FieldClass::Bic => (Grouped::parse(value, ascii_upper, " ")?, 8..=11),
        FieldClass::NationalId | FieldClass::TaxId => (Grouped::parse(value, ascii_upper, " -./")?, 5..=20),
        FieldClass::Passport => (Grouped::parse(value, ascii_upper, " -")?, 6..=12),
        _ => return Err(Malformed::Formless),
    };
    if !lengths.contains(&grouped.count()) {
        return Err(Malformed::Length(grouped.count()));
    }
    check_parts(class, &grouped)?;
    if !checksum(class).holds(grouped.chars(), expected) {
        return Err(Malformed::Checksum);
    }
    Ok(grouped)
}

fn check_parts(class: FieldClass, grouped: &Grouped) -> Result<(), Malformed> {
    let letters = |count: usize| grouped.chars().take(count).all(|c| c.is_ascii_uppercase());
    let held = match class {
        FieldClass::Iban => {
            let check_digits = grouped.chars().skip(2).take(2).all(|c| c.is_ascii_digit());
            letters(2) && check_digits && iban_length(grouped).is_none_or(|length| length == grouped.count())
        }
        FieldClass::Bic => letters(6) && matches!(grouped.count(), 8 | 11),
        FieldClass::Account | FieldClass::NationalId | FieldClass::TaxId | FieldClass::Passport => {
            grouped.chars().any(|c| c.is_ascii_digit())
        }
        _ => true,
    };
    if held { Ok(()) } else { Err(Malformed::Range) }
}

/// The length that the country of an IBAN gives it, where the country is known.
fn iban_length(grouped: &Grouped) -> Option<usize> {
    let country = grouped.symbols.get(..2)?;
    let entries = IBAN_LENGTHS.as_bytes().chunks_exact(4);
    let entry = entries
        .into_iter()
        .find(|entry| entry.iter().zip(country).take(2).all(|(a, b)| char::from(*a) == *b))?;
    Some(usize::from(entry[2] - b'0') * 10 + usize::from(entry[3] - b'0'))
}

/// The number of digits that a card number of `count` digits shows at its start.
pub(crate) const fn pan_first(count: usize) -> usize {
    let open = count.saturating_sub(PAN_LAST + PAN_HIDDEN_MIN);
    if open < PAN_FIRST { open } else { PAN_FIRST }
}

/// The partial form of a parsed value.
pub(crate) fn partial(class: FieldClass, grouped: &Grouped) -> String {
    let count = grouped.count();
    let within = |first: usize, last: usize| {
        grouped.render(|at, c| if at < first || at + last >= count { c } else { BULLET })
    };
    match class {
        FieldClass::Pan => within(pan_first(count), PAN_LAST),
        FieldClass::Iban => within(2, 4),
        FieldClass::SortCode => within(2, 0),
        FieldClass::Routing => within(0, 4),
        // Long and short codes look alike: the branch is not told apart from none.
        FieldClass::Bic => tail("", grouped.chars().take(6), "••"),
        FieldClass::Account => {
            let shown = if count >= 8 { 4 } else { count / 3 };
            tail("•••• ", grouped.chars().skip(count - shown), "")
        }
        _ => {
            let shown = if count >= 8 { 2 } else { 0 };
            tail("•••• ", grouped.chars().skip(count - shown), "")
        }
    }
}

fn tail(before: &str, shown: impl Iterator<Item = char>, after: &str) -> String {
    let mut text = String::from(before);
    text.extend(shown);
    text.push_str(after);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(class: FieldClass, value: &str) -> Result<String, Malformed> {
        parse(class, value, Expected::Value).map(|grouped| partial(class, &grouped))
    }

    #[test]
    fn a_card_shows_its_issuer_and_its_last_four_digits() {
        assert_eq!(shown(FieldClass::Pan, "4111 1111 1111 1111").as_deref(), Ok("4111 11•• •••• 1111"));
        assert_eq!(shown(FieldClass::Pan, "4111111111111111").as_deref(), Ok("411111••••••1111"));
        assert_eq!(shown(FieldClass::Pan, "3782 822463 10005").as_deref(), Ok("3782 82•••• •0005"));
        assert_eq!(shown(FieldClass::Pan, "5018 0000 0009").as_deref(), Ok("501• •••• 0009"));
        assert_eq!(shown(FieldClass::Pan, "4111 1111 1111 1112"), Err(Malformed::Checksum));
        assert_eq!(
            shown(FieldClass::Pan, "４１１１ １１１１ １１１１ １１１１").as_deref(),
            Ok("4111 11•• •••• 1111")
        );
    }

    #[test]
    fn an_iban_shows_its_country_and_its_last_four() {
        let german = "DE89 3704 0044 0532 0130 00";
        assert_eq!(shown(FieldClass::Iban, german).as_deref(), Ok("DE•• •••• •••• •••• ••30 00"));
        assert_eq!(
            shown(FieldClass::Iban, "gb29nwbk60161331926819").as_deref(),
            Ok("GB••••••••••••••••6819")
        );
        assert_eq!(shown(FieldClass::Iban, "DE89 3704 0044 0532 0130 01"), Err(Malformed::Checksum));
        assert_eq!(
            shown(FieldClass::Iban, "DE8937040044053201300"),
            Err(Malformed::Range),
            "too short for Germany"
        );
    }

    #[test]
    fn the_table_of_countries_is_in_fours_and_in_order() {
        let entries: alloc::vec::Vec<_> = IBAN_LENGTHS.as_bytes().chunks(4).collect();
        assert!(entries.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(entries.iter().all(|entry| entry.len() == 4 && entry[2..].iter().all(u8::is_ascii_digit)));
    }

    #[test]
    fn other_numbers_show_their_bank_or_their_tail() {
        assert_eq!(shown(FieldClass::SortCode, "12-34-56").as_deref(), Ok("12-••-••"));
        assert_eq!(shown(FieldClass::Routing, "021000021").as_deref(), Ok("•••••0021"));
        assert_eq!(shown(FieldClass::Routing, "021000022"), Err(Malformed::Checksum));
        assert_eq!(shown(FieldClass::Bic, "DEUTDEFF500").as_deref(), Ok("DEUTDE••"));
        assert_eq!(shown(FieldClass::Bic, "DEUTDEFF").as_deref(), Ok("DEUTDE••"));
        assert_eq!(shown(FieldClass::Account, "31926819").as_deref(), Ok("•••• 6819"));
        assert_eq!(shown(FieldClass::Account, "319268").as_deref(), Ok("•••• 68"));
        assert_eq!(shown(FieldClass::NationalId, "123-45-6789").as_deref(), Ok("•••• 89"));
        assert_eq!(shown(FieldClass::Passport, "C01X007").as_deref(), Ok("•••• "));
        assert_eq!(shown(FieldClass::TaxId, "none"), Err(Malformed::Length(4)));
    }
}
