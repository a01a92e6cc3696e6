//! Server state machine of one connection, without a socket in it.
