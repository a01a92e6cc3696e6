//! What a setting's type alone cannot say: ranges, and fields that must agree. Every fault is told at once.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Faults, KeyProviderKind, Settings};

/// Parses a key of 32 bytes.
pub(crate) fn parse_key(secret: &SecretString) -> Option<zeroize::Zeroizing<[u8; 32]>> {
    use base64::{Engine, engine::general_purpose};
    let text = secret.expose_secret().trim();
    let bytes = general_purpose::STANDARD
        .decode(text)
        .or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(text))
        .map(zeroize::Zeroizing::new)
        .ok()?;
    Some(zeroize::Zeroizing::new(bytes.as_slice().try_into().ok()?))
}

impl Settings {
    /// Adds what is wrong with the settings.
    pub(crate) fn check(&self, faults: &mut Faults) {
        self.check_server(faults);
        self.check_sessions(faults);
        self.check_limits(faults);
        self.check_unmask(faults);
        self.risk.faults().iter().for_each(|fault| faults.push("risk", fault.to_string()));
        let filter = tracing_subscriber::EnvFilter::try_new(&self.telemetry.filter);
        faults.expect(
            filter.is_ok(),
            "telemetry.filter",
            "expected a level or a filter such as info,palet_server=debug",
        );
        self.check_keys(faults);
    }

    fn check_keys(&self, faults: &mut Faults) {
        let keys = &self.keys;
        for (at, key) in [
            ("keys.noise_static", &keys.noise_static),
            ("keys.session_tokens", &keys.session_tokens),
            ("keys.audit", &keys.audit),
        ] {
            let good = key.as_ref().is_none_or(|key| parse_key(key).is_some());
            faults.expect(good, at, "expected 32 bytes in base64");
        }
        let looks = (100..=3_600_000).contains(&keys.check_interval_ms);
        faults.expect(looks, "keys.check_interval_ms", "expected 100 to 3600000");
        faults.expect(keys.outage_grace_s <= 86_400, "keys.outage_grace_s", "expected at most 86400");
        let waits = (50..=60_000).contains(&keys.vault_timeout_ms);
        faults.expect(waits, "keys.vault_timeout_ms", "expected 50 to 60000");
        let one = keys.passphrase.is_none() || keys.passphrase_file.is_none();
        faults.expect(one, "keys.passphrase", "expected it or keys.passphrase_file, not both");
        match keys.provider {
            KeyProviderKind::SealedFile => {}
            KeyProviderKind::Vault => self.check_vault(faults),
            KeyProviderKind::Pkcs11 => self.check_pkcs11(faults),
        }
    }

