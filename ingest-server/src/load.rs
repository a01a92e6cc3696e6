//! `palet load`: made-up people type into many sessions at once, over the real protocol, and everything that was
//! typed is counted again at the end: what is missing was lost, what is too much was counted twice.

use futures_util::future::join_all;
use palet_client::{Effect, State};
use palet_seal::PublicKey;
use palet_units::Micros;
use palet_wire::Consent;
use rand::RngExt;
use secrecy::SecretString;
use serde::Serialize;
use std::time::{Duration, Instant};

use crate::{
    rest_client::RestClient,
    synthetic::{Hand, NativePage, PageSettings, Person},
};

/// Keys of one batch: one block of the finest step.
const KEYS_A_BATCH: u32 = 64;
/// Sessions that are opened at the same time.
const OPENING_AT_ONCE: usize = 32;
/// How long the end waits for what is still on its way.
const SETTLE_MAX: Duration = Duration::from_secs(10);
const OPEN_MAX: Duration = Duration::from_secs(15);

/// What to do.
#[derive(Clone, Debug)]
pub struct LoadPlan {
    /// Sessions at once.
    pub sessions: usize,
    /// Batches a second, of all sessions together.
    pub rate: f64,
    /// How long.
    pub span: Duration,
    /// The server's root, `http://…`.
    pub root: String,
    /// A tenant's key.
    pub key: SecretString,
}

/// Time from sealing a batch to its decision. **Units**: ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// Half are faster.
    pub p50: f64,
    /// Nine in ten are faster.
    pub p90: f64,
    /// All but one in a hundred are faster.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// Sessions that were opened.
    pub sessions: usize,
    /// Sessions that could not be.
    pub sessions_failed: usize,
    /// How long it took. **Units**: s.
    pub seconds: f64,
    /// Batches sent.
    pub sent: u64,
    /// Batches that were answered with a decision in time.
    pub answered: u64,
    /// Keys that the server counted.
    pub acknowledged_keys: u64,
    /// Keys that were typed and not counted.
    pub lost_keys: u64,
    /// Keys that were counted and not typed.
    pub keys_counted_twice: u64,
    /// Decided batches a second.
    pub throughput_per_s: f64,
    /// How fast.
    pub latency_ms: Latency,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No session could be opened.
    #[error("expected a server that opens sessions at the address and with the key, got: {0}")]
    Open(String),
}

struct Worker {
    page: NativePage,
    hand: Hand,
    session: String,
    sent: u64,
    latencies_ms: Vec<f64>,
}

/// Runs a plan. `progress` hears how many sessions are open. **Errors**: no session could be opened at all.
pub async fn run(plan: &LoadPlan, mut progress: impl FnMut(usize)) -> Result<LoadReport, LoadError> {
    let rest = RestClient::new(&plan.root, plan.key.clone());
    let (mut workers, mut fault) = (Vec::new(), String::new());
    for first in (0..plan.sessions).step_by(OPENING_AT_ONCE) {
        let numbers = first..plan.sessions.min(first + OPENING_AT_ONCE);
        for opened in join_all(numbers.map(|number| open(plan, &rest, number))).await {
            match opened {
                Ok(worker) => workers.push(worker),
                Err(error) => fault = error,
            }
        }
        progress(workers.len());
    }
    if workers.is_empty() {
        return Err(LoadError::Open(fault));
    }
    let started = Instant::now();
    let period = Duration::from_secs_f64((plan.sessions as f64 / plan.rate.max(0.001)).min(3_600.0));
    let workers = join_all(workers.into_iter().map(|worker| worker.work(period, plan.span))).await;
    let seconds = started.elapsed().as_secs_f64();
    Ok(report(plan, &rest, workers, seconds).await)
}

