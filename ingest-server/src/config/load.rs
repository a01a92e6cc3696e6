//! Reads the file and the environment over the defaults, field by field, so that every fault is found in one go.

use palet_mask::CustomSettings;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, path::Path};
use toml::{Table, Value};

use super::{Faults, Settings};

/// Prefix of every variable that is a setting.
const PREFIX: &str = "PALET_";
/// Variables with the prefix that are no settings: they belong to tools and tests.
const NOT_SETTINGS: [&str; 4] = ["PALET_CONFIG", "PALET_DATA", "PALET_TENANT_KEY", "PALET_TEST_VAULT"];
/// The names of the rooms.
const ROOMS: [&str; 11] = [
    "server",
    "store",
    "keys",
    "sessions",
    "limits",
    "policy",
    "risk",
    "unmask",
    "decisions",
    "enrolment",
    "telemetry",
];
/// The list of field classes of the bank's own.
const CUSTOM: &str = "custom";
/// The most of them: as many as a policy names.
const CUSTOM_MAX: usize = 32;

/// Where settings come from, as texts: reading is the caller's work, so that loading is a pure function.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The name of the file, for faults.
    pub file_name: String,
    /// The file's text.
    pub file: String,
    /// The environment.
    pub environment: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the file, where one is named, and the process's environment.
    ///
    /// **Errors**: the file cannot be read.
    pub fn read(file: Option<&Path>) -> Result<Self, Faults> {
        let mut sources = Self { environment: std::env::vars().collect(), ..Self::default() };
        if let Some(path) = file {
            sources.file_name = path.display().to_string();
            sources.file = std::fs::read_to_string(path).map_err(|error| {
                let mut faults = Faults::default();
                faults.push(&sources.file_name, format!("expected a readable file, got: {error}"));
                faults
            })?;
        }
        Ok(sources)
    }
}

/// What overrides one field: the forms that its text may be read as, the first that fits wins.
struct Override {
    at: String,
    field: String,
    forms: Vec<Value>,
}

/// Settings from their sources. **Errors**: every fault of file, environment and values, at once.
pub fn load(sources: &Sources) -> Result<Settings, Faults> {
    let mut faults = Faults::default();
    let file = parse_file(sources, &mut faults);
    let custom = custom_classes(&file, &mut faults);
    let mut overrides = overrides_of_file(&file, &mut faults);
    overrides_of_environment(&sources.environment, &mut overrides, &mut faults);
    let mut room = |name: &str| overrides.remove(name).unwrap_or_default();
    let settings = Settings {
        server: read_room(room("server"), &mut faults),
        store: read_room(room("store"), &mut faults),
        keys: read_room(room("keys"), &mut faults),
        sessions: read_room(room("sessions"), &mut faults),
        limits: read_room(room("limits"), &mut faults),
        policy: read_room(room("policy"), &mut faults),
        risk: read_room(room("risk"), &mut faults),
        unmask: read_room(room("unmask"), &mut faults),
        decisions: read_room(room("decisions"), &mut faults),
        enrolment: read_room(room("enrolment"), &mut faults),
        telemetry: read_room(room("telemetry"), &mut faults),
        custom,
    };
    settings.check(&mut faults);
    if faults.0.is_empty() { Ok(settings) } else { Err(faults) }
}

fn parse_file(sources: &Sources, faults: &mut Faults) -> Table {
    sources.file.parse::<Table>().unwrap_or_else(|error| {
        let line = error.span().map_or(0, |span| {
            let before = sources.file.as_bytes().iter().take(span.start);
            1 + before.filter(|&&byte| byte == b'\n').count()
        });
        faults.push(format!("{}:{line}", sources.file_name), error.message().replace('\n', " "));
        Table::new()
    })
}

