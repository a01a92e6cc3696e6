//! Telephone numbers: international ones, national ones of eight countries, and any that a word names.
//!
//! A candidate is a chain of digit groups as people write them. It counts when its digits fit a numbering plan,
//! as libphonenumber's matcher decides at its level "valid", or when a word such as "phone" stands beside it.

use super::context::just_after;
use super::entity::Entity;
use super::phone_plan::{Format, is_international, is_national};
use super::scan::{Needs, Scan};
use super::topic::{AFTER_PHONE, topics_of};

/// The most groups of a candidate; a longer chain of numbers is a table, not a number.
const GROUPS_MAX: usize = 10;
/// The most digits of a number with country code and international prefix.
const DIGITS_MAX: usize = 20;
/// The fewest and most digits of a number that only its context names.
const NAMED_DIGITS: core::ops::RangeInclusive<usize> = 7..=15;
/// How many words may stand between a number and the word that names it.
const NAME_WORDS: usize = 4;

/// Tries the numbers in a chain of digit groups, and answers where the chain ends: the caller need not come
/// back before that.
pub(crate) fn numbers(scan: &mut Scan<'_>, start: usize, run_end: usize) -> usize {
    let chain = Chain::read(scan, start, run_end);
    let mut first = 0;
    while let Some(last) = (first < chain.count).then(|| find(scan, &chain, first)).flatten() {
        first = last + 1;
    }
    chain.end()
}

/// Finds a number among the groups from `first` on, and answers its last group: all of them, or else a piece
/// between separators of one kind.
fn find(scan: &mut Scan<'_>, chain: &Chain, first: usize) -> Option<usize> {
    if try_groups(scan, chain, first, chain.count - 1).is_some() {
        return Some(chain.count - 1);
    }
    SEPARATORS.iter().find_map(|separates| {
        let mut piece = first;
        for next in first + 1..=chain.count {
            if next < chain.count && !separates(chain.between(scan, next)) {
                continue;
            }
            if next - piece < chain.count - first && try_groups(scan, chain, piece, next - 1).is_some() {
                return Some(next - 1);
            }
            piece = next;
        }
        None
    })
}

/// What may stand between two numbers, from the plainest to the least plain.
const SEPARATORS: [fn(&[u8]) -> bool; 4] = [
    |between| between.contains(&b'/'),
    |between| between.contains(&b'('),
    |between| {
        between.starts_with(b" -") || between.ends_with(b"- ") || between.starts_with("\u{2013}".as_bytes())
    },
    |between| between.contains(&b' '),
];

/// Groups of digits with punctuation between them, on one line.
struct Chain {
    groups: [(usize, usize); GROUPS_MAX],
    count: usize,
}

impl Chain {
    fn read(scan: &Scan<'_>, start: usize, run_end: usize) -> Self {
        let mut chain = Self { groups: [(start, run_end); GROUPS_MAX], count: 1 };
        while chain.count < GROUPS_MAX {
            let Some(next) = punctuation_end(scan, chain.end()) else { break };
            chain.groups[chain.count] = (next, scan.run(next, |byte| byte.is_ascii_digit()));
            chain.count += 1;
        }
        chain
    }

    fn end(&self) -> usize {
        self.groups[self.count - 1].1
    }

    /// The punctuation before a group other than the first.
    fn between<'t>(&self, scan: &Scan<'t>, index: usize) -> &'t [u8] {
        &scan.bytes[self.groups[index - 1].1..self.groups[index].0]
    }

    fn digits(&self, first: usize, last: usize) -> usize {
        self.groups[first..=last].iter().map(|(start, end)| end - start).sum()
    }
}

/// The end of the punctuation between two groups of one number, where a digit follows.
fn punctuation_end(scan: &Scan<'_>, start: usize) -> Option<usize> {
    const PUNCTUATION_MAX: usize = 4;
    let mut at = start;
    for _ in 0..=PUNCTUATION_MAX {
        match scan.at(at) {
            digit if digit.is_ascii_digit() => return (at > start).then_some(at),
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'[' | b']' | b'~' => at += 1,
            byte if byte.is_ascii() => return None,
            _ => {
                let dash_or_space = |character: &char| {
                    matches!(
                        character,
                        '\u{a0}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{202f}' | '\u{3000}'
                    )
                };
                at += scan.char_at(at).filter(dash_or_space)?.len_utf8();
            }
        }
    }
    None
}

/// What stands before a number's first digit and belongs to it.
struct Lead {
    start: usize,
    international: bool,
}

impl Lead {
    fn read(scan: &Scan<'_>, at: usize, closes_bracket: bool) -> Self {
        let mut lead = Self { start: at, international: false };
        let mut brackets = usize::from(closes_bracket);
        for _ in 0..2 {
            match scan.before(lead.start) {
                b'+' if !lead.international => lead.international = true,
                b'(' | b'[' if brackets > 0 => brackets -= 1,
                _ => break,
            }
            lead.start -= 1;
        }
        lead
    }
}

