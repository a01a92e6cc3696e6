//! The command `palet eval`: arguments, tables, JSON.

mod error;

pub use error::EvalError;

use crate::background;
use crate::corpus::{Corpus, CorpusKind, Fault, FaultKind};
use crate::device::{self, Machine};
use crate::fused;
use crate::judged;
use crate::metrics::{self, Summary};
use crate::report;
use crate::scorers;
use crate::takeover::{self, OperatingPoint, TakeoverReport, TakeoverSettings};
use crate::trials::{self, FUSION};
use clap::Args;
use palet_comparison::Models;
use palet_features::Ladder;
use palet_policy::Policy;
use palet_risk::RiskSettings;
use std::collections::{BTreeMap, HashSet};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Faults of one kind in one file that are told one by one; the rest are counted.
const FAULTS_TOLD: usize = 20;

/// Arguments of `palet eval`.
#[derive(Args, Clone, Debug)]
pub struct EvalArgs {
    /// Corpora: folders with events.csv.gz, enrol.csv, trials.csv, takeover.csv and corpus.json.
    #[arg(required = true)]
    pub corpora: Vec<PathBuf>,
    /// Streams of takeover.csv through the session risk, instead of trials.
    #[arg(long)]
    pub takeover: bool,
    /// With --takeover, a keystroke corpus and a pointer corpus: people who type and point, paired from both.
    #[arg(long, requires = "takeover")]
    pub fused: bool,
    /// One JSON object a corpus on stdout.
    #[arg(long)]
    pub json: bool,
    /// Writes scores.csv, plots and a report (HTML and JSON) here; with several corpora, in a folder for each.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Judges this scorer instead of the fusion.
    #[arg(long, value_name = "NAME", conflicts_with = "takeover")]
    pub scorer: Option<String>,
    /// Takes this many neighbouring probes as one: three of 20 s as one of 60 s.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "takeover", value_parser = clap::value_parser!(u8).range(1..=60))]
    pub joined: u8,
    /// Replays pointers as through a remote desktop that no model was made from.
    #[arg(long)]
    pub remote_desktop: bool,
    /// Replays pointers as on another machine: how far the pointer goes and how long it takes, in percent of the recorded.
    #[arg(long, value_name = "DISTANCE/DURATION", default_value_t = Machine::RECORDED)]
    pub machine: Machine,
    /// Replays keys through pages that tell so many key classes at most; 3 is what a strict page tells.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = parse_classes)]
    pub classes: usize,
    /// Makes population and cohort from these corpora instead of taking the shipped ones.
    #[arg(long, value_name = "CORPUS", num_args = 1..)]
    pub background: Vec<PathBuf>,
}

/// Where the files of each corpus go, and which names have been given away.
struct Folders<'a> {
    args: &'a EvalArgs,
    taken: HashSet<String>,
}

impl<'a> Folders<'a> {
    fn of(args: &'a EvalArgs) -> Self {
        Self { args, taken: HashSet::new() }
    }

    /// The folder itself where there is one corpus, else one of its own below it. A corpus names itself: its name never
    /// leads out of the folder, and a second corpus of one name gets a number.
    fn next(&mut self, corpus: &str) -> Option<PathBuf> {
        let folder = self.args.out.as_ref()?;
        if self.args.corpora.len() == 1 || self.args.fused {
            return Some(folder.clone());
        }
        let safe = |c: char| if c.is_alphanumeric() || "-_+".contains(c) { c } else { '_' };
        let name: String = corpus.chars().map(safe).take(100).collect();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !self.taken.contains(name))?;
        self.taken.insert(free.clone());
        Some(folder.join(free))
    }
}