/// The `[[custom]]` tables. Each fault is told with the class and the setting.
fn custom_classes(file: &Table, faults: &mut Faults) -> Vec<CustomSettings> {
    let Some(value) = file.get(CUSTOM) else { return Vec::new() };
    let Value::Array(tables) = value else {
        faults.push(CUSTOM, "expected [[custom]] tables, one for each class");
        return Vec::new();
    };
    if tables.len() > CUSTOM_MAX {
        faults.push(CUSTOM, format!("expected at most {CUSTOM_MAX} classes, got {}", tables.len()));
    }
    let mut classes: Vec<CustomSettings> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let place = format!("{CUSTOM}[{at}]");
        let settings = match table.clone().try_into::<CustomSettings>() {
            Ok(settings) => settings,
            Err(error) => {
                faults.push(place, expectation(&error));
                continue;
            }
        };
        for fault in settings.faults() {
            faults.push(format!("{place}.{}", fault.setting()), fault.to_string());
        }
        if classes.iter().any(|other| other.name == settings.name) {
            faults.push(format!("{place}.name"), "expected a name that no other class has");
        }
        classes.push(settings);
    }
    classes
}

fn overrides_of_file(file: &Table, faults: &mut Faults) -> BTreeMap<&'static str, Vec<Override>> {
    let mut overrides = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in file.iter().filter(|(name, _)| *name != CUSTOM) {
        let Some(room) = ROOMS.into_iter().find(|room| room == name) else {
            faults.push(name, format!("expected one of the rooms {} or {CUSTOM}", ROOMS.join(", ")));
            continue;
        };
        let Value::Table(fields) = value else {
            faults.push(name, "expected a table of settings");
            continue;
        };
        overrides.entry(room).or_default().extend(fields.iter().map(|(field, value)| Override {
            at: format!("{room}.{field}"),
            field: field.clone(),
            forms: vec![value.clone()],
        }));
    }
    overrides
}

fn overrides_of_environment(
    environment: &BTreeMap<String, String>,
    overrides: &mut BTreeMap<&'static str, Vec<Override>>,
    faults: &mut Faults,
) {
    for (name, text) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        if NOT_SETTINGS.contains(&name.as_str()) {
            continue;
        }
        let path = path.to_ascii_lowercase();
        let known = path.split_once("__").and_then(|(room, field)| {
            ROOMS.into_iter().find(|known| *known == room).map(|room| (room, field.to_owned()))
        });
        let Some((room, field)) = known else {
            faults
                .push(name, format!("expected PALET_ROOM__FIELD with one of the rooms {}", ROOMS.join(", ")));
            continue;
        };
        let forms = forms_of(text);
        overrides.entry(room).or_default().push(Override { at: name.clone(), field, forms });
    }
}

/// A variable has no type of its own: `8420` may be a number or a text.
fn forms_of(text: &str) -> Vec<Value> {
    let literal = format!("value = {text}").parse::<Table>().ok();
    let literal = literal.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    literal.into_iter().chain([Value::String(text.to_owned())]).collect()
}

fn read_room<R: DeserializeOwned + Default>(overrides: Vec<Override>, faults: &mut Faults) -> R {
    let mut accepted = Table::new();
    for Override { at, field, forms } in overrides {
        let mut first_error = None;
        let fitting = forms.into_iter().find(|form| {
            let alone = Table::from_iter([(field.clone(), form.clone())]);
            alone
                .try_into::<R>()
                .map_err(|error: toml::de::Error| first_error.get_or_insert(error).clone())
                .is_ok()
        });
        match (fitting, first_error) {
            (Some(form), _) => {
                accepted.insert(field, form);
            }
            (None, Some(error)) => faults.push(at, expectation(&error)),
            (None, None) => {}
        }
    }
    // Each field was read alone before: together they read as well.
    accepted.try_into().unwrap_or_default()
}

/// What the reader of a field expected. What it got is left out: it may be a secret in the wrong place.
fn expectation(error: &toml::de::Error) -> String {
    let message = error.message().lines().next().unwrap_or_default();
    match message.rfind("expected ") {
        Some(start) if !message.starts_with("unknown field") => {
            message.get(start..).unwrap_or_default().to_owned()
        }
        _ => message.to_owned(),
    }
}
