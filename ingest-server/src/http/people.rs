//! `/api/v1/subjects/{subject}/people`: further people of an account, each enrolled as a subject of their own.
//!
//! What changes here holds from the next session on: a running one is compared with whom it began with, and ends when
//! somebody leaves.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use palet_comparison::{Account, Modality, PEOPLE_MAX};
use palet_units::{Micros, SubjectId, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Problem, authorise, sessions::parse_subject, subjects::end_sessions};
use crate::{
    access::{Caller, Scope},
    app::AppState,
    audit::{Action, Detail, Entry, Outcome},
    clock,
    store::{DeviceClass, Joining, PersonRecord, StoreError},
};

/// Further people that one account can have.
const OTHERS_MAX: usize = PEOPLE_MAX - 1;

/// Who joins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinRequest {
    /// The subject that the person enrols as, by themselves.
    #[schema(example = "s-2")]
    person: String,
}

/// An account's further people.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeopleAnswer {
    /// The account: the subject of its sessions.
    subject: String,
    /// In the order in which they joined.
    people: Vec<PersonAnswer>,
    /// How many more may join.
    room: usize,
}

/// A further person of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonAnswer {
    /// The subject that the person enrols as.
    person: String,
    /// When they joined.
    joined_at: String,
    /// The kinds of device on which their reference is trained in everything that the account's own is: there the next
    /// session is compared with them too.
    compared_on: Vec<DeviceClass>,
}

/// Lists an account's further people.
#[utoipa::path(get, path = "/api/v1/subjects/{subject}/people", params(("subject" = String, Path)), tag = "subjects",
    responses((status = 200, body = PeopleAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn list(
    request: HttpRequest,
    state: web::Data<AppState>,
    subject: web::Path<String>,
) -> Result<web::Json<PeopleAnswer>, Problem> {
    let caller = authorise(&request, &state, Scope::Subjects).await?;
    let subject = parse_subject(&subject)?;
    let people = state.store.people(&caller.tenant, &subject, Micros::MAX).await?;
    let room = OTHERS_MAX.saturating_sub(people.len());
    let mut told = Vec::with_capacity(people.len());
    for person in people {
        told.push(told_of(&state, &caller.tenant, &subject, person).await?);
    }
    Ok(web::Json(PeopleAnswer { subject: subject.to_string(), people: told, room }))
}

/// Adds a person to an account. They are at home in its sessions once they are enrolled as the subject they are named
/// by; until then, and for whoever else comes, nothing changes.
#[utoipa::path(post, path = "/api/v1/subjects/{subject}/people", params(("subject" = String, Path)),
    request_body = JoinRequest, tag = "subjects",
    responses((status = 201, body = PersonAnswer), (status = "4XX", body = Problem)))]
pub(crate) async fn join(
    request: HttpRequest,
    state: web::Data<AppState>,
    subject: web::Path<String>,
    body: web::Json<JoinRequest>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Subjects).await?;
    let subject = parse_subject(&subject)?;
    let person = PersonRecord { person: parse_subject(&body.person)?, joined_at: clock::now() };
    if person.person == subject {
        let detail = "expected another subject than the account's own";
        return Err(Problem::unprocessable("person-is-subject", detail));
    }
    let there = state.store.people(&caller.tenant, &subject, Micros::MAX).await?;
    if there.iter().any(|other| other.person == person.person) {
        return Err(joined_already());
    }
    if there.len() >= OTHERS_MAX {
        return Err(full());
    }
    let both = (&subject, &person.person);
    note(&state, &caller, Action::PersonJoined, Outcome::Done, both).await?;
    let lost = match state.store.join_person(&caller.tenant, &subject, &person, OTHERS_MAX).await {
        Ok(Joining::Joined) => None,
        Ok(Joining::Full) => Some(full()),
        Err(StoreError::Exists { .. }) => Some(joined_already()),
        Err(error) => return Err(error.into()),
    };
    if let Some(lost) = lost {
        // Somebody else was faster, after the line that says it was done.
        note(&state, &caller, Action::PersonJoined, Outcome::Refused, both).await?;
        return Err(lost);
    }
    tracing::info!(event.action = "person-joined", palet.tenant = %caller.tenant, "an account has one person more");
    Ok(HttpResponse::Created().json(told_of(&state, &caller.tenant, &subject, person).await?))
}

/// Takes a person off an account. The account's running sessions end; the person's own reference stays.
#[utoipa::path(delete, path = "/api/v1/subjects/{subject}/people/{person}",
    params(("subject" = String, Path), ("person" = String, Path)), tag = "subjects",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(crate) async fn part(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let caller = authorise(&request, &state, Scope::Subjects).await?;
    let (subject, person) = (parse_subject(&path.0)?, parse_subject(&path.1)?);
    let unknown = || Problem::not_found("person-unknown", "expected a further person of this account");
    let there = state.store.people(&caller.tenant, &subject, Micros::MAX).await?;
    if there.iter().all(|other| other.person != person) {
        return Err(unknown());
    }
    let both = (&subject, &person);
    note(&state, &caller, Action::PersonLeft, Outcome::Done, both).await?;
    let now = clock::now();
    if !state.store.part_person(&caller.tenant, &subject, &person, now).await? {
        note(&state, &caller, Action::PersonLeft, Outcome::Refused, both).await?;
        return Err(unknown());
    }
    end_sessions(&state, &caller.tenant, &subject, now).await?;
    tracing::info!(event.action = "person-left", palet.tenant = %caller.tenant, "an account has one person less");
    Ok(HttpResponse::NoContent().finish())
}

fn joined_already() -> Problem {
    Problem::new(StatusCode::CONFLICT, "person-joined", "expected a person who is not on the account yet")
}

fn full() -> Problem {
    let detail = format!("expected at most {PEOPLE_MAX} people on one account");
    Problem::new(StatusCode::CONFLICT, "account-full", detail)
}

/// On the disk before it takes effect.
async fn note(
    state: &AppState,
    caller: &Caller,
    action: Action,
    outcome: Outcome,
    (subject, person): (&SubjectId, &SubjectId),
) -> Result<(), Problem> {
    let entry = Entry::new(action, outcome, clock::now()).tenant(&caller.tenant).key(&caller.key_id);
    state.audit.append(entry.with(Detail::Subject, subject).with(Detail::Member, person)).await?;
    Ok(())
}

async fn told_of(
    state: &AppState,
    tenant: &TenantId,
    subject: &SubjectId,
    person: PersonRecord,
) -> Result<PersonAnswer, Problem> {
    let mut compared_on = Vec::new();
    for device in [DeviceClass::Desktop, DeviceClass::Mobile] {
        let own = trained(state, tenant, subject, device).await?;
        let theirs = trained(state, tenant, &person.person, device).await?;
        let covers = own.iter().zip(theirs).all(|(own, theirs)| theirs || !own);
        if covers && own.contains(&true) {
            compared_on.push(device);
        }
    }
    let joined_at = clock::rfc3339(person.joined_at);
    Ok(PersonAnswer { person: person.person.to_string(), joined_at, compared_on })
}

/// What a subject's own reference is trained in: typing, pointer, fixed texts.
async fn trained(
    state: &AppState,
    tenant: &TenantId,
    subject: &SubjectId,
    device: DeviceClass,
) -> Result<[bool; 3], Problem> {
    let stored = state.store.reference(tenant, subject, device, Micros::MAX).await?;
    let account = stored.and_then(|stored| Account::parse(&stored.body));
    let is = |modality| account.as_ref().is_some_and(|account| account.first().is_trained(modality));
    Ok([Modality::Keystroke, Modality::Pointer, Modality::FixedText].map(is))
}
