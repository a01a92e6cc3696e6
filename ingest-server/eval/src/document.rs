//! `docs/evaluation.md`, written from a run: what the figures are, on whom, and what they are not.

use crate::corpus::{Corpus, CorpusKind};
use crate::explain::Explainer;
use crate::metrics::{Summary, summarise};
use crate::synthesis::Unlikeness;
use crate::takeover::TakeoverReport;
use crate::trials::{FUSION, TrialRun};
use serde_json::Value;
use std::fmt::Write as _;

const HEAD: &str = "\
# Evaluation

Written by `palet-models document CORPUS…`, not by hand. Every figure comes from the shipped extractor, models and
scorers: events are replayed as a page would see them, windows are compared as the server compares them.

## How to read it

### The figures

- *FMR*: the share of comparisons with strangers that pass. *FNMR*: the share of a subject's own probes that do not pass.
- *EER*: the rate at which both are equal, one threshold for all subjects; in brackets 95 % of 400 resamples over subjects.
- *FNMR at 1 %* and *at .1 %*: at the lowest threshold that so many comparisons with strangers pass, or fewer, again one for all;
  in brackets as before, each resample with a threshold of its own.
- Resampled are those who are claimed, with everything that was compared with them. How much would differ with other strangers or
  another population is in no interval; what differs between corpora says more of that.
- *AUC*: the chance that a subject's own probe scores above a stranger's.
- *Worst tenth*: mean FNMR at 1 % FMR of the tenth of subjects who fare worst.
- *Cllr*: what the log-likelihood ratios cost if taken at their word, in bits (1 for ratios that say nothing), and at best, after
  the best monotone calibration on these very trials.
- *Failed*: trials that could not be scored. They are in none of the rates.
- *Too few* stands where a figure would say nothing: FNMR at 1 % of fewer than 100 non-mated trials, at .1 % of fewer than 1,000; an
  interval over fewer than eight subjects; a worst tenth of fewer than ten; any rate on fewer than ten trials of one sort.

### Who is compared with whom

- Whoever takes part in a comparison is left out of its population and cohort: for each pair of claimed and probe subject the
  models are made anew without both. People are recognised by a hash of their recordings, not by their names.
- *Held out* rows are those trials in which both people's numbers are multiples of three: but for the bin edges, and for what
  was chosen after trials had been seen (told below), nothing was chosen or fitted on either.
- aalto-sentences and balabit have given nothing to any model, and no choice to any setting but for one, told below. Expect
  other people to fare otherwise than these, and recalibrate per deployment.
- Some recorded sessions of a subject are surely somebody else's (monaco-free m023, session s04). They are counted as errors.
- *Three probes together* are neighbours of one session taken as one, as `palet eval --joined 3` does: of sapimouse 60 s. Such a
  probe is claimed by everybody who is claimed for one of its parts; what is left over at a session's end is in no such trial.
- *On another machine* are the same people, whose pointer goes 1.3 times as far in .8 of the time, as `palet eval --machine 130/80`
  replays them, for enrolments and probes alike: how models fare that have seen no such machine.
- A corpus whose enrolments and probes all type one short text is compared as fixed text.
- A probe goes down the privacy ladder as it would in a page: 100 keys are a block of 64 with four classes and one of 36 with
  three; a sentence of 24 to 63 keys has three classes throughout.

### What was chosen or fitted, and on what

For typing and for fixed text no trial that is shown below takes part in any of it, but where it says so.

- *Typing, bin edges and population*: monaco-free and monaco-fixed.
- *Typing, everything else* (pseudo-counts, smoothing, normalisation, how sessions stand apart, the cohort's tempi, channel weights,
  calibration): development trials of monaco-free. These are enrolling sessions, one at a time taken out and cut into probes, of the
  people whose number is no multiple of three. For all but smoothing and calibration also single sentences against the
  others of one session. Pseudo-counts and normalisation were also looked at on all four sessions of monaco-fixed, of
  the same two thirds of its people: trials shown below are among these.
- *Fixed text, form, weights and caps*: development trials of monaco-keypad, made likewise; later entries against the earlier ones of
  its first ten; and pieces of words that such people of monaco-free type again and again.
- *Fixed text, the fusion*: the first of these alone.
- *Pointer*: sapimouse, the same people whose trials are shown: each comparison leaves both of its people out of the models, and not
  out of these choices. Which scores are fused, and from where on a reference is compared by differences alone, was chosen on those of
  its people whose number is no multiple of three, each in a fold of their own, seen through remote desktops that no model had
  seen, and with a population that had seen no slow device at all.
