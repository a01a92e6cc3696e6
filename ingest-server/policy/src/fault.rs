//! What is wrong with a policy's text, told as a good compiler tells it: all faults at once, each with a stable
//! code, line, column, the offending words and a way out.

use crate::domain::Dim;
use annotate_snippets::{AnnotationKind, Level as Severity, Renderer, Snippet};
use core::{fmt, ops::Range};

/// The most faults that are told at once.
pub(crate) const FAULTS_MAX: usize = 32;

macro_rules! fault_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The stable code of a fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FaultCode { $($(#[$doc])* $name,)+ }

        impl FaultCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as it stands in messages and documents.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

fault_codes! {
    /// The text is longer than a policy may be.
    TooLong = "policy-too-long",
    /// The text is not TOML.
    Syntax = "policy-syntax",
    /// A key that the language does not have.
    UnknownKey = "policy-unknown-key",
    /// A key that must be there is not.
    MissingKey = "policy-missing-key",
    /// A value of another kind than expected.
    WrongKind = "policy-wrong-kind",
    /// A name that the dimension does not have.
    UnknownName = "policy-unknown-name",
    /// A number outside of its range, or thresholds out of order.
    OutOfRange = "policy-out-of-range",
    /// Two rules, or two declared names, are called the same.
    DuplicateName = "policy-duplicate-name",
    /// A name that is empty, too long or has other characters than letters, digits and `. _ -`.
    BadName = "policy-bad-name",
    /// More rules or names than a policy may have.
    TooMany = "policy-too-many",
    /// A rule that no question can match.
    MatchesNothing = "policy-matches-nothing",
    /// A rule that would reveal a secret class, or a default that would reveal anything.
    Reveals = "policy-reveals",
    /// A question that neither a rule nor a default answers.
    NotTotal = "policy-not-total",
    /// More doubt would reveal or permit more.
    NotMonotone = "policy-not-monotone",
    /// The rules overlap in too many ways to be proved within bounds.
    TooIntricate = "policy-too-intricate",
    /// A rule that never answers, since rules before it answer first. A warning.
    Shadowed = "policy-shadowed",
    /// A level that the class cannot show and that redacts instead. A warning.
    NoSuchForm = "policy-no-such-form",
}

/// Two questions that differ in one step of doubt, of which the more doubtful is answered more openly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The dimension in which they differ.
    pub dim: Dim,
    /// The value of each dimension in the question with less doubt, by the dimension's key in a rule.
    pub question: Vec<(&'static str, String)>,
    /// The value that the other question has in `dim`: the next in order.
    pub more: String,
    /// The rule that answers the question with less doubt; `default` for the default.
    pub calmer: String,
    /// The rule that answers the other.
    pub doubtful: String,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its stable code.
    pub code: FaultCode,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The offending words. **Units**: bytes of the source.
    pub span: Range<usize>,
    /// What stands under the offending words.
    pub label: String,
    /// Other places that belong to it, each with its own words.
    pub related: Vec<(Range<usize>, String)>,
    /// Facts that belong to it, such as the question that proves it.
    pub notes: Vec<String>,
    /// A way out.
    pub help: Option<String>,
    /// The counter-example, where more doubt reveals or permits more.
    pub breach: Option<Breach>,
    /// The line of the offending words. **Range**: 1 and up.
    pub line: usize,
    /// Their column. **Units**: characters. **Range**: 1 and up.
    pub column: usize,
}

impl Fault {
    pub(crate) fn new(code: FaultCode, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            breach: None,
            line: 1,
            column: 1,
        }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn related(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Fills in line and column.
    pub(crate) fn locate(mut self, source: &str) -> Self {
        let before = source.get(..self.span.start).unwrap_or(source);
        self.line = before.matches('\n').count() + 1;
        self.column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self
    }
}

/// Everything that is wrong with a policy's text. `Display` renders it with the offending lines.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    faults: Vec<Fault>,
    source: String,
}

impl PolicyErrors {
    /// Faults of a text. **Errors**: a text too long to be looked at is not kept; give an empty one.
    pub(crate) fn new(faults: Vec<Fault>, source: &str) -> Self {
        let faults = faults.into_iter().map(|fault| fault.locate(source)).collect();
        Self { faults, source: source.to_owned() }
    }

    /// The faults, in the order in which they were found; never empty.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The faults with the offending lines, as a compiler prints them; `path` is the name of the file.
    #[must_use]
    pub fn render(&self, path: &str) -> String {
        render(&self.faults, &self.source, path, Severity::ERROR)
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render("policy.toml"))
    }
}

/// Codes and places only: the text of a policy does not belong in a debug log.
impl fmt::Debug for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.faults.iter().map(|fault| (fault.code.as_str(), fault.line, fault.column));
        f.debug_list().entries(places).finish()
    }
}

