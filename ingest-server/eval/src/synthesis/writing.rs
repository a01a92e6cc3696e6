//! A made-up corpus as files: events, enrolments, trials, streams and a description.

use super::{Row, Session, Size, sessions};
use crate::corpus::CorpusKind;
use flate2::{Compression, write::GzEncoder};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// Sessions at the end that give probes.
const PROBE_SESSIONS: u64 = 2;
/// Rows of a probe: what the trials of real corpora take. **Shape** `[keys, pointer samples]`.
const PROBE_ROWS: [usize; 2] = [100, 1_000];
/// Others whose reference a probe is compared with.
const STRANGERS: u64 = 12;

/// Writes a corpus of made-up people.
///
/// **Errors**: [`io::Error`] where the folder cannot be written.
pub fn write_corpus(folder: &Path, name: &str, kind: CorpusKind, size: Size, seed: u64) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let sessions = sessions(kind, size, seed);
    let description = serde_json::json!({
        "name": name,
        "kind": kind,
        "subjects": size.people,
        "events": sessions.iter().map(|session| session.rows.len()).sum::<usize>(),
        "origin": format!("made up from seed {seed}"),
        "terms": "nobody's data",
        "protocol": "enrol on all but the last two sessions, probe with pieces of those",
    });
    std::fs::write(folder.join("corpus.json"), format!("{description:#}\n"))?;
    std::fs::write(folder.join("enrol.csv"), enrolments(&sessions, size))?;
    std::fs::write(folder.join("trials.csv"), trials(&sessions, kind, size))?;
    std::fs::write(folder.join("takeover.csv"), streams(&sessions, size))?;
    let file = std::fs::File::create(folder.join("events.csv.gz"))?;
    let mut packed = GzEncoder::new(file, Compression::default());
    packed.write_all(events(&sessions, kind).as_bytes())?;
    packed.finish()?.sync_all()
}

fn subject(person: u64) -> String {
    format!("x{person:03}")
}

fn place(session: &Session) -> String {
    format!("{},s{:02}", subject(session.person), session.session)
}

fn events(sessions: &[Session], kind: CorpusKind) -> String {
    let mut csv = String::from(match kind {
        CorpusKind::Keystroke => "subject,session,key,press_us,release_us\n",
        CorpusKind::Pointer => "subject,session,t_us,event,button,x,y\n",
    });
    for session in sessions {
        let place = place(session);
        for row in &session.rows {
            // Writing to a string cannot fail.
            let _ = match row {
                Row::Key { name, press_us, release_us } => {
                    writeln!(csv, "{place},{name},{press_us},{release_us}")
                }
                Row::Pointer { at_us, event, button, x, y } => {
                    writeln!(csv, "{place},{at_us},{event},{button},{x},{y}")
                }
            };
        }
    }
    csv
}

fn is_probe(session: &Session, size: Size) -> bool {
    session.session + PROBE_SESSIONS >= size.sessions
}

fn enrolments(sessions: &[Session], size: Size) -> String {
    let mut csv = String::from("subject,session,first,last\n");
    for session in sessions.iter().filter(|session| !is_probe(session, size)) {
        let _ = writeln!(csv, "{},0,{}", place(session), session.rows.len());
    }
    csv
}

fn trials(sessions: &[Session], kind: CorpusKind, size: Size) -> String {
    let rows = PROBE_ROWS[usize::from(kind == CorpusKind::Pointer)];
    let mut csv = String::from("trial,claimed,subject,session,first,last,mated\n");
    let mut trial = 0;
    for session in sessions.iter().filter(|session| is_probe(session, size)) {
        for piece in 0..session.rows.len() / rows {
            let (first, last) = (piece * rows, (piece + 1) * rows);
            let strangers = (1..size.people).take(STRANGERS as usize);
            for step in std::iter::once(0).chain(strangers) {
                let claimed = subject((session.person + step) % size.people);
                let mated = u8::from(step == 0);
                let _ = writeln!(csv, "{trial},{claimed},{},{first},{last},{mated}", place(session));
                trial += 1;
            }
        }
    }
    csv
}

/// Each probe session once to its end, and once with the next person from its middle on.
fn streams(sessions: &[Session], size: Size) -> String {
    let mut csv = String::from("stream,claimed,part,subject,session,first,last\n");
    let mut stream = 0;
    for session in sessions.iter().filter(|session| is_probe(session, size)) {
        let (owner, rows) = (subject(session.person), session.rows.len());
        let _ = writeln!(csv, "{stream},{owner},0,{},0,{rows}", place(session));
        let other = (session.person + 1) % size.people;
        let follows = sessions.iter().find(|s| s.person == other && s.session == session.session);
        if let Some(follows) = follows.filter(|_| other != session.person) {
            stream += 1;
            let _ = writeln!(csv, "{stream},{owner},0,{},0,{}", place(session), rows / 2);
            let _ = writeln!(csv, "{stream},{owner},1,{},0,{}", place(follows), follows.rows.len());
        }
        stream += 1;
    }
    csv
}
