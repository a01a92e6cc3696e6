//! The palet binary: sockets, REST, storage, wiring.
