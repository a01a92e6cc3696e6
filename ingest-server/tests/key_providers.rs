//! Every provider of the key-encryption key, against the real thing where it is there: a sealed file, a Vault server
//! (`PALET_TEST_VAULT` names its binary, which `tests/vault/build.sh` builds), SoftHSM (Debian's softhsm2). What is not
//! there is skipped, and said so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first fault")]
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

mod support;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use palet_mask::FieldClass;
use palet_obfuscation::KeyVersion;
use palet_server::{
    access::{Scopes, issue_key},
    config::{KeyProviderKind, KeySettings, LockMemory},
    keys::{self, KeysFault, LiveRing, MemoryLock},
};
use palet_units::{Micros, TenantId};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
};
use support::TestServer;

/// What every provider has to do: wrap for a context and unwrap for it alone, and carry a whole ring.
fn holds_what_a_provider_promises(settings: &KeySettings, folder: &Path) {
    let made = keys::create(settings, folder).unwrap();
    let provider = made.provider();
    let wrapped = provider.wrap(b"one place", &[7; 32], [1; 12]).unwrap();
    assert_eq!(*provider.unwrap(b"one place", &wrapped).unwrap(), [7; 32]);
    assert!(!wrapped.windows(8).any(|window| window == [7; 8]));
    assert_eq!(provider.unwrap(b"another", &wrapped).unwrap_err().code(), "key-refused");
    let mut altered = wrapped.clone();
    // The last byte of a tag, or the last character of a text that holds one.
    let last = altered.len() - 3;
    altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
    assert_eq!(provider.unwrap(b"one place", &altered).unwrap_err().code(), "key-refused");
    assert_eq!(provider.unwrap(b"one place", &wrapped[..9]).unwrap_err().code(), "key-refused");
    assert_eq!(keys::create(settings, folder).unwrap_err().code(), "key-file-exists");

    let bank: TenantId = "bank".parse().unwrap();
    let live = LiveRing::open(made, MemoryLock::new(LockMemory::Try)).unwrap();
    live.tenant_or_make(&bank, Micros(1)).unwrap();
    let again = keys::open_live(settings, folder).unwrap();
    let keys = again.tenant(&bank).expect("the ring outlives its process");
    assert_eq!(keys.active(FieldClass::Iban).unwrap().version(), KeyVersion(1));
}

fn code(result: Result<LiveRing, KeysFault>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn a_sealed_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        KeySettings { passphrase: Some("correct horse battery".to_owned().into()), ..KeySettings::default() };
    assert_eq!(
        code(keys::open_live(&settings, folder.path())),
        "key-ring-missing",
        "nothing is made by itself"
    );
    holds_what_a_provider_promises_of_a_file(&settings, folder.path());
    let wrong =
        KeySettings { passphrase: Some("correct horse batterz".to_owned().into()), ..settings.clone() };
    assert_eq!(code(keys::open_live(&wrong, folder.path())), "key-file-refused");
    keys::rekey(&settings, folder.path()).unwrap();
    assert!(keys::open_live(&settings, folder.path()).unwrap().tenant(&"bank".parse().unwrap()).is_some());
    assert_eq!(keys::rekey(&wrong, folder.path()).unwrap_err().code(), "key-file-refused");
    let kek = folder.path().join("keys/kek.sealed");
    let whole = std::fs::read(&kek).unwrap();
    std::fs::write(&kek, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(code(keys::open_live(&settings, folder.path())), "key-file-cut");
    std::fs::write(&kek, &whole).unwrap();
    let ring = folder.path().join("keys/ring.sealed");
    let bytes = std::fs::read(&ring).unwrap();
    std::fs::write(&ring, &bytes[..bytes.len() - 5]).unwrap();
    assert_eq!(code(keys::open_live(&settings, folder.path())), "key-ring-refused");
}

/// The key-encryption key is made in the same step as the ring: both are never written over.
fn holds_what_a_provider_promises_of_a_file(settings: &KeySettings, folder: &Path) {
    holds_what_a_provider_promises(settings, folder);
}

#[test]
fn without_any_setting_everything_is_made_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = KeySettings::default();
    let bank: TenantId = "bank".parse().unwrap();
    keys::open_live(&settings, folder.path()).unwrap().tenant_or_make(&bank, Micros(1)).unwrap();
    assert!(keys::open_live(&settings, folder.path()).unwrap().tenant(&bank).is_some());
    std::fs::remove_file(folder.path().join("keys/passphrase.key")).unwrap();
    assert_eq!(code(keys::open_live(&settings, folder.path())), "passphrase-missing");
}

