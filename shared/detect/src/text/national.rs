//! National identity, tax, passport and health numbers that have a fixed shape.
//!
//! Each rule is a shape, a check of what it matched, and what else a match needs. Shapes, checks and scores are
//! those that Presidio documents for the entity, so that a caller who changes over finds the same spans.

use super::checksum::{
    YearKind, icao_9303, is_day_of_month, luhn, mod_11_10, two_digits, value_of_digit, verhoeff, weighted,
};
use super::entity::Entity;
use super::scan::{Needs, Scan, is_ascii_word};
use super::shape::{Match, Shape, first_runs, match_at};

/// What a check says of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The check digits agree: the score is 100.
    Valid,
    /// The check says neither yes nor no: the rule's score stands.
    Open,
    /// Not this entity.
    Invalid,
}

impl Verdict {
    const fn valid_if(condition: bool) -> Self {
        if condition { Self::Valid } else { Self::Invalid }
    }

    const fn open_if(condition: bool) -> Self {
        if condition { Self::Open } else { Self::Invalid }
    }
}

struct Rule {
    entity: Entity,
    shape: Shape,
    /// Hundredths, where the check is open.
    score: u8,
    check: fn(&Match<'_>) -> Verdict,
    needs: Needs,
}

const fn rule(
    entity: Entity,
    shape: Shape,
    score: u8,
    check: fn(&Match<'_>) -> Verdict,
    needs: Needs,
) -> Rule {
    Rule { entity, shape, score, check, needs }
}

use Needs::{Asking, Context, Nothing};

/// Rules whose shape begins with a digit.
const DIGITS_FIRST: &[Rule] = &[
    rule(Entity::AbaRouting, b"999999999", 5, aba, Context),
    rule(Entity::AbaRouting, b"9999-9999-9", 30, aba, Nothing),
    rule(Entity::UsSsn, b"99999-9999", 5, ssn, Context),
    rule(Entity::UsSsn, b"999-999999", 5, ssn, Context),
    rule(Entity::UsSsn, b"999999999", 5, ssn, Context),
    rule(Entity::UsSsn, b"999p99p9999", 50, ssn, Nothing),
    rule(Entity::UsItin, b"999m999999", 5, itin, Context),
    rule(Entity::UsItin, b"99999m9999", 5, itin, Context),
    rule(Entity::UsItin, b"999999999", 30, itin, Context),
    rule(Entity::UsItin, b"999m99m9999", 50, itin, Nothing),
    rule(Entity::UsPassport, b"999999999", 5, |_| Verdict::Open, Context),
    rule(Entity::UkNhs, b"999o999o9999", 50, nhs, Context),
    rule(Entity::DeTaxId, b"99999999999", 50, de_tax_id, Context),
    rule(Entity::EsNif, b"99999999hA", 50, es_nif, Nothing),
    rule(Entity::EsNif, b"9999999hA", 50, es_nif, Nothing),
    rule(Entity::InAadhaar, b"999999999999", 1, aadhaar, Context),
    rule(Entity::InAadhaar, b"9999c9999c9999", 1, aadhaar, Nothing),
    rule(Entity::AuAbn, b"99w999w999w999", 10, abn, Nothing),
    rule(Entity::AuAbn, b"99999999999", 1, abn, Context),
    rule(Entity::AuTfn, b"999w999w999", 10, tfn, Context),
    rule(Entity::AuTfn, b"999999999", 1, tfn, Context),
    rule(Entity::CaSin, b"999999999", 5, sin, Context),
    rule(Entity::CaSin, b"999-999-999", 50, sin, Context),
    rule(Entity::CaSin, b"999 999 999", 50, sin, Context),
    rule(Entity::ZaIdNumber, b"9999999999999", 20, za_id, Nothing),
];

/// Rules whose shape begins with a letter.
const LETTERS_FIRST: &[Rule] = &[
    rule(Entity::UsPassport, b"A99999999", 10, |_| Verdict::Open, Context),
    rule(Entity::UkPassport, b"AA9999999", 10, |_| Verdict::Open, Context),
    rule(Entity::UkNino, b"AAs99s99s99sA", 50, nino, Nothing),
    rule(
        Entity::DeIdCard,
        b"A99999999",
        50,
        |found| Verdict::open_if(found.characters()[0] == b'T'),
        Context,
    ),
    rule(Entity::DeVatId, b"AAv999v999v999", 40, de_vat, Nothing),
    rule(Entity::DeVatId, b"AAv999v999v999", 40, de_vat_shape, Context),
    rule(Entity::DeVatId, b"AA999999999", 50, de_vat_shape, Context),
    rule(Entity::EsNie, b"A9999999hA", 50, es_nie, Nothing),
    rule(Entity::SgNricFin, b"A9999999A", 30, |_| Verdict::Open, Context),
    rule(Entity::SgNricFin, b"A9999999A", 50, |found| one_of(found, b"STFGM"), Nothing),
    rule(Entity::InPan, b"AAAAA9999A", 10, |_| Verdict::Open, Context),
    rule(Entity::InPan, b"AAAAA9999A", 50, in_pan, Nothing),
];

/// Which rules a first run of so many digits may satisfy.
const BY_FIRST_RUN: [u32; 32] = {
    let mut table = [0; 32];
    let mut length = 0;
    while length < 32 {
        let mut index = 0;
        while index < DIGITS_FIRST.len() {
            table[length] |= (first_runs(DIGITS_FIRST[index].shape) >> length & 1) << index;
            index += 1;
        }
        length += 1;
    }
    table
};

/// Tries every rule at a word that begins with a run of digits.
pub(crate) fn digits_first(scan: &mut Scan<'_>, start: usize, first_run: usize) {
    let mut rules = BY_FIRST_RUN.get(first_run).copied().unwrap_or(0);
    while rules != 0 {
        try_rule(scan, &DIGITS_FIRST[rules.trailing_zeros() as usize], start);
        rules &= rules - 1;
    }
}

/// Tries every rule at a word that begins with a letter.
pub(crate) fn letters_first(scan: &mut Scan<'_>, start: usize, end: usize) {
    let letters = scan.run(start, |byte| byte.is_ascii_alphabetic()) - start;
    for rule in LETTERS_FIRST.iter().filter(|rule| leading_letters(rule.shape) == letters) {
        try_rule(scan, rule, start);
    }
    if end - start == 9 {
        german_document(scan, start, end);
    }
}

const fn leading_letters(shape: Shape) -> usize {
    let mut letters = 0;
    while letters < shape.len() && shape[letters] == b'A' {
        letters += 1;
    }
    letters
}

/// Tries the rules of two letters that a separator may follow, at a pair that digits do follow.
pub(crate) fn pair_first(scan: &mut Scan<'_>, start: usize, run: usize) {
    let may_be_vat = matches!(run, 3 | 6 | 9) && scan.bytes[start..start + 2].eq_ignore_ascii_case(b"DE");
    if may_be_vat || matches!(run, 2 | 4 | 6) {
        letters_first(scan, start, start + 2);
    }
}

fn try_rule(scan: &mut Scan<'_>, rule: &Rule, start: usize) {
    if !scan.wants(rule.entity) {
        return;
    }
    let Some(found) = match_at(scan, rule.shape, start) else { return };
    let score = match (rule.check)(&found) {
        Verdict::Valid => 100,
        Verdict::Open => rule.score,
        Verdict::Invalid => return,
    };
    scan.report(rule.entity, (found.start, found.end), score, rule.needs);
}

fn one_of(found: &Match<'_>, initials: &[u8]) -> Verdict {
    Verdict::open_if(initials.contains(&found.characters()[0]))
}

fn aba(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let sum = weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]);
    Verdict::valid_if(b"0123678".contains(&digits[0]) && sum.is_multiple_of(10))
}

