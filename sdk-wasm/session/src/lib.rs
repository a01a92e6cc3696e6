//! Client state machine of one page, without a browser in it.