fn vault_settings(address: &str, token: &str) -> KeySettings {
    KeySettings {
        provider: KeyProviderKind::Vault,
        vault_address: Some(address.to_owned()),
        vault_token: Some(SecretString::from(token.to_owned())),
        vault_timeout_ms: 2_000,
        ..KeySettings::default()
    }
}

struct Vault {
    child: Child,
    address: String,
    token: String,
}

impl Vault {
    fn start(binary: &Path) -> Self {
        let mut child = Command::new(binary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, token) = line.trim().split_once(' ').unwrap();
        Self { child, address: address.into(), token: token.into() }
    }

    async fn put(&self, path: &str, body: serde_json::Value) -> u16 {
        let request = awc::Client::default()
            .put(format!("{}/v1/{path}", self.address))
            .insert_header(("X-Vault-Token", self.token.as_str()));
        request.send_json(&body).await.unwrap().status().as_u16()
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn a_real_vault() {
    let Some(binary) = std::env::var_os("PALET_TEST_VAULT").map(PathBuf::from) else {
        eprintln!("skipped: PALET_TEST_VAULT names no Vault server; the stand-in is tested all the same");
        return;
    };
    let vault = Vault::start(&binary);
    assert!(vault.put("sys/mounts/transit", serde_json::json!({"type": "transit"})).await < 300);
    assert!(vault.put("transit/keys/palet", serde_json::json!({"type": "aes256-gcm96"})).await < 300);
    let folder = tempfile::tempdir().unwrap();
    let settings = vault_settings(&vault.address, &vault.token);
    holds_what_a_provider_promises(&settings, folder.path());
    let denied = vault_settings(&vault.address, "not-a-token");
    assert_eq!(code(keys::open_live(&denied, folder.path())), "key-provider-denied");
    // A newer version of the transit key opens what the older one wrapped.
    assert!(vault.put("transit/keys/palet/rotate", serde_json::json!({})).await < 300);
    let live = keys::open_live(&settings, folder.path()).unwrap();
    assert!(vault.put("sys/seal", serde_json::json!({})).await < 300);
    assert_eq!(live.refresh(Micros(1)).unwrap_err().code(), "key-provider-unavailable", "sealed");
    let address = vault.address.clone();
    drop(vault);
    assert_eq!(live.refresh(Micros(2)).unwrap_err().code(), "key-provider-unavailable", "gone");
    assert!(live.tenant(&"bank".parse().unwrap()).is_some(), "the keys in memory serve on");
    let gone = vault_settings(&address, "any");
    assert_eq!(code(keys::open_live(&gone, folder.path())), "key-provider-unavailable");
}

/// Transit's two calls with their statuses, on loopback: keeps what it encrypted, for its associated data alone.
#[derive(Default)]
struct StandIn {
    kept: Mutex<HashMap<String, (String, String)>>,
    status: AtomicU16,
}

async fn transit(
    request: HttpRequest,
    stand_in: web::Data<StandIn>,
    verb: web::Path<String>,
    body: web::Json<HashMap<String, String>>,
) -> HttpResponse {
    let status = stand_in.status.load(Ordering::SeqCst);
    if status != 200 {
        return HttpResponse::build(status.try_into().unwrap()).json(serde_json::json!({"errors": []}));
    }
    if request.headers().get("X-Vault-Token").is_none_or(|token| token != "a-token") {
        return HttpResponse::Forbidden().json(serde_json::json!({"errors": ["permission denied"]}));
    }
    let mut kept = stand_in.kept.lock().unwrap();
    let data = match verb.as_str() {
        "encrypt" => {
            let ciphertext = format!("vault:v1:ABCDEFGH{:016x}AAAA", kept.len());
            kept.insert(ciphertext.clone(), (body["plaintext"].clone(), body["associated_data"].clone()));
            serde_json::json!({"ciphertext": ciphertext})
        }
        _ => match kept.get(&body["ciphertext"]) {
            Some((plaintext, context)) if *context == body["associated_data"] => {
                serde_json::json!({"plaintext": plaintext})
            }
            _ => {
                let errors = serde_json::json!({"errors": ["cipher: message authentication failed"]});
                return HttpResponse::BadRequest().json(errors);
            }
        },
    };
    HttpResponse::Ok().json(serde_json::json!({"data": data}))
}

#[actix_web::test]
async fn a_stand_in_for_a_vault_and_each_way_in_which_it_can_fail() {
    let (address, stand_in, handle) = stand_in_vault();
    let folder = tempfile::tempdir().unwrap();
    let (settings, path) = (vault_settings(&address, "a-token"), folder.path().to_owned());
    let (own, place) = (settings.clone(), path.clone());
    actix_web::rt::task::spawn_blocking(move || holds_what_a_provider_promises(&own, &place)).await.unwrap();
    let open = |settings: KeySettings, path: PathBuf| async move {
        actix_web::rt::task::spawn_blocking(move || keys::open_live(&settings, &path)).await.unwrap()
    };
    let live = Arc::new(open(settings.clone(), path.clone()).await.unwrap());
    assert_eq!(code(open(vault_settings(&address, "stolen"), path.clone()).await), "key-provider-denied");
    for (status, expected) in [
        (403, "key-provider-denied"),
        (404, "key-provider-denied"),
        (429, "key-provider-unavailable"),
        (500, "key-provider-unavailable"),
        (503, "key-provider-unavailable"),
    ] {
        stand_in.status.store(status, Ordering::SeqCst);
        let own = Arc::clone(&live);
        let refreshed = actix_web::rt::task::spawn_blocking(move || own.refresh(Micros(1))).await.unwrap();
        assert_eq!(refreshed.unwrap_err().code(), expected, "{status}");
        assert_eq!(live.health().fault.map(|(code, _)| code), Some(expected));
        stand_in.status.store(200, Ordering::SeqCst);
        let again = Arc::clone(&live);
        actix_web::rt::task::spawn_blocking(move || again.refresh(Micros(2))).await.unwrap().unwrap();
        assert_eq!(live.health().fault, None, "a Vault that is back");
    }
    // Transit's key was rotated: everything is wrapped anew, in place, and who runs follows.
    let (before, own, place) = (stand_in.kept.lock().unwrap().len(), settings.clone(), path.clone());
    actix_web::rt::task::spawn_blocking(move || keys::rekey(&own, &place)).await.unwrap().unwrap();
    assert_eq!(stand_in.kept.lock().unwrap().len(), before + 2, "the tenant's key and the ring's");
    let own = Arc::clone(&live);
    assert!(actix_web::rt::task::spawn_blocking(move || own.refresh(Micros(3))).await.unwrap().unwrap());
    handle.stop(false).await;
    assert_eq!(code(open(settings, path).await), "key-provider-unavailable", "gone");
}

/// A stand-in on a free port; its address.
fn stand_in_vault() -> (String, web::Data<StandIn>, ServerHandle) {
    stand_in_vault_behind(None)
}

/// A stand-in on a free port, behind TLS where a certificate and its key are given.
fn stand_in_vault_behind(tls: Option<ServerConfig>) -> (String, web::Data<StandIn>, ServerHandle) {
    let stand_in = web::Data::new(StandIn { status: AtomicU16::new(200), ..StandIn::default() });
    let shared = stand_in.clone();
    let server = HttpServer::new(move || {
        App::new().app_data(shared.clone()).route("/v1/transit/{verb}/palet", web::post().to(transit))
    });
    let server = server.workers(1).disable_signals();
    let (scheme, server) = match tls {
        Some(tls) => ("https", server.bind_rustls_0_23("127.0.0.1:0", tls).unwrap()),
        None => ("http", server.bind("127.0.0.1:0").unwrap()),
    };
    let address = format!("{scheme}://{}", server.addrs()[0]);
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    (address, stand_in, handle)
}

/// An authority that signs certificates of servers.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its own certificate as a file.
    fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }

