//! The wire in hexadecimal: each message's bytes field by field, cut at every length, altered, of another version.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use palet_features::{FeatureWindow, FixedTextSample, KeystrokeBlock, Ladder};
use palet_mask::{FieldClass, Level};
use palet_wire::{
    Action, ActionAnswer, ActionDecision, Batch, ClientMessage, CodecError, Consent, Directive, DirectiveSet,
    Doors, EnvelopeReply, EnvelopeRequest, FieldDeclaration, FieldId, FieldSource, Hello, PageFacts, Reason,
    RefusalCode, RiskBand, RiskUpdate, ServerMessage, StepUp, SubScores, Welcome, decode_client,
    decode_envelope, decode_envelope_reply, decode_server, encode, encode_envelope, limits,
};

fn hex(parts: &[&str]) -> Vec<u8> {
    let digits: String = parts.concat().chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn assert_client(message: ClientMessage, bytes: &[&str]) {
    let bytes = hex(bytes);
    assert_eq!(encode(&message).unwrap(), bytes);
    assert_eq!(decode_client(&bytes).unwrap(), message);
    assert_refused_when_damaged(&bytes, |damaged| decode_client(damaged).map(|_| ()));
}

fn assert_server(message: ServerMessage, bytes: &[&str]) {
    let bytes = hex(bytes);
    assert_eq!(encode(&message).unwrap(), bytes);
    assert_eq!(decode_server(&bytes).unwrap(), message);
    assert_refused_when_damaged(&bytes, |damaged| decode_server(damaged).map(|_| ()));
}

fn assert_refused_when_damaged(bytes: &[u8], decode: impl Fn(&[u8]) -> Result<(), CodecError>) {
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "cut at {length}");
    }
    let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
    assert_eq!(decode(&longer), Err(CodecError::Malformed));
    for version in [0, 2, 255] {
        let mut other = bytes.to_vec();
        other[0] = version;
        assert_eq!(decode(&other), Err(CodecError::Version(version)));
    }
}

fn hello() -> Hello {
    Hello {
        token: "s1.abc".into(),
        page: 300,
        schema: 1,
        consent: Consent::Full,
        facts: PageFacts { coarse_pointer: false, strict_ladder: true },
    }
}

const HELLO: &[&str] = &[
    "01",              // version
    "00",              // Hello
    "06 73312e616263", // token: length, text
    "ac02",            // page load 300
    "01",              // schema 1
    "02",              // consent: full
    "00",              // coarse pointer: no
    "01",              // strict ladder: yes
];

#[test]
fn hello_in_hex() {
    assert_client(ClientMessage::Hello(hello()), HELLO);
}

#[test]
fn batch_in_hex() {
    let block =
        KeystrokeBlock { ladder: Ladder::K3, keys: 24, repeats: 1, hasty: 0, cells: vec![(3, 20), (130, 4)] };
    let batch = Batch { seq: 7, windows: vec![FeatureWindow::Keystroke(block)] };
    assert_client(
        ClientMessage::Batch(batch),
        &[
            "01",      // version
            "01",      // Batch
            "07",      // number 7
            "01",      // one window
            "00",      // keystroke block
            "01",      // ladder K3
            "18",      // 24 keys
            "01 00",   // repeats, hasty
            "02",      // two cells
            "03 14",   // cell 3: 20
            "8201 04", // cell 130: 4
        ],
    );
}

#[test]
fn entries_of_a_fixed_text_in_hex() {
    let entry = |end_ms: &[u16]| {
        let flight_dd_ms = [160, 150, 90].iter().chain(end_ms).copied().collect();
        FeatureWindow::FixedText(FixedTextSample { field: 3, dwell_ms: vec![200, 80, 70, 60], flight_dd_ms })
    };
    let batch = |end_ms: &[u16]| ClientMessage::Batch(Batch { seq: 7, windows: vec![entry(end_ms)] });
    let head = "01 01 07 01"; // version, Batch, number, windows
    let keys = "02 03 04 c801 50 46 3c"; // FixedText, field, dwells: how many, ms
    assert_client(batch(&[]), &[head, keys, "03 a001 9601 5a"]); // flights between the keys
    assert_client(batch(&[130]), &[head, keys, "04 a001 9601 5a", "8201"]); // and to the key that ended the entry
    assert_client(batch(&[130, 75]), &[head, keys, "05 a001 9601 5a", "8201", "4b"]); // and how long that was held
    for end_ms in [&[][..], &[130], &[130, 75]] {
        assert_eq!(entry(end_ms).validate(), Ok(()));
    }
    assert!(entry(&[130, 75, 1]).validate().is_err());
}

