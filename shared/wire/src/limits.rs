//! Every bound on what may cross the wire. A message beyond one of them is refused whole.

/// The longest plaintext of a frame. **Units**: bytes. Noise carries at most 65,535 bytes with its tag.
pub const MESSAGE_BYTES_MAX: usize = 60 * 1024;
/// The longest sealed frame: plaintext and the AEAD tag. **Units**: bytes.
pub const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX + 16;
/// The longest session token. **Units**: bytes.
pub const TOKEN_BYTES_MAX: usize = 1_024;
/// The most windows in a batch.
pub const WINDOWS_PER_BATCH_MAX: usize = 32;
/// The most fields that a page may declare, over its whole life.
pub const FIELDS_MAX: usize = 256;
/// The longest sealed value in a field's declaration. **Units**: bytes.
pub const SEALED_BYTES_MAX: usize = 4_096;
/// The longest name of a context, an action or a custom class. **Units**: bytes.
pub const NAME_BYTES_MAX: usize = 48;
/// The most directives in one set.
pub const DIRECTIVES_MAX: usize = FIELDS_MAX;
/// The longest text that a directive shows. **Units**: bytes.
pub const DISPLAY_BYTES_MAX: usize = 1_024;
/// The most reasons given at once.
pub const REASONS_MAX: usize = 3;
/// The longest reason or reference. **Units**: bytes.
pub const REASON_BYTES_MAX: usize = 200;
/// How many batches the page keeps until they are acknowledged; older ones make room and are counted as lost.
pub const UNACKNOWLEDGED_BATCHES_MAX: usize = 64;
/// The server says something at least this often, if only the last acknowledgement again. **Units**: ms.
pub const HEARTBEAT_MS: u64 = 10_000;
/// A page that heard nothing for this long takes the connection for dead. **Units**: ms.
pub const SILENCE_MS_MAX: u64 = 25_000;
