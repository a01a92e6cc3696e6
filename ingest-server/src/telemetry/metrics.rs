//! Every metric and its name, in one place.

use crate::live::DecisionOutcome;
use palet_wire::RefusalCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};
use std::time::Duration;

/// The one end of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum BatchOutcome {
    /// It was scored and decided on.
    Compared,
    /// It was refused for what is in it.
    Rejected(RefusalCode),
    /// It was refused for how much there is.
    Limited(RefusalCode),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabels {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    band: String,
    evidence: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabels {
    part: &'static str,
}

/// What tells requests apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// The route's pattern, never the path that was asked for.
    pub route: String,
    /// The method.
    pub method: String,
    /// The status.
    pub status: u16,
}

/// The server's metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    compared: Counter,
    batches: Family<OutcomeLabels, Counter>,
    refusals: Family<CodeLabels, Counter>,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    learnt: Family<ResultLabels, Counter>,
    /// Batches that came again.
    pub duplicates: Counter,
    /// Batches that pages gave up.
    pub lost: Counter,
    /// Fields that changed what they show.
    pub directives: Counter,
    /// Actions decided.
    pub actions: Counter,
    /// Items masked over REST.
    pub masked_items: Counter,
    found: Family<ClassLabels, Counter>,
    /// Policy files that were refused while the server runs.
    pub policy_files_refused: Counter,
    unmasked: Family<ResultLabels, Counter>,
    /// People who read far more than their peers.
    pub peer_alerts: Counter,
    /// Break-glass grants.
    pub break_glass: Counter,
    /// Entries of the audit log that are on the disk.
    pub audit_entries: Counter,
    /// Groups that the audit log did not take.
    pub audit_failed: Counter,
    /// Open sockets.
    pub sockets: Gauge,
    /// Sessions in memory.
    pub sessions_live: Gauge,
    /// Decisions that wait to be written.
    pub decisions_waiting: Gauge,
    /// Decisions written.
    pub decisions_written: Counter,
    /// Decisions that could not be written.
    pub decisions_failed: Counter,
    decisions: Family<DecisionLabels, Counter>,
    decision_risk: Family<PartLabels, Histogram, fn() -> Histogram>,
    feedback: Family<KindLabels, Counter>,
    batch_seconds: Histogram,
    commit_seconds: Histogram,
}

/// Twentieths of the whole range.
fn risks() -> Histogram {
    Histogram::new((1..=20).map(|step| f64::from(step) / 20.0))
}

