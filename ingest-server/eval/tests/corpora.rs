//! Whole runs of `palet eval`: on a small corpus with every fault a corpus can have, and on real people where the data
//! is there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail loudly, and skips are told"
)]

use flate2::{Compression, write::GzEncoder};
use palet_eval::CorpusKind;
use palet_eval::cli::{EvalArgs, EvalError, run};
use palet_eval::device::{Machine, OTHER_MACHINE};
use palet_eval::models_cli::models_from_args;
use palet_eval::synthesis::{Size, write_corpus as write_made_up};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn write_corpus(folder: &Path, events: &str, enrol: &str, trials: &str) {
    std::fs::write(folder.join("corpus.json"), r#"{"name":"small","kind":"keystroke"}"#).unwrap();
    std::fs::write(folder.join("enrol.csv"), format!("subject,session,first,last\n{enrol}")).unwrap();
    let trials = format!("trial,claimed,subject,session,first,last,mated\n{trials}");
    std::fs::write(folder.join("trials.csv"), trials).unwrap();
    pack(folder, &format!("subject,session,key,press_us,release_us\n{events}"));
}

fn pack(folder: &Path, events: &str) {
    let mut packed =
        GzEncoder::new(std::fs::File::create(folder.join("events.csv.gz")).unwrap(), Compression::fast());
    packed.write_all(events.as_bytes()).unwrap();
    packed.finish().unwrap();
}

/// Keys of one session, `pace` apart, held for `hold`. **Units**: ms.
fn session(subject: &str, session: &str, (keys, pace, hold): (usize, usize, usize)) -> String {
    let names = ["t", "h", "e", "space", "o", "n", "i", "l", "space", "a"];
    let key = |at: usize| {
        let press = at * pace + (at * at * 7) % 40;
        let release = press + hold + (at * 13) % 30;
        format!("{subject},{session},{},{},{}\n", names[at % names.len()], press * 1_000, release * 1_000)
    };
    (0..keys).map(key).collect()
}

fn args(folder: &Path) -> EvalArgs {
    EvalArgs {
        corpora: vec![folder.to_owned()],
        takeover: false,
        fused: false,
        json: true,
        out: None,
        scorer: None,
        joined: 1,
        classes: 4,
        remote_desktop: false,
        machine: Machine::RECORDED,
        background: vec![],
    }
}

/// All of these stand in what was told on stderr.
fn assert_told(errors: &str, expected: &[&str]) {
    for line in expected {
        assert!(errors.contains(line), "{line} in {errors}");
    }
}

fn told(args: &EvalArgs) -> (Result<(), EvalError>, Vec<Value>, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let result = run(args, &mut stdout, &mut stderr);
    let lines = String::from_utf8(stdout).unwrap();
    let values = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (result, values, String::from_utf8(stderr).unwrap())
}

#[test]
fn every_fault_is_told_with_its_line_and_counted() {
    let folder = folder("faults");
    let mut events = session("ann", "s0", (300, 160, 80)) + &session("bob", "s0", (300, 260, 130));
    events += &session("ann", "s1", (100, 160, 80));
    events += &session("bob", "s1", (100, 260, 130));
    events += "bob,s2,e,NaN,5000\nbob,s2,e,9000,5000\nbob,s2,nonsense,10000,20000\nbob,s2,e\n";
    let enrol = "ann,s0,0,300\nbob,s0,0,300\n";
    let trials = "0,ann,ann,s1,0,100,1\n1,bob,ann,s1,0,100,0\n2,bob,bob,s1,0,100,1\n3,ann,bob,s1,0,100,0\n\
                  4,ann,ann,s1,5,5,1\n5,cid,ann,s1,0,100,0\n6,ann,ann,s9,0,10,1\n7,ann,ann,s1,90,900,1\n";
    write_corpus(&folder, &events, enrol, trials);
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    for place in ["events.csv.gz:802", "events.csv.gz:803", "events.csv.gz:804", "events.csv.gz:805"] {
        assert!(errors.contains(place), "{place} in {errors}");
    }
    for place in ["trials.csv:6", "trials.csv:7", "trials.csv:8", "trials.csv:9"] {
        assert!(errors.contains(place), "{place} in {errors}");
    }
    assert_eq!(reports[0]["failed_to_score"], 4);
    assert_eq!((&reports[0]["mated"], &reports[0]["nonmated"]), (&2.into(), &2.into()));
    assert_eq!(reports[0]["faults"], 8);
    for floor in ["scaled-manhattan", "mahalanobis", "isolation-forest"] {
        assert!(reports[0]["scorers"][floor]["eer"].is_f64(), "{floor} in {}", reports[0]["scorers"]);
    }
}

#[test]
fn a_corpus_without_both_sorts_of_trials_is_told_without_rates() {
    let folder = folder("one-sort");
    let events = session("ann", "s0", (300, 160, 80)) + &session("ann", "s1", (100, 160, 80));
    write_corpus(&folder, &events, "ann,s0,0,300\n", "0,ann,ann,s1,0,100,1\n");
    let out = folder.join("report");
    let (result, reports, errors) = told(&EvalArgs { out: Some(out.clone()), ..args(&folder) });
    result.unwrap();
    assert!(errors.contains("error rates need mated and non-mated trials"), "{errors}");
    assert_eq!((&reports[0]["mated"], &reports[0]["nonmated"]), (&1.into(), &0.into()));
    assert!(reports[0]["eer"].is_null() && reports[0]["scorers"]["fusion"]["eer"].is_null());
    assert_eq!(std::fs::read_to_string(out.join("scores.csv")).unwrap().lines().count(), 2);
    write_corpus(&folder, &events, "", "0,ann,ann,s1,0,100,1\n");
    assert!(matches!(told(&args(&folder)).0, Err(EvalError::NoTrials(_))));
}

#[test]
fn an_unknown_scorer_is_wrong_usage() {
    let folder = folder("scorer");
    let events = session("ann", "s0", (300, 160, 80)) + &session("ann", "s1", (100, 160, 80));
    write_corpus(&folder, &events, "ann,s0,0,300\n", "0,ann,ann,s1,0,100,1\n");
    let error = told(&EvalArgs { scorer: Some("tea-leaves".into()), ..args(&folder) }).0.unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn another_machine_bends_pointers_and_leaves_keys_as_they_are() {
    let pointers = folder("machine");
    let size = Size { people: 4, sessions: 4, actions: 120 };
    write_made_up(&pointers, "machine", CorpusKind::Pointer, size, 5).unwrap();
    for (folder, bends) in [(pointers, true), (small("machine-keys"), false)] {
        let plain = told(&args(&folder)).1.remove(0);
        let bent = told(&EvalArgs { machine: OTHER_MACHINE, ..args(&folder) }).1.remove(0);
        assert_eq!((&plain["machine"], &bent["machine"]), (&"100/100".into(), &"130/80".into()));
        assert_eq!(plain["cllr"] != bent["cllr"], bends, "{plain} {bent}");
        let words = if bends { ", as on another machine (130/80)" } else { "" };
        assert_eq!((&plain["replayed"], &bent["replayed"]), (&"".into(), &words.into()));
    }
}

#[test]
fn pages_of_fewer_key_classes_are_judged_by_what_they_tell() {
    let folder = small("classes");
    let reports = [4, 3, 1].map(|classes| told(&EvalArgs { classes, ..args(&folder) }).1.remove(0));
    for (report, classes) in reports.iter().zip([4, 3, 1]) {
        assert_eq!(report["classes"], classes);
    }
    assert_ne!(reports[0]["cllr"], reports[1]["cllr"]);
    assert_ne!(reports[1]["cllr"], reports[2]["cllr"]);
    let words = ["palet-models", "eval", "--classes", "2", "corpus"].map(Into::into);
    let error = models_from_args(words, &mut Vec::new(), &mut Vec::new()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("expected one of [4, 3, 1]"), "{error}");
}

fn real(corpus: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("PALET_DATA").map_or(root, PathBuf::from);
    let folder = data.join("corpora").join(corpus);
    if !folder.exists() {
        println!("skipped: no corpus {corpus}; PALET_DATA names a folder with corpora");
        return None;
    }
    Some(folder)
}

#[test]
fn real_people_are_told_apart() {
    let Some(folder) = real("monaco-free") else { return };
    let (result, reports, _) = told(&args(&folder));
    result.unwrap();
    let eer = reports[0]["eer"].as_f64().unwrap();
    assert!(eer < 0.08, "{eer}");
    assert_eq!(reports[0]["failed_to_score"], 0);
    assert_eq!(reports[0]["left_out"], 25, "people whom the models know are left out of their own trials");
}

#[test]
fn a_run_repeats_to_the_bit() {
    let Some(folder) = real("monaco-keypad") else { return };
    let repeated = |report: &mut Value| report.as_object_mut().map(|report| report.remove("windows_per_s"));
    let (mut first, mut second) = (told(&args(&folder)).1, told(&args(&folder)).1);
    first.iter_mut().chain(&mut second).for_each(|report| {
        repeated(report);
    });
    assert_eq!(first, second);
}

#[test]
fn a_takeover_is_masked_and_owners_stay_clear() {
    let Some(folder) = real("monaco-free") else { return };
    let (result, reports, _) = told(&EvalArgs { takeover: true, ..args(&folder) });
    result.unwrap();
    let default = &reports[0]["operating_points"][0];
    assert_eq!(default["name"], "default");
    assert!(default["median_events_to_mask"].as_f64().unwrap() <= 128.0, "{default}");
    assert!(default["genuine_streams_never_masked"].as_f64().unwrap() >= 0.9, "{default}");
}

#[test]
fn an_enrolment_that_names_no_rows_is_told_and_counted() {
    let folder = folder("enrolments");
    let events = session("ann", "s0", (300, 160, 80))
        + &session("bob", "s0", (300, 260, 130))
        + &session("ann", "s1", (100, 160, 80))
        + &session("bob", "s1", (100, 260, 130));
    let enrol = "ann,s0,0,300\nann,s7,0,10\nbob,s0,0,300\nbob,s1,90,900\n";
    let trials = "0,ann,ann,s1,0,100,1\n1,bob,ann,s1,0,100,0\n";
    write_corpus(&folder, &events, enrol, trials);
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    assert!(errors.contains("enrol.csv:3: expected a session of the corpus"), "{errors}");
    assert!(errors.contains("enrol.csv:5: expected rows within the session"), "{errors}");
    assert_eq!((&reports[0]["faults"], &reports[0]["failed_to_score"]), (&2.into(), &0.into()));
}

#[test]
fn a_fault_that_many_rows_share_hides_no_other() {
    let folder = small("many-alike");
    let strange = session("ann", "s0", (300, 160, 80)).replace(",e,", ",strange,");
    let mut events = strange + &session("bob", "s0", (300, 260, 130));
    events += &(session("ann", "s1", (100, 160, 80)) + "\nann,s1,e,NaN,5\n");
    events += &session("bob", "s1", (100, 260, 130));
    let trials = "0,ann,ann,s1,0,100,1\n1,bob,ann,s1,0,100,0\n2,bob,bob,s1,0,100,2\n3,ann,bob,s1,7,7,0\n";
    write_corpus(&folder, &events, "ann,s0,0,300\nbob,s0,0,300\n", trials);
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    let expected = [
        "events.csv.gz:4: expected a known key",
        "events.csv.gz: 10 more like this: expected a known key",
        "events.csv.gz:702: expected 5 fields as in the header, got 0",
        "events.csv.gz:703: expected finite numbers",
        "trials.csv:4: expected 1 or 0 for mated",
        "trials.csv:5: expected rows within the session, got an empty span",
        "34 faults, 2 trials could not be scored",
    ];
    assert_told(&errors, &expected);
    assert_eq!((&reports[0]["faults"], &reports[0]["failed_to_score"]), (&34.into(), &2.into()));
}

#[test]
fn an_enrolment_that_holds_too_little_is_told_as_that() {
    let folder = small("too-little");
    std::fs::write(folder.join("enrol.csv"), "subject,session,first,last\nann,s0,0,3\nbob,s0,0,300\n")
        .unwrap();
    let head = "stream,claimed,part,subject,session,first,last\n";
    let streams = "a,ann,0,ann,s1,0,100\nb,bob,0,bob,s1,0,100\nc,bob,0,bob,s1,0,50\nc,ann,1,ann,s1,0,50\n";
    std::fs::write(folder.join("takeover.csv"), format!("{head}{streams}")).unwrap();
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    assert!(errors.contains("trials.csv:2: expected an enrolment to compare with, got one"), "{errors}");
    assert_eq!(reports[0]["failed_to_score"], 2);
    let (result, reports, errors) = told(&EvalArgs { takeover: true, ..args(&folder) });
    result.unwrap();
    assert!(errors.contains("takeover.csv:2: expected an enrolment to compare with, got one"), "{errors}");
    assert!(errors.contains("takeover.csv:5: expected one claimed subject in all parts"), "{errors}");
    assert_eq!((&reports[0]["streams"], &reports[0]["failed_to_score"]), (&1.into(), &2.into()));
}

#[test]
fn a_broken_file_is_refused_by_its_name() {
    let folder = folder("broken");
    write_corpus(&folder, &session("ann", "s0", (300, 160, 80)), "ann,s0,0,300\n", "0,ann,ann,s0,0,100,1\n");
    std::fs::write(folder.join("events.csv.gz"), b"no gzip at all").unwrap();
    let told_error = |folder: &Path| told(&args(folder)).0.unwrap_err().to_string();
    assert!(told_error(&folder).contains("events.csv.gz"), "{}", told_error(&folder));
    write_corpus(&folder, &session("ann", "s0", (300, 160, 80)), "ann,s0,0,300\n", "");
    std::fs::write(folder.join("trials.csv"), "id,who\n").unwrap();
    assert!(told_error(&folder).contains("trials.csv"), "{}", told_error(&folder));
    std::fs::remove_file(folder.join("enrol.csv")).unwrap();
    assert!(told_error(&folder).contains("enrol.csv"), "{}", told_error(&folder));
}

/// Two people, told apart with ease.
fn small(name: &str) -> PathBuf {
    let folder = folder(name);
    let events = session("ann", "s0", (300, 160, 80))
        + &session("bob", "s0", (300, 260, 130))
        + &session("ann", "s1", (100, 160, 80))
        + &session("bob", "s1", (100, 260, 130));
    let trials = "0,ann,ann,s1,0,100,1\n1,bob,ann,s1,0,100,0\n2,bob,bob,s1,0,100,1\n3,ann,bob,s1,0,100,0\n";
    write_corpus(&folder, &events, "ann,s0,0,300\nbob,s0,0,300\n", trials);
    folder
}

#[test]
fn every_promised_field_is_there() {
    let report = told(&args(&small("fields"))).1.remove(0);
    for number in [
        "eer",
        "auc",
        "eer_per_subject_mean",
        "fnmr_at_fmr_1pct",
        "fnmr_at_fmr_0_1pct",
        "worst_decile_fnmr_at_fmr_1pct",
        "cllr",
        "cllr_min",
        "windows_per_s",
    ] {
        assert!(report[number].is_f64(), "{number} in {report}");
    }
    for count in ["subjects", "mated", "nonmated", "failed_to_score"] {
        assert!(report[count].is_u64(), "{count} in {report}");
    }
    for interval in ["eer_ci95", "auc_ci95", "fnmr_at_fmr_1pct_ci95"] {
        assert!(report[interval].as_array().is_some_and(|ends| ends.len() == 2), "{interval} in {report}");
    }
    assert_eq!(report["events"], 800);
    assert_eq!((&report["kind"], &report["background"]), (&"keystroke".into(), &"shipped".into()));
    assert!(report["model"].as_str().is_some_and(|model| !model.is_empty()));
    assert_eq!(report["eer"], 0.0, "the two are told apart with ease");
    let floor = &report["scorers"]["mahalanobis"];
    assert_eq!(floor["weight"], 0.0, "a floor has no weight, and its row says so: {floor}");
}

#[test]
fn a_report_leaves_scores_plots_and_pages() {
    let out = folder("report");
    let (result, ..) = told(&EvalArgs {
        out: Some(out.clone()),
        scorer: Some("scaled-manhattan".into()),
        ..args(&small("one"))
    });
    result.unwrap();
    let scores = std::fs::read_to_string(out.join("scores.csv")).unwrap();
    assert_eq!(scores.lines().next(), Some("trial,claimed,mated,score,llr"));
    assert_eq!(scores.lines().count(), 5);
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 3, "the plots are inside the page");
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["by_subject"].as_array().map(Vec::len), Some(2));
    assert!(report["by_subject"][0]["auc"].is_f64(), "{}", report["by_subject"]);
    for plot in ["det.svg", "scores.svg", "reliability.svg"] {
        assert!(std::fs::read_to_string(out.join(plot)).unwrap().starts_with("<svg"), "{plot}");
    }
}

