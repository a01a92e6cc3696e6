//! The form detector on markup as sites write it: precision and recall over all tables.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test reports and fails")]

use palet_detect::form::{FieldHints, classify};

const TABLES: [(&str, &str); 3] = [
    ("first", include_str!("forms/first.txt")),
    ("second", include_str!("forms/second.txt")),
    ("third", include_str!("forms/third.txt")),
];

struct Field<'t> {
    wanted: &'t str,
    label: &'t str,
    markup: &'t str,
}

fn forms(table: &str) -> Vec<(&str, Vec<Field<'_>>)> {
    let mut forms = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(title) = line.strip_prefix("form ") {
            forms.push((title, Vec::new()));
            continue;
        }
        let mut parts = line.splitn(3, '|').map(str::trim);
        let (wanted, label, markup) = (parts.next(), parts.next(), parts.next());
        let field =
            Field { wanted: wanted.unwrap(), label: label.unwrap(), markup: markup.expect("three parts") };
        forms.last_mut().expect("a form before its fields").1.push(field);
    }
    forms
}

fn attribute<'t>(markup: &'t str, name: &str) -> &'t str {
    let wanted = format!(" {name}=\"");
    let Some((_, rest)) = markup.split_once(&wanted) else { return "" };
    rest.split_once('"').expect("a closing quotation mark").0
}

fn kind(markup: &str) -> &str {
    match markup {
        markup if markup.starts_with("<select") => "select-one",
        markup if markup.starts_with("<textarea") => "textarea",
        markup => attribute(markup, "type"),
    }
}

fn guess(field: &Field<'_>, neighbours: &[&str]) -> String {
    let Field { label, markup, .. } = *field;
    let hints = FieldHints {
        kind: kind(markup),
        autocomplete: attribute(markup, "autocomplete"),
        name: attribute(markup, "name"),
        id: attribute(markup, "id"),
        label: if label.is_empty() { attribute(markup, "aria-label") } else { label },
        placeholder: attribute(markup, "placeholder"),
        inputmode: attribute(markup, "inputmode"),
        pattern: attribute(markup, "pattern"),
        maxlength: attribute(markup, "maxlength").parse().ok(),
        neighbours,
    };
    classify(&hints).map_or_else(
        || "-".to_owned(),
        |guess| format!("{}{}", guess.class.as_str(), if guess.secret { "!" } else { "" }),
    )
}

#[derive(Default)]
struct Counts {
    right: usize,
    false_alarms: usize,
    missed: usize,
    fields: usize,
}

impl Counts {
    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.false_alarms) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / (self.right + self.missed) as f64
    }
}

fn count(table: &str) -> Counts {
    let mut counts = Counts::default();
    for (title, fields) in forms(table) {
        for (index, field) in fields.iter().enumerate() {
            let neighbours: Vec<&str> = fields
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .flat_map(|(_, other)| {
                    [other.label, attribute(other.markup, "name"), attribute(other.markup, "id")]
                })
                .filter(|text| !text.is_empty())
                .collect();
            let got = guess(field, &neighbours);
            counts.fields += 1;
            counts.right += usize::from(got == field.wanted && got != "-");
            counts.false_alarms += usize::from(got != field.wanted && got != "-");
            counts.missed += usize::from(got != field.wanted && field.wanted != "-");
            if got != field.wanted {
                println!("{title}: {} {}: expected {}, got {got}", field.label, field.markup, field.wanted);
            }
        }
    }
    counts
}

#[test]
fn precision_and_recall_on_real_life_markup() {
    let forms = TABLES.iter().map(|(_, table)| forms(table).len()).sum::<usize>();
    assert!(forms >= 60, "expected 60 forms, got {forms}");
    for (name, table) in TABLES {
        let counts = count(table);
        let (precision, recall) = (counts.precision(), counts.recall());
        println!("{name}: {} fields, precision {precision:.3}, recall {recall:.3}", counts.fields);
        assert!(precision >= 0.95, "{name}: expected precision of at least .95, got {precision:.3}");
        assert!(recall >= 0.95, "{name}: expected recall of at least .95, got {recall:.3}");
    }
}
