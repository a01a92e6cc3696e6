//! The policy that ships, asked in the words of a bank.
#![cfg(test)]

use palet_mask::{FieldClass, Level};
use palet_policy::{
    ActionQuestion, Answer, Authenticated, Circumstances, DeviceState, EvidenceState, MfaAge, Obligation,
    PageContext, Policy, Purpose, Question, RiskBand, Role, SubBands, SubScore, SupportMode, Verdict,
};
use palet_units::{Micros, Probability, TenantId};

fn policy() -> Policy {
    Policy::embedded_default().unwrap_or_else(|errors| panic!("{errors}"))
}

fn tenant() -> TenantId {
    "bank-1".parse().unwrap()
}

/// A customer whose behaviour is their own, in a session authenticated this hour.
const CALM: Circumstances =
    Circumstances { evidence: EvidenceState::Trained, mfa: MfaAge::Recent, ..Circumstances::UNKNOWN };

fn ask(class: FieldClass, circumstances: Circumstances) -> Answer {
    policy().decide(&Question { tenant: &tenant(), class, custom: None, circumstances })
}

fn act(action: &str, circumstances: Circumstances) -> Verdict {
    policy().decide_action(&ActionQuestion { tenant: &tenant(), action, circumstances }).verdict
}

#[test]
fn the_policy_that_ships_compiles_without_a_warning() {
    let policy = policy();
    assert!(policy.warnings().is_empty(), "{:#?}", policy.warnings());
    assert_eq!(policy.version().to_string().len(), 16);
}

#[test]
fn nothing_is_shown_without_a_live_session() {
    for class in FieldClass::ALL {
        for mfa in MfaAge::ALL {
            let answer = ask(class, Circumstances { mfa: *mfa, ..Circumstances::UNKNOWN });
            assert_eq!(answer.level, Level::Redact, "{class:?}");
            assert!(answer.ttl.is_none());
        }
    }
}

#[test]
fn more_risk_masks_more() {
    let at = |band| ask(FieldClass::Iban, Circumstances { band, ..CALM });
    assert_eq!(at(RiskBand::Calm).level, Level::Clear);
    assert_eq!(at(RiskBand::Raised).level, Level::Partial);
    assert_eq!(at(RiskBand::High).level, Level::Redact);
    assert!(at(RiskBand::High).obligations.has(Obligation::StepUp));
    assert_eq!(at(RiskBand::Severe).level, Level::Redact);
    assert!(at(RiskBand::Calm).ttl.is_some());
}

#[test]
fn the_payment_form_takes_no_input_at_severe_risk() {
    let payment = Circumstances { context: PageContext::Payment, band: RiskBand::Severe, ..CALM };
    let answer = ask(FieldClass::Amount, payment);
    assert_eq!(answer.level, Level::Block);
    assert!(answer.obligations.has(Obligation::StepUp) && answer.obligations.has(Obligation::Notify));
    let proved = Circumstances { mfa: MfaAge::Immediate, ..payment };
    assert_eq!(ask(FieldClass::Amount, proved).level, Level::Redact);
}

#[test]
fn a_passed_step_up_lowers_the_masks_by_one_step() {
    let at = |band, mfa| ask(FieldClass::Balance, Circumstances { band, mfa, ..CALM }).level;
    assert_eq!(at(RiskBand::High, MfaAge::Fresh), Level::Redact);
    assert_eq!(at(RiskBand::High, MfaAge::Immediate), Level::Partial);
    assert_eq!(at(RiskBand::Raised, MfaAge::Immediate), Level::Clear);
}

#[test]
fn while_enrolling_a_fresh_login_stands_in_for_the_reference() {
    let at = |mfa, device| {
        ask(FieldClass::Iban, Circumstances { evidence: EvidenceState::NotTrained, mfa, device, ..CALM })
            .level
    };
    assert_eq!(at(MfaAge::Fresh, DeviceState::Known), Level::Clear);
    assert_eq!(at(MfaAge::Fresh, DeviceState::Changed), Level::Partial);
    assert_eq!(at(MfaAge::Recent, DeviceState::Known), Level::Partial);
}

#[test]
fn secret_classes_are_never_shown_to_anybody() {
    for class in FieldClass::ALL.into_iter().filter(|class| class.is_secret()) {
        for role in Role::ALL {
            for purpose in Purpose::ALL {
                let calmest =
                    Circumstances { role: *role, purpose: *purpose, mfa: MfaAge::Immediate, ..CALM };
                assert!(ask(class, calmest).level >= Level::Redact, "{class:?} {role:?} {purpose:?}");
            }
        }
    }
}