#[test]
fn a_corpus_of_made_up_people_reads_without_a_fault_and_repeats() {
    let folder = folder("made-up");
    let size = Size { people: 6, sessions: 4, actions: 210 };
    let made = || {
        write_made_up(&folder, "made-up", CorpusKind::Keystroke, size, 5).unwrap();
        std::fs::read(folder.join("events.csv.gz")).unwrap()
    };
    assert_eq!(made(), made());
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    assert_eq!(errors, "");
    assert_eq!((&reports[0]["faults"], &reports[0]["failed_to_score"]), (&0.into(), &0.into()));
    assert!(reports[0]["eer"].as_f64().unwrap() < 0.2, "made-up people differ: {}", reports[0]);
    let (result, reports, _) = told(&EvalArgs { takeover: true, ..args(&folder) });
    result.unwrap();
    assert_eq!(reports[0]["takeovers"], 12);
}

#[test]
fn people_of_another_background_are_used() {
    let background = folder("background");
    let size = Size { people: 10, sessions: 3, actions: 210 };
    write_made_up(&background, "background", CorpusKind::Keystroke, size, 9).unwrap();
    let corpus = small("with-background");
    let shipped = told(&args(&corpus)).1.remove(0);
    let other = told(&EvalArgs { background: vec![background.clone()], ..args(&corpus) }).1.remove(0);
    assert_eq!(other["background"], "background");
    let enrol = background.join("enrol.csv");
    let text = std::fs::read_to_string(&enrol).unwrap();
    std::fs::write(&enrol, format!("{text}nobody,s0,0,x\n")).unwrap();
    let errors = told(&EvalArgs { background: vec![background], ..args(&corpus) }).2;
    let nearly_nobody = EvalArgs { background: vec![corpus.clone()], ..args(&corpus) };
    let refused = told(&nearly_nobody).0.unwrap_err().to_string();
    assert_eq!(refused, "expected 4 people and more with enough keys in --background, got 2");
    let line = text.lines().count() + 1;
    assert!(errors.contains(&format!("background/enrol.csv:{line}: expected finite numbers")), "{errors}");
    assert_ne!(shipped["model"], other["model"]);
}