- *Session risk's sums*: with the takeover streams in view.

Four things were chosen on development trials, but after the trials shown had been seen:

- of fixed text, that both densities have tails of one weight (lighter ones for somebody else had failed by people who hesitate);
- of fixed text, the last two of its four scores, release to release and nearness (the first two alone had missed more);
- of typing, the cohort's tempi (figures of monaco-free with sessions apart had been seen);
- of pointers, a cohort of people as on other machines, for the finest rate class alone. With the slow classes widened as well, and
  windows by rate (told under what was left out), people were told apart better through imitated devices, taken together, and
  balabit, real and remote, worse than before. So it was left out, and that is a choice by balabit.
";

const TRIED: &str = "\
## Tried for typing, and left out

Judged on the development trials, held-out people beside them:

- A channel of two flights after one another, dwell by pair, flight and the next dwell, two presses after one another: no better
  together than the six channels that ship, so the schema stays.
- A cohort of every person's sessions apart, as many more people: less than the difference between two sets of people. As a
  mixture inside of each person, as the subject has: no better than the mean of their sessions that ships, at several times the cost.
- Sessions apart, otherwise than they ship: parts of equal length that follow no session gain half as much or lose; the nearest
  session at its full word (power 1) costs more than at .2 to .4, the mean of all (power 0) gains nothing.
- A shift of tempo or of holds that a whole probe has in common, averaged over, for subject and cohort: dearer at every length, most
  for single sentences: it makes strangers more alike than days.
- Scores put in means and spreads of other people's scores against the same reference (Z-norm), wholly or in part; the cohort's
  mixture tempered; bounds on a channel other than 12 nats; the population as one more of the cohort: dearer or no better.
- Cohort tables of as many keys as the subject's: the same, whichever way they are shortened.
- The cohort at other tempi than an eighth quicker and slower, holds apart from gaps too (five instead of three of each person), or moved
  by a part of a bin: as good for sentences and dearer at 200 keys, or less.
- Letters, spaces and other keys weighing differently inside of a channel, or as channels of their own: no better, or far dearer.
- A cell's counts as overdispersed (Dirichlet-multinomial with a precision of 100 or 400): no better.
- The nearest quarter, tenth or all of the cohort as mean and spread (T-norm), alone and beside the mixture that ships: the
  mixture's ratios cost less at every length. One mixture over all channels together costs more than one for each.
- Weights of their own for each length of a probe: no better on the other corpus than one set for all.
- For 24 to 63 keys, between four classes and three, a step that tells of two letters whether one hand typed both, not which:
  on development trials a third of what four classes would gain. That is too little for telling more of a text.
- Keys that are neither letter nor space as three classes (modifiers, erasing, others), without more of the letters: no better.
- Channels of letters apart from those of other keys; bounds on what one cell says; a cell's repeated counts weighing less; made-up
  people between two of the cohort; references drawn to the cohort's principal directions; the scores of a reference's own
  sentences, each left out once, taken off: no better, or better in one figure (cost or misses, short or long probes) and worse in
  another.
- Discriminant analysis of histograms (PLDA): far behind the likelihoods by itself, and given up there.
- Fixed text: medians, latest entries weighing more, an entry's common tempo taken out, a cohort of others' entries of the same
  text: no better, or better only for one text that everybody types.
- Fixed text, all timings together for the subject too, by a covariance or by one density with a scale for the whole entry:
  dearer, and on the trials with hesitant impostors far worse. Each sort of timing by itself, other
  scales of time, neighbouring keys apart from distant ones, the oddest timings of an entry left out, holds and flights weighing
  differently, a floor under every deviation: nothing that two sets of people, or a number and words, agree on. A perfect
  normalisation by subject would gain nothing: the errors are people who type alike, not scores that lie apart.
- Fixed text with noise of ±8 or ±4 ms on its times: dearer, and it hides nothing from this scorer (below). The flight alone to the
  key that ends an entry is worth little; with how long that key is held it is worth a tenth of the cost.

## The clock in fixed text

Whether exact times let a scorer take the clock for the person. The development trials of monaco-keypad, recorded on a grid of
15.6 ms, were spread by half a step and read again by clocks of 1, 8 and 15.6 ms, each entry at a phase of its own, three clocks to
enrol and three to probe, six draws of each, scored with the timings' likelihood ratios alone. It was an experiment beside the
project; no command here prints its figures, so only what they say stands here:

- Somebody's own entries by the enrolling clock and by another clock score alike, without noise as with ±8 ms. What is lost by an
  entry on a coarser clock is its coarseness, which noise adds to.
- Every pair of clocks costs less without noise than with it, and where impostors have another clock than the enrolment, which
  would help a scorer that reads clocks, errors do not become fewer.
- People who keep three clocks among them, the worst case, are told apart no better than people on one.
- What is left of times after division by the grid tells nobody apart where people share a clock of 1 ms, and does where they
  keep three, as it must: exact times do show which clock a page has, as the device signals say anyway. On the recordings
  themselves it does too: whole milliseconds of a coarse grid spell the time, and clocks run away from it. The scorer makes no use
  of it: with each time moved to the nearest step of the grid its cost stays. Its densities are smooth and no narrower than people are.

## Tried for pointers, and left out

Judged on the same people, seen as recorded and through imitated remote desktops that send movements in packets:

- Windows reduced to sixty principal components first; shrinkage of the scatter within people two and three times as strong, of
  strokes and of windows: no better through slow devices, worse as recorded.
- Scores normalised on both sides (S-norm), or by the mean and spread of the whole cohort: behind the nearest of the cohort.
- More imitated devices among those that span the model: better through slow devices, worse as recorded by as
  much.
- Windows for each sampling rate by itself (directions, differences and cohort), spanned by imitated devices of that rate: ahead
  through most slow devices and where people change from one to another, with and without packets among those devices; as
  recorded in some figures better and in others worse. Slow rates must be spanned by the recordings too: without
  them, somebody who enrolled at a mouse and comes back through a remote desktop is recognised worse, with them better than by the
  one space that ships. Left out for what balabit showed of it with wider cohorts, next.
- Cohorts of the slow rate classes with people as on other machines too, on top of such windows: through imitated devices, with and
  without other machines, further ahead of what ships, taken together, than such windows by themselves; on balabit the fused score is behind what
  ships, and its ratios cost far more, while differences alone are a little ahead. Imitated devices are not enough to choose by.
- All four other machines for everybody in the finest class, not one each in turns: fewer misses on other machines still, as recorded
  better in some figures and worse in others; takeovers are found later, and a comparison takes half as long again.
- The share of the population's channels bounded for slow classes (to a half or .7): ratios cost less there, after a change of the
  device more is missed.
- The same for strokes, directions and mixture too, spanned by their own rate alone: through coarse devices each channel of
  strokes falls behind, what is fused gains a little or nothing, and after a change from a mouse to a remote desktop people are
  recognised worse.
- Weights fitted on comparisons across imitated devices of one rate: ratios cost less where the device changes, and more where it
  is an unknown one and stays.
- Weights fitted, or only scaled and moved, on comparisons through imitated devices that the model has not seen: ratios cost little
  less or no less through the next unseen ones, and more probes are missed there.
- Differences among all features, in sixty directions and more, or clipped harder: means alone, in twenty-five, are ahead, and
  most of all where the population has never seen the device.
- A reference's own scores of its own windows taken off: better as recorded, worse everywhere else. How much its windows vary is
  used instead.
- Trusting a reference less as soon as it lies a little outside of the population: costs through slow devices and
  as recorded, and gains only where the population has never seen anything like it.

";

/// What stands above the table of the privacy ladder.
const LADDER: &str = "\
## Told more coarsely, and with another population

The trials of typed text again. Pages tell four classes of keys at most, three with `data-strict`, or none: what the
privacy ladder's steps cost (`palet eval --classes 3`). Where the shipped models know nobody of a corpus, population and
cohort are also made from its other people (`palet eval CORPUS --background CORPUS`): such a figure cannot count, but says
how much of the error comes from a population that types elsewhere.

| corpus | classes at most | population | EER | AUC | FNMR at 1 % | Cllr (best) |
|---|---|---|---|---|---|---|
";

/// The document, growing corpus by corpus.
pub(crate) struct Document {
    trials: String,
    ladder: String,
    scorers: String,
    made_up: String,
    people: String,
    takeover: String,
}

impl Document {
    pub(crate) fn new() -> Self {
        Self {
            trials: String::new(),
            ladder: String::new(),
            scorers: String::new(),
            made_up: String::new(),
            people: String::new(),
            takeover: String::new(),
        }
    }

