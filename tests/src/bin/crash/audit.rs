//! The audit log: a chain that verifies after every kill, with every line that was acknowledged.

use std::{collections::HashMap, io::Write, ops::ControlFlow, path::Path};

use palet_server::audit::{Action, AuditFile, Checkpoint, Detail, Entry, Outcome, Reader, Signer, verify};
use palet_units::Micros;

use super::{Counts, Draw, Failure, Part};

pub(super) const PART: Part = Part { name: "audit", write, check, rounds_a_folder: 20 };

const SECRET: [u8; 32] = [7; 32];

/// Appends groups, most of them small, and prints number and name of each group's last line once it is safe.
fn write(folder: &Path, draw: &mut Draw) -> Result<(), Failure> {
    let mut file = AuditFile::open(&folder.join("audit"), Signer::new(&SECRET)?)?;
    let mut out = std::io::stdout().lock();
    loop {
        // A large group takes long enough to be cut in the middle.
        let size = if draw.below(6) == 0 { 2_000 } else { 1 + draw.below(6) };
        let names: Vec<_> = (0..size).map(|_| format!("{:016x}", draw.below(u64::MAX))).collect();
        let entries: Vec<_> = names
            .iter()
            .map(|name| Entry::new(Action::Unmask, Outcome::Done, Micros(1)).with(Detail::Reference, name))
            .collect();
        let last = file.append(&entries)?;
        let name = names.last().ok_or("expected a name")?;
        writeln!(out, "{last} {name}")?;
        out.flush()?;
    }
}

/// Cuts what nobody was promised at some byte, as a loss of power may: a kill alone seldom falls into the write
/// itself, and the system keeps what was written.
fn cut_unpromised(folder: &Path) -> Result<(), Failure> {
    let kept = std::fs::read_to_string(folder.join("checkpoints.jsonl")).unwrap_or_default();
    let kept = kept.lines().filter_map(|line| Checkpoint::parse(line).ok()).map(|kept| kept.seq).max();
    let head = Reader::new(folder).head()?.map(|head| head.seq);
    let Some(last) = kept.max(head) else { return Ok(()) };
    let path = folder.join("audit-000000000001.jsonl");
    let text = std::fs::read_to_string(&path)?;
    // A checkpoint is signed after the flush: what it speaks of is on the disk.
    let signed = format!("{{\"seq\":{},", last + 1);
    let Some(start) = text.find(&format!("\n{signed}")) else { return Ok(()) };
    let (start, end) = (start as u64 + 1, text.len() as u64);
    let cut = start + Draw(end | 1).below(end - start);
    std::fs::OpenOptions::new().write(true).open(&path)?.set_len(cut)?;
    Ok(())
}

fn check(folder: &Path, acknowledged: &[String]) -> Result<Counts, Failure> {
    let folder = folder.join("audit");
    cut_unpromised(&folder)?;
    let report = verify(&folder, &[Signer::new(&SECRET)?.public_key()], &[])?;
    for fault in &report.faults {
        println!("audit: {fault}");
    }
    let mut promised = HashMap::new();
    for line in acknowledged {
        let (seq, name) = line.split_once(' ').ok_or("expected a number and a name")?;
        promised.insert(seq.parse::<u64>()?, name);
    }
    Reader::new(&folder).each(1, |line| {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let seq = entry["seq"].as_u64().unwrap_or(0);
        if promised.get(&seq).is_some_and(|name| entry["reference"] == **name) {
            promised.remove(&seq);
        }
        ControlFlow::Continue(())
    })?;
    let torn = u64::from(report.cut_bytes > 0);
    Ok(Counts { lost: promised.len() as u64, broken: report.faults_found as u64, torn })
}
