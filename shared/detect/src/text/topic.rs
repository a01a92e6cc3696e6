//! The words that name an identifier: "IBAN", "Kreditkarte", "routing number".
//!
//! One table from words to topics, and from entities to the topics that name them.

use super::entity::Entity;

/// A set of topics that words are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Topics(u64);

impl Topics {
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

macro_rules! topics {
    ($($name:ident),+ $(,)?) => { topics!(@ 0; $($name,)+); };
    (@ $bit:expr; $name:ident, $($rest:ident,)*) => {
        pub(crate) const $name: Topics = Topics(1 << ($bit));
        topics!(@ $bit + 1; $($rest,)*);
    };
    (@ $bit:expr;) => {};
}

topics!(
    CARD, IBAN, SECRET, EMAIL, PHONE, IP, CRYPTO, BIC, SORT, ACCOUNT, CVV, EXPIRY, OTP, PIN, LEI, CREDITOR,
    ROUTING, SSN, CODE, CODE_KIND, PHONE_LINE, ITIN, PASSPORT, NHS, NINO, DE_ID, DE_TAX, VAT, ES_ID, IT_CODE,
    IN_PAN, AADHAAR, NRIC, ABN, TFN, SIN, PESEL, SE_ID, FI_ID, KR_ID, ZA_ID,
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
        // An amount has its currency.
        Entity::Amount => Topics(0),
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
    ("ablauf*", EXPIRY),
    ("abn", ABN),
    ("access", CODE_KIND),
    ("account*", ACCOUNT),
    ("acct", ACCOUNT),
    ("activation", CODE_KIND),
    ("address", CRYPTO),
    ("afm", ITIN),
    ("amex", CARD),
    ("answering", PHONE),
    ("ausweis*", DE_ID),
    ("authentication", CODE_KIND),
    ("bank", IBAN),
    ("bankleitzahl", ACCOUNT),
    ("bankrouting", ROUTING),
    ("bestätigungs*", OTP),
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
    ("cid", CVV),
    ("code", CODE),
    ("codice", IT_CODE),
    ("codigo", CODE),
    ("compte", ACCOUNT),
    ("confirm", CODE_KIND),
    ("confirmation", CODE_KIND),
    ("conto", ACCOUNT),
    ("credit", CARD),
    ("creditor", CREDITOR),
    ("crypto", CRYPTO),
    ("csc", CVV),
    ("cuenta", ACCOUNT),
    ("cvc*", CVV),
    ("cvv*", CVV),
    ("código", CODE),
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
    ("freigabe*", OTP),
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
    ("identifier", LEI),
    ("identity", Topics(ZA_ID.0 | DE_ID.0 | FI_ID.0)),
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
    ("login", CODE_KIND),
    ("maestro", CARD),
    ("mastercard", CARD),
    ("mehrwertsteuer", VAT),
    ("message", PHONE),
    ("messages", PHONE),
    ("mobi*", PHONE),
    ("mrz", PASSPORT),
    ("mtan", OTP),
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
    ("pushtan", OTP),
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
    ("signin", CODE_KIND),
    ("sin", SIN),
    ("sms*", Topics(PHONE.0 | OTP.0)),
    ("smstan", OTP),
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
    ("time", CODE_KIND),
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
    ("verificación", OTP),
    ("verificatie*", OTP),
    ("verification", Topics(OTP.0 | CVV.0 | CODE_KIND.0)),
    ("verifizierungs*", OTP),
    ("visa", CARD),
    ("votre", CODE_KIND),
    ("vérification", OTP),
    ("wallet", CRYPTO),
    ("weryfikacyjny", OTP),
    ("whatsapp", PHONE),
    ("your", CODE_KIND),
];

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

/// Which pairs of letters begin a word of the table: a bit for each second letter, by first letter. A second
/// byte that is no ASCII letter has the bit of `{`.
const PAIRS: [u32; 26] = {
    let mut pairs = [0; 26];
    let mut index = 0;
    while index < WORDS.len() {
        let word = WORDS[index].0.as_bytes();
        pairs[(word[0] - b'a') as usize] |= 1 << second_letter(word[1]);
        index += 1;
    }
    pairs
};

const fn second_letter(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        _ => 26,
    }
}

/// What a word is about.
pub(crate) fn topic_of(word: &[u8]) -> Topics {
    let &[initial, second, ..] = word else { return Topics::default() };
    let letter = usize::from((initial | 0x20).wrapping_sub(b'a'));
    if !initial.is_ascii_alphabetic() || PAIRS[letter] >> second_letter(second) & 1 == 0 {
        return Topics::default();
    }
    let entries = &WORDS[usize::from(INITIALS[letter])..usize::from(INITIALS[letter + 1])];
    let has_second = |entry: &str| second_letter(entry.as_bytes()[1]) == second_letter(second);
    entries
        .iter()
        .filter(|(entry, _)| has_second(entry) && is_named_by(word, entry))
        .fold(Topics::default(), |all, &(_, topics)| all.and(topics))
}

fn is_named_by(word: &[u8], entry: &str) -> bool {
    match entry.as_bytes().split_last() {
        Some((b'*', stem)) => word.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem)),
        _ => word.eq_ignore_ascii_case(entry.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_and_name_their_topics() {
        assert!(WORDS.is_sorted_by_key(|(word, _)| word));
        for (word, topics) in WORDS {
            assert!(topic_of(word.trim_end_matches('*').as_bytes()).meets(*topics), "{word}");
        }
    }

    #[test]
    fn a_word_names_a_topic_in_any_case() {
        let (card, phone) = (topics_of(Entity::CreditCard), topics_of(Entity::PhoneNumber));
        assert!(topic_of(b"KREDITKARTENNUMMER").meets(card));
        assert!(!topic_of(b"Kreditkarte").meets(phone));
        assert_eq!(topic_of(b""), Topics::default());
    }
}