#[test]
fn what_a_persons_misses_have_in_common_is_told() {
    let folder = folder("misses");
    let mut events = session("ann", "s0", (300, 160, 80)) + &session("ann", "s1", (192, 160, 80));
    // In another session, hands like the other subject's.
    events += &session("ann", "s2", (192, 260, 130));
    events += &(session("bob", "s0", (300, 260, 130)) + &session("bob", "s1", (14_400, 260, 130)));
    let mut trials = String::new();
    for (at, (probe, first)) in [("s1", 0), ("s1", 64), ("s2", 0), ("s2", 64)].into_iter().enumerate() {
        trials += &format!("m{at},ann,ann,{probe},{first},{},1\n", first + 64);
        trials += &format!("b{at},bob,ann,{probe},{first},{},0\n", first + 64);
    }
    for at in 0..220 {
        trials += &format!("n{at},ann,bob,s1,{},{},0\n", at * 64, at * 64 + 64);
    }
    trials += "own,bob,bob,s1,0,64,1\n";
    write_corpus(&folder, &events, "ann,s0,0,300\nbob,s0,0,300\n", &trials);
    let out = folder.join("report");
    told(&EvalArgs { out: Some(out.clone()), ..args(&folder) }).0.unwrap();
    let report: Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    let people = report["by_subject"].as_array().unwrap();
    let misses = |name: &str| {
        let person = people.iter().find(|person| person["subject"] == name).unwrap();
        person["misses"].as_str().unwrap().to_owned()
    };
    let anns = misses("ann");
    for part in ["all in session s2", "nearer to somebody else", "holds × 1.", "gaps × 1.", "short by"] {
        assert!(anns.contains(part), "{part} is missing: {anns}");
    }
    assert_eq!(misses("bob"), "");
    assert!(std::fs::read_to_string(out.join("report.html")).unwrap().contains("all in session s2"));
}

