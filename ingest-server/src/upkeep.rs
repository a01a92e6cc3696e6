//! What must be done now and then: silent sessions end, old decisions go.

use actix_web::web;
use palet_units::Micros;
use std::time::Duration;
use tokio::sync::watch;

use crate::{app::AppState, clock};

const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// Pruning comes once in so many sweeps.
const SWEEPS_A_PRUNING: u64 = 120;

/// Runs until the server stops.
pub(crate) async fn run(state: web::Data<AppState>, mut stop: watch::Receiver<bool>) {
    let mut sweeps = 0_u64;
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let now = clock::now();
        if let Err(error) = state.registry.sweep(now).await {
            tracing::error!(event.action = "sweep-failed", error.message = %error, "sessions were not swept");
        }
        if sweeps.is_multiple_of(SWEEPS_A_PRUNING) {
            prune(&state, now).await;
        }
        sweeps += 1;
    }
}

/// Follows the key ring, and looks whether its provider answers, until the server stops.
pub(crate) async fn follow_ring(state: web::Data<AppState>, mut stop: watch::Receiver<bool>) {
    let every = Duration::from_millis(state.settings.keys.check_interval_ms);
    let mut fault = None;
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        match state.values.refresh(clock::now()).await {
            Ok(changed) => {
                if changed || fault.take().is_some() {
                    let generation = state.values.ring().health().generation;
                    tracing::info!(
                        event.action = "keys-followed",
                        palet.generation = generation,
                        "the key ring is in force as it stands on the disk"
                    );
                }
            }
            // Told once for each cause, not at every look.
            Err(error) if fault != Some(error.code()) => {
                fault = Some(error.code());
                tracing::error!(event.action = "keys-unavailable", error.code = error.code(),
                    error.message = %error, "the key ring cannot be followed; the keys in memory serve on");
            }
            Err(_) => {}
        }
    }
}

/// Answers to requests and approvals are kept for so long: far beyond the time in which they are good for anything.
const UNMASK_KEPT_FOR: Micros = Micros::from_secs(7 * 24 * 3_600);

async fn prune(state: &AppState, now: Micros) {
    if let Err(error) = state.store.prune_tokens(now).await {
        tracing::error!(event.action = "prune-failed", error.message = %error, "ended tokens stayed");
    }
    let before = Micros(now.0.saturating_sub(UNMASK_KEPT_FOR.0));
    if let Err(error) = state.store.prune_unmask(before).await {
        tracing::error!(event.action = "prune-failed", error.message = %error, "old approvals stayed");
    }
    let settings = &state.settings.decisions;
    let kept_for = Micros::from_secs(settings.retention_h.saturating_mul(3_600));
    let before = Micros(now.0.saturating_sub(kept_for.0));
    match state.store.prune_decisions(before, settings.kept_max).await {
        Ok(0) => {}
        Ok(pruned) => tracing::info!(event.action = "pruned", palet.decisions = pruned, "old decisions went"),
        Err(error) => {
            tracing::error!(event.action = "prune-failed", error.message = %error, "old decisions stayed");
        }
    }
}