    /// Adds one corpus's trials.
    pub(crate) fn add_trials(&mut self, corpus: &Corpus, run: &TrialRun, summary: &Summary) {
        let mated = run.scored.iter().filter(|trial| trial.mated).count();
        let counts = format!("{} | {mated} / {}", run.subjects.len(), run.scored.len() - mated);
        self.add_rates(&corpus.name, &counts, &run.failed.to_string(), summary);
        let mut subjects: Vec<_> = summary.subjects.iter().collect();
        subjects.sort_by(|a, b| b.fnmr_at_fmr_1pct.total_cmp(&a.fnmr_at_fmr_1pct));
        let explainer = Explainer::new(corpus, run, FUSION);
        for subject in subjects.iter().take(subjects.len().div_ceil(10)) {
            let name = run.subjects.get(subject.claimed).map_or("", String::as_str);
            let _ = writeln!(
                self.people,
                "| {} | {name} | {} | {:.2} | {} | {} |",
                corpus.name,
                subject.mated,
                subject.fnmr_at_fmr_1pct,
                if subject.eer.is_nan() { "–".to_owned() } else { format!("{:.3}", subject.eer) },
                explainer.why(subject.claimed)
            );
        }
    }

    /// Adds those of a corpus's trials in which both people are held out of every fit; nothing where there are none.
    pub(crate) fn add_held_out(&mut self, corpus: &Corpus, run: &TrialRun) {
        let trials = run.held_out();
        let Some(summary) = summarise(&trials) else { return };
        let mated = trials.iter().filter(|trial| trial.mated).count();
        let counts = format!("{} | {mated} / {}", summary.subjects.len(), trials.len() - mated);
        self.add_rates(&format!("*{}, held out*", corpus.name), &counts, "", &summary);
    }

    /// Adds a corpus's trials as they come out otherwise, such as with probes taken together; nothing where there are none.
    pub(crate) fn add_beside(&mut self, name: &str, run: &TrialRun) {
        let Some(summary) = summarise(&run.scored_by(FUSION)) else { return };
        let mated = run.scored.iter().filter(|trial| trial.mated).count();
        let counts = format!("{} | {mated} / {}", summary.subjects.len(), run.scored.len() - mated);
        self.add_rates(&format!("*{name}*"), &counts, &run.failed.to_string(), &summary);
    }

    fn add_rates(&mut self, name: &str, counts: &str, failed: &str, summary: &Summary) {
        let told = |figure: &str| summary.words(figure, 3);
        let interval = |figure: &str| match told(figure).as_str() {
            "too few" => "too few".to_owned(),
            interval => format!("[{interval}]"),
        };
        let missed = match told("fnmr_at_fmr_1pct").as_str() {
            "too few" => "too few".to_owned(),
            missed => format!("{missed} {}", interval("fnmr_at_fmr_1pct_ci95")),
        };
        let _ = writeln!(
            self.trials,
            "| {name} | {counts} | {failed} | {} {} | {} | {missed} | {} | {} | {} ({}) |",
            told("eer"),
            interval("eer_ci95"),
            told("auc"),
            told("fnmr_at_fmr_0_1pct"),
            told("worst_decile_fnmr_at_fmr_1pct"),
            summary.words("cllr", 2),
            summary.words("cllr_min", 2)
        );
    }

    /// Adds trials told more coarsely, and with another population.
    pub(crate) fn add_ladder(&mut self, rows: &str) {
        self.ladder.push_str(rows);
    }

    /// Adds each scorer's own figures, from what is told of a corpus.
    pub(crate) fn add_scorers(&mut self, told: &Value) {
        let corpus = told["corpus"].as_str().unwrap_or("");
        for (name, scorer) in told["scorers"].as_object().into_iter().flatten() {
            let value = |key: &str, digits: usize| {
                scorer[key].as_f64().map_or(String::new(), |value| format!("{value:.digits$}"))
            };
            let _ = writeln!(
                self.scorers,
                "| {corpus} | {name} | {} | {} | {} | {} |",
                value("eer", 3),
                value("auc", 3),
                value("weight", 2),
                value("earns", 3)
            );
        }
    }

    /// Adds how unlike real people the made-up ones are.
    pub(crate) fn add_made_up(&mut self, kind: &str, unlike: &Unlikeness) {
        let bits: Vec<String> =
            unlike.divergence.iter().map(|(name, bits)| format!("{name} {bits:.3}")).collect();
        let _ = writeln!(self.made_up, "| {kind} | {:.3} | {} |", unlike.auc, bits.join(", "));
    }