    fn check_vault(&self, faults: &mut Faults) {
        let keys = &self.keys;
        let address = keys.vault_address.as_deref().unwrap_or_default();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let bare = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#', '@', ' ']));
        faults.expect(
            bare,
            "keys.vault_address",
            "expected http:// or https:// and a host for the provider vault",
        );
        // Transit's calls carry tenants' keys and the token.
        faults.expect(
            !bare || address.starts_with("https://") || rest.is_some_and(is_loopback),
            "keys.vault_address",
            "expected https://, or http:// to this host: keys would cross the network in clear",
        );
        let one = keys.vault_token.is_some() != keys.vault_token_file.is_some();
        faults.expect(one, "keys.vault_token", "expected it or keys.vault_token_file for the provider vault");
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
        };
        let names = "expected letters, digits, '-', '_', '.' and '/'";
        faults.expect(plain(&keys.vault_mount), "keys.vault_mount", names);
        faults.expect(plain(&keys.vault_key), "keys.vault_key", names);
    }

    fn check_pkcs11(&self, faults: &mut Faults) {
        let keys = &self.keys;
        let module = keys.pkcs11_module.is_some();
        faults.expect(module, "keys.pkcs11_module", "expected a shared library for the provider pkcs11");
        let token = keys.pkcs11_token.as_ref().is_some_and(|label| (1..=32).contains(&label.len()));
        faults.expect(
            token,
            "keys.pkcs11_token",
            "expected a label of 1 to 32 bytes for the provider pkcs11",
        );
        let one = keys.pkcs11_pin.is_some() != keys.pkcs11_pin_file.is_some();
        faults.expect(one, "keys.pkcs11_pin", "expected it or keys.pkcs11_pin_file for the provider pkcs11");
    }

    fn check_server(&self, faults: &mut Faults) {
        let url = self.server.public_url.as_str();
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let bare = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']));
        faults.expect(bare, "server.public_url", "expected http:// or https://, a host, and no path");
        let workers = self.server.workers <= 1_024;
        faults.expect(workers, "server.workers", "expected 0 to 1024");
        faults.expect(self.server.connections_max > 0, "server.connections_max", "expected at least 1");
        let readers = (1..=64).contains(&self.store.readers);
        faults.expect(readers, "store.readers", "expected 1 to 64");
    }

    fn check_sessions(&self, faults: &mut Faults) {
        let sessions = &self.sessions;
        let ttl = (30..=86_400).contains(&sessions.token_ttl_s);
        faults.expect(ttl, "sessions.token_ttl_s", "expected 30 to 86400");
        let lives = sessions.session_ttl_s >= sessions.token_ttl_s && sessions.session_ttl_s <= 7 * 86_400;
        faults.expect(
            lives,
            "sessions.session_ttl_s",
            "expected at least sessions.token_ttl_s and at most 604800",
        );
        let idle = (10..=sessions.session_ttl_s.max(10)).contains(&sessions.idle_s);
        faults.expect(idle, "sessions.idle_s", "expected 10 to sessions.session_ttl_s");
        faults.expect(sessions.grace_ms <= 300_000, "sessions.grace_ms", "expected at most 300000");
        faults.expect(sessions.live_max > 0, "sessions.live_max", "expected at least 1");
        let sockets = (1..=64).contains(&sessions.sockets_per_session_max);
        faults.expect(sockets, "sessions.sockets_per_session_max", "expected 1 to 64");
        let decisions = &self.decisions;
        faults.expect(decisions.queue_max >= 16, "decisions.queue_max", "expected at least 16");
        let commit = (1..=decisions.queue_max.max(1)).contains(&decisions.commit_max);
        faults.expect(commit, "decisions.commit_max", "expected 1 to decisions.queue_max");
        let interval = decisions.commit_interval_ms <= 1_000;
        faults.expect(interval, "decisions.commit_interval_ms", "expected at most 1000");
        let watch = self.policy.watch_ms;
        let watch = watch == 0 || (50..=3_600_000).contains(&watch);
        faults.expect(watch, "policy.watch_ms", "expected 0, or 50 to 3600000");
        let looks = (50..=3_600_000).contains(&self.enrolment.interval_ms);
        faults.expect(looks, "enrolment.interval_ms", "expected 50 to 3600000");
    }

    fn check_unmask(&self, faults: &mut Faults) {
        let unmask = &self.unmask;
        let factor = (1.0..=1_000.0).contains(&unmask.peers_factor);
        faults.expect(factor, "unmask.peers_factor", "expected 1 to 1000");
        faults.expect(unmask.peers_min >= 2, "unmask.peers_min", "expected at least 2");
        let spans = [
            ("unmask.approval_s", unmask.approval_s, 30),
            ("unmask.replay_s", unmask.replay_s, 1),
            ("unmask.break_glass_s", unmask.break_glass_s, 0),
        ];
        for (at, span, least) in spans {
            faults.expect((least..=86_400).contains(&span), at, &format!("expected {least} to 86400"));
        }
    }

    fn check_limits(&self, faults: &mut Faults) {
        let limits = &self.limits;
        let rates = [
            ("limits.session_frames_per_s", limits.session_frames_per_s),
            ("limits.session_frames_burst", limits.session_frames_burst),
            ("limits.address_opens_per_s", limits.address_opens_per_s),
            ("limits.address_opens_burst", limits.address_opens_burst),
            ("limits.tenant_requests_per_s", limits.tenant_requests_per_s),
            ("limits.tenant_requests_burst", limits.tenant_requests_burst),
            ("limits.address_refusals_per_min", limits.address_refusals_per_min),
        ];
        for (at, rate) in rates {
            faults.expect(rate > 0, at, "expected at least 1");
        }
        faults.expect(limits.remembered_max >= 16, "limits.remembered_max", "expected at least 16");
        let sizes = [
            ("limits.body_bytes_max", limits.body_bytes_max),
            ("limits.mask_body_bytes_max", limits.mask_body_bytes_max),
        ];
        for (at, bytes) in sizes {
            faults.expect((1_024..=64 * 1024 * 1024).contains(&bytes), at, "expected 1024 to 67108864");
        }
        let items = (1..=10_000).contains(&limits.mask_items_max);
        faults.expect(items, "limits.mask_items_max", "expected 1 to 10000");
    }
}

/// Whether what follows the scheme of an address names this host.
fn is_loopback(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(ip6) => ip6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
