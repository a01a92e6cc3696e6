//! `palet demo`: server and demonstration bank in one process, on made-up people.

use clap::Args;
use std::{
    io::{self, Write},
    path::PathBuf,
};

use super::{Done, Failure, asked_to_stop, block_on, serve::start_failure};
use crate::{
    config::{LogFormat, Sources, load},
    demo::{self, DemoError},
    telemetry,
};

#[derive(Args)]
pub(super) struct Arguments {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8420)]
    port: u16,
    /// A folder to keep the data in; without one, a temporary folder that goes with the process.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let mut settings = load(&Sources { environment: std::env::vars().collect(), ..Sources::default() })?;
    let temporary = match &arguments.data {
        Some(_) => None,
        None => Some(tempfile::tempdir()?),
    };
    settings.server.listen.set_port(arguments.port);
    settings.enrolment.interval_ms = settings.enrolment.interval_ms.min(200);
    settings.telemetry.format = LogFormat::Text;
    settings.telemetry.filter = std::env::var("PALET_TELEMETRY__FILTER").unwrap_or_else(|_| "warn".into());
    if let Some(folder) = arguments.data.as_deref().or(temporary.as_ref().map(tempfile::TempDir::path)) {
        settings.store.data_folder = folder.to_owned();
    }
    telemetry::start_logs(&settings.telemetry);
    block_on(async {
        let demo = demo::start(settings).await.map_err(failure)?;
        demo.enrol_customers().await.map_err(failure)?;
        announce(&demo, arguments)?;
        demo.running.run_until(asked_to_stop()).await.map_err(Failure::failed)
    })
}

fn failure(error: DemoError) -> Failure {
    match error {
        DemoError::Start(error) => start_failure(error),
        DemoError::Seed(_) | DemoError::Passkeys(_) => Failure::failed(error),
    }
}

fn announce(demo: &demo::Demo, arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let root = format!("http://{}", demo.address());
    let bank = demo.named_address().unwrap_or_else(|| root.clone());
    writeln!(out, "The demonstration bank   {bank}/")?;
    writeln!(out, "The same, no passkeys    {root}/")?;
    writeln!(out, "REST interface           {root}/docs")?;
    writeln!(out, "Server key               {}", demo.running.state.keys.noise.public_key().to_base64url())?;
    match &arguments.data {
        Some(folder) => writeln!(out, "Data                     {}", folder.display())?,
        None => writeln!(out, "Data                     temporary, gone with this process")?,
    }
    writeln!(out, "Ctrl-C stops it.")?;
    out.flush()
}
