//! What a line of the audit log may say, and nothing else.

use palet_detect::text::{Detector, Offsets};
use palet_units::{Micros, TenantId};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

use crate::{clock, named::named};

/// The longest text of one detail. **Units**: bytes.
const TEXT_BYTES_MAX: usize = 256;

named! {
    /// What was done, or asked for.
    Action {
        /// The log begins, or a server opens it.
        Opened = "opened",
        /// A line that a crash had cut was taken off the end; it was never acknowledged.
        Mended = "mended",
        /// Lines that a checkpoint had signed were gone when the log was opened.
        Truncated = "truncated",
        /// A value was asked for in clear.
        Unmask = "unmask",
        /// An answer was given again for the same request.
        UnmaskReplay = "unmask-replay",
        /// A second person was asked for.
        ApprovalAsked = "approval-asked",
        /// A second person answered.
        ApprovalAnswered = "approval-answered",
        /// Somebody broke the glass: reads past the policy for a short while.
        BreakGlass = "break-glass",
        /// A person reads more than their peers.
        PeerAlert = "peer-alert",
        /// Sealed values moved to the newest key.
        Rewrap = "rewrap",
        /// A policy waits beside the active one.
        PolicyStaged = "policy-staged",
        /// The policy that waited was dropped.
        PolicyWithdrawn = "policy-withdrawn",
        /// A policy took over.
        PolicyPromoted = "policy-promoted",
        /// The policy before came back.
        PolicyRolledBack = "policy-rolled-back",
        /// The policy's file was read again.
        PolicyFile = "policy-file",
        /// A key was made.
        KeyMade = "key-made",
        /// A newer key took over.
        KeyRotated = "key-rotated",
        /// A key changed what it may be used for.
        KeyState = "key-state",
        /// A key was destroyed, or its destruction was asked for.
        KeyDestroyed = "key-destroyed",
        /// A tenant was made.
        TenantMade = "tenant-made",
        /// A caller's key was made.
        CallerKeyMade = "caller-key-made",
        /// A caller's key was revoked.
        CallerKeyRevoked = "caller-key-revoked",
        /// A person proved, or failed to prove, who they are.
        StepUp = "step-up",
        /// An account has one person more.
        PersonJoined = "person-joined",
        /// An account has one person less.
        PersonLeft = "person-left",
        /// A subject's data was erased.
        SubjectErased = "subject-erased",
        /// A subject's data was handed out.
        SubjectExported = "subject-exported",
        /// Somebody read this log.
        AuditRead = "audit-read",
    }
}

named! {
    /// What came of it.
    Outcome {
        /// It was done.
        Done = "done",
        /// It was refused.
        Refused = "refused",
        /// It waits for somebody.
        Pending = "pending",
        /// It was asked to be proved first.
        StepUp = "step-up",
        /// It failed.
        Failed = "failed",
    }
}

named! {
    /// What a line may tell besides: identifiers, names and counts. There is none for a value.
    Detail {
        /// How the asker is known to the approver's list.
        Approval = "approval",
        /// Bytes.
        Bytes = "bytes",
        /// The channel of the request.
        Channel = "channel",
        /// The class of a field.
        Class = "class",
        /// A stable code.
        Code = "code",
        /// How many.
        Count = "count",
        /// A permission that ends by itself.
        Grant = "grant",
        /// The key of a caller that the deed is about.
        CallerKey = "caller_key",
        /// The level that was granted.
        Level = "level",
        /// The managed key, by class and version, never its bytes.
        ManagedKey = "managed_key",
        /// A further person of an account, as the pseudonymous subject that they are enrolled as.
        Member = "member",
        /// The age of the authentication, by the policy's name.
        Mfa = "mfa",
        /// The peers' usual count.
        Peers = "peers",
        /// The policy's version.
        Policy = "policy",
        /// The purpose, by the policy's name.
        Purpose = "purpose",
        /// Why, in the person's words, swept by the detector.
        Reason = "reason",
        /// A keyed digest of the bank's record: equal records have equal digests.
        Record = "record",
        /// The caller's own reference.
        Reference = "reference",
        /// The request that several lines belong to.
        Request = "request",
        /// The person's role, by the policy's name.
        Role = "role",
        /// The rule that answered.
        Rule = "rule",
        /// The scopes of a caller's key.
        Scopes = "scopes",
        /// The session.
        Session = "session",
        /// A state that something came into.
        State = "state",
        /// The pseudonymous subject.
        Subject = "subject",
        /// A digest of the sealed value, never the value.
        Token = "token",
        /// A version.
        Version = "version",
        /// The kind of proof, such as a passkey.
        Method = "method",
    }
}

