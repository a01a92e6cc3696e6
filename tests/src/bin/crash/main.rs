//! Kills a writer with SIGKILL, again and again, and looks at what it left: nothing acknowledged may be lost, and
//! what is there must still be whole.
//!
//! `crash [--rounds N] [--seed N] [PART…]` runs the parts named, or all. For each round it starts itself as the part's
//! writer, which prints a line for each thing that it was told is safe, and kills it at a random moment. Counts go to
//! `target/measured/crash.json`; the exit status is 1 where something was lost.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool prints what it found")]

mod audit;
mod keys;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// Something that writes, and is killed.
struct Part {
    name: &'static str,
    /// Writes until it is killed; prints a line for each thing that is safe now.
    write: fn(&Path, &mut Draw) -> Result<(), Failure>,
    /// Looks at what is left after a kill, knowing all lines that were printed for this folder.
    check: fn(&Path, &[String]) -> Result<Counts, Failure>,
    /// Rounds that share a folder, so that each goes on from what the one before left.
    rounds_a_folder: u32,
}

const PARTS: &[Part] = &[audit::PART, keys::ROTATION, keys::REKEY, keys::REWRAP];

/// What was found after a round.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// Things acknowledged that are not there, or not as they were.
    lost: u64,
    /// Things that are broken though nobody was promised them.
    broken: u64,
    /// Kills that fell into a write, as far as one can see.
    torn: u64,
}

/// Numbers that look random and are the same for the same seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("crash: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, Failure> {
    let mut arguments = std::env::args().skip(1);
    let (mut rounds, mut seed, mut wanted) = (200_u32, 0x9E37_79B9_7F4A_7C15_u64, Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => rounds = arguments.next().ok_or("expected --rounds N")?.parse()?,
            "--seed" => seed = arguments.next().ok_or("expected --seed N")?.parse()?,
            "--write" => {
                let name = arguments.next().ok_or("expected --write PART FOLDER SEED")?;
                let folder = arguments.next().ok_or("expected --write PART FOLDER SEED")?;
                let seed: u64 = arguments.next().ok_or("expected --write PART FOLDER SEED")?.parse()?;
                (part(&name)?.write)(Path::new(&folder), &mut Draw(seed | 1))?;
                return Ok(true);
            }
            name => wanted.push(part(name)?),
        }
    }
    if wanted.is_empty() {
        wanted = PARTS.iter().collect();
    }
    let mut measured = Vec::new();
    for part in wanted {
        measured.extend(kill_again_and_again(part, rounds, seed)?);
    }
    let holds = measured.iter().all(|line| line["holds"] != json!(false));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/measured");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("crash.json"), serde_json::to_string_pretty(&measured)?)?;
    Ok(holds)
}

fn part(name: &str) -> Result<&'static Part, Failure> {
    let names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
    let found = PARTS.iter().find(|part| part.name == name);
    found.ok_or_else(|| format!("expected one of {}, got {name}", names.join(", ")).into())
}

fn kill_again_and_again(part: &Part, rounds: u32, seed: u64) -> Result<Vec<Value>, Failure> {
    let mut draw = Draw(seed | 1);
    let mut folder = tempfile::tempdir()?;
    let mut acknowledged: Vec<String> = Vec::new();
    let (mut all, mut total) = (0, Counts::default());
    for round in 0..rounds {
        if round % part.rounds_a_folder == 0 && round > 0 {
            folder = tempfile::tempdir()?;
            acknowledged.clear();
        }
        let told = write_and_kill(part, folder.path(), &mut draw)?;
        all += told.len() as u64;
        acknowledged.extend(told);
        let Counts { lost, broken, torn } = (part.check)(folder.path(), &acknowledged)
            .map_err(|error| format!("{}, round {round} of seed {seed}: {error}", part.name))?;
        if lost + broken > 0 {
            println!("{}: round {round} of seed {seed}: {lost} lost, {broken} broken", part.name);
        }
        total.lost += lost;
        total.broken += broken;
        total.torn += torn;
    }
    let Counts { lost, broken, torn } = total;
    println!(
        "{}: {rounds} rounds of seed {seed}: {all} acknowledged, {lost} lost, {broken} broken, {torn} torn",
        part.name
    );
    let line = |what: &str, ours: u64, limit: Option<u64>| {
        json!({
            "name": format!("{}: {what}", part.name), "ours": ours, "peer": null, "ratio": null, "unit": "count",
            "limit": limit.map(|limit| format!("at most {limit}")), "holds": limit.is_none_or(|limit| ours <= limit),
        })
    };
    Ok(vec![
        line("rounds", u64::from(rounds), None),
        line("seed", seed, None),
        line("acknowledged", all, None),
        line("lost", lost, Some(0)),
        line("broken", broken, Some(0)),
        line("torn writes seen", torn, None),
    ])
}

/// Starts the writer, lets it begin, and kills it at a random moment; the lines that it printed till then.
fn write_and_kill(part: &Part, folder: &Path, draw: &mut Draw) -> Result<Vec<String>, Failure> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--write", part.name])
        .arg(folder)
        .arg(draw.below(u64::MAX).to_string())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("expected the writer's output")?;
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        // A line that the kill cut has no end: nobody was told of it.
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
            if sender.send(line.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    let first = lines.recv_timeout(Duration::from_secs(60))?;
    thread::sleep(Duration::from_micros(draw.below(60_000)));
    child.kill()?;
    child.wait()?;
    reader.join().map_err(|_| "expected the writer's lines")?;
    Ok(std::iter::once(first).chain(lines.try_iter()).collect())
}
