//! What a decision is asked about: who asks for which field or action, where, why, and how sure we are of them.
//!
//! Every dimension is a short list of named values, so that the whole domain is finite and a policy can be
//! proved over it. Dimensions of doubt are declared from least to most doubt; the order carries meaning.

use palet_mask::FieldClass;
use palet_units::TenantId;

macro_rules! named_values {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$value_doc])* $value,)+ }

        impl $name {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$value,)+];
            /// The names of all values, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text,)+];

            /// The name used in policies, stored questions and explanations.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)+ }
            }
        }

        impl core::str::FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
                    .ok_or(UnknownName { what: $what, expected: Self::NAMES })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// A text that names none of a dimension's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// What was to be named.
    pub what: &'static str,
    /// The names that exist.
    pub expected: &'static [&'static str],
}

impl core::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "expected {}, one of {}", self.what, self.expected.join(", "))
    }
}

impl core::error::Error for UnknownName {}

named_values! {
    /// Who wants to see or do something.
    Role, "a role" {
        /// The capture subject whose session it is.
        Customer = "customer",
        /// Another holder of the same account, in a session of their own.
        JointHolder = "joint-holder",
        /// Somebody who acts for the customer: attorney, guardian, accountant.
        Delegate = "delegate",
        /// Front-line staff of the bank.
        Clerk = "clerk",
        /// Staff who approve what a clerk asks for.
        Supervisor = "supervisor",
        /// Staff who look into fraud.
        FraudAnalyst = "fraud-analyst",
        /// Somebody who checks that rules are kept.
        Auditor = "auditor",
        /// A program of the bank.
        Service = "service",
    }
}

named_values! {
    /// The way the request came.
    Channel, "a channel" {
        /// A browser on a desktop.
        Web = "web",
        /// A browser on a telephone or tablet.
        MobileWeb = "mobile-web",
        /// The bank's own application.
        App = "app",
        /// A workplace in a branch.
        Branch = "branch",
        /// A workplace in a call centre.
        CallCentre = "call-centre",
        /// The REST interface.
        Api = "api",
    }
}

named_values! {
    /// The part of the bank's site that is on screen, as the page's `setContext` told it.
    PageContext, "a page context" {
        /// Logging in.
        Login = "login",
        /// Accounts and balances.
        Overview = "overview",
        /// Statements and bookings.
        Statement = "statement",
        /// A card's page.
        Card = "card",
        /// Paying or transferring.
        Payment = "payment",
        /// Personal details and settings.
        Profile = "profile",
        /// Opening an account or ordering a product.
        Application = "application",
        /// Help, chat and co-browsing.
        Support = "support",
        /// Anything else, and every context that this list does not name.
        Other = "other",
    }
}

impl PageContext {
    /// The context of that name, `other` for a name that the policy's language does not have.
    #[must_use]
    pub fn parse_or_other(text: &str) -> Self {
        text.parse().unwrap_or(Self::Other)
    }
}

named_values! {
    /// What the value is wanted for.
    Purpose, "a purpose" {
        /// Showing a page to the person in the session.
        Display = "display",
        /// Carrying out a payment or an order.
        Payment = "payment",
        /// Helping a customer.
        Support = "support",
        /// Looking into fraud.
        FraudInvestigation = "fraud-investigation",
        /// Checking that rules are kept.
        Audit = "audit",
        /// An order of a court or authority.
        LegalRequest = "legal-request",
        /// Answering a person's request for their own data.
        SubjectRequest = "subject-request",
        /// Anything else.
        Other = "other",
    }
}

named_values! {
    /// A step of risk, cut from a score by the thresholds in the policy.
    RiskBand, "a risk band" {
        /// Nothing speaks against the subject.
        Calm = "calm",
        /// Unusual; seen in genuine sessions now and then.
        Raised = "raised",
        /// Probably another person, or a program.
        High = "high",
        /// Almost surely another person, or a program.
        Severe = "severe",
    }
}

named_values! {
    /// What stands behind the risk, from most to least.
    EvidenceState, "a state of evidence" {
        /// The session is live and was compared with the subject's trained reference.
        Trained = "trained",
        /// The session is live, but no comparison stands behind it: the reference is still being
        /// enrolled, the consent is fraud-only, or there was too little behaviour so far. Only
        /// detectors that work for everybody (automation, remote control, replay) have spoken.
        NotTrained = "not-trained",
        /// No live session: the SDK is absent, blocked, silent or cut off.
        None = "none",
    }
}

