//! `POST /api/v1/biometrics/capture`: what a socket would have carried, in one sealed envelope.

use actix_web::{HttpRequest, HttpResponse, web};
use palet_session::{OpenedEnvelope, open_envelope, seal_reply};
use palet_units::Micros;
use palet_wire::{ClientMessage, RefusalCode, ServerMessage, Welcome};
use rand::Rng;
use std::{sync::Arc, time::Duration};

use super::{Problem, peer_address};
use crate::{
    app::AppState,
    clock,
    live::{LiveSession, PageKey, Tools},
    telemetry::BatchOutcome,
};

/// How long an answer waits for its batches to be durable.
const COMMIT_WAIT_MAX: Duration = Duration::from_secs(3);

/// Takes a sealed envelope of the SDK when sockets fail; answers with a sealed one.
#[utoipa::path(post, path = "/api/v1/biometrics/capture", tag = "sessions",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
pub(crate) async fn capture(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !state.limits.allows_open(peer_address(&request, &state)) {
        return Err(Problem::too_many_requests());
    }
    let now = clock::now();
    let refused = |code: RefusalCode| {
        state.metrics.count_refusal(code);
        Problem::of_refusal(code)
    };
    let mut envelope = open_envelope(&body, &state.keys.noise).map_err(refused)?;
    let origin = request.headers().get("Origin").and_then(|origin| origin.to_str().ok());
    let messages = match answer(&state, &mut envelope, origin, now).await {
        Ok(messages) => messages,
        // From here on the page can be told in private.
        Err(code) => {
            state.metrics.count_refusal(code);
            vec![ServerMessage::Refused(code)]
        }
    };
    let mut seed = [0; 32];
    rand::rng().fill_bytes(&mut seed);
    let reply = seal_reply(&envelope, messages, seed).map_err(refused)?;
    Ok(HttpResponse::Ok().content_type("application/octet-stream").body(reply))
}

async fn answer(
    state: &AppState,
    envelope: &mut OpenedEnvelope,
    origin: Option<&str>,
    now: Micros,
) -> Result<Vec<ServerMessage>, RefusalCode> {
    let (live, ttl) = state.find_session(&envelope.hello, origin, now).await?;
    let page = PageKey(envelope.hello.page);
    let (_, last_seq) = live.join(page, None, now)?;
    let token_ttl_ms = u32::try_from(ttl.0 / 1_000).unwrap_or(u32::MAX);
    let grace_ms = state.settings.sessions.grace_ms;
    let mut messages = vec![
        ServerMessage::Welcome(Welcome { last_seq, grace_ms, token_ttl_ms }),
        live.standing(state.registry.tools()),
    ];
    let tools = state.registry.tools();
    for message in std::mem::take(&mut envelope.messages) {
        messages.extend(take_message(state, tools, &live, page, message, now));
    }
    messages.extend(live.refresh(tools, page, now));
    if let Ok(seq) = tokio::time::timeout(COMMIT_WAIT_MAX, live.wait_committed(page)).await {
        messages.push(ServerMessage::Ack(seq));
    }
    Ok(messages)
}

fn take_message(
    state: &AppState,
    tools: &Tools,
    live: &Arc<LiveSession>,
    page: PageKey,
    message: ClientMessage,
    now: Micros,
) -> Vec<ServerMessage> {
    match message {
        ClientMessage::Batch(batch) => {
            if batch.windows.iter().any(|window| window.validate().is_err()) {
                state.metrics.count_batch(BatchOutcome::Rejected(RefusalCode::BadFeatures));
                live.skip_batch(page, batch.seq, now);
                return vec![ServerMessage::Refused(RefusalCode::BadFeatures)];
            }
            let reply = live.take_batch(tools, page, batch, now);
            if let Some(outcome) = reply.outcome {
                state.metrics.count_batch(outcome);
            }
            reply.messages
        }
        ClientMessage::Fields(fields) => {
            let (good, mut messages) = live.declare(tools, page, fields, now);
            if !good {
                messages.push(ServerMessage::Refused(RefusalCode::BadField));
            }
            messages
        }
        ClientMessage::FieldsGone(ids) => {
            live.retire(page, &ids);
            Vec::new()
        }
        ClientMessage::Context(name) => live.set_context(tools, page, name, now),
        ClientMessage::Action(action) => vec![live.act(tools, page, &action, now)],
        ClientMessage::Goodbye | ClientMessage::Hello(_) => Vec::new(),
    }
}
