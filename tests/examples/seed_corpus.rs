//! Writes first inputs for the fuzzer: one valid message of each kind, a valid policy, valid command lines.
//!
//! `cargo run -p palet-tests --example seed_corpus` from the workspace's root; existing inputs stay.

use std::fs;
use std::path::Path;

use palet_features::{FeatureWindow, FixedTextSample};
use palet_mask::{FieldClass, Level};
use palet_wire::{
    Action, ActionAnswer, ActionDecision, Batch, ClientMessage, Consent, Directive, DirectiveSet, Doors,
    EnvelopeReply, EnvelopeRequest, FieldDeclaration, FieldId, FieldSource, Hello, PageFacts, Reason,
    RefusalCode, RiskBand, RiskUpdate, ServerMessage, StepUp, SubScores, Welcome, encode,
};

#[path = "../pair_support/page.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the page's behaviour is used here")]
mod page;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = client_messages();
    let server = server_messages();
    let hello = client.first().cloned().ok_or("a message")?;
    let request = EnvelopeRequest { reply_key: [9; 32], messages: vec![hello, client[1].clone()] };
    write_all("client_message", client.iter().filter_map(|message| encode(message).ok()))?;
    write_all("server_message", server.iter().filter_map(|message| encode(message).ok()))?;
    write_all("envelope_request", encode(&request))?;
    write_all("envelope_reply", encode(&EnvelopeReply { messages: server }))?;
    write_all("server_frame", [vec![64; 200], vec![65; 200]])?;
    write_all("envelope", [vec![1; 48], vec![2; 200]])?;
    write_all("sealed_token", [b"p1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_vec()])?;
    write_all("policy", [palet_policy::DEFAULT_TOML.as_bytes().to_vec()])?;
    let line = br#"{"op":"encrypt","key":"2b7e151628aed2a6abf7158809cf4f3c","tweak":"","radix":10,"digits":[0,1,2,3,4,5,6,7,8,9]}"#;
    write_all("ff1_lines", [line.to_vec()])?;
    write_all("detect_lines", [br#"{"id":1,"text":"IBAN DE89 3704 0044 0532 0130 00"}"#.to_vec()])?;
    Ok(())
}

fn write_all(decoder: &str, inputs: impl IntoIterator<Item = Vec<u8>>) -> std::io::Result<()> {
    let folder = Path::new("fuzz/corpus").join(decoder);
    fs::create_dir_all(&folder)?;
    for (number, input) in inputs.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:02}")), input)?;
    }
    Ok(())
}

/// `Hello`, a batch of each kind of window that a page makes, and the rest.
fn client_messages() -> Vec<ClientMessage> {
    let field = |id, class, source| FieldDeclaration { id: FieldId(id), class, custom: None, source };
    let mut messages = vec![
        ClientMessage::Hello(Hello {
            token: "s1.token".into(),
            page: 77,
            schema: palet_features::SCHEMA_VERSION,
            consent: Consent::Full,
            facts: PageFacts { coarse_pointer: false, strict_ladder: true },
        }),
        ClientMessage::Fields(vec![
            field(0, FieldClass::Iban, FieldSource::Sealed("p1.token".into())),
            field(1, FieldClass::Phone, FieldSource::Local),
            field(2, FieldClass::Amount, FieldSource::Input),
        ]),
        ClientMessage::FieldsGone(vec![FieldId(1)]),
        ClientMessage::Action(Action { id: 1, name: "submit-transfer".into() }),
        ClientMessage::Context("payment".into()),
        ClientMessage::Goodbye,
        ClientMessage::Batch(Batch { seq: 1, windows: Vec::new() }),
    ];
    messages.extend(typed_batches());
    messages.push(ClientMessage::Batch(Batch { seq: 2, windows: ended_entries() }));
    messages
}

/// An entry of a fixed text as it is left without a key, with one that is not seen to come up, and with one that is.
fn ended_entries() -> Vec<FeatureWindow> {
    let entry = |end_ms: &[u16]| {
        let flight_dd_ms = [160, 150, 90].iter().chain(end_ms).copied().collect();
        FeatureWindow::FixedText(FixedTextSample { field: 3, dwell_ms: vec![200, 80, 70, 60], flight_dd_ms })
    };
    vec![entry(&[]), entry(&[130]), entry(&[130, 75])]
}

fn typed_batches() -> Vec<ClientMessage> {
    let secret = palet_seal::StaticSecret::from_bytes([7; 32]);
    let mut now = palet_units::Micros::from_secs(1);
    let mut client = page::new_client(&secret, [1; 32], now);
    let mut luck = palet_seal::Ratchet::new([2; 32]);
    for _ in 0..600 {
        now = now.plus(palet_units::Micros::from_millis(90));
        page::behave(&mut client, &mut luck, now);
    }
    let mut batches = Vec::new();
    while let Some(effect) = client.poll_effect() {
        if let palet_client::Effect::Inspect { plaintext, .. } = effect {
            batches.extend(palet_wire::decode_client(&plaintext));
        }
    }
    batches.truncate(24);
    batches
}

fn server_messages() -> Vec<ServerMessage> {
    let reason = Reason { code: "keys.rhythm".into(), text: "The rhythm of typing differs.".into() };
    vec![
        ServerMessage::Welcome(Welcome { last_seq: 3, grace_ms: 10_000, token_ttl_ms: 60_000 }),
        ServerMessage::Ack(9),
        ServerMessage::Directives(DirectiveSet {
            revision: 2,
            directives: vec![Directive {
                field: FieldId(0),
                level: Level::Partial,
                display: Some("DE•• •••• 30 00".into()),
                ttl_ms: 60_000,
                shut: Doors::COPY.with(Doors::SELECT),
            }],
        }),
        ServerMessage::Risk(RiskUpdate {
            risk: 0.4,
            biometric_only: 0.3,
            band: RiskBand::Raised,
            sub_scores: SubScores { keys: Some(0.4), ..SubScores::default() },
            keys_trained: true,
            pointer_trained: false,
            reasons: vec![reason.clone()],
            versions: "m1 p1 r1".into(),
        }),
        ServerMessage::StepUp(StepUp { reference: "r-1".into(), reason: reason.clone() }),
        ServerMessage::ActionAnswer(ActionAnswer {
            id: 1,
            decision: ActionDecision::StepUp,
            reasons: vec![reason],
            reference: "r-2".into(),
        }),
        ServerMessage::Refused(RefusalCode::BadFeatures),
    ]
}
