//! Dates of birth and amounts of money: the year of the one, the size of the other.

use crate::grouped::{Grouped, Malformed};
use crate::symbol::{ascii_digit, digit, is_blank, is_invisible, is_letter};
use alloc::string::String;

/// The years in which somebody may have been born.
const YEARS: core::ops::RangeInclusive<u32> = 1880..=2150;

/// The year of a date, in the order in which the date was written.
pub(crate) fn partial_date(value: &str) -> Result<String, Malformed> {
    let grouped = Grouped::parse(value, ascii_digit, " -./")?;
    let mut numbers = [0_u32; 3];
    let mut lengths = grouped.groups();
    let mut digits = grouped.chars();
    for number in &mut numbers {
        let length = lengths.next().ok_or(Malformed::Length(grouped.count()))?;
        *number = digits
            .by_ref()
            .take(length)
            .fold(0, |n, c| n.saturating_mul(10).saturating_add(c.to_digit(10).unwrap_or(0)));
    }
    if lengths.next().is_some() {
        return Err(Malformed::Length(grouped.count()));
    }
    let gap = grouped.gaps.first().map_or('-', |&(_, gap)| gap);
    let day_and_month =
        |a: u32, b: u32| (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    let [first, second, third] = numbers;
    let year_first = YEARS.contains(&first) && day_and_month(second, third);
    let year_last = YEARS.contains(&third) && day_and_month(first, second);
    if !year_first && !year_last {
        return Err(Malformed::Range);
    }
    let mut text = String::with_capacity(24);
    let year = if year_first { first } else { third };
    let push_year = |text: &mut String| {
        text.extend([1000, 100, 10, 1].map(|unit| char::from_digit(year / unit % 10, 10).unwrap_or('0')));
    };
    if year_first {
        push_year(&mut text);
        text.extend([gap, '•', '•', gap, '•', '•']);
    } else {
        text.extend(['•', '•', gap, '•', '•', gap]);
        push_year(&mut text);
    }
    Ok(text)
}

/// The size of an amount, to its power of ten, and its currency. Neither sign nor digits.
pub(crate) fn partial_amount(value: &str) -> Result<String, Malformed> {
    let value = value.trim_matches(|c| is_blank(c) || is_invisible(c));
    if value.is_empty() {
        return Err(Malformed::Empty);
    }
    let is_inner = |c: char| digit(c).is_some() || is_separator(c) || is_invisible(c);
    let start = value.find(|c| digit(c).is_some()).ok_or(Malformed::Range)?;
    let end = value.rfind(|c| digit(c).is_some()).unwrap_or(start);
    let end = value.get(end..).and_then(|rest| rest.chars().next()).map_or(end, |last| end + last.len_utf8());
    let (before, number, after) = (&value[..start], &value[start..end], &value[end..]);
    if let Some(at) = number.chars().position(|c| !is_inner(c)) {
        return Err(Malformed::Character(at));
    }
    let currency = match (currency(before)?, currency(after)?) {
        (Some(_), Some(_)) => return Err(Malformed::Range),
        (before, after) => before.or(after),
    };
    let mut text = String::from(band(whole_digits(number)?));
    if let Some(currency) = currency {
        text.push('\u{a0}');
        text.push_str(currency);
    }
    Ok(text)
}

const fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '’' | '\u{66b}' | '\u{66c}' | '_') || is_blank(c)
}

/// The number of digits before the decimal sign, without leading zeros.
fn whole_digits(number: &str) -> Result<usize, Malformed> {
    let groups = number.split(is_separator);
    let mut lengths = groups.map(|group| group.chars().filter(|&c| digit(c).is_some()).count());
    let first = lengths.next().unwrap_or(0);
    let mut whole = first;
    let mut rest = lengths.peekable();
    while let Some(length) = rest.next() {
        match (length, rest.peek()) {
            (1 | 2, None) => break,
            (2 | 3, Some(_)) | (3, None) => whole += length,
            _ => return Err(Malformed::Separator(whole)),
        }
    }
    let zeros = number.chars().filter_map(digit).take(whole).take_while(|&value| value == 0).count();
    Ok(whole - zeros)
}

const fn band(whole_digits: usize) -> &'static str {
    match whole_digits {
        0..=2 => "< 100",
        3 => "100 – 1\u{a0}000",
        4 => "1\u{a0}000 – 10\u{a0}000",
        5 => "10\u{a0}000 – 100\u{a0}000",
        6 => "100\u{a0}000 – 1\u{a0}000\u{a0}000",
        _ => "≥ 1\u{a0}000\u{a0}000",
    }
}

/// The sign of a currency beside the number: a symbol, or a short name. Signs of the amount are dropped.
fn currency(text: &str) -> Result<Option<&str>, Malformed> {
    let text = text.trim_matches(|c| {
        is_blank(c) || is_invisible(c) || matches!(c, '+' | '-' | '\u{2212}' | '\u{2013}' | '(' | ')' | '.')
    });
    let symbol = |c: char| matches!(c, '$' | '£' | '¥' | '€' | '\u{20a0}'..='\u{20c0}' | '.') || is_letter(c);
    match text.chars().count() {
        0 => Ok(None),
        1..=3 if text.chars().all(symbol) => Ok(Some(text)),
        _ => Err(Malformed::Range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_shows_its_year_where_it_was_written() {
        for (date, shown) in [
            ("1980-12-31", "1980-••-••"),
            ("31.12.1980", "••.••.1980"),
            ("1.2.1980", "••.••.1980"),
            ("12/31/1980", "••/••/1980"),
            ("٣١/١٢/١٩٨٠", "••/••/1980"),
        ] {
            assert_eq!(partial_date(date).as_deref(), Ok(shown), "{date}");
        }
        for bad in
            ["19801231", "31.12.80", "13/13/1980", "0/1/1980", "1980-12", "1980-12-31-1", "1700-01-01", ""]
        {
            assert!(partial_date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_amount_shows_its_size_and_currency() {
        for (amount, shown) in [
            ("0", "< 100"),
            ("-12,50 €", "< 100\u{a0}€"),
            ("99.99", "< 100"),
            ("100.00", "100 – 1\u{a0}000"),
            ("1.234,56 EUR", "1\u{a0}000 – 10\u{a0}000\u{a0}EUR"),
            ("1,234", "1\u{a0}000 – 10\u{a0}000"),
            ("$12,345.67", "10\u{a0}000 – 100\u{a0}000\u{a0}$"),
            ("CHF 1’234’567.–", "≥ 1\u{a0}000\u{a0}000\u{a0}CHF"),
            ("₹12,34,567", "≥ 1\u{a0}000\u{a0}000\u{a0}₹"),
            ("000123.00", "100 – 1\u{a0}000"),
            ("١٬٢٣٤٫٥٠", "1\u{a0}000 – 10\u{a0}000"),
        ] {
            assert_eq!(partial_amount(amount).as_deref(), Ok(shown), "{amount}");
        }
        for bad in ["", "about 12 or 13", "12a3", "1.2345", "1,2,3", "€ 12 EUR", "twelve", "12 Main Street"]
        {
            assert!(partial_amount(bad).is_err(), "{bad}");
        }
    }
}