fn try_groups(scan: &mut Scan<'_>, chain: &Chain, first: usize, last: usize) -> Option<()> {
    let count = chain.digits(first, last);
    if !(*NAMED_DIGITS.start()..=DIGITS_MAX).contains(&count) {
        return None;
    }
    let (from, end) = (chain.groups[first].0, chain.groups[last].1);
    let body = &scan.bytes[from..end];
    let lead = Lead::read(scan, from, closes_first(body)?);
    if is_date(scan, &chain.groups[first..=last]) || !stands_free(scan, &lead, end) {
        return None;
    }
    let mut digits = [0; DIGITS_MAX];
    let source = body.iter().filter(|byte| byte.is_ascii_digit());
    digits.iter_mut().zip(source).for_each(|(place, &digit)| *place = digit);
    let digits = &digits[..count];
    let format = match lead.international {
        true => is_international(digits).then_some(Format::International),
        false => is_national(digits),
    };
    let span = (lead.start, extension_end(scan, end));
    match format {
        Some(format) => {
            let needs = needs_of(format, &chain.groups[first..=last]);
            scan.report(Entity::PhoneNumber, span, 40, needs).then_some(())
        }
        None if NAMED_DIGITS.contains(&count) && is_named(scan, span) => {
            scan.add(Entity::PhoneNumber, span, 40);
            Some(())
        }
        None => None,
    }
}

/// Whether three groups are a day, a month and a year, in any order that people write.
fn is_date(scan: &Scan<'_>, groups: &[(usize, usize)]) -> bool {
    let &[first, second, third] = groups else { return false };
    let separator = |end: usize, start: usize| (start - end == 1).then(|| scan.at(end));
    let separators = (separator(first.1, second.0), separator(second.1, third.0));
    let has_separators = separators.0 == separators.1 && matches!(separators.0, Some(b'-' | b'.' | b'/'));
    let length = |group: (usize, usize)| group.1 - group.0;
    let lengths = (length(first), length(second), length(third));
    has_separators && matches!(lengths, (1 | 2, 1 | 2, 2 | 4) | (4, 1 | 2, 1 | 2))
}

/// Whether brackets are paired; and if they are, whether the first to be closed was opened before the body.
fn closes_first(body: &[u8]) -> Option<bool> {
    let mut open = false;
    let mut closes = false;
    for (index, byte) in body.iter().enumerate() {
        match (byte, open) {
            (b'(' | b'[', false) => open = true,
            (b')' | b']', true) => open = false,
            (b')' | b']', false) if !closes && !body[..index].contains(&b'(') => closes = true,
            (b'(' | b'[' | b')' | b']', _) => return None,
            _ => {}
        }
    }
    (!open).then_some(closes)
}

/// Whether neither letters, nor signs of money or share, nor a time touch the number.
fn stands_free(scan: &Scan<'_>, lead: &Lead, end: usize) -> bool {
    let touches = |character: char| {
        character.is_alphabetic() || matches!(character, '%' | '$' | '€' | '£' | '¥' | '₹' | '_')
    };
    let has_lead = matches!(scan.at(lead.start), b'+' | b'(' | b'[');
    let in_decimal = matches!(scan.before(lead.start), b'.' | b',')
        && lead.start >= 2
        && scan.bytes[lead.start - 2].is_ascii_digit();
    let before = in_decimal || scan.char_before(lead.start).is_some_and(touches);
    let extension = extension_end(scan, end) > end;
    let after = scan.char_at(end).is_some_and(touches) && !extension;
    let time = scan.at(end) == b':' && scan.at(end + 1).is_ascii_digit();
    (has_lead || !before) && !after && !time
}

/// The end of an extension, where one follows: `x123`, `ext. 123`.
fn extension_end(scan: &Scan<'_>, end: usize) -> usize {
    const EXTENSION_MAX: usize = 7;
    let at = scan.run(end, |byte| byte == b' ');
    let rest = &scan.bytes[at..];
    let Some(sign) = [&b"extension"[..], b"extn", b"ext", b"x", b"#"]
        .into_iter()
        .find(|sign| rest.get(..sign.len()).is_some_and(|text| text.eq_ignore_ascii_case(sign)))
    else {
        return end;
    };
    let from = scan.run(at + sign.len(), |byte| matches!(byte, b'.' | b':' | b' '));
    let to = scan.run(from, |byte| byte.is_ascii_digit());
    let fits = at <= end + 2 && from <= at + sign.len() + 2 && (1..=EXTENSION_MAX).contains(&(to - from));
    if fits && scan.ends_word(to) { to } else { end }
}

fn is_named(scan: &Scan<'_>, (start, end): (usize, usize)) -> bool {
    let letter_follows = matches!(scan.at(end), b' ' | b'-' | b'(') && scan.at(end + 1).is_ascii_alphabetic();
    scan.follows(start, topics_of(Entity::PhoneNumber), NAME_WORDS)
        || (letter_follows && just_after(scan.bytes, end).meets(AFTER_PHONE))
}

/// Without context, only numbers that are written as few other numbers are.
fn needs_of(format: Format, groups: &[(usize, usize)]) -> Needs {
    let lengths_are =
        |wanted: &[usize]| groups.iter().map(|(start, end)| end - start).eq(wanted.iter().copied());
    match format {
        Format::International => Needs::Nothing,
        Format::NorthAmerican if lengths_are(&[3, 3, 4]) || lengths_are(&[1, 3, 3, 4]) => Needs::Nothing,
        Format::TrunkPrefix if groups.len() > 1 => Needs::Nothing,
        _ => Needs::Context,
    }
}
