//! What kind of value a field holds. The class decides the parser, the partial form and what may never be shown.

use crate::level::Level;
use serde::{Deserialize, Serialize};

/// The class of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum FieldClass {
    /// Payment card number.
    Pan = 0,
    /// International bank account number.
    Iban = 1,
    /// Domestic account number.
    Account = 2,
    /// UK sort code.
    SortCode = 3,
    /// US ABA routing number.
    Routing = 4,
    /// Business identifier code of a bank.
    Bic = 5,
    /// National identity number.
    NationalId = 6,
    /// Tax number.
    TaxId = 7,
    /// Passport number.
    Passport = 8,
    /// A person's name.
    Name = 9,
    /// Postal address.
    Address = 10,
    /// E-mail address.
    Email = 11,
    /// Telephone number.
    Phone = 12,
    /// Date of birth.
    Dob = 13,
    /// An amount of money.
    Amount = 14,
    /// An account's balance.
    Balance = 15,
    /// Free text of a payment.
    Description = 16,
    /// Card verification value: secret.
    Cvv = 17,
    /// Personal identification number: secret.
    Pin = 18,
    /// One-time code: secret.
    Otp = 19,
    /// Password: secret.
    Password = 20,
    /// Magnetic-stripe or chip track data: secret.
    Track = 21,
    /// A class that the bank named in its settings.
    Custom = 22,
}

/// A text that names no class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a field class such as pan, iban, account, phone or custom")]
pub struct UnknownClass;

impl FieldClass {
    /// All classes, in the order of their codes.
    pub const ALL: [Self; 23] = [
        Self::Pan,
        Self::Iban,
        Self::Account,
        Self::SortCode,
        Self::Routing,
        Self::Bic,
        Self::NationalId,
        Self::TaxId,
        Self::Passport,
        Self::Name,
        Self::Address,
        Self::Email,
        Self::Phone,
        Self::Dob,
        Self::Amount,
        Self::Balance,
        Self::Description,
        Self::Cvv,
        Self::Pin,
        Self::Otp,
        Self::Password,
        Self::Track,
        Self::Custom,
    ];

    /// The name used in attributes, policies and REST.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pan => "pan",
            Self::Iban => "iban",
            Self::Account => "account",
            Self::SortCode => "sort-code",
            Self::Routing => "routing",
            Self::Bic => "bic",
            Self::NationalId => "national-id",
            Self::TaxId => "tax-id",
            Self::Passport => "passport",
            Self::Name => "name",
            Self::Address => "address",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Dob => "dob",
            Self::Amount => "amount",
            Self::Balance => "balance",
            Self::Description => "description",
            Self::Cvv => "cvv",
            Self::Pin => "pin",
            Self::Otp => "otp",
            Self::Password => "password",
            Self::Track => "track",
            Self::Custom => "custom",
        }
    }

    /// What a screen reader calls a field of the class, in English.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pan => "Card number",
            Self::Iban => "IBAN",
            Self::Account => "Account number",
            Self::SortCode => "Sort code",
            Self::Routing => "Routing number",
            Self::Bic => "BIC",
            Self::NationalId => "Identity number",
            Self::TaxId => "Tax number",
            Self::Passport => "Passport number",
            Self::Name => "Name",
            Self::Address => "Address",
            Self::Email => "E-mail address",
            Self::Phone => "Telephone number",
            Self::Dob => "Date of birth",
            Self::Amount => "Amount",
            Self::Balance => "Balance",
            Self::Description => "Description",
            Self::Cvv => "Card security code",
            Self::Pin => "PIN",
            Self::Otp => "One-time code",
            Self::Password => "Password",
            Self::Track => "Track data",
            Self::Custom => "Field",
        }
    }

    /// Whether the class has a form at a level; where it has none, [`crate::display`] redacts.
    #[must_use]
    pub const fn has_form(self, level: Level) -> bool {
        match (self, level) {
            (_, Level::Redact | Level::Block) => true,
            _ if self.is_secret() => false,
            (_, Level::Clear | Level::Token) => true,
            (Self::Description, _) => false,
            (_, Level::Partial) => true,
            (
                Self::Bic | Self::Name | Self::Address | Self::Dob | Self::Amount | Self::Balance,
                Level::Fpe,
            ) => false,
            (_, Level::Fpe) => true,
        }
    }

    /// Whether a value of this class only ever redacts (PCI DSS 4.0.1, 3.3).
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Cvv | Self::Pin | Self::Otp | Self::Password | Self::Track)
    }
}

impl core::str::FromStr for FieldClass {
    type Err = UnknownClass;
    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or(UnknownClass)
    }
}