fn ssn(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let mut separators = found.raw.iter().filter(|byte| !byte.is_ascii_digit());
    let mixed = match (separators.next(), separators.next()) {
        (Some(first), Some(second)) => first != second,
        _ => false,
    };
    let never_issued =
        &digits[3..5] == b"00" || &digits[5..] == b"0000" || matches!(&digits[..3], b"000" | b"666");
    let printed_as_sample = matches!(digits, b"123456789" | b"987654320" | b"078051120");
    let one_digit = digits.iter().all(|digit| *digit == digits[0]);
    Verdict::open_if(!(mixed || never_issued || printed_as_sample || one_digit))
}

fn itin(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let group = two_digits(digits, 3);
    Verdict::open_if(digits[0] == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99))
}

fn nhs(found: &Match<'_>) -> Verdict {
    let sum = weighted(found.characters(), &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    Verdict::valid_if(sum.is_multiple_of(11))
}

fn nino(found: &Match<'_>) -> Verdict {
    let letters = found.characters();
    let (first, second, suffix) = (letters[0], letters[1], letters[8]);
    let prefix_unused = matches!(&letters[..2], b"BG" | b"GB" | b"NK" | b"KN" | b"NT" | b"TN" | b"ZZ");
    Verdict::open_if(
        !b"DFIQUV".contains(&first) && !b"DFIOQUV".contains(&second) && suffix <= b'D' && !prefix_unused,
    )
}

fn de_tax_id(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let repeated =
        (b'0'..=b'9').any(|digit| digits[..10].iter().filter(|other| **other == digit).count() > 3);
    Verdict::valid_if(digits[0] != b'0' && !repeated && mod_11_10(digits))
}

fn de_vat(found: &Match<'_>) -> Verdict {
    let characters = found.characters();
    Verdict::valid_if(characters.starts_with(b"DE") && mod_11_10(&characters[2..]))
}

/// The check digit of the German VAT number is not published by its issuer, so a mismatch proves nothing.
fn de_vat_shape(found: &Match<'_>) -> Verdict {
    Verdict::open_if(found.characters().starts_with(b"DE"))
}

fn dni_letter(number: u32) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize]
}