fn seconds(first: f64) -> Histogram {
    Histogram::new(exponential_buckets(first, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Metrics at zero.
    #[must_use]
    pub fn new() -> Self {
        let batches = Family::<OutcomeLabels, Counter>::default();
        let labels = OutcomeLabels { outcome: "compared", reason: "none" };
        let compared = batches.get_or_create(&labels).clone();
        let mut metrics = Self {
            registry: Registry::with_prefix("palet"),
            compared,
            batches,
            refusals: Family::default(),
            requests: Family::default(),
            request_seconds: seconds(100e-6),
            learnt: Family::default(),
            duplicates: Counter::default(),
            lost: Counter::default(),
            directives: Counter::default(),
            actions: Counter::default(),
            masked_items: Counter::default(),
            found: Family::default(),
            policy_files_refused: Counter::default(),
            unmasked: Family::default(),
            peer_alerts: Counter::default(),
            break_glass: Counter::default(),
            audit_entries: Counter::default(),
            audit_failed: Counter::default(),
            sockets: Gauge::default(),
            sessions_live: Gauge::default(),
            decisions_waiting: Gauge::default(),
            decisions_written: Counter::default(),
            decisions_failed: Counter::default(),
            decisions: Family::default(),
            decision_risk: Family::new_with_constructor(risks),
            feedback: Family::default(),
            batch_seconds: seconds(2e-6),
            commit_seconds: seconds(200e-6),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version that runs", build);
        registry.register("batches", "Batches by their one outcome", self.batches.clone());
        registry.register("refusals", "Refusals on sockets and envelopes by code", self.refusals.clone());
        registry.register(
            "http_requests",
            "REST requests by route, method and status",
            self.requests.clone(),
        );
        registry.register(
            "http_request_seconds",
            "Time to answer a REST request",
            self.request_seconds.clone(),
        );
        registry.register("sessions_learnt", "Ended sessions by what was learnt", self.learnt.clone());
        registry.register("batches_duplicate", "Batches that came again", self.duplicates.clone());
        registry.register("batches_lost", "Batches that pages gave up", self.lost.clone());
        registry.register("directives", "Fields that changed what they show", self.directives.clone());
        registry.register("actions", "Actions decided", self.actions.clone());
        registry.register("masked_items", "Items masked over REST", self.masked_items.clone());
        let found = self.found.clone();
        registry.register("fields_found", "Sensitive fields that no page tagged, by class", found);
        registry.register(
            "policy_files_refused",
            "Policy files that were refused",
            self.policy_files_refused.clone(),
        );
        registry.register("unmasked", "Values asked for in clear by what came of it", self.unmasked.clone());
        registry.register(
            "peer_alerts",
            "People who read far more than their peers",
            self.peer_alerts.clone(),
        );
        registry.register("break_glass", "Break-glass grants", self.break_glass.clone());
        registry.register("audit_entries", "Entries of the audit log", self.audit_entries.clone());
        registry.register(
            "audit_failed",
            "Groups that the audit log did not take",
            self.audit_failed.clone(),
        );
        registry.register("sockets", "Open sockets", self.sockets.clone());
        registry.register("sessions_live", "Sessions in memory", self.sessions_live.clone());
        registry.register("decisions_waiting", "Decisions to be written", self.decisions_waiting.clone());
        registry.register("decisions_written", "Decisions written", self.decisions_written.clone());
        registry.register("decisions_failed", "Decisions not written", self.decisions_failed.clone());
        let decisions = self.decisions.clone();
        registry.register(
            "decisions",
            "Decisions written, by the risk's band and what stands behind it",
            decisions,
        );
        let risk = self.decision_risk.clone();
        registry.register("decision_risk", "Risk of decisions written, and of each of its parts", risk);
        registry.register("feedback", "What the bank reported on sessions, by kind", self.feedback.clone());
        registry.register("batch_seconds", "Time to score and decide a batch", self.batch_seconds.clone());
        registry.register(
            "commit_seconds",
            "Time to write a group of decisions",
            self.commit_seconds.clone(),
        );
    }

    /// Counts a batch's one outcome.
    pub fn count_batch(&self, outcome: BatchOutcome) {
        let (outcome, code) = match outcome {
            BatchOutcome::Compared => {
                self.compared.inc();
                return;
            }
            BatchOutcome::Rejected(code) => ("rejected", code),
            BatchOutcome::Limited(code) => ("limited", code),
        };
        self.batches.get_or_create(&OutcomeLabels { outcome, reason: code.as_str() }).inc();
    }

    /// Counts a field that a page's detector found.
    pub fn found_field(&self, class: palet_mask::FieldClass) {
        self.found.get_or_create(&ClassLabels { class: class.as_str() }).inc();
    }

    /// Counts a refusal.
    pub fn count_refusal(&self, code: RefusalCode) {
        self.refusals.get_or_create(&CodeLabels { code: code.as_str() }).inc();
    }

    /// Counts a REST request.
    pub fn count_request(&self, labels: &RequestLabels, took: Duration) {
        self.requests.get_or_create(labels).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// Counts what was learnt from a session.
    pub fn count_learnt(&self, result: &'static str) {
        self.learnt.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts a value that was asked for in clear.
    pub fn count_unmask(&self, result: &'static str) {
        self.unmasked.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts what the bank reported on a session.
    pub fn count_feedback(&self, kind: &'static str) {
        self.feedback.get_or_create(&KindLabels { kind }).inc();
    }

    /// Counts a decision that is written: what its risks are made of, for whoever watches whether they drift.
    pub fn count_decision(&self, outcome: &DecisionOutcome) {
        let (band, evidence) = (outcome.band.clone(), outcome.evidence.clone());
        self.decisions.get_or_create(&DecisionLabels { band, evidence }).inc();
        let [keystroke, pointer, fixed_text, automation] = outcome.sub_scores;
        for (part, risk) in [
            ("whole", outcome.risk),
            ("biometric-only", outcome.biometric_only),
            ("keystroke", keystroke),
            ("pointer", pointer),
            ("fixed-text", fixed_text),
            ("automation", automation),
            ("habits", outcome.habits),
        ] {
            self.decision_risk.get_or_create(&PartLabels { part }).observe(risk);
        }
    }

    /// Notes how long a batch took.
    pub fn observe_batch(&self, took: Duration) {
        self.batch_seconds.observe(took.as_secs_f64());
    }

    /// Notes how long a commit took.
    pub fn observe_commit(&self, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// Batches compared since the start.
    #[must_use]
    pub fn batches_compared(&self) -> u64 {
        self.compared.get()
    }

    /// All metrics in the OpenMetrics text format.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a text cannot fail; if a metric's own encoder does, what is there so far is given.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_of_a_batch_has_its_row() {
        let metrics = Metrics::new();
        metrics.count_batch(BatchOutcome::Compared);
        metrics.count_batch(BatchOutcome::Compared);
        metrics.count_batch(BatchOutcome::Rejected(RefusalCode::BadFeatures));
        metrics.count_batch(BatchOutcome::Limited(RefusalCode::RateLimited));
        let text = metrics.render();
        for row in [
            "palet_batches_total{outcome=\"compared\",reason=\"none\"} 2",
            "palet_batches_total{outcome=\"rejected\",reason=\"bad-features\"} 1",
            "palet_batches_total{outcome=\"limited\",reason=\"rate-limited\"} 1",
        ] {
            assert!(text.contains(row), "{row} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn a_decision_is_counted_by_its_band_and_each_part_of_its_risk() {
        let metrics = Metrics::new();
        metrics.count_feedback("fraud");
        metrics.count_decision(&DecisionOutcome {
            risk: 0.62,
            biometric_only: 0.62,
            sub_scores: [0.62, 0.0, 0.0, 0.0],
            band: "raised".to_owned(),
            evidence: "trained".to_owned(),
            windows_compared: 3,
            reasons: Vec::new(),
            levels: Vec::new(),
            verdict: None,
            habits: 0.01,
        });
        let text = metrics.render();
        for row in [
            "palet_decisions_total{band=\"raised\",evidence=\"trained\"} 1",
            "palet_decision_risk_sum{part=\"whole\"} 0.62",
            "palet_decision_risk_sum{part=\"habits\"} 0.01",
            "palet_decision_risk_count{part=\"pointer\"} 1",
            "palet_feedback_total{kind=\"fraud\"} 1",
        ] {
            assert!(text.contains(row), "{row} is missing in\n{text}");
        }
        let below = text.lines().find(|row| row.contains("part=\"whole\"") && row.contains("le=\"0.65\""));
        assert!(below.is_some_and(|row| row.ends_with(" 1")), "{text}");
    }
}
