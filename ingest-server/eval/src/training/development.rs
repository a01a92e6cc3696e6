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
    /// Whole sessions.
    Sessions,
}

/// One corpus after another, each with one enrolling session of every development subject taken out of the enrolment
/// and cut into probes. A corpus in which subjects enrol with a single session gives none.
pub fn rounds(corpus: &mut Corpus, probes: Probes, mut work: impl FnMut(&Corpus)) {
    let (enrolments, trials) = (corpus.enrolments.clone(), std::mem::take(&mut corpus.trials));
    let people: Vec<String> =
        corpus.subjects().into_iter().filter(|subject| !is_held_out(subject)).map(str::to_owned).collect();
    let spans_of = |subject: &str| -> Vec<EnrolSpan> {
        enrolments.iter().filter(|enrolment| enrolment.span.subject == subject).cloned().collect()
    };
    let sessions = people.iter().map(|person| spans_of(person).len()).max().unwrap_or(0);
    for left_out in (0..sessions).filter(|_| sessions > 1) {
        let (mut kept, mut spans) = (Vec::new(), Vec::new());
        for person in &people {
            for (at, enrolment) in spans_of(person).into_iter().enumerate() {
                if at == left_out { spans.extend(cut(&enrolment.span, probes)) } else { kept.push(enrolment) }
            }
        }
        (corpus.enrolments, corpus.trials) = (kept, crossed(&people, &spans));
        work(corpus);
    }
    (corpus.enrolments, corpus.trials) = (enrolments, trials);
}

fn cut(span: &Span, probes: Probes) -> Vec<Span> {
    let Probes::Rows(rows) = probes else { return vec![span.clone()] };
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

    #[test]
    fn probes_are_cut_without_overlap() {
        let span = Span { subject: "m001".into(), session: "s00".into(), first: 10, last: 320 };
        let cut = cut(&span, Probes::Rows(100));
        assert_eq!(
            cut.iter().map(|s| (s.first, s.last)).collect::<Vec<_>>(),
            [(10, 110), (110, 210), (210, 310)]
        );
    }
}