fn number_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, &digit| number * 10 + value_of_digit(digit))
}

fn es_nif(found: &Match<'_>) -> Verdict {
    match found.characters().split_last() {
        Some((&letter, digits)) => Verdict::valid_if(letter == dni_letter(number_of(digits))),
        None => Verdict::Invalid,
    }
}

fn es_nie(found: &Match<'_>) -> Verdict {
    let characters = found.characters();
    let Some(prefix) = b"XYZ".iter().position(|initial| *initial == characters[0]) else {
        return Verdict::Invalid;
    };
    let number = prefix as u32 * 10_000_000 + number_of(&characters[1..8]);
    Verdict::valid_if(characters[8] == dni_letter(number))
}

fn in_pan(found: &Match<'_>) -> Verdict {
    Verdict::open_if(b"ABCFGHJLPT".contains(&found.characters()[3]))
}

fn aadhaar(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let palindrome = digits.iter().eq(digits.iter().rev());
    Verdict::valid_if(digits[0] >= b'2' && !palindrome && verhoeff(digits))
}

fn abn(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    let sum = weighted(digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    Verdict::valid_if(digits[0] != b'0' && sum % 89 == 10)
}

fn tfn(found: &Match<'_>) -> Verdict {
    let sum = weighted(found.characters(), &[1, 4, 3, 7, 5, 8, 6, 9, 10]);
    Verdict::valid_if(sum.is_multiple_of(11))
}

fn sin(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    Verdict::open_if(!matches!(digits[0], b'0' | b'8') && luhn(digits))
}

fn za_id(found: &Match<'_>) -> Verdict {
    let digits = found.characters();
    // The century is not in the number; 2000 is the only year of both centuries where it decides on a leap day.
    let leap = YearKind::of(2000 + two_digits(digits, 0));
    let day_exists = is_day_of_month(two_digits(digits, 4), two_digits(digits, 2), leap);
    Verdict::valid_if(day_exists && matches!(digits[10], b'0'..=b'2') && digits[11] >= b'8' && luhn(digits))
}

/// The letters of German document numbers: those that cannot be mistaken for digits, and no vowels.
const GERMAN_DOCUMENT: &[u8] = b"CFGHJKLMNPRTVWXYZ";

/// German passports and identity cards share their shape and check digit: only context tells them apart.
fn german_document(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut characters = [0; 9];
    characters.copy_from_slice(&scan.bytes[start..end]);
    characters.make_ascii_uppercase();
    let of_document = |byte: &u8| byte.is_ascii_digit() || GERMAN_DOCUMENT.contains(byte);
    if !GERMAN_DOCUMENT.contains(&characters[0]) || !characters.iter().all(of_document) {
        return;
    }
    if icao_9303(&characters) {
        scan.report(Entity::DePassport, (start, end), 100, Context);
        let is_old_card = characters[0] == b'T' && characters[1..].iter().all(u8::is_ascii_digit);
        scan.report(Entity::DeIdCard, (start, end), if is_old_card { 40 } else { 100 }, Context);
    }
}

/// The weakest shape of the Indian PAN that Presidio knows: ten characters with a letter and four digits in a
/// row, beginning and ending as words do.
pub(crate) fn in_pan_weakest(scan: &mut Scan<'_>, start: usize) {
    if !scan.asks_for(Entity::InPan) {
        return;
    }
    let Some(ten) = scan.bytes.get(start..start + 10) else { return };
    let is_allowed = |byte: &u8| is_ascii_word(*byte) || b"@#$%^?~-".contains(byte);
    let has_letter = ten.iter().any(u8::is_ascii_alphabetic);
    let has_four_digits = ten.windows(4).any(|four| four.iter().all(u8::is_ascii_digit));
    if has_letter
        && has_four_digits
        && ten.iter().all(is_allowed)
        && is_ascii_word(ten[9])
        && scan.ends_word(start + 10)
    {
        scan.report(Entity::InPan, (start, start + 10), 1, Asking);
    }
}
