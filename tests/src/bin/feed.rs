//! Feeds recorded people to a server over the real protocol, as fast as it takes it: how the browser tests enrol people.
//!
//! `feed WS_URL SERVER_KEY ORIGIN` reads a JSON object a line, each line one session: `{"token":"…","keys":[["a",press_us,
//! release_us],…]}`, or `{"token":"…","moves":[[t_us,"move",x,y],…]}` with `move`, `down`, `up` or `scroll`. The shipped
//! extractor makes the windows. Answers `{"batches":n}` once all are acknowledged.

use std::io::{BufRead, Write};

use futures_util::{SinkExt, StreamExt};
use palet_capture::{Event, FieldKind, KeyEvent, KeyPhase, KeySlot, PointerEvent, PointerKind, What};
use palet_eval::corpus::{class_of_name, phase_of_name};
use palet_eval::replay;
use palet_features::{ExtractorSettings, FeatureWindow, SCHEMA_VERSION};
use palet_seal::{Initiator, PublicKey, Transport};
use palet_units::Micros;
use palet_wire::{Batch, ClientMessage, Consent, Hello, PageFacts, ServerMessage, decode_server, encode};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, http::HeaderValue};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Failure = Box<dyn std::error::Error>;
type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(key), Some(origin)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("expected WS_URL, SERVER_KEY and ORIGIN".into());
    };
    let key = PublicKey::from_base64url(&key)?;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let token = request["token"].as_str().ok_or("expected token")?;
        let windows = windows_of(&request)?;
        let batches = feed((&url, &origin), &key, token, windows).await?;
        writeln!(std::io::stdout(), "{{\"batches\":{batches}}}")?;
    }
    Ok(())
}

/// The page that the events happen on was opened so long before. **Units**: µs.
const ORIGIN_US: u64 = 1_000_000;

fn windows_of(request: &Value) -> Result<Vec<FeatureWindow>, Failure> {
    let mut events = match (request["keys"].as_array(), request["moves"].as_array()) {
        (Some(keys), None) => key_events(keys)?,
        (None, Some(moves)) => moves.iter().map(pointer_event).collect::<Result<_, _>>()?,
        _ => return Err("expected keys or moves".into()),
    };
    events.sort_by_key(|event| event.at);
    let timed = replay::windows_of(ExtractorSettings::default(), fresh_seed()?, &events);
    Ok(timed.into_iter().map(|timed| timed.window).collect())
}

fn key_events(rows: &[Value]) -> Result<Vec<Event>, Failure> {
    let mut events = Vec::with_capacity(rows.len() * 2);
    for (row, value) in rows.iter().enumerate() {
        let name = value[0].as_str().ok_or("expected a key's name")?;
        let class = class_of_name(name).ok_or("expected a known key")?;
        let slot = KeySlot(u8::try_from(row % 32)?);
        for (phase, at) in [(KeyPhase::Down, &value[1]), (KeyPhase::Up, &value[2])] {
            let key = KeyEvent { phase, class, slot, field: FieldKind::Open };
            events.push(Event { at: time_of(at)?, what: What::Key(key) });
        }
    }
    Ok(events)
}

fn pointer_event(value: &Value) -> Result<Event, Failure> {
    let phase = value[1].as_str().and_then(phase_of_name).ok_or("expected move, down, up or scroll")?;
    let place = |at: usize| value[at].as_f64().map(|px| px as f32).ok_or("expected a place in px");
    let event = PointerEvent { phase, kind: PointerKind::Mouse, x: place(2)?, y: place(3)? };
    Ok(Event { at: time_of(&value[0])?, what: What::Pointer(event) })
}

fn time_of(value: &Value) -> Result<Micros, Failure> {
    Ok(Micros(value.as_u64().ok_or("expected times in µs")? + ORIGIN_US))
}

/// 32 bytes from the system's generator.
fn fresh_seed() -> Result<[u8; 32], Failure> {
    let mut seed = [0; 32];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut seed)?;
    Ok(seed)
}

async fn feed(
    place: (&str, &str),
    key: &PublicKey,
    token: &str,
    windows: Vec<FeatureWindow>,
) -> Result<u64, Failure> {
    let (mut socket, mut transport) = open(place, key).await?;
    let page = u64::from_le_bytes(fresh_seed()?[..8].try_into()?);
    let hello = Hello {
        token: token.to_owned(),
        page,
        schema: SCHEMA_VERSION,
        consent: Consent::Full,
        facts: PageFacts { coarse_pointer: false, strict_ladder: false },
    };
    send(&mut socket, &mut transport, &ClientMessage::Hello(hello)).await?;
    let mut seq = 0;
    for window in windows {
        seq += 1;
        send(&mut socket, &mut transport, &ClientMessage::Batch(Batch { seq, windows: vec![window] }))
            .await?;
        await_acknowledgement(&mut socket, &mut transport, seq).await?;
    }
    send(&mut socket, &mut transport, &ClientMessage::Goodbye).await?;
    socket.close(None).await?;
    Ok(seq)
}

/// Opens a connection to a URL as a page of an origin would.
async fn open((url, origin): (&str, &str), key: &PublicKey) -> Result<(Socket, Transport), Failure> {
    let mut request = url.into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("palet.v1"));
    request.headers_mut().insert("origin", HeaderValue::from_str(origin)?);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await?;
    let (initiator, first) = Initiator::new(key, fresh_seed()?)?;
    socket.send(Message::Binary(first.into())).await?;
    let answer = receive(&mut socket).await?;
    Ok((socket, initiator.finish(&answer)?))
}

async fn receive(socket: &mut Socket) -> Result<Vec<u8>, Failure> {
    loop {
        match socket.next().await.ok_or("expected an answer, got the end")?? {
            Message::Binary(bytes) => return Ok(bytes.to_vec()),
            Message::Close(frame) => return Err(format!("the server closed: {frame:?}").into()),
            _ => {}
        }
    }
}

async fn send(
    socket: &mut Socket,
    transport: &mut Transport,
    message: &ClientMessage,
) -> Result<(), Failure> {
    let frame = transport.seal(&encode(message)?)?;
    Ok(socket.send(Message::Binary(frame.into())).await?)
}

async fn await_acknowledgement(
    socket: &mut Socket,
    transport: &mut Transport,
    seq: u64,
) -> Result<(), Failure> {
    let mut plaintext = Vec::new();
    loop {
        transport.open(&receive(socket).await?, &mut plaintext)?;
        match decode_server(&plaintext)? {
            ServerMessage::Ack(acknowledged) if acknowledged >= seq => return Ok(()),
            ServerMessage::Refused(code) => return Err(format!("refused: {}", code.as_str()).into()),
            _ => {}
        }
    }
}