    /// What a server of this name shows.
    fn server(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let shown = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        versions.unwrap().with_no_client_auth().with_single_cert(vec![shown.der().clone()], private).unwrap()
    }
}

#[actix_web::test]
async fn a_vault_has_to_prove_itself_by_a_certificate_of_the_authorities_that_the_settings_name() {
    let (ours, theirs, folder) = (Authority::new(), Authority::new(), tempfile::tempdir().unwrap());
    let ca_file = Some(ours.file(folder.path()));
    let create = async |tls: ServerConfig, ca_file: Option<PathBuf>, place: &str| {
        let (address, stand_in, running) = stand_in_vault_behind(Some(tls));
        let settings = KeySettings { vault_ca_file: ca_file, ..vault_settings(&address, "a-token") };
        let place = folder.path().join(place);
        std::fs::create_dir(&place).unwrap();
        let made = actix_web::rt::task::spawn_blocking(move || keys::create(&settings, &place).map(drop));
        let code = made.await.unwrap().map_err(|fault| fault.code());
        running.stop(false).await;
        (code, stand_in.kept.lock().unwrap().len())
    };
    assert_eq!(create(ours.server("127.0.0.1"), ca_file.clone(), "ours").await, (Ok(()), 1));
    let refused = (Err("key-provider-untrusted"), 0);
    assert_eq!(create(theirs.server("127.0.0.1"), ca_file.clone(), "theirs").await, refused);
    assert_eq!(create(ours.server("vault.bank.example"), ca_file, "another host").await, refused);
    assert_eq!(create(ours.server("127.0.0.1"), None, "public authorities").await, refused);
    let broken = folder.path().join("broken.pem");
    std::fs::write(&broken, "no certificate").unwrap();
    let unavailable = (Err("key-provider-unavailable"), 0);
    assert_eq!(create(ours.server("127.0.0.1"), Some(broken), "no certificates").await, unavailable);
}

