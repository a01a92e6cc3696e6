//! Rules in TOML, compiled once and proved at load, decide what each field shows.