/// One deed.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    at: String,
    at_us: u64,
    action: Action,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(flatten)]
    details: BTreeMap<&'static str, String>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {})", self.action.as_str(), self.outcome.as_str())
    }
}

impl Entry {
    /// A deed at a point in time.
    #[must_use]
    pub fn new(action: Action, outcome: Outcome, at: Micros) -> Self {
        Self {
            at: clock::rfc3339(at),
            at_us: at.0,
            action,
            outcome,
            tenant: None,
            key: None,
            person: None,
            details: BTreeMap::new(),
        }
    }

    /// Of a tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: &TenantId) -> Self {
        self.tenant = Some(tenant.clone());
        self
    }

    /// By the caller's key with this identifier.
    #[must_use]
    pub fn key(mut self, id: &str) -> Self {
        self.key = Some(bounded(id));
        self
    }

    /// By a person, as the caller's key vouches for them.
    #[must_use]
    pub fn person(mut self, person: &str) -> Self {
        self.person = Some(bounded(person));
        self
    }

    /// With a detail: an identifier, a name or a count.
    #[must_use]
    pub fn with(mut self, detail: Detail, text: impl fmt::Display) -> Self {
        self.details.insert(detail.as_str(), bounded(&text.to_string()));
        self
    }

    /// With words that a person wrote: what looks like sensitive data in them is taken out.
    #[must_use]
    pub fn with_words(mut self, detail: Detail, words: &str) -> Self {
        self.details.insert(detail.as_str(), bounded(&swept(words)));
        self
    }

    /// With another outcome.
    #[must_use]
    pub fn came_to(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// What was done.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }
}

/// A text without control characters, cut at the limit.
fn bounded(text: &str) -> String {
    let mut kept = String::with_capacity(text.len().min(TEXT_BYTES_MAX));
    for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
        if kept.len() + letter.len_utf8() > TEXT_BYTES_MAX {
            break;
        }
        kept.push(letter);
    }
    kept
}

/// A text with every piece of sensitive data, and every longer run of digits, replaced by its kind.
pub(crate) fn swept(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for span in Detector::new().with_offsets(Offsets::Bytes).detect(text) {
        kept.push_str(&without_numbers(text.get(at..span.start).unwrap_or_default()));
        kept.push_str(&format!("[{}]", span.entity.as_str()));
        at = span.end;
    }
    kept.push_str(&without_numbers(text.get(at..).unwrap_or_default()));
    kept
}

/// A detector needs context for what is weak by its shape; a person who writes an account's number in a reason
/// gives none. Seven digits and more, however they are spaced, are a number of somebody.
fn without_numbers(text: &str) -> String {
    const DIGITS_MAX: usize = 6;
    let mut kept = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars().chain(['\0']) {
        let joins = matches!(letter, ' ' | '-' | '.' | '/') && !run.is_empty();
        if letter.is_numeric() || joins {
            run.push(letter);
            continue;
        }
        let digits = run.chars().filter(|letter| letter.is_numeric()).count();
        if digits > DIGITS_MAX {
            kept.push_str("[number] ");
        } else {
            kept.push_str(&run);
        }
        run.clear();
        if letter != '\0' {
            kept.push(letter);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_person_keep_no_sensitive_data() {
        let words = "card 4111 1111 1111 1111 of anna@example.com, IBAN DE02 1203 0000 0000 2020 51, acct 00 412 99 41";
        let entry = Entry::new(Action::Unmask, Outcome::Done, Micros(1)).with_words(Detail::Reason, words);
        let line = serde_json::to_string(&entry).unwrap();
        for clear in ["4111", "anna@", "1203", "412 99"] {
            assert!(!line.contains(clear), "{clear} is in {line}");
        }
        assert!(line.contains("card") && line.contains("acct"), "{line}");
    }

    #[test]
    fn short_numbers_of_a_case_stay() {
        assert_eq!(swept("case 4711 on 2 May"), "case 4711 on 2 May");
        assert_eq!(swept("ticket 12-34"), "ticket 12-34");
    }

    #[test]
    fn a_detail_is_one_bounded_line() {
        let long = format!("a\nb{}", "é".repeat(400));
        let entry = Entry::new(Action::Unmask, Outcome::Done, Micros(1)).with(Detail::Reference, long);
        let kept = &entry.details["reference"];
        assert!(kept.starts_with("a b") && kept.len() <= TEXT_BYTES_MAX);
        let line = serde_json::to_string(&entry).unwrap();
        assert!(!line.contains('\n') && line.contains("1970-01-01"), "{line}");
    }
}