    /// Adds one corpus's takeovers.
    pub(crate) fn add_takeover(&mut self, report: &TakeoverReport) {
        let unit = if report.kind == CorpusKind::Keystroke { "keys" } else { "samples" };
        let told = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
        for point in &report.operating_points {
            let _ = writeln!(
                self.takeover,
                "| {}, {:.1} h | {}{} | {:.3} | {} / {} {unit} | {} / {} s | {} / {} s | {:.2} | {:.2} | {:.2} | {:.0} s |",
                report.corpus,
                report.genuine_hours,
                point.name,
                if point.too_few { ", too few" } else { "" },
                point.found_within_500_events,
                told(point.median_events_to_mask),
                told(point.p90_events_to_mask),
                told(point.median_seconds_to_mask),
                told(point.p90_seconds_to_mask),
                told(point.median_seconds_from_first_event),
                told(point.p90_seconds_from_first_event),
                point.false_masks_per_hour,
                point.false_masks_per_2500_events,
                point.genuine_streams_never_masked,
                report.p90_first_event_alone_s
            );
        }
    }

    /// The whole document. `model` names the models that were judged.
    pub(crate) fn finish(&self, model: &str) -> String {
        format!(
            "{HEAD}\nThe models that were judged: `{model}`.\n\n## Trials\n\n| corpus | subjects | mated / non-mated | failed | EER | AUC | FNMR at 1 % \
             | at .1 % | worst tenth | Cllr (best) |\n|---|---|---|---|---|---|---|---|---|---|\n{}\n{LADDER}{}\n## Scorers\n\n\
             Each by itself on the same trials. `weight` is what it weighs in the shipped fusion, 0 where it has none; nothing \
             stands there for what is fused already, and for the pointer's scores, whose weights change with a probe's length and \
             sampling rate. `would earn` \
             is what the fusion's cost would fall by with it beside, fitted and judged on different subjects, in bits.\n\n\
             | corpus | scorer | EER | AUC | weight | would earn |\n|---|---|---|---|---|---|\n{}\n## Those who fare worst\n\n\
             The worst tenth of each corpus. What their missed probes have in common is computed from scores and times: a session \
             that holds all of them, whether another reference that the probe was compared with is nearer, medians that differ from \
             the enrolment's by more than 15 %, and how far the scores lie below the threshold (median).\n\n\
             | corpus | subject | mated | FNMR at 1 % | own EER | their misses |\n|---|---|---|---|---|---|\n{}\n## Takeover\n\n\
             Somebody else goes on after {} s of rest. A false mask is followed by a passed step-up; `default` is the shipped \
             policy, the other thresholds are set on the corpus's own genuine streams. One block of keys raises the risk to \
             partial masks at most; redaction takes more than one. *In time* runs from where the other person begins to use the page: \
             from their first event that another follows within {} s. Some recordings begin with one row and then hold nothing for a \
             minute and more, and nothing can tell who somebody is before they go on; *from the first row* has that wait in it, \
             whose 90th percentile stands in the last column. The hours are those of genuine use that false masks are counted in. *Too \
             few*: fewer hours than would have to hold one such mask, so that the point is merely where there is none, and says nothing \
             of so rare a mask. Two corpora together: typists paired with pointers by their \
             places, their recordings taking turns, since no corpus has both; events are keys there. Each genuine recording is in \
             several pairs: the hours are those of the pairs, not of as many recordings.\n\n\
             | corpus, genuine use | point | found in 500 | median / p90 | in time | from the first row | \
             false masks an hour | in 2,500 events | genuine streams clear | first row alone |\n|---|---|---|---|---|---|---|---|---|---|\n{}\n{TRIED}## Made-up people\n\n\
             `palet-models synthesise` makes corpora of them for tests and demonstrations. How unlike real people they are: the AUC of a \
             classifier that was fitted on half of both (.5 where alike, 1 where it always can tell), and the divergence of their \
             histograms (0 where alike, 1 where they share nothing). No figure about real people may come from them.\n\n\
             | kind | told apart, AUC | divergence, bits |\n|---|---|---|\n{}",
            self.trials,
            self.ladder,
            self.scorers,
            self.people,
            crate::takeover::HANDOVER.as_secs_f64(),
            crate::takeover::ALONE_FROM.as_secs_f64(),
            self.takeover,
            self.made_up
        )
    }
}

#[cfg(test)]
mod tests {
    use palet_comparison::Models;

    #[test]
    fn the_committed_document_judges_the_models_that_ship() {
        let committed = include_str!("../../../docs/evaluation.md");
        let shipped = format!("The models that were judged: `{}`.", Models::embedded().unwrap().hash());
        assert!(
            committed.contains(&shipped),
            "docs/evaluation.md was written before the models: make eval-docs"
        );
    }
}
