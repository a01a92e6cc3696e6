use super::*;
use crate::audit::{Action, AuditFile, Detail, Entry, Outcome, Signer};
use palet_units::Micros;
use std::{fs, path::PathBuf};

struct Log {
    _dir: tempfile::TempDir,
    folder: PathBuf,
    keys: Vec<PublicKey>,
}

impl Log {
    /// A log of as many entries, a group of seven each.
    fn of(entries: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("audit");
        let mut file = AuditFile::open(&folder, Signer::new(&[7; 32]).unwrap()).unwrap();
        let keys = vec![file.public_key()];
        let all: Vec<_> = (1..=entries)
            .map(|n| Entry::new(Action::Unmask, Outcome::Done, Micros(n)).with(Detail::Reference, n))
            .collect();
        for group in all.chunks(7) {
            file.append(group).unwrap();
        }
        Self { _dir: dir, folder, keys }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("audit-000000000001.jsonl")
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(self.path()).unwrap().lines().map(str::to_owned).collect()
    }

    fn write(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.path(), text).unwrap();
    }

    fn verify(&self) -> Report {
        verify(&self.folder, &self.keys, &[]).unwrap()
    }

    fn faults(&self) -> Vec<String> {
        self.verify().faults.iter().map(|fault| format!("{} {fault}", fault.code())).collect()
    }
}

/// The chain from a line on, hashed anew as somebody would who may write the file but not sign.
fn rehash(lines: &mut [String], from: usize) {
    for at in from..lines.len() {
        let prev = Line::parse(&lines[at - 1]).unwrap().own;
        let (body, _) = lines[at].rsplit_once(",\"hash\":\"").unwrap();
        let old = body.split('"').nth(5).unwrap().to_owned();
        let body = body.replacen(&old, &crate::audit::chain::hex(&prev), 1);
        let line = format!("{body},\"hash\":\"{}\"}}", "0".repeat(64));
        let own = Line::parse(&line).unwrap().own;
        lines[at] = format!("{body},\"hash\":\"{}\"}}", crate::audit::chain::hex(&own));
    }
}

#[test]
fn a_log_as_it_was_written_verifies() {
    let log = Log::of(200);
    let report = log.verify();
    assert_eq!((report.entries, report.signed, report.faults_found), (200, 200, 0));
    assert!(report.checkpoints >= 4, "{report:?}");
}

#[test]
fn a_changed_line_is_named() {
    let log = Log::of(20);
    let mut lines = log.lines();
    lines[6] = lines[6].replace("\"outcome\":\"done\"", "\"outcome\":\"refused\"");
    log.write(&lines);
    let faults = log.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with("audit-changed audit-000000000001.jsonl:7: entry 7 was changed"),
        "{faults:?}"
    );
}

#[test]
fn a_changed_line_with_a_hash_to_match_is_named_by_the_line_behind() {
    let log = Log::of(20);
    let mut lines = log.lines();
    lines[6] = lines[6].replace("\"outcome\":\"done\"", "\"outcome\":\"refused\"");
    rehash(&mut lines[..7], 6);
    log.write(&lines);
    let faults = log.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("audit-rewritten audit-000000000001.jsonl:8: entry 8"), "{faults:?}");
}

#[test]
fn a_tail_that_was_hashed_anew_is_bounded_by_the_checkpoints() {
    let log = Log::of(200);
    let mut lines = log.lines();
    lines[149] = lines[149].replace("\"outcome\":\"done\"", "\"outcome\":\"refused\"");
    rehash(&mut lines, 149);
    log.write(&lines);
    let faults = log.verify().faults;
    let Some(Fault::NotAsSigned { good, signed }) = faults.first() else { panic!("{faults:?}") };
    assert!((128..150).contains(good) && (150..=200).contains(signed), "{faults:?}");
}

#[test]
fn removed_lines_are_named() {
    let log = Log::of(20);
    let mut lines = log.lines();
    lines.drain(4..7);
    log.write(&lines);
    assert_eq!(log.faults(), ["audit-removed entries 5 to 7 were removed"]);
}

#[test]
fn a_first_line_that_was_removed_is_named() {
    let log = Log::of(20);
    log.write(&log.lines()[1..]);
    assert_eq!(log.faults(), ["audit-removed entry 1 was removed"]);
}

