use super::{Sources, load};

fn sources(file: &str, environment: &[(&str, &str)]) -> Sources {
    let environment = environment.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    Sources { file_name: "palet.toml".into(), file: file.into(), environment }
}

#[test]
fn the_environment_overrides_the_file_which_overrides_the_defaults() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n";
    let settings = load(&sources(file, &[("PALET_SERVER__LISTEN", "127.0.0.1:2")])).unwrap();
    assert_eq!(settings.server.listen.port(), 2);
    assert_eq!(settings.server.workers, 3);
    assert_eq!(settings.sessions.token_ttl_s, 900);
}

#[test]
fn a_variable_is_read_as_the_type_of_its_field() {
    let environment = [("PALET_SERVER__WORKERS", "2"), ("PALET_STORE__DATA_FOLDER", "42")];
    let settings = load(&sources("", &environment)).unwrap();
    assert_eq!(settings.server.workers, 2);
    assert_eq!(settings.store.data_folder, std::path::PathBuf::from("42"));
}

#[test]
fn all_faults_are_told_at_once_and_by_their_place() {
    let file = "[server]\nlisten = \"nowhere\"\nworkerz = 1\n[sessions]\ntoken_ttl_s = 1\n[garage]\n[limits]\nmask_items_max = -1\n";
    let faults =
        load(&sources(file, &[("PALET_KEYS__SESSION_TOKENS", "short"), ("PALET_TYPO", "x")])).unwrap_err();
    let places: Vec<&str> = faults.0.iter().map(|fault| fault.at.as_str()).collect();
    for place in [
        "server.listen",
        "server.workerz",
        "sessions.token_ttl_s",
        "garage",
        "limits.mask_items_max",
        "keys.session_tokens",
        "PALET_TYPO",
    ] {
        assert!(places.contains(&place), "{place} is missing among {places:?}");
    }
    assert_eq!(places.len(), 7, "{faults}");
}

#[test]
fn numbers_of_the_risk_that_make_no_sense_are_told() {
    let environment = [("PALET_RISK__HABITS_NATS_MAX", "3"), ("PALET_RISK__RAISED_NATS", "7")];
    let faults = load(&sources("[risk]\nkeystroke_clip = 0\n", &environment)).unwrap_err().to_string();
    for part in ["keystroke_clip", "raised_nats < high_nats", "pointer_clip and habits_nats_max"] {
        assert!(faults.contains(part), "{part} is missing: {faults}");
    }
    let settings = load(&sources("[risk]\nhabits_nats_max = 0\n", &[])).unwrap();
    assert_eq!(settings.risk.habits_nats_max, 0.0);
}

#[test]
fn a_vault_is_spoken_to_in_clear_on_this_host_alone() {
    let told = |address: &str| {
        let environment = [
            ("PALET_KEYS__PROVIDER", "vault"),
            ("PALET_KEYS__VAULT_TOKEN", "a-token"),
            ("PALET_KEYS__VAULT_ADDRESS", address),
        ];
        load(&sources("", &environment)).err().map(|faults| faults.to_string())
    };
    for near in
        ["http://127.0.0.1:8200", "http://localhost:8200/", "http://[::1]:8200", "https://vault.example"]
    {
        assert_eq!(told(near), None, "{near}");
    }
    for far in
        ["http://vault.example:8200", "http://10.0.0.1", "http://localhost.example", "http://[::2]:8200"]
    {
        assert!(told(far).is_some_and(|fault| fault.contains("in clear")), "{far}");
    }
    assert!(told("vault.example:8200").is_some_and(|fault| fault.contains("and a host")));
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    let faults = load(&sources("[server]\nlisten = = 2\n", &[])).unwrap_err();
    assert_eq!(faults.0[0].at, "palet.toml:2");
}

#[test]
fn a_secret_is_neither_shown_nor_repeated_in_a_fault() {
    let secret = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
    let settings = load(&sources("", &[("PALET_KEYS__SESSION_TOKENS", secret)])).unwrap();
    let shown = settings.to_toml().unwrap();
    assert!(shown.contains("session_tokens = \"[hidden]\"") && !shown.contains(secret));
    assert!(!format!("{settings:?}").contains(secret));
    let misplaced = load(&sources(&format!("[server]\nworkers = \"{secret}\"\n"), &[])).unwrap_err();
    assert!(!misplaced.to_string().contains(secret), "{misplaced}");
}

const MEMBERSHIP: &str = r#"
[[custom]]
name = "membership"
label = "Membership number"
alphabet = "digits"
symbols_min = 10
symbols_max = 10
separators = " -"
groups = [3, 3, 4]
checksum = "luhn"
partial = { first = 0, last = 3 }
"#;

#[test]
fn a_class_of_the_banks_own_is_read_and_shown() {
    let settings = load(&sources(MEMBERSHIP, &[])).unwrap();
    assert_eq!(settings.custom[0].name, "membership");
    assert_eq!(settings.custom[0].partial.last, 3);
    let shown = settings.to_toml().unwrap();
    assert_eq!(load(&sources(&shown, &[])).unwrap().custom, settings.custom);
}

#[test]
fn every_fault_of_every_own_class_is_told() {
    let text = [
        MEMBERSHIP,
        MEMBERSHIP,
        &MEMBERSHIP.replace("\"membership\"", "\"Other\"").replace("last = 3", "last = 6"),
        &MEMBERSHIP.replace("alphabet", "alfabet"),
        &MEMBERSHIP.replace("\"luhn\"", "\"crc\""),
    ]
    .concat();
    let faults = load(&sources(&text, &[])).unwrap_err();
    let places: Vec<&str> = faults.0.iter().map(|fault| fault.at.as_str()).collect();
    assert_eq!(
        places,
        ["custom[1].name", "custom[2].name", "custom[2].partial", "custom[3]", "custom[4]"],
        "{faults}"
    );
    assert!(faults.to_string().contains("alfabet") && faults.to_string().contains("luhn"), "{faults}");
    let faults = load(&sources("custom = 3\n", &[])).unwrap_err();
    assert_eq!(faults.0[0].at, "custom");
}

#[test]
fn what_is_shown_loads_again() {
    let shown = load(&sources("", &[])).unwrap().to_toml().unwrap();
    assert_eq!(load(&sources(&shown, &[])).unwrap().to_toml().unwrap(), shown);
}

#[test]
fn the_manual_names_every_setting_and_its_default() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let manual = std::fs::read_to_string(path).unwrap();
    let settings = load(&sources("", &[])).unwrap().to_toml().unwrap().parse::<toml::Table>().unwrap();
    for (room, fields) in settings {
        for (field, default) in fields.as_table().unwrap() {
            let row = format!("| `{room}.{field}` | `{default}` |");
            assert!(manual.contains(&row), "{row} is missing");
        }
    }
}
