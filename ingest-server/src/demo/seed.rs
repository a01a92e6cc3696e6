//! Enrols the bank's own customers before the doors open: generated sessions over the real socket, confirmed as
//! genuine, learnt from like everybody's.

use futures_util::future::join_all;
use palet_client::{Effect, State};
use palet_units::Micros;
use palet_wire::Consent;
use std::time::Duration;

use super::{
    bank::{PASSPHRASE, seeded},
    desk::Desk,
    enrol,
};
use crate::synthetic::{Hand, NativePage, PageSettings, Person, phrase_events};

/// Sessions of each customer, each on a day of its own: spread matters more than amount.
const DAYS: u64 = 3;
const WORDS_A_DAY: u32 = 60;
const STROKES_A_DAY: u32 = 40;
const PHRASES_A_DAY: u32 = 4;
const STEP_MAX: Duration = Duration::from_secs(4);

/// Enrols every seeded customer who is not. **Errors**: what did not come through, in words.
pub(super) async fn enrol_all(desk: &Desk) -> Result<(), String> {
    let customers = seeded();
    let all =
        customers.iter().filter_map(|customer| customer.hand.map(|hand| enrol(desk, &customer.id, hand)));
    join_all(all).await.into_iter().collect()
}

async fn enrol(desk: &Desk, customer: &str, hand: u64) -> Result<(), String> {
    let progress = enrol::progress(desk, customer).await.map_err(|problem| problem.to_string())?;
    if progress["state"] == "trained" {
        return Ok(());
    }
    let days = join_all((1..=DAYS).map(|day| live_a_day(desk, customer, hand, day))).await;
    for session in days {
        enrol::wait_learnt(desk, &session?).await.map_err(|problem| problem.to_string())?;
    }
    Ok(())
}

/// One session from its token to its confirmed end.
async fn live_a_day(desk: &Desk, customer: &str, person: u64, day: u64) -> Result<String, String> {
    let words = |problem: crate::http::Problem| problem.to_string();
    let palet = desk.palet().map_err(words)?;
    let address = desk.address().map_err(words)?;
    let origin = format!("http://{address}");
    let opened = palet.open(customer, &origin, Some(0)).await.map_err(words)?;
    let settings = PageSettings {
        url: format!("ws://{address}/ws/v1/capture"),
        origin,
        server_key: desk.server_key().map_err(words)?,
        token: opened.token,
        consent: Consent::Full,
    };
    let mut page = NativePage::new(settings, rand::random()).map_err(|error| error.to_string())?;
    page.run(STEP_MAX, |effect| matches!(effect, Effect::State(State::Live))).await;
    if page.session.state() != State::Live {
        return Err("a page that is welcome".into());
    }
    let mut hand = Hand::new(Person::of_seed(person), day, Micros::from_millis(200));
    act(&mut page, &mut hand).await;
    let now = page.now();
    page.session.flush(now);
    wait_counted(desk, &mut page, &opened.session, hand.keys()).await?;
    palet.report(&opened.session, "genuine", "seeded").await.map_err(words)?;
    palet.end(&opened.session).await.map_err(words)?;
    Ok(opened.session)
}

async fn act(page: &mut NativePage, hand: &mut Hand) {
    for _ in 0..PHRASES_A_DAY {
        phrase_events(hand, PASSPHRASE).into_iter().for_each(|event| page.session.handle_event(event));
        hand.rest(Micros::from_secs(3));
    }
    for step in 0..WORDS_A_DAY.max(STROKES_A_DAY) {
        if step < WORDS_A_DAY {
            hand.type_word().into_iter().for_each(|event| page.session.handle_event(event));
        }
        if step < STROKES_A_DAY {
            hand.point().into_iter().for_each(|event| page.session.handle_event(event));
        }
        let now = page.now();
        page.session.handle_drained(now);
        if step % 16 == 15 {
            page.run(Duration::from_millis(5), |_| false).await;
        }
    }
}

/// Waits until the server has counted what was typed; the passphrase's keys are no part of the count.
async fn wait_counted(desk: &Desk, page: &mut NativePage, session: &str, keys: u32) -> Result<(), String> {
    let phrases = PHRASES_A_DAY * u32::try_from(PASSPHRASE.len()).unwrap_or(0);
    let wanted = u64::from(keys.saturating_sub(phrases));
    let palet = desk.palet().map_err(|problem| problem.to_string())?;
    for _ in 0..80 {
        page.run(Duration::from_millis(40), |_| false).await;
        let answer = palet.assess(session, None, None).await.map_err(|problem| problem.to_string())?;
        if answer["counts"]["keys"].as_u64().is_some_and(|counted| counted >= wanted) {
            return Ok(());
        }
    }
    Err("every key of a session to be counted".into())
}
