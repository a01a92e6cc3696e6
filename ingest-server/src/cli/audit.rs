//! `palet audit …`: checks, exports and anchors the audit log of a stopped or running server.

use clap::Subcommand;
use serde_json::json;
use std::{
    fs,
    io::{self, Write},
    ops::ControlFlow,
    path::PathBuf,
};

use super::{ConfigFile, Done, Failure, serve::start_failure};
use crate::{
    app,
    audit::{Checkpoint, PublicKey, Reader, Report, verify},
    config::Settings,
};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Reads the whole log and names every line that was changed, removed or reordered, and a tail that is gone.
    ///
    /// Example: palet audit verify --key BASE64 --checkpoint kept-elsewhere.json
    Verify {
        /// The log's folder; audit/ in the data folder where absent.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// A public key that may have signed, as `palet audit key` prints it; the deployment's own where absent.
        #[arg(long = "key")]
        keys: Vec<String>,
        /// A checkpoint that was kept elsewhere, as `palet audit checkpoint` prints it.
        #[arg(long = "checkpoint")]
        checkpoints: Vec<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints entries as JSON lines, as they stand in the log.
    ///
    /// Example: palet audit export --from 1000 > audit.jsonl
    Export {
        /// The first entry.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Entries of this tenant alone.
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Prints the newest checkpoint: keep it where the server cannot write.
    Checkpoint,
    /// Prints the public key that checkpoints are checked with.
    Key,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    match &arguments.command {
        Command::Verify { folder, keys, checkpoints, json } => {
            let folder = match folder {
                Some(folder) => folder.clone(),
                None => folder_of(&arguments.file.load()?),
            };
            let keys = match keys.as_slice() {
                [] => vec![own_key(&arguments.file.load()?)?],
                keys => keys
                    .iter()
                    .map(|text| PublicKey::from_base64(text))
                    .collect::<Result<_, _>>()
                    .map_err(Failure::usage)?,
            };
            let mut kept = Vec::new();
            for path in checkpoints {
                let unreadable =
                    |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
                for line in fs::read_to_string(path).map_err(|error| unreadable(&error))?.lines() {
                    kept.push(Checkpoint::parse(line).map_err(|error| unreadable(&error))?);
                }
            }
            if !folder.is_dir() {
                return Err(Failure::Usage(format!("expected an audit log at {}", folder.display())));
            }
            let report = verify(&folder, &keys, &kept).map_err(Failure::failed)?;
            print(&report, *json)
        }
        Command::Export { from, tenant } => {
            export(&folder_of(&arguments.file.load()?), *from, tenant.as_deref())
        }
        Command::Checkpoint => {
            let head = Reader::new(&folder_of(&arguments.file.load()?)).head().map_err(Failure::failed)?;
            let head = head.ok_or_else(|| Failure::Failed("the audit log has no checkpoint yet".into()))?;
            writeln!(io::stdout(), "{}", head.to_line())?;
            Ok(())
        }
        Command::Key => {
            writeln!(io::stdout(), "{}", own_key(&arguments.file.load()?)?.to_base64())?;
            Ok(())
        }
    }
}

fn folder_of(settings: &Settings) -> PathBuf {
    settings.store.data_folder.join("audit")
}

fn own_key(settings: &Settings) -> Result<PublicKey, Failure> {
    let key = app::audit_public_key(settings).map_err(start_failure)?;
    key.ok_or_else(|| Failure::Usage("expected --key, or the deployment's own in its data folder".into()))
}

fn print(report: &Report, json: bool) -> Done {
    let mut out = io::stdout().lock();
    let Report { entries, signed, checkpoints, cut_bytes, faults, faults_found } = report;
    if json {
        let faults: Vec<_> =
            faults.iter().map(|fault| json!({"code": fault.code(), "detail": fault.to_string()})).collect();
        let answer = json!({"entries": entries, "signed": signed, "checkpoints": checkpoints,
            "cut_bytes": cut_bytes, "faults_found": faults_found, "faults": faults});
        writeln!(out, "{answer}")?;
    } else {
        writeln!(out, "{entries} entries, {checkpoints} checkpoints hold, signed up to entry {signed}")?;
        if *cut_bytes > 0 {
            writeln!(
                out,
                "a last line of {cut_bytes} bytes has no end: a crash cut it, and nobody was told of it"
            )?;
        }
        for fault in faults {
            writeln!(out, "{}: {fault}", fault.code())?;
        }
    }
    match faults_found {
        0 => Ok(()),
        1 => Err(Failure::Failed("the audit log has a fault".into())),
        many => Err(Failure::Failed(format!("the audit log has {many} faults"))),
    }
}

fn export(folder: &std::path::Path, from: u64, tenant: Option<&str>) -> Done {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    let read = Reader::new(folder).each(from, |line| {
        let wanted = tenant.is_none_or(|tenant| {
            serde_json::from_str::<serde_json::Value>(line).is_ok_and(|entry| entry["tenant"] == tenant)
        });
        if wanted {
            written = writeln!(out, "{line}");
        }
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    read.map_err(Failure::failed)?;
    written?;
    out.flush()?;
    Ok(())
}
