//! Messages between page and server, their codec and their limits.
