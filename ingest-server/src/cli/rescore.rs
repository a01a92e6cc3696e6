//! `palet rescore`: makes stored decisions again from their sessions' inputs, and says whether they come out the same.

use clap::Args;
use palet_mask::{FieldClass, Level};
use palet_units::SessionId;
use serde_json::json;
use std::io::{self, Write};

use super::{ConfigFile, Done, Failure, block_on, serve::start_failure};
use crate::{
    app,
    live::{DecisionOutcome, Policies, Rescored, ShadowOutcome, rescore, rescore_session},
    store::{Store, StoreError, sqlite::SqliteStore},
};

/// Sessions read at a time.
const SESSIONS_A_READ: u32 = 256;
/// Decisions that differ and are told one by one.
const TOLD_MAX: usize = 20;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    /// The decision's identifier, `<session>-<number>`, as REST, logs and the page's reference give it.
    #[arg(required_unless_present_any = ["all", "session"])]
    decision: Option<String>,
    /// Prints the decision in words: the rule, what it looked at, and what would have changed the answer.
    #[arg(long, requires = "decision")]
    explain: bool,
    /// Every stored decision.
    #[arg(long, conflicts_with_all = ["decision", "session"])]
    all: bool,
    /// Every stored decision of one session.
    #[arg(long, value_name = "SESSION", conflicts_with = "decision")]
    session: Option<String>,
    /// With --all: no more sessions after this many decisions.
    #[arg(long, value_name = "N", default_value_t = u64::MAX, hide_default_value = true)]
    limit: u64,
    /// With --all or --session: one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Done {
    let decision = arguments.decision.as_deref().map(parse_decision).transpose()?;
    let settings = arguments.file.load()?;
    block_on(async {
        let store = SqliteStore::open_existing(&settings.store).await.map_err(Failure::failed)?;
        let (_, policies) = app::policies(&settings, &store).await.map_err(start_failure)?;
        let done = match decision {
            Some(decision) => one(&store, &policies, decision, arguments.explain).await,
            None => many(&store, &policies, arguments).await,
        };
        store.close().await;
        done
    })
}

fn parse_decision(text: &str) -> Result<(SessionId, u64), Failure> {
    let usage = || Failure::Usage("expected a decision such as 0123456789abcdef0123456789abcdef-7".into());
    let (session, number) = text.split_once('-').ok_or_else(usage)?;
    Ok((session.parse().map_err(|_| usage())?, number.parse().map_err(|_| usage())?))
}

async fn one(
    store: &dyn Store,
    policies: &Policies,
    (session, number): (SessionId, u64),
    explain: bool,
) -> Done {
    let rescored = rescore(store, policies, session, number)
        .await
        .map_err(Failure::failed)?
        .ok_or_else(|| Failure::Failed("expected a stored decision of that identifier".into()))?;
    let mut out = io::stdout().lock();
    writeln!(out, "decision {session}-{number} of {}", crate::clock::rfc3339(rescored.at))?;
    writeln!(out, "made with {}", rescored.versions)?;
    if let Some(shadow) = &rescored.shadow {
        print_shadow(&mut out, shadow, &rescored.outcome)?;
    }
    if explain {
        rescored.explanations.iter().try_for_each(|explanation| writeln!(out, "{explanation}"))?;
    }
    if rescored.is_same() {
        writeln!(out, "the same bits")?;
        return Ok(());
    }
    tell_differences(&mut out, &rescored)?;
    Err(Failure::Failed("the decision does not come out the same".into()))
}

fn tell_differences(out: &mut impl Write, rescored: &Rescored) -> io::Result<()> {
    for difference in &rescored.differences {
        writeln!(out, "{}: stored {}, now {}", difference.what, difference.stored, difference.now)?;
    }
    Ok(())
}

/// What came of many decisions.
#[derive(Default)]
struct Counts {
    sessions: u64,
    decisions: u64,
    same: u64,
    /// Made by other models, another policy or another reference, and different for it.
    other_versions: u64,
    /// Made by the same versions, and different all the same: a defect.
    differ: u64,
    /// Sessions that cannot be made again: their beginning is pruned, or a row is of another version of the program.
    unreadable_sessions: u64,
}

