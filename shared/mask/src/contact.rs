//! Names, addresses, e-mail and telephone numbers: what their partial forms show.

use crate::grouped::Malformed;
use crate::symbol::{ascii_digit, digit, gap, is_blank, is_invisible, is_letter};
use alloc::string::String;

/// Hides any part, long or short.
const HIDDEN: &str = "•••";
/// A shorter word shows nothing of itself.
const WORD_LETTERS_MIN: usize = 3;
/// The most characters of a locality that an address shows.
const LOCALITY_CHARS_MAX: usize = 24;

/// Initials of the first and the last name, where the name is long enough to hide behind its initial.
pub(crate) fn partial_name(value: &str) -> Result<String, Malformed> {
    if let Some(at) =
        value.chars().position(|c| digit(c).is_some() || c.is_control() || matches!(c, '@' | '/' | '\\'))
    {
        return Err(Malformed::Character(at));
    }
    let mut words = value.split(is_blank).filter(|word| word.chars().any(is_letter));
    let first = words.next().ok_or(Malformed::Empty)?;
    let mut text = String::from(initial(first).unwrap_or_default());
    text.push_str(HIDDEN);
    if let Some(last) = words.next_back() {
        text.push(' ');
        text.push_str(initial(last).unwrap_or_default());
        text.push_str(HIDDEN);
    }
    Ok(text)
}

/// The first letter of a word, without its marks.
fn initial(word: &str) -> Option<&str> {
    let mut letters = word.char_indices().filter(|&(_, c)| is_letter(c));
    let (at, first) = letters.next()?;
    let enough = letters.count() + 1 >= WORD_LETTERS_MIN;
    enough.then(|| word.get(at..at + first.len_utf8())).flatten()
}

/// The locality: words of letters alone in the last part of an address that has more than one.
pub(crate) fn partial_address(value: &str) -> Result<String, Malformed> {
    if value.trim_matches(is_blank).is_empty() {
        return Err(Malformed::Empty);
    }
    let mut text = String::from(HIDDEN);
    let mut parts = value
        .rsplit([',', ';', '\n', '\u{60c}', '\u{3001}'])
        .filter(|part| part.chars().any(|c| !is_blank(c)));
    let (last, before) = (parts.next().unwrap_or_default(), parts.next());
    // A text without any number is no address, and what it ends in is no locality.
    if before.is_none() || !value.chars().any(|c| digit(c).is_some()) {
        return Ok(text);
    }
    let mut room = LOCALITY_CHARS_MAX;
    for word in last.split(is_blank).filter(|word| is_locality(word)) {
        let length = word.chars().count();
        if length > room {
            break;
        }
        room -= length;
        text.push(' ');
        text.push_str(word);
    }
    Ok(text)
}

fn is_locality(word: &str) -> bool {
    let letters = word.chars().filter(|&c| is_letter(c)).count();
    letters >= WORD_LETTERS_MIN && word.chars().all(|c| is_letter(c) || matches!(c, '-' | '\'' | '’'))
}

/// The parts of an e-mail address.
pub(crate) struct Email<'v> {
    pub(crate) local: &'v str,
    pub(crate) domain: &'v str,
    /// The last label of the domain.
    pub(crate) top: &'v str,
}

/// Parses an e-mail address. **Source**: RFC 5321, 4.1.2 (dot-string) with the letters of RFC 6531.
pub(crate) fn parse_email(value: &str) -> Result<Email<'_>, Malformed> {
    let value = value.trim_matches(is_blank);
    let (local, domain) = match value.split_once('@') {
        Some(parts) => parts,
        None if value.is_empty() => return Err(Malformed::Empty),
        None => return Err(Malformed::Range),
    };
    let letter = |c: char| is_letter(c) || c.is_ascii_digit();
    let local_char = |c: char| letter(c) || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| letter(c) || c == '-');
    let top = domain.rsplit('.').next().unwrap_or_default();
    let held = !local.is_empty()
        && local.len() <= 64
        && domain.len() <= 253
        && domain.contains('.')
        && local.chars().all(local_char)
        && !local.split('.').any(str::is_empty)
        && domain.split('.').all(label)
        && top.chars().filter(|&c| is_letter(c)).count() >= 2;
    if held { Ok(Email { local, domain, top }) } else { Err(Malformed::Range) }
}

/// The first characters of the local part and of the domain, and the last label.
pub(crate) fn partial_email(value: &str) -> Result<String, Malformed> {
    let Email { local, domain, top } = parse_email(value)?;
    let mut text = String::from(initial(local).unwrap_or_default());
    text.push_str("•••@");
    text.push_str(domain.split('.').next().and_then(initial).unwrap_or_default());
    text.push_str("•••.");
    if top.chars().count() <= LOCALITY_CHARS_MAX {
        text.push_str(top);
    } else {
        text.push_str(HIDDEN);
    }
    Ok(text)
}

/// A telephone number: its digits, and how many of them are the country's code.
pub(crate) struct Phone {
    pub(crate) digits: zeroize::Zeroizing<String>,
    /// 0 for a number without a country.
    pub(crate) country: usize,
}

