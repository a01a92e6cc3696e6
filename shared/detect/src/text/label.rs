//! Short numbers and words that mean nothing without the label beside them: verification values, one-time
//! codes, PINs, passwords, account numbers and sort codes.

use super::card::goes_on;
use super::context;
use super::entity::Entity;
use super::scan::{Needs, Scan};
use super::topic::topics_of;

/// How many words may stand between a label and its value: "your code is 123456".
const LABEL_WORDS: usize = 3;

/// Tries a labelled number at a word of digits only.
pub(crate) fn number(scan: &mut Scan<'_>, start: usize, end: usize) {
    if !(3..=17).contains(&(end - start)) || is_part_of_number(scan, start, end) {
        return;
    }
    let topics = context::label(scan.bytes, start, LABEL_WORDS);
    let labelled = |entity| topics.meets(topics_of(entity));
    let span = (start, end);
    let length = end - start;
    if length <= 4 && labelled(Entity::Cvv) {
        report(scan, Entity::Cvv, span, 85);
    } else if (4..=8).contains(&length) && (labelled(Entity::Otp) || follows_as_code(scan, end)) {
        report(scan, Entity::Otp, span, 75);
    } else if (4..=6).contains(&length) && labelled(Entity::Pin) {
        report(scan, Entity::Pin, span, 85);
    } else if (6..=17).contains(&length) && labelled(Entity::BankAccount) {
        report(scan, Entity::BankAccount, span, 60);
    }
}

fn report(scan: &mut Scan<'_>, entity: Entity, span: (usize, usize), score: u8) {
    scan.report(entity, span, score, Needs::Nothing);
}

/// Whether the digits belong to an amount, a date, a time or a grouped number.
fn is_part_of_number(scan: &Scan<'_>, start: usize, end: usize) -> bool {
    let follows = matches!(scan.before(start), b'.' | b',' | b'-' | b'/' | b'+' | b'$')
        || (matches!(scan.before(start), b':' | b' ')
            && start >= 2
            && scan.bytes[start - 2].is_ascii_digit());
    follows || (goes_on(scan, end) && scan.at(end) != b' ') || matches!(scan.char_at(end), Some('%' | '€'))
}

/// Whether the words after a number say that it is a code: "123456 is your code".
fn follows_as_code(scan: &Scan<'_>, end: usize) -> bool {
    const PHRASES: [&str; 7] =
        [" is your ", " ist ihr", " ist dein", " est votre ", " es su ", " es tu ", " is uw "];
    scan.at(end) == b' '
        && PHRASES.iter().any(|phrase| {
            scan.bytes
                .get(end..end + phrase.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(phrase.as_bytes()))
        })
}

/// Tries a sort code, and the account number beside it, at two digits: `12-34-56 12345678`.
pub(crate) fn sort_code(scan: &mut Scan<'_>, start: usize) {
    let Some(code) = scan.bytes.get(start..start + 8) else { return };
    let separator = code[2];
    let has_shape = code.iter().enumerate().all(|(index, byte)| match index {
        2 | 5 => *byte == separator,
        _ => byte.is_ascii_digit(),
    });
    let end = start + 8;
    let in_longer = matches!(scan.before(start), b'-' | b'/') || matches!(scan.at(end), b'-' | b'/' | b':');
    if !has_shape || !matches!(separator, b'-' | b' ') || !scan.ends_word(end) || in_longer {
        return;
    }
    match account_beside(scan, end) {
        Some(account) => {
            scan.report(Entity::UkSortCode, (start, end), 85, Needs::Nothing);
            scan.report(Entity::BankAccount, account, 85, Needs::Nothing);
        }
        None => scan.report_named(Entity::UkSortCode, (start, end), 75),
    }
}

/// Eight digits, as UK accounts have, shortly after a sort code.
fn account_beside(scan: &Scan<'_>, end: usize) -> Option<(usize, usize)> {
    const REACH: usize = 24;
    let window = &scan.bytes[end..scan.bytes.len().min(end + REACH)];
    let start = end + window.iter().position(u8::is_ascii_digit)?;
    let stop = scan.run(start, |byte| byte.is_ascii_digit());
    (stop - start == 8 && scan.starts_word(start) && scan.ends_word(stop)).then_some((start, stop))
}

/// Words whose value is a secret, in lower case.
const SECRET_LABELS: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "pwd",
    "passphrase",
    "kennwort",
    "contraseña",
    "wachtwoord",
    "senha",
    "salasana",
    "hasło",
    "lösenord",
    "apikey",
    "api_key",
    "secret",
    "client_secret",
    "access_token",
    "refresh_token",
    "auth_token",
    "private_key",
    "secret_key",
    "bearer",
];

/// The longest value that is taken for a secret.
const SECRET_MAX: usize = 128;
/// The shortest, so that "password: yes" stays text.
const SECRET_MIN: usize = 4;

/// Tries a secret after a colon or an equals sign that follows its label.
pub(crate) fn secret(scan: &mut Scan<'_>, sign: usize) {
    if !scan.wants(Entity::Secret) {
        return;
    }
    let end = sign - usize::from(matches!(scan.before(sign), b' ' | b'"' | b'\''));
    let is_label = |label: &&[u8]| {
        let start = end.checked_sub(label.len());
        start.is_some_and(|start| {
            scan.bytes[start..end].eq_ignore_ascii_case(label) && scan.starts_word(start)
        })
    };
    if !SECRET_LABELS.iter().any(|label| is_label(&label.as_bytes())) {
        return;
    }
    let from = scan.run(sign + 1, |byte| matches!(byte, b' ' | b'"' | b'\''));
    let is_value = |character: char| {
        !character.is_whitespace() && !matches!(character, '"' | '\'' | ',' | ';' | '<' | '&')
    };
    let length: usize = scan.text[from..]
        .chars()
        .take(SECRET_MAX)
        .take_while(|character| is_value(*character))
        .map(char::len_utf8)
        .sum();
    if from <= sign + 3 && length >= SECRET_MIN {
        scan.report(Entity::Secret, (from, from + length), 80, Needs::Nothing);
    }
}