impl Counts {
    fn add(&mut self, rescored: &Rescored) {
        self.decisions += 1;
        match (rescored.is_same(), rescored.is_of_these_versions()) {
            (true, _) => self.same += 1,
            (false, true) => self.differ += 1,
            (false, false) => self.other_versions += 1,
        }
    }
}

async fn many(store: &dyn Store, policies: &Policies, arguments: &Arguments) -> Done {
    let mut counts = Counts::default();
    let mut told = Vec::new();
    if let Some(session) = &arguments.session {
        let usage = |_| Failure::Usage("expected a session of 32 hexadecimal digits".into());
        session_into(store, policies, session.parse().map_err(usage)?, &mut counts, &mut told).await?;
    } else {
        let mut after = None;
        while counts.decisions < arguments.limit {
            let sessions = store.decided_sessions(after, SESSIONS_A_READ).await.map_err(Failure::failed)?;
            let Some(last) = sessions.last() else { break };
            after = Some(*last);
            for session in sessions {
                if counts.decisions < arguments.limit {
                    session_into(store, policies, session, &mut counts, &mut told).await?;
                }
            }
        }
    }
    tell(arguments, &counts, &told)
}

async fn session_into(
    store: &dyn Store,
    policies: &Policies,
    session: SessionId,
    counts: &mut Counts,
    told: &mut Vec<(String, Rescored)>,
) -> Done {
    counts.sessions += 1;
    let rescored = match rescore_session(store, policies, session, u64::MAX).await {
        Ok(rescored) => rescored,
        Err(StoreError::Row { .. }) => Vec::new(),
        Err(error) => return Err(Failure::failed(error)),
    };
    if rescored.is_empty() {
        counts.unreadable_sessions += 1;
    }
    for one in rescored {
        counts.add(&one);
        if !one.is_same() && told.len() < TOLD_MAX {
            told.push((format!("{session}-{}", one.number), one));
        }
    }
    Ok(())
}

fn tell(arguments: &Arguments, counts: &Counts, told: &[(String, Rescored)]) -> Done {
    let mut out = io::stdout().lock();
    let Counts { sessions, decisions, same, other_versions, differ, unreadable_sessions } = *counts;
    if arguments.json {
        let first: Vec<_> = told
            .iter()
            .map(|(id, rescored)| {
                let parts: Vec<&str> = rescored.differences.iter().map(|d| d.what).collect();
                json!({"decision": id, "differs": parts, "versions": rescored.versions,
                       "versions_now": rescored.versions_now})
            })
            .collect();
        let report = json!({"sessions": sessions, "decisions": decisions, "same": same,
            "other_versions": other_versions, "differ": differ,
            "unreadable_sessions": unreadable_sessions, "first": first});
        writeln!(out, "{report}")?;
    } else {
        for (id, rescored) in told {
            writeln!(out, "decision {id}, made with {}", rescored.versions)?;
            tell_differences(&mut out, rescored)?;
        }
        writeln!(
            out,
            "{decisions} decisions of {sessions} sessions: {same} the same bits, {differ} differ, {other_versions} were \
             made with other versions and differ; {unreadable_sessions} sessions cannot be made again"
        )?;
    }
    if differ + other_versions + unreadable_sessions > 0 {
        return Err(Failure::Failed("not every decision comes out the same".into()));
    }
    Ok(())
}

/// What the policy that waited beside the one that answered would have said otherwise.
fn print_shadow(out: &mut impl Write, shadow: &ShadowOutcome, outcome: &DecisionOutcome) -> io::Result<()> {
    let level = |code: u8| Level::ALL.get(usize::from(code)).map_or("?", |level| level.as_str());
    let levels = FieldClass::ALL.iter().zip(outcome.levels.iter().zip(&shadow.levels));
    let mut others: Vec<String> = levels
        .filter(|(_, (was, would))| was != would)
        .map(|(class, (was, would))| {
            format!("{} {} instead of {}", class.as_str(), level(*would), level(*was))
        })
        .collect();
    if shadow.verdict != outcome.verdict {
        let text = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "nothing".into());
        others.push(format!("{} instead of {}", text(&shadow.verdict), text(&outcome.verdict)));
    }
    match others.is_empty() {
        true => writeln!(out, "the staged policy {} would have said the same", shadow.policy),
        false => writeln!(out, "the staged policy {} would have said {}", shadow.policy, others.join(", ")),
    }
}
