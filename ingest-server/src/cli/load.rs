//! `palet load`: a server under load. Without an address, a server of its own in a temporary folder.

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use super::{Done, Failure, block_on, serve::start_failure};
use crate::{
    access::{Scopes, issue_key},
    app::{self, Running},
    config::Settings,
    load::{Latency, LoadPlan, LoadReport, run as run_load},
};

#[derive(Args)]
pub(super) struct Arguments {
    /// Sessions at once.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    sessions: u32,
    /// Batches a second, of all sessions together.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// How long. **Units**: s.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// The server's root, such as http://127.0.0.1:8420; without one, a server in this process.
    #[arg(long)]
    url: Option<String>,
    /// A tenant's key for that server.
    #[arg(long, env = "PALET_TENANT_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    if !(arguments.rate > 0.0 && arguments.rate.is_finite()) {
        return Err(Failure::Usage("expected --rate above 0".into()));
    }
    block_on(async {
        let report = match (&arguments.url, &arguments.key) {
            (Some(root), Some(key)) => work(arguments, root, key.clone().into()).await?,
            (Some(_), None) => return Err(Failure::Usage("expected --key with --url".into())),
            (None, _) => against_own_server(arguments).await?,
        };
        print(arguments, &report)?;
        let clean = report.lost_keys == 0 && report.keys_counted_twice == 0 && report.sessions_failed == 0;
        let text = "batches were lost, counted twice, or sessions could not be opened";
        if clean { Ok(()) } else { Err(Failure::Failed(text.into())) }
    })
}

async fn against_own_server(arguments: &Arguments) -> Result<LoadReport, Failure> {
    let folder = tempfile::tempdir()?;
    let mut settings = Settings::default();
    settings.store.data_folder = folder.path().to_owned();
    settings.server.listen.set_port(0);
    settings.server.workers = 1;
    // One address plays everybody: its limits would measure themselves.
    settings.limits.address_opens_per_s = 100_000;
    settings.limits.address_opens_burst = 100_000;
    settings.limits.tenant_requests_per_s = 100_000;
    settings.limits.tenant_requests_burst = 100_000;
    let running = app::start(settings, None).await.map_err(start_failure)?;
    let key = own_key(&running).await?;
    let root = format!("http://{}", running.address);
    let (done, stopping) = tokio::sync::oneshot::channel::<()>();
    let serving = actix_web::rt::spawn(running.run_until(async {
        let _ = stopping.await;
    }));
    let report = work(arguments, &root, key).await;
    drop(done);
    serving.await.map_err(Failure::failed)?.map_err(Failure::failed)?;
    report
}

async fn own_key(running: &Running) -> Result<SecretString, Failure> {
    let store = &*running.state.store;
    let tenant = "load".parse().map_err(Failure::failed)?;
    store.insert_tenant(&tenant, crate::clock::now()).await.map_err(Failure::failed)?;
    issue_key(store, &tenant, "palet load", Scopes::BACKEND).await.map_err(Failure::failed)
}

async fn work(arguments: &Arguments, root: &str, key: SecretString) -> Result<LoadReport, Failure> {
    let plan = LoadPlan {
        sessions: arguments.sessions as usize,
        rate: arguments.rate,
        span: Duration::from_secs(arguments.seconds),
        root: root.to_owned(),
        key,
    };
    let shows = io::stderr().is_terminal();
    run_load(&plan, |open| {
        if shows {
            // A closed terminal is no reason to stop.
            let _ = write!(io::stderr(), "\r{open} of {} sessions", plan.sessions);
        }
    })
    .await
    .map_err(Failure::failed)
}

fn print(arguments: &Arguments, report: &LoadReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if arguments.json {
        let row = |name: &str, ours: f64, unit: &str, limit: Option<f64>| {
            let holds = limit.map(|limit| ours <= limit);
            json!({"name": name, "ours": ours, "peer": null, "ratio": null, "unit": unit, "limit": limit, "holds": holds})
        };
        let measured = [
            row("acknowledged", report.acknowledged_keys as f64, "keys", None),
            row("lost", report.lost_keys as f64, "keys", Some(0.0)),
            row("counted_twice", report.keys_counted_twice as f64, "keys", Some(0.0)),
            row("throughput", report.throughput_per_s, "batches/s", None),
            row("latency p99", report.latency_ms.p99, "ms", None),
        ];
        return writeln!(out, "{}", json!({"report": report, "measured": measured}));
    }
    writeln!(out, "sessions    {} open, {} failed", report.sessions, report.sessions_failed)?;
    writeln!(
        out,
        "batches     {} sent, {} answered in {:.1} s",
        report.sent, report.answered, report.seconds
    )?;
    writeln!(out, "throughput  {:.1} batches/s", report.throughput_per_s)?;
    let Latency { p50, p90, p99, max } = report.latency_ms;
    writeln!(out, "latency     p50 {p50:.2} ms  p90 {p90:.2} ms  p99 {p99:.2} ms  max {max:.2} ms")?;
    let (lost, twice) = (report.lost_keys, report.keys_counted_twice);
    writeln!(out, "keys        {} counted, {lost} lost, {twice} counted twice", report.acknowledged_keys)
}
