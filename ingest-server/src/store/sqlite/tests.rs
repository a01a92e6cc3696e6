use super::*;
use crate::store::{DecisionKind, FeedbackKind, Verdict};

async fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings { data_folder: folder.path().into(), ..StoreSettings::default() };
    let store = SqliteStore::open(&settings).await.unwrap();
    store.insert_tenant(&"bank".parse().unwrap(), Micros(1)).await.unwrap();
    (folder, store)
}

fn session(id: u128) -> SessionRecord {
    SessionRecord {
        id: SessionId(id),
        tenant: "bank".parse().unwrap(),
        subject: "s-1".parse().unwrap(),
        origin: "https://bank.example".into(),
        channel: "web".into(),
        consent: ConsentGiven::Full,
        device: None,
        created_at: Micros(10),
        expires_at: Micros(1_000),
        ended_at: None,
        end_reason: None,
        verdict: None,
        login_at: Some(Micros(9)),
        step_up_at: None,
        learnt: None,
    }
}

fn decision(session: u128, number: u64, at: u64) -> DecisionRecord {
    DecisionRecord {
        session: SessionId(session),
        number,
        kind: DecisionKind::Batch,
        page: u64::MAX,
        seq: number,
        at: Micros(at),
        risk: 0.25,
        input: vec![1, 2, number as u8],
        outcome: vec![3],
        versions: "m-p-r".into(),
        shadow: Some(vec![9]),
    }
}

#[tokio::test]
async fn a_session_reads_back_and_ends_once() {
    let (_folder, store) = store().await;
    store.insert_session(&session(7)).await.unwrap();
    assert_eq!(store.session(SessionId(7)).await.unwrap(), Some(session(7)));
    assert!(matches!(store.insert_session(&session(7)).await, Err(StoreError::Exists { what: "session" })));
    assert!(store.end_session(SessionId(7), EndReason::Bank, Micros(20)).await.unwrap());
    assert!(!store.end_session(SessionId(7), EndReason::Bank, Micros(21)).await.unwrap());
    let ended = store.session(SessionId(7)).await.unwrap().unwrap();
    assert_eq!((ended.ended_at, ended.end_reason), (Some(Micros(20)), Some(EndReason::Bank)));
}

#[tokio::test]
async fn decisions_of_a_group_are_written_whole_and_in_order() {
    let (_folder, store) = store().await;
    let group: Vec<_> = (1..=45).map(|number| decision(7, number, number)).collect();
    store.commit(&group).await.unwrap();
    assert_eq!(store.decisions(SessionId(7), 0, 100).await.unwrap(), group);
    assert_eq!(store.decision(SessionId(7), 3).await.unwrap(), Some(decision(7, 3, 3)));
    assert_eq!(store.decision(SessionId(7), 46).await.unwrap(), None);
}

#[tokio::test]
async fn a_group_with_a_repeated_number_changes_nothing() {
    let (_folder, store) = store().await;
    store.commit(&[decision(7, 1, 1)]).await.unwrap();
    assert!(store.commit(&[decision(8, 1, 1), decision(7, 1, 1)]).await.is_err());
    assert_eq!(store.decisions(SessionId(8), 0, 9).await.unwrap(), []);
}

#[tokio::test]
async fn pruning_drops_the_old_and_the_surplus() {
    let (_folder, store) = store().await;
    let group: Vec<_> = (1..=20).map(|number| decision(7, number, number)).collect();
    store.commit(&group).await.unwrap();
    assert_eq!(store.prune_decisions(Micros(6), 1_000).await.unwrap(), 5);
    assert_eq!(store.prune_decisions(Micros(0), 10).await.unwrap(), 5);
    assert_eq!(store.decisions(SessionId(7), 0, 100).await.unwrap(), group[10..]);
}

#[tokio::test]
async fn an_ended_session_waits_for_its_time_or_for_the_banks_word() {
    let (_folder, store) = store().await;
    for id in 1..=3 {
        store.insert_session(&session(id)).await.unwrap();
    }
    store.end_session(SessionId(1), EndReason::Bank, Micros(50)).await.unwrap();
    store.end_session(SessionId(2), EndReason::Bank, Micros(90)).await.unwrap();
    let due = |sessions: Vec<SessionRecord>| sessions.into_iter().map(|s| s.id.0).collect::<Vec<_>>();
    assert_eq!(due(store.sessions_to_learn(Micros(100), 10).await.unwrap()), [1, 2]);
    store.postpone_learning(SessionId(2), Micros(500)).await.unwrap();
    assert_eq!(due(store.sessions_to_learn(Micros(100), 10).await.unwrap()), [1]);
    let genuine = FeedbackRecord {
        tenant: "bank".parse().unwrap(),
        session: SessionId(2),
        kind: FeedbackKind::Genuine,
        reference: String::new(),
        at: Micros(95),
    };
    store.insert_feedback(&genuine).await.unwrap();
    assert_eq!(due(store.sessions_to_learn(Micros(100), 10).await.unwrap()), [1, 2]);
    store.set_learnt(SessionId(1), Learnt::Refused, Micros(99), None).await.unwrap();
    assert_eq!(due(store.sessions_to_learn(Micros(100), 10).await.unwrap()), [2]);
}