#[test]
fn fields_in_hex() {
    let field = |id, class, custom, source| FieldDeclaration { id: FieldId(id), class, custom, source };
    assert_client(
        ClientMessage::Fields(vec![
            field(0, FieldClass::Iban, None, FieldSource::Sealed("p1.x".into())),
            field(200, FieldClass::Custom, Some("ref".into()), FieldSource::Local),
        ]),
        &[
            "01",             // version
            "02",             // Fields
            "02",             // two
            "00 01 00",       // field 0, iban, no custom class
            "00 04 70312e78", // sealed: length, token
            "c801 16",        // field 200, custom
            "01 03 726566",   // its name
            "01",             // local
        ],
    );
}

#[test]
fn short_client_messages_in_hex() {
    assert_client(ClientMessage::FieldsGone(vec![FieldId(5)]), &["01", "03", "01", "05"]);
    assert_client(
        ClientMessage::Action(Action { id: 9, name: "pay".into() }),
        &["01", "04", "09", "03 706179"],
    );
    assert_client(ClientMessage::Context("card".into()), &["01", "05", "04 63617264"]);
    assert_client(ClientMessage::Goodbye, &["01", "06"]);
}

#[test]
fn welcome_acknowledgement_and_refusal_in_hex() {
    let welcome = Welcome { last_seq: 3, grace_ms: 10_000, token_ttl_ms: 900_000 };
    assert_server(ServerMessage::Welcome(welcome), &["01", "00", "03", "904e", "a0f736"]);
    assert_server(ServerMessage::Ack(300), &["01", "01", "ac02"]);
    assert_server(ServerMessage::Refused(RefusalCode::BadFeatures), &["01", "06", "06"]);
}

#[test]
fn directives_in_hex() {
    let directive = Directive {
        field: FieldId(1),
        level: Level::Partial,
        display: Some("•30".into()),
        ttl_ms: 500,
        shut: Doors::COPY.with(Doors::PRINT),
    };
    assert_server(
        ServerMessage::Directives(DirectiveSet { revision: 2, directives: vec![directive] }),
        &[
            "01",                // version
            "02",                // Directives
            "02",                // revision
            "01",                // one
            "01 01",             // field 1, partial
            "01 05 e280a2 3330", // the text
            "f403",              // holds 500 ms
            "05",                // neither copied nor printed
        ],
    );
}

#[test]
fn risk_in_hex() {
    let risk = RiskUpdate {
        risk: 0.5,
        biometric_only: 0.25,
        band: RiskBand::Raised,
        sub_scores: SubScores { keys: Some(1.0), ..SubScores::default() },
        keys_trained: true,
        pointer_trained: false,
        reasons: vec![Reason { code: "k".into(), text: "w".into() }],
        versions: "m".into(),
    };
    assert_server(
        ServerMessage::Risk(risk),
        &[
            "01",
            "03",
            "0000003f",
            "0000803e",
            "01",
            "01 0000803f",
            "00",
            "00",
            "00",
            "01",
            "00",
            "01 016b 0177",
            "016d",
        ],
    );
}

#[test]
fn step_up_and_action_answer_in_hex() {
    let reason = Reason { code: "k".into(), text: "w".into() };
    assert_server(
        ServerMessage::StepUp(StepUp { reference: "r".into(), reason: reason.clone() }),
        &["01", "04", "0172", "016b 0177"],
    );
    let answer =
        ActionAnswer { id: 4, decision: ActionDecision::Deny, reasons: vec![reason], reference: "r".into() };
    assert_server(ServerMessage::ActionAnswer(answer), &["01", "05", "04", "02", "01 016b 0177", "0172"]);
}