#[test]
fn a_program_and_a_replay_are_masked_at_calm_behaviour() {
    for score in [SubScore::Bot, SubScore::Replay, SubScore::Remote] {
        let subs = SubBands::CALM.with(score, RiskBand::High);
        assert_eq!(ask(FieldClass::Iban, Circumstances { subs, ..CALM }).level, Level::Redact, "{score:?}");
    }
}

#[test]
fn a_support_session_expects_remote_control_and_masks_further() {
    let subs = SubBands::CALM.with(SubScore::Remote, RiskBand::Severe);
    let session = Circumstances { support: SupportMode::On, subs, ..CALM };
    assert_eq!(ask(FieldClass::Iban, session).level, Level::Partial);
    assert_eq!(ask(FieldClass::Pan, session).level, Level::Redact);
    assert_eq!(act("submit-transfer", session), Verdict::Deny);
    assert_eq!(act("login", session), Verdict::StepUp);
}

#[test]
fn a_transfer_is_allowed_confirmed_or_denied_by_band() {
    let at = |band, mfa| act("submit-transfer", Circumstances { band, mfa, ..CALM });
    assert_eq!(at(RiskBand::Calm, MfaAge::Recent), Verdict::Allow);
    assert_eq!(at(RiskBand::Raised, MfaAge::Recent), Verdict::StepUp);
    assert_eq!(at(RiskBand::High, MfaAge::Fresh), Verdict::StepUp);
    assert_eq!(at(RiskBand::High, MfaAge::Immediate), Verdict::Allow, "a step-up must end somewhere");
    assert_eq!(at(RiskBand::Severe, MfaAge::Immediate), Verdict::Deny);
    assert_eq!(act("submit-transfer", Circumstances::UNKNOWN), Verdict::StepUp);
    assert_eq!(act("an-action-that-nobody-declared", CALM), Verdict::StepUp);
    assert_eq!(act("submit-transfer", Circumstances { role: Role::Clerk, ..CALM }), Verdict::Deny);
}

#[test]
fn a_supervisor_reveals_only_with_a_second_person() {
    let order = Circumstances {
        role: Role::Supervisor,
        purpose: Purpose::LegalRequest,
        mfa: MfaAge::Fresh,
        ..Circumstances::UNKNOWN
    };
    let answer = ask(FieldClass::NationalId, order);
    assert_eq!(answer.level, Level::Clear);
    assert!(answer.obligations.has(Obligation::FourEyes));
    assert_eq!(
        ask(FieldClass::NationalId, Circumstances { mfa: MfaAge::Recent, ..order }).level,
        Level::Redact
    );
}

#[test]
fn bands_rise_at_once_and_fall_late() {
    let policy = policy();
    let risk = |share| Probability::clamped(share);
    assert_eq!(policy.band(policy.bands().high), RiskBand::High);
    let just_below = risk(policy.bands().high.get() - 0.01);
    assert_eq!(policy.band(just_below), RiskBand::Raised);
    assert_eq!(policy.band_after(RiskBand::High, just_below), RiskBand::High);
    assert_eq!(policy.band_after(RiskBand::Severe, just_below), RiskBand::High);
    assert_eq!(policy.band_after(RiskBand::Calm, just_below), RiskBand::Raised);
    assert_eq!(policy.band_after(RiskBand::Severe, Probability::ZERO), RiskBand::Calm);
}

#[test]
fn a_login_is_fresh_at_best() {
    let policy = policy();
    let age = |login: Option<u64>, step_up: Option<u64>| {
        let since = |s: Option<u64>| s.map(Micros::from_secs);
        policy.mfa_age(&Authenticated { since_login: since(login), since_step_up: since(step_up) })
    };
    assert_eq!(age(None, None), MfaAge::Never);
    assert_eq!(age(Some(1), None), MfaAge::Fresh);
    assert_eq!(age(Some(5_000), Some(10)), MfaAge::Immediate);
    assert_eq!(age(Some(5_000), Some(600)), MfaAge::Fresh);
    assert_eq!(age(Some(100_000), Some(1_000)), MfaAge::Recent);
    assert_eq!(age(Some(100_000), None), MfaAge::Old);
}

#[test]
fn the_reasons_name_the_doubts_that_the_rule_looked_at() {
    let answer = ask(FieldClass::Iban, Circumstances { band: RiskBand::Raised, ..CALM });
    let named: Vec<&str> = answer.reasons.iter().map(palet_policy::Dim::as_str).collect();
    assert_eq!(named, ["mfa", "band"]);
    assert!(ask(FieldClass::Iban, Circumstances { mfa: MfaAge::Immediate, ..CALM }).reasons.is_empty());
}
