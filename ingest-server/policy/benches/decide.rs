//! What a decision costs: with the policy that ships, and with one that has as many rules as it may.
//!
//! `cargo bench -p palet-policy --bench decide` prints a table and writes `target/measured/bench-policy.json`;
//! it exits with 1 where the promise does not hold. Every question of a mixed list is asked in turn, so that no
//! answer is predicted from the one before; the fastest of many turns counts.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench reads the clock, prints what it measured, writes it to a file, and stops at any fault"
)]

use criterion::Criterion;
use palet_mask::FieldClass;
use palet_policy::{
    ActionQuestion, Channel, Circumstances, DEFAULT_TOML, DeviceState, EvidenceState, MfaAge, PageContext,
    Policy, Purpose, Question, RULES_MAX, RiskBand, Role, SubBands, SubScore, SupportMode,
};
use palet_units::TenantId;
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

const QUESTIONS: usize = 1024;
const TURNS: usize = 2000;
/// What a decision may cost. **Units**: ns.
const DECISION_NS_MAX: f64 = 50.0;

fn main() {
    // `cargo test` builds and starts benches too, with `--test`: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let tenant: TenantId = "bank-1".parse().unwrap();
    let shipped = Policy::embedded_default().unwrap();
    let largest = Policy::compile(&largest()).unwrap();
    let asked = circumstances();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut lines = Vec::new();
    for (name, policy) in [("shipped policy", &shipped), ("256 rules", &largest)] {
        let fields = || decide_all(policy, &tenant, &asked);
        criterion.bench_function(&format!("decide/{name}/1024 fields"), |bencher| bencher.iter(fields));
        lines.push(line(&format!("decision about a field, {name}"), fastest(fields), DECISION_NS_MAX));
    }
    let actions = || act_all(&shipped, &tenant, &asked);
    lines.push(line("decision about an action, shipped policy", fastest(actions), DECISION_NS_MAX));
    let pages = || page_all(&shipped, &tenant, &asked);
    let page = fastest(pages) * QUESTIONS as f64 / (QUESTIONS * FieldClass::ALL.len()) as f64;
    lines.push(line("field of a page, shipped policy", page, DECISION_NS_MAX));
    report(&lines);
    let held = lines.iter().all(|line| line["holds"] != json!(false));
    std::process::exit(i32::from(!held));
}

/// As many rules as a policy may have, each for one class and band, so that none shadows another.
fn largest() -> String {
    let head = DEFAULT_TOML.split("[[rule]]").next().unwrap();
    let mut text = head.to_owned();
    let classes = FieldClass::ALL.into_iter().filter(|class| !class.is_secret()).cycle();
    for (at, class) in classes.take(RULES_MAX).enumerate() {
        let (context, role) = (PageContext::NAMES[at % 9], Role::NAMES[at / 9 % 8]);
        text += &format!(
            "[[rule]]\nname = \"r{at}\"\nclass = \"{}\"\ncontext = \"{context}\"\nrole = \"{role}\"\n\
             band = \"calm\"\nlevel = \"clear\"\n",
            class.as_str()
        );
    }
    text
}

/// A mixed list of circumstances, the same in every run.
fn circumstances() -> Vec<(FieldClass, Circumstances)> {
    let mut seed = 7_u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    (0..QUESTIONS)
        .map(|_| {
            let band = RiskBand::ALL[below(4)];
            let circumstances = Circumstances {
                role: Role::ALL[below(2) * below(8)],
                channel: Channel::ALL[below(6)],
                context: PageContext::ALL[below(9)],
                purpose: Purpose::ALL[below(2) * below(8)],
                support: SupportMode::ALL[below(8) / 7],
                band,
                evidence: EvidenceState::ALL[below(3)],
                subs: SubBands::CALM.with(SubScore::ALL[below(6)], RiskBand::ALL[below(4)]),
                mfa: MfaAge::ALL[below(5)],
                device: DeviceState::ALL[below(2)],
            };
            (FieldClass::ALL[below(FieldClass::ALL.len())], circumstances)
        })
        .collect()
}

fn decide_all(policy: &Policy, tenant: &TenantId, asked: &[(FieldClass, Circumstances)]) {
    for &(class, circumstances) in asked {
        black_box(policy.decide(black_box(&Question { tenant, class, custom: None, circumstances })));
    }
}

fn act_all(policy: &Policy, tenant: &TenantId, asked: &[(FieldClass, Circumstances)]) {
    for &(_, circumstances) in asked {
        let question = ActionQuestion { tenant, action: "submit-transfer", circumstances };
        black_box(policy.decide_action(black_box(&question)));
    }
}

fn page_all(policy: &Policy, tenant: &TenantId, asked: &[(FieldClass, Circumstances)]) {
    for (_, circumstances) in asked {
        let page = policy.prepare(tenant, black_box(circumstances));
        for class in FieldClass::ALL {
            black_box(page.field(class, None));
        }
    }
}

/// The fastest nanoseconds of one question.
fn fastest(all: impl Fn()) -> f64 {
    let turn = || {
        let start = Instant::now();
        all();
        start.elapsed().as_nanos() as f64 / QUESTIONS as f64
    };
    (0..TURNS).map(|_| turn()).fold(f64::INFINITY, f64::min)
}

fn line(name: &str, ours: f64, limit: f64) -> Value {
    json!({
        "name": name, "ours": ours, "peer": null, "ratio": null, "unit": "ns",
        "limit": format!("at most {limit}"), "holds": ours <= limit,
    })
}

fn report(lines: &[Value]) {
    for line in lines {
        let (name, ours) = (line["name"].as_str().unwrap(), line["ours"].as_f64().unwrap());
        println!("{name:<44} {ours:>8.1} ns   {} {}", line["limit"].as_str().unwrap(), line["holds"]);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/measured");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bench-policy.json"), serde_json::to_string_pretty(lines).unwrap()).unwrap();
}
