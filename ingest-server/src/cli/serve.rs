//! `palet serve`: the server, until it is asked to stop.

use super::{ConfigFile, Done, Failure, asked_to_stop, block_on};
use crate::{
    app::{self, StartError},
    telemetry,
};

pub(super) fn run(file: &ConfigFile) -> Done {
    let settings = file.load()?;
    telemetry::start_logs(&settings.telemetry);
    block_on(async {
        let running = app::start(settings, None).await.map_err(start_failure)?;
        running.run_until(asked_to_stop()).await.map_err(Failure::failed)
    })
}

/// A start that settings can mend is wrong usage; anything else failed.
pub(super) fn start_failure(error: StartError) -> Failure {
    match error {
        StartError::Policy(_) | StartError::PolicyFile { .. } | StartError::Key(_) => Failure::usage(error),
        StartError::Keys(_) => Failure::failed(error),
        StartError::Folder { .. }
        | StartError::Store(_)
        | StartError::Models(_)
        | StartError::Sequence(_)
        | StartError::Listen { .. }
        | StartError::Audit(_) => Failure::failed(error),
    }
}
