//! The socket: who is let in and how many; then one select loop each.
//!
//! This is where a batch enters the server.

mod connection;

use actix_web::{HttpRequest, HttpResponse, web};
use palet_wire::limits;
use std::sync::atomic::Ordering;

use crate::{
    app::AppState,
    http::{Problem, peer_address},
};
use connection::Connection;

/// The protocol that both sides must name.
pub const SUBPROTOCOL: &str = "palet.v1";

/// `GET /ws/v1/capture`: becomes a socket.
///
/// **Errors**: a problem where the request is none that becomes one, or there are too many.
pub(crate) async fn capture(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<AppState>,
) -> Result<HttpResponse, actix_web::Error> {
    let offered = request.headers().get_all("Sec-WebSocket-Protocol").filter_map(|value| value.to_str().ok());
    if !offered.flat_map(|list| list.split(',')).any(|name| name.trim() == SUBPROTOCOL) {
        let detail = format!("expected a WebSocket request that offers the subprotocol {SUBPROTOCOL}");
        return Err(Problem::bad_request("subprotocol-missing", detail).into());
    }
    if !state.limits.allows_open(peer_address(&request, &state)) {
        return Err(Problem::too_many_requests().into());
    }
    let Some(seat) = Seat::take(&state) else {
        return Err(Problem::unavailable("expected room for one more socket; try again").into());
    };
    let origin = request.headers().get("Origin").and_then(|origin| origin.to_str().ok()).map(str::to_owned);
    let (response, socket, stream) = actix_ws::handle_with_protocols(&request, body, &[SUBPROTOCOL])?;
    let frame_max = limits::FRAME_BYTES_MAX;
    let stream = stream.max_frame_size(frame_max).aggregate_continuations().max_continuation_size(frame_max);
    actix_web::rt::spawn(async move {
        let connection = Connection::new(state, origin);
        connection.run(socket, stream).await;
        drop(seat);
    });
    Ok(response)
}

/// One of the bounded number of sockets.
struct Seat(web::Data<AppState>);

impl Seat {
    fn take(state: &web::Data<AppState>) -> Option<Self> {
        let taken = state.sockets.fetch_add(1, Ordering::Relaxed);
        state.metrics.sockets.inc();
        let seat = Self(state.clone());
        (taken < state.settings.server.connections_max && !*state.stop.borrow()).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.sockets.fetch_sub(1, Ordering::Relaxed);
        self.0.metrics.sockets.dec();
    }
}
