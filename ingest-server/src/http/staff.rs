//! A person of the bank's staff, as a caller's key vouches for them: parsed once for every route that needs one.

use palet_policy::{Authenticated, Channel, Role};
use palet_units::Micros;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Problem;
use crate::{access::Caller, unmask::Asker};

const PERSON_BYTES_MAX: usize = 64;
/// The oldest authentication that is told. **Units**: s.
const AGE_S_MAX: u64 = 31 * 86_400;

/// The person for whom the key calls. The key is what is authenticated: whoever holds one with the scope answers for
/// what it says of people.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActingFor {
    /// The bank's own name for the person: 1 to 64 letters, digits, '.', '_', '-', '@'.
    #[schema(example = "clerk-17")]
    person: String,
    /// The role, by the policy's names.
    #[schema(example = "clerk")]
    role: String,
    /// Where they work: branch, call-centre, api, or a customer's own channel.
    #[schema(example = "call-centre")]
    channel: Option<String>,
    /// How long ago the person logged in with strong authentication; absent where they did not.
    mfa_age_s: Option<u64>,
    /// How long ago they passed a step-up for this work; absent where they did not.
    step_up_age_s: Option<u64>,
}

impl ActingFor {
    /// The person. **Errors**: a stable code for each member.
    pub(super) fn parse(&self, caller: &Caller) -> Result<Asker, Problem> {
        checked_person(&self.person)?;
        let role: Role = self.role.parse().map_err(|error: palet_policy::UnknownName| {
            Problem::unprocessable("role-unknown", error.to_string())
        })?;
        let channel: Channel = self.channel.as_deref().unwrap_or("api").parse().map_err(
            |error: palet_policy::UnknownName| Problem::unprocessable("channel-unknown", error.to_string()),
        )?;
        let age = |age: Option<u64>| age.map(|age| Micros::from_secs(age.min(AGE_S_MAX)));
        Ok(Asker {
            tenant: caller.tenant.clone(),
            key: caller.key_id.clone(),
            person: self.person.clone(),
            role,
            channel,
            authenticated: Authenticated {
                since_login: age(self.mfa_age_s),
                since_step_up: age(self.step_up_age_s),
            },
        })
    }
}

/// A person's name as the bank has it. **Errors**: `person-malformed`.
pub(super) fn checked_person(person: &str) -> Result<(), Problem> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'@');
    let good = (1..=PERSON_BYTES_MAX).contains(&person.len()) && person.bytes().all(allowed);
    let detail = "expected a person of 1 to 64 letters, digits, '.', '_', '-' and '@'";
    good.then_some(()).ok_or_else(|| Problem::unprocessable("person-malformed", detail))
}