#[test]
fn a_table_of_another_make_reads_the_same() {
    let plain = small("plain");
    let expected = told(&args(&plain)).1.remove(0);
    let other = folder("other-make");
    let renamed = |text: &str| {
        let quoted = text.replace("ann", "\"Ng, Ann\"").replace('\n', "\r\n");
        format!("\u{feff}{quoted}")
    };
    std::fs::write(other.join("corpus.json"), r#"{"name":"small"}"#).unwrap();
    for file in ["enrol.csv", "trials.csv"] {
        let text = std::fs::read_to_string(plain.join(file)).unwrap();
        std::fs::write(other.join(file), renamed(&text)).unwrap();
    }
    let mut events = String::new();
    let packed = std::fs::File::open(plain.join("events.csv.gz")).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut events).unwrap();
    pack(&other, &renamed(&events));
    let out = other.join("report");
    let (result, reports, errors) = told(&EvalArgs { out: Some(out.clone()), ..args(&other) });
    result.unwrap();
    assert_eq!(errors, "");
    for figure in ["kind", "mated", "nonmated", "eer", "auc", "faults"] {
        assert_eq!(reports[0][figure], expected[figure], "{figure}");
    }
    assert!(std::fs::read_to_string(out.join("scores.csv")).unwrap().contains("0,\"Ng, Ann\",1,"));
}

