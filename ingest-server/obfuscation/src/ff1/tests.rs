//! The standard's samples, batches against single values, and the crate `fpe` as the other implementation.

use super::*;
use fpe::ff1::{FF1, FlexibleNumeralString};
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn by_fpe(key: &[u8], radix: u32, tweak: &[u8], digits: &[u16], decrypt: bool) -> Vec<u16> {
    fn run<C>(key: &[u8], radix: u32, tweak: &[u8], text: &FlexibleNumeralString, decrypt: bool) -> Vec<u16>
    where
        C: aes::cipher::BlockCipherEncrypt
            + aes::cipher::BlockSizeUser<BlockSize = aes::cipher::consts::U16>
            + aes::cipher::KeyInit
            + Clone,
    {
        let ff1 = FF1::<C>::new(key, radix).unwrap();
        let answer = if decrypt { ff1.decrypt(tweak, text) } else { ff1.encrypt(tweak, text) };
        answer.unwrap().into()
    }
    let text = FlexibleNumeralString::from(digits.to_vec());
    match key.len() {
        16 => run::<aes::Aes128>(key, radix, tweak, &text, decrypt),
        24 => run::<aes::Aes192>(key, radix, tweak, &text, decrypt),
        _ => run::<aes::Aes256>(key, radix, tweak, &text, decrypt),
    }
}

