//! The provider that asks the transit engine of a Vault over REST: the key-encryption key never leaves it.
//!
//! A thread of its own speaks HTTP, so that callers may block wherever that is allowed, with or without a runtime.
//! The key is of type aes256-gcm96: the context of each wrapped key is its associated data. Nothing of an answer's
//! text is passed on: a Vault may repeat in it what it was asked.

use std::path::PathBuf;
use std::sync::{Arc, mpsc as blocking};
use std::time::Duration;

use awc::error::{ConnectError, SendRequestError};
use base64::{Engine, engine::general_purpose::STANDARD};
use palet_obfuscation::keys::{KeyProvider, ProviderError};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{KeysFault, sealed_file::secret_of};
use crate::config::KeySettings;

/// Calls that wait; beyond it the provider counts as gone.
const WAITING_MAX: usize = 64;
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The transit engine of a Vault.
#[derive(Debug)]
pub struct VaultTransit {
    calls: mpsc::Sender<Call>,
    timeout: Duration,
}

#[derive(Debug)]
struct Call {
    verb: &'static str,
    body: Zeroizing<String>,
    answer: blocking::SyncSender<Result<Zeroizing<Vec<u8>>, ProviderError>>,
}

/// Where the Vault is, and by which token it lets us in.
struct Access {
    root: String,
    key: String,
    namespace: Option<String>,
    token: Option<SecretString>,
    token_file: Option<PathBuf>,
    timeout: Duration,
}

impl VaultTransit {
    /// Speaks to the Vault of the settings; it is not asked anything yet. **Errors**: `Provider` for a broken file of
    /// authorities.
    pub fn new(settings: &KeySettings) -> Result<Self, KeysFault> {
        let timeout = Duration::from_millis(settings.vault_timeout_ms);
        let address = settings.vault_address.as_deref().unwrap_or_default().trim_end_matches('/');
        let access = Access {
            root: format!("{address}/v1/{}", settings.vault_mount.trim_matches('/')),
            key: settings.vault_key.clone(),
            namespace: settings.vault_namespace.clone(),
            token: settings.vault_token.clone(),
            token_file: settings.vault_token_file.clone(),
            timeout,
        };
        let trust = trust(settings)?;
        let (calls, waiting) = mpsc::channel(WAITING_MAX);
        let spawned = std::thread::Builder::new().name("palet-vault".into()).spawn(move || {
            actix_web::rt::System::new().block_on(serve(access, trust, waiting));
        });
        spawned.map_err(|error| fault(format!("expected a thread for it, got: {error}")))?;
        Ok(Self { calls, timeout })
    }

    fn call(&self, verb: &'static str, body: &Value) -> Result<Zeroizing<Vec<u8>>, ProviderError> {
        let (answer, answered) = blocking::sync_channel(1);
        let call = Call { verb, body: Zeroizing::new(body.to_string()), answer };
        self.calls.try_send(call).map_err(|_| ProviderError::Unavailable)?;
        // A little longer than the call itself may take, so that its own answer comes first.
        let wait = self.timeout + Duration::from_millis(500);
        answered.recv_timeout(wait).map_err(|_| ProviderError::Unavailable)?
    }
}

impl KeyProvider for VaultTransit {
    fn wrap(&self, context: &[u8], key: &[u8; 32], _: [u8; 12]) -> Result<Vec<u8>, ProviderError> {
        let clear = Zeroizing::new(STANDARD.encode(key));
        let body = json!({"plaintext": *clear, "associated_data": STANDARD.encode(context)});
        let answer = self.call("encrypt", &body)?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|_| ProviderError::Unavailable)?;
        let wrapped = answer["data"]["ciphertext"].as_str().ok_or(ProviderError::Unavailable)?;
        Ok(wrapped.as_bytes().to_vec())
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let text = std::str::from_utf8(wrapped).ok().filter(|text| text.starts_with("vault:"));
        let text = text.ok_or(ProviderError::Refused)?;
        let body = json!({"ciphertext": text, "associated_data": STANDARD.encode(context)});
        let answer = self.call("decrypt", &body)?;
        #[derive(serde::Deserialize)]
        struct Answer {
            data: Clear,
        }
        #[derive(serde::Deserialize)]
        struct Clear {
            plaintext: Zeroizing<String>,
        }
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| ProviderError::Unavailable)?;
        let clear = STANDARD.decode(answer.data.plaintext.as_bytes()).map(Zeroizing::new);
        let clear = clear.map_err(|_| ProviderError::Refused)?;
        let mut key = Zeroizing::new([0; 32]);
        if clear.len() != key.len() {
            return Err(ProviderError::Refused);
        }
        key.copy_from_slice(&clear);
        Ok(key)
    }
}

fn fault(detail: String) -> KeysFault {
    KeysFault::Provider { provider: "vault", detail, source: ProviderError::Unavailable }
}

/// TLS with the settings' authorities, or the public ones.
fn trust(settings: &KeySettings) -> Result<Arc<rustls::ClientConfig>, KeysFault> {
    let mut roots = rustls::RootCertStore::empty();
    match &settings.vault_ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let broken = || fault(format!("expected certificates in PEM in {}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|_| broken())? {
                roots.add(certificate.map_err(|_| broken())?).map_err(|_| broken())?;
            }
            if roots.is_empty() {
                return Err(broken());
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| fault(error.to_string()))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

async fn serve(access: Access, trust: Arc<rustls::ClientConfig>, mut waiting: mpsc::Receiver<Call>) {
    let connector = awc::Connector::new().rustls_0_23(trust).timeout(access.timeout);
    let client = awc::Client::builder().connector(connector).timeout(access.timeout).finish();
    let access = Arc::new(access);
    while let Some(call) = waiting.recv().await {
        let (client, access) = (client.clone(), Arc::clone(&access));
        actix_web::rt::spawn(async move {
            let answer = ask(&client, &access, &call).await;
            // Who asked may have given up.
            let _ = call.answer.try_send(answer);
        });
    }
}

async fn ask(
    client: &awc::Client,
    access: &Access,
    call: &Call,
) -> Result<Zeroizing<Vec<u8>>, ProviderError> {
    let token = match (&access.token, &access.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(path)) => secret_of(path).map_err(|_| ProviderError::Denied)?,
        (None, None) => return Err(ProviderError::Denied),
    };
    let mut request = client
        .post(format!("{}/{}/{}", access.root, call.verb, access.key))
        .insert_header(("X-Vault-Token", token.expose_secret()))
        .insert_header(("X-Vault-Request", "true"))
        .content_type("application/json");
    if let Some(namespace) = &access.namespace {
        request = request.insert_header(("X-Vault-Namespace", namespace.as_str()));
    }
    let sent = request.send_body(call.body.to_string()).await;
    let mut answer = sent.map_err(|error| refusal(&error))?;
    let body = answer.body().limit(ANSWER_BYTES_MAX).await.map_err(|_| ProviderError::Unavailable)?;
    match answer.status().as_u16() {
        200 => Ok(Zeroizing::new(body.to_vec())),
        // Nobody has encrypted this under this key, for this context.
        400 if call.verb == "decrypt" => Err(ProviderError::Refused),
        400 | 401 | 403 | 404 => Err(ProviderError::Denied),
        _ => Err(ProviderError::Unavailable),
    }
}

/// No answer, or one from somebody who is not the Vault.
fn refusal(error: &SendRequestError) -> ProviderError {
    let SendRequestError::Connect(ConnectError::Io(error)) = error else { return ProviderError::Unavailable };
    match error.get_ref().and_then(|error| error.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(_)) => ProviderError::Untrusted,
        _ => ProviderError::Unavailable,
    }
}