#[tokio::test]
async fn a_fraud_is_never_overruled() {
    let (_folder, store) = store().await;
    store.insert_session(&session(7)).await.unwrap();
    for (kind, at) in [(FeedbackKind::Fraud, 1), (FeedbackKind::Genuine, 2)] {
        let (tenant, reference) = ("bank".parse().unwrap(), String::new());
        let feedback = FeedbackRecord { tenant, session: SessionId(7), kind, reference, at: Micros(at) };
        store.insert_feedback(&feedback).await.unwrap();
    }
    assert_eq!(store.session(SessionId(7)).await.unwrap().unwrap().verdict, Some(Verdict::Fraud));
}

#[tokio::test]
async fn references_keep_their_versions_until_erased() {
    let (_folder, store) = store().await;
    store.insert_session(&session(7)).await.unwrap();
    let (tenant, subject) = (session(7).tenant, session(7).subject);
    for version in 1..=2 {
        let reference = ReferenceRecord {
            tenant: tenant.clone(),
            subject: subject.clone(),
            device: DeviceClass::Desktop,
            version,
            made_at: Micros(version * 10),
            made_from: SessionId(7),
            body: vec![version as u8],
        };
        store.set_learnt(SessionId(7), Learnt::Updated, Micros(9), Some(&reference)).await.unwrap();
    }
    let (desktop, mobile, end) = (DeviceClass::Desktop, DeviceClass::Mobile, Micros::MAX);
    let newest = store.reference(&tenant, &subject, desktop, end).await.unwrap().unwrap();
    assert_eq!((newest.version, newest.body), (2, vec![2]));
    let earlier = store.reference(&tenant, &subject, desktop, Micros(19)).await.unwrap().unwrap();
    assert_eq!(earlier.version, 1);
    assert_eq!(store.reference(&tenant, &subject, desktop, Micros(9)).await.unwrap(), None);
    assert_eq!(store.reference(&tenant, &subject, mobile, end).await.unwrap(), None);
    store.commit(&[decision(7, 1, 1), decision(8, 1, 1)]).await.unwrap();
    assert_eq!(store.erase_subject(&tenant, &subject).await.unwrap(), 1);
    assert_eq!(store.decisions(SessionId(7), 0, 9).await.unwrap(), []);
    assert_eq!(store.decisions(SessionId(8), 0, 9).await.unwrap().len(), 1);
    assert_eq!(store.reference(&tenant, &subject, desktop, end).await.unwrap(), None);
}

#[tokio::test]
async fn an_account_has_the_people_that_were_on_it_then() {
    let (_folder, store) = store().await;
    let tenant = session(7).tenant;
    let named = |name: &str| -> SubjectId { name.parse().unwrap() };
    let (account, ann) = (named("s-1"), named("ann"));
    let person = |name: &str, at: u64| PersonRecord { person: named(name), joined_at: Micros(at) };
    let joined = store.join_person(&tenant, &account, &person("ann", 10), 2).await.unwrap();
    assert_eq!(joined, Joining::Joined);
    let again = store.join_person(&tenant, &account, &person("ann", 11), 2).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })));
    store.join_person(&tenant, &account, &person("ben", 20), 2).await.unwrap();
    let full = store.join_person(&tenant, &account, &person("cat", 21), 2).await.unwrap();
    assert_eq!(full, Joining::Full);
    assert!(store.part_person(&tenant, &account, &ann, Micros(30)).await.unwrap());
    assert!(!store.part_person(&tenant, &account, &ann, Micros(31)).await.unwrap());
    store.join_person(&tenant, &account, &person("ann", 40), 2).await.unwrap();
    for (at, there) in [
        (9, vec![]),
        (10, vec!["ann"]),
        (29, vec!["ann", "ben"]),
        (30, vec!["ben"]),
        (40, vec!["ben", "ann"]),
    ] {
        let people = store.people(&tenant, &account, Micros(at)).await.unwrap();
        let names: Vec<&str> = people.iter().map(|person| person.person.as_str()).collect();
        assert_eq!(names, there, "at {at}");
    }
    assert_eq!(store.accounts_of(&tenant, &ann).await.unwrap().first(), Some(&account));
    store.erase_subject(&tenant, &ann).await.unwrap();
    assert_eq!(store.people(&tenant, &account, Micros(29)).await.unwrap(), [person("ben", 20)]);
}

#[tokio::test]
async fn what_was_written_survives_the_process() {
    let (folder, store) = store().await;
    store.insert_session(&session(7)).await.unwrap();
    store.close().await;
    let settings = StoreSettings { data_folder: folder.path().into(), ..StoreSettings::default() };
    let again = SqliteStore::open(&settings).await.unwrap();
    assert_eq!(again.session(SessionId(7)).await.unwrap(), Some(session(7)));
}