#[test]
fn samples_of_the_standard() {
    // NIST, FF1 samples, 2, 5 and 9: a tweak, a longer key, and letters with the longest key.
    let long_key = "2b7e151628aed2a6abf7158809cf4f3cef4359d8d580aa4f7f036d6f04fc6a94";
    let cases: [(&str, u32, &str, &str, &str); 3] = [
        (&long_key[..32], 10, "39383736353433323130", "0123456789", "6124200773"),
        (&long_key[..48], 10, "39383736353433323130", "0123456789", "2496655549"),
        (long_key, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
    ];
    for (key, radix, tweak, clear, expected) in cases {
        let read =
            |text: &str| -> Vec<u16> { text.chars().map(|c| c.to_digit(36).unwrap() as u16).collect() };
        let context = Context::new(&hex(key), radix, clear.len(), &hex(tweak)).unwrap();
        let mut digits = read(clear);
        context.encrypt(&mut digits).unwrap();
        assert_eq!(digits, read(expected));
        context.decrypt(&mut digits).unwrap();
        assert_eq!(digits, read(clear));
    }
}

/// Key bytes, radix, tweak and digits of a domain that FF1 takes.
fn cases() -> impl Strategy<Value = (Vec<u8>, u32, Vec<u8>, Vec<u16>)> {
    let radix = prop_oneof![
        Just(10u32),
        2..=65_536u32,
        2..=300u32,
        (1..=16u32).prop_map(|bits| 1 << bits),
        (1..=16u32).prop_map(|bits| ((1 << bits) + 1).min(65_535)),
    ];
    let key = prop::sample::select(vec![16usize, 24, 32]);
    (radix, key, 0..60usize).prop_flat_map(|(radix, key, more)| {
        let length = shortest_length(radix) + more;
        let digit = prop_oneof![0..radix, Just(0), Just(radix - 1)].prop_map(|digit| digit as u16);
        (
            prop::collection::vec(any::<u8>(), key),
            Just(radix),
            prop::collection::vec(any::<u8>(), 0..50),
            prop::collection::vec(digit, length),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn another_implementation_agrees((key, radix, tweak, clear) in cases()) {
        let context = Context::new(&key, radix, clear.len(), &tweak).unwrap();
        let mut digits = clear.clone();
        context.encrypt(&mut digits).unwrap();
        prop_assert_eq!(&digits, &by_fpe(&key, radix, &tweak, &clear, false));
        context.decrypt(&mut digits).unwrap();
        prop_assert_eq!(&digits, &clear);
        context.decrypt(&mut digits).unwrap();
        prop_assert_eq!(&digits, &by_fpe(&key, radix, &tweak, &clear, true));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_batch_is_its_values_one_by_one(
        (key, radix, tweak, clear) in cases(), count in 0..140usize, step in any::<u16>(),
    ) {
        let context = Context::new(&key, radix, clear.len(), &tweak).unwrap();
        let value = |at: usize| -> Vec<u16> {
            clear.iter().map(|&d| ((u32::from(d) + at as u32 * u32::from(step)) % radix) as u16).collect()
        };
        let clear: Vec<u16> = (0..count).flat_map(value).collect();
        let mut batch = clear.clone();
        context.encrypt_batch(&mut batch).unwrap();
        let mut singles = clear.clone();
        for one in singles.chunks_mut(context.scheme.length()) {
            context.encrypt(one).unwrap();
        }
        prop_assert_eq!(&batch, &singles);
        context.decrypt_batch(&mut batch).unwrap();
        prop_assert_eq!(&batch, &clear);
    }

    #[test]
    fn a_batch_of_many_tweaks_is_its_values_one_by_one((key, radix, tweak, clear) in cases(), count in 0..80usize) {
        let scheme = Scheme::new(Ff1Key::new(&key).unwrap(), radix, clear.len()).unwrap();
        let tweaks: Vec<Vec<u8>> = (0..count).map(|at| [&tweak[..], &vec![7; at]].concat()).collect();
        let mut values = vec![clear.clone(); count];
        let mut items: Vec<Item<'_>> =
            tweaks.iter().zip(&mut values).map(|(tweak, digits)| Item { tweak, digits }).collect();
        scheme.encrypt_each(&mut items).unwrap();
        for item in &items {
            let mut single = clear.clone();
            scheme.context(item.tweak).unwrap().encrypt(&mut single).unwrap();
            prop_assert_eq!(&single[..], &item.digits[..]);
        }
        scheme.decrypt_each(&mut items).unwrap();
        prop_assert!(values.iter().all(|value| *value == clear));
    }
}

#[test]
fn bad_digits_are_refused_and_nothing_is_changed() {
    let context = Context::new(&[1; 16], 10, 6, b"").unwrap();
    let refusal = Ff1Error::DigitOutOfRange { radix: 10, index: 4 };
    let mut value = vec![1, 2, 3, 4, 10, 11];
    assert_eq!(context.encrypt(&mut value), Err(refusal));
    assert_eq!(value, [1, 2, 3, 4, 10, 11]);
    let mut values = [vec![1; 6], value].concat();
    let before = values.clone();
    assert_eq!(context.encrypt_batch(&mut values), Err(refusal));
    assert_eq!(values, before);
}

#[test]
fn a_value_of_another_length_is_refused() {
    let context = Context::new(&[1; 16], 10, 6, b"").unwrap();
    assert_eq!(context.encrypt(&mut [1; 7]), Err(Ff1Error::Length { expected: 6, got: 7 }));
    assert_eq!(context.encrypt_batch(&mut [1; 13]), Err(Ff1Error::Length { expected: 6, got: 1 }));
}

#[test]
fn tweaks_and_keys_have_limits() {
    assert!(Context::new(&[1; 16], 10, 6, &vec![1; TWEAK_BYTES_MAX]).is_ok());
    let refusal = Context::new(&[1; 16], 10, 6, &vec![1; TWEAK_BYTES_MAX + 1]).unwrap_err();
    assert_eq!(refusal, Ff1Error::TweakTooLong(TWEAK_BYTES_MAX + 1));
    for length in [0, 1, 8, 15, 17, 20, 31, 33, 40] {
        assert_eq!(Ff1Key::new(&vec![1; length]).unwrap_err(), Ff1Error::KeyLength(length));
    }
}

#[test]
fn the_longest_value_comes_back() {
    for radix in [2, 10, 65_536] {
        let context = Context::new(&[1; 32], radix, LENGTH_MAX, b"tweak").unwrap();
        let clear: Vec<u16> = (0..LENGTH_MAX as u32).map(|at| (at * 31 % radix) as u16).collect();
        let mut digits = clear.clone();
        context.encrypt(&mut digits).unwrap();
        assert_ne!(digits, clear);
        context.decrypt(&mut digits).unwrap();
        assert_eq!(digits, clear);
    }
}

#[test]
fn debug_forms_show_no_key() {
    let context = Context::new(&[0xab; 32], 10, 16, b"tweak").unwrap();
    assert_eq!(format!("{context:?}"), "Context { radix: 10, length: 16, .. }");
    assert_eq!(format!("{:?}", Ff1Key::new(&[1; 16]).unwrap()), "Ff1Key(..)");
}