#[test]
fn a_file_that_is_cut_is_refused_with_the_line_that_it_ends_in() {
    let folder = small("cut");
    let whole = std::fs::read(folder.join("events.csv.gz")).unwrap();
    std::fs::write(folder.join("events.csv.gz"), &whole[..whole.len() * 2 / 3]).unwrap();
    let error = told(&args(&folder)).0.unwrap_err().to_string();
    let line: usize = error.split("in line ").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
    assert!(error.contains("events.csv.gz") && line > 1, "{error}");
    pack(&folder, "subject,session,key,press_us,release_us\nann,s0,e,0,9\n");
    std::fs::write(folder.join("trials.csv"), b"trial,claimed,subject\n0,\xff\xfe\n").unwrap();
    let error = told(&args(&folder)).0.unwrap_err().to_string();
    assert!(error.contains("trials.csv") && error.contains("in line 2"), "{error}");
}

#[test]
fn what_a_table_says_against_itself_is_told() {
    let folder = small("against-itself");
    let mut events = session("ann", "s0", (300, 160, 80)) + &session("bob", "s0", (300, 260, 130));
    events += &session("ann", "s1", (100, 160, 80));
    // A row that is cut keeps its place in the session that it names; the header once more has none.
    events += "bob,s1,e\nsubject,session,key,press_us,release_us\n";
    events += &session("bob", "s1", (100, 260, 130));
    events += "bob,s1,e,1000,2000\nbob,s1,e,9223372036854775807,9223372036854775807\n";
    let trials = "0,ann,ann,s1,0,100,1\n1,bob,ann,s1,0,100,0\n2,bob,bob,s1,1,101,1\n3,ann,bob,s1,0,100,1\n\
                  4,ann,ann,s0,0,100,1\n5,ann,ann,s1,x,100,1\n6,ann,ann,s1,0,100,1\ntrial,claimed,subject,session,first,last,mated\n";
    write_corpus(&folder, &events, "ann,s0,0,300\nbob,s0,0,300\n", trials);
    let described = "{\"name\":\"small\",\n\"trials\":9}";
    std::fs::write(folder.join("corpus.json"), described).unwrap();
    let (result, reports, errors) = told(&args(&folder));
    result.unwrap();
    let expected = [
        "events.csv.gz:702: expected 5 fields as in the header, got 3",
        "events.csv.gz:703: expected a row, got the header",
        "events.csv.gz:804: expected times in order",
        "events.csv.gz:805: expected a time within",
        "trials.csv:5: expected mated = 1",
        "trials.csv:6: expected a probe apart from its subject's enrolment",
        "trials.csv:7: expected finite numbers",
        "trials.csv:8: expected each comparison once",
        "trials.csv:9: expected a row, got the header",
        "corpus.json:2: expected 9 trials as it says, got 7",
    ];
    assert_told(&errors, &expected);
    assert_eq!((&reports[0]["faults"], &reports[0]["failed_to_score"]), (&10.into(), &1.into()));
}