impl core::error::Error for PolicyErrors {}

/// Renders faults as errors or warnings.
pub(crate) fn render(faults: &[Fault], source: &str, path: &str, severity: Severity<'static>) -> String {
    let mut text = String::new();
    for fault in faults {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&render_one(fault, source, path, severity.clone()));
    }
    text
}

fn render_one(fault: &Fault, source: &str, path: &str, severity: Severity<'static>) -> String {
    let primary = AnnotationKind::Primary.span(within(&fault.span, source)).label(fault.label.as_str());
    let mut snippet = Snippet::source(source).path(path).annotation(primary);
    for (span, label) in &fault.related {
        let context = AnnotationKind::Context.span(within(span, source)).label(label.as_str());
        snippet = snippet.annotation(context);
    }
    let mut group = severity.primary_title(&fault.message).id(fault.code.as_str()).element(snippet);
    for note in &fault.notes {
        group = group.element(Severity::NOTE.message(note));
    }
    if let Some(help) = &fault.help {
        group = group.element(Severity::HELP.message(help));
    }
    Renderer::plain().render(&[group])
}

/// The span, cut to the source and to the borders of characters, so that rendering cannot fail.
fn within(span: &Range<usize>, source: &str) -> Range<usize> {
    let border =
        |at: usize| (0..=at.min(source.len())).rev().find(|&at| source.is_char_boundary(at)).unwrap_or(0);
    let start = border(span.start);
    start..border(span.end).max(start)
}

/// The known name nearest to a misspelt one, where one is near enough to be meant.
pub(crate) fn nearest<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let text: Vec<char> = text.chars().take(NAME_CHARS_COMPARED).collect();
    let limit = (text.len() / 3).clamp(1, 3);
    names.map(|name| (distance(&text, name), name)).filter(|(d, _)| *d <= limit).min().map(|(_, name)| name)
}

/// Longer names are not compared to the end.
const NAME_CHARS_COMPARED: usize = 64;

/// Edits between two names (Levenshtein), in one row.
fn distance(a: &[char], b: &str) -> usize {
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, b) in b.chars().take(NAME_CHARS_COMPARED).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, &a) in a.iter().enumerate() {
            let change = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[a.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_line_and_column_in_characters() {
        let fault = Fault::new(FaultCode::UnknownName, 10..12, "x").locate("a = 1\n\"é\"x = 2\n");
        assert_eq!((fault.line, fault.column), (2, 4));
    }

    #[test]
    fn a_span_outside_of_the_source_is_cut() {
        assert_eq!(within(&(2..90), "aé"), 1..3);
        assert_eq!(within(&(50..90), "aé"), 3..3);
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        let names = ["iban", "pan", "phone"];
        assert_eq!(nearest("ibna", names.into_iter()), None, "a swap is two edits of four letters");
        assert_eq!(nearest("ibann", names.into_iter()), Some("iban"));
        assert_eq!(nearest("phonne", names.into_iter()), Some("phone"));
        assert_eq!(nearest("zzzz", names.into_iter()), None);
    }
}