/// Runs `palet eval`.
///
/// One of several corpora that cannot be judged is told and does not keep the others from it.
///
/// **Errors**: [`EvalError`] where a corpus cannot be read or nothing could be judged.
pub fn run(args: &EvalArgs, stdout: &mut impl Write, stderr: &mut impl Write) -> Result<(), EvalError> {
    match run_all(args, stdout, stderr) {
        // Whoever read the output has seen enough of it.
        Err(EvalError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn run_all(args: &EvalArgs, stdout: &mut impl Write, stderr: &mut impl Write) -> Result<(), EvalError> {
    let models = models_for(&args.background, stderr)?;
    let mut folders = Folders::of(args);
    if args.fused {
        return run_fused(&models, args, &mut folders, stdout, stderr);
    }
    let mut failed = 0;
    for folder in &args.corpora {
        match run_corpus(folder, &models, args, &mut folders, stdout, stderr) {
            Ok(()) => (),
            Err(EvalError::Io(error)) => return Err(error.into()),
            Err(error) if args.corpora.len() == 1 || error.exit_code() == 2 => return Err(error),
            Err(error) => {
                writeln!(stderr, "{error}")?;
                failed += 1;
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(EvalError::Some(failed)) }
}

fn run_corpus(
    folder: &Path,
    models: &Models,
    args: &EvalArgs,
    folders: &mut Folders<'_>,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> Result<(), EvalError> {
    let mut corpus = read_for(args, folder)?;
    if args.takeover {
        return run_takeover(&corpus, models, args, folders, stdout, stderr);
    }
    let left_over = corpus.join_probes(usize::from(args.joined));
    if left_over > 0 {
        let joined = args.joined;
        writeln!(stderr, "{}: {left_over} probes left over, fewer than {joined} of a session", corpus.name)?;
    }
    let run = trials::run_with(&corpus, models, &scorers::all(corpus.kind)?);
    tell_faults(&corpus.name, &run.faults, (run.failed, "trials"), stderr)?;
    if run.scored.is_empty() {
        return Err(EvalError::NoTrials(corpus.name));
    }
    let scorer = args.scorer.as_deref().unwrap_or(FUSION);
    if !run.scorers().contains(&scorer) {
        return Err(EvalError::Scorer { known: run.scorers().join(", ") });
    }
    let summary = metrics::summarise(&run.scored_by(scorer)).unwrap_or_else(Summary::without_figures);
    if summary.eer.is_nan() {
        writeln!(stderr, "{}: error rates need mated and non-mated trials", corpus.name)?;
    }
    let mut json = judged::json(&corpus, &run, &summary, models, &background_name(&args.background));
    json["probes_joined"] = args.joined.into();
    json["probes_left_over"] = left_over.into();
    json["remote_desktop"] = args.remote_desktop.into();
    json["machine"] = args.machine.to_string().into();
    json["classes"] = args.classes.into();
    if let Some(folder) = folders.next(&corpus.name) {
        report::write_trials(&folder, &corpus, &run, scorer, &summary, &json)?;
    }
    match args.json {
        true => writeln!(stdout, "{json}")?,
        false => judged::tell(&json, &summary, &run, stdout)?,
    }
    Ok(())
}

fn parse_classes(text: &str) -> Result<usize, String> {
    let known = Ladder::ALL.map(Ladder::classes);
    let classes = text.parse().ok().filter(|classes| known.contains(classes));
    classes.ok_or_else(|| format!("expected one of {known:?}, got {text:?}"))
}

/// The finest step of pages that tell so many classes.
fn ladder_of(classes: usize) -> Ladder {
    Ladder::ALL.into_iter().find(|ladder| ladder.classes() <= classes).unwrap_or(Ladder::K1)
}

/// A corpus, replayed as it was recorded or as the arguments ask.
fn read_for(args: &EvalArgs, folder: &Path) -> Result<Corpus, EvalError> {
    let mut corpus = read(folder)?;
    if args.remote_desktop {
        corpus.device = device::REMOTE_DESKTOP;
    }
    corpus.machine = args.machine;
    corpus.finest = ladder_of(args.classes);
    Ok(corpus)
}

fn read(folder: &Path) -> Result<Corpus, EvalError> {
    Corpus::read(folder).map_err(|source| EvalError::Corpus { folder: folder.display().to_string(), source })
}

/// Reads corpora that models are made from or that stand beside others, and tells what of them could not be used.
pub(crate) fn read_all(folders: &[PathBuf], stderr: &mut impl Write) -> Result<Vec<Corpus>, EvalError> {
    folders.iter().map(|folder| read_telling(folder, stderr)).collect()
}

/// The same of one.
pub(crate) fn read_telling(folder: &Path, stderr: &mut impl Write) -> Result<Corpus, EvalError> {
    let corpus = read(folder)?;
    tell_each_fault(&corpus.name, &corpus.faults, stderr)?;
    Ok(corpus)
}

fn models_for(background: &[PathBuf], stderr: &mut impl Write) -> Result<Models, EvalError> {
    if background.is_empty() {
        Ok(Models::embedded()?)
    } else {
        background::models_of(&read_all(background, stderr)?)
    }
}

fn background_name(background: &[PathBuf]) -> String {
    let name = |folder: &PathBuf| {
        folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    if background.is_empty() {
        "shipped".to_owned()
    } else {
        background.iter().map(name).collect::<Vec<_>>().join(",")
    }
}

fn tell_faults(
    corpus: &str,
    faults: &[Fault],
    (failed, of): (usize, &str),
    stderr: &mut impl Write,
) -> std::io::Result<()> {
    tell_each_fault(corpus, faults, stderr)?;
    match (faults.len(), failed) {
        (0, 0) => Ok(()),
        (faults, failed) => writeln!(stderr, "{corpus}: {faults} faults, {failed} {of} could not be scored"),
    }
}

fn tell_each_fault(corpus: &str, faults: &[Fault], stderr: &mut impl Write) -> std::io::Result<()> {
    let mut counted: BTreeMap<(&str, FaultKind), usize> = BTreeMap::new();
    for fault in faults {
        let count = counted.entry((fault.file, fault.kind)).or_default();
        *count += 1;
        if *count <= FAULTS_TOLD {
            writeln!(stderr, "{corpus}/{fault}")?;
        }
    }
    for ((file, kind), count) in counted.into_iter().filter(|(_, count)| *count > FAULTS_TOLD) {
        writeln!(stderr, "{corpus}/{file}: {} more like this: {kind}", count - FAULTS_TOLD)?;
    }
    Ok(())
}

fn run_takeover(
    corpus: &Corpus,
    models: &Models,
    args: &EvalArgs,
    folders: &mut Folders<'_>,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> Result<(), EvalError> {
    let report = with_shipped_policy(models, |settings| takeover::run(corpus, settings))?;
    tell_takeover_report(&report, args, folders, stdout, stderr)
}

fn run_fused(
    models: &Models,
    args: &EvalArgs,
    folders: &mut Folders<'_>,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> Result<(), EvalError> {
    let [one, other] = args.corpora.as_slice() else { return Err(EvalError::Pair) };
    let (one, other) = (read_for(args, one)?, read_for(args, other)?);
    for corpus in [&one, &other] {
        tell_each_fault(&corpus.name, &corpus.faults, stderr)?;
    }
    let (keys, pointers) = match (one.kind, other.kind) {
        (CorpusKind::Keystroke, CorpusKind::Pointer) => (one, other),
        (CorpusKind::Pointer, CorpusKind::Keystroke) => (other, one),
        _ => return Err(EvalError::Pair),
    };
    let report = with_shipped_policy(models, |settings| fused::run(&keys, &pointers, settings))?;
    tell_takeover_report(&report, args, folders, stdout, stderr)
}

/// Runs streams under the shipped policy and numbers of risk.
fn with_shipped_policy(
    models: &Models,
    run: impl FnOnce(&TakeoverSettings<'_>) -> TakeoverReport,
) -> Result<TakeoverReport, EvalError> {
    let policy = Policy::embedded_default().map_err(|_| EvalError::Policy)?;
    Ok(run(&TakeoverSettings { models, risk: &RiskSettings::default(), policy: &policy }))
}

fn tell_takeover_report(
    report: &TakeoverReport,
    args: &EvalArgs,
    folders: &mut Folders<'_>,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> Result<(), EvalError> {
    tell_faults(&report.corpus, &report.faults, (report.failed_to_score, "streams"), stderr)?;
    if report.streams == 0 {
        return Err(EvalError::NoStreams(report.corpus.clone()));
    }
    if let Some(folder) = folders.next(&report.corpus) {
        report::write_takeover(&folder, report)?;
    }
    if args.json {
        let line = serde_json::to_string(report).map_err(std::io::Error::from)?;
        writeln!(stdout, "{line}")?;
    } else {
        tell_takeover(report, stdout)?;
    }
    Ok(())
}

fn tell_takeover(report: &TakeoverReport, stdout: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        stdout,
        "{}{}: {} streams, {} takeovers, {} failed to score; genuine use of {:.2} h",
        report.corpus,
        report.replayed,
        report.streams,
        report.takeovers,
        report.failed_to_score,
        report.genuine_hours
    )?;
    tell_points(&report.operating_points, stdout)?;
    let [lowest, middle, highest] = report.margins;
    writeln!(
        stdout,
        "  with margins of the subjects' own ({lowest:.2} to {highest:.2} nats, median {middle:.2}):"
    )?;
    tell_points(&report.own_points, stdout)
}

fn tell_points(points: &[OperatingPoint], stdout: &mut impl Write) -> std::io::Result<()> {
    let told = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
    let rate = |value: f64, digits: usize| match value.is_finite() {
        true => format!("{value:.digits$}"),
        false => "–".to_owned(),
    };
    for point in points {
        writeln!(
            stdout,
            "  {:<16} at {:>6.3}: found {}, in 500 {}; events {} / {}, seconds {} / {}, from the first event {} / {}; false masks {} an hour, {} in 2,500 events; genuine clear {}{}",
            point.name,
            point.threshold,
            rate(point.masked, 3),
            rate(point.found_within_500_events, 3),
            told(point.median_events_to_mask),
            told(point.p90_events_to_mask),
            told(point.median_seconds_to_mask),
            told(point.p90_seconds_to_mask),
            told(point.median_seconds_from_first_event),
            told(point.p90_seconds_from_first_event),
            rate(point.false_masks_per_hour, 2),
            rate(point.false_masks_per_2500_events, 2),
            rate(point.genuine_streams_never_masked, 3),
            if point.too_few { "; too few genuine hours for so rare a mask" } else { "" }
        )?;
    }
    Ok(())
}