#[test]
fn a_stream_without_one_of_its_parts_is_not_compared() {
    let folder = small("streams");
    let head = "stream,claimed,part,subject,session,first,last\n";
    let streams = "a,ann,1,bob,s1,0,100\na,ann,0,ann,s1,0,100\nb,ann,0,ann,s1,0,x\nb,ann,1,bob,s1,0,100\n\
                   c,bob,1,ann,s1,0,100\nd,bob,0,bob,s1,0,100\ne,bob,0,bob,s1,0,900\n";
    std::fs::write(folder.join("takeover.csv"), format!("{head}{streams}")).unwrap();
    let (result, reports, errors) = told(&EvalArgs { takeover: true, ..args(&folder) });
    result.unwrap();
    assert_eq!((&reports[0]["streams"], &reports[0]["takeovers"]), (&2.into(), &1.into()));
    assert_eq!(reports[0]["failed_to_score"], 3);
    for line in ["takeover.csv:4:", "takeover.csv:5:", "takeover.csv:6:", "takeover.csv:8:"] {
        assert!(errors.contains(line), "{line} in {errors}");
    }
    let points = reports[0]["operating_points"].as_array().unwrap();
    let rare = points.iter().find(|point| point["name"] == "1-per-10-hours").unwrap();
    assert_eq!(rare["too_few"], true, "seconds of genuine use cannot tell of one mask in ten hours: {rare}");
}

