//! The command `palet-models`: makes what ships in the binary, and writes the documents that stand beside it.

use crate::cli::{EvalArgs, EvalError, read_all, read_telling, run};
use crate::corpus::{Corpus, CorpusKind, Stream};
use crate::device::{Machine, OTHER_MACHINE};
use crate::document::Document;
use crate::fused;
use crate::judged;
use crate::ladder;
use crate::metrics;
use crate::pointer_people;
use crate::stroke_table;
use crate::synthesis::{self, Size};
use crate::takeover::{self, TakeoverSettings};
use crate::training;
use crate::trials::{self, FUSION};
use clap::{Parser, Subcommand};
use palet_comparison::Models;
use palet_comparison::fixed_text::{FIXED_TEXT_SCORES, FixedTextContent, FixedTextFusion, FixedTextModels};
use palet_comparison::keystroke::{Calibration, FusionWeights, KeystrokeContent, KeystrokeModels, Person};
use palet_comparison::one_class;
use palet_comparison::pointer::TrainingPeople;
use palet_features::Ladder;
use palet_policy::Policy;
use palet_risk::RiskSettings;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The command `palet-models`.
#[derive(Parser, Debug)]
#[command(name = "palet-models", about = "Makes the models that ship in the binary")]
struct ModelsCommand {
    #[command(subcommand)]
    task: ModelsTask,
}

