//! Trials for choosing and fitting, made so that none of them is a trial that is reported.
//!
//! They use the sessions that enrol, never a probe's, and of the people two thirds: who is held out is a rule on the
//! subject's name, so that figures on the held-out third owe nothing to any fit.

use crate::corpus::{Corpus, EnrolSpan, Span, Trial};

/// One in so many people is held out.
const HELD_OUT_OF: u64 = 3;
/// Probes taken of one session at one length, at most.
const PROBES_MAX: usize = 12;

/// Whether nothing may be chosen or fitted by this person: the digits of the subject's name are a multiple of three.
#[must_use]
pub fn is_held_out(subject: &str) -> bool {
    let digits = subject.bytes().filter(u8::is_ascii_digit);
    let number = digits.fold(0_u64, |sum, digit| (sum * 10 + u64::from(digit - b'0')) % HELD_OUT_OF);
    number == 0
}

/// What probes are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probes {
    /// Spans of so many rows.
    Rows(usize),
    /// Spans of so many rows, each against a reference of the others that the same session holds.
    Sentences(usize),
    /// Whole sessions.
    Sessions,
}

/// One corpus after another: each with one enrolling session of every development subject taken out of the enrolment
/// and cut into probes, or for sentences each with one sentence taken out of the one session that enrols. A corpus in
/// which subjects enrol with a single session gives none.
pub fn rounds(corpus: &mut Corpus, probes: Probes, mut work: impl FnMut(&Corpus)) {
    let (enrolments, trials) = (corpus.enrolments.clone(), std::mem::take(&mut corpus.trials));
    let people: Vec<String> =
        corpus.subjects().into_iter().filter(|subject| !is_held_out(subject)).map(str::to_owned).collect();
    let spans_of = |subject: &String| -> Vec<EnrolSpan> {
        enrolments.iter().filter(|enrolment| enrolment.span.subject == *subject).cloned().collect()
    };
    let sessions = people.iter().map(|person| spans_of(person).len()).max().unwrap_or(0);
    for at in (0..sessions).filter(|_| sessions > 1) {
        for round in 0..rounds_of_session(probes) {
            let parts = people.iter().map(|person| parted(spans_of(person), probes, at, round));
            let (kept, spans): (Vec<_>, Vec<_>) = parts.unzip();
            (corpus.enrolments, corpus.trials) = (kept.concat(), crossed(&people, &spans.concat()));
            if !corpus.trials.is_empty() {
                work(corpus);
            }
        }
    }
    (corpus.enrolments, corpus.trials) = (enrolments, trials);
}

const fn rounds_of_session(probes: Probes) -> usize {
    match probes {
        Probes::Sentences(_) => PROBES_MAX,
        Probes::Rows(_) | Probes::Sessions => 1,
    }
}

/// One person's enrolment and probes in one round.
fn parted(
    mut enrolments: Vec<EnrolSpan>,
    probes: Probes,
    session: usize,
    round: usize,
) -> (Vec<EnrolSpan>, Vec<Span>) {
    if session >= enrolments.len() {
        return (enrolments, Vec::new());
    }
    let taken_out = enrolments.remove(session);
    let mut spans = cut(&taken_out.span, probes);
    if !matches!(probes, Probes::Sentences(_)) {
        return (enrolments, spans);
    }
    let probe = (round < spans.len()).then(|| spans.remove(round));
    let enrolled = spans.into_iter().map(|span| EnrolSpan { span, ..taken_out.clone() });
    (enrolled.collect(), probe.into_iter().collect())
}

fn cut(span: &Span, probes: Probes) -> Vec<Span> {
    let (Probes::Rows(rows) | Probes::Sentences(rows)) = probes else { return vec![span.clone()] };
    let count = ((span.last - span.first) / rows).min(PROBES_MAX);
    let at = |piece: usize| {
        let first = span.first + piece * rows;
        Span { first, last: first + rows, ..span.clone() }
    };
    (0..count).map(at).collect()
}

/// Every probe against everybody.
fn crossed(people: &[String], probes: &[Span]) -> Vec<Trial> {
    let trial = |claimed: &String, probe: &Span| Trial {
        id: String::new(),
        claimed: claimed.clone(),
        probe: probe.clone(),
        mated: *claimed == probe.subject,
        line: 0,
    };
    probes.iter().flat_map(|probe| people.iter().map(move |claimed| trial(claimed, probe))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_names_is_held_out_by_their_digits() {
        let held: Vec<&str> = ["m000", "m001", "m002", "m003", "a89700", "p12"]
            .into_iter()
            .filter(|name| is_held_out(name))
            .collect();
        assert_eq!(held, ["m000", "m003", "a89700", "p12"]);
    }

    fn span_of(session: &str) -> Span {
        Span { subject: "m001".into(), session: session.into(), first: 10, last: 320 }
    }

    fn told(spans: &[Span]) -> Vec<(&str, usize, usize)> {
        spans.iter().map(|span| (span.session.as_str(), span.first, span.last)).collect()
    }

    #[test]
    fn a_sentence_is_compared_with_the_others_of_its_session_a_span_with_other_sessions() {
        let enrolments: Vec<EnrolSpan> =
            ["s00", "s01"].map(|s| EnrolSpan { span: span_of(s), line: 2 }).into();
        let (kept, probes) = parted(enrolments.clone(), Probes::Sentences(100), 1, 1);
        let kept: Vec<Span> = kept.into_iter().map(|enrolment| enrolment.span).collect();
        assert_eq!(told(&probes), [("s01", 110, 210)]);
        assert_eq!(told(&kept), [("s01", 10, 110), ("s01", 210, 310)]);
        let (kept, probes) = parted(enrolments, Probes::Rows(150), 1, 0);
        assert_eq!(told(&probes), [("s01", 10, 160), ("s01", 160, 310)]);
        assert_eq!((kept.len(), kept[0].span.session.as_str()), (1, "s00"));
    }

    #[test]
    fn probes_are_cut_without_overlap() {
        let span = span_of("s00");
        let cut = cut(&span, Probes::Rows(100));
        assert_eq!(
            cut.iter().map(|s| (s.first, s.last)).collect::<Vec<_>>(),
            [(10, 110), (110, 210), (210, 310)]
        );
    }
}
