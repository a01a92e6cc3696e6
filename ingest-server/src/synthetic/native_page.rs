//! A page without a browser: the real client session over a real socket.

use futures_util::{SinkExt, StreamExt};
use palet_client::{ClientSession, ClientSettings, Effect};
use palet_features::ExtractorSettings;
use palet_seal::PublicKey;
use palet_units::Micros;
use palet_wire::{Consent, PageFacts};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

use crate::ws::SUBPROTOCOL;

/// Where a page is, and as whom.
#[derive(Clone, Debug)]
pub struct PageSettings {
    /// The socket's address, `ws://…/ws/v1/capture`.
    pub url: String,
    /// What a browser would send as `Origin`.
    pub origin: String,
    /// The server's key.
    pub server_key: PublicKey,
    /// The session token.
    pub token: String,
    /// What the subject agreed to.
    pub consent: Consent,
}

/// Why a page cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The address or origin is none.
    #[error("expected a ws:// address and an origin")]
    Address,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A page without a browser.
pub struct NativePage {
    settings: PageSettings,
    /// The client's state machine, for declaring fields and the like.
    pub session: ClientSession,
    socket: Option<Socket>,
    started: Instant,
    close_code: Option<u16>,
}

impl NativePage {
    /// A page that asks for its token at once. **Errors**: the address or the origin cannot be one.
    pub fn new(settings: PageSettings, seed: [u8; 32]) -> Result<Self, PageError> {
        let good = settings.url.starts_with("ws://") && HeaderValue::from_str(&settings.origin).is_ok();
        if !good {
            return Err(PageError::Address);
        }
        let client = ClientSettings {
            server_key: settings.server_key,
            consent: settings.consent,
            facts: PageFacts { coarse_pointer: false, strict_ladder: false },
            extractor: ExtractorSettings::default(),
        };
        let session = ClientSession::new(client, seed, Micros::ZERO);
        Ok(Self { settings, session, socket: None, started: Instant::now(), close_code: None })
    }

    /// The page's clock.
    #[must_use]
    pub fn now(&self) -> Micros {
        Micros(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The code that the server closed the last socket with.
    #[must_use]
    pub const fn close_code(&self) -> Option<u16> {
        self.close_code
    }

    /// Drops the socket as a broken network would.
    pub fn cut(&mut self) {
        self.socket = None;
        let now = self.now();
        self.session.handle_close(now);
    }

    /// Works until `limit` is over or `enough` says so of an effect; gives back what the browser would have done.
    pub async fn run(&mut self, limit: Duration, mut enough: impl FnMut(&Effect) -> bool) -> Vec<Effect> {
        let until = Instant::now() + limit;
        let mut seen = Vec::new();
        loop {
            let mut done = false;
            while let Some(effect) = self.session.poll_effect() {
                done |= enough(&effect);
                self.act(&effect).await;
                seen.push(effect);
            }
            self.send().await;
            let now = Instant::now();
            if done || now >= until {
                return seen;
            }
            let due = self
                .session
                .poll_timeout()
                .map_or(until - now, |at| Duration::from_micros(at.since(self.now()).0));
            self.wait(due.min(until - now)).await;
        }
    }

    async fn wait(&mut self, span: Duration) {
        let message = match &mut self.socket {
            Some(socket) => tokio::time::timeout(span, socket.next()).await.ok(),
            None => {
                tokio::time::sleep(span).await;
                None
            }
        };
        let now = self.now();
        match message {
            Some(Some(Ok(Message::Binary(bytes)))) => self.session.handle_frame(&bytes, now),
            Some(Some(Ok(Message::Close(frame)))) => {
                self.close_code = frame.map(|frame| frame.code.into());
                self.cut();
            }
            Some(Some(Ok(_))) => {}
            Some(Some(Err(_)) | None) => self.cut(),
            None => self.session.handle_timeout(now),
        }
    }

    async fn act(&mut self, effect: &Effect) {
        match effect {
            Effect::NeedToken => {
                let token = Some(self.settings.token.clone());
                self.session.handle_token(token, self.now());
            }
            Effect::Connect => match self.connect().await {
                Ok(socket) => {
                    self.socket = Some(socket);
                    self.session.handle_open(self.now());
                }
                Err(_) => self.session.handle_close(self.now()),
            },
            Effect::Disconnect => {
                if let Some(mut socket) = self.socket.take() {
                    let _ = socket.close(None).await;
                }
            }
            // This page has no second way: the client tries its socket again.
            Effect::Post(_) => self.session.handle_reply(None, self.now()),
            _ => {}
        }
    }

    async fn connect(&self) -> Result<Socket, tungstenite::Error> {
        let mut request = self.settings.url.as_str().into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
        headers.insert("Origin", HeaderValue::from_str(&self.settings.origin)?);
        let (socket, _) = connect_async_with_config(request, Some(WebSocketConfig::default()), true).await?;
        Ok(socket)
    }

    async fn send(&mut self) {
        while let Some(frame) = self.session.poll_transmit() {
            let Some(socket) = &mut self.socket else { return };
            if socket.send(Message::Binary(frame.into())).await.is_err() {
                self.cut();
                return;
            }
        }
    }
}
