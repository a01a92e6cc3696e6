//! The bank's books: customers, accounts, cards. All of it is made up from the usual specimen names and numbers.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::passkeys::Passkeys;

/// What everybody types at login.
pub(super) const PASSPHRASE: &str = "the quick river runs past nine old mills";
/// The bank's name.
pub(super) const NAME: &str = "Specimen Bank";

/// A customer and what the bank keeps of them.
#[derive(Clone)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) name: String,
    /// Who made the recordings; `None` for a customer whom somebody opened at the desk.
    pub(super) hand: Option<u64>,
    pub(super) accounts: Vec<Account>,
    pub(super) cards: Vec<Card>,
    pub(super) details: Details,
    pub(super) transfers: Vec<Transfer>,
    pub(super) passkeys: Passkeys,
}

#[derive(Clone)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) kind: &'static str,
    pub(super) iban: String,
    pub(super) balance: String,
    pub(super) bookings: Vec<Booking>,
}

#[derive(Clone)]
pub(super) struct Booking {
    pub(super) id: String,
    pub(super) booked_on: String,
    pub(super) counterparty: &'static str,
    pub(super) description: &'static str,
    pub(super) amount: String,
    pub(super) sign: &'static str,
}

#[derive(Clone)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) brand: &'static str,
    pub(super) pan: String,
    pub(super) expires: &'static str,
}

#[derive(Clone)]
pub(super) struct Details {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) dob: &'static str,
    pub(super) tax_id: &'static str,
    pub(super) national_id: &'static str,
}

#[derive(Clone)]
pub(super) struct Transfer {
    pub(super) id: String,
    pub(super) created_at_ms: u64,
    pub(super) to_name: String,
    pub(super) to_iban: String,
    pub(super) amount: String,
    pub(super) description: String,
}

/// The customers that the demonstration begins with. The number is the person whose habits they have.
pub(super) fn seeded() -> Vec<Customer> {
    [("erika", "Erika Mustermann", 11), ("jan", "Jan Jansen", 12), ("alex", "Alex Sample", 13)]
        .into_iter()
        .map(|(id, name, hand)| Customer { hand: Some(hand), ..customer(id, name) })
        .collect()
}

/// A customer with data of their own, always the same for the same identifier.
pub(super) fn customer(id: &str, name: &str) -> Customer {
    let seed = id.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let account = |rng: &mut ChaCha8Rng, n: u32, kind, cents| Account {
        id: format!("acc-{n}"),
        kind,
        iban: iban(rng.random_range(0..10_000_000_000)),
        balance: format!("{} EUR", amount(cents)),
        bookings: bookings(rng),
    };
    let (current, savings) = (rng.random_range(80_000..1_900_000), rng.random_range(900_000..9_000_000));
    let accounts = vec![
        account(&mut rng, 1, "Current account", current),
        account(&mut rng, 2, "Savings account", savings),
    ];
    let card = |rng: &mut ChaCha8Rng, n: u32, brand, prefix: &str| Card {
        id: format!("card-{n}"),
        brand,
        pan: pan(prefix, rng.random_range(0..1_000_000_000)),
        expires: "09/29",
    };
    let cards = vec![card(&mut rng, 1, "Debit", "400000"), card(&mut rng, 2, "Credit", "555555")];
    let handle = name.to_lowercase().replace(' ', ".");
    let details = Details {
        email: format!("{handle}@specimen.example"),
        phone: format!("+49 1555 {:06}", rng.random_range(0..1_000_000)),
        address: format!("{} Specimen Street, 00000 Sampleton", rng.random_range(1..99)),
        dob: "1964-08-12",
        tax_id: "65929970489",
        national_id: "T22000129",
    };
    Customer {
        id: id.into(),
        name: name.into(),
        hand: None,
        accounts,
        cards,
        details,
        transfers: Vec::new(),
        passkeys: Passkeys::default(),
    }
}

const BOOKINGS: [(&str, &str, &str); 6] = [
    ("Corner Grocery", "Card payment 4471", "-"),
    ("Specimen Works", "Salary", "+"),
    ("City Utilities", "Electricity, instalment", "-"),
    ("Old Mill Books", "Order 88-1204", "-"),
    ("Regional Rail", "Monthly ticket", "-"),
    ("Tenants' Association", "Rent", "-"),
];

fn bookings(rng: &mut ChaCha8Rng) -> Vec<Booking> {
    let booking =
        |(n, (counterparty, description, sign)): (usize, (&'static str, &'static str, &'static str))| {
            let cents =
                if sign == "+" { rng.random_range(180_000..420_000) } else { rng.random_range(400..95_000) };
            Booking {
                id: format!("tx-{}", n + 1),
                booked_on: format!("2026-11-{:02}", 20 - n),
                counterparty,
                description,
                amount: format!("{} EUR", amount(cents)),
                sign,
            }
        };
    BOOKINGS.into_iter().enumerate().map(booking).collect()
}

/// Cents as an amount with thousands apart.
pub(super) fn amount(cents: u64) -> String {
    let whole = (cents / 100).to_string();
    let groups: Vec<_> = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("{}.{:02}", groups.join(","), cents % 100)
}

/// A German IBAN at a bank code that is used in samples, with its check digits (ISO 13616).
fn iban(account: u64) -> String {
    let digits = format!("12030000{account:010}");
    let check = 98 - remainder_97(&format!("{digits}131400"));
    format!("DE{check:02}{digits}")
}

fn remainder_97(digits: &str) -> u64 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97)
}

/// Whether an IBAN's check digits hold.
pub(super) fn is_iban(text: &str) -> bool {
    let plain: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if !(15..=34).contains(&plain.len()) || !plain.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let (head, rest) = plain.split_at(4);
    let digits: String =
        rest.iter().chain(head).filter_map(|&b| char::from(b).to_digit(36)).map(|d| d.to_string()).collect();
    remainder_97(&digits) == 1
}

/// A card number with its check digit (ISO/IEC 7812-1).
fn pan(prefix: &str, account: u64) -> String {
    let digits = format!("{prefix}{account:09}");
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(n, digit)| {
            let digit = u32::from(digit - b'0');
            match n % 2 {
                0 if digit > 4 => digit * 2 - 9,
                0 => digit * 2,
                _ => digit,
            }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A number in groups of four, as people read it.
pub(super) fn grouped(number: &str) -> String {
    let groups: Vec<_> = number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

/// Cents of an amount such as `120`, `120.5` or `120,50`.
pub(super) fn parse_cents(text: &str) -> Option<u64> {
    let text = text.trim().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let cents = whole.parse::<u64>().ok()? * 100 + format!("{part:0<2}").parse::<u64>().ok()?;
    (cents > 0).then_some(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_books_carry_their_check_digits() {
        for customer in seeded() {
            assert!(customer.accounts.iter().all(|account| is_iban(&account.iban)));
            assert!(customer.accounts.iter().all(|account| account.iban.len() == 22));
        }
        assert!(is_iban("GB82 WEST 1234 5698 7654 32") && !is_iban("GB82 WEST 1234 5698 7654 33"));
        assert_eq!(pan("424242", 424_242_424), "4242424242424242");
    }

    #[test]
    fn amounts_are_read_and_written() {
        assert_eq!(parse_cents("120"), Some(12_000));
        assert_eq!(parse_cents("1,5"), Some(150));
        assert_eq!(parse_cents("0"), None);
        assert_eq!(parse_cents("1.234"), None);
        assert_eq!(amount(123_456_789), "1,234,567.89");
        assert_eq!(grouped("DE0212030000"), "DE02 1203 0000");
    }
}