named_values! {
    /// How long ago the person last passed a strong authentication, cut by the policy's `[mfa]` limits.
    MfaAge, "an age of authentication" {
        /// Just now, by a step-up within the session.
        Immediate = "immediate",
        /// Within the same visit; a login is at best this.
        Fresh = "fresh",
        /// Within the same working day.
        Recent = "recent",
        /// Longer ago.
        Old = "old",
        /// Never, or nobody knows.
        Never = "never",
    }
}

named_values! {
    /// Whether the device looks like one of the subject's.
    DeviceState, "a state of the device" {
        /// Like one seen before, or nothing is known against it.
        Known = "known",
        /// Unlike any seen before.
        Changed = "changed",
    }
}

named_values! {
    /// Whether the bank opened a signed, time-boxed support session, which makes remote access expected.
    SupportMode, "a support mode" {
        /// No support session.
        Off = "off",
        /// A support session is open.
        On = "on",
    }
}

named_values! {
    /// The detectors whose scores a policy may name besides the overall risk.
    SubScore, "a sub-score" {
        /// A program drives the page.
        Bot = "bot",
        /// An assistant program acts for the person.
        Agent = "agent",
        /// The page is driven through remote control.
        Remote = "remote",
        /// The person acts under guidance or pressure.
        Duress = "duress",
        /// Recorded behaviour is played back.
        Replay = "replay",
        /// The person does not know the data that they type.
        NewAccount = "new-account",
    }
}

/// One band for each [`SubScore`]; calm where a detector did not speak, since silence is not evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubBands(pub [RiskBand; 6]);

impl SubBands {
    /// No detector spoke.
    pub const CALM: Self = Self([RiskBand::Calm; 6]);

    /// The band of one detector.
    #[must_use]
    pub const fn get(&self, score: SubScore) -> RiskBand {
        self.0[score as usize]
    }

    /// The same bands, save one.
    #[must_use]
    pub const fn with(mut self, score: SubScore, band: RiskBand) -> Self {
        self.0[score as usize] = band;
        self
    }
}

impl Default for SubBands {
    fn default() -> Self {
        Self::CALM
    }
}

/// Everything about a question but the tenant and the field or action: the same for a whole page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// Who asks.
    pub role: Role,
    /// How the request came.
    pub channel: Channel,
    /// The part of the site on screen.
    pub context: PageContext,
    /// What the value is wanted for.
    pub purpose: Purpose,
    /// Whether a support session is open.
    pub support: SupportMode,
    /// The band of the overall risk, by `Policy::band`.
    pub band: RiskBand,
    /// What stands behind the risk.
    pub evidence: EvidenceState,
    /// The bands of the detectors, by `Policy::sub_band`.
    pub subs: SubBands,
    /// The age of the last strong authentication, by `Policy::mfa_age`.
    pub mfa: MfaAge,
    /// Whether the device is known.
    pub device: DeviceState,
}

impl Circumstances {
    /// A customer's page of whom nothing is known: no evidence, no authentication. The start of every session.
    pub const UNKNOWN: Self = Self {
        role: Role::Customer,
        channel: Channel::Web,
        context: PageContext::Other,
        purpose: Purpose::Display,
        support: SupportMode::Off,
        band: RiskBand::Calm,
        evidence: EvidenceState::None,
        subs: SubBands::CALM,
        mfa: MfaAge::Never,
        device: DeviceState::Known,
    };
}

impl Default for Circumstances {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// What may be shown of a field of this class, in these circumstances?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Whose policy applies.
    pub tenant: &'a TenantId,
    /// The class of the field.
    pub class: FieldClass,
    /// The bank's name for a class of its own; only looked at where `class` is `custom`.
    pub custom: Option<&'a str>,
    /// The circumstances.
    pub circumstances: Circumstances,
}

/// May this action be carried out, in these circumstances?
#[derive(Clone, Copy, Debug)]
pub struct ActionQuestion<'a> {
    /// Whose policy applies.
    pub tenant: &'a TenantId,
    /// The action's name, as the page's `action()` told it.
    pub action: &'a str,
    /// The circumstances.
    pub circumstances: Circumstances,
}