#[actix_web::test]
async fn a_server_whose_vault_is_gone_serves_on_tells_it_and_recovers_by_itself() {
    let (address, vault, _running) = stand_in_vault();
    let folder = tempfile::tempdir().unwrap();
    let (own, place) = (vault_settings(&address, "a-token"), folder.path().to_owned());
    actix_web::rt::task::spawn_blocking(move || keys::create(&own, &place).map(drop)).await.unwrap().unwrap();
    let ring = folder.path().join("keys").display().to_string();
    let server = TestServer::start_with(&[
        ("PALET_KEYS__PROVIDER", "vault"),
        ("PALET_KEYS__VAULT_ADDRESS", &address),
        ("PALET_KEYS__VAULT_TOKEN", "a-token"),
        ("PALET_KEYS__FOLDER", &ring),
        ("PALET_KEYS__CHECK_INTERVAL_MS", "100"),
        ("PALET_KEYS__OUTAGE_GRACE_S", "0"),
    ])
    .await;
    let ready = async |wanted: u16| {
        for _ in 0..200 {
            let (status, answer) = server.call("GET", "/readyz", None).await;
            if status == wanted {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("readiness never came to {wanted}");
    };
    let mask = async || {
        let item = serde_json::json!({"class": "iban", "value": "DE02120300000000202051"});
        let body = serde_json::json!({"items": [item]});
        server.call("POST", "/api/v1/obfuscation/mask", Some(body)).await
    };
    assert_eq!(mask().await.1["masked"], 1, "the tenant has its keys");
    assert_eq!(ready(200).await["keys"], "ok");
    for (status, code) in [(503, "key-provider-unavailable"), (403, "key-provider-denied")] {
        vault.status.store(status, Ordering::SeqCst);
        assert_eq!(ready(503).await["code"], code);
        assert_eq!(mask().await.1["masked"], 1, "the keys in memory serve on");
        let tenant = "other".parse().unwrap();
        let _ = server.state.store.insert_tenant(&tenant, Micros(1)).await;
        let key =
            issue_key(&*server.state.store, &tenant, "t", Scopes::parse("mask").unwrap()).await.unwrap();
        let body = serde_json::json!({"items": []});
        let path = "/api/v1/obfuscation/mask";
        let (got, answer) = server.call_as(key.expose_secret(), "POST", path, Some(body)).await;
        assert_eq!((got, answer["code"].as_str()), (503, Some(code)), "a new tenant can be given no keys");
        vault.status.store(200, Ordering::SeqCst);
        assert_eq!(ready(200).await["keys"], "ok");
    }
    assert_eq!(mask().await.1["masked"], 1);
}

const SOFTHSM: [&str; 2] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];

/// SoftHSM reads its settings from the environment of its process: the test runs itself again with them set.
#[test]
fn a_pkcs11_token() {
    let module = SOFTHSM.into_iter().find(|path| Path::new(path).exists());
    let (Some(module), Ok(_)) = (module, Command::new("softhsm2-util").arg("--version").output()) else {
        eprintln!("skipped: Debian's softhsm2 is not installed");
        return;
    };
    if std::env::var_os("SOFTHSM2_CONF").is_some() {
        return on_softhsm(module);
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let conf = folder.path().join("softhsm2.conf");
    std::fs::write(
        &conf,
        format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display()),
    )
    .unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "palet-test", "--pin", "1234", "--so-pin", "5678"])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_pkcs11_token", "--nocapture"])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&again.stderr).into_owned() + &String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success(), "{told}");
}