/// Parses a telephone number. **Source**: ITU-T E.164 (at most 15 digits), E.123 (how it is written).
pub(crate) fn parse_phone(value: &str) -> Result<Phone, Malformed> {
    let mut digits = zeroize::Zeroizing::new(String::with_capacity(64));
    let mut international = false;
    for (at, c) in value.chars().enumerate().filter(|&(_, c)| !is_invisible(c)) {
        match c {
            _ if digits.len() > 17 => return Err(Malformed::Length(digits.len())),
            '+' | '\u{ff0b}' if digits.is_empty() && !international => international = true,
            '(' | ')' => {}
            _ => match (ascii_digit(c), gap(c)) {
                (Some(digit), _) => digits.push(digit),
                (None, Some(_)) => {}
                (None, None) => return Err(Malformed::Character(at)),
            },
        }
    }
    if digits.starts_with("00") && !international {
        digits.drain(..2);
        international = true;
    }
    match digits.len() {
        0 => Err(Malformed::Empty),
        5..=15 => {
            let country = if international { country_digits(&digits) } else { 0 };
            Ok(Phone { digits, country })
        }
        count => Err(Malformed::Length(count)),
    }
}

/// The length of the country code that the digits begin with. **Source**: ITU-T E.164, annex D.
fn country_digits(digits: &str) -> usize {
    /// The second digits of the codes of two digits, by the first from 2 to 9.
    const TWO: [&str; 8] = ["07", "0123469", "013456789", "12345678", "0123456", "", "1246", "0123458"];
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [zone @ b'2'..=b'9', second, ..] => {
            let list = TWO.get(usize::from(zone - b'2')).copied().unwrap_or_default();
            if list.as_bytes().contains(second) { 2 } else { 3 }
        }
        _ => 3,
    }
}

/// The country's code, where there is one, and the last two digits.
pub(crate) fn partial_phone(value: &str) -> Result<String, Malformed> {
    let Phone { digits, country } = parse_phone(value)?;
    let mut text = String::new();
    if country > 0 {
        text.push('+');
        text.push_str(digits.get(..country).unwrap_or_default());
        text.push(' ');
    }
    text.push_str("••• •••");
    if digits.len() >= country + 7 {
        text.push(' ');
        text.push_str(digits.get(digits.len() - 2..).unwrap_or_default());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_the_initials_of_its_first_and_last_word() {
        for (name, shown) in [
            ("Ada Lovelace", "A••• L•••"),
            ("Ludwig van Beethoven", "L••• B•••"),
            ("Madonna", "M•••"),
            ("Jo Li", "••• •••"),
            ("Éowyn O’Brien", "É••• O•••"),
            ("E\u{301}owyn Brien", "E••• B•••"),
            ("محمد علي", "م••• ع•••"),
            ("王小明", "王•••"),
            ("王明", "•••"),
            ("Анна Каренина", "А••• К•••"),
            ("\u{202e}Ada Lovelace", "A••• L•••"),
        ] {
            assert_eq!(partial_name(name).as_deref(), Ok(shown), "{name}");
        }
        assert_eq!(partial_name("DE89 3704"), Err(Malformed::Character(2)));
        assert_eq!(partial_name("•••"), Err(Malformed::Empty));
    }

    #[test]
    fn an_address_shows_its_locality_at_most() {
        for (address, shown) in [
            ("Musterstraße 5, 10115 Berlin", "••• Berlin"),
            ("12 High Street\nNewcastle upon Tyne", "••• Newcastle upon Tyne"),
            ("12 High Street, London, SW1A 1AA", "•••"),
            ("High Street", "•••"),
            ("Anna Schmidt, Hauptstraße", "•••"),
            ("شارع التحرير ١٢، القاهرة", "••• القاهرة"),
        ] {
            assert_eq!(partial_address(address).as_deref(), Ok(shown), "{address}");
        }
        assert_eq!(partial_address("  "), Err(Malformed::Empty));
    }

    #[test]
    fn an_email_shows_two_initials_and_its_last_label() {
        assert_eq!(partial_email("ada.lovelace@example.com").as_deref(), Ok("a•••@e•••.com"));
        assert_eq!(partial_email("al@bt.co.uk").as_deref(), Ok("•••@•••.uk"));
        for bad in
            ["ada", "@example.com", "ada@", "ada@localhost", "a b@example.com", "ada@@example.com", ".a@b.de"]
        {
            assert!(partial_email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_phone_number_shows_its_country_and_two_digits() {
        for (phone, shown) in [
            ("+49 (171) 123-45 67", "+49 ••• ••• 67"),
            ("0049 171 1234567", "+49 ••• ••• 67"),
            ("+1 212 555 0187", "+1 ••• ••• 87"),
            ("+353 1 555 0187", "+353 ••• ••• 87"),
            ("020 7946 0018", "••• ••• 18"),
            ("١٢٣٤٥٦٧٨", "••• ••• 78"),
            ("110 110", "••• •••"),
        ] {
            assert_eq!(partial_phone(phone).as_deref(), Ok(shown), "{phone}");
        }
        assert!(partial_phone("call me").is_err() && partial_phone("+1+2345678").is_err());
        assert!(partial_phone("1234567890123456").is_err());
    }
}