#[test]
fn envelopes_in_hex() {
    let request = EnvelopeRequest { reply_key: [9; 32], messages: vec![ClientMessage::Hello(hello())] };
    let mut expected = hex(&["01"]);
    expected.extend([9; 32]);
    expected.push(1);
    expected.extend(&hex(HELLO)[1..]);
    assert_eq!(encode(&request).unwrap(), expected);
    assert_eq!(encode_envelope(&[9; 32], &[hex(HELLO)]).unwrap(), expected);
    assert_eq!(encode_envelope(&[9; 32], &[vec![2]]), Err(CodecError::Malformed));
    assert!(matches!(encode_envelope(&[9; 32], &vec![hex(HELLO); 128]), Err(CodecError::Limit { .. })));
    assert!(matches!(encode_envelope(&[9; 32], &[vec![1; 61_440]]), Err(CodecError::TooLong { .. })));
    assert_eq!(decode_envelope(&expected).unwrap(), request);
    assert_refused_when_damaged(&expected, |damaged| decode_envelope(damaged).map(|_| ()));
    let reply = EnvelopeReply { messages: vec![ServerMessage::Ack(1)] };
    let expected = hex(&["01", "01", "01 01"]);
    assert_eq!(encode(&reply).unwrap(), expected);
    assert_eq!(decode_envelope_reply(&expected).unwrap(), reply);
}

#[test]
fn what_passes_a_limit_is_refused_by_name() {
    let too_many = vec![FieldId(0); limits::FIELDS_MAX + 1];
    let refused = |message: &ClientMessage| decode_client(&encode(message).unwrap()).unwrap_err();
    assert_eq!(
        refused(&ClientMessage::FieldsGone(too_many)),
        CodecError::Limit { what: "the removed fields" }
    );
    let name = "x".repeat(limits::NAME_BYTES_MAX + 1);
    assert_eq!(refused(&ClientMessage::Context(name)), CodecError::Limit { what: "the context's name" });
    let mut hello = hello();
    hello.token = "t".repeat(limits::TOKEN_BYTES_MAX + 1);
    assert_eq!(refused(&ClientMessage::Hello(hello)), CodecError::Limit { what: "the token" });
    let windows = vec![
        FeatureWindow::Keystroke(KeystrokeBlock {
            ladder: Ladder::K1,
            keys: 1,
            repeats: 0,
            hasty: 0,
            cells: vec![]
        });
        10_000
    ];
    let batch = ClientMessage::Batch(Batch { seq: 1, windows });
    assert_eq!(refused(&batch), CodecError::Limit { what: "the windows of a batch" });
    assert_eq!(CodecError::Limit { what: "" }.refusal(), RefusalCode::TooLarge);
}

#[test]
fn a_message_longer_than_a_frame_is_neither_made_nor_read() {
    let max = limits::MESSAGE_BYTES_MAX;
    let context = ClientMessage::Context("x".repeat(max));
    assert!(matches!(encode(&context), Err(CodecError::TooLong { .. })));
    assert_eq!(decode_client(&vec![1; max + 1]), Err(CodecError::TooLong { max, got: max + 1 }));
}

#[test]
fn a_collection_that_claims_more_than_it_holds_is_refused() {
    assert_eq!(decode_client(&hex(&["01", "03", "ffffffffffffffffff01"])), Err(CodecError::Malformed));
    assert_eq!(decode_client(&hex(&["01", "05", "ffffffff0f", "61"])), Err(CodecError::Malformed));
}

#[test]
fn what_is_printed_of_a_message_holds_no_payload() {
    let printed = format!("{:?}", ClientMessage::Hello(hello()));
    assert!(!printed.contains("s1.abc"));
    let directive = Directive {
        field: FieldId(0),
        level: Level::Clear,
        display: Some("DE02".into()),
        ttl_ms: 0,
        shut: Doors::NONE,
    };
    let set = ServerMessage::Directives(DirectiveSet { revision: 1, directives: vec![directive] });
    assert!(!format!("{set:?}").contains("DE02"));
}
