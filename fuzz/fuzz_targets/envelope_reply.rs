#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| palet_tests::decoders::envelope_reply(bytes));
