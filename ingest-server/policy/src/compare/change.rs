//! What two policies answer differently, and how it is told.

use core::fmt;

/// What a change does for whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// More is shown, or more is permitted.
    MoreOpen,
    /// Something else changes: obligations, time to live, or one thing up and another down.
    Otherwise,
    /// Less is shown, or less is permitted.
    LessOpen,
}

impl Direction {
    /// The name used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MoreOpen => "more open",
            Self::Otherwise => "otherwise",
            Self::LessOpen => "less open",
        }
    }
}

/// Questions that one rule answered and another answers now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What the change does.
    pub direction: Direction,
    /// The rule before, by name.
    pub before: String,
    /// What it answered.
    pub outcome_before: String,
    /// The rule after, by name.
    pub after: String,
    /// What it answers.
    pub outcome_after: String,
    /// Where both rules apply, by the dimensions that they look at.
    pub within: String,
    /// One of the questions.
    pub example: String,
    /// The part of all questions about fields, or about actions. **Range**: 0..=1.
    pub share: f64,
}

/// The differences of two policies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Thresholds and limits that changed.
    pub limits: Vec<String>,
    /// Answers about fields that changed, those that show more first.
    pub fields: Vec<Change>,
    /// Answers about actions that changed, those that permit more first.
    pub actions: Vec<Change>,
}

impl Comparison {
    /// Whether both policies answer every question alike.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.limits.is_empty() && self.fields.is_empty() && self.actions.is_empty()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} by `{}` becomes {} by `{}`",
            self.direction.as_str(),
            self.outcome_before,
            self.before,
            self.outcome_after,
            self.after
        )?;
        writeln!(f, "  within {} ({:.4} % of all questions)", self.within, self.share * 100.0)?;
        write!(f, "  for example {}", self.example)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("both policies answer every question alike");
        }
        let mut parts: Vec<String> = Vec::new();
        if !self.limits.is_empty() {
            parts.push(format!("limits\n{}", self.limits.join("\n")));
        }
        for (title, changes) in [("fields", &self.fields), ("actions", &self.actions)] {
            if !changes.is_empty() {
                let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
                parts.push(format!("{title}\n{}", lines.join("\n")));
            }
        }
        f.write_str(&parts.join("\n\n"))
    }
}
