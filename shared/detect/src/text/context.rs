//! The words that name an identifier: "IBAN", "Kreditkarte", "numéro de sécurité sociale".
//!
//! A candidate's surroundings are read only when a recogniser asks, and only within a fixed distance, so that
//! the cost of a text stays in proportion to its length.

use super::entity::Entity;

/// How far before and after a candidate a naming word may stand.
const BYTES_BEFORE: usize = 96;
const BYTES_AFTER: usize = 32;
/// The most words that are looked at before a candidate.
const WORDS_BEFORE: usize = 10;
const WORDS_AFTER: usize = 4;

/// A set of topics that words are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Topics(u64);

impl Topics {
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

macro_rules! topics {
    ($($name:ident),+ $(,)?) => { topics!(@ 0; $($name,)+); };
    (@ $bit:expr; $name:ident, $($rest:ident,)*) => {
        const $name: Topics = Topics(1 << ($bit));
        topics!(@ $bit + 1; $($rest,)*);
    };
    (@ $bit:expr;) => {};
}

topics!(
    CARD, IBAN, SECRET, EMAIL, PHONE, IP, CRYPTO, BIC, SORT, ACCOUNT, CVV, EXPIRY, OTP, PIN, LEI, CREDITOR,
    ROUTING, SSN, PHONE_LINE, ITIN, PASSPORT, NHS, NINO, DE_ID, DE_TAX, VAT, ES_ID, IT_CODE, IN_PAN, AADHAAR, NRIC, ABN,
    TFN, SIN, PESEL, SE_ID, FI_ID, KR_ID, ZA_ID, AMOUNT,
);

/// The topics whose words raise an entity's score.
pub(crate) const fn topics_of(entity: Entity) -> Topics {
    match entity {
        Entity::CreditCard | Entity::TrackData => CARD,
        Entity::Iban => IBAN,
        Entity::Jwt | Entity::Secret => SECRET,
        Entity::EmailAddress => EMAIL,
        Entity::PhoneNumber => PHONE,
        Entity::IpAddress => IP,
        Entity::Crypto => CRYPTO,
        Entity::Bic => BIC,
        Entity::UkSortCode => SORT,
        Entity::BankAccount => ACCOUNT.and(SORT),
        Entity::Cvv => CVV,
        Entity::CardExpiry => EXPIRY,
        Entity::Otp => OTP,
        Entity::Pin => PIN,
        Entity::Lei => LEI,
        Entity::SepaCreditor => CREDITOR,
        Entity::Amount => AMOUNT,
        Entity::AbaRouting => ROUTING,
        Entity::UsSsn => SSN,
        Entity::UsItin => ITIN,
        Entity::UsPassport | Entity::UkPassport | Entity::DePassport => PASSPORT,
        Entity::UkNhs => NHS,
        Entity::UkNino => NINO,
        Entity::DeIdCard => DE_ID,
        Entity::DeTaxId => DE_TAX,
        Entity::DeVatId => VAT,
        Entity::EsNif | Entity::EsNie => ES_ID,
        Entity::ItFiscalCode => IT_CODE,
        Entity::InPan => IN_PAN,
        Entity::InAadhaar => AADHAAR,
        Entity::SgNricFin => NRIC,
        Entity::AuAbn => ABN,
        Entity::AuTfn => TFN,
        Entity::CaSin => SIN,
        Entity::PlPesel => PESEL,
        Entity::SePersonnummer => SE_ID,
        Entity::FiPersonalIdentityCode => FI_ID,
        Entity::KrRrn => KR_ID,
        Entity::ZaIdNumber => ZA_ID,
    }
}

/// Words that name a telephone number only where they follow it: "(579) 888-3058 office".
pub(crate) const AFTER_PHONE: Topics = PHONE.and(PHONE_LINE);

/// Words in lower case, in order; `*` stands for any end.
const WORDS: &[(&str, Topics)] = &[
    ("aadhaar", AADHAAR),
    ("aba", ROUTING),
    ("abarouting", ROUTING),
    ("abn", ABN),
    ("ablauf*", EXPIRY),
    ("account*", ACCOUNT),
    ("acct", ACCOUNT),
    ("address", CRYPTO),
    ("afm", ITIN),
    ("amex", CARD),
    ("amount", AMOUNT),
    ("answering", PHONE),
    ("ausweis*", DE_ID),
    ("bank", IBAN),
    ("bankleitzahl", ACCOUNT),
    ("bankrouting", ROUTING),
    ("betrag", AMOUNT),
    ("bic", BIC),
    ("bitcoin*", CRYPTO),
    ("btc", CRYPTO),
    ("business", ABN),
    ("call", PHONE),
    ("calling", PHONE),
    ("card*", CARD),
    ("carta", CARD),
    ("carte*", CARD),
    ("cc", CARD),
    ("cell", PHONE),
    ("cellphone", PHONE),
    ("cellulare", PHONE),
    ("cf", IT_CODE),
    ("code", OTP),
    ("codice", IT_CODE),
    ("compte", ACCOUNT),
    ("conto", ACCOUNT),
    ("creditor", CREDITOR),
    ("credit", CARD),
    ("crypto", CRYPTO),
    ("cuenta", ACCOUNT),
    ("cvc*", CVV),
    ("cvv*", CVV),
    ("csc", CVV),
    ("cid", CVV),
    ("desk", PHONE),
    ("diners", CARD),
    ("discover", CARD),
    ("dni", ES_ID),
    ("document", PASSPORT),
    ("dokumentennummer", Topics(PASSPORT.0 | DE_ID.0)),
    ("einmal*", OTP),
    ("email*", EMAIL),
    ("exp", EXPIRY),
    ("expir*", EXPIRY),
    ("extranjero", ES_ID),
    ("fax", PHONE),
    ("file", TFN),
    ("fin", NRIC),
    ("fiscale", IT_CODE),
    ("fn", SE_ID),
    ("gläubiger*", CREDITOR),
    ("gültig*", EXPIRY),
    ("handy*", PHONE),
    ("health", NHS),
    ("henkilötunnus", FI_ID),
    ("hetu", FI_ID),
    ("hmpo", PASSPORT),
    ("iban*", Topics(IBAN.0 | ACCOUNT.0)),
    ("id", ZA_ID),
    ("identificación", ES_ID),
    ("identity", Topics(ZA_ID.0 | DE_ID.0 | FI_ID.0)),
    ("identifier", LEI),
    ("idnr", DE_TAX),
    ("individual", ITIN),
    ("insurance", Topics(NINO.0 | SIN.0)),
    ("ip", IP),
    ("ipv4", IP),
    ("ipv6", IP),
    ("itin", ITIN),
    ("jcb", CARD),
    ("karte*", CARD),
    ("kartennummer", CARD),
    ("key", SECRET),
    ("konto*", ACCOUNT),
    ("kredit*", CARD),
    ("kreditor*", CREDITOR),
    ("legal", LEI),
    ("lei", LEI),
    ("maestro", CARD),
    ("mastercard", CARD),
    ("mehrwertsteuer", VAT),
    ("message", PHONE),
    ("messages", PHONE),
    ("mobi*", PHONE),
    ("mrz", PASSPORT),
    ("móvil", PHONE),
    ("nas", SIN),
    ("national", Topics(NHS.0 | NINO.0 | DE_ID.0 | ZA_ID.0)),
    ("nhs", NHS),
    ("nie", ES_ID),
    ("nif", ES_ID),
    ("nino", NINO),
    ("npa", DE_ID),
    ("nric*", NRIC),
    ("office", PHONE_LINE),
    ("one-time", OTP),
    ("otp", OTP),
    ("pan", Topics(IN_PAN.0 | CARD.0)),
    ("pass", PASSPORT),
    ("passcode", Topics(OTP.0 | PIN.0)),
    ("passeport", PASSPORT),
    ("passnummer", PASSPORT),
    ("passport*", PASSPORT),
    ("password", SECRET),
    ("payer", ITIN),
    ("permanent", IN_PAN),
    ("personalausweis*", DE_ID),
    ("personbeteckning*", FI_ID),
    ("personnummer", SE_ID),
    ("pesel", PESEL),
    ("phone*", PHONE),
    ("pin", PIN),
    ("pincode", PIN),
    ("puhelin*", PHONE),
    ("rechnung", VAT),
    ("reisepass*", PASSPORT),
    ("rekening*", ACCOUNT),
    ("resident", KR_ID),
    ("routing", ROUTING),
    ("rrn", KR_ID),
    ("rsa", ZA_ID),
    ("samordningsnummer", SE_ID),
    ("secret", SECRET),
    ("security", Topics(SSN.0 | CVV.0 | OTP.0)),
    ("seguridad", CVV),
    ("sepa", CREDITOR),
    ("seriennummer", DE_ID),
    ("sicherheitscode", CVV),
    ("sin", SIN),
    ("sms*", Topics(PHONE.0 | OTP.0)),
    ("social", Topics(SSN.0 | SIN.0)),
    ("sociale", SIN),
    ("sort", SORT),
    ("sortcode", SORT),
    ("ssid", SSN),
    ("ssn", Topics(SSN.0 | SE_ID.0)),
    ("ssns", SSN),
    ("steuer*", DE_TAX),
    ("swift", BIC),
    ("tan", OTP),
    ("tarjeta", CARD),
    ("tax", Topics(ITIN.0 | TFN.0)),
    ("taxid", ITIN),
    ("taxpayer", ITIN),
    ("tel", PHONE),
    ("telef*", PHONE),
    ("telephone", PHONE),
    ("tfn", TFN),
    ("tilinumero", ACCOUNT),
    ("tin", ITIN),
    ("token", Topics(SECRET.0 | OTP.0)),
    ("transaction", IBAN),
    ("travel", PASSPORT),
    ("téléphone", PHONE),
    ("uidai", AADHAAR),
    ("umsatzsteuer*", VAT),
    ("ust", VAT),
    ("ustidnr", VAT),
    ("valid", EXPIRY),
    ("vat", VAT),
    ("verification", Topics(OTP.0 | CVV.0)),
    ("visa", CARD),
    ("wallet", CRYPTO),
    ("whatsapp", PHONE),
];

/// What the words around a span are about.
pub(crate) fn around(text: &str, start: usize, end: usize) -> Topics {
    let before = &text[floor(text, start.saturating_sub(BYTES_BEFORE))..start];
    let after = &text[end..floor(text, (end + BYTES_AFTER).min(text.len())).max(end)];
    about(words(before).rev(), WORDS_BEFORE).and(about(words(after), WORDS_AFTER))
}

/// What the last words before a position are about.
pub(crate) fn just_before(text: &str, at: usize, words_max: usize) -> Topics {
    let before = &text[floor(text, at.saturating_sub(BYTES_BEFORE / 2))..at];
    about(words(before).rev(), words_max)
}

/// What the first words after a position are about.
pub(crate) fn just_after(text: &str, at: usize, words_max: usize) -> Topics {
    let after = &text[at..floor(text, (at + BYTES_AFTER).min(text.len())).max(at)];
    about(words(after), words_max)
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn about<'t>(words: impl Iterator<Item = &'t str>, words_max: usize) -> Topics {
    words.take(words_max).fold(Topics::default(), |topics, word| topics.and(topic_of(word)))
}

/// The nearest boundary of a character at or before a position.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Where the words with each initial letter begin.
const INITIALS: [u16; 27] = {
    let mut starts = [0u16; 27];
    let mut letter = 0;
    while letter <= 26 {
        let mut count = 0;
        let mut index = 0;
        while index < WORDS.len() {
            if WORDS[index].0.as_bytes()[0] - b'a' < letter as u8 {
                count += 1;
            }
            index += 1;
        }
        starts[letter] = count;
        letter += 1;
    }
    starts
};

fn topic_of(word: &str) -> Topics {
    let initial = word.as_bytes()[0].to_ascii_lowercase();
    if !initial.is_ascii_lowercase() {
        return Topics::default();
    }
    let letter = usize::from(initial - b'a');
    let entries = &WORDS[usize::from(INITIALS[letter])..usize::from(INITIALS[letter + 1])];
    entries.iter().filter(|(entry, _)| is_named_by(word, entry)).fold(Topics::default(), |all, &(_, topics)| {
        all.and(topics)
    })
}

fn is_named_by(word: &str, entry: &str) -> bool {
    match entry.strip_suffix('*') {
        Some(stem) => word.len() >= stem.len() && word.as_bytes()[..stem.len()].eq_ignore_ascii_case(stem.as_bytes()),
        None => word.eq_ignore_ascii_case(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_grouped_by_initial_letter() {
        assert!(WORDS.is_sorted_by_key(|(word, _)| word.as_bytes()[0]));
    }

    #[test]
    fn a_word_near_a_span_names_it_in_any_case() {
        let text = "Ihre KREDITKARTENNUMMER: 4111";
        assert!(around(text, 25, 29).meets(CARD));
        assert!(!around(text, 25, 29).meets(PHONE));
        assert!(around("4111 card", 0, 4).meets(CARD));
    }

    #[test]
    fn a_word_out_of_reach_does_not_count() {
        let text = alloc::format!("card {} 4111", "x ".repeat(60));
        let at = text.len() - 4;
        assert!(!around(&text, at, text.len()).meets(CARD));
    }

    #[test]
    fn surroundings_end_at_characters() {
        let text = "ß".repeat(70) + "4111" + &"ß".repeat(40);
        assert_eq!(around(&text, 140, 144), Topics::default());
    }
}
