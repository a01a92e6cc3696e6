//! The kinds of sensitive data that text may hold, by Presidio's names where it has the class.

use core::str::FromStr;

use palet_mask::FieldClass;

/// A text that names no entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of an entity such as CREDIT_CARD, IBAN_CODE or US_SSN")]
pub struct UnknownEntity;

macro_rules! entities {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $class:ident,)+) => {
        /// A kind of sensitive data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Entity { $($(#[$doc])* $variant,)+ }

        impl Entity {
            /// All entities, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in machine output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The class by which a value of this kind is masked.
            #[must_use]
            pub const fn class(self) -> FieldClass {
                match self { $(Self::$variant => FieldClass::$class,)+ }
            }
        }
    };
}

entities! {
    /// Payment card number, with Luhn's check.
    CreditCard = "CREDIT_CARD" => Pan,
    /// International bank account number.
    Iban = "IBAN_CODE" => Iban,
    /// Magnetic-stripe data of a card, track 1 or 2.
    TrackData = "TRACK_DATA" => Track,
    /// Signed or encrypted token in the compact form of JOSE.
    Jwt = "JWT" => Password,
    /// Password, private key, or key of an interface, told by its label or by its issuer's prefix.
    Secret = "SECRET" => Password,
    /// E-mail address.
    EmailAddress = "EMAIL_ADDRESS" => Email,
    /// Telephone number.
    PhoneNumber = "PHONE_NUMBER" => Phone,
    /// IP address, version 4 or 6, with its prefix length and zone.
    IpAddress = "IP_ADDRESS" => Custom,
    /// Bitcoin address.
    Crypto = "CRYPTO" => Account,
    /// Business identifier code of a bank.
    Bic = "BIC_CODE" => Bic,
    /// UK sort code.
    UkSortCode = "UK_SORT_CODE" => SortCode,
    /// Account number beside a sort code, or named as such.
    BankAccount = "BANK_ACCOUNT_NUMBER" => Account,
    /// Card verification value.
    Cvv = "CARD_CVV" => Cvv,
    /// A card's month and year of expiry.
    CardExpiry = "CARD_EXPIRY" => Custom,
    /// One-time code.
    Otp = "ONE_TIME_CODE" => Otp,
    /// Personal identification number.
    Pin = "PIN" => Pin,
    /// Legal entity identifier.
    Lei = "LEI_CODE" => Custom,
    /// SEPA creditor identifier.
    SepaCreditor = "SEPA_CREDITOR_ID" => Custom,
    /// An amount of money with its currency.
    Amount = "AMOUNT" => Amount,
    /// US routing transit number.
    AbaRouting = "ABA_ROUTING_NUMBER" => Routing,
    /// US social security number.
    UsSsn = "US_SSN" => NationalId,
    /// US individual taxpayer identification number.
    UsItin = "US_ITIN" => TaxId,
    /// US passport number.
    UsPassport = "US_PASSPORT" => Passport,
    /// UK National Health Service number.
    UkNhs = "UK_NHS" => NationalId,
    /// UK national insurance number.
    UkNino = "UK_NINO" => NationalId,
    /// UK passport number.
    UkPassport = "UK_PASSPORT" => Passport,
    /// German passport number.
    DePassport = "DE_PASSPORT" => Passport,
    /// German identity card number.
    DeIdCard = "DE_ID_CARD" => NationalId,
    /// German tax identification number.
    DeTaxId = "DE_TAX_ID" => TaxId,
    /// German VAT identification number.
    DeVatId = "DE_VAT_ID" => TaxId,
    /// Spanish tax number of a citizen.
    EsNif = "ES_NIF" => NationalId,
    /// Spanish number of a foreigner.
    EsNie = "ES_NIE" => NationalId,
    /// Italian fiscal code.
    ItFiscalCode = "IT_FISCAL_CODE" => TaxId,
    /// Indian permanent account number.
    InPan = "IN_PAN" => TaxId,
    /// Indian Aadhaar number.
    InAadhaar = "IN_AADHAAR" => NationalId,
    /// Singaporean NRIC or FIN.
    SgNricFin = "SG_NRIC_FIN" => NationalId,
    /// Australian business number.
    AuAbn = "AU_ABN" => TaxId,
    /// Australian tax file number.
    AuTfn = "AU_TFN" => TaxId,
    /// Canadian social insurance number.
    CaSin = "CA_SIN" => NationalId,
    /// Polish personal number.
    PlPesel = "PL_PESEL" => NationalId,
    /// Swedish personal or coordination number.
    SePersonnummer = "SE_PERSONNUMMER" => NationalId,
    /// Finnish personal identity code.
    FiPersonalIdentityCode = "FI_PERSONAL_IDENTITY_CODE" => NationalId,
    /// Korean resident registration number.
    KrRrn = "KR_RRN" => NationalId,
    /// South African identity number.
    ZaIdNumber = "ZA_ID_NUMBER" => NationalId,
}

impl FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(text: &str) -> Result<Self, UnknownEntity> {
        let text = if text == "DE_VAT" { "DE_VAT_ID" } else { text };
        Self::ALL.iter().copied().find(|entity| entity.as_str() == text).ok_or(UnknownEntity)
    }
}

/// A set of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EntitySet(u64);

impl EntitySet {
    /// No entity.
    pub const EMPTY: Self = Self(0);
    /// Every entity.
    pub const ALL: Self = Self((1 << Entity::ALL.len()) - 1);

    /// The set with one more entity.
    #[must_use]
    pub const fn with(self, entity: Entity) -> Self {
        Self(self.0 | 1 << entity as u8)
    }

    /// The set with one entity less.
    #[must_use]
    pub const fn without(self, entity: Entity) -> Self {
        Self(self.0 & !(1 << entity as u8))
    }

    /// Whether the entity is in the set.
    #[must_use]
    pub const fn contains(self, entity: Entity) -> bool {
        self.0 >> entity as u8 & 1 == 1
    }
}

impl FromIterator<Entity> for EntitySet {
    fn from_iter<I: IntoIterator<Item = Entity>>(entities: I) -> Self {
        entities.into_iter().fold(Self::EMPTY, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_back_and_fits_the_set() {
        for &entity in Entity::ALL {
            assert_eq!(entity.as_str().parse(), Ok(entity));
            assert!(EntitySet::ALL.contains(entity));
            assert!(!EntitySet::ALL.without(entity).contains(entity));
            assert!(EntitySet::EMPTY.with(entity).contains(entity));
        }
        assert_eq!("US_SNN".parse::<Entity>(), Err(UnknownEntity));
        assert_eq!("DE_VAT".parse(), Ok(Entity::DeVatId));
    }

    #[test]
    fn secrets_map_to_classes_that_only_redact() {
        for entity in [Entity::TrackData, Entity::Jwt, Entity::Secret, Entity::Cvv, Entity::Otp, Entity::Pin]
        {
            assert!(entity.class().is_secret());
        }
    }
}
