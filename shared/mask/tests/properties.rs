//! What must hold of every class and every value: nothing below `clear` shows more than its rule, a redaction
//! says nothing, and no text makes the code panic.
#![cfg(test)]

use palet_mask::{
    BULLET, Checksum, Content, CustomClass, CustomPartial, CustomSettings, Displayed, FieldClass, Level,
    Marking, REDACTED, Secrecy, Shape, canonical, checksum, display,
};
use proptest::prelude::*;

/// The most letters and digits of a value that the partial form of a class shows.
fn shown_max(class: FieldClass) -> usize {
    match class {
        FieldClass::Pan => 10,
        FieldClass::Iban | FieldClass::Bic => 6,
        FieldClass::Account | FieldClass::Routing | FieldClass::Dob => 4,
        FieldClass::SortCode | FieldClass::NationalId | FieldClass::TaxId | FieldClass::Passport => 2,
        FieldClass::Name => 2,
        FieldClass::Address => 24,
        // Two initials and the last label.
        FieldClass::Email => 26,
        // The country's code and two digits.
        FieldClass::Phone => 5,
        // The currency; the size is none of the value's characters.
        FieldClass::Amount | FieldClass::Balance => 3,
        _ => 0,
    }
}

/// The letters and digits of a text, without those of an amount's size.
fn visible(class: FieldClass, shown: &Displayed) -> usize {
    let text = match class {
        FieldClass::Amount | FieldClass::Balance => {
            shown.text().trim_start_matches(|c: char| !c.is_alphabetic())
        }
        _ => shown.text(),
    };
    if shown.level() >= Level::Redact { 0 } else { text.chars().filter(|c| c.is_alphanumeric()).count() }
}

fn check(class: FieldClass, value: &str) {
    let partial = display(class, Level::Partial, Content::Value(value));
    assert!(visible(class, &partial) <= shown_max(class), "{class:?}: {:?}", partial.text());
    assert!(partial.level() == Level::Partial || partial.text() == REDACTED);
    assert!(!partial.text().chars().any(char::is_control));
    assert!(partial.text() != value || partial.text() == REDACTED, "{class:?} shows all of a value");
    let mut before = usize::MAX;
    for level in Level::ALL {
        let shown = display(class, level, Content::Value(value));
        assert!(shown.level() >= level, "never more open than asked for");
        let count = if level == Level::Clear { value.chars().count() } else { visible(class, &shown) };
        assert!(count <= before, "{class:?} {level:?} shows more than the level before");
        before = count;
        if level >= Level::Redact {
            assert_eq!(shown.text(), REDACTED);
        }
    }
    let _ = canonical(class, value);
    for marking in [Marking::Plain, Marking::Marked] {
        if let Ok(shape) = Shape::parse(class, value, marking) {
            let same = shape.assemble(&shape.digits(), marking).unwrap();
            let again = Shape::parse(class, &same, marking).unwrap();
            assert_eq!(*again.digits(), *shape.digits());
        }
    }
}

/// Small, seeded, and the same on every machine (splitmix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

const POOLS: [&str; 8] = [
    "0123456789",
    "0123456789 -./",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "abcdefghijklmnopqrstuvwxyz.@+-_ ",
    "٠١٢٣٤٥٦٧٨٩۴५７๓",
    "\u{200b}\u{200e}\u{202e}\u{2066}\u{feff}\u{ad}\u{301}\u{489}\u{1f468}\u{200d}\u{1f469}",
    "€$£¥,.'’ \u{a0}\u{202f}-−()+EURCHF",
    "محمدعليאבגדЖяΩé王小明김철수กขค\u{e40}ශ්\0\n\r\t\u{7f}•",
];

fn any_char(draw: &mut Draw) -> char {
    char::from_u32(draw.below(0x11_0000) as u32).unwrap_or('\u{fffd}')
}

fn random_text(draw: &mut Draw) -> String {
    let pool: Vec<char> = POOLS[draw.below(POOLS.len())].chars().collect();
    let other: Vec<char> = POOLS[draw.below(POOLS.len())].chars().collect();
    let length = draw.below(40);
    let mix = draw.below(6);
    let symbol = |draw: &mut Draw| match draw.below(8) {
        0 if mix == 0 => any_char(draw),
        1 if mix <= 2 => other[draw.below(other.len())],
        _ => pool[draw.below(pool.len())],
    };
    (0..length).map(|_| symbol(draw)).collect()
}

/// Values that parse, so that their neighbours are near enough to be dangerous.
const VALUES: [&str; 20] = [
    "4111 1111 1111 1111",
    "378282246310005",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "FR14 2004 1010 0505 0001 3M02 606",
    "31926819",
    "12-34-56",
    "021000021",
    "DEUTDEFF500",
    "123-45-6789",
    "AB 12 34 56 C",
    "C01X00T47",
    "Ada Lovelace",
    "محمد علي",
    "Musterstraße 5, 10115 Berlin",
    "ada.lovelace@example.co.uk",
    "+49 (171) 123-45 67",
    "31.12.1980",
    "-1.234,56 EUR",
    "$12,345.67",
];

/// A value with up to two characters replaced, inserted or taken out.
fn near_value(draw: &mut Draw) -> String {
    let mut text: Vec<char> = VALUES[draw.below(VALUES.len())].chars().collect();
    for _ in 0..draw.below(3) {
        let at = draw.below(text.len());
        let pool: Vec<char> = POOLS[draw.below(POOLS.len())].chars().collect();
        match draw.below(3) {
            0 => text[at] = pool[draw.below(pool.len())],
            1 => text.insert(at, pool[draw.below(pool.len())]),
            _ => drop(text.remove(at)),
        }
    }
    text.into_iter().collect()
}