#[derive(Subcommand, Debug)]
enum ModelsTask {
    /// Prints the bin edges of the keystroke channels.
    Edges {
        /// Corpora that may be trained on.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
    },
    /// Judges the models in the tree, as `palet eval` does.
    Eval(EvalArgs),
    /// Writes the pointer model.
    Pointer {
        /// Corpora that may be trained on.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
        /// Where to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Writes the strokes of pointer corpora as tables, for training outside of the server.
    Strokes {
        /// Pointer corpora.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
        /// The folder that the tables go to, one a corpus.
        #[arg(long)]
        out: PathBuf,
    },
    /// Prints docs/evaluation.md from a run over some corpora.
    Document {
        /// Corpora, in the order of the document.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
    },
    /// Writes a corpus of made-up people, and tells how unlike real ones they are.
    Synthesise {
        /// What they do.
        #[arg(long, value_enum, default_value = "keystroke")]
        kind: CorpusKind,
        /// How many.
        #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u64).range(2..=10_000))]
        people: u64,
        /// Sessions of each; the last two give probes.
        #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(3..=100))]
        sessions: u64,
        /// Keys, or clicks, of a session.
        #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        actions: u32,
        /// The same seed makes the same people.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to; nothing is written without.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Real people to be compared with.
        #[arg(long, value_name = "CORPUS", num_args = 1..)]
        beside: Vec<PathBuf>,
    },
    /// Writes the fixed-text model.
    FixedText {
        /// A corpus of one fixed text that may be trained on.
        corpus: PathBuf,
        /// Where to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Writes the keystroke model.
    Keystroke {
        /// Corpora that may be trained on.
        #[arg(required = true)]
        corpora: Vec<PathBuf>,
        /// The corpus whose enrolling sessions weigh the channels and calibrate the scores; its trials are not looked
        /// at.
        #[arg(long)]
        fit_on: PathBuf,
        /// Where to.
        #[arg(long)]
        out: PathBuf,
    },
}

/// Runs `palet-models` with the process's arguments.
///
/// **Errors**: [`EvalError`] for wrong arguments, unreadable corpora and models that cannot be written.
pub fn models_from_args(
    args: impl IntoIterator<Item = OsString>,
    stdout: &mut impl Write,
    stderr: &mut impl Write,
) -> Result<(), EvalError> {
    let command = ModelsCommand::try_parse_from(args).map_err(EvalError::Usage)?;
    match command.task {
        ModelsTask::Edges { corpora } => {
            let corpora = read_all(&corpora, stderr)?;
            for (name, edges) in ["dwell", "ud", "dd", "uu"].iter().zip(training::bin_edges(&corpora)) {
                writeln!(stdout, "{name}: {edges:?}")?;
            }
        }
        ModelsTask::Eval(args) => run(&args, stdout, stderr)?,
        ModelsTask::Pointer { corpora, out } => {
            let people = pointer_people::of(&read_all(&corpora, stderr)?);
            writeln!(stderr, "{} people", people.len())?;
            std::fs::write(out, TrainingPeople::new(people).model_file()?)?;
        }
        ModelsTask::Strokes { corpora, out } => write_strokes(&read_all(&corpora, stderr)?, &out)?,
        ModelsTask::Document { corpora } => write!(stdout, "{}", document(read_all(&corpora, stderr)?)?)?,
        ModelsTask::Synthesise { kind, people, sessions, actions, seed, out, beside } => {
            let size = Size { people, sessions, actions };
            if let Some(folder) = out {
                synthesis::write_corpus(&folder, &format!("synthetic-{seed}"), kind, size, seed)?;
            }
            tell_unlikeness(kind, size, seed, &read_all(&beside, stderr)?, stdout)?;
        }
        ModelsTask::FixedText { corpus, out } => {
            std::fs::write(out, fixed_text_model(read_telling(&corpus, stderr)?)?)?
        }
        ModelsTask::Keystroke { corpora, fit_on, out } => {
            let corpora = read_all(&corpora, stderr)?;
            let people = training::keystroke_people(&corpora);
            writeln!(stderr, "{} people", people.len())?;
            std::fs::write(out, keystroke_model(people, read_telling(&fit_on, stderr)?, stderr)?)?;
        }
    }
    Ok(())
}

fn write_strokes(corpora: &[Corpus], out: &Path) -> Result<(), EvalError> {
    std::fs::create_dir_all(out)?;
    for corpus in corpora {
        let file = std::fs::File::create(out.join(format!("{}.strokes.jsonl.gz", corpus.name)))?;
        stroke_table::write(corpus, std::io::BufWriter::new(file))?;
    }
    Ok(())
}

/// Neighbouring probes that the document also shows as one.
const JOINED: usize = 3;

fn document(mut corpora: Vec<Corpus>) -> Result<String, EvalError> {
    let models = Models::embedded()?;
    let policy = Policy::embedded_default().map_err(|_| EvalError::Policy)?;
    let settings = TakeoverSettings { models: &models, risk: &RiskSettings::default(), policy: &policy };
    let mut document = Document::new();
    document.add_ladder(&ladder::rows(&mut corpora, &models)?);
    for corpus in &mut corpora {
        let asked = corpus.trials.len();
        if corpus.kind == CorpusKind::Pointer {
            corpus.trials.extend(corpus.joined_probes(JOINED).0);
        }
        let trained = trials::with_training(corpus, &models);
        let models = trained.as_ref().unwrap_or(&models);
        // The networks' rows are docs/ml.md's: they speak on the people alone whom they were not trained on.
        let mut run = trials::run_with(corpus, models, &one_class::floors());
        let joined = run.split_off(asked, corpus.trials.len() - asked);
        corpus.trials.truncate(asked);
        let summary = metrics::summarise(&run.scored_by(FUSION));
        let summary = summary.ok_or_else(|| EvalError::NoTrials(corpus.name.clone()))?;
        document.add_trials(corpus, &run, &summary);
        document.add_held_out(corpus, &run);
        document.add_beside(&format!("{}, three probes together", corpus.name), &joined);
        if corpus.kind == CorpusKind::Pointer {
            corpus.machine = OTHER_MACHINE;
            document
                .add_beside(&format!("{}, on another machine", corpus.name), &trials::run(corpus, models));
            corpus.machine = Machine::RECORDED;
        }
        document.add_scorers(&judged::json(corpus, &run, &summary, models, "shipped"));
        if !corpus.streams.is_empty() {
            document.add_takeover(&takeover::run(corpus, &TakeoverSettings { models, ..settings }));
        }
    }
    let with_streams = |kind| {
        let of_kind = corpora.iter().filter(move |corpus| corpus.kind == kind);
        of_kind.filter(|corpus| !corpus.streams.is_empty()).max_by_key(|corpus| longest_stream(corpus))
    };
    if let Some((keys, pointers)) = with_streams(CorpusKind::Keystroke).zip(with_streams(CorpusKind::Pointer))
    {
        document.add_takeover(&fused::run(keys, pointers, &settings));
    }
    for (kind, name) in [(CorpusKind::Keystroke, "keystroke"), (CorpusKind::Pointer, "pointer")] {
        // As `palet-models synthesise` makes them where nothing else is asked for.
        let made_up = synthesis::windows(kind, Size::default(), 1);
        let real: Vec<&Corpus> = corpora.iter().filter(|corpus| corpus.kind == kind).collect();
        if let Some(unlike) = synthesis::unlikeness(&made_up, &real) {
            document.add_made_up(name, &unlike);
        }
    }
    Ok(document.finish(&models.hash().to_string()))
}

/// **Units**: rows.
fn longest_stream(corpus: &Corpus) -> usize {
    let rows = |stream: &Stream| stream.parts.iter().map(|part| part.last - part.first).sum();
    corpus.streams.iter().map(rows).max().unwrap_or(0)
}

/// Tells how unlike the real people of some corpora made-up ones are; nothing where there are none of their kind.
fn tell_unlikeness(
    kind: CorpusKind,
    size: Size,
    seed: u64,
    corpora: &[Corpus],
    stdout: &mut impl Write,
) -> Result<(), EvalError> {
    let alike: Vec<&Corpus> = corpora.iter().filter(|corpus| corpus.kind == kind).collect();
    if let Some(unlike) = synthesis::unlikeness(&synthesis::windows(kind, size, seed), &alike) {
        writeln!(stdout, "{}", serde_json::to_string(&unlike).map_err(std::io::Error::from)?)?;
    }
    Ok(())
}

fn fixed_text_model(mut corpus: Corpus) -> Result<Vec<u8>, EvalError> {
    let fusion = FixedTextFusion { weights: [1.0; FIXED_TEXT_SCORES], intercept: 0.0 };
    let mut content = FixedTextContent { people: training::fixed_text_people(&corpus), fusion };
    let model = FixedTextModels::parse(&FixedTextModels::encode(&content)?)?;
    let models = Models::embedded_with_fixed_text(model)?;
    let fitted = training::fuse_fixed_text(&mut corpus, &models);
    content.fusion = fitted.ok_or_else(|| EvalError::NoTrials(corpus.name.clone()))?;
    Ok(FixedTextModels::encode(&content)?)
}

fn keystroke_model(
    people: Vec<Person>,
    mut fit_on: Corpus,
    stderr: &mut impl Write,
) -> Result<Vec<u8>, EvalError> {
    let (weights, calibration) = (FusionWeights::default(), Calibration::default());
    let mut content = KeystrokeContent { people, weights, calibration };
    let made = |content: &KeystrokeContent| -> Result<Models, EvalError> {
        Ok(Models::embedded_with(KeystrokeModels::parse(&KeystrokeModels::encode(content)?)?)?)
    };
    content.weights = training::weigh(&mut fit_on, &made(&content)?)
        .ok_or_else(|| EvalError::NoTrials(fit_on.name.clone()))?;
    writeln!(stderr, "weights {:.3?}", content.weights.0)?;
    content.calibration = training::calibrate(&mut fit_on, &made(&content)?);
    for (knots, ladder) in content.calibration.knots.iter().zip(Ladder::ALL) {
        for knot in knots {
            let classes = ladder.classes();
            let (keys, slope, intercept) = (knot.keys, knot.slope, knot.intercept);
            writeln!(stderr, "{classes} classes, {keys} keys: llr = {slope:.3} x {intercept:+.3}")?;
        }
    }
    Ok(KeystrokeModels::encode(&content)?)
}