async fn open(plan: &LoadPlan, rest: &RestClient, number: usize) -> Result<Worker, String> {
    let origin = "https://load.example";
    let opened =
        rest.open(&format!("load-{number}"), origin, Some(0)).await.map_err(|error| error.to_string())?;
    let server_key = PublicKey::from_base64url(&opened.server_key).map_err(|error| error.to_string())?;
    let settings = PageSettings {
        url: format!("{}/ws/v1/capture", plan.root.trim_end_matches('/').replacen("http", "ws", 1)),
        origin: origin.to_owned(),
        server_key,
        token: opened.token,
        consent: Consent::Full,
    };
    let mut page = NativePage::new(settings, rand::random()).map_err(|error| error.to_string())?;
    page.run(OPEN_MAX, |effect| matches!(effect, Effect::State(State::Live))).await;
    if page.session.state() != State::Live {
        return Err("a page that is welcome".into());
    }
    let person = Person::of_seed(u64::try_from(number).unwrap_or(0));
    let hand = Hand::new(person, rand::random(), Micros::from_secs(1));
    Ok(Worker { page, hand, session: opened.session, sent: 0, latencies_ms: Vec::new() })
}

impl Worker {
    async fn work(mut self, period: Duration, span: Duration) -> Self {
        let started = Instant::now();
        let mut due = started + period.mul_f64(rand::rng().random());
        while due < started + span {
            self.page.run(due.saturating_duration_since(Instant::now()), |_| false).await;
            self.send_batch().await;
            due += period;
        }
        self
    }

    async fn send_batch(&mut self) {
        let goal = self.hand.keys() + KEYS_A_BATCH;
        while self.hand.keys() < goal {
            self.hand.type_word().into_iter().for_each(|event| self.page.session.handle_event(event));
        }
        let now = self.page.now();
        self.page.session.flush(now);
        self.sent += 1;
        let sealed = Instant::now();
        let effects = self.page.run(Duration::from_secs(5), |effect| matches!(effect, Effect::Risk(_))).await;
        if effects.iter().any(|effect| matches!(effect, Effect::Risk(_))) {
            self.latencies_ms.push(sealed.elapsed().as_secs_f64() * 1e3);
        }
    }
}

async fn report(plan: &LoadPlan, rest: &RestClient, workers: Vec<Worker>, seconds: f64) -> LoadReport {
    let mut latencies: Vec<f64> = workers.iter().flat_map(|worker| worker.latencies_ms.clone()).collect();
    latencies.sort_by(f64::total_cmp);
    let (sent, sessions) = (workers.iter().map(|worker| worker.sent).sum(), workers.len());
    let counts = join_all(workers.into_iter().map(|worker| settle(rest, worker))).await;
    let sum = |part: fn(&(u64, u64)) -> u64| counts.iter().map(part).sum();
    LoadReport {
        sessions,
        sessions_failed: plan.sessions - sessions,
        seconds,
        sent,
        answered: u64::try_from(latencies.len()).unwrap_or(u64::MAX),
        acknowledged_keys: sum(|(_, counted)| *counted),
        lost_keys: sum(|(typed, counted)| typed.saturating_sub(*counted)),
        keys_counted_twice: sum(|(typed, counted)| counted.saturating_sub(*typed)),
        throughput_per_s: latencies.len() as f64 / seconds,
        latency_ms: percentiles(&latencies),
    }
}

/// Keys typed and keys counted, once the server has counted all of them or the wait is over.
async fn settle(rest: &RestClient, mut worker: Worker) -> (u64, u64) {
    let (typed, started) = (u64::from(worker.hand.keys()), Instant::now());
    loop {
        worker.page.run(Duration::from_millis(50), |_| false).await;
        let answer = rest.assess(&worker.session, None, None).await;
        let counted = answer.ok().and_then(|answer| answer["counts"]["keys"].as_u64()).unwrap_or(0);
        if counted >= typed || started.elapsed() > SETTLE_MAX {
            let now = worker.page.now();
            worker.page.session.destroy(now);
            worker.page.run(Duration::from_millis(1), |_| false).await;
            return (typed, counted);
        }
    }
}

fn percentiles(sorted: &[f64]) -> Latency {
    let at = |share: f64| {
        let place = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
    };
    Latency { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_whole() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentiles(&hundred), Latency { p50: 50.0, p90: 90.0, p99: 99.0, max: 100.0 });
        assert_eq!(percentiles(&[]), Latency::default());
    }
}