#[test]
fn the_faults_of_fused_corpora_are_told_under_their_own_names() {
    let size = Size { people: 12, sessions: 4, actions: 210 };
    let corpora: Vec<PathBuf> = [("typing", CorpusKind::Keystroke), ("pointing", CorpusKind::Pointer)]
        .into_iter()
        .map(|(name, kind)| {
            let folder = folder(&format!("fused-{name}"));
            write_made_up(&folder, name, kind, size, 3).unwrap();
            let enrol = std::fs::read_to_string(folder.join("enrol.csv")).unwrap();
            std::fs::write(folder.join("enrol.csv"), format!("{enrol}nobody,s0,0,x\n")).unwrap();
            folder
        })
        .collect();
    let fused = EvalArgs { takeover: true, fused: true, corpora: corpora.clone(), ..args(&corpora[0]) };
    let (result, reports, errors) = told(&fused);
    result.unwrap();
    assert!(reports[0]["streams"].as_u64().unwrap() > 0, "{}", reports[0]);
    for name in ["typing/enrol.csv:", "pointing/enrol.csv:"] {
        assert_eq!(errors.matches(name).count(), 1, "{name} in {errors}");
    }
}

#[test]
fn one_corpus_that_cannot_be_judged_does_not_keep_the_others_from_it() {
    let (good, out) = (small("good"), folder("several"));
    let corpora = vec![folder("nothing-here"), good.clone(), good];
    let (result, reports, errors) = told(&EvalArgs { corpora, out: Some(out.clone()), ..args(&out) });
    assert!(matches!(result, Err(EvalError::Some(1))), "{result:?}");
    assert!(errors.contains("nothing-here"), "{errors}");
    assert_eq!(reports.len(), 2);
    for folder in ["small", "small-2"] {
        assert!(out.join(folder).join("report.html").exists(), "{folder}");
    }
}

#[test]
fn a_corpus_cannot_lead_its_report_out_of_the_folder() {
    let (evil, out) = (small("evil"), folder("inside"));
    std::fs::write(evil.join("corpus.json"), r#"{"name":"../../out <b>","kind":"keystroke"}"#).unwrap();
    let corpora = vec![evil.clone(), small("beside")];
    told(&EvalArgs { corpora, out: Some(out.clone()), ..args(&evil) }).0.unwrap();
    let page = std::fs::read_to_string(out.join("______out__b_").join("report.html")).unwrap();
    assert!(page.contains("../../out &lt;b&gt;") && !page.contains("<b>"));
}

#[test]
fn neighbouring_probes_join_in_whatever_order_they_stand_and_what_is_left_over_is_told() {
    let folder = folder("joined");
    let sessions = [("ann", 160, 80), ("bob", 260, 130)];
    let events: String = sessions
        .iter()
        .map(|(who, pace, hold)| {
            session(who, "s0", (300, *pace, *hold)) + &session(who, "s1", (400, *pace, *hold))
        })
        .collect();
    let mut trials = String::new();
    for (at, first) in [200, 0, 300, 100].into_iter().enumerate() {
        let rows = format!("s1,{first},{}", first + 100);
        trials += &format!("a{at},ann,ann,{rows},1\nb{at},bob,ann,{rows},0\n");
    }
    write_corpus(&folder, &events, "ann,s0,0,300\nbob,s0,0,300\n", &trials);
    let (result, reports, errors) = told(&EvalArgs { joined: 3, ..args(&folder) });
    result.unwrap();
    assert_eq!((&reports[0]["mated"], &reports[0]["nonmated"]), (&1.into(), &1.into()));
    assert_eq!(reports[0]["probes_left_over"], 1);
    assert!(errors.contains("1 probes left over"), "{errors}");
}
