//! Replays what the fuzzer kept: every file of `fuzz/corpus/<decoder>/`, and hostile inputs made here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use palet_tests::decoders::DECODERS;

#[test]
fn every_kept_input_is_taken_or_refused_without_a_panic() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, check) in DECODERS {
        let folder = corpus.join(name);
        let mut replayed = 0;
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            check(&std::fs::read(entry.expect("a readable entry").path()).expect("a readable input"));
            replayed += 1;
        }
        assert!(replayed > 0, "{name} has a corpus");
    }
}

#[test]
fn short_and_repeated_bytes_are_taken_or_refused_without_a_panic() {
    for (_, check) in DECODERS {
        check(&[]);
        for first in 0..=255_u8 {
            check(&[first]);
            check(&[1, first, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
            check(&[first; 70]);
        }
    }
}