#[test]
fn reordered_lines_are_named() {
    let log = Log::of(20);
    let mut lines = log.lines();
    lines.swap(9, 10);
    log.write(&lines);
    let faults = log.faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("audit-reordered audit-000000000001.jsonl:11: entry 10"), "{faults:?}");
}

#[test]
fn a_line_that_stands_twice_is_named() {
    let log = Log::of(20);
    let mut lines = log.lines();
    lines.push(lines[3].clone());
    log.write(&lines);
    assert_eq!(
        log.faults(),
        ["audit-reordered audit-000000000001.jsonl:21: entry 4 stands in another place, or twice"]
    );
}

#[test]
fn a_truncated_tail_is_named_by_the_checkpoint() {
    let log = Log::of(20);
    log.write(&log.lines()[..17]);
    assert_eq!(log.faults(), ["audit-truncated the tail is gone: entry 20 was signed, the log ends with 17"]);
    // The next writer goes on, but the loss shows for ever.
    let mut file = AuditFile::open(&log.folder, Signer::new(&[7; 32]).unwrap()).unwrap();
    let more: Vec<_> = (0..9).map(|n| Entry::new(Action::Unmask, Outcome::Done, Micros(n))).collect();
    file.append(&more).unwrap();
    assert_eq!(
        log.faults(),
        ["audit-not-as-signed entries 1 to 20 were written anew: they are not what was signed"]
    );
}

#[test]
fn a_whole_log_that_is_gone_is_named() {
    let log = Log::of(20);
    fs::remove_file(log.path()).unwrap();
    assert_eq!(log.faults(), ["audit-truncated the tail is gone: entry 20 was signed, the log ends with 0"]);
}

#[test]
fn a_checkpoint_that_was_kept_elsewhere_shows_a_folder_that_was_put_back() {
    let log = Log::of(20);
    let head = log.folder.join("head.json");
    let (old_lines, old_head) = (log.lines(), fs::read_to_string(&head).unwrap());
    let mut file = AuditFile::open(&log.folder, Signer::new(&[7; 32]).unwrap()).unwrap();
    file.append(&[Entry::new(Action::Unmask, Outcome::Done, Micros(21))]).unwrap();
    let kept = Checkpoint::parse(&fs::read_to_string(&head).unwrap()).unwrap();
    log.write(&old_lines);
    fs::write(&head, old_head).unwrap();
    assert_eq!(log.verify().faults, []);
    let report = verify(&log.folder, &log.keys, &[kept]).unwrap();
    assert_eq!(report.faults, [Fault::Truncated { signed: 21, found: 20 }]);
}

#[test]
fn a_checkpoint_of_another_key_is_not_believed() {
    let log = Log::of(3);
    let other = Signer::new(&[8; 32]).unwrap().public_key();
    let report = verify(&log.folder, &[other], &[]).unwrap();
    assert_eq!(report.faults, [Fault::BadCheckpoint { seq: 3, why: CheckpointError::Signature }]);
}

#[test]
fn a_log_that_is_cut_at_a_kept_checkpoint_does_not_pass() {
    let log = Log::of(100);
    let kept = fs::read_to_string(log.folder.join("checkpoints.jsonl")).unwrap();
    let seq = usize::try_from(Checkpoint::parse(&kept).unwrap().seq).unwrap();
    log.write(&log.lines()[..seq]);
    fs::write(log.folder.join("head.json"), &kept).unwrap();
    assert_eq!(log.verify().faults, [Fault::Unsigned], "the kept checkpoint is no end");
    fs::remove_file(log.folder.join("head.json")).unwrap();
    assert_eq!(log.verify().faults, [Fault::Unsigned]);
}

#[test]
fn a_log_without_checkpoints_does_not_pass() {
    let log = Log::of(3);
    fs::remove_file(log.folder.join("head.json")).unwrap();
    assert_eq!(log.verify().faults, [Fault::Unsigned]);
}

#[test]
fn a_cut_last_line_is_no_fault_but_is_told() {
    let log = Log::of(3);
    let mut text = fs::read_to_string(log.path()).unwrap();
    text.push_str("{\"seq\":4");
    fs::write(log.path(), text).unwrap();
    let report = log.verify();
    assert_eq!((report.cut_bytes, report.faults_found), (8, 0));
}