#[test]
fn a_million_random_texts_show_no_more_than_the_rules() {
    let mut draw = Draw(20_260_101);
    for round in 0..1_000_000 {
        let text = if round % 2 == 0 { random_text(&mut draw) } else { near_value(&mut draw) };
        check(FieldClass::ALL[draw.below(FieldClass::ALL.len())], &text);
    }
}

#[test]
fn a_class_without_a_form_redacts_and_one_with_a_form_shows_it() {
    for value in VALUES {
        for class in FieldClass::ALL {
            let shown = display(class, Level::Partial, Content::Value(value)).level() == Level::Partial;
            assert!(!shown || class.has_form(Level::Partial), "{class:?}");
            assert!(class.shape(value).is_err() || class.has_form(Level::Fpe), "{class:?}");
        }
    }
    let with_form = FieldClass::ALL.into_iter().filter(|class| class.has_form(Level::Partial));
    for class in with_form.filter(|&class| class != FieldClass::Custom) {
        let shows =
            |value: &&str| display(class, Level::Partial, Content::Value(value)).level() == Level::Partial;
        assert!(VALUES.iter().any(shows), "{class:?}");
    }
}

#[test]
fn hostile_texts_are_bounded_in_every_class() {
    let long = "1".repeat(100_000);
    let zalgo = "a\u{301}\u{302}\u{303}".repeat(300);
    let overrides = "\u{202e}4111 1111 1111 1111\u{202c}";
    for text in
        ["", " ", "\0", &long, &zalgo, overrides, "\u{10ffff}", "••••", "@", "+", "-", "🧑‍🚀", "½", "Ⅷ", "①"]
    {
        for class in FieldClass::ALL {
            check(class, text);
        }
    }
}

/// A card number of 16 digits with this start and end, and a middle that makes the checksum hold.
fn card(first: &str, middle: u32, last: &str) -> Option<String> {
    (0..10).map(|d| format!("{first}{middle:05}{d}{last}")).find(|pan| checksum::luhn(pan))
}

proptest! {
    #[test]
    fn hidden_digits_of_a_card_do_not_change_its_partial_form(a in 0..100_000_u32, b in 0..100_000_u32) {
        let text = |middle| {
            let pan = card("411111", middle, "1234").unwrap();
            display(FieldClass::Pan, Level::Partial, Content::Value(&pan)).text().to_owned()
        };
        prop_assert_eq!(text(a), text(b));
        prop_assert_eq!(text(a), "411111••••••1234");
    }

    #[test]
    fn hidden_letters_of_a_name_and_an_email_do_not_change_their_partial_forms(
        a in "[a-z]{2,12}", b in "[a-z]{2,12}",
    ) {
        let name = |rest: &str| {
            display(FieldClass::Name, Level::Partial, Content::Value(&format!("A{rest} L{rest}"))).text().to_owned()
        };
        prop_assert_eq!(name(&a), name(&b));
        let email = |rest: &str| {
            let address = format!("a{rest}@e{rest}.com");
            display(FieldClass::Email, Level::Partial, Content::Value(&address)).text().to_owned()
        };
        prop_assert_eq!(email(&a), email(&b));
    }

    #[test]
    fn an_account_number_hides_its_length(digits in "[0-9]{4,26}", last in "[0-9]{4}") {
        let text = display(FieldClass::Account, Level::Partial, Content::Value(&format!("{digits}{last}"))).text().to_owned();
        prop_assert_eq!(text, format!("•••• {last}"));
    }

    #[test]
    fn amounts_of_one_size_look_alike(cents in 100_000..=999_999_u64) {
        let text = |form: String| display(FieldClass::Balance, Level::Partial, Content::Value(&form)).text().to_owned();
        let (whole, part) = (cents / 100, cents % 100);
        let size = "1\u{a0}000 – 10\u{a0}000\u{a0}EUR";
        prop_assert_eq!(text(format!("{whole}.{part:02} EUR")), size);
        prop_assert_eq!(text(format!("-{},{:03},{part:02} EUR", whole / 1000, whole % 1000)), size);
    }

    #[test]
    fn any_text_is_safe_in_any_class(text in any::<String>(), class in 0..FieldClass::ALL.len()) {
        check(FieldClass::ALL[class], &text);
    }

    #[test]
    fn a_class_of_the_banks_own_shows_no_more_than_its_settings(
        text in "[0-9A-F -]{0,20}", first in 0..4_u8, last in 0..4_u8, min in 1..12_u8,
    ) {
        let settings = CustomSettings {
            name: "contract".into(), label: "Contract".into(), alphabet: "0123456789ABCDEF".into(),
            symbols_min: min, symbols_max: 16, separators: " -".into(), groups: vec![], checksum: Checksum::None,
            partial: CustomPartial { first, last }, secrecy: Secrecy::ByPolicy,
        };
        let Ok(class) = CustomClass::new(settings) else { return Ok(()) };
        let shown = display(&class, Level::Partial, Content::Value(&text));
        let visible = shown.text().chars().filter(|&c| c != BULLET && c != ' ' && c != '-').count();
        prop_assert!(visible <= usize::from(first + last));
        prop_assert!(2 * visible <= text.len());
    }
}