fn on_softhsm(module: &str) {
    let folder = tempfile::tempdir().unwrap();
    let settings = KeySettings {
        provider: KeyProviderKind::Pkcs11,
        pkcs11_module: Some(module.into()),
        pkcs11_token: Some("palet-test".into()),
        pkcs11_pin: Some("1234".to_owned().into()),
        ..KeySettings::default()
    };
    let no_key = keys::open_live(&settings, folder.path());
    assert_eq!(code(no_key), "key-provider-denied", "the token has no key before init");
    holds_what_a_provider_promises(&settings, folder.path());
    let live = keys::open_live(&settings, folder.path()).unwrap();
    let conf = std::fs::read_to_string(std::env::var_os("SOFTHSM2_CONF").unwrap()).unwrap();
    let tokens = conf.lines().find_map(|line| line.strip_prefix("directories.tokendir = ")).unwrap();
    let aside = format!("{tokens}-aside");
    std::fs::rename(tokens, &aside).unwrap();
    assert_eq!(live.refresh(Micros(1)).unwrap_err().code(), "key-provider-unavailable", "pulled out");
    assert_eq!(live.health().fault, Some(("key-provider-unavailable", Micros(1))));
    std::fs::rename(&aside, tokens).unwrap();
    live.refresh(Micros(2)).unwrap();
    assert_eq!(live.health().fault, None, "plugged in again");
    assert_eq!(keys::rekey(&settings, folder.path()).unwrap_err().code(), "key-rekey-elsewhere");
    let other = KeySettings { pkcs11_token: Some("nowhere".into()), ..settings.clone() };
    assert_eq!(code(keys::open_live(&other, folder.path())), "key-provider-unavailable");
    let other = KeySettings { pkcs11_module: Some("/nowhere.so".into()), ..settings };
    assert_eq!(code(keys::open_live(&other, folder.path())), "key-provider-unavailable");
}
